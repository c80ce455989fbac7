package site

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"veche"
	"veche/data"
	"veche/fault"
	"veche/web"
)

// templateMax bounds the text of a template, as the entity does.
const templateMax = 1 << 18

// templateName is the form of the names of templates.
var templateName = regexp.MustCompile(`^[a-z0-9-]{1,60}/[a-z0-9-]{1,60}$`)

// templateRow is a template in the list.
type templateRow struct {
	Name   string
	Edited bool
}

// templateList is the data of the list of templates.
type templateList struct {
	Rows []templateRow
	Done string
}

// listTemplates shows the templates and which of them were edited.
func listTemplates(w http.ResponseWriter, r *http.Request) error {
	if err := require(r); err != nil {
		return err
	}
	names, err := veche.Templates(r.Context())
	if err != nil {
		return err
	}
	edits, err := data.All[veche.Template](data.Read(r.Context()).Select("id", "name").Order("name").Limit(mapMax))
	if err != nil {
		return err
	}
	edited := make(map[string]bool)
	for _, t := range edits {
		edited[t.Name] = true
		names = append(names, t.Name)
	}
	slices.Sort(names)
	list := templateList{Done: done(r)}
	for _, name := range slices.Compact(names) {
		list.Rows = append(list.Rows, templateRow{name, edited[name]})
	}
	return form(w, r, 0, "site.admin.templates", "site/template-list", list)
}

// templateForm is the data of the form of a template.
type templateForm struct {
	Name    string
	Text    string // as it was typed
	Version int64  // of the edit, 0 if there is none
	Flaw    string
	Theirs  *field // what somebody else made of it meanwhile
	Done    string
}

// Field is the control of the text.
func (f templateForm) Field() field {
	return field{Name: "text", Label: "site.template.text", Hint: "site.template.hint", Value: f.Text, Flaw: f.Flaw, Rows: 30, Max: templateMax, Required: true, Code: true}
}

// editTemplate shows the form of a template: its edited text, or that of the
// theme.
func editTemplate(w http.ResponseWriter, r *http.Request) error {
	name, err := askedTemplate(r)
	if err != nil {
		return err
	}
	edit, err := editOf(r.Context(), name)
	if err != nil {
		return err
	}
	f := templateForm{Name: name, Text: edit.Text, Version: edit.Version, Done: done(r)}
	if edit.ID == 0 {
		if f.Text, err = veche.TemplateText(r.Context(), name); err != nil {
			return err
		}
	}
	return form(w, r, 0, "site.template.edit", "site/template-form", f)
}

// askedTemplate returns the name in the address, for administrators.
func askedTemplate(r *http.Request) (string, error) {
	if err := require(r); err != nil {
		return "", err
	}
	name := r.PathValue("name")
	if !templateName.MatchString(name) {
		return "", errNowhere
	}
	return name, nil
}

// editOf returns what the administrator made of the template; its ID is 0 if
// that is nothing.
func editOf(ctx context.Context, name string) (veche.Template, error) {
	found, err := data.All[veche.Template](data.Read(ctx).Where("name = ?", name).Limit(1))
	if err != nil || len(found) == 0 {
		return veche.Template{}, err
	}
	return found[0], nil
}

// saveTemplate writes the text of a template, or takes it back.
func saveTemplate(w http.ResponseWriter, r *http.Request) error {
	name, err := askedTemplate(r)
	if err != nil {
		return err
	}
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	f := templateForm{Name: name, Text: strings.ReplaceAll(values.Get("text"), "\r\n", "\n"), Version: number(values.Get("version"))}
	if values.Get("do") == "reset" {
		return resetTemplate(w, r, f)
	}
	if err := veche.CheckTemplate(r.Context(), name, f.Text); err != nil {
		f.Flaw = veche.Text(r.Context(), "site.template.broken", err.Error())
		return form(w, r, http.StatusUnprocessableEntity, "site.template.edit", "site/template-form", f)
	}
	_, err = data.Write(r.Context(), func(tx *data.Tx) error {
		edit, err := editOf(tx, name)
		switch {
		case err != nil:
			return err
		case edit.Version != f.Version:
			return fault.New(fault.Conflict, "data.conflict", edit.Version)
		case edit.ID == 0:
			return data.Create(tx, &veche.Template{Name: name, Text: f.Text})
		}
		edit.Text = f.Text
		return data.Update(tx, &edit, "text")
	})
	if status, again := refused(err); again {
		return templateAgain(w, r, f, status, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/admin/templates/"+name+"?done=saved")
}

// templateAgain shows the form with what was typed, and what somebody else made
// of the template meanwhile.
func templateAgain(w http.ResponseWriter, r *http.Request, f templateForm, status int, wrong error) error {
	f.Flaw = flawsOf(r.Context(), wrong, nil).On("text")
	if fault.Is(wrong, fault.Conflict) {
		edit, err := editOf(r.Context(), f.Name)
		if err != nil {
			return err
		}
		f.Version = edit.Version
		f.Theirs = &field{Name: "text", Label: "site.template.text", Value: edit.Text, Rows: 30}
	}
	return form(w, r, status, "site.template.edit", "site/template-form", f)
}

// resetTemplate gives the theme's own text back.
func resetTemplate(w http.ResponseWriter, r *http.Request, f templateForm) error {
	_, err := data.Write(r.Context(), func(tx *data.Tx) error {
		edit, err := editOf(tx, f.Name)
		switch {
		case err != nil || edit.ID == 0:
			return err
		case edit.Version != f.Version:
			return fault.New(fault.Conflict, "data.conflict", edit.Version)
		}
		return data.Delete(tx, &edit)
	})
	if status, again := refused(err); again {
		return templateAgain(w, r, f, status, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/admin/templates?done=reset")
}
