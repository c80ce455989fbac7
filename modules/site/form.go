package site

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"veche"
	"veche/account"
	"veche/entity"
	"veche/fault"
	"veche/mosaic"
)

// A flaw is what is wrong with a field of a form, in the visitor's words. Label
// is the key of the field's name.
type flaw struct{ Field, Label, Words string }

// flaws are all that is wrong with a form.
type flaws []flaw

// On returns the words for a field, "" if nothing is wrong with it.
func (f flaws) On(field string) string {
	for _, one := range f {
		if one.Field == field {
			return one.Words
		}
	}
	return ""
}

// flawsOf returns what an error says about the fields of a form, in the order
// of the fields.
func flawsOf(ctx context.Context, err error, order []string) flaws {
	var all flaws
	if wrong, ok := errors.AsType[*entity.Invalid](err); ok {
		for column, p := range wrong.Fields {
			all = append(all, flaw{column, label(column), veche.Text(ctx, p.Key, p.Args...)})
		}
	} else if f := fault.Of(err); f != nil {
		for column, words := range f.Fields {
			all = append(all, flaw{column, label(column), veche.Text(ctx, words)})
		}
	}
	slices.SortFunc(all, func(a, b flaw) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Field), slices.Index(order, b.Field)), cmp.Compare(a.Field, b.Field))
	})
	return all
}

// label is the key of the name of a field: a setting's is followed by its
// language.
func label(column string) string {
	if name, _, found := strings.Cut(column, "."); found {
		return "site.setting." + name
	}
	return "site.page." + column
}

// A field is one control of a form.
type field struct {
	Name, Value string
	// Label and Hint are keys of words; Hint may be none.
	Label, Hint string
	// Flaw is what is wrong with the value, in words.
	Flaw     string
	Required bool
	Max      int64
	Rows     int  // of a text area
	Code     bool // whether it is a text for machines
}

// Described are the IDs of what describes the control.
func (f field) Described() string {
	ids := ""
	if f.Hint != "" {
		ids = f.Name + "-hint"
	}
	if f.Flaw != "" {
		ids += " " + f.Name + "-error"
	}
	return ids
}

// require lets only administrators pass.
func require(r *http.Request) error { return account.Require(r.Context(), account.RoleAdministrator) }

// form shows the page of a form, or of a list that leads to forms, whose title
// has the key.
func form(w http.ResponseWriter, r *http.Request, status int, title, template string, shown any) error {
	return veche.Show(w, r, veche.View{
		Frame: veche.Wide, Status: status,
		Head: mosaic.Place("site/head", Head{Key: title}),
		Main: mosaic.Fresh(template, shown),
	})
}

// refused returns the status with which a form is shown again after the error,
// and false for errors that are no matter of the form, or none.
func refused(err error) (status int, again bool) {
	if err == nil {
		return 0, false
	}
	f := fault.Of(err)
	_, wrong := errors.AsType[*entity.Invalid](err)
	switch {
	case wrong, f.Kind == fault.Invalid && len(f.Fields) > 0:
		return http.StatusUnprocessableEntity, true
	case f.Kind == fault.Conflict:
		return http.StatusConflict, true
	}
	return 0, false
}

// pathID returns the ID in the address.
func pathID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, errNowhere
	}
	return id, nil
}

// number reads a whole number from a form, 0 if there is none.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// AdminMenu places the menu of what administrators manage.
type AdminMenu struct {
	// Here is the address, such as /admin/pages, of the part that is shown.
	Here string
}

// A part is something that administrators manage.
type part struct {
	Path, Label string
	Here        bool
}

// showAdminMenu makes the menu of what administrators manage.
func showAdminMenu(ctx context.Context, p AdminMenu) (any, error) {
	parts := []part{{Path: "/admin/pages", Label: "site.admin.pages"}}
	for _, n := range neighbours(ctx) {
		parts = append(parts, part{Path: n.Admin, Label: n.Label})
	}
	parts = append(parts,
		part{Path: "/members", Label: "site.admin.members"},
		part{Path: "/admin/settings", Label: "site.admin.settings"},
		part{Path: "/admin/templates", Label: "site.admin.templates"})
	for i := range parts {
		parts[i].Here = parts[i].Path == p.Here
	}
	return parts, nil
}
