package veche_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"veche"
	"veche/fault"
	"veche/theme"
)

// What went wrong is a page in the visitor's language; its cause is in the log
// only, under the number that the page names.
func TestErrorsArePagesWithoutTheirCauses(t *testing.T) {
	var log strings.Builder
	fails := func(pattern string, err error) veche.Route {
		return veche.Route{Pattern: pattern, Do: func(http.ResponseWriter, *http.Request) error { return err }}
	}
	node, err := veche.New(t.Context(), veche.Options{
		Folder: t.TempDir(), Theme: theme.Default(), Log: slog.New(slog.NewTextHandler(&log, nil)),
		Modules: []veche.Module{{Name: "faulty", Routes: []veche.Route{
			fails("GET /internal", errors.New("secret cause")),
			fails("GET /conflict", fault.New(fault.Conflict, "data.conflict", 7)),
			{Pattern: "GET /panic", Do: func(http.ResponseWriter, *http.Request) error { panic("secret cause") }},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	get := func(path, accept, language string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept", accept)
		r.Header.Set("Accept-Language", language)
		w := httptest.NewRecorder()
		node.ServeHTTP(w, r)
		return w
	}
	for _, c := range []struct {
		path, language string
		status         int
		shows          string
		ref            bool
	}{
		{"/internal", "en", 500, "Something broke", true},
		{"/internal", "ru", 500, "Что-то сломалось", true},
		{"/panic", "en", 500, "Something broke", true},
		{"/conflict", "en", 409, "version 7 now", false},
		{"/nowhere", "ru", 404, "Такой страницы нет", false},
	} {
		log.Reset()
		page := get(c.path, "text/html", c.language)
		body := page.Body.String()
		if page.Code != c.status || !strings.Contains(body, c.shows) || strings.Contains(body, "secret") {
			t.Errorf("%s: %d %s", c.path, page.Code, body)
		}
		number := regexp.MustCompile(`: ([a-z0-9]{8})</p>`).FindStringSubmatch(body)
		switch {
		case (number != nil) != c.ref:
			t.Errorf("%s names a number: %v, want %v", c.path, number, c.ref)
		case c.ref && (!strings.Contains(log.String(), "ref="+number[1]) || !strings.Contains(log.String(), "secret cause")):
			t.Errorf("%s: the log says %q", c.path, log.String())
		}
		plain := get(c.path, "application/json", c.language)
		if plain.Code != c.status || strings.Contains(plain.Body.String(), "<") || strings.Contains(plain.Body.String(), "secret") {
			t.Errorf("%s for a program: %d %s", c.path, plain.Code, plain.Body)
		}
	}
}
