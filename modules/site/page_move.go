package site

import (
	"errors"
	"net/http"

	"veche/data"
	"veche/fault"
	"veche/web"
)

// moveForm is the data of the form that moves a page.
type moveForm struct {
	Page    Page
	Parents []row
	Parent  int64
	Place   int64 // from 1
	Flaws   flaws
	Stale   bool // somebody else changed the page meanwhile
}

// askMove asks where the page shall go.
func askMove(w http.ResponseWriter, r *http.Request) error {
	p, err := asked(r)
	if err != nil {
		return err
	}
	var before int64
	err = data.Read(r.Context()).Model(&Page{}).
		Where("parent_id = ? AND (position < ? OR position = ? AND id < ?)", p.ParentID, p.Position, p.Position, p.ID).
		Count(&before).Error
	if err != nil {
		return err
	}
	return showMove(w, r, 0, moveForm{Page: p, Parent: p.ParentID, Place: before + 1})
}

func showMove(w http.ResponseWriter, r *http.Request, status int, f moveForm) (err error) {
	// A page cannot hang below itself: its branch is not offered.
	if f.Parents, _, err = allPages(r.Context(), f.Page.ID); err != nil {
		return err
	}
	return form(w, r, status, "site.page.move", "site/page-move", f)
}

// movePage moves the page.
func movePage(w http.ResponseWriter, r *http.Request) error {
	p, err := asked(r)
	if err != nil {
		return err
	}
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	parent, place := number(values.Get("parent_id")), number(values.Get("place"))
	_, err = data.Write(r.Context(), func(tx *data.Tx) error {
		return MovePage(tx, p.ID, number(values.Get("version")), parent, int(min(max(place-1, 0), siblingsMax)))
	})
	if status, again := refused(err); again {
		f := moveForm{Page: p, Parent: parent, Place: place, Flaws: flawsOf(r.Context(), err, []string{"parent_id", "slug"})}
		f.Stale = fault.Is(err, fault.Conflict)
		return showMove(w, r, status, f)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/admin/pages?done=moved")
}

// deleteForm is the data of the form that deletes a page.
type deleteForm struct {
	Page     Page
	Children int64
	Stale    bool // somebody else changed the page meanwhile
	Refused  bool // there are pages below, and nothing was said of them
}

// askDelete asks whether the page shall go.
func askDelete(w http.ResponseWriter, r *http.Request) error {
	p, err := asked(r)
	if err != nil {
		return err
	}
	return showDelete(w, r, 0, deleteForm{Page: p})
}

func showDelete(w http.ResponseWriter, r *http.Request, status int, f deleteForm) error {
	err := data.Read(r.Context()).Model(&Page{}).Where("parent_id = ?", f.Page.ID).Count(&f.Children).Error
	if err != nil {
		return err
	}
	return form(w, r, status, "site.page.delete", "site/page-delete", f)
}

// deletePage deletes the page.
func deletePage(w http.ResponseWriter, r *http.Request) error {
	p, err := asked(r)
	if err != nil {
		return err
	}
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	seen := p
	seen.Version = max(number(values.Get("version")), 1)
	_, err = data.Write(r.Context(), func(tx *data.Tx) error {
		return DeletePage(tx, seen, values.Get("below") == "lift")
	})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Conflict {
		children := f.Words == "site.page.has_children"
		return showDelete(w, r, http.StatusConflict, deleteForm{Page: p, Stale: !children, Refused: children})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/admin/pages?done=deleted")
}
