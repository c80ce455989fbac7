package news

import (
	"context"
	"encoding/xml"
	"fmt"
	"html/template"
	"net/url"
	"time"

	"veche"
	"veche/data"
	"veche/fault"
	"veche/modules/news/feed"
	"veche/mosaic"
	"veche/prose"
)

// Feed says which feed is made: in the format "rss", "atom" or "json", of the
// section with the slug or of all, for the site at the origin.
type Feed struct{ Format, Section, Origin string }

// makeFeed makes a feed. It shows whole bodies, so an edit of one of its items
// remakes it.
func makeFeed(ctx context.Context, p Feed) (any, error) {
	out := feed.Feed{Title: veche.Text(ctx, "news.title"), Description: veche.Text(ctx, "news.dek"), URL: p.Origin + "/news"}
	of := where("status = ?", StatusPublished)
	if p.Section != "" {
		s, err := sectionBySlug(ctx, p.Section, "id", "title", "description", "language")
		if err != nil {
			return nil, err
		}
		out.Title, out.Description, out.Language = s.Title, s.Description, string(s.Language)
		out.URL += "/section/" + p.Section
		of = where("section_id = ? AND status = ?", s.ID, StatusPublished)
	}
	out.Self = out.URL + "/feed." + p.Format
	var err error
	if out.Entries, err = entries(ctx, of, p.Origin); err != nil {
		return nil, err
	}
	for i := range out.Entries {
		if changed := out.Entries[i].Changed; changed.After(out.Changed) {
			out.Changed = changed
		}
	}
	write, ok := map[string]func() ([]byte, error){"rss": out.RSS, "atom": out.Atom, "json": out.JSON}[p.Format]
	if !ok {
		return nil, fault.New(fault.NotFound, "")
	}
	document, err := write()
	return mosaic.HTML(document), err
}

// entries reads the entries of a feed. Their IDs stay theirs wherever the site
// moves and however their addresses change (RFC 4151).
func entries(ctx context.Context, of condition, origin string) ([]feed.Entry, error) {
	items, err := newest[Item](ctx, of, "id", FeedSize,
		"id", "created_at", "section_id", "title", "slug", "summary", "html", "language", "image", "author_name", "published_at", "edited_at")
	if err != nil || len(items) == 0 {
		return nil, err
	}
	terms, err := termsOf(ctx, items)
	if err != nil {
		return nil, err
	}
	text, err := prose.New(prose.Options{AnchorPrefix: noteAnchor, Rewrite: func(_, address string) string {
		return absolute(origin, address)
	}})
	if err != nil {
		return nil, err
	}
	host := origin
	if u, err := url.Parse(origin); err == nil {
		host = u.Hostname()
	}
	out := make([]feed.Entry, len(items))
	for i := range items {
		item := &items[i]
		out[i] = feed.Entry{
			ID:  fmt.Sprintf("tag:%s,%s:news/%d", host, item.CreatedAt.UTC().Format(time.DateOnly), item.ID),
			URL: origin + item.Link(), Title: item.Title, Summary: item.Summary, Picture: absolute(origin, item.Image),
			Author: item.AuthorName, Language: string(item.Language), Terms: terms[item.ID],
			Published: item.PublishedAt, Changed: item.Changed(),
		}
		out[i].Content, _ = text.HTML(item.HTML)
	}
	return out, nil
}

// termsOf returns the titles of the items' sections and tags, by the items' IDs.
func termsOf(ctx context.Context, items []Item) (map[int64][]string, error) {
	var ids, sectionIDs []int64
	for i := range items {
		ids, sectionIDs = append(ids, items[i].ID), append(sectionIDs, items[i].SectionID)
	}
	tags, err := tagsOf(ctx, ids...)
	if err != nil {
		return nil, err
	}
	sections, err := data.All[Section](data.Read(ctx).Select("id", "title").Where("id IN ?", sectionIDs))
	if err != nil {
		return nil, err
	}
	titles := make(map[int64]string)
	for i := range sections {
		titles[sections[i].ID] = sections[i].Title
	}
	terms := make(map[int64][]string)
	for i := range items {
		id := items[i].ID
		terms[id] = append(terms[id], titles[items[i].SectionID])
		for _, tag := range tags[id] {
			terms[id] = append(terms[id], tag.Title)
		}
	}
	return terms, nil
}

// Sitemap says at which address the site is.
type Sitemap struct{ Origin string }

// SitemapPart says which items are named: those with IDs from Part*1000+1 to
// (Part+1)*1000.
type SitemapPart struct {
	Origin string
	Part   int64
}

// A map holds at most 50 000 addresses (sitemaps.org): here so many parts of so
// many items.
const (
	sitemapParts = 49
	sitemapItems = 1000
)

// sitemap is the data of the template news/sitemap.
type sitemap struct {
	Prolog template.HTML
	Origin string
	Parts  []int64
}

// showSitemap makes the map's frame: a place for each part. Whether a part has
// any item is asked for its first one alone, which later items do not change.
func showSitemap(ctx context.Context, p Sitemap) (any, error) {
	m := sitemap{Prolog: xml.Header, Origin: p.Origin}
	for part := int64(0); ; part++ {
		first, err := data.All[Item](data.Read(ctx).Select("id").Where("id > ?", part*sitemapItems).Order("id").Limit(1))
		if err != nil {
			return nil, err
		}
		if len(first) == 0 {
			break
		}
		if part = (first[0].ID - 1) / sitemapItems; len(m.Parts) == sitemapParts {
			m.Parts = m.Parts[1:]
		}
		m.Parts = append(m.Parts, part)
	}
	return m, nil
}

// makeSitemapSections makes the addresses of the lists.
func makeSitemapSections(ctx context.Context, p Sitemap) (any, error) {
	sections, err := data.All[Section](data.Read(ctx).Select("id", "slug").Order("id").Limit(sitemapItems))
	if err != nil {
		return nil, err
	}
	places := []feed.Place{{URL: p.Origin + "/news"}}
	for i := range sections {
		places = append(places, feed.Place{URL: p.Origin + "/news/section/" + sections[i].Slug})
	}
	out, err := feed.Places(places)
	return mosaic.HTML(out), err
}

// makeSitemapPart makes the addresses of some items.
func makeSitemapPart(ctx context.Context, p SitemapPart) (any, error) {
	items, err := data.All[Item](data.Read(ctx).Select("id", "slug", "published_at", "edited_at").
		Where("status = ? AND id > ? AND id <= ?", StatusPublished, p.Part*sitemapItems, (p.Part+1)*sitemapItems).
		Scopes(data.Due(ctx, "published_at")).Order("id").Limit(sitemapItems))
	if err != nil {
		return nil, err
	}
	places := make([]feed.Place, len(items))
	for i := range items {
		places[i] = feed.Place{URL: p.Origin + items[i].Link(), Changed: items[i].Changed()}
	}
	out, err := feed.Places(places)
	return mosaic.HTML(out), err
}
