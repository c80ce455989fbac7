package news

import (
	"context"
	"html/template"
	"time"

	"veche"
	"veche/data"
	"veche/entity"
	"veche/fault"
	"veche/locale"
)

// A Section is a part of the news: a subject, a desk.
type Section struct {
	entity.Base `entity:"table=news_section"`
	Title       string     `entity:"title,required,max=120,list,search"`
	Slug        string     `entity:"slug,required,max=120,unique,list"`
	Language    locale.Tag `entity:"enum=en|ru,default=en,required,list"`
	Description string     `entity:"max=300"`
	// Position sorts the sections, lower first.
	Position int64 `entity:"min=-1000000,max=1000000,list"`
	// Moderated says that comments wait until an administrator approves them.
	Moderated bool
}

// The states of an item. A published one is seen from PublishedAt on.
const (
	StatusDraft     = "draft"
	StatusPublished = "published"
)

// The formats of a body.
const (
	FormatMarkdown = "markdown"
	FormatHTML     = "html"
)

// An Item is one piece of news.
type Item struct {
	entity.Base `entity:"table=news_item"`
	SectionID   int64  `entity:"ref=news_section,required,index=section"`
	Title       string `entity:"title,required,max=300,list,search"`
	// Slug is the item's word in its address: /news/SLUG.
	Slug string `entity:"slug,required,max=120,unique"`
	// Dek is the sentence or two under the title.
	Dek    string `entity:"long,max=1000,search"`
	Format string `entity:"enum=markdown|html,default=markdown,required"`
	Body   string `entity:"long,search"`
	// HTML is made of Body when the item is saved.
	HTML string `entity:"html,max=4194304,hidden"`
	// Summary is the dek, or the beginning of the body, in plain words.
	Summary  string     `entity:"long,max=1000,hidden"`
	Language locale.Tag `entity:"enum=en|ru,default=en,required"`
	// Image is the address of a picture, ImageAlt what is seen in it.
	Image       string    `entity:"url"`
	ImageAlt    string    `entity:"max=300"`
	AuthorName  string    `entity:"max=120,list"`
	Status      string    `entity:"enum=draft|published,default=draft,required,list,index=shown,index=section,index=language"`
	PublishedAt time.Time `entity:"list,index=shown,index=section,index=language"`
	// EditedAt is when what readers see of it was last changed.
	EditedAt     time.Time `entity:"hidden"`
	CommentsOpen bool      `entity:"default=true"`
}

// An Address is a slug that an item once had.
type Address struct {
	entity.Base `entity:"table=news_address"`
	Slug        string `entity:"slug,required,max=120,unique"`
	ItemID      int64  `entity:"ref=news_item,required,index"`
}

// A Tag is a word that items are found by.
type Tag struct {
	entity.Base `entity:"table=news_tag"`
	Title       string `entity:"title,required,max=80,list,search"`
	Slug        string `entity:"slug,required,max=120,unique,list"`
}

// A Tagging says that an item has a tag. It repeats what decides whether and
// where the item stands among those of the tag, and for whom; Save keeps it in
// step.
type Tagging struct {
	entity.Base `entity:"table=news_tagging"`
	TagID       int64      `entity:"ref=news_tag,required,unique=pair,index=shown"`
	ItemID      int64      `entity:"ref=news_item,required,unique=pair,index"`
	Language    locale.Tag `entity:"enum=en|ru,required,index=language"`
	Status      string     `entity:"enum=draft|published,required,index=shown,index=language"`
	PublishedAt time.Time  `entity:"index=shown,index=language"`
}

// Link is the item's address.
func (i Item) Link() string { return "/news/" + i.Slug }

// Stamp is the time of publication as a machine reads it.
func (i Item) Stamp() string { return stamp(i.PublishedAt) }

// Changed is when what readers see last changed: when it was published, or
// edited after that.
func (i Item) Changed() time.Time {
	if i.EditedAt.After(i.PublishedAt) {
		return i.EditedAt
	}
	return i.PublishedAt
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Content is the body as a page shows it: it was cleaned when it was saved.
func (i Item) Content() template.HTML { return template.HTML(i.HTML) }

// listed are the columns that lists show.
func listed() []string {
	return []string{
		"id", "section_id", "title", "slug", "summary", "language", "image", "image_alt", "author_name", "published_at",
	}
}

// due reports whether the time has come. If not, what is being made holds until
// then.
func due(ctx context.Context, t time.Time) bool {
	if !t.After(data.From(ctx).Now()) {
		return true
	}
	veche.Until(ctx, t)
	return false
}

// shown reports whether readers may see the item. Its Status and PublishedAt
// must have been read.
func (i *Item) shown(ctx context.Context) bool {
	return i.Status == StatusPublished && due(ctx, i.PublishedAt)
}

// everywhere is the condition for the items that are shown where no section or
// tag is asked for: those in the reader's language, or all if there is none in
// it. Whether there is one is asked for the oldest alone, which no later item
// changes.
func everywhere(ctx context.Context) (condition, error) {
	of := where("status = ?", StatusPublished)
	language := veche.Locale(ctx)
	oldest, err := data.All[Item](data.Read(ctx).Select("id", "published_at").
		Where("language = ? AND status = ?", language, StatusPublished).Order("published_at").Order("id").Limit(1))
	if err != nil || len(oldest) == 0 || !due(ctx, oldest[0].PublishedAt) {
		return of, err
	}
	return where("language = ? AND status = ?", language, StatusPublished), nil
}

// shownItem returns the item with the slug, with the columns and those that
// decide whether it is shown; NotFound if it is not.
func shownItem(ctx context.Context, slug string, columns ...string) (Item, error) {
	columns = append(columns, "id", "published_at")
	// A draft is not even looked at: what is written in it changes nothing here.
	found, err := data.All[Item](data.Read(ctx).Select(columns).Where("slug = ? AND status = ?", slug, StatusPublished).Limit(1))
	if err != nil {
		return Item{}, err
	}
	if len(found) == 0 || !due(ctx, found[0].PublishedAt) {
		return Item{}, fault.New(fault.NotFound, "")
	}
	return found[0], nil
}
