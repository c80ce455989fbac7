package main

import (
	"net/url"
	"strings"
	"testing"

	"veche"
	"veche/vechetest"
)

// TestGreetingIsSeenAtOnce holds what README says of the example: the page is
// made once, kept, and made once more when a greeting is written that it shows.
func TestGreetingIsSeenAtOnce(t *testing.T) {
	site := vechetest.New(t, vechetest.Options{Modules: []veche.Module{Module()}})
	browser := site.Browser()
	looks := func(want string, made uint64) {
		t.Helper()
		for range 3 {
			page := browser.Get("/hello")
			if page.Status != 200 || !strings.Contains(page.Body, want) {
				t.Fatalf("/hello answers %d, want %q in:\n%s", page.Status, want, page.Body)
			}
		}
		if got := site.Made()["hello/last"]; got != made {
			t.Errorf("the list was made %d times, want %d", got, made)
		}
	}
	looks("</form>", 1)
	if page := browser.Post("/hello", url.Values{"name": {"Onfim <b>"}}); page.Path != "/hello" || !strings.Contains(page.Body, "Onfim &lt;b&gt;") {
		t.Fatalf("the greeting leads to %s:\n%s", page.Path, page.Body)
	}
	looks("Onfim &lt;b&gt;", 2)
	if page := browser.Send("/hello", url.Values{"name": {""}}); page.Status != 422 {
		t.Errorf("a greeting without a name answers %d", page.Status)
	}
	looks("Onfim &lt;b&gt;", 2)
}
