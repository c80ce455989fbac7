package web_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"veche/fault"
	"veche/web"
)

// door returns a protected router with a page and a form, and what its errors were.
func door(t *testing.T, limits web.Limits) (*web.Guard, *[]string) {
	t.Helper()
	var mu sync.Mutex
	var causes []string
	router := web.NewRouter(func(w http.ResponseWriter, _ *http.Request, f *fault.Error) {
		mu.Lock()
		defer mu.Unlock()
		causes = append(causes, f.Error())
		http.Error(w, f.Kind.String(), f.Kind.Status())
	})
	for pattern, do := range map[string]web.Handler{
		"GET /page": func(w http.ResponseWriter, _ *http.Request) error { _, err := io.WriteString(w, "page"); return err },
		"POST /form": func(w http.ResponseWriter, r *http.Request) error {
			form, err := web.Form(r)
			if err != nil {
				return err
			}
			_, err = io.WriteString(w, form.Get("a"))
			return err
		},
		"GET /panic": func(http.ResponseWriter, *http.Request) error { panic("secret cause") },
		"GET /wrong": func(http.ResponseWriter, *http.Request) error { return errors.New("secret cause") },
		"GET /gone":  func(http.ResponseWriter, *http.Request) error { return fault.New(fault.NotFound, "") },
	} {
		if err := router.Handle(pattern, do); err != nil {
			t.Fatal(err)
		}
	}
	guard, err := web.Protect(router, limits)
	if err != nil {
		t.Fatal(err)
	}
	return guard, &causes
}

// request is a request to https://town.example by default.
func request(method, path string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.Host = "town.example"
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func answer(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func TestForgedRequestsAreRefused(t *testing.T) {
	guard, _ := door(t, web.Limits{Origin: "https://town.example"})
	for _, c := range []struct {
		name string
		r    *http.Request
		want int
	}{
		{"own form", request("POST", "/form", "Origin", "https://town.example", "Sec-Fetch-Site", "same-origin"), 200},
		{"own form of an old browser", request("POST", "/form", "Origin", "https://town.example"), 200},
		{"a program", request("POST", "/form"), 200},
		{"another site", request("POST", "/form", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"), 403},
		{"another site, old browser", request("POST", "/form", "Origin", "https://evil.example"), 403},
		{"a sibling host", request("POST", "/form", "Sec-Fetch-Site", "same-site"), 403},
		{"an opaque origin", request("POST", "/form", "Origin", "null"), 403},
		{"http origin on https", request("POST", "/form", "Origin", "http://town.example"), 403},
		{"user information", request("POST", "/form", "Origin", "https://evil@town.example"), 403},
		{"an origin with a path", request("POST", "/form", "Origin", "https://town.example/x"), 403},
		{"a link from elsewhere", request("GET", "/page", "Sec-Fetch-Site", "cross-site"), 200},
		{"own WebSocket", request("GET", "/page", "Upgrade", "websocket", "Origin", "https://town.example", "Sec-Fetch-Site", "same-origin"), 200},
		{"WebSocket from elsewhere", request("GET", "/page", "Upgrade", "websocket", "Origin", "https://evil.example"), 403},
		{"WebSocket from elsewhere, told by the browser", request("GET", "/page", "Upgrade", "websocket", "Sec-Fetch-Site", "cross-site"), 403},
		{"WebSocket from http", request("GET", "/page", "Upgrade", "websocket", "Origin", "http://town.example"), 403},
		{"event stream from elsewhere", request("GET", "/page", "Accept", "text/event-stream", "Origin", "https://evil.example"), 403},
		{"event stream, user information", request("GET", "/page", "Accept", "text/event-stream", "Origin", "https://u@town.example"), 403},
	} {
		if got := answer(guard, c.r); got.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, got.Code, c.want)
		}
	}
	if guard.Refused() == 0 {
		t.Error("refusals are not counted")
	}
}

func TestEveryResponseIsProtected(t *testing.T) {
	guard, _ := door(t, web.Limits{Origin: "https://town.example"})
	for _, path := range []string{"/page", "/panic", "/gone", "/nothing"} {
		h := answer(guard, request("GET", path)).Header()
		csp := h.Get("Content-Security-Policy")
		if csp == "" || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy", "Strict-Transport-Security"} {
			if h.Get(name) == "" {
				t.Errorf("%s: no %s", path, name)
			}
		}
	}
	plain, _ := door(t, web.Limits{})
	if h := answer(plain, request("GET", "/page")).Header(); h.Get("Strict-Transport-Security") != "" {
		t.Error("a site without https demands https")
	}
}

func TestPanicIsAPageAndALogLine(t *testing.T) {
	guard, causes := door(t, web.Limits{})
	for _, path := range []string{"/panic", "/wrong"} {
		got := answer(guard, request("GET", path))
		if got.Code != 500 || strings.Contains(got.Body.String(), "secret") {
			t.Errorf("%s: %d %q", path, got.Code, got.Body)
		}
	}
	if len(*causes) != 2 || !strings.Contains((*causes)[0], "secret cause") || !strings.Contains((*causes)[1], "secret cause") {
		t.Errorf("causes: %q", *causes)
	}
}

func TestRequestsBeyondTheLimitsAreRefused(t *testing.T) {
	guard, _ := door(t, web.Limits{Origin: "http://town.example", BodyMax: 100, URLMax: 50})
	long := httptest.NewRequest("POST", "/form", strings.NewReader("a="+strings.Repeat("x", 200)))
	long.Host = "town.example"
	long.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	hidden := long.Clone(t.Context())
	hidden.Body, hidden.ContentLength = io.NopCloser(strings.NewReader("a="+strings.Repeat("x", 200))), -1
	elsewhere := request("GET", "/page")
	elsewhere.Host = "rebound.example"
	for name, c := range map[string]struct {
		r    *http.Request
		want int
	}{
		"a long body":           {long, 413},
		"a long body, unstated": {hidden, 413},
		"a long address":        {request("GET", "/page?"+strings.Repeat("q", 60)), 414},
		"another host's name":   {elsewhere, 421},
		"a page that is not":    {request("GET", "/nothing"), 404},
		"a method that is not":  {request("DELETE", "/form"), 405},
		"what fits":             {request("GET", "/page"), 200},
	} {
		if got := answer(guard, c.r); got.Code != c.want {
			t.Errorf("%s: %d, want %d", name, got.Code, c.want)
		}
	}
}

func TestRequestsAtOnceAreBounded(t *testing.T) {
	router := web.NewRouter(nil)
	inside, leave := make(chan struct{}), make(chan struct{})
	if err := router.Handle("GET /wait", func(http.ResponseWriter, *http.Request) error {
		inside <- struct{}{}
		<-leave
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	guard, err := web.Protect(router, web.Limits{AtOnce: 2})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { answer(guard, request("GET", "/wait")) })
		<-inside
	}
	got := answer(guard, request("GET", "/wait"))
	if got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
		t.Errorf("the third answers %d", got.Code)
	}
	close(leave)
	all.Wait()
	all.Go(func() { <-inside })
	if got := answer(guard, request("GET", "/wait")); got.Code != 200 {
		t.Errorf("after they left: %d", got.Code)
	}
	all.Wait()
}

func TestConflictingRoutesAreAnError(t *testing.T) {
	router := web.NewRouter(nil)
	do := func(http.ResponseWriter, *http.Request) error { return nil }
	if err := router.Handle("GET /a", do); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"GET /a", "bad pattern here"} {
		if err := router.Handle(pattern, do); err == nil {
			t.Errorf("the route %q was accepted", pattern)
		}
	}
	for _, origin := range []string{"town.example", "ftp://town.example", "https://u@town.example", "https://town.example/path", "::"} {
		if _, err := web.Protect(router, web.Limits{Origin: origin}); err == nil {
			t.Errorf("the origin %q was accepted", origin)
		}
	}
}

func TestRedirectsStayOnTheSite(t *testing.T) {
	for to, want := range map[string]string{
		"/news?x=1": "/news?x=1", "": "/", "news": "/", "//evil.example": "/", "/\\evil.example": "/",
		"https://evil.example": "/", "/a\nb": "/", "/a\\b": "/", "javascript:alert(1)": "/",
	} {
		if got := web.Local(to); got != want {
			t.Errorf("Local(%q) = %q, want %q", to, got, want)
		}
	}
}
