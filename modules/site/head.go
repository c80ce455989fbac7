package site

import (
	"context"

	"veche"
	"veche/data"
	"veche/mosaic"
)

// Head is the parameter of "site/head": the title of a page that is not in the
// tree, as the key of a text or as it is.
type Head struct {
	Key   string
	Title string
}

// heading is the data of the heads of pages.
type heading struct {
	Title string
	Site  string
	Page  Page
	// Origin is where the site is.
	Origin string
}

// showHead makes the title of a page that says no more of itself.
func showHead(ctx context.Context, h Head) (any, error) {
	name, err := siteTitle(ctx)
	if err != nil {
		return nil, err
	}
	title := h.Title
	if h.Key != "" {
		title = veche.Text(ctx, h.Key)
	}
	return heading{Title: title, Site: name}, nil
}

// showPageHead makes what a page says of itself to browsers, search engines and
// those who show links to it.
func showPageHead(ctx context.Context, at Public) (any, error) {
	p, ok, err := visible(ctx, "path = ?", at.Path, "title", "language", "description")
	if err != nil || !ok {
		return nil, err
	}
	name, err := siteTitle(ctx)
	if err != nil {
		return nil, err
	}
	return heading{Title: p.Title, Site: name, Page: p, Origin: at.Origin}, nil
}

// showCrumbsData makes the breadcrumbs of a page for search engines.
func showCrumbsData(ctx context.Context, at Public) (any, error) {
	t, ok, err := trailOf(ctx, at.Path, "id", "title", "path")
	if err != nil || !ok {
		return nil, err
	}
	var items []map[string]any
	for i, p := range append(t.Above, t.Page) {
		items = append(items, map[string]any{"@type": "ListItem", "position": i + 1, "name": p.Title, "item": at.Origin + p.Path})
	}
	return map[string]any{"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}, nil
}

// front is the data of the front page's own fragments.
type front struct {
	Title   string
	Tagline string
	Intro   Setting
}

// showFrontHead makes what the front page says of itself.
func showFrontHead(ctx context.Context, _ mosaic.None) (any, error) {
	name, err := siteTitle(ctx)
	if err != nil {
		return nil, err
	}
	tagline, err := setting(ctx, taglineSetting)
	return front{Title: name, Tagline: tagline.Value}, err
}

// welcome is the data of the greeting on a front page that has nothing to show.
type welcome struct {
	Administrator bool
	Neighbours    []neighbour
}

// showWelcome makes the greeting of a site that has no pages yet: where to begin
// for an administrator, and that there will be something for others.
func showWelcome(ctx context.Context, _ mosaic.None) (any, error) {
	// The first by its ID: pages that come behind it change nothing here.
	first, err := data.All[Page](data.Read(ctx).Select("id").Order("id").Limit(1))
	if err != nil || len(first) > 0 {
		return nil, err
	}
	if !administrator(ctx) {
		return welcome{}, nil
	}
	return welcome{Administrator: true, Neighbours: neighbours(ctx)}, nil
}

// showFront makes the beginning of the front page.
func showFront(ctx context.Context, _ mosaic.None) (any, error) {
	name, err := siteTitle(ctx)
	if err != nil {
		return nil, err
	}
	intro, err := setting(ctx, introSetting)
	return front{Title: name, Intro: intro}, err
}
