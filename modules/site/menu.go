package site

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"veche/data"
	"veche/mosaic"
)

// Bounds of menus and lists.
const (
	menuMax   = 500 // pages in all menus of a language
	levelsMax = 3   // of a menu
	listMax   = 500 // pages of one list
	mapMax    = 5000
)

// A branch is a page in a menu, and what hangs below it there.
type branch struct {
	Page
	Current  bool
	Branches []*branch
}

// listed are the columns that menus and lists read. A text that is edited does
// not touch them.
var listed = []string{"id", "parent_id", "title", "menu_title", "path", "link", "language"}

// grow makes a tree of pages in order: those whose parent is root, with their
// own below them, at most so many levels. Pages whose parent is not among them
// are left out.
func grow(pages []Page, root int64, levels int) []*branch {
	children := make(map[int64][]Page)
	for _, p := range pages {
		children[p.ParentID] = append(children[p.ParentID], p)
	}
	var below func(parent int64, level int) []*branch
	below = func(parent int64, level int) []*branch {
		if level == 0 {
			return nil
		}
		var branches []*branch
		for _, p := range children[parent] {
			branches = append(branches, &branch{Page: p, Branches: below(p.ID, level-1)})
		}
		return branches
	}
	return below(root, levels)
}

// inOwnLanguage reads the published pages of the visitor's language that meet
// the condition; if there are none, those of the other languages. So a site that
// speaks one language shows all visitors the same.
func inOwnLanguage(ctx context.Context, limit int, where string, args ...any) ([]Page, error) {
	for _, tag := range tags(ctx) {
		pages, err := data.All[Page](data.Read(ctx).Select(listed).
			Where("status = ? AND language = ?", Published, string(tag)).Where(where, args...).
			Order("position, id").Limit(limit))
		if err != nil || len(pages) > 0 {
			return pages, err
		}
	}
	return nil, nil
}

// showMenu makes the main menu.
func showMenu(ctx context.Context, _ mosaic.None) (any, error) {
	pages, err := inOwnLanguage(ctx, menuMax, "in_menu = ?", true)
	if err != nil {
		return nil, err
	}
	return grow(pages, 0, levelsMax), nil
}

// showSections makes the list of the site's parts at the foot of pages: the
// first level of the menu.
func showSections(ctx context.Context, _ mosaic.None) (any, error) {
	return inOwnLanguage(ctx, menuMax, "in_menu = ? AND parent_id = ?", true, 0)
}

// showTree makes the first two levels of the site's pages.
func showTree(ctx context.Context, _ mosaic.None) (any, error) {
	first, err := inOwnLanguage(ctx, listMax, "parent_id = ?", 0)
	if err != nil || len(first) == 0 {
		return nil, err
	}
	var parents []int64
	for _, p := range first {
		parents = append(parents, p.ID)
	}
	second, err := below(ctx, parents...)
	if err != nil {
		return nil, err
	}
	return grow(append(first, second...), 0, 2), nil
}

// showMap makes the list of all pages of the visitor's language.
func showMap(ctx context.Context, _ mosaic.None) (any, error) {
	pages, err := inOwnLanguage(ctx, mapMax, "1 = 1")
	if err != nil {
		return nil, err
	}
	return grow(pages, 0, mosaic.MaxDepth), nil
}

// below reads the published pages below the parents.
func below(ctx context.Context, parents ...int64) ([]Page, error) {
	return data.All[Page](data.Read(ctx).Select(listed).
		Where("parent_id IN ? AND status = ?", parents, Published).Order("position, id").Limit(listMax))
}

// showChildren makes the list of pages below the page, with what they are about.
func showChildren(ctx context.Context, of Of) (any, error) {
	pages, err := data.All[Page](data.Read(ctx).Select("id", "title", "path", "link", "language", "description").
		Where("parent_id = ? AND status = ?", of.ID, Published).Order("position, id").Limit(listMax))
	if err != nil || len(pages) == 0 {
		return nil, err
	}
	return pages, nil
}

// siblings is the data of the menu beside a page.
type siblings struct {
	Heading  Page
	Branches []*branch
}

// showSiblings makes the menu beside a page: the pages of the same parent, and
// those below the page itself.
func showSiblings(ctx context.Context, at At) (any, error) {
	found, err := data.All[Page](data.Read(ctx).Select("id", "parent_id").Where("path = ?", at.Path).Limit(1))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	page := found[0]
	if page.ParentID == 0 {
		children, err := below(ctx, page.ID)
		if err != nil || len(children) == 0 {
			return nil, err
		}
		page, err = data.First[Page](data.Read(ctx).Select(listed).Where("id = ?", page.ID))
		return siblings{page, grow(children, page.ID, 1)}, err
	}
	parents, err := data.All[Page](data.Read(ctx).Select(listed).
		Where("id = ? AND status = ?", page.ParentID, Published).Limit(1))
	if err != nil || len(parents) == 0 {
		return nil, err
	}
	pages, err := below(ctx, page.ParentID, page.ID)
	if err != nil {
		return nil, err
	}
	s := siblings{parents[0], grow(pages, page.ParentID, 2)}
	for _, b := range s.Branches {
		b.Current = b.ID == page.ID
	}
	return s, nil
}

// A trail is where a page is: the pages above it, and itself.
type trail struct {
	Above []Page
	Page  Page
}

// showBreadcrumbs makes the way from the front page to the page.
func showBreadcrumbs(ctx context.Context, at At) (any, error) {
	t, ok, err := trailOf(ctx, at.Path, listed...)
	if err != nil || !ok {
		return nil, err
	}
	return t, nil
}

// trailOf reads the pages whose addresses the path begins with.
func trailOf(ctx context.Context, path string, columns ...string) (trail, bool, error) {
	var above []string
	for i := 1; i < len(path); i++ {
		if path[i] == '/' {
			above = append(above, path[:i])
		}
	}
	var t trail
	page, err := data.All[Page](data.Read(ctx).Select(columns).Where("path = ?", path).Limit(1))
	if err != nil || len(page) == 0 {
		return t, false, err
	}
	t.Page = page[0]
	if len(above) == 0 {
		return t, true, nil
	}
	t.Above, err = data.All[Page](data.Read(ctx).Select(columns).
		Where("path IN ? AND status = ?", above, Published).Limit(len(above)))
	slices.SortFunc(t.Above, func(a, b Page) int {
		return cmp.Compare(strings.Count(a.Path, "/"), strings.Count(b.Path, "/"))
	})
	return t, true, err
}
