package news_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"veche/modules/news"
)

// xmlPage reads an XML document into v, and verifies that all of it is well
// formed.
func xmlPage(t *testing.T, p *page, contentType string, v any) {
	t.Helper()
	if got, _, err := mime.ParseMediaType(p.header.Get("Content-Type")); err != nil || got != contentType {
		t.Errorf("%s is of type %q, want %q", p.what, got, contentType)
	}
	if !strings.HasPrefix(p.body, `<?xml version="1.0" encoding="UTF-8"?>`) {
		t.Errorf("%s does not begin as XML does: %.60q", p.what, p.body)
	}
	for d := xml.NewDecoder(strings.NewReader(p.body)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%s is not well formed: %v\n%s", p.what, err, p.body)
		}
	}
	if err := xml.Unmarshal([]byte(p.body), v); err != nil {
		t.Fatalf("%s: %v", p.what, err)
	}
}

// whole verifies that the text is a whole address.
func whole(t *testing.T, what, address string) {
	t.Helper()
	if u, err := url.Parse(address); err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" {
		t.Errorf("%s: %q is no whole address", what, address)
	}
}

// hostile is an item with everything that feeds must escape.
func hostile(town *town) {
	town.publish(`Tom & "Jerry" <b>]]> `+"\u2028", func(i *news.Item) {
		i.Body = "See [there](/news) and ![bridge](/img/bridge.svg) ]]> & <em>so</em> <script>x</script>.[^1]\n\n[^1]: A note."
		i.Image, i.AuthorName = "/img/bridge.svg", "O'Brien & sons"
	}, "a & b")
	town.publish("Вторая", func(i *news.Item) {
		i.SectionID, i.Language, i.AuthorName, i.Dek = town.digs.ID, "ru", "", ""
		i.PublishedAt = town.now().Add(-3 * time.Hour)
	})
}

func TestRSS(t *testing.T) {
	town := found(t, "")
	hostile(town)
	var feed struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Channel struct {
			Title       string   `xml:"title"`
			Description string   `xml:"description"`
			Links       []string `xml:"link"`
			Built       string   `xml:"lastBuildDate"`
			Items       []struct {
				Title      string   `xml:"title"`
				Link       string   `xml:"link"`
				GUID       string   `xml:"guid"`
				Published  string   `xml:"pubDate"`
				Creator    string   `xml:"http://purl.org/dc/elements/1.1/ creator"`
				Categories []string `xml:"category"`
				Content    string   `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
			} `xml:"item"`
		} `xml:"channel"`
	}
	xmlPage(t, town.guest().get("/news/feed.rss").answers(http.StatusOK), "application/rss+xml", &feed)
	c := feed.Channel
	if feed.Version != "2.0" || c.Title != "News" || c.Description == "" || len(c.Items) != 2 || c.Links[0] != "http://veche.test/news" {
		t.Errorf("the channel is %+v", c)
	}
	if _, err := time.Parse(time.RFC1123, c.Built); err != nil {
		t.Error(err)
	}
	item := c.Items[0]
	if !strings.HasPrefix(item.Title, `Tom & "Jerry" <b>]]>`) || item.Creator != "O'Brien & sons" || !slices.Equal(item.Categories, []string{"Bridges and roads", "a & b"}) {
		t.Errorf("the item is %+v", item)
	}
	if item.GUID == item.Link || item.GUID == c.Items[1].GUID {
		t.Errorf("the identity of %q is %q", item.Link, item.GUID)
	}
	for _, want := range []string{`href="http://veche.test/news"`, `src="http://veche.test/img/bridge.svg"`, "]]&gt; &amp; <em>so</em>", "A note."} {
		if !strings.Contains(item.Content, want) {
			t.Errorf("the content lacks %q:\n%s", want, item.Content)
		}
	}
	if strings.Contains(item.Content, "script") {
		t.Errorf("the content has a script:\n%s", item.Content)
	}
	whole(t, "link", item.Link)
	whole(t, "guid", item.GUID)
	if at, err := time.Parse(time.RFC1123, item.Published); err != nil || !at.Equal(town.now().Add(-time.Hour)) {
		t.Errorf("published %q (%v)", item.Published, err)
	}
}

func TestAtom(t *testing.T) {
	town := found(t, "")
	hostile(town)
	type link struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	type feed struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Author  string   `xml:"author>name"`
		Links   []link   `xml:"link"`
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Link    link   `xml:"link"`
			Author  string `xml:"author>name"`
			Content struct {
				Type string `xml:"type,attr"`
				Text string `xml:",chardata"`
			} `xml:"content"`
		} `xml:"entry"`
	}
	// RFC 4287, 4.1.1 and 4.1.2: what a feed and an entry must have.
	for path, entries := range map[string]int{"/news/feed.atom": 2, "/news/section/raskopki/feed.atom": 1} {
		var f feed
		xmlPage(t, town.guest().get(path).answers(http.StatusOK), "application/atom+xml", &f)
		whole(t, "id", f.ID)
		if f.Title == "" || f.Author == "" || len(f.Entries) != entries || !slices.Contains(f.Links, link{"self", "http://veche.test" + path}) {
			t.Errorf("the feed is %+v", f)
		}
		seen := make(map[string]bool)
		for _, e := range f.Entries {
			whole(t, "id", e.ID)
			whole(t, "link", e.Link.Href)
			if seen[e.ID] || e.Title == "" || e.Content.Type != "html" || e.Content.Text == "" || e.Link.Rel != "alternate" {
				t.Errorf("the entry is %+v", e)
			}
			seen[e.ID] = true
			if _, err := time.Parse(time.RFC3339, e.Updated); err != nil {
				t.Error(err)
			}
		}
		if _, err := time.Parse(time.RFC3339, f.Updated); err != nil {
			t.Error(err)
		}
	}
	var empty feed
	empties := found(t, "")
	xmlPage(t, empties.guest().get("/news/feed.atom").answers(http.StatusOK), "application/atom+xml", &empty)
	if _, err := time.Parse(time.RFC3339, empty.Updated); err != nil || len(empty.Entries) != 0 {
		t.Errorf("the empty feed is %+v (%v)", empty, err)
	}
	town.guest().get("/news/section/nothing/feed.atom").answers(http.StatusNotFound)
}

func TestJSONFeed(t *testing.T) {
	town := found(t, "")
	hostile(town)
	p := town.guest().get("/news/feed.json").answers(http.StatusOK)
	if got := p.header.Get("Content-Type"); got != "application/feed+json" {
		t.Errorf("the feed is of type %q", got)
	}
	var feed struct {
		Version, Title string
		Home           string `json:"home_page_url"`
		Self           string `json:"feed_url"`
		Items          []struct {
			ID, URL, Title, Language string
			Content                  string `json:"content_html"`
			Published                string `json:"date_published"`
			Image                    string
			Tags                     []string
			Authors                  []struct{ Name string }
		}
	}
	if err := json.Unmarshal([]byte(p.body), &feed); err != nil {
		t.Fatal(err)
	}
	if feed.Version != "https://jsonfeed.org/version/1.1" || feed.Self != "http://veche.test/news/feed.json" || len(feed.Items) != 2 {
		t.Errorf("the feed is %+v", feed)
	}
	item := feed.Items[0]
	if item.ID == "" || item.Content == "" || item.Image != "http://veche.test/img/bridge.svg" || item.Authors[0].Name != "O'Brien & sons" || item.Language != "en" {
		t.Errorf("the item is %+v", item)
	}
	if _, err := time.Parse(time.RFC3339, item.Published); err != nil {
		t.Error(err)
	}
	if len(feed.Items[1].Authors) != 0 {
		t.Errorf("an item without an author has %v", feed.Items[1].Authors)
	}
}

func TestSitemap(t *testing.T) {
	town := found(t, "")
	hostile(town)
	var set struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []struct {
			Loc     string `xml:"loc"`
			LastMod string `xml:"lastmod"`
		} `xml:"url"`
	}
	xmlPage(t, town.guest().get("/news/sitemap.xml").answers(http.StatusOK), "application/xml", &set)
	var locs []string
	for _, u := range set.URLs {
		whole(t, "loc", u.Loc)
		locs = append(locs, strings.TrimPrefix(u.Loc, "http://veche.test"))
		if u.LastMod == "" {
			continue
		}
		if _, err := time.Parse(time.RFC3339, u.LastMod); err != nil {
			t.Error(err)
		}
	}
	want := []string{"/news", "/news/section/bridges-and-roads", "/news/section/raskopki", "/news/tom-jerry-b", "/news/vtoraya"}
	if !slices.Equal(locs, want) {
		t.Errorf("the map names %q, want %q", locs, want)
	}
	for _, loc := range locs {
		town.guest().get(loc).answers(http.StatusOK)
	}
}

func TestArticlesDescribeThemselves(t *testing.T) {
	town := found(t, "")
	hostile(town)
	p := town.guest().get("/news/tom-jerry-b")
	var ld map[string]any
	for _, text := range p.texts("script[type='application/ld+json']") {
		if strings.Contains(text, "NewsArticle") {
			if err := json.Unmarshal([]byte(text), &ld); err != nil {
				t.Fatalf("%v:\n%s", err, text)
			}
		}
	}
	if headline, _ := ld["headline"].(string); !strings.HasPrefix(headline, `Tom & "Jerry" <b>]]>`) || ld["@type"] != "NewsArticle" || ld["mainEntityOfPage"] != "http://veche.test/news/tom-jerry-b" {
		t.Errorf("the article says %v", ld)
	}
	for property, want := range map[string]string{
		"og:type": "article", "og:url": "http://veche.test/news/tom-jerry-b", "og:image": "http://veche.test/img/bridge.svg", "og:locale": "en_US",
	} {
		if got := p.attrs("meta[property='"+property+"']", "content"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %q", property, got, want)
		}
	}
}
