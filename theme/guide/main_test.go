package main

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// The guide is a command, so its test stands inside it.
func TestEveryPageRendersWithIdsThatMeet(t *testing.T) {
	names, err := filepath.Glob("*.html")
	if err != nil || len(names) < 10 {
		t.Fatalf("found %d pages: %v", len(names), err)
	}
	for _, name := range names {
		page, err := guide{theme: ".."}.render(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkIDs(t, name, string(page))
	}
}

// checkIDs holds that no id stands twice and that all that points to an id on the page finds it.
func checkIDs(t *testing.T, name, page string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	ids, wanted := map[string]bool{}, []string{}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			switch a.Key {
			case "id":
				if ids[a.Val] {
					t.Errorf("%s has the id %q twice", name, a.Val)
				}
				ids[a.Val] = true
			case "for", "aria-labelledby", "popovertarget", "aria-describedby":
				wanted = append(wanted, strings.Fields(a.Val)...)
			case "href":
				if id, ok := strings.CutPrefix(a.Val, "#"); ok {
					wanted = append(wanted, id)
				}
			}
		}
	}
	if len(ids) == 0 {
		t.Errorf("%s has no ids, so nothing was checked", name)
	}
	for _, id := range wanted {
		if !ids[id] {
			t.Errorf("%s points to #%s, which is not there", name, id)
		}
	}
}
