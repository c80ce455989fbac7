package news

import (
	"context"
	"strings"

	"veche/locale"
)

// ItemHead says whose head is made, and at which address the site is.
type ItemHead struct{ Slug, Origin string }

// itemHead is the data of the template news/item-head.
type itemHead struct {
	Item
	URL     string
	Picture string
	Article newsArticle
}

// newsArticle is a NewsArticle of schema.org, as search engines read it.
type newsArticle struct {
	Context       string   `json:"@context"`
	Type          string   `json:"@type"`
	Headline      string   `json:"headline"`
	Description   string   `json:"description,omitempty"`
	DatePublished string   `json:"datePublished"`
	DateModified  string   `json:"dateModified"`
	Language      string   `json:"inLanguage"`
	Image         []string `json:"image,omitempty"`
	Author        []person `json:"author,omitempty"`
	Page          string   `json:"mainEntityOfPage"`
}

// person is a Person of schema.org.
type person struct {
	Type string `json:"@type"`
	Name string `json:"name"`
}

// showItemHead makes what an item says about itself in the head of its page.
func showItemHead(ctx context.Context, p ItemHead) (any, error) {
	item, err := shownItem(ctx, p.Slug, "title", "slug", "summary", "language", "image", "image_alt", "author_name", "edited_at")
	if err != nil {
		return nil, err
	}
	h := itemHead{Item: item, URL: p.Origin + item.Link()}
	h.Article = newsArticle{
		Context: "https://schema.org", Type: "NewsArticle", Headline: item.Title, Description: item.Summary,
		DatePublished: item.Stamp(), DateModified: stamp(item.Changed()), Language: string(item.Language), Page: h.URL,
	}
	if item.Image != "" {
		h.Picture = absolute(p.Origin, item.Image)
		h.Article.Image = []string{h.Picture}
	}
	if item.AuthorName != "" {
		h.Article.Author = []person{{"Person", item.AuthorName}}
	}
	return h, nil
}

// absolute returns the address of the site's own page or file with the site's
// origin, and any other address as it is.
func absolute(origin, address string) string {
	if strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") {
		return origin + address
	}
	return address
}

// Territory is the item's language as OpenGraph writes it.
func (h itemHead) Territory() string {
	if h.Language == locale.Russian {
		return "ru_RU"
	}
	return "en_US"
}
