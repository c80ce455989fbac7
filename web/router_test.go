package web_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"veche/fault"
	"veche/web"
)

func TestWrongMethodIsToldTheRightOnes(t *testing.T) {
	var told []fault.Kind
	router := web.NewRouter(func(w http.ResponseWriter, _ *http.Request, f *fault.Error) {
		told = append(told, f.Kind)
		w.WriteHeader(f.Kind.Status())
	})
	do := func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, r.PathValue("id"))
		return err
	}
	for _, pattern := range []string{"GET /{$}", "GET /item/{id}", "POST /item/{id}", "DELETE /item/{id}", "POST /act", "/any", "GET /tree/"} {
		if err := router.Handle(pattern, do); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		method, path string
		want         int
		allow        string
	}{
		{"GET", "/item/7", 200, ""},
		{"HEAD", "/item/7", 200, ""},
		{"DELETE", "/item/7", 200, ""},
		{"PUT", "/item/7", 405, "DELETE, GET, HEAD, POST"},
		{"OPTIONS", "/act", 405, "POST"},
		{"GET", "/act", 405, "POST"},
		{"POST", "/", 405, "GET, HEAD"},
		{"PATCH", "/any", 200, ""},
		{"GET", "/none", 404, ""},
		{"PUT", "/none", 404, ""},
		{"BREW", "/item/7/x", 404, ""},
		{"GET", "/tree", 307, ""},
	} {
		rec := httptest.NewRecorder()
		router.ServeHTTP(rec, httptest.NewRequest(c.method, c.path, nil))
		if got := rec.Header().Get("Allow"); rec.Code != c.want && (c.want != 307 || rec.Code != 301) || got != c.allow {
			t.Errorf("%s %s answers %d, Allow %q; want %d, %q", c.method, c.path, rec.Code, got, c.want, c.allow)
		}
	}
	for _, kind := range told {
		if kind != fault.NotFound && kind != fault.NotAllowed {
			t.Errorf("told of %v", kind)
		}
	}
	if err := router.Handle("/", do); err == nil {
		t.Error("a second route for everything was accepted")
	}
}

// TestHalfAnAnswerIsCutOff: what follows a failure in the middle of an answer
// is nothing, so that nobody takes the half for the whole; the cause is told.
func TestHalfAnAnswerIsCutOff(t *testing.T) {
	told := make(chan string, 10)
	router := web.NewRouter(func(w http.ResponseWriter, _ *http.Request, f *fault.Error) {
		told <- f.Error()
		http.Error(w, "an error page", f.Kind.Status())
	})
	begun := func(w http.ResponseWriter) { _, _ = io.WriteString(w, "half") }
	for path, do := range map[string]web.Handler{
		"/error": func(w http.ResponseWriter, _ *http.Request) error { begun(w); return errors.New("secret cause") },
		"/panic": func(w http.ResponseWriter, _ *http.Request) error { begun(w); panic("secret cause") },
		"/flush": func(w http.ResponseWriter, _ *http.Request) error {
			return errors.Join(http.NewResponseController(w).Flush(), errors.New("secret cause"))
		},
		"/hijack": func(w http.ResponseWriter, _ *http.Request) error {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				err = errors.Join(conn.Close(), errors.New("secret cause"))
			}
			return err
		},
	} {
		if err := router.Handle("GET "+path, do); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(router)
	defer func() {
		server.Close()
		if len(told) > 0 {
			t.Errorf("told twice: %q", <-told)
		}
	}()
	for _, path := range []string{"/error", "/panic", "/flush", "/hijack"} {
		response, err := http.Get(server.URL + path)
		if err == nil {
			var body []byte
			body, err = io.ReadAll(response.Body)
			response.Body.Close()
			if strings.Contains(string(body), "error page") {
				t.Errorf("%s: %q", path, body)
			}
		}
		if err == nil {
			t.Errorf("%s: the answer ends as if it were whole", path)
		}
		if cause := <-told; !strings.Contains(cause, "secret cause") {
			t.Errorf("%s: told %q", path, cause)
		}
	}
}

func TestFailureOfTheErrorPageIsAnError(t *testing.T) {
	for name, router := range map[string]*web.Router{
		"it panics": web.NewRouter(func(http.ResponseWriter, *http.Request, *fault.Error) { panic("secret cause") }),
		"none":      web.NewRouter(nil),
	} {
		if err := router.Handle("GET /", func(http.ResponseWriter, *http.Request) error { return errors.New("secret cause") }); err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		router.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
		if rec.Code != 500 || strings.Contains(rec.Body.String(), "secret") {
			t.Errorf("%s: %d %q", name, rec.Code, rec.Body)
		}
	}
}

// FuzzLocalStaysOnTheSite: no target leads away, as browsers read it: they take
// a backslash for a slash and leave tabs and line ends out.
func FuzzLocalStaysOnTheSite(f *testing.F) {
	for _, to := range []string{"/a?b=c#d", "//x", "/\\x", "/\t/x", "\\\\x", "/a//b", "http:x", "/%2f/x"} {
		f.Add(to)
	}
	f.Fuzz(func(t *testing.T, to string) {
		got := web.Local(to)
		read := strings.NewReplacer("\\", "/", "\t", "", "\n", "", "\r", "").Replace(got)
		if !strings.HasPrefix(read, "/") || strings.HasPrefix(read, "//") {
			t.Errorf("Local(%q) = %q", to, got)
		}
	})
}
