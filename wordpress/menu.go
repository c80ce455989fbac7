package wordpress

import (
	"cmp"
	"slices"
	"strings"

	"veche/wxr"
)

// menuEntry is an entry of a menu, with its number.
type menuEntry struct {
	wxr.MenuEntry
	id int64
}

// pick is the menu of the export that becomes the menu of the site, "" if the
// export has none: then the first level of pages does, as WordPress shows it.
type pick struct {
	menu string
	any  bool
}

// mainNames are what people call the menu at the head of pages.
var mainNames = []string{"primary", "main", "header", "top", "glavnoe", "osnovnoe", "главное", "основное", "верхнее"}

// chooseMenu ranks the pages of one menu: the one that is called the main one,
// else the one that shows most pages.
func (im *importer) chooseMenu() {
	shows := make(map[string]int)
	var names []string
	for _, m := range im.index.menus {
		if _, ok := shows[m.Menu]; !ok {
			names = append(names, m.Menu)
			shows[m.Menu] = 0
		}
		if im.pageOf(m) != nil {
			shows[m.Menu]++
		}
	}
	for _, name := range names {
		weight := shows[name]
		if weight > 0 && slices.ContainsFunc(mainNames, func(s string) bool { return strings.Contains(strings.ToLower(name), s) }) {
			weight += len(im.index.menus)
		}
		shows[name] = weight
		if best := shows[im.picked.menu]; weight > best || !im.picked.any && weight > 0 {
			im.picked = pick{name, true}
		}
	}
	im.rank()
}

// rank gives the pages of the chosen menu their places in it, and those above
// them, without which they could not be shown.
func (im *importer) rank() {
	if !im.picked.any {
		for i := range im.index.entries {
			if e := &im.index.entries[i]; e.kind == kindPage && e.parent == 0 && e.fate == fatePublish {
				e.rank = 1
			}
		}
		return
	}
	chosen := slices.DeleteFunc(slices.Clone(im.index.menus), func(m menuEntry) bool { return m.Menu != im.picked.menu })
	slices.SortStableFunc(chosen, func(a, b menuEntry) int { return cmp.Compare(a.Order, b.Order) })
	for i, m := range chosen {
		e := im.pageOf(m)
		if e == nil || e.rank != 0 {
			continue
		}
		e.rank = i + 1
		if title := line(m.Title, 80); title != "" && title != e.title {
			e.menuTitle = title
		}
		for up, n := im.parentOf(e), 0; up != nil && n < len(im.index.entries); up, n = im.parentOf(up), n+1 {
			if up.rank == 0 {
				up.rank = i + 1
			}
		}
	}
}

// pageOf returns the public page that an entry points to, nil if it is another
// thing.
func (im *importer) pageOf(m menuEntry) *entry {
	if m.Kind != "post_type" || m.Object != "page" {
		return nil
	}
	i, ok := im.index.byID[m.ObjectID]
	if !ok || im.index.entries[i].kind != kindPage || im.index.entries[i].fate != fatePublish {
		return nil
	}
	return &im.index.entries[i]
}

// parentOf returns the page above, nil if there is none that is imported.
func (im *importer) parentOf(e *entry) *entry {
	i, ok := im.index.byID[e.parent]
	if !ok || e.parent == 0 {
		return nil
	}
	up := &im.index.entries[i]
	if up == e || up.kind != kindPage || up.fate == fateSkip {
		return nil
	}
	return up
}

// countMenus counts what became of the entries of menus.
func (im *importer) countMenus() error {
	had := make(map[*entry]bool)
	for _, m := range im.index.menus {
		count, e := im.report.count(kindMenu), im.pageOf(m)
		name := cmp.Or(line(m.Title, 80), m.URL)
		if name == "" && e != nil {
			name = e.title
		}
		switch {
		case e != nil && m.Menu == im.picked.menu:
			count.Merged++
			if had[e] {
				im.report.note("entries of the menu lead to pages that are in it already", name)
			}
			had[e] = true
			continue
		case e != nil:
			im.report.note("entries of the menu "+line(m.Menu, 60)+": the site has one menu of pages, made of another", name)
		case m.Kind == "custom":
			im.report.note("entries of menus lead to addresses; menus here are made of pages", cmp.Or(name, "?")+" "+m.URL)
		default:
			im.report.note("entries of menus lead to "+line(cmp.Or(m.Object, m.Kind, "nothing"), 60)+"; menus here are made of pages", name)
		}
		count.Skipped++
	}
	return nil
}
