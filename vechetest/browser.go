package vechetest

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// A Browser keeps cookies and follows redirects to pages, as a person's does.
// It belongs to one goroutine.
type Browser struct {
	// Locale is what it says in Accept-Language. Default "en".
	Locale string
	// Header is sent with every request besides.
	Header  http.Header
	site    *Site
	cookies map[string]*http.Cookie
}

// A Response is what a browser got.
type Response struct {
	Status int
	Path   string // after redirects
	Header http.Header
	Body   string
}

// Browser returns a browser without cookies: a guest.
func (s *Site) Browser() *Browser {
	return &Browser{Locale: "en", Header: make(http.Header), site: s, cookies: make(map[string]*http.Cookie)}
}

// On returns a browser with the same cookies on another node of the site.
func (b *Browser) On(s *Site) *Browser {
	return &Browser{Locale: b.Locale, Header: b.Header, site: s, cookies: b.cookies}
}

// host is the name under which tests reach a site.
const host = "veche.test"

// redirectsMax bounds the redirects that are followed.
const redirectsMax = 5

// Get asks for a page and follows redirects.
func (b *Browser) Get(path string) Response {
	return b.follow(b.do(http.MethodGet, path, nil))
}

// Post sends a form and follows the redirect to the page after it.
func (b *Browser) Post(path string, form url.Values) Response {
	return b.follow(b.do(http.MethodPost, path, form))
}

// Send sends a form and follows nothing.
func (b *Browser) Send(path string, form url.Values) Response {
	return b.do(http.MethodPost, path, form)
}

// Fetch asks for a page and follows nothing.
func (b *Browser) Fetch(path string) Response { return b.do(http.MethodGet, path, nil) }

// SignIn signs the member in, or fails the test.
func (b *Browser) SignIn(login, password string) {
	b.site.t.Helper()
	r := b.Send("/sign-in", url.Values{"login": {login}, "password": {password}})
	if r.Status != http.StatusSeeOther {
		b.site.t.Fatalf("signing in as %s answers %d:\n%s", login, r.Status, r.Body)
	}
}

func (b *Browser) do(method, path string, form url.Values) Response {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, "http://"+host+path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "http://"+host)
	}
	maps.Copy(r.Header, b.Header)
	r.Header.Set("Accept", "text/html,*/*")
	r.Header.Set("Accept-Language", b.Locale)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.site.Node.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
			continue
		}
		b.cookies[c.Name] = c
	}
	return Response{Status: w.Code, Path: path, Header: w.Header(), Body: w.Body.String()}
}

func (b *Browser) follow(r Response) Response {
	for range redirectsMax {
		to := r.Header.Get("Location")
		if r.Status < 300 || r.Status > 399 || to == "" {
			return r
		}
		target, err := url.Parse(to)
		if err != nil {
			return r
		}
		r = b.do(http.MethodGet, target.RequestURI(), nil)
	}
	return r
}

// logTo sends what goes wrong to the test's log.
func logTo(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}
