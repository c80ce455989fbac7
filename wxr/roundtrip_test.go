package wxr_test

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"veche/wxr"
)

// A writer writes an export the way WordPress does.
type writer struct {
	strings.Builder
	cdata bool // text goes into CDATA, split where it holds "]]>"
}

func (w *writer) el(name, text string) {
	fmt.Fprintf(w, "<%s>%s</%s>\n", name, w.text(text), name)
}

func (w *writer) text(s string) string {
	if w.cdata {
		return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>"
	}
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

func (w *writer) num(name string, n int64) { fmt.Fprintf(w, "<%s>%d</%s>", name, n, name) }

func (w *writer) wall(name string, t time.Time) {
	s := "0000-00-00 00:00:00"
	if !t.IsZero() {
		s = t.Format("2006-01-02 15:04:05")
	}
	w.el(name, s)
}

func (w *writer) meta(element string, pairs []wxr.Meta) {
	for _, m := range pairs {
		fmt.Fprintf(w, "<%s>", element)
		w.el("wp:meta_key", m.Key)
		w.el("wp:meta_value", m.Value)
		fmt.Fprintf(w, "</%s>", element)
	}
}

func (w *writer) site(s *wxr.Site) {
	w.el("title", s.Title)
	w.el("link", s.Link)
	w.el("description", s.Description)
	w.el("language", s.Language)
	w.el("wp:wxr_version", s.Version)
	for _, a := range s.Authors {
		w.WriteString("<wp:author>")
		w.num("wp:author_id", a.ID)
		w.el("wp:author_login", a.Login)
		w.el("wp:author_display_name", a.DisplayName)
		w.WriteString("</wp:author>")
	}
	for _, t := range s.Terms {
		w.WriteString("<wp:term>")
		w.num("wp:term_id", t.ID)
		w.el("wp:term_taxonomy", t.Taxonomy)
		w.el("wp:term_slug", strings.ToLower(url.PathEscape(t.Slug)))
		w.el("wp:term_parent", t.Parent)
		w.el("wp:term_name", t.Name)
		w.el("wp:term_description", t.Description)
		w.meta("wp:termmeta", t.Meta)
		w.WriteString("</wp:term>")
	}
}

func (w *writer) item(it *wxr.Item) {
	w.WriteString("<item>")
	w.el("title", it.Title)
	w.el("dc:creator", it.Creator)
	w.el("content:encoded", it.Content)
	w.el("excerpt:encoded", it.Excerpt)
	w.num("wp:post_id", it.ID)
	w.wall("wp:post_date", it.Date)
	w.wall("wp:post_date_gmt", it.DateGMT)
	w.el("wp:post_name", strings.ToLower(url.PathEscape(it.Slug)))
	w.num("wp:post_parent", it.Parent)
	w.num("wp:menu_order", int64(it.MenuOrder))
	w.el("wp:post_type", it.Type)
	w.el("wp:post_password", it.Password)
	sticky := int64(0)
	if it.Sticky {
		sticky = 1
	}
	w.num("wp:is_sticky", sticky)
	for _, t := range it.Terms {
		fmt.Fprintf(w, "<category domain=%q nicename=%q>%s</category>", t.Taxonomy, strings.ToLower(url.PathEscape(t.Slug)), w.text(t.Name))
	}
	w.meta("wp:postmeta", it.Meta)
	for _, c := range it.Comments {
		w.WriteString("<wp:comment>")
		w.num("wp:comment_id", c.ID)
		w.el("wp:comment_author", c.Author)
		w.wall("wp:comment_date_gmt", c.DateGMT)
		w.el("wp:comment_content", c.Content)
		w.el("wp:comment_approved", c.Approved)
		w.num("wp:comment_parent", c.Parent)
		w.meta("wp:commentmeta", c.Meta)
		w.WriteString("</wp:comment>")
	}
	w.WriteString("</item>\n")
}

// What WordPress can hold: any text XML allows, except the carriage return,
// which XML itself turns into a line feed; names of one word.
var (
	anyText = rapid.StringOf(rapid.RuneFrom([]rune("ab ]>[<&;!-\"'\n\tжЩї\u00a0語😀\ufffd")))
	anyWord = rapid.StringMatching(`[a-z][a-z0-9_]{0,8}`)
	anySlug = rapid.StringMatching(`([a-zж語]|[0-9]){1,6}(-[a-zї0-9]{1,4})?`)
	anyID   = rapid.Int64Range(0, 1<<40)
	anyMeta = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) wxr.Meta {
		return wxr.Meta{Key: anyWord.Draw(t, "key"), Value: anyText.Draw(t, "value")}
	}), 0, 3)
	anyMoment = rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "never") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "second"), 0).UTC()
	})
	anyTerm = rapid.Custom(func(t *rapid.T) wxr.Term {
		return wxr.Term{
			ID: anyID.Draw(t, "id"), Taxonomy: anyWord.Draw(t, "taxonomy"), Slug: anySlug.Draw(t, "slug"),
			Parent: anyWord.Draw(t, "parent"), Name: anyText.Draw(t, "name"),
			Description: anyText.Draw(t, "description"), Meta: orNil(anyMeta.Draw(t, "meta")),
		}
	})
	anyComment = rapid.Custom(func(t *rapid.T) wxr.Comment {
		return wxr.Comment{
			ID: anyID.Draw(t, "id"), Author: anyText.Draw(t, "author"), DateGMT: anyMoment.Draw(t, "date"),
			Content: anyText.Draw(t, "content"), Approved: anyWord.Draw(t, "approved"),
			Parent: anyID.Draw(t, "parent"), Meta: orNil(anyMeta.Draw(t, "meta")),
		}
	})
	anyRef = rapid.Custom(func(t *rapid.T) wxr.TermRef {
		return wxr.TermRef{Taxonomy: "t_" + anyWord.Draw(t, "taxonomy"), Slug: anySlug.Draw(t, "slug"), Name: anyText.Draw(t, "name")}
	})
	anyItem = rapid.Custom(func(t *rapid.T) wxr.Item {
		return wxr.Item{
			ID: anyID.Draw(t, "id"), Type: anyWord.Draw(t, "type"), Title: anyText.Draw(t, "title"),
			Slug: anySlug.Draw(t, "slug"), Creator: anyWord.Draw(t, "creator"), Content: anyText.Draw(t, "content"),
			Excerpt: anyText.Draw(t, "excerpt"), Date: anyMoment.Draw(t, "date"), DateGMT: anyMoment.Draw(t, "gmt"),
			Parent: anyID.Draw(t, "parent"), MenuOrder: int(rapid.Int32().Draw(t, "order")), Password: anyText.Draw(t, "password"),
			Sticky: rapid.Bool().Draw(t, "sticky"), Meta: orNil(anyMeta.Draw(t, "meta")),
			Terms:    orNil(rapid.SliceOfN(anyRef, 0, 3).Draw(t, "terms")),
			Comments: orNil(rapid.SliceOfN(anyComment, 0, 3).Draw(t, "comments")),
		}
	})
)

func orNil[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

func TestWhatIsWrittenIsReadBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &writer{cdata: rapid.Bool().Draw(t, "cdata")}
		site := &wxr.Site{
			Version: "1.2", Title: anyText.Draw(t, "title"), Link: anyWord.Draw(t, "link"),
			Description: anyText.Draw(t, "description"), Language: anyWord.Draw(t, "language"),
			Terms: orNil(rapid.SliceOfN(anyTerm, 0, 4).Draw(t, "terms")),
		}
		for range rapid.IntRange(0, 2).Draw(t, "authors") {
			site.Authors = append(site.Authors, wxr.Author{ID: anyID.Draw(t, "id"), Login: anyWord.Draw(t, "login"), DisplayName: anyText.Draw(t, "name")})
		}
		items := orNil(rapid.SliceOfN(anyItem, 0, 4).Draw(t, "items"))
		w.site(site)
		header := w.String()
		w.Reset()
		for i := range items {
			w.item(&items[i])
		}
		in := strings.Replace(export(header, w.String()), "<rss ", `<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" `, 1)
		gotSite, gotItems, stats, err := readAll(strings.NewReader(in), wxr.Options{})
		if err != nil {
			t.Fatalf("%v in\n%s", err, in)
		}
		for i := range gotItems {
			gotItems[i].Line = 0
		}
		if diff := cmp.Diff(gotSite, site); diff != "" {
			t.Fatalf("site, got before want:\n%s", diff)
		}
		if diff := cmp.Diff(gotItems, items); diff != "" {
			t.Fatalf("items, got before want:\n%s", diff)
		}
		if stats.Unknown != 0 || stats.BadValue != 0 || stats.Replaced != 0 {
			t.Fatalf("stats %+v", stats)
		}
	})
}
