package browsertest_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"veche/account"
)

// TestEveryPage looks at all pages of the demonstration and of an empty site, as
// a guest in both languages, as a member and as the administrator: every link
// answers; pages of every kind, and of every refusal, are accessible, and as
// wide as the window; all are valid HTML.
//
// It was seen to fail when there was an inline style or script;
// a picture from another host, or without words; a link to nowhere, or to an ID
// that is not there, or that is there twice; soft ink too pale at night; an
// exception; a select wider than its cell on a phone.
func TestEveryPage(t *testing.T) {
	c, s, bare := startChromium(t), startDemo(t), startSite(t)
	g := gallery{shots: os.Getenv("VECHE_TEST_SHOTS"), sources: make(map[string]string)}
	if g.shots != "" {
		if err := os.MkdirAll(g.shots, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	if path := os.Getenv("VECHE_TEST_AXE"); path != "" {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		g.axe = string(source)
	}
	var crawls []*crawl
	t.Run("links answer", func(t *testing.T) { crawls = crawlAll(t, s) })
	t.Run("all look right", func(t *testing.T) {
		look := func(name string, look func(*testing.T)) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				look(t)
			})
		}
		for _, crawl := range crawls {
			look(crawl.String(), func(t *testing.T) { g.pages(t, c, crawl) })
		}
		look("refusals", func(t *testing.T) { g.refusals(t, c, s) })
		look("an empty site", func(t *testing.T) { g.empty(t, c, bare) })
	})
	t.Run("axe looked", func(t *testing.T) { file(t, "VECHE_TEST_AXE") })
	t.Run("pages are valid HTML", func(t *testing.T) {
		for _, crawl := range crawls {
			for path, p := range crawl.found {
				if p.kind == "text/html" {
					g.note(crawl.String()+path, p.source)
				}
			}
		}
		valid(t, g.sources)
	})
}

// crawlAll goes to every page as every sort of visitor.
func crawlAll(t *testing.T, s *site) []*crawl {
	ctx := s.node.Context(t.Context())
	if _, err := s.node.Accounts().Create(ctx, account.Draft{Login: "onfim", Password: password, Role: account.RoleMember}); err != nil {
		t.Fatal(err)
	}
	english, russian := newCrawl(t, s, "en"), newCrawl(t, s, "ru")
	member, admin := newCrawl(t, s, "en"), newCrawl(t, s, "en")
	member.signIn("member", "onfim", password)
	admin.signIn("admin", "posadnik", s.password)
	for _, c := range []*crawl{english, russian, member, admin} {
		c.follow("/", "/sitemap.xml", "/robots.txt")
		t.Logf("%s: %d addresses", c, len(c.found))
	}
	return []*crawl{english, russian, member, admin}
}

// pages looks at samples of each kind of page that the visitor came to.
func (g *gallery) pages(t *testing.T, c *chromium, crawl *crawl) {
	tab := c.profile(t, crawl.site, crawl.language)
	switch crawl.role {
	case "member":
		tab.signIn("onfim", password)
	case "admin":
		tab.signIn("posadnik", crawl.site.password)
	}
	sorted := crawl.sort(t)
	for _, name := range slices.Sorted(maps.Keys(sorted)) {
		samples := sorted[name]
		if crawl.role != "guest" && !samples[0].own(crawl.role) {
			continue
		}
		views := everyView
		if crawl.language != "en" || crawl.role != "guest" {
			views = oppositeViews
		}
		if crawl.language == "ru" { // addresses in Russian sort last
			slices.Reverse(samples)
		}
		tab.open(samples[0].path)
		g.look(tab, fmt.Sprintf("%s-%s", name, crawl), samples[0].shot, views)
		if rest := samples[1:]; len(rest) > 0 { // the last one is the least like the first
			tab.open(rest[len(rest)-1].path)
			g.look(tab, name+"-last", false, oppositeViews[:1])
		}
	}
}

// own reports whether pages of the kind are other ones for the role than for
// those below it.
func (k kind) own(role string) bool {
	switch k.name {
	case "front", "item", "list", "page":
		return true
	case "me", "sessions":
		return role == "member"
	case "item-reply":
		return role == "member"
	}
	return role == "admin" && (strings.Contains(k.pattern.String(), "/admin") || k.name == "members")
}

// refusals looks at what visitors get who may not, or whose form is refused.
func (g *gallery) refusals(t *testing.T, c *chromium, s *site) {
	guest, member, admin := c.profile(t, s, "en"), c.profile(t, s, "en"), c.profile(t, s, "en")
	member.signIn("onfim", password)
	admin.signIn("posadnik", s.password)
	long := strings.Repeat("long ", 1000)
	for _, r := range []struct {
		name   string
		tab    *tab
		path   string
		values map[string]string // of the form that is sent, if any
		status int64
	}{
		{"missing", guest, "/nowhere", nil, 404},
		{"missing-admin", admin, "/admin/pages/987654", nil, 404},
		{"forbidden", member, "/admin/pages", nil, 403},
		{"setup-closed", guest, "/setup?token=stale", nil, 403},
		{"sign-in-wrong", guest, "/sign-in", map[string]string{"login": "nobody", "password": "nothing at all"}, 422},
		{"sign-up-wrong", guest, "/sign-up", map[string]string{"login": "a", "password": "short"}, 422},
		{"me-wrong", member, "/me", map[string]string{"name": ""}, 422},
		{"password-wrong", member, "/me", map[string]string{"current": "no", "password": "no"}, 422},
		{"page-wrong", admin, "/admin/pages/new", map[string]string{"title": "", "slug": "ы"}, 422},
		{"page-conflict", admin, "/admin/pages/1", map[string]string{"version": "77", "title": "Mine"}, 409},
		{"page-parent-wrong", admin, "/admin/pages/2/move", map[string]string{"version": "77", "place": "1"}, 409},
		{"page-not-deleted", admin, "/admin/pages/2/delete", nil, 200},
		{"settings-wrong", admin, "/admin/settings", map[string]string{"title.en": long}, 422},
		{"template-wrong", admin, "/admin/templates/news/list", map[string]string{"text": "{{if"}, 422},
		{"template-conflict", admin, "/admin/templates/news/list", map[string]string{"text": "mine", "version": "77"}, 409},
		{"news-wrong", admin, "/admin/news/new", map[string]string{"title": ""}, 422},
		{"news-conflict", admin, "/admin/news/item/1", map[string]string{"version": "77", "title": "Mine"}, 409},
		{"section-wrong", admin, "/admin/news/sections", map[string]string{"title": ""}, 422},
		{"comment-wrong", member, "/news/the-great-bridge-will-hold-the-whole-town-again", map[string]string{"body": " "}, 422},
	} {
		status := r.status
		if r.values != nil {
			status = 200
		}
		r.tab.open(r.path, status)
		if r.values != nil {
			r.tab.submit(r.values)
			if r.tab.status != r.status {
				t.Errorf("%s: %s answers %d, want %d", r.name, r.path, r.tab.status, r.status)
			}
		}
		g.note("refusal/"+r.name, r.tab.source())
		g.look(r.tab, r.name, true, oppositeViews)
	}
}

// empty looks at a site where nothing is yet.
func (g *gallery) empty(t *testing.T, c *chromium, s *site) {
	owner := c.profile(t, s, "ru")
	look := func(name, path string) {
		t.Helper()
		owner.open(path)
		g.note("empty/"+name, owner.source())
		g.look(owner, "empty-"+name, true, oppositeViews)
	}
	address := s.setup(t)
	look("setup", address)
	owner.submit(map[string]string{"login": "", "password": "short"})
	owner.wantStatus("a bad setup", 422)
	g.note("empty/setup-wrong", owner.source())
	g.look(owner, "empty-setup-wrong", true, oppositeViews)
	look("front-guest", "/")
	owner.open(address)
	owner.submit(map[string]string{"login": "марфа", "password": password})
	for name, path := range map[string]string{
		"front": "/", "news": "/news", "site-map": "/sitemap", "pages": "/admin/pages", "admin-news": "/admin/news",
		"news-new": "/admin/news/new", "sections": "/admin/news/sections", "comments": "/admin/news/comments", "members": "/members",
	} {
		look(name, path)
	}
}

// valid has the Nu checker read the pages, all in one run.
func valid(t *testing.T, sources map[string]string) {
	t.Helper()
	jar := file(t, "VECHE_TEST_VNU")
	folder := t.TempDir()
	names := make(map[string]string)
	for i, name := range slices.Sorted(maps.Keys(sources)) {
		short := fmt.Sprintf("%04d.html", i)
		names[short] = name
		if err := os.WriteFile(filepath.Join(folder, short), []byte(sources[name]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), "java", "-Xss4m", "-jar", jar, "--errors-only", "--skip-non-html", folder).CombinedOutput()
	t.Logf("%d pages were checked", len(sources))
	if err == nil {
		return
	}
	said := string(out)
	for short, name := range names {
		said = strings.ReplaceAll(said, "file:"+filepath.Join(folder, short), name)
	}
	t.Errorf("the Nu checker: %v\n%.8000s", err, said)
}
