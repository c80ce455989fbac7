package news

import (
	"cmp"
	"context"
	"time"

	"veche/account"
	"veche/data"
	"veche/fault"
	"veche/mosaic"
	"veche/prose"
)

// ItemPage says which item is shown with its comments: by its slug, and of the
// comments those that answer it with an ID less than Talk, or the newest. Reply
// is the comment that the visitor answers, Said that a comment awaits approval.
type ItemPage struct {
	Slug        string
	Talk, Reply int64
	Said        bool
}

// itemPage is the data of the template news/page.
type itemPage struct {
	ItemPage
	Item int64
	Open bool
}

// showPage makes the places of an item, its comments and the form for another
// one. It is also what says that there is no such item: a slug that is spelled
// otherwise, or was the item's once, leads to the item.
func showPage(ctx context.Context, p ItemPage) (any, error) {
	item, err := shownItem(ctx, p.Slug, "comments_open")
	if fault.Is(err, fault.NotFound) {
		return nil, elsewhere(ctx, p.Slug, err)
	}
	return itemPage{p, item.ID, item.CommentsOpen}, err
}

// elsewhere returns where the item with the slug is now, or the error otherwise.
func elsewhere(ctx context.Context, slug string, otherwise error) error {
	if plain := prose.Slug(slug); plain != slug && plain != "" {
		if _, err := shownItem(ctx, plain); !fault.Is(err, fault.NotFound) {
			return cmp.Or[error](err, &mosaic.Moved{To: "/news/" + plain})
		}
		slug = plain
	}
	former, err := data.All[Address](data.Read(ctx).Select("item_id").Where("slug = ?", slug))
	if err != nil || len(former) == 0 {
		return cmp.Or(err, otherwise)
	}
	items, err := itemsByID(ctx, []int64{former[0].ItemID}, "id", "slug", "status", "published_at")
	if err != nil || len(items) == 0 || !items[0].shown(ctx) {
		return cmp.Or(err, otherwise)
	}
	return &mosaic.Moved{To: items[0].Link()}
}

// OneItem says which item is shown, by its slug.
type OneItem struct{ Slug string }

// articleColumns are those that an item's page shows.
func articleColumns() []string {
	return []string{
		"section_id", "title", "slug", "dek", "html", "language", "image", "image_alt", "author_name", "edited_at",
	}
}

// showItem makes the article.
func showItem(ctx context.Context, p OneItem) (any, error) {
	item, err := shownItem(ctx, p.Slug, articleColumns()...)
	if err != nil {
		return nil, err
	}
	return &item, nil
}

// editedAfter is how long after its publication an item counts as edited: slips
// of the pen mended at once are no news.
const editedAfter = time.Hour

// Edited is when the item was last edited, if that is worth saying.
func (i Item) Edited() (t time.Time) {
	if i.EditedAt.Sub(i.PublishedAt) >= editedAfter {
		t = i.EditedAt
	}
	return t
}

// EditedStamp is Edited as a machine reads it.
func (i Item) EditedStamp() string { return stamp(i.EditedAt) }

// About says which item a fragment is about, by its ID.
type About struct{ Item int64 }

// tagsMax bounds the tags of an item.
const tagsMax = 12

// showTags makes the tags of an item.
func showTags(ctx context.Context, p About) (any, error) {
	tags, err := tagsOf(ctx, p.Item)
	if err != nil || len(tags[p.Item]) == 0 {
		return nil, err
	}
	return tags[p.Item], nil
}

// tagsOf returns the tags of the items by the items' IDs.
func tagsOf(ctx context.Context, items ...int64) (map[int64][]Tag, error) {
	taggings, err := data.All[Tagging](data.Read(ctx).Select("id", "item_id", "tag_id").Where("item_id IN ?", items).Order("id"))
	if err != nil || len(taggings) == 0 {
		return nil, err
	}
	ids := make([]int64, len(taggings))
	for i := range taggings {
		ids[i] = taggings[i].TagID
	}
	tags, err := data.All[Tag](data.Read(ctx).Select("id", "title", "slug").Where("id IN ?", ids))
	byID := make(map[int64]Tag, len(tags))
	for i := range tags {
		byID[tags[i].ID] = tags[i]
	}
	found := make(map[int64][]Tag)
	for i := range taggings {
		if tag, ok := byID[taggings[i].TagID]; ok {
			found[taggings[i].ItemID] = append(found[taggings[i].ItemID], tag)
		}
	}
	return found, err
}

// neighbours is the data of the template news/neighbours.
type neighbours struct{ Earlier, Later []Item }

// showNeighbours makes the links to the items of the same section before and
// after an item. Each is the first row of a window, so that a publication
// touches its own neighbours only.
func showNeighbours(ctx context.Context, p About) (any, error) {
	here, err := data.All[Item](data.Read(ctx).Select("section_id", "published_at").Where("id = ?", p.Item))
	if err != nil || len(here) == 0 {
		return nil, err
	}
	var n neighbours
	at := here[0].PublishedAt
	const of = "section_id = ? AND status = ? AND published_at "
	n.Earlier, err = data.All[Item](data.Read(ctx).Select(titled()).
		Where(of+"<= ? AND (published_at < ? OR id < ?)", here[0].SectionID, StatusPublished, at, at, p.Item).
		Order("published_at DESC").Order("id DESC").Limit(1))
	if err != nil {
		return nil, err
	}
	n.Later, err = data.All[Item](data.Read(ctx).Select(titled()).
		Where(of+">= ? AND (published_at > ? OR id > ?)", here[0].SectionID, StatusPublished, at, at, p.Item).
		Order("published_at").Order("id").Limit(1))
	if len(n.Later) > 0 && !due(ctx, n.Later[0].PublishedAt) {
		n.Later = nil
	}
	if err != nil || len(n.Earlier)+len(n.Later) == 0 {
		return nil, err
	}
	return n, nil
}

// showEditLink makes the link to an item's form, for an administrator.
func showEditLink(ctx context.Context, p About) (any, error) {
	if !administrates(ctx) {
		return nil, nil
	}
	return p.Item, nil
}

// showWriteLink makes the link to the form for a new item, for an administrator.
func showWriteLink(ctx context.Context, _ mosaic.None) (any, error) {
	if !administrates(ctx) {
		return nil, nil
	}
	return mosaic.None{}, nil
}

func administrates(ctx context.Context) bool {
	return account.RoleOf(ctx).Includes(account.RoleAdministrator)
}
