package wxr_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"veche/wxr"
)

// realFiles returns the real exports, or skips (fails, under
// VECHE_TEST_STRICT=1) where they are absent. VECHE_TEST_WXR names their
// folder.
func realFiles(t *testing.T) []string {
	t.Helper()
	folder := os.Getenv("VECHE_TEST_WXR")
	if folder == "" {
		folder = filepath.Join("..", "..", "shared", "data", "wordpress")
	}
	files, _ := filepath.Glob(filepath.Join(folder, "*.xml"))
	if len(files) == 0 {
		const why = "SKIPPED: no real exports here; set VECHE_TEST_WXR to a folder of *.xml exports"
		if os.Getenv("VECHE_TEST_STRICT") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	return files
}

// tokenCounts counts start tags by path of local names, with nothing but the
// plain decoder, and how often each text stands under post_type.
func tokenCounts(t *testing.T, file string) (tags, types map[string]int, contentBytes int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tags, types = map[string]int{}, map[string]int{}
	dec := xml.NewDecoder(f)
	var path []string
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return tags, types, contentBytes
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			path = append(path, tok.Name.Local)
			tags[filepath.Join(path...)]++
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			switch filepath.Join(path...) {
			case "rss/channel/item/post_type":
				types[string(tok)]++
			case "rss/channel/item/encoded": // content and excerpt
				contentBytes += len(tok)
			}
		}
	}
}

func TestRealExportsAreReadWhole(t *testing.T) {
	for _, file := range realFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			tags, wantTypes, wantBytes := tokenCounts(t, file)
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			r, err := wxr.NewReader(f, wxr.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got, types := map[string]int{}, map[string]int{}
			bytes := 0
			for item, err := range r.Items() {
				if err != nil {
					t.Fatal(err)
				}
				types[item.Type]++
				bytes += len(item.Content) + len(item.Excerpt)
				got["rss/channel/item/category"] += len(item.Terms)
				if item.AttachmentURL != "" {
					got["rss/channel/item/attachment_url"]++
				}
				if item.Status == "publish" && item.Published().IsZero() {
					t.Errorf("item %d is published at no time", item.ID)
				}
			}
			site, stats := r.Site(), r.Stats()
			got["rss/channel/item"] = stats.Items
			got["rss/channel/item/comment"] = stats.Comments
			got["rss/channel/item/postmeta"] = stats.Meta
			got["rss/channel/author"] = len(site.Authors)
			got["rss/channel/category"] = len(site.Categories)
			got["rss/channel/tag"] = len(site.Tags)
			got["rss/channel/term"] = len(site.Terms)
			for path, n := range got {
				if n != tags[path] || (n == 0 && path == "rss/channel/item") {
					t.Errorf("%s: %d read, %d in the file", path, n, tags[path])
				}
			}
			for typ, n := range wantTypes {
				if types[typ] != n {
					t.Errorf("items of type %s: %d read, %d in the file", typ, types[typ], n)
				}
			}
			if bytes != wantBytes || stats.BadValue > 1 || stats.Replaced != 0 {
				t.Errorf("%d content bytes, want %d; %+v", bytes, wantBytes, stats)
			}
			if info, err := f.Stat(); err != nil || r.Offset() != info.Size() {
				t.Errorf("offset %d at the end, want the size of the file (%v)", r.Offset(), err)
			}
			t.Logf("%s: %+v, types %v", site.Title, stats, types)
		})
	}
}
