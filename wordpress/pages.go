package wordpress

import (
	"cmp"
	"fmt"
	"slices"

	"veche/data"
	"veche/entity"
	"veche/fault"
	"veche/modules/site"
	"veche/prose"
	"veche/wxr"
)

// bodyMax bounds a text, in bytes: modules keep a little more.
const bodyMax = 1_000_000

// placePages finds the place of every page. Those that are new are made, as
// empty drafts, in their order: each behind its parent.
func (im *importer) placePages() error {
	im.chooseMenu()
	im.own["/"], im.own["/news/feed.rss"] = true, true
	for _, p := range im.sections {
		im.own["/news/section/"+p.slug] = true
	}
	for _, p := range im.tags {
		im.own["/news/tag/"+p.slug] = true
	}
	below := make(map[*entry][]*entry)
	for i := range im.index.entries {
		if e := &im.index.entries[i]; e.kind == kindPage && e.fate != fateSkip {
			up := im.parentOf(e)
			below[up] = append(below[up], e)
		}
	}
	if err := im.placeBelow(below, nil); err != nil {
		return err
	}
	for i := range im.index.entries { // pages that stand in a circle
		if e := &im.index.entries[i]; e.kind == kindPage && e.fate != fateSkip && e.row == 0 && !e.lost {
			e.parent = 0
			im.report.note("pages stood below themselves: they are at the top", e.title)
			if err := im.placePage(e, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// placeBelow finds the places of the pages below one, and of all below them.
func (im *importer) placeBelow(below map[*entry][]*entry, top *entry) error {
	for open := []*entry{top}; len(open) > 0; open = open[1:] {
		level := below[open[0]]
		slices.SortStableFunc(level, func(a, b *entry) int {
			return cmp.Or(cmp.Compare(rankOf(a), rankOf(b)), cmp.Compare(a.order, b.order), cmp.Compare(a.title, b.title))
		})
		for _, e := range level {
			if err := im.placePage(e, open[0]); err != nil {
				return err
			}
			open = append(open, e)
		}
	}
	return nil
}

// rankOf sorts pages of the menu before others.
func rankOf(e *entry) int {
	if e.rank == 0 {
		return 1 << 30
	}
	return e.rank
}

// placePage finds the page where it is, or makes it.
func (im *importer) placePage(e, up *entry) error {
	e.key = im.ledger.key(kindPage, e.key)
	if rec := im.ledger.find(e.key); rec != nil {
		found, err := data.All[site.Page](data.Read(im.tx).Select("id", "path").Where("id = ?", rec.row))
		if err != nil {
			return err
		}
		if len(found) == 0 {
			e.lost = true
			return nil
		}
		e.row, e.to = found[0].ID, found[0].Path
		im.own[e.to] = true
		return nil
	}
	if err := im.makePage(e, up); err != nil {
		return fmt.Errorf("the page %q: %w", e.title, err)
	}
	im.own[e.to] = true
	if e.public && e.path != "" && e.path != e.to {
		im.report.note("pages have another address than they had; the old one leads to the new one", e.path+" → "+e.to)
	}
	return nil
}

// makePage makes a new page, with a number behind its slug if that is taken, and
// at the top if the address below its parent would be too long.
func (im *importer) makePage(e, up *entry) error {
	base := cmp.Or(prose.Slug(e.slug), prose.Slug(e.title), fmt.Sprintf("page-%d", max(e.id, 1)))
	for n := 1; n < 1000; n++ {
		p := site.Page{
			Base:  entity.Base{CreatedAt: e.date, AuthorID: im.people[e.creator].id},
			Title: im.titleOf(e), Slug: numbered(base, n), Language: string(im.tag), Format: site.HTML, Status: site.Draft,
		}
		if up != nil {
			p.ParentID = up.row
		}
		_, err := data.Write(im.tx, func(tx *data.Tx) error { return site.CreatePage(tx, &p) })
		if err == nil {
			e.row, e.to = p.ID, p.Path
			return nil
		}
		words := fault.Of(err).Fields["slug"]
		switch {
		case !fault.Is(err, fault.Invalid) || words == "":
			return err
		case words == "site.page.path_long" && up != nil:
			up = nil
			im.report.note("pages stood too deep below others: they are at the top", e.title)
		}
	}
	return fmt.Errorf("every number behind the slug %q is taken", base)
}

// numbered returns a slug with a number behind it, but for the first.
func numbered(slug string, n int) string {
	if n < 2 {
		return slug
	}
	number := fmt.Sprintf("-%d", n)
	return cut(slug, prose.SlugMax-len(number)) + number
}

func (im *importer) titleOf(e *entry) string { return cmp.Or(e.title, untitled(im.tag, e.date)) }

// writePage gives the page its text, or leaves it alone.
func (im *importer) writePage(e *entry, it *wxr.Item) error {
	im.skipComments(it, "comments on pages: pages here have none")
	count := im.report.count(kindPage)
	switch {
	case e.fate == fateSkip:
		count.Skipped++
		im.report.note("pages "+e.why, nameOf(it))
		return nil
	case e.lost:
		count.Kept++
		im.report.note("deleted here since they were imported: not brought back", e.title)
		return nil
	}
	p, err := data.ByID[site.Page](im.tx, e.row)
	if err != nil {
		return err
	}
	status := site.Draft
	if e.fate == fatePublish && e.public {
		status = site.Published
	}
	sum := digest(it.Title, it.Content, it.Excerpt, status, fmt.Sprint(e.parent, e.rank > 0), e.menuTitle)
	rec := im.ledger.records[e.key]
	switch {
	case rec != nil && rec.digest == sum:
		count.Unchanged++
		return nil
	case rec != nil && rec.version != p.Version:
		count.Kept++
		im.report.note("changed in the export and edited here: left as they are here", e.title)
		return nil
	}
	p.Title, p.MenuTitle, p.InMenu = im.titleOf(e), e.menuTitle, e.rank > 0
	p.Summary, p.Format, p.Status = line(it.Excerpt, 400), site.HTML, status
	p.Body = im.content(it)
	if err := im.savePage(e, &p); err != nil {
		return err
	}
	im.notePage(e, it)
	if rec != nil {
		count.Updated++
		return im.ledger.change(rec, p.ID, p.Version, sum)
	}
	count.Added++
	return im.ledger.add(kindPage, e.key, p.ID, p.Version, sum)
}

// savePage writes the page, moves it if its parent is another one now, and
// forwards its old address.
func (im *importer) savePage(e *entry, p *site.Page) error {
	if err := site.UpdatePage(im.tx, p); err != nil {
		return err
	}
	if up := im.parentOf(e); up != nil && up.row != 0 && up.row != p.ParentID && im.ledger.records[e.key] != nil {
		_, err := data.Write(im.tx, func(tx *data.Tx) error { return site.MovePage(tx, p.ID, 0, up.row, 1<<20) })
		if err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
		moved, err := data.All[site.Page](data.Read(im.tx).Select("id", "version", "path").Where("id = ?", p.ID))
		if err != nil || len(moved) == 0 {
			return err
		}
		p.Version, p.Path = moved[0].Version, moved[0].Path
	}
	if e.path == "" || e.path == p.Path || len(e.path) > 480 {
		return nil
	}
	return site.Forward(im.tx, e.path, p.ID)
}

// notePage reports what of a page has no counterpart here.
func (im *importer) notePage(e *entry, it *wxr.Item) {
	name := nameOf(it)
	if e.why != "" {
		im.report.note("pages "+e.why, name)
	}
	if template, ok := it.MetaValue("_wp_page_template"); ok && template != "default" && template != "" {
		im.report.note("templates of pages are not carried over", name+": "+template)
	}
	if _, ok := it.MetaValue("_thumbnail_id"); ok {
		im.report.note("featured images of pages are not carried over", name)
	}
	im.noteCommon(it)
}

// noteCommon reports what of any item has no counterpart here.
func (im *importer) noteCommon(it *wxr.Item) {
	for _, m := range it.Meta {
		if m.Key != "" && m.Key[0] != '_' {
			im.report.note("custom fields are not carried over", m.Key)
		}
	}
	for _, t := range it.Terms {
		switch t.Taxonomy {
		case "category", "post_tag", "nav_menu":
		case "post_format":
			im.report.note("formats of posts are not carried over", cmp.Or(t.Name, t.Slug))
		default:
			im.report.note("terms of "+line(t.Taxonomy, 60)+" on items are not carried over", cmp.Or(t.Name, t.Slug))
		}
	}
}

// content makes HTML of an item's content.
func (im *importer) content(it *wxr.Item) string {
	out, lost := im.body.WordPress(printable(it.Content), prose.Source{File: im.index.file, Attached: im.index.attached(it.ID)})
	im.noteText(lost, nameOf(it))
	if len(out.HTML) > bodyMax {
		im.report.note("texts longer than a million bytes were cut", nameOf(it))
	}
	return cut(out.HTML, bodyMax)
}

// noteText reports what of a text was not carried over.
func (im *importer) noteText(r prose.Report, name string) {
	for _, code := range r.Shortcodes {
		im.report.note("the shortcode ["+line(code, 60)+"] is not understood and stands in the text", name)
	}
	for _, block := range r.Blocks {
		im.report.note("the block "+line(block, 60)+" is filled by WordPress and was left out", name)
	}
	for _, lost := range []struct {
		some bool
		what string
	}{
		{r.Missing > 0, "texts show files that the export does not have"},
		{r.Embeds > 0, "what texts embed became links"},
		{r.Elements > 0, "texts had forms, scripts or other elements that were left out"},
		{r.Attributes > 0, "texts had styles or other attributes that were left out"},
		{r.Addresses > 0, "texts had addresses that cannot be ones, or are not safe"},
		{r.Truncated, "texts longer than a mebibyte were cut"},
	} {
		if lost.some {
			im.report.note(lost.what, name)
		}
	}
}
