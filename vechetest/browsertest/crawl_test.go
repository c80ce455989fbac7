package browsertest_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// pagesMax bounds what a crawl asks for.
const pagesMax = 3000

// A crawl goes to all that the pages of a site lead to, as one visitor in one
// language.
type crawl struct {
	t        *testing.T
	site     *site
	role     string // "guest", "member" or "admin"
	language string
	client   *http.Client
	found    map[string]*document // by path and query
	asked    map[string]string    // what was asked for, and the page that led there first
	anchors  map[anchor]string    // what was pointed at within a page, and the page that did
}

// A document is what an address answers.
type document struct {
	path   string
	kind   string // its media type
	source string
	ids    map[string]bool
}

// An anchor is a place within a page.
type anchor struct{ path, id string }

// newCrawl returns a crawl by a guest.
func newCrawl(t *testing.T, s *site, language string) *crawl {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &crawl{
		t: t, site: s, role: "guest", language: language, client: &http.Client{Jar: jar, CheckRedirect: stay},
		found: make(map[string]*document), asked: make(map[string]string), anchors: make(map[anchor]string),
	}
}

// signIn makes it the crawl of a member or an administrator.
func (c *crawl) signIn(role, login, password string) {
	c.t.Helper()
	c.role = role
	form := url.Values{"login": {login}, "password": {password}}
	request, err := http.NewRequest(http.MethodPost, c.site.address+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", c.site.address)
	response, err := c.client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		c.t.Fatalf("signing in as %s answers %s", login, response.Status)
	}
}

// follow goes to everything that can be reached from the paths.
func (c *crawl) follow(paths ...string) {
	c.t.Helper()
	for _, path := range paths {
		c.asked[path] = "the beginning"
	}
	for len(paths) > 0 {
		path := paths[0]
		paths = paths[1:]
		if len(c.asked) > pagesMax {
			c.t.Fatalf("there are more than %d addresses, the last %s", pagesMax, path)
		}
		for _, link := range c.visit(path) {
			if _, known := c.asked[link]; !known {
				c.asked[link] = path
				paths = append(paths, link)
			}
		}
	}
	c.checkAnchors()
}

// visit asks for one address, and returns the addresses of the site that it
// leads to.
func (c *crawl) visit(path string) []string {
	c.t.Helper()
	request, err := http.NewRequest(http.MethodGet, c.site.address+path, nil)
	if err != nil {
		c.t.Errorf("%s leads to %q: %v", c.asked[path], path, err)
		return nil
	}
	request.Header.Set("Accept", "text/html,*/*")
	request.Header.Set("Accept-Language", c.language)
	response, err := c.client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	source, err := io.ReadAll(io.LimitReader(response.Body, answerMax))
	if err != nil {
		c.t.Fatal(err)
	}
	if to := response.Header.Get("Location"); to != "" && response.StatusCode/100 == 3 && c.found[c.asked[path]] != nil {
		return c.local(path, to) // a redirect of a redirect is an error
	}
	if response.StatusCode != http.StatusOK {
		c.t.Errorf("%s %s: %s leads to %s, which answers %s", c.role, c.language, c.asked[path], path, response.Status)
		return nil
	}
	p := &document{path: path, kind: strings.Split(response.Header.Get("Content-Type"), ";")[0], source: string(source), ids: make(map[string]bool)}
	c.found[path] = p
	switch p.kind {
	case "text/html", "image/svg+xml":
		return c.markup(p)
	case "text/css":
		return c.matches(p, cssURL)
	case "application/xml":
		return c.matches(p, mapURL)
	}
	return nil
}

var (
	cssURL = regexp.MustCompile(`url\(["']?([^"')]+)["']?\)`)
	mapURL = regexp.MustCompile(`<loc>([^<]+)</loc>`)
)

func (c *crawl) matches(p *document, pattern *regexp.Regexp) (links []string) {
	for _, m := range pattern.FindAllStringSubmatch(p.source, -1) {
		links = append(links, c.local(p.path, m[1])...)
	}
	return links
}

// markup returns the links of a page, and notes its IDs.
func (c *crawl) markup(p *document) (links []string) {
	leads := map[string]string{"a": "href", "link": "href", "use": "href", "img": "src", "script": "src", "source": "src"}
	tokens := html.NewTokenizer(strings.NewReader(p.source))
	for tokens.Next() != html.ErrorToken {
		token := tokens.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		for _, a := range token.Attr {
			if a.Key == "id" {
				if p.ids[a.Val] {
					c.t.Errorf("%s has two elements with the ID %q", p.path, a.Val)
				}
				p.ids[a.Val] = true
			}
			if a.Key == leads[token.Data] {
				links = append(links, c.local(p.path, a.Val)...)
			}
		}
	}
	return links
}

// local resolves a link, and returns it if it stays on the site.
func (c *crawl) local(from, link string) []string {
	base, err := url.Parse(c.site.address + from)
	if err != nil {
		c.t.Errorf("%s: %v", from, err)
		return nil
	}
	to, err := base.Parse(link)
	if err != nil {
		c.t.Errorf("%s leads to what is no address, %q", from, link)
		return nil
	}
	if to.Scheme+"://"+to.Host != c.site.address {
		return nil
	}
	if to.Fragment != "" {
		c.anchors[anchor{to.RequestURI(), to.Fragment}] = from
	}
	return []string{to.RequestURI()}
}

func (c *crawl) checkAnchors() {
	c.t.Helper()
	for a, from := range c.anchors {
		if p := c.found[a.path]; p != nil && !p.ids[a.id] {
			c.t.Errorf("%s %s: %s leads to %s#%s, which is not there", c.role, c.language, from, a.path, a.id)
		}
	}
}

// A kind is a sort of page: one view, one template of main.
type kind struct {
	name    string
	pattern *regexp.Regexp
	shot    bool // whether it is worth a picture
}

// kinds are all sorts of pages that can be reached by links. The first pattern
// that fits counts.
func kinds() []kind {
	var all []kind
	for _, line := range []string{
		`front! /`, `list! /news`, `list-part /news\?before=.*`, `list-section! /news/section/[^/]+`, `list-section-part /news/section/.*`,
		`list-tag /news/tag/.*`, `item-reply! /news/[^/]+\?reply=\d+`, `item-talk /news/[^/]+\?talk=\d+`, `item! /news/[^/]+`,
		`sign-in! /sign-in`, `sign-in-to /sign-in\?to=.*`, `sign-up! /sign-up`, `me! /me`, `sessions! /me/sessions`, `members! /members`,
		`site-map! /sitemap`, `admin /admin`, `admin-pages! /admin/pages`, `page-new! /admin/pages/new`, `page-below /admin/pages/new\?parent=\d+`,
		`page-edit! /admin/pages/\d+`, `page-move! /admin/pages/\d+/move`, `page-delete! /admin/pages/\d+/delete`,
		`settings! /admin/settings`, `templates! /admin/templates`, `template! /admin/templates/.+`,
		`admin-news! /admin/news`, `admin-news-part /admin/news\?.*`, `news-new! /admin/news/new`, `news-edit! /admin/news/item/\d+`,
		`news-preview! /admin/news/item/\d+/preview`, `news-delete! /admin/news/item/\d+/delete`, `admin-sections! /admin/news/sections`,
		`section-edit /admin/news/section/\d+`, `admin-comments! /admin/news/comments`, `admin-comments-part /admin/news/comments\?.*`,
		`page-front! /town`, `page! /(novosti|news-of-the-town|town|council|guests|gorod|uprava|gostyam|kalendar|muzey)(/.*)?`,
	} {
		name, pattern, _ := strings.Cut(line, " ")
		plain, shot := strings.CutSuffix(name, "!")
		all = append(all, kind{plain, regexp.MustCompile(`^` + pattern + `$`), shot})
	}
	return all
}

// A sample is a page that stands for its kind.
type sample struct {
	kind
	path string
}

// sort sorts the pages into kinds. One that fits none is an error, so that no
// new sort of page is forgotten.
func (c *crawl) sort(t *testing.T) map[string][]sample {
	t.Helper()
	sorted := make(map[string][]sample)
	for _, path := range slices.Sorted(maps.Keys(c.found)) {
		if c.found[path].kind != "text/html" {
			continue
		}
		all := kinds()
		i := slices.IndexFunc(all, func(k kind) bool { return k.pattern.MatchString(path) })
		if i < 0 {
			t.Errorf("the page %s is of no known kind: name it in kinds", path)
			continue
		}
		sorted[all[i].name] = append(sorted[all[i].name], sample{all[i], path})
	}
	return sorted
}

// String names the visitor, for people and file names.
func (c *crawl) String() string { return fmt.Sprintf("%s-%s", c.role, c.language) }
