package news

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"veche/data"
	"veche/fault"
	"veche/prose"
)

// noteAnchor begins the anchors of footnotes; a page shows one body.
const noteAnchor = "note-"

// summaryLength bounds the summary that is made of a body, in characters.
const summaryLength = 240

// texts are what makes HTML of bodies and of comments.
type texts struct{ body, talk *prose.Renderer }

var renderers = sync.OnceValues(func() (texts, error) {
	body, err := prose.New(prose.Options{AnchorPrefix: noteAnchor})
	if err != nil {
		return texts{}, err
	}
	talk, err := prose.New(prose.Options{TopHeading: 4, UGC: true, HardBreaks: true})
	return texts{body, talk}, err
})

// Save writes an item with its tags: a new one if it has no ID, else in the
// state of its Version, as [data.Update] does. It makes the HTML and the
// summary of the body, gives an item without a slug one made of its title, and
// one that is taken a number, "-2" and so on; one that is published without a
// time is published now. A former slug goes on leading to the item.
func Save(tx *data.Tx, item *Item, tags []string) error {
	if err := item.render(); err != nil {
		return err
	}
	now := data.From(tx).Now()
	if item.Status == StatusPublished && item.PublishedAt.IsZero() {
		item.PublishedAt = now
	}
	if err := giveSlug(tx, item); err != nil {
		return err
	}
	if item.ID == 0 {
		if item.EditedAt.IsZero() {
			item.EditedAt = cmp.Or(item.PublishedAt, now)
		}
		if err := data.Create(tx, item); err != nil {
			return err
		}
		return setTags(tx, item, tags)
	}
	former, err := data.ByID[Item](tx, item.ID)
	if err != nil {
		return err
	}
	item.CreatedAt, item.AuthorID, item.EditedAt = former.CreatedAt, former.AuthorID, former.EditedAt
	if !item.sameText(&former) {
		item.EditedAt = now
	}
	if err := data.Update(tx, item); err != nil {
		return err
	}
	if item.Language != former.Language {
		err := tx.DB().Model(&Comment{}).Where("item_id = ?", item.ID).UpdateColumn("language", item.Language).Error
		if err != nil {
			return err
		}
	}
	if item.Slug != former.Slug {
		if err := keepAddress(tx, item, former.Slug); err != nil {
			return err
		}
	}
	return setTags(tx, item, tags)
}

// render makes the HTML and the summary.
func (i *Item) render() error {
	r, err := renderers()
	if err != nil {
		return err
	}
	if i.Format == FormatHTML {
		i.HTML, _ = r.body.HTML(i.Body)
	} else {
		i.HTML, _ = r.body.Markdown(i.Body)
	}
	i.Summary = strings.TrimSpace(i.Dek)
	if i.Summary == "" {
		i.Summary = prose.Excerpt(i.HTML, summaryLength)
	}
	return nil
}

// sameText reports whether readers are told the same by both.
func (i *Item) sameText(other *Item) bool {
	return i.Title == other.Title && i.Dek == other.Dek && i.HTML == other.HTML &&
		i.Image == other.Image && i.ImageAlt == other.ImageAlt && i.AuthorName == other.AuthorName
}

// giveSlug gives the item a slug that no other item has.
func giveSlug(tx *data.Tx, item *Item) error {
	slug := cmp.Or(prose.Slug(item.Slug), prose.Slug(item.Title), "item")
	var taken []string
	err := data.Read(tx).Model(&Item{}).Where("id <> ? AND (slug = ? OR slug LIKE ?)", item.ID, slug, slug+"-%").Pluck("slug", &taken).Error
	item.Slug = free(slug, taken)
	return err
}

// free returns the slug, or with the least number from 2 that makes it differ
// from those taken.
func free(slug string, taken []string) string {
	if !slices.Contains(taken, slug) {
		return slug
	}
	for n := 2; ; n++ {
		if numbered := fmt.Sprintf("%s-%d", slug, n); !slices.Contains(taken, numbered) {
			return numbered
		}
	}
}

// keepAddress notes that the item once had the slug.
func keepAddress(tx *data.Tx, item *Item, slug string) error {
	if err := tx.DB().Where("slug IN ?", []string{slug, item.Slug}).Delete(&Address{}).Error; err != nil {
		return err
	}
	return data.Create(tx, &Address{Slug: slug, ItemID: item.ID})
}

// setTags gives the item the tags of these titles and no others, and brings
// what the taggings repeat in step with the item. It writes what differs.
func setTags(tx *data.Tx, item *Item, titles []string) error {
	tags, err := tagsFor(tx, titles)
	if err != nil {
		return err
	}
	former, err := data.All[Tagging](data.Read(tx).Where("item_id = ?", item.ID).Order("id"))
	if err != nil {
		return err
	}
	for i := range former {
		t := &former[i]
		at := slices.IndexFunc(tags, func(tag Tag) bool { return tag.ID == t.TagID })
		if at < 0 {
			err = data.Delete(tx, t)
		} else {
			tags = slices.Delete(tags, at, at+1)
			if t.Status != item.Status || t.Language != item.Language || !t.PublishedAt.Equal(item.PublishedAt) {
				t.Status, t.Language, t.PublishedAt = item.Status, item.Language, item.PublishedAt
				err = data.Update(tx, t, "status", "language", "published_at")
			}
		}
		if err != nil {
			return err
		}
	}
	for i := range tags {
		t := Tagging{TagID: tags[i].ID, ItemID: item.ID, Language: item.Language, Status: item.Status, PublishedAt: item.PublishedAt}
		if err := data.Create(tx, &t); err != nil {
			return err
		}
	}
	return nil
}

// tagsFor returns the tags of the titles, the first tagsMax, in order; it makes
// those that do not exist. Titles with one slug are one tag.
func tagsFor(tx *data.Tx, titles []string) ([]Tag, error) {
	var tags []Tag
	for _, title := range titles {
		title = strings.Join(strings.Fields(title), " ")
		slug := prose.Slug(title)
		if slug == "" || len(tags) == tagsMax || slices.ContainsFunc(tags, func(t Tag) bool { return t.Slug == slug }) {
			continue
		}
		found, err := data.All[Tag](data.Read(tx).Where("slug = ?", slug))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			found = []Tag{{Title: title, Slug: slug}}
			if err := data.Create(tx, &found[0]); err != nil {
				return nil, err
			}
		}
		tags = append(tags, found[0])
	}
	return tags, nil
}

// Remove deletes the item with all that belongs to it, in the state of its
// Version, as [data.Delete] does.
func Remove(tx *data.Tx, item *Item) error {
	if err := data.Delete(tx, item); err != nil {
		return err
	}
	for _, belongs := range []any{&Tagging{}, &Comment{}, &Address{}} {
		if err := tx.DB().Where("item_id = ?", item.ID).Delete(belongs).Error; err != nil {
			return err
		}
	}
	return nil
}

// SaveSection writes a section: a new one if it has no ID, else in the state of
// its Version. One without a slug gets one made of its title.
func SaveSection(tx *data.Tx, s *Section) error {
	slug := cmp.Or(prose.Slug(s.Slug), prose.Slug(s.Title), "section")
	var taken []string
	err := data.Read(tx).Model(&Section{}).Where("id <> ? AND (slug = ? OR slug LIKE ?)", s.ID, slug, slug+"-%").Pluck("slug", &taken).Error
	if err != nil {
		return err
	}
	s.Slug = free(slug, taken)
	if s.ID == 0 {
		return data.Create(tx, s)
	}
	former, err := data.ByID[Section](tx, s.ID)
	if err != nil {
		return err
	}
	s.CreatedAt, s.AuthorID = former.CreatedAt, former.AuthorID
	return data.Update(tx, s)
}

// RemoveSection deletes a section that has no items; one that has is a Conflict
// fault.
func RemoveSection(tx *data.Tx, s *Section) error {
	var n int64
	if err := data.Read(tx).Model(&Item{}).Where("section_id = ?", s.ID).Count(&n).Error; err != nil {
		return err
	}
	if n > 0 {
		return fault.New(fault.Conflict, "news.section.full", n)
	}
	return data.Delete(tx, s)
}

// AddComment writes a new comment on an item, or in reply to another one, which
// ParentID names. It makes the HTML, finds the thread, and gives a comment
// without a time the present one. It asks for no right.
func AddComment(tx *data.Tx, c *Comment) error {
	r, err := renderers()
	if err != nil {
		return err
	}
	if c.HTML == "" {
		c.HTML, _ = r.talk.Markdown(c.Body)
	}
	if c.PostedAt.IsZero() {
		c.PostedAt = data.From(tx).Now()
	}
	item, err := data.First[Item](data.Read(tx).Select("language").Where("id = ?", c.ItemID))
	if err != nil {
		return err
	}
	c.Language, c.RootID = item.Language, 0
	if c.ParentID != 0 {
		parent, err := data.ByID[Comment](tx, c.ParentID)
		if err != nil {
			return err
		}
		if parent.ItemID != c.ItemID {
			return fault.New(fault.Invalid, "")
		}
		c.RootID = cmp.Or(parent.RootID, parent.ID)
	}
	return data.Create(tx, c)
}
