package site

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"time"

	"veche"
	"veche/data"
	"veche/mosaic"
)

// Seen is the parameter of what machines read: the origin at which they see the
// site, since the addresses there are whole ones.
type Seen struct{ Origin string }

// machine is the view of a document for machines.
func machine(name, contentType string) func(*http.Request) veche.View {
	return func(r *http.Request) veche.View {
		return veche.View{
			Frame: veche.None, ContentType: contentType,
			Main: mosaic.Place(name, Seen{veche.Origin(r)}),
		}
	}
}

// A neighbour is another module that has a map of its own, and forms.
type neighbour struct {
	entity  string // one of its tables
	path    string
	sitemap string
	Admin   string
	Label   string // key of the words for its forms
}

// neighbours are the modules known to have them that are part of the site: their
// entities are in its database.
func neighbours(ctx context.Context) []neighbour {
	var here []neighbour
	for _, n := range []neighbour{{"news_item", "/news", "/news/sitemap.xml", "/admin/news", "site.admin.news"}} {
		if data.From(ctx).Entity(n.entity) != nil {
			here = append(here, n)
		}
	}
	return here
}

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

// place is an address in a map of the site (sitemaps.org, protocol 0.9).
type place struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// showSitemap makes the index of the maps of the site.
func showSitemap(ctx context.Context, seen Seen) (any, error) {
	index := struct {
		XMLName xml.Name `xml:"sitemapindex"`
		Space   string   `xml:"xmlns,attr"`
		Maps    []place  `xml:"sitemap"`
	}{Space: sitemapSpace, Maps: []place{{Loc: seen.Origin + "/pages.xml"}}}
	for _, n := range neighbours(ctx) {
		index.Maps = append(index.Maps, place{Loc: seen.Origin + n.sitemap})
	}
	return document(index)
}

// sitemapMax is the number of addresses that one map may hold.
const sitemapMax = 50000

// showPagesMap makes the map of the pages of the tree.
func showPagesMap(ctx context.Context, seen Seen) (any, error) {
	pages, err := data.All[Page](data.Read(ctx).Select("id", "path", "updated_at").
		Where("status = ? AND link = ?", Published, "").Order("id").Limit(sitemapMax - 1))
	if err != nil {
		return nil, err
	}
	set := struct {
		XMLName xml.Name `xml:"urlset"`
		Space   string   `xml:"xmlns,attr"`
		Pages   []place  `xml:"url"`
	}{Space: sitemapSpace, Pages: []place{{Loc: seen.Origin + "/"}}}
	for _, p := range pages {
		set.Pages = append(set.Pages, place{seen.Origin + p.Path, p.UpdatedAt.UTC().Format(time.RFC3339)})
	}
	return document(set)
}

func document(v any) (mosaic.HTML, error) {
	out, err := xml.Marshal(v)
	return mosaic.HTML(xml.Header + string(out) + "\n"), err
}

// showRobots tells programs that read the site what is not for them.
func showRobots(_ context.Context, seen Seen) (any, error) {
	return mosaic.HTML(fmt.Sprintf("User-agent: *\nDisallow: /admin\n\nSitemap: %s/sitemap.xml\n", seen.Origin)), nil
}
