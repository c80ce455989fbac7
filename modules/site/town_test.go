package site_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"veche"
	"veche/account"
	"veche/data"
	"veche/data/datatest"
	"veche/locale"
	"veche/modules/members"
	"veche/modules/site"
	"veche/theme"
)

const password = "the veche bell 1136"

// town is a site of this module, and of members, so that somebody can sign in.
type town struct {
	*veche.Node
	ctx context.Context
	t   testing.TB
}

// onEach runs the test on a site on every database there is.
func onEach(t *testing.T, f func(t *testing.T, town *town)) {
	t.Helper()
	datatest.EachDSN(t, func(t *testing.T, dsn string) { f(t, foundOn(t, dsn)) })
}

// found returns a site where the database does not matter.
func found(t testing.TB) *town {
	t.Helper()
	return foundOn(t, "")
}

func foundOn(t testing.TB, dsn string) *town {
	t.Helper()
	node, err := veche.New(t.Context(), veche.Options{
		Folder: t.TempDir(), DSN: dsn, Modules: []veche.Module{site.Module(), members.Module()}, Theme: theme.Default(),
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
	return &town{node, node.Context(t.Context()), t}
}

// write runs fn in a transaction that must succeed.
func (town *town) write(fn func(tx *data.Tx) error) {
	town.t.Helper()
	if _, err := data.Write(town.ctx, fn); err != nil {
		town.t.Fatal(err)
	}
}

// page makes a published page of Russian text in the menu, or as change says.
func (town *town) page(parent int64, title string, change func(p *site.Page)) site.Page {
	town.t.Helper()
	p := site.Page{
		ParentID: parent, Title: title, Body: "О городе.", Language: "ru", InMenu: true,
		Format: site.Markdown, Status: site.Published,
	}
	if change != nil {
		change(&p)
	}
	town.write(func(tx *data.Tx) error { return site.CreatePage(tx, &p) })
	return p
}

// edit changes a page as its form does.
func (town *town) edit(id int64, change func(p *site.Page)) {
	town.t.Helper()
	town.write(func(tx *data.Tx) error {
		p, err := data.ByID[site.Page](tx, id)
		if err != nil {
			return err
		}
		change(&p)
		return site.UpdatePage(tx, &p)
	})
}

// visitor is a browser.
type visitor struct {
	town    *town
	tag     locale.Tag
	cookies []*http.Cookie
}

func (town *town) guest(tag locale.Tag) *visitor { return &visitor{town: town, tag: tag} }

// member returns the browser of a new member who has signed in.
func (town *town) member(login string, role account.Role) *visitor {
	town.t.Helper()
	if _, err := town.Accounts().Create(town.ctx, account.Draft{Login: login, Password: password, Role: role}); err != nil {
		town.t.Fatal(err)
	}
	v := town.guest(locale.English)
	if got := v.post("/sign-in", url.Values{"login": {login}, "password": {password}}); got.Code != http.StatusSeeOther {
		town.t.Fatalf("signing in answers %d:\n%s", got.Code, got.Body)
	}
	return v
}

func (v *visitor) get(path string) *response { return v.ask(http.MethodGet, path, nil) }

func (v *visitor) post(path string, form url.Values) *response {
	return v.ask(http.MethodPost, path, form)
}

func (v *visitor) ask(method, path string, form url.Values) *response {
	r := httptest.NewRequest(method, "http://veche.test"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", string(v.tag))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "http://veche.test")
	}
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	v.town.ServeHTTP(w, r)
	v.cookies = append(v.cookies, w.Result().Cookies()...)
	return &response{ResponseRecorder: w, t: v.town.t}
}

// response is a page as it came.
type response struct {
	*httptest.ResponseRecorder
	t   testing.TB
	doc *html.Node
}

// to is where a redirect leads.
func (r *response) to() string { return r.Header().Get("Location") }

// texts are the texts of the elements that the selector finds, their spaces
// folded.
func (r *response) texts(selector string) []string {
	var all []string
	for _, n := range r.nodes(selector) {
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

// values are the values of an attribute of the elements that the selector finds.
func (r *response) values(selector, attribute string) []string {
	var all []string
	for _, n := range r.nodes(selector) {
		for _, a := range n.Attr {
			if a.Key == attribute {
				all = append(all, a.Val)
			}
		}
	}
	return all
}

func (r *response) nodes(selector string) []*html.Node {
	r.t.Helper()
	if r.doc == nil {
		doc, err := html.Parse(strings.NewReader(r.Body.String()))
		if err != nil {
			r.t.Fatal(err)
		}
		r.doc = doc
	}
	s, err := cascadia.ParseGroup(selector)
	if err != nil {
		r.t.Fatal(err)
	}
	return cascadia.QueryAll(r.doc, s)
}

// fields are what the page's form would send, but for what is changed.
func (r *response) fields(change url.Values) url.Values {
	r.t.Helper()
	form := url.Values{}
	for _, n := range r.nodes("main form input, main form textarea, main form option") {
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
		}
		_, checked := at["checked"]
		_, selected := at["selected"]
		switch {
		case n.Data == "textarea":
			if n.FirstChild != nil {
				form.Set(at["name"], n.FirstChild.Data)
			} else if at["name"] != "" {
				form.Set(at["name"], "")
			}
		case n.Data == "option" && selected:
			for _, a := range n.Parent.Attr {
				if a.Key == "name" {
					form.Set(a.Val, at["value"])
				}
			}
		case n.Data == "option", (at["type"] == "radio" || at["type"] == "checkbox") && !checked:
		default:
			form.Set(at["name"], at["value"])
		}
	}
	form.Del("")
	for name, all := range change {
		form[name] = all
	}
	return form
}
