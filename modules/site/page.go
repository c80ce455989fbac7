package site

import (
	"cmp"
	"html/template"

	"veche/entity"
)

// Page is the entity of pages, the nodes of the site's tree.
type Page struct {
	entity.Base
	// ParentID is the page above, 0 for none.
	ParentID int64  `entity:"ref=page,index=children"`
	Title    string `entity:"title,required,max=200,list,search"`
	// Slug is the page's own part of its address.
	Slug string `entity:"slug,required,max=80,list"`
	// Path is the whole address: the slugs of the ancestors and its own, each
	// behind a slash. Only this package sets it.
	Path string `entity:"required,readonly,max=500,unique"`
	// Position orders the pages of one parent.
	Position int64 `entity:"readonly"`
	// MenuTitle stands in menus if the title is too long for them.
	MenuTitle string `entity:"max=80"`
	// InMenu says that the main menu shows the page, at its place in the tree.
	InMenu bool
	// Link is where menus and lists lead instead of to the page itself.
	Link     string `entity:"url,max=500"`
	Language string `entity:"enum=ru|en,required,default=ru,index"`
	// Summary is what the page is about, in a sentence or two.
	Summary string `entity:"long,max=400,search"`
	// Description is what lists and search engines are told: the summary, or
	// else the beginning of the text.
	Description string `entity:"readonly,max=400"`
	Format      string `entity:"enum=markdown|html,required,default=markdown"`
	// Body is the text as it was written, in the format.
	Body string `entity:"markdown,search"`
	// HTML is the text as it is shown, made of Body.
	HTML   string `entity:"html,hidden"`
	Status string `entity:"enum=draft|published,required,default=draft,list"`
}

// The values of Page.Status and Page.Format.
const (
	Draft     = "draft"
	Published = "published"
	Markdown  = "markdown"
	HTML      = "html"
)

// Redirect is the entity of addresses that pages had before. Since it names the
// page, not its address, there are no chains of redirects.
type Redirect struct {
	entity.Base
	Path   string `entity:"title,required,max=500,unique,list"`
	PageID int64  `entity:"ref=page,index"`
	// Target is where the address leads if that is no page but what another
	// module shows; PageID is 0 then.
	Target string `entity:"url,max=500"`
}

// Label is the page's name in menus.
func (p Page) Label() string { return cmp.Or(p.MenuTitle, p.Title) }

// Href is where menus and lists lead.
func (p Page) Href() string { return cmp.Or(p.Link, p.Path) }

// Content is the text as it is shown. It was cleaned when it was written.
func (p Page) Content() template.HTML { return template.HTML(p.HTML) }

// Draft reports whether only administrators may see the page.
func (p Page) Draft() bool { return p.Status != Published }
