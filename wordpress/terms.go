package wordpress

import (
	"cmp"
	"slices"
	"strings"

	"veche/data"
	"veche/modules/news"
	"veche/prose"
	"veche/wxr"
)

// termPlace is a category or tag here.
type termPlace struct {
	wxr.Term
	row    int64
	title  string
	slug   string
	weight int // posts in it and below it
}

// termKey is the name of a term in an import: its taxonomy and slug.
func termKey(taxonomy, slug, name string) string {
	return taxonomy + ":" + cmp.Or(slug, strings.ToLower(name))
}

// categoryOfNone is the section of posts without a category.
const categoryOfNone = "uncategorized"

// makeTerms makes categories sections and tags tags.
func (im *importer) makeTerms() error {
	var categories []*termPlace
	for _, t := range im.allTerms() {
		place := &termPlace{Term: t, title: cmp.Or(line(t.Name, 80), line(t.Slug, 80), "?")}
		switch t.Taxonomy {
		case "category":
			categories = append(categories, place)
			im.sections[termKey("category", t.Slug, t.Name)] = place
		case "post_tag":
			if err := im.makeTag(place); err != nil {
				return err
			}
		case "nav_menu":
		default:
			im.report.note("terms of "+line(t.Taxonomy, 60)+" have no counterpart here", place.title)
		}
	}
	for position, place := range im.inOrder(categories) {
		if err := im.makeSection(place, int64(position)); err != nil {
			return err
		}
	}
	return nil
}

// allTerms returns the terms of the header, and those that only items name.
func (im *importer) allTerms() []wxr.Term {
	terms := slices.Clone(im.index.site.AllTerms())
	had := make(map[string]bool)
	for _, t := range terms {
		had[termKey(t.Taxonomy, t.Slug, t.Name)] = true
	}
	var extra []wxr.Term
	for key, t := range im.index.terms {
		if !had[key] {
			extra = append(extra, wxr.Term{Taxonomy: t.Taxonomy, Slug: t.Slug, Name: t.Name})
		}
	}
	none := termKey("category", categoryOfNone, "")
	if _, ok := im.index.terms[none]; !ok && !had[none] && im.index.lonely() {
		extra = append(extra, wxr.Term{Taxonomy: "category", Slug: categoryOfNone, Name: uncategorized(im.tag)})
	}
	slices.SortFunc(extra, func(a, b wxr.Term) int {
		return cmp.Or(cmp.Compare(a.Taxonomy, b.Taxonomy), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Slug, b.Slug))
	})
	return append(terms, extra...)
}

// lonely reports whether a post has no category.
func (x *index) lonely() bool {
	return slices.ContainsFunc(x.entries, func(e entry) bool {
		return e.kind == kindPost && e.fate != fateSkip && len(e.sections) == 0
	})
}

// inOrder sorts the categories as a tree, the busiest first, each before those
// below it. Sections have no parents here.
func (im *importer) inOrder(categories []*termPlace) []*termPlace {
	for i := range im.index.entries {
		e := &im.index.entries[i]
		if e.kind != kindPost || e.fate == fateSkip {
			continue
		}
		key := im.sectionOf(e.sections)
		for n := 0; n < len(categories); n++ { // upwards; a circle ends
			place := im.sections[key]
			if place == nil {
				break
			}
			place.weight++
			key = termKey("category", place.Parent, "")
		}
	}
	below := make(map[string][]*termPlace)
	for _, c := range categories {
		parent := ""
		if im.sections[termKey("category", c.Parent, "")] != nil && c.Parent != "" {
			parent = c.Parent
			im.report.note("categories stood below others; sections are a list, in which they follow them", c.title)
		}
		below[parent] = append(below[parent], c)
	}
	var sorted []*termPlace
	var walk func(parent string)
	walk = func(parent string) {
		level := below[parent]
		delete(below, parent)
		slices.SortStableFunc(level, func(a, b *termPlace) int {
			return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.title, b.title))
		})
		for _, c := range level {
			sorted = append(sorted, c)
			if c.Slug != "" {
				walk(c.Slug)
			}
		}
	}
	walk("")
	for _, c := range categories { // what is left stands in a circle
		if below[c.Parent] != nil {
			walk(c.Parent)
		}
	}
	return sorted
}

// sectionOf returns the key of the category that a post is in: the first, but
// the one for what has none only if there is no other.
func (im *importer) sectionOf(categories []string) string {
	none := termKey("category", categoryOfNone, "")
	for _, key := range categories {
		if key != none {
			return key
		}
	}
	return none
}

// makeSection makes a category a section.
func (im *importer) makeSection(place *termPlace, position int64) error {
	count := im.report.count(kindCategory)
	s := news.Section{
		Title: place.title, Slug: cmp.Or(prose.Slug(place.Slug), prose.Slug(place.title)), Language: im.tag,
		Description: line(place.Description, 300), Position: position,
	}
	key := im.ledger.key(kindCategory, cmp.Or(place.Slug, place.Name))
	sum := digest(s.Title, s.Description)
	rec := im.ledger.find(key)
	if rec != nil {
		found, err := data.All[news.Section](data.Read(im.tx).Where("id = ?", rec.row))
		if err != nil {
			return err
		}
		if len(found) > 0 {
			now := found[0]
			place.row, place.slug = now.ID, now.Slug
			switch {
			case rec.digest == sum:
				count.Unchanged++
				return nil
			case rec.version != now.Version:
				count.Kept++
				im.report.note("changed in the export and edited here: left as they are here", s.Title)
				return nil
			}
			now.Title, now.Description = s.Title, s.Description
			if err := news.SaveSection(im.tx, &now); err != nil {
				return err
			}
			count.Updated++
			return im.ledger.change(rec, now.ID, now.Version, sum)
		}
	}
	same, err := data.All[news.Section](data.Read(im.tx).Where("slug = ?", s.Slug))
	if err != nil {
		return err
	}
	if len(same) > 0 && s.Slug != "" && !im.ours(im.sections, same[0].ID) {
		place.row, place.slug = same[0].ID, same[0].Slug
		count.Merged++
		im.report.note("categories are sections that were here before", s.Title)
		return im.ledger.add(kindCategory, key, same[0].ID, 0, sum)
	}
	if err := news.SaveSection(im.tx, &s); err != nil {
		return err
	}
	place.row, place.slug = s.ID, s.Slug
	count.Added++
	return im.ledger.add(kindCategory, key, s.ID, s.Version, sum)
}

// ours reports whether another term of this import is in the row.
func (im *importer) ours(places map[string]*termPlace, row int64) bool {
	for _, p := range places {
		if p.row == row {
			return true
		}
	}
	return false
}

// makeTag makes a tag. Tags are one here if their titles have the same slug.
func (im *importer) makeTag(place *termPlace) error {
	count := im.report.count(kindTag)
	key := im.ledger.key(kindTag, cmp.Or(place.Slug, place.Name))
	rec := im.ledger.find(key)
	slug := prose.Slug(place.title)
	if slug == "" {
		if slug = prose.Slug(place.Slug); slug == "" {
			count.Skipped++
			im.report.note("tags whose words have no Latin, Cyrillic or Greek letters cannot be addressed", place.title)
			return nil
		}
		place.title = slug
	}
	place.slug = slug
	im.tags[termKey("post_tag", place.Slug, place.Name)] = place
	same, err := data.All[news.Tag](data.Read(im.tx).Where("slug = ?", slug))
	if err != nil {
		return err
	}
	switch {
	case len(same) > 0:
		place.row = same[0].ID
		if rec != nil {
			count.Unchanged++
			return nil
		}
		count.Merged++
		im.report.note("tags are one with others of the same words", place.title)
		return im.ledger.add(kindTag, key, place.row, 0, "")
	case rec != nil: // renamed or deleted here
		count.Kept++
		return nil
	}
	tag := news.Tag{Title: place.title, Slug: slug}
	if err := data.Create(im.tx, &tag); err != nil {
		return err
	}
	place.row = tag.ID
	count.Added++
	return im.ledger.add(kindTag, key, tag.ID, tag.Version, "")
}

// forwardTerms makes the addresses of categories and tags lead to those of
// sections and tags, where WordPress has them by default.
func (im *importer) forwardTerms() error {
	if im.o.Forward == nil {
		return nil
	}
	for _, place := range im.sections {
		path := "/" + place.Slug
		for n, up := 0, place; n < 20; n++ {
			if up = im.sections[termKey("category", up.Parent, "")]; up == nil || up.Slug == "" {
				break
			}
			path = "/" + up.Slug + path
		}
		if err := im.forwardTerm("/category"+path, "/news/section/", place); err != nil {
			return err
		}
	}
	for _, place := range im.tags {
		if err := im.forwardTerm("/tag/"+place.Slug, "/news/tag/", place); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) forwardTerm(path, to string, place *termPlace) error {
	if place.row == 0 || place.slug == "" || place.Slug == "" || len(path) > 400 {
		return nil
	}
	return im.forward(im.index.root+path, to+place.slug)
}
