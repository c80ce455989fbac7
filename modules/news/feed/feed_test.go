package feed_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"veche/modules/news/feed"
)

// known returns the text as XML can say it.
func known(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= 0x20 && r != 0xFFFE && r != 0xFFFF && !unicode.Is(unicode.Cs, r) {
			return r
		}
		return unicode.ReplacementChar
	}, strings.ReplaceAll(text, "\r", "\n"))
	return text
}

// TestAnyTextSurvives shows that whatever a title or body holds, every format
// says it back.
func TestAnyTextSurvives(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := func(label string) string { return known(rapid.String().Draw(r, label)) }
		f := feed.Feed{Title: text("title"), URL: "https://town.example/news", Self: "https://town.example/feed"}
		f.Entries = []feed.Entry{{
			ID: "tag:town.example,2026:1", URL: "https://town.example/1", Title: text("entry"), Content: text("content"),
			Terms: []string{text("term")}, Published: time.Unix(1e9, 0), Changed: time.Unix(2e9, 0),
		}}
		want := [3]string{f.Title, f.Entries[0].Title, f.Entries[0].Content}

		var rss struct {
			Title   string `xml:"channel>title"`
			Entry   string `xml:"channel>item>title"`
			Content string `xml:"channel>item>encoded"`
		}
		document, err := f.RSS()
		if err == nil {
			err = xml.Unmarshal(document, &rss)
		}
		if got := [3]string{rss.Title, rss.Entry, rss.Content}; err != nil || got != want {
			r.Errorf("RSS says %q, want %q (%v)", got, want, err)
		}
		var atom struct {
			Title   string `xml:"title"`
			Entry   string `xml:"entry>title"`
			Content string `xml:"entry>content"`
		}
		document, err = f.Atom()
		if err == nil {
			err = xml.Unmarshal(document, &atom)
		}
		if got := [3]string{atom.Title, atom.Entry, atom.Content}; err != nil || got != want {
			r.Errorf("Atom says %q, want %q (%v)", got, want, err)
		}
		var j struct {
			Title string
			Items []struct {
				Title   string
				Content string `json:"content_html"`
			}
		}
		document, err = f.JSON()
		if err == nil {
			err = json.Unmarshal(document, &j)
		}
		if err != nil || len(j.Items) != 1 {
			r.Fatalf("JSON Feed is %s (%v)", document, err)
		}
		if got := [3]string{j.Title, j.Items[0].Title, j.Items[0].Content}; got != want {
			r.Errorf("JSON Feed says %q, want %q", got, want)
		}
	})
}

func TestPlaces(t *testing.T) {
	got, err := feed.Places([]feed.Place{{URL: "https://town.example/?a=1&b=2", Changed: time.Unix(0, 0)}, {URL: "https://town.example/"}})
	const want = `<url><loc>https://town.example/?a=1&amp;b=2</loc><lastmod>1970-01-01T00:00:00Z</lastmod></url><url><loc>https://town.example/</loc></url>`
	if err != nil || string(got) != want {
		t.Errorf("the places are %s (%v), want %s", got, err, want)
	}
}
