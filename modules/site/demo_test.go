package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"veche/account"
	"veche/data"
	"veche/locale"
	"veche/modules/site"
)

// walk follows every link to a page of the site, and returns the pages.
func (v *visitor) walk(from ...string) map[string]*response {
	v.town.t.Helper()
	seen := map[string]*response{}
	for next := from; len(next) > 0; next = next[1:] {
		u, err := url.Parse(next[0])
		if err != nil {
			v.town.t.Fatal(err)
		}
		path := u.EscapedPath()
		if u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") || seen[path] != nil {
			continue
		}
		got := v.get(path)
		seen[path] = got
		if got.Code != http.StatusOK {
			v.town.t.Errorf("%s answers %d", path, got.Code)
			continue
		}
		next = append(next, got.values("a", "href")...)
		if len(got.nodes(".missing")) > 0 {
			v.town.t.Errorf("%s lacks a part", path)
		}
	}
	return seen
}

func TestDemoIsATownWithoutDeadEnds(t *testing.T) {
	town := found(t)
	if _, err := town.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	pages, err := data.All[site.Page](data.Read(town.ctx).Limit(1000))
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) < 15 {
		t.Errorf("the town has %d pages", len(pages))
	}
	seen := map[locale.Tag]map[string]*response{}
	for _, tag := range locale.Tags() {
		seen[tag] = town.guest(tag).walk("/")
		t.Logf("in %s the walk saw %d pages", tag, len(seen[tag]))
	}
	for _, p := range pages {
		if got := seen[locale.Tag(p.Language)][p.Path]; (got == nil) != p.Draft() {
			t.Errorf("the page at %s is seen: %v", p.Path, got != nil)
		}
	}
	admin := town.member("onfim", account.RoleAdministrator)
	admin.walk("/admin/pages", "/admin/settings", "/admin/templates")
}
