package veche_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"veche"
	"veche/theme"
)

func TestChoosingALanguageLeadsBackToThePage(t *testing.T) {
	node, err := veche.New(t.Context(), veche.Options{Folder: t.TempDir(), Theme: theme.Default()})
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	for _, c := range []struct {
		locale, to, referer string
		status              int
		location            string
	}{
		{"ru", "", "http://town.example/news?before=1", 303, "/news?before=1"},
		{"ru", "/about", "http://town.example/news", 303, "/about"},
		{"ru", "", "http://evil.example/news", 303, "/"},
		{"ru", "", "", 303, "/"},
		{"ru", "//evil.example", "", 303, "/"},
		{"xx", "", "", 422, ""},
	} {
		form := url.Values{"locale": {c.locale}, "to": {c.to}}
		r := httptest.NewRequest(http.MethodPost, "http://town.example/locale", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Referer", c.referer)
		w := httptest.NewRecorder()
		node.ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("Location") != c.location {
			t.Errorf("%+v: %d to %q", c, w.Code, w.Header().Get("Location"))
		}
		if chosen := len(w.Result().Cookies()) == 1; chosen != (c.status == 303) {
			t.Errorf("%+v: cookies %v", c, w.Result().Cookies())
		}
	}
}
