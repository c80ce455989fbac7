package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"veche/data"
	"veche/fault"
	"veche/web"
)

// typed are the columns that the form of a page shows, in its order.
var typed = []string{"title", "summary", "body", "format", "language", "status", "slug", "in_menu", "menu_title", "link"}

// pageForm is the data of the form of a page.
type pageForm struct {
	Page    Page // as it was typed
	Values  url.Values
	Flaws   flaws
	Parents []row // of a new page
	// Theirs is what somebody else made of the page meanwhile, field by field.
	Theirs []field
	Done   string
}

// Field returns a control of the form.
func (f pageForm) Field(name string) field {
	one := field{Name: name, Label: "site.page." + name, Value: f.Values.Get(name), Flaw: f.Flaws.On(name)}
	switch name {
	case "title":
		one.Required, one.Max = true, 200
	case "summary":
		one.Max, one.Rows, one.Hint = 400, 3, "site.page.summary.hint"
	case "body":
		one.Rows, one.Hint = 20, "site.page.body.hint"
	case "slug":
		one.Max, one.Hint = 80, "site.page.slug.hint"
	case "menu_title":
		one.Max, one.Hint = 80, "site.page.menu_title.hint"
	case "link":
		one.Max, one.Hint = 500, "site.page.link.hint"
	}
	return one
}

// Is reports whether a field has the value.
func (f pageForm) Is(name, value string) bool { return f.Values.Get(name) == value }

// pageFormOf returns the form filled with the page.
func pageFormOf(ctx context.Context, p Page) (pageForm, error) {
	e, err := data.From(ctx).EntityOf(&p)
	if err != nil {
		return pageForm{}, err
	}
	values, err := e.Encode(&p, typed...)
	return pageForm{Page: p, Values: values}, err
}

// decodePage sets the page's fields from the form.
func decodePage(ctx context.Context, p *Page, values url.Values, columns ...string) error {
	e, err := data.From(ctx).EntityOf(p)
	if err != nil {
		return err
	}
	return e.Decode(p, values, columns...)
}

// newPage shows the form of a page that is not there yet.
func newPage(w http.ResponseWriter, r *http.Request) error {
	if err := require(r); err != nil {
		return err
	}
	ctx := r.Context()
	p := Page{ParentID: number(r.URL.Query().Get("parent")), Format: Markdown, Status: Draft, InMenu: true, Language: string(tags(ctx)[0])}
	if p.ParentID != 0 {
		above, err := data.ByID[Page](ctx, p.ParentID)
		if err != nil {
			return err
		}
		p.Language, p.InMenu = above.Language, above.InMenu
	}
	return showNew(w, r, p, 0, nil)
}

func showNew(w http.ResponseWriter, r *http.Request, p Page, status int, wrong error) error {
	f, err := pageFormOf(r.Context(), p)
	if err != nil {
		return err
	}
	f.Flaws = flawsOf(r.Context(), wrong, typed)
	if f.Parents, _, err = allPages(r.Context(), 0); err != nil {
		return err
	}
	return form(w, r, status, "site.page.new", "site/page-form", f)
}

// createPage makes the page that was typed.
func createPage(w http.ResponseWriter, r *http.Request) error {
	if err := require(r); err != nil {
		return err
	}
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	var p Page
	_, err = data.Write(r.Context(), func(tx *data.Tx) error {
		p = Page{}
		if err := decodePage(tx, &p, values, append(slices.Clone(typed), "parent_id")...); err != nil {
			return err
		}
		return CreatePage(tx, &p)
	})
	if status, again := refused(err); again {
		return showNew(w, r, p, status, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, adminPath(p.ID)+"?done=created")
}

func adminPath(id int64) string { return "/admin/pages/" + strconv.FormatInt(id, 10) }

// editPage shows the form of a page.
func editPage(w http.ResponseWriter, r *http.Request) error {
	p, err := asked(r)
	if err != nil {
		return err
	}
	f, err := pageFormOf(r.Context(), p)
	if err != nil {
		return err
	}
	f.Done = done(r)
	return form(w, r, 0, "site.page.edit", "site/page-form", f)
}

// asked returns the page whose ID is in the address, for administrators.
func asked(r *http.Request) (Page, error) {
	if err := require(r); err != nil {
		return Page{}, err
	}
	id, err := pathID(r)
	if err != nil {
		return Page{}, err
	}
	return data.ByID[Page](r.Context(), id)
}

// savePage writes what was typed. If somebody else wrote the page meanwhile, the
// form shows both texts, and the next saving counts.
func savePage(w http.ResponseWriter, r *http.Request) error {
	p, err := asked(r)
	if err != nil {
		return err
	}
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	id := p.ID
	_, err = data.Write(r.Context(), func(tx *data.Tx) (err error) {
		if err := Lock(tx); err != nil {
			return err
		}
		if p, err = data.ByID[Page](tx, id); err != nil {
			return err
		}
		p.Version = number(values.Get("version"))
		if err := decodePage(tx, &p, values, typed...); err != nil {
			return err
		}
		return UpdatePage(tx, &p)
	})
	if status, again := refused(err); again {
		return showAgain(w, r, p, status, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, adminPath(id)+"?done=saved")
}

// showAgain shows the form with what was typed, and what is wrong with it.
func showAgain(w http.ResponseWriter, r *http.Request, p Page, status int, wrong error) error {
	ctx := r.Context()
	f, err := pageFormOf(ctx, p)
	if err != nil {
		return err
	}
	f.Flaws = flawsOf(ctx, wrong, typed)
	now, err := data.ByID[Page](ctx, p.ID)
	if err != nil {
		return err
	}
	// The links of the form lead to the page as it is.
	f.Page.Path = now.Path
	if fault.Is(wrong, fault.Conflict) {
		theirs, err := pageFormOf(ctx, now)
		if err != nil {
			return err
		}
		for _, name := range typed {
			if one := theirs.Field(name); one.Value != f.Values.Get(name) {
				f.Theirs = append(f.Theirs, one)
			}
		}
		f.Page.Version = now.Version
	}
	return form(w, r, status, "site.page.edit", "site/page-form", f)
}
