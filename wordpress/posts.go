package wordpress

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"veche/data"
	"veche/entity"
	"veche/modules/news"
	"veche/modules/site"
	"veche/prose"
	"veche/wxr"
)

// rowsPage is how many rows are read at once.
const rowsPage = 5000

// placePosts finds the address of every post: that of its item here, or a new
// one that no item has.
func (im *importer) placePosts() error {
	slugs := make(map[int64]string)
	taken := make(map[string]bool)
	for last := int64(0); ; {
		rows, err := data.All[news.Item](data.Read(im.tx).Select("id", "slug").Where("id > ?", last).Order("id").Limit(rowsPage))
		if err != nil {
			return err
		}
		for i := range rows {
			last = rows[i].ID
			slugs[last], taken[rows[i].Slug] = rows[i].Slug, true
		}
		if len(rows) < rowsPage {
			break
		}
	}
	for i := range im.index.entries {
		e := &im.index.entries[i]
		if e.kind != kindPost || e.fate == fateSkip {
			continue
		}
		e.key = im.ledger.key(kindPost, e.key)
		if rec := im.ledger.find(e.key); rec != nil {
			slug, here := slugs[rec.row]
			e.row, e.slug, e.lost = rec.row, slug, !here
		} else {
			e.slug = freeSlug(cmp.Or(prose.Slug(e.slug), prose.Slug(e.title), fmt.Sprintf("post-%d", max(e.id, 1))), taken)
			taken[e.slug] = true
		}
		e.to = "/news/" + e.slug
		im.own[e.to] = true
	}
	return nil
}

// freeSlug returns the slug, with the least number that nobody has if it is
// taken.
func freeSlug(slug string, taken map[string]bool) string {
	for n := 1; ; n++ {
		if s := numbered(slug, n); !taken[s] {
			return s
		}
	}
}

// writePost makes a post an item of news, with its tags and comments, or leaves
// it alone.
func (im *importer) writePost(e *entry, it *wxr.Item) error {
	count := im.report.count(kindPost)
	switch {
	case e.fate == fateSkip:
		count.Skipped++
		im.report.note("posts "+e.why, nameOf(it))
		im.skipComments(it, "comments on posts that are not carried over")
		return nil
	case e.lost:
		count.Kept++
		im.report.note("deleted here since they were imported: not brought back", e.title)
		im.skipComments(it, "comments on posts that are not carried over")
		return nil
	}
	item, tags := im.itemOf(e, it)
	sum := digest(it.Title, it.Content, it.Excerpt, item.Status, item.PublishedAt.Format(time.RFC3339), item.Image, item.ImageAlt,
		item.AuthorName, strconv.FormatBool(item.CommentsOpen), strings.Join(e.sections, "\n"), strings.Join(tags, "\n"))
	rec := im.ledger.records[e.key]
	if rec != nil && rec.digest == sum {
		count.Unchanged++
		return im.writeComments(e, it)
	}
	if rec != nil {
		now, err := data.ByID[news.Item](im.tx, e.row)
		if err != nil {
			return err
		}
		if now.Version != rec.version {
			count.Kept++
			im.report.note("changed in the export and edited here: left as they are here", e.title)
			return im.writeComments(e, it)
		}
		item.Base, item.Slug = now.Base, now.Slug
	}
	item.Body = im.content(it)
	if err := im.savePost(e, &item, tags); err != nil {
		return err
	}
	im.notePost(e, it)
	if rec != nil {
		count.Updated++
		if err := im.ledger.change(rec, item.ID, item.Version, sum); err != nil {
			return err
		}
	} else {
		count.Added++
		if err := im.ledger.add(kindPost, e.key, item.ID, item.Version, sum); err != nil {
			return err
		}
	}
	// The transaction remembers the row for a rollback; its text need not stay.
	item = news.Item{Base: item.Base}
	return im.writeComments(e, it)
}

// itemOf returns the item that a post becomes, without its text, and its tags.
func (im *importer) itemOf(e *entry, it *wxr.Item) (news.Item, []string) {
	who := im.people[e.creator]
	item := news.Item{
		Base:      entity.Base{CreatedAt: e.date, AuthorID: who.id},
		SectionID: im.sections[im.sectionOf(e.sections)].row,
		Title:     cmp.Or(line(it.Title, 300), im.titleOf(e)), Slug: e.slug, Dek: line(it.Excerpt, 1000),
		Format: news.FormatHTML, Language: im.tag, AuthorName: cut(who.name, 120), Status: news.StatusDraft,
		PublishedAt: e.date, CommentsOpen: it.CommentStatus == "open",
	}
	if e.fate == fatePublish {
		item.Status = news.StatusPublished
	}
	if edited := since(it.ModifiedGMT); edited.After(e.date) {
		item.EditedAt = edited
	}
	if value, ok := it.MetaValue("_thumbnail_id"); ok {
		id, _ := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
		item.Image, item.ImageAlt = im.picture(id)
		if item.Image == "" {
			im.report.note("featured images are not in the export", nameOf(it))
		}
	}
	return item, im.tagsOf(e, it)
}

// picture returns the address of a picture and what is seen in it.
func (im *importer) picture(id int64) (address, alt string) {
	f, ok := im.index.files[id]
	u, err := url.Parse(strings.TrimSpace(f.address))
	if !ok || err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", ""
	}
	address = u.String()
	if len(address) > 2000 || strings.ContainsAny(address, "\\ ") {
		return "", ""
	}
	return address, line(cmp.Or(f.alt, f.title), 300)
}

// tagsOf returns the titles of a post's tags, and those of its categories that
// it is not in here.
func (im *importer) tagsOf(e *entry, it *wxr.Item) []string {
	var tags []string
	for _, t := range it.Terms {
		if place := im.tags[termKey("post_tag", t.Slug, t.Name)]; t.Taxonomy == "post_tag" && place != nil {
			tags = append(tags, place.title)
		}
	}
	main := im.sectionOf(e.sections)
	for _, key := range e.sections {
		if place := im.sections[key]; key != main && place != nil && place.Slug != categoryOfNone {
			tags = append(tags, place.title)
		}
	}
	return tags
}

// savePost writes the item and forwards its old address.
func (im *importer) savePost(e *entry, item *news.Item, tags []string) error {
	if err := news.Save(im.tx, item, tags); err != nil {
		return err
	}
	e.row = item.ID
	if err := im.noteTags(e, tags); err != nil {
		return err
	}
	if item.Link() != e.to {
		return fmt.Errorf("its address is %s and not %s, as links to it say", item.Link(), e.to)
	}
	if !e.public {
		return nil // whoever asks must not learn that there is something
	}
	return im.forward(e.path, e.to)
}

// noteTags reports tags that the item could not take.
func (im *importer) noteTags(e *entry, tags []string) error {
	var has []int64
	if len(tags) == 0 {
		return nil
	}
	if err := data.Read(im.tx).Model(&news.Tagging{}).Where("item_id = ?", e.row).Pluck("tag_id", &has).Error; err != nil {
		return err
	}
	wanted := make(map[string]bool)
	for _, title := range tags {
		if slug := prose.Slug(title); slug != "" {
			wanted[slug] = true
		}
	}
	for range len(wanted) - len(has) {
		im.report.note("tags beyond those that an item can have were left out", e.title)
	}
	return nil
}

// notePost reports what of a post has no counterpart here.
func (im *importer) notePost(e *entry, it *wxr.Item) {
	name := nameOf(it)
	if e.why != "" {
		im.report.note("posts "+e.why, name)
	}
	if it.Sticky {
		im.report.note("posts that stick to the top do not here", name)
	}
	if e.title == "" {
		im.report.note("posts had no title and got one", name)
	}
	im.noteCommon(it)
}

// nameSite gives the site the name and the tagline of the old one, if it has
// none of its own.
func (im *importer) nameSite() error {
	for _, s := range []struct{ name, value string }{
		{"title", line(im.index.site.Title, 80)}, {"tagline", line(im.index.site.Description, 160)},
	} {
		var n int64
		err := data.Read(im.tx).Model(&site.Setting{}).Where("name LIKE ? AND value <> ?", s.name+".%", "").Count(&n).Error
		if err != nil {
			return err
		}
		if n > 0 || s.value == "" {
			continue
		}
		if err := site.Set(im.tx, s.name, im.tag, s.value); err != nil {
			return err
		}
	}
	return nil
}
