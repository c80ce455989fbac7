package wordpress_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"veche/data"
	"veche/data/datatest"
	"veche/modules/news"
	"veche/modules/site"
	"veche/prose/clean/cleantest"
	"veche/wordpress"
)

// plain is an export as encoding/xml alone sees it: a second opinion on what is
// in there.
type plain struct {
	Authors    []struct{}  `xml:"channel>author"`
	Categories []plainTerm `xml:"channel>category"`
	Terms      []plainTerm `xml:"channel>term"`
	Items      []plainItem `xml:"channel>item"`
}

type plainTerm struct {
	Slug string `xml:"category_nicename"`
	Kind string `xml:"term_taxonomy"`
	Name string `xml:"term_slug"`
}

type plainItem struct {
	Type     string `xml:"post_type"`
	Status   string `xml:"status"`
	Password string `xml:"post_password"`
	Comments []struct {
		Approved string `xml:"comment_approved"`
		Type     string `xml:"comment_type"`
	} `xml:"comment"`
}

func readPlain(t *testing.T, export string) plain {
	t.Helper()
	var p plain
	if err := xml.NewDecoder(strings.NewReader(export)).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p plain) count(match func(*plainItem) bool) int {
	n := 0
	for i := range p.Items {
		if match(&p.Items[i]) {
			n++
		}
	}
	return n
}

// tables counts the rows that meet a condition.
func tables(w *town, model any, where string, args ...any) int {
	w.t.Helper()
	var n int64
	if err := data.Read(w.ctx()).Model(model).Where(where, args...).Count(&n).Error; err != nil {
		w.t.Fatal(err)
	}
	return int(n)
}

func TestRealExportsAreImportedWhole(t *testing.T) {
	for _, name := range realExports(t) {
		export, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			datatest.EachDSN(t, func(t *testing.T, dsn string) {
				w := newTown(t, dsn)
				report := w.bring(string(export))
				checkCounts(w, readPlain(t, string(export)), report)
				checkAgain(w, string(export))
				walk(w, nil)
				checkFeeds(w)
				if said := w.errors.String(); said != "" {
					t.Errorf("errors were logged:\n%s", said)
				}
			})
		})
	}
}

// checkCounts holds the tables and the report against the export.
func checkCounts(w *town, p plain, report *wordpress.Report) {
	w.t.Helper()
	kept := func(kind string) int {
		return p.count(func(i *plainItem) bool { return i.Type == kind && i.Status != "trash" })
	}
	open := func(kind string) int {
		return p.count(func(i *plainItem) bool {
			return i.Type == kind && (i.Status == "publish" || i.Status == "future") && i.Password == ""
		})
	}
	comments, approved := 0, 0
	for i := range p.Items {
		for _, c := range p.Items[i].Comments {
			if p.Items[i].Type != "post" || p.Items[i].Status == "trash" || c.Type == "pingback" || c.Type == "trackback" || c.Approved == "spam" || c.Approved == "trash" {
				continue
			}
			if comments++; c.Approved == "1" {
				approved++
			}
		}
	}
	all, categories := 0, 0
	for _, c := range report.Counts {
		switch c.Kind {
		case "post", "page", "attachment", "menu entry", "other item":
			all += c.Found
		}
	}
	slugs := make(map[string]bool)
	for _, c := range p.Categories {
		slugs[c.Slug] = true
	}
	for _, c := range p.Terms {
		if c.Kind == "category" {
			slugs[c.Name] = true
		}
	}
	categories = len(slugs)
	for _, check := range []struct {
		what      string
		got, want int
	}{
		{"items counted", all, len(p.Items)},
		{"news items", tables(w, &news.Item{}, "1 = 1"), kept("post")},
		{"published news items", tables(w, &news.Item{}, "status = ?", "published"), open("post")},
		{"pages", tables(w, &site.Page{}, "1 = 1"), kept("page")},
		{"published pages", tables(w, &site.Page{}, "status = ?", "published"), open("page")},
		{"comments", tables(w, &news.Comment{}, "1 = 1"), comments},
		{"approved comments", tables(w, &news.Comment{}, "status = ?", "approved"), approved},
		{"authors", int(w.rows()["members"]), len(p.Authors)},
		{"sections", tables(w, &news.Section{}, "1 = 1"), categories},
	} {
		if check.got != check.want {
			w.t.Errorf("%s: %d, the export has %d", check.what, check.got, check.want)
		}
	}
	if w.t.Failed() {
		var b strings.Builder
		_ = report.Write(&b, 3)
		w.t.Log(b.String())
	}
}

// checkAgain imports once more: nothing may be written.
func checkAgain(w *town, export string) {
	w.t.Helper()
	before, rows := w.Node.Stats().Tracker, w.rows()
	report := w.bring(export)
	if report.Changed() {
		w.t.Errorf("the second import changed something: %+v", report.Counts)
	}
	if after := w.Node.Stats().Tracker; after.Clock != before.Clock {
		w.t.Errorf("the second import wrote: the change clock went from %d to %d", before.Clock, after.Clock)
	}
	if now := w.rows(); fmt.Sprint(now) != fmt.Sprint(rows) {
		w.t.Errorf("rows after the second import: %v, before: %v", now, rows)
	}
}

// walk visits every page that can be reached from the front page by links and
// returns their addresses. Every internal link must answer, and every page be
// whole. see may be nil.
func walk(w *town, see func(path, body string)) map[string]bool {
	w.t.Helper()
	pages, _ := filepath.Abs(w.t.TempDir())
	seen := map[string]bool{"/": true}
	queue := []string{"/", "/sitemap", "/news"}
	shown := 0
	for len(queue) > 0 && len(seen) < 5000 {
		at := queue[0]
		queue = queue[1:]
		r := w.get(at)
		for hops := 0; r.Code == http.StatusMovedPermanently && hops < 5; hops++ {
			r = w.get(r.Header().Get("Location"))
		}
		body := r.Body.String()
		switch {
		case r.Code == http.StatusSeeOther && strings.HasPrefix(r.Header().Get("Location"), "/sign-in"):
			continue
		case r.Code != http.StatusOK:
			w.t.Errorf("%s answers %d", at, r.Code)
			continue
		case !strings.HasPrefix(r.Header().Get("Content-Type"), "text/html"):
			continue
		}
		if see != nil {
			see(at, body)
		}
		shown++
		if err := os.WriteFile(filepath.Join(pages, fmt.Sprintf("%04d.html", shown)), []byte(body), 0o600); err != nil {
			w.t.Fatal(err)
		}
		for _, link := range links(w, at, body) {
			if !seen[link] {
				seen[link] = true
				queue = append(queue, link)
			}
		}
	}
	w.t.Logf("%d pages walked, %d addresses", shown, len(seen))
	checkTexts(w)
	checkValid(w, pages)
	return seen
}

// links returns the addresses on this site that a page links to.
func links(w *town, at, body string) []string {
	w.t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	base, err := url.Parse("http://town.example" + at)
	if err != nil {
		w.t.Fatal(err)
	}
	var found []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			if a.Key != "href" && a.Key != "src" {
				continue
			}
			u, err := base.Parse(a.Val)
			if err != nil {
				w.t.Errorf("%s: the address %q: %v", at, a.Val, err)
				continue
			}
			if u.Host == base.Host && u.Scheme == "http" {
				found = append(found, u.RequestURI())
			}
		}
	}
	return found
}

// checkTexts holds every text that was stored against what package clean
// promises.
func checkTexts(w *town) {
	w.t.Helper()
	items, err := data.All[news.Item](data.Read(w.ctx()).Select("title", "html"))
	if err != nil {
		w.t.Fatal(err)
	}
	pages, err := data.All[site.Page](data.Read(w.ctx()).Select("title", "html"))
	if err != nil {
		w.t.Fatal(err)
	}
	comments, err := data.All[news.Comment](data.Read(w.ctx()).Select("author_name", "html"))
	if err != nil {
		w.t.Fatal(err)
	}
	check := func(name, text, anchors string) {
		if err := cleantest.Check(text, anchors); err != nil {
			w.t.Errorf("the text of %q: %v", name, err)
		}
	}
	for i := range items {
		check(items[i].Title, items[i].HTML, "note-")
	}
	for i := range pages {
		check(pages[i].Title, pages[i].HTML, "text-")
	}
	for i := range comments {
		check("a comment of "+comments[i].AuthorName, comments[i].HTML, "")
	}
}

// checkValid has the Nu checker look at the pages, if VECHE_TEST_VNU names its
// jar.
func checkValid(w *town, folder string) {
	w.t.Helper()
	jar := os.Getenv("VECHE_TEST_VNU")
	if jar == "" {
		const why = "NOT CHECKED: whether pages are valid HTML; set VECHE_TEST_VNU to vnu.jar"
		if os.Getenv("VECHE_TEST_STRICT") == "1" {
			w.t.Error(why)
		}
		w.t.Log(why)
		return
	}
	if w.Engine() != "sqlite" {
		return // pages are the same on every database
	}
	out, err := exec.CommandContext(w.t.Context(), "java", "-Xss4m", "-jar", jar, "--errors-only", folder).CombinedOutput()
	if err != nil {
		w.t.Errorf("the Nu checker: %v\n%.4000s", err, out)
	}
}

// checkFeeds holds the feeds against their formats.
func checkFeeds(w *town) {
	w.t.Helper()
	for _, path := range []string{"/news/feed.rss", "/news/feed.atom", "/sitemap.xml", "/pages.xml", "/news/sitemap.xml"} {
		r := w.get(path)
		dec := xml.NewDecoder(r.Body)
		elements := 0
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				w.t.Errorf("%s: %v", path, err)
				break
			}
			if _, ok := token.(xml.StartElement); ok {
				elements++
			}
		}
		if r.Code != http.StatusOK || elements < 2 {
			w.t.Errorf("%s answers %d with %d elements", path, r.Code, elements)
		}
	}
	var feed struct {
		Items []struct {
			URL string `json:"url"`
		} `json:"items"`
	}
	if err := json.Unmarshal(w.get("/news/feed.json").Body.Bytes(), &feed); err != nil || len(feed.Items) == 0 {
		w.t.Errorf("/news/feed.json: %d items, %v", len(feed.Items), err)
	}
}
