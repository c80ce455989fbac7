package members_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"veche"
	"veche/account"
	"veche/data/datatest"
	"veche/modules/members"
	"veche/mosaic"
	"veche/theme"
)

// town is a site of this module and what it needs around it.
type town struct {
	*veche.Node
	t      *testing.T
	passed atomic.Int64 // nanoseconds since noon
}

func (town *town) now() time.Time {
	return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).Add(time.Duration(town.passed.Load()))
}

// around is a module that gives pages a title and a header.
func around() veche.Module {
	type head struct{ Key, Title string }
	return veche.Module{
		Name: "site",
		Components: []mosaic.Component{
			mosaic.New("site/head", func(_ context.Context, p head) (any, error) { return p, nil }),
			mosaic.New("site/admin-menu", func(context.Context, struct{ Here string }) (any, error) { return nil, nil }),
			mosaic.New("site/front", func(context.Context, mosaic.None) (any, error) { return mosaic.HTML("<h1>Front</h1>"), nil }),
		},
		Pages: []veche.Page{{Pattern: "/{$}", View: func(*http.Request) veche.View {
			return veche.View{Frame: veche.Wide, Main: mosaic.Named("site/front"), Head: mosaic.Named("site/head", "Title", "Front")}
		}}},
		Blocks: []veche.Block{{
			Frames: []string{veche.Wide, veche.Bare}, Slot: "header", Fragment: mosaic.Named("members/box"),
		}},
		Templates: fstest.MapFS{"site/head.html": {Data: []byte(`<title>{{with .Key}}{{t .}}{{else}}{{.Title}}{{end}}</title>`)}},
	}
}

// eachTown runs the test on a site on every database.
func eachTown(t *testing.T, f func(t *testing.T, town *town)) {
	t.Helper()
	datatest.EachDSN(t, func(t *testing.T, dsn string) { f(t, found(t, dsn, members.Module())) })
}

// onSQLite runs the test on a site where the database does not matter.
func onSQLite(t *testing.T) *town {
	t.Helper()
	return found(t, "", members.Module())
}

func found(t *testing.T, dsn string, m veche.Module) *town {
	t.Helper()
	town := &town{t: t}
	node, err := veche.New(t.Context(), veche.Options{
		Folder: t.TempDir(), DSN: dsn, Modules: []veche.Module{m, around()}, Theme: theme.Default(), Now: town.now,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := node.Close(); err != nil {
			t.Error(err)
		}
	})
	town.Node = node
	return town
}

const secret = "the veche bell 1136"

// member makes a member.
func (town *town) member(login string, role account.Role) account.Member {
	town.t.Helper()
	m, err := town.Accounts().Create(town.Context(town.t.Context()), account.Draft{Login: login, Password: secret, Role: role})
	if err != nil {
		town.t.Fatal(err)
	}
	return m
}

// made is how often fragments of the component were made.
func (town *town) made(component string) uint64 { return town.Stats().Components[component].Made }

// browser is what one visitor browses with.
type browser struct {
	town    *town
	locale  string
	agent   string
	cookies map[string]*http.Cookie
}

func (town *town) browser() *browser {
	return &browser{
		town: town, locale: "en", cookies: make(map[string]*http.Cookie),
		agent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
	}
}

// signedIn returns a browser in which the member is signed in.
func (town *town) signedIn(login string) *browser {
	town.t.Helper()
	b := town.browser()
	b.post("/sign-in", "login", login, "password", secret, "keep", "1").goes(http.StatusSeeOther, "/")
	return b
}

// page is what a browser got.
type page struct {
	*html.Node
	t      *testing.T
	what   string
	status int
	header http.Header
	body   string
}

func (b *browser) get(path string) *page { return b.do(http.MethodGet, path, nil) }

// post sends a form of names and values in turn.
func (b *browser) post(path string, pairs ...string) *page {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, path, values)
}

func (b *browser) do(method, path string, form url.Values) *page {
	t := b.town.t
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", b.locale)
	r.Header.Set("User-Agent", b.agent)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.town.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if b.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	tree, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	p := &page{Node: tree, t: t, what: method + " " + path, status: w.Code, header: w.Header(), body: w.Body.String()}
	if w.Code != http.StatusSeeOther {
		p.sound()
	}
	return p
}

// answers verifies the status.
func (p *page) answers(status int) *page {
	p.t.Helper()
	if p.status != status {
		p.t.Errorf("%s answers %d, want %d:\n%s", p.what, p.status, status, p.body)
	}
	return p
}

// goes verifies that the visitor is sent elsewhere.
func (p *page) goes(status int, to string) {
	p.t.Helper()
	if got := p.header.Get("Location"); p.status != status || got != to {
		p.t.Errorf("%s answers %d to %q, want %d to %q:\n%s", p.what, p.status, got, status, to, p.body)
	}
}

// all returns the elements of the selector.
func (p *page) all(selector string) []*html.Node {
	p.t.Helper()
	s, err := cascadia.ParseGroup(selector)
	if err != nil {
		p.t.Fatal(err)
	}
	return cascadia.QueryAll(p.Node, s)
}

// has verifies how many elements the selector finds.
func (p *page) has(count int, selector string) *page {
	p.t.Helper()
	if got := len(p.all(selector)); got != count {
		p.t.Errorf("%s has %d of %s, want %d:\n%s", p.what, got, selector, count, p.body)
	}
	return p
}

// text returns the text of the first element of the selector.
func (p *page) text(selector string) string {
	p.t.Helper()
	for _, n := range p.all(selector) {
		return textOf(n)
	}
	p.t.Errorf("%s has no %s:\n%s", p.what, selector, p.body)
	return ""
}

// says verifies the text of the first element of the selector.
func (p *page) says(selector, want string) *page {
	p.t.Helper()
	if got := p.text(selector); got != want {
		p.t.Errorf("%s says %q in %s, want %q", p.what, got, selector, want)
	}
	return p
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// sound verifies what holds for every page: one heading, a title, names for all
// controls, references that lead somewhere, nothing inline, no words without text.
func (p *page) sound() {
	p.t.Helper()
	p.has(1, "h1").has(1, "title").has(0, "[style], style, script:not([src]), .fragment-failed")
	ids := make(map[string]bool)
	for _, n := range p.all("[id]") {
		if id := attribute(n, "id"); ids[id] {
			p.t.Errorf("%s has two elements with the id %q", p.what, id)
		} else {
			ids[id] = true
		}
	}
	for _, n := range p.all("[aria-describedby], [aria-labelledby], label[for], a[href^='#']") {
		names := attribute(n, "aria-describedby") + " " + attribute(n, "aria-labelledby") + " " + attribute(n, "for")
		if target, ok := strings.CutPrefix(attribute(n, "href"), "#"); ok {
			names += " " + target
		}
		for name := range strings.FieldsSeq(names) {
			if !ids[name] {
				p.t.Errorf("%s refers to %q, which is not there", p.what, name)
			}
		}
	}
	for _, n := range p.all("input:not([type=hidden]):not([type=checkbox]):not([hidden]), select") {
		p.has(1, "label[for='"+attribute(n, "id")+"']")
	}
	for _, n := range p.all("[onclick], [onpaste], [oncopy]") {
		p.t.Errorf("%s has a script in %s", p.what, n.Data)
	}
	for word := range strings.FieldsSeq(textOf(p.Node)) {
		for _, prefix := range []string{"members.", "account.", "fault.", "frame."} {
			if strings.HasPrefix(word, prefix) && len(word) > len(prefix) {
				p.t.Errorf("%s has words without text: %s", p.what, word)
			}
		}
	}
}
