// Package feed writes the documents by which programs follow a site: feeds in RSS
// 2.0, Atom (RFC 4287) and JSON Feed 1.1, and the places of a sitemap.
//
// # Usage
//
//	f := feed.Feed{Title: "News", URL: "https://town.example/news", Self: "https://town.example/news/feed.atom"}
//	f.Entries = append(f.Entries, feed.Entry{ID: "tag:town.example,2026:1", URL: "...", Title: "...", Content: "<p>...</p>"})
//	document, err := f.Atom()
//
// Texts may hold anything: they are escaped, and characters that XML does not
// know become U+FFFD. Addresses are written as they are given; feeds want whole
// ones. Nothing here knows what is news.
package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// A Feed is what every format tells.
type Feed struct {
	Title, Description string
	Language           string // "" if the entries are in several
	URL                string // of the page that the feed is of
	Self               string // of the feed
	Changed            time.Time
	Entries            []Entry
}

// An Entry is one thing in a feed.
type Entry struct {
	// ID is a URI that stays the entry's for ever.
	ID, URL            string
	Title, Summary     string // plain words
	Content            string // HTML in which every address is whole
	Picture            string // address, or ""
	Author             string
	Language           string
	Terms              []string // tags, categories
	Published, Changed time.Time
}

type rssFeed struct {
	XMLName   struct{}   `xml:"rss"`
	Version   string     `xml:"version,attr"`
	ContentNS string     `xml:"xmlns:content,attr"`
	CreatorNS string     `xml:"xmlns:dc,attr"`
	AtomNS    string     `xml:"xmlns:atom,attr"`
	Channel   rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language,omitempty"`
	Built       string    `xml:"lastBuildDate,omitempty"`
	Self        atomLink  `xml:"atom:link"`
	Items       []rssItem `xml:"item"`
}

type rssItem struct {
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	GUID        rssGUID  `xml:"guid"`
	Published   string   `xml:"pubDate"`
	Creator     string   `xml:"dc:creator,omitempty"`
	Categories  []string `xml:"category"`
	Description string   `xml:"description"`
	Content     string   `xml:"content:encoded,omitempty"`
}

type rssGUID struct {
	Permanent bool   `xml:"isPermaLink,attr"`
	ID        string `xml:",chardata"`
}

// RSS writes the feed as RSS 2.0 with the modules content, dc and atom.
func (f *Feed) RSS() ([]byte, error) {
	out := rssFeed{
		Version:   "2.0",
		ContentNS: "http://purl.org/rss/1.0/modules/content/",
		CreatorNS: "http://purl.org/dc/elements/1.1/",
		AtomNS:    "http://www.w3.org/2005/Atom",
		Channel: rssChannel{
			Title: f.Title, Link: f.URL, Description: f.Description, Language: f.Language,
			Self: atomLink{Rel: "self", Href: f.Self, Type: "application/rss+xml"},
		},
	}
	if f.Description == "" {
		out.Channel.Description = f.Title
	}
	if !f.Changed.IsZero() {
		out.Channel.Built = date(f.Changed)
	}
	for i := range f.Entries {
		e := &f.Entries[i]
		out.Channel.Items = append(out.Channel.Items, rssItem{
			Title: e.Title, Link: e.URL, GUID: rssGUID{ID: e.ID}, Published: date(e.Published),
			Creator: e.Author, Categories: e.Terms, Description: e.Summary, Content: e.Content,
		})
	}
	return document(out)
}

type atomFeed struct {
	XMLName  struct{}    `xml:"feed"`
	NS       string      `xml:"xmlns,attr"`
	Language string      `xml:"xml:lang,attr,omitempty"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle,omitempty"`
	Updated  string      `xml:"updated"`
	Author   atomPerson  `xml:"author"`
	Links    []atomLink  `xml:"link"`
	Entries  []atomEntry `xml:"entry"`
}

type atomEntry struct {
	Language   string         `xml:"xml:lang,attr,omitempty"`
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Updated    string         `xml:"updated"`
	Published  string         `xml:"published"`
	Author     *atomPerson    `xml:"author"`
	Link       atomLink       `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary,omitempty"`
	Content    atomContent    `xml:"content"`
}

type atomPerson struct {
	Name string `xml:"name"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomContent struct {
	Type string `xml:"type,attr"`
	HTML string `xml:",chardata"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
	Type string `xml:"type,attr,omitempty"`
}

// Atom writes the feed as Atom.
func (f *Feed) Atom() ([]byte, error) {
	out := atomFeed{
		NS: "http://www.w3.org/2005/Atom", Language: f.Language, ID: f.URL, Title: f.Title,
		Subtitle: f.Description, Updated: stamp(f.Changed), Author: atomPerson{f.Title},
		Links: []atomLink{{"self", f.Self, "application/atom+xml"}, {"alternate", f.URL, "text/html"}},
	}
	for i := range f.Entries {
		e := &f.Entries[i]
		entry := atomEntry{
			Language: e.Language, ID: e.ID, Title: e.Title, Updated: stamp(e.Changed), Published: stamp(e.Published),
			Link: atomLink{"alternate", e.URL, "text/html"}, Summary: e.Summary, Content: atomContent{"html", e.Content},
		}
		if e.Author != "" {
			entry.Author = &atomPerson{e.Author}
		}
		for _, term := range e.Terms {
			entry.Categories = append(entry.Categories, atomCategory{term})
		}
		out.Entries = append(out.Entries, entry)
	}
	return document(out)
}

type jsonFeed struct {
	Version     string      `json:"version"`
	Title       string      `json:"title"`
	Home        string      `json:"home_page_url"`
	Self        string      `json:"feed_url"`
	Description string      `json:"description,omitempty"`
	Language    string      `json:"language,omitempty"`
	Items       []jsonEntry `json:"items"`
}

type jsonEntry struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Title     string       `json:"title"`
	Content   string       `json:"content_html"`
	Summary   string       `json:"summary,omitempty"`
	Image     string       `json:"image,omitempty"`
	Published string       `json:"date_published"`
	Modified  string       `json:"date_modified"`
	Authors   []jsonAuthor `json:"authors,omitempty"`
	Tags      []string     `json:"tags,omitempty"`
	Language  string       `json:"language,omitempty"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

// JSON writes the feed as JSON Feed 1.1.
func (f *Feed) JSON() ([]byte, error) {
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.Title, Home: f.URL, Self: f.Self,
		Description: f.Description, Language: f.Language, Items: []jsonEntry{},
	}
	for i := range f.Entries {
		e := &f.Entries[i]
		entry := jsonEntry{
			ID: e.ID, URL: e.URL, Title: e.Title, Content: e.Content, Summary: e.Summary, Image: e.Picture,
			Published: stamp(e.Published), Modified: stamp(e.Changed), Tags: e.Terms, Language: e.Language,
		}
		if e.Author != "" {
			entry.Authors = []jsonAuthor{{e.Author}}
		}
		out.Items = append(out.Items, entry)
	}
	written, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("writing a JSON feed: %w", err)
	}
	return written, nil
}

// A Place is an address in a sitemap (sitemaps.org, protocol 0.9).
type Place struct {
	URL     string
	Changed time.Time // zero if that is not known
}

// Places writes the url elements of a sitemap, without the urlset around them.
func Places(places []Place) ([]byte, error) {
	type url struct {
		XMLName struct{} `xml:"url"`
		Loc     string   `xml:"loc"`
		LastMod string   `xml:"lastmod,omitempty"`
	}
	urls := make([]url, len(places))
	for i, p := range places {
		urls[i].Loc = p.URL
		if !p.Changed.IsZero() {
			urls[i].LastMod = stamp(p.Changed)
		}
	}
	return marshal("", urls)
}

// document returns v as an XML document.
func document(v any) ([]byte, error) { return marshal(xml.Header, v) }

func marshal(header string, v any) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(header)
	if err := xml.NewEncoder(&out).Encode(v); err != nil {
		return nil, fmt.Errorf("writing XML: %w", err)
	}
	return out.Bytes(), nil
}

// ContentType is that of a format: "rss", "atom" or "json"; for anything else,
// that of XML.
func ContentType(format string) string {
	switch format {
	case "rss":
		return "application/rss+xml; charset=utf-8"
	case "atom":
		return "application/atom+xml; charset=utf-8"
	case "json":
		return "application/feed+json"
	}
	return "application/xml; charset=utf-8"
}

// date writes a time as RSS does (RFC 822 with a year of four digits).
func date(t time.Time) string {
	return strings.Replace(t.UTC().Format(time.RFC1123), "UTC", "GMT", 1)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
