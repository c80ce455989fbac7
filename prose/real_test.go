package prose_test

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"veche/prose"
	"veche/prose/clean/cleantest"
	"veche/wxr"
)

// realItems returns the items of the real exports, or skips (fails, under
// VECHE_TEST_STRICT=1) where they are absent. VECHE_TEST_WXR names their
// folder.
func realItems(t *testing.T) map[string][]wxr.Item {
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
	all := map[string][]wxr.Item{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := wxr.NewReader(f, wxr.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for item, err := range r.Items() {
			if err != nil {
				t.Fatal(err)
			}
			all[filepath.Base(name)] = append(all[filepath.Base(name)], item)
		}
		f.Close()
	}
	return all
}

// sourceOf returns what an item's content may refer to.
func sourceOf(items []wxr.Item, of *wxr.Item) prose.Source {
	files := map[int64]prose.File{}
	var attached []prose.File
	for _, it := range items {
		if it.Type != "attachment" {
			continue
		}
		alt, _ := it.MetaValue("_wp_attachment_image_alt")
		f := prose.File{URL: it.AttachmentURL, Title: it.Title, Alt: alt, Caption: it.Excerpt}
		files[it.ID] = f
		if it.Parent == of.ID {
			attached = append(attached, f)
		}
	}
	return prose.Source{Attached: attached, File: func(id int64) (prose.File, bool) { f, ok := files[id]; return f, ok }}
}

// tags are the tags of shortcodes, whose words are no words of the text.
var tags = regexp.MustCompile(`\[/?[a-z]+[^\]]*\]`)

// TestRealContentStaysValid renders every item of the real exports. With
// VECHE_TEST_PAGES set to a folder it also writes each as a page there, for an
// HTML checker.
func TestRealContentStaysValid(t *testing.T) {
	r := renderer(t, prose.Options{})
	guest := renderer(t, prose.Options{UGC: true})
	pages := os.Getenv("VECHE_TEST_PAGES")
	for name, items := range realItems(t) {
		var report prose.Report
		rendered := 0
		for i := range items {
			it := &items[i]
			out, rep := r.WordPress(it.Content, sourceOf(items, it))
			report.Shortcodes = append(report.Shortcodes, rep.Shortcodes...)
			report.Blocks = append(report.Blocks, rep.Blocks...)
			report.Missing += rep.Missing
			report.Attributes += rep.Attributes
			report.Addresses += rep.Addresses
			report.Elements += rep.Elements
			report.Embeds += rep.Embeds
			body := "<article>\n<h1>" + html.EscapeString(it.Title+" #") + "</h1>\n" + out.HTML + "\n</article>"
			for _, c := range it.Comments {
				said, _ := guest.Typed(c.Content)
				body += "\n<div>" + said + "</div>"
				hold(t, guest, said, fmt.Sprintf("comment %d", c.ID))
			}
			hold(t, r, out.HTML, fmt.Sprintf("%s item %d", name, it.ID))
			hold(t, r, out.Lead, fmt.Sprintf("%s lead of item %d", name, it.ID))
			if words := prose.Plain(tags.ReplaceAllString(it.Content, "")); len(strings.Fields(prose.Plain(out.HTML)))*10 < len(strings.Fields(words))*9 {
				t.Errorf("%s item %d: %d words became %d", name, it.ID, len(strings.Fields(words)), len(strings.Fields(prose.Plain(out.HTML))))
			}
			if out.HTML != "" {
				rendered++
			} else if strings.TrimSpace(prose.Plain(it.Content)) != "" {
				t.Errorf("%s item %d: nothing is left of %.200q", name, it.ID, it.Content)
			}
			if pages != "" {
				page := "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>x</title></head><body>\n" + body + "\n</body></html>\n"
				if err := os.WriteFile(filepath.Join(pages, fmt.Sprintf("%s-%d-%d.html", name[:5], it.ID, i)), []byte(page), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		if rendered < 50 {
			t.Errorf("%s: only %d of %d items have content", name, rendered, len(items))
		}
		slices.Sort(report.Blocks)
		report.Blocks = slices.Compact(report.Blocks)
		t.Logf("%s: %d of %d items; %+v", name, rendered, len(items), report)
	}
}

// hold holds a result against what is promised of it.
func hold(t *testing.T, r *prose.Renderer, out, what string) {
	t.Helper()
	if err := cleantest.Check(out, ""); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if again, _ := r.HTML(out); again != out {
		t.Errorf("%s: cleaning again changes it", what)
	}
}
