package news_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"veche"
	"veche/account"
	"veche/data"
	"veche/modules/members"
	"veche/modules/news"
	"veche/modules/site"
	"veche/mosaic"
	"veche/theme"
)

const password = "the veche bell 1136"

// town is a site of this module, with the tree of pages and members.
type town struct {
	*veche.Node
	ctx    context.Context
	t      testing.TB
	passed atomic.Int64 // nanoseconds since noon
	roads  news.Section
	digs   news.Section
}

func (town *town) now() time.Time {
	return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).Add(time.Duration(town.passed.Load()))
}

// wait lets time pass.
func (town *town) wait(d time.Duration) { town.passed.Add(int64(d)) }

// found founds a town with two sections and no news.
func found(t testing.TB, dsn string) *town {
	t.Helper()
	town := &town{t: t}
	node, err := veche.New(t.Context(), veche.Options{
		Folder: t.TempDir(), DSN: dsn, Modules: []veche.Module{site.Module(), members.Module(), news.Module()},
		Theme: theme.Default(), Now: town.now,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := node.Close(); err != nil {
			t.Errorf("closing the node: %v", err)
		}
	})
	town.Node, town.ctx = node, node.Context(t.Context())
	town.divide()
	return town
}

// divide makes the two sections.
func (town *town) divide() {
	town.t.Helper()
	town.roads = news.Section{Title: "Bridges and roads", Language: "en", Position: 1}
	town.digs = news.Section{Title: "Раскопки", Language: "ru", Position: 2}
	town.write(func(tx *data.Tx) error { return news.SaveSection(tx, &town.roads) })
	town.write(func(tx *data.Tx) error { return news.SaveSection(tx, &town.digs) })
}

// write runs fn in a transaction that must succeed.
func (town *town) write(fn func(tx *data.Tx) error) {
	town.t.Helper()
	if _, err := data.Write(town.ctx, fn); err != nil {
		town.t.Fatal(err)
	}
}

// publish writes an item of the bridge section, published an hour ago, or as
// change says.
func (town *town) publish(title string, change func(i *news.Item), tags ...string) news.Item {
	town.t.Helper()
	item := news.Item{
		SectionID: town.roads.ID, Title: title, Dek: "About " + title + ".", Body: "The whole of " + title + ".", Language: "en",
		Format: news.FormatMarkdown, Status: news.StatusPublished, PublishedAt: town.now().Add(-time.Hour),
		AuthorName: "Maria", CommentsOpen: true,
	}
	if change != nil {
		change(&item)
	}
	town.write(func(tx *data.Tx) error {
		saved := item
		err := news.Save(tx, &saved, tags)
		if err == nil {
			item = saved
		}
		return err
	})
	return item
}

// edit changes an item as its form does.
func (town *town) edit(id int64, change func(i *news.Item), tags ...string) {
	town.t.Helper()
	town.write(func(tx *data.Tx) error {
		item, err := data.ByID[news.Item](tx, id)
		if err != nil {
			return err
		}
		change(&item)
		return news.Save(tx, &item, tags)
	})
}

// comment writes an approved comment.
func (town *town) comment(item, parent int64, body string) news.Comment {
	town.t.Helper()
	c := news.Comment{ItemID: item, ParentID: parent, AuthorName: "Onfim", Body: body, Status: news.CommentApproved}
	town.write(func(tx *data.Tx) error { return news.AddComment(tx, &c) })
	return c
}

// visitor is a browser.
type visitor struct {
	town    *town
	tag     string
	cookies map[string]*http.Cookie
}

func (town *town) guest() *visitor {
	return &visitor{town: town, tag: "en", cookies: make(map[string]*http.Cookie)}
}

// member returns the browser of a new member who has signed in.
func (town *town) member(login string, role account.Role) *visitor {
	town.t.Helper()
	if _, err := town.Accounts().Create(town.ctx, account.Draft{Login: login, Password: password, Role: role}); err != nil {
		town.t.Fatal(err)
	}
	v := town.guest()
	v.post("/sign-in", "login", login, "password", password, "keep", "1").answers(http.StatusSeeOther)
	return v
}

func (v *visitor) get(path string) *page { return v.ask(http.MethodGet, path, nil) }

// post sends a form of names and values in turn.
func (v *visitor) post(path string, pairs ...string) *page {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return v.ask(http.MethodPost, path, values)
}

func (v *visitor) ask(method, path string, form url.Values) *page {
	r := httptest.NewRequest(method, "http://veche.test"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", v.tag)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	v.town.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		v.cookies[c.Name] = c
	}
	p := &page{t: v.town.t, what: method + " " + path, status: w.Code, header: w.Header(), body: w.Body.String()}
	p.t.Helper()
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && w.Code != http.StatusSeeOther && w.Code != http.StatusMovedPermanently {
		p.sound()
	}
	return p
}

// page is what a browser got.
type page struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   string
	doc    *html.Node
}

// answers verifies the status.
func (p *page) answers(status int) *page {
	p.t.Helper()
	if p.status != status {
		p.t.Errorf("%s answers %d, want %d:\n%s", p.what, p.status, status, p.body)
	}
	return p
}

// goes verifies where the visitor is sent.
func (p *page) goes(status int, to string) {
	p.t.Helper()
	if got := p.header.Get("Location"); p.status != status || got != to {
		p.t.Errorf("%s answers %d to %q, want %d to %q:\n%s", p.what, p.status, got, status, to, p.body)
	}
}

// nodes returns the elements of the selector.
func (p *page) nodes(selector string) []*html.Node {
	p.t.Helper()
	if p.doc == nil {
		doc, err := html.Parse(strings.NewReader(p.body))
		if err != nil {
			p.t.Fatal(err)
		}
		p.doc = doc
	}
	s, err := cascadia.ParseGroup(selector)
	if err != nil {
		p.t.Fatal(err)
	}
	return cascadia.QueryAll(p.doc, s)
}

// texts are the texts of the selector's elements, their spaces folded.
func (p *page) texts(selector string) []string {
	p.t.Helper()
	var all []string
	for _, n := range p.nodes(selector) {
		var b strings.Builder
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				b.WriteString(d.Data)
			}
		}
		all = append(all, strings.Join(strings.Fields(b.String()), " "))
	}
	return all
}

// attrs are the values of the attribute of the selector's elements.
func (p *page) attrs(selector, key string) []string {
	p.t.Helper()
	var all []string
	for _, n := range p.nodes(selector) {
		for _, a := range n.Attr {
			if a.Key == key {
				all = append(all, a.Val)
			}
		}
	}
	return all
}

// says verifies the texts of the selector's elements.
func (p *page) says(selector string, want ...string) *page {
	p.t.Helper()
	if got := p.texts(selector); !slices.Equal(got, want) {
		p.t.Errorf("%s says %q in %s, want %q", p.what, got, selector, want)
	}
	return p
}

// has verifies how many elements the selector finds.
func (p *page) has(count int, selector string) *page {
	p.t.Helper()
	if got := len(p.nodes(selector)); got != count {
		p.t.Errorf("%s has %d of %s, want %d:\n%s", p.what, got, selector, count, p.body)
	}
	return p
}

// tells verifies whether the page holds the words anywhere.
func (p *page) tells(words string, want bool) *page {
	p.t.Helper()
	if got := strings.Contains(p.body, words); got != want {
		p.t.Errorf("%s: telling of %q is %v, want %v", p.what, words, got, want)
	}
	return p
}

// sound verifies what holds for every page: one heading of the first rank, one
// title, names for all controls, nothing missing, no words without a text.
func (p *page) sound() {
	p.t.Helper()
	p.has(1, "h1").has(1, "title").has(0, ".missing, [style], style")
	if strings.Contains(p.body, "ZgotmplZ") {
		p.t.Errorf("%s has an unsafe value", p.what)
	}
	ids := make(map[string]bool)
	for _, id := range p.attrs("[id]", "id") {
		if ids[id] {
			p.t.Errorf("%s has two of id %q", p.what, id)
		}
		ids[id] = true
	}
	for _, key := range []string{"for", "aria-describedby", "aria-labelledby"} {
		for _, refs := range p.attrs("["+key+"]", key) {
			for id := range strings.FieldsSeq(refs) {
				if !ids[id] {
					p.t.Errorf("%s: %s refers to %q, which is not there", p.what, key, id)
				}
			}
		}
	}
	for _, text := range p.texts("body") {
		for word := range strings.FieldsSeq(text) {
			if strings.HasPrefix(word, "news.") {
				p.t.Errorf("%s says the key %q", p.what, word)
			}
		}
	}
}

// readers are the pages that a count of made fragments watches.
func (town *town) readers(paths ...string) func() {
	guest := town.guest()
	return func() {
		for _, path := range paths {
			guest.get(path)
		}
	}
}

// remade returns which of the module's components are made when the pages are
// read after the change, and how often; the pages were read before it.
func (town *town) remade(read func(), change func()) map[string]uint64 {
	town.t.Helper()
	read()
	before := town.Stats().Components
	read()
	if again := town.difference(before); len(again) > 0 {
		town.t.Fatalf("without any change, reading again makes %v", again)
	}
	change()
	before = town.Stats().Components
	read()
	return town.difference(before)
}

// difference returns how often components were made since then.
func (town *town) difference(since map[string]mosaic.ComponentStats) map[string]uint64 {
	made := make(map[string]uint64)
	for name, now := range town.Stats().Components {
		if n := now.Made - since[name].Made; n > 0 {
			made[name] = n
		}
	}
	return made
}
