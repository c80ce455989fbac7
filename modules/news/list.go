package news

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"veche/data"
	"veche/fault"
	"veche/locale"
)

// List says which items a list shows: those of a section or of a tag, given by
// their slugs, or all; those before the cursor, or the newest.
type List struct {
	Section, Tag, Before string
}

// Link is the address of the list, whose first page has no cursor.
func (l List) link(before string) string {
	to := "/news"
	switch {
	case l.Section != "":
		to = "/news/section/" + l.Section
	case l.Tag != "":
		to = "/news/tag/" + l.Tag
	}
	if before != "" {
		to += "?before=" + before
	}
	return to
}

// listPage is the data of the template news/list.
type listPage struct {
	List
	Items []Item
	Newer string // the address of the first page, on any other
	Older string // the address of the next page, if there is one
	Bare  bool   // all are of one section, so that naming it says nothing
}

// showList makes a page of a list. It reads only what it shows: a section is
// named by a fragment of its own.
func showList(ctx context.Context, p List) (any, error) {
	from, err := parseCursor(p.Before)
	if err != nil {
		return nil, fault.Because(err, fault.NotFound, "")
	}
	page := listPage{List: p, Bare: p.Section != ""}
	if p.Before != "" {
		page.Newer = p.link("")
	}
	var last cursor
	switch {
	case p.Tag != "":
		page.Items, last, err = itemsOfTag(ctx, p.Tag, from)
	default:
		page.Items, last, err = itemsOfSection(ctx, p.Section, from)
	}
	if err == nil && last.more {
		page.Older = p.link(last.String())
	}
	return page, err
}

// itemsOfSection returns a page of the section's items, or of all, and the
// cursor of the next page.
func itemsOfSection(ctx context.Context, slug string, from cursor) ([]Item, cursor, error) {
	of, err := ofSection(ctx, slug)
	if err != nil {
		return nil, cursor{}, err
	}
	items, err := newest[Item](ctx, from.behind(of, "id"), "id", PageSize, listed()...)
	if err != nil || len(items) < PageSize {
		return items, cursor{}, err
	}
	last := cursor{at: items[PageSize-1].PublishedAt, id: items[PageSize-1].ID}
	beyond, err := newest[Item](ctx, last.behind(of, "id"), "id", 1, "id", "published_at")
	last.more = len(beyond) > 0
	return items, last, err
}

// ofSection is the condition for the items of the section with the slug, or, with
// "", for those shown everywhere.
func ofSection(ctx context.Context, slug string) (condition, error) {
	if slug == "" {
		return everywhere(ctx)
	}
	section, err := sectionBySlug(ctx, slug, "id")
	return where("section_id = ? AND status = ?", section.ID, StatusPublished), err
}

// itemsOfTag returns a page of the tag's items, and the cursor of the next page:
// first which items they are, then the items.
func itemsOfTag(ctx context.Context, slug string, from cursor) ([]Item, cursor, error) {
	tag, err := tagBySlug(ctx, slug, "id")
	if err != nil {
		return nil, cursor{}, err
	}
	of := where("tag_id = ? AND status = ?", tag.ID, StatusPublished)
	taggings, err := newest[Tagging](ctx, from.behind(of, "item_id"), "item_id", PageSize, "item_id", "published_at")
	if err != nil || len(taggings) == 0 {
		return nil, cursor{}, err
	}
	ids := make([]int64, len(taggings))
	for i := range taggings {
		ids[i] = taggings[i].ItemID
	}
	items, err := itemsByID(ctx, ids, listed()...)
	if err != nil || len(taggings) < PageSize {
		return items, cursor{}, err
	}
	last := cursor{at: taggings[PageSize-1].PublishedAt, id: taggings[PageSize-1].ItemID}
	beyond, err := newest[Tagging](ctx, last.behind(of, "item_id"), "item_id", 1, "item_id", "published_at")
	last.more = len(beyond) > 0
	return items, last, err
}

// itemsByID returns the published items with the IDs, in that order.
func itemsByID(ctx context.Context, ids []int64, columns ...string) ([]Item, error) {
	found, err := data.All[Item](data.Read(ctx).Select(columns).Where("id IN ? AND status = ?", ids, StatusPublished))
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]Item, len(found))
	for i := range found {
		byID[found[i].ID] = found[i]
	}
	items := make([]Item, 0, len(found))
	for _, id := range ids {
		if item, ok := byID[id]; ok {
			items = append(items, item)
		}
	}
	return items, nil
}

// A cursor is a place in a list that is sorted by time and ID, the newest first:
// behind the item with them. The zero cursor is before all.
type cursor struct {
	at   time.Time
	id   int64
	more bool // whether there is anything behind it
}

// String writes the cursor as it stands in an address.
func (c cursor) String() string { return fmt.Sprintf("%d-%d", c.at.UnixMicro(), c.id) }

// parseCursor reads what String writes; "" is the zero cursor.
func parseCursor(text string) (cursor, error) {
	if text == "" {
		return cursor{}, nil
	}
	at, id, ok := strings.Cut(text, "-")
	micros, err := strconv.ParseInt(at, 10, 64)
	if err != nil || !ok {
		return cursor{}, fmt.Errorf("%q is no place in a list", text)
	}
	c := cursor{at: time.UnixMicro(micros).UTC()}
	if c.id, err = strconv.ParseInt(id, 10, 64); err != nil || c.at.Year() < 1000 || c.at.Year() > 9999 || c.String() != text {
		return cursor{}, fmt.Errorf("%q is no place in a list", text)
	}
	return c, nil
}

// behind adds to the condition that a row is behind the cursor. id is the column
// with the item's ID.
func (c cursor) behind(of condition, id string) condition {
	if c.at.IsZero() {
		return of
	}
	return of.and("published_at <= ?", c.at).and("(published_at < ? OR "+id+" < ?)", c.at, c.id)
}

// A condition is a piece of SQL and its arguments.
type condition struct {
	sql  string
	args []any
}

func where(sql string, args ...any) condition { return condition{sql, args} }

func (c condition) and(sql string, args ...any) condition {
	return condition{c.sql + " AND " + sql, slices.Concat(c.args, args)}
}

// newest returns the columns of the first n rows of the condition whose time has
// come, in the order of lists. The columns must hold published_at and id, the
// column with the item's ID: by them a change behind the last row is known to
// change nothing.
func newest[T any](ctx context.Context, of condition, id string, n int, columns ...string) ([]T, error) {
	return data.All[T](data.Read(ctx).Select(columns).Where(of.sql, of.args...).
		Scopes(data.Due(ctx, "published_at")).Order("published_at DESC").Order(id + " DESC").Limit(n))
}

// sectionBySlug returns the columns of a section, or NotFound.
func sectionBySlug(ctx context.Context, slug string, columns ...string) (Section, error) {
	return data.First[Section](data.Read(ctx).Select(columns).Where("slug = ?", slug))
}

// tagBySlug returns the columns of a tag, or NotFound.
func tagBySlug(ctx context.Context, slug string, columns ...string) (Tag, error) {
	return data.First[Tag](data.Read(ctx).Select(columns).Where("slug = ?", slug))
}

// heading is the data of the templates news/heading and news/list-head.
type heading struct {
	Title, Description string // "" for the list of all
	Language           locale.Tag
	Section, Tag       string // slugs
	Feed               string // the address of the feeds without their endings
	Later              bool   // a page other than the first
}

// showHeading makes what stands above a list: it changes when the section is
// renamed, not when its items change.
func showHeading(ctx context.Context, p List) (any, error) {
	h := heading{Section: p.Section, Tag: p.Tag, Feed: "/news/feed", Later: p.Before != ""}
	switch {
	case p.Section != "":
		s, err := sectionBySlug(ctx, p.Section, "title", "description", "language")
		if err != nil {
			return nil, err
		}
		h.Title, h.Description, h.Language = s.Title, s.Description, s.Language
		h.Feed = "/news/section/" + p.Section + "/feed"
	case p.Tag != "":
		tag, err := tagBySlug(ctx, p.Tag, "title")
		if err != nil {
			return nil, err
		}
		h.Title = tag.Title
	}
	return h, nil
}

// showListHead makes what a list says about itself in the head of its page.
func showListHead(ctx context.Context, p List) (any, error) { return showHeading(ctx, p) }
