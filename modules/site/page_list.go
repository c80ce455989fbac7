package site

import (
	"context"
	"net/http"
	"strings"

	"veche/data"
)

// A row is a page in the list of all pages, which is in the order of the tree.
type row struct {
	Page
	Level int
}

// Indent marks the level for the eye.
func (o row) Indent() string { return strings.Repeat("— ", o.Level) }

// pageList is the data of the list of all pages.
type pageList struct {
	Rows []row
	// Cut says that there are more pages than the list may hold.
	Cut  bool
	Done string
}

// listPages shows the whole tree, drafts and all.
func listPages(w http.ResponseWriter, r *http.Request) error {
	if err := require(r); err != nil {
		return err
	}
	rows, cut, err := allPages(r.Context(), 0)
	if err != nil {
		return err
	}
	return form(w, r, 0, "site.admin.pages", "site/page-list", pageList{rows, cut, done(r)})
}

// done returns what was done before the page was asked for, of the words known.
func done(r *http.Request) string {
	switch what := r.URL.Query().Get("done"); what {
	case "created", "saved", "moved", "deleted", "reset":
		return what
	}
	return ""
}

// allPages reads the tree, without the branch of the page with the ID, in order.
func allPages(ctx context.Context, without int64) (rows []row, cut bool, err error) {
	pages, err := data.All[Page](data.Read(ctx).
		Select("id", "parent_id", "title", "menu_title", "path", "link", "language", "status", "position").
		Where("id <> ?", without).Order("position, id").Limit(mapMax + 1))
	if err != nil {
		return nil, false, err
	}
	var list func(branches []*branch, level int)
	list = func(branches []*branch, level int) {
		for _, b := range branches {
			rows = append(rows, row{b.Page, level})
			list(b.Branches, level+1)
		}
	}
	list(grow(pages[:min(len(pages), mapMax)], 0, mapMax), 0)
	return rows, len(pages) > mapMax, nil
}
