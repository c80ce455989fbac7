package news

import (
	"net/http"
	"net/url"

	"veche"
	"veche/data"
	"veche/mosaic"
	"veche/web"
)

// sectionColumns are those of a section's form, in its order.
func sectionColumns() []string {
	return []string{"title", "slug", "language", "description", "position", "moderated"}
}

// sectionForm is the data of the templates news/section-list and
// news/section-form.
type sectionForm struct {
	*form
	ID       int64
	Sections []Section
}

// listSections shows the sections, and the form for a new one.
func listSections(w http.ResponseWriter, r *http.Request) error {
	return showSectionForm(w, r, &Section{Language: veche.Locale(r.Context())}, nil, nil)
}

// editSection shows the form of a section.
func editSection(w http.ResponseWriter, r *http.Request) error {
	s, err := pathSection(r)
	if err != nil {
		return err
	}
	return showSectionForm(w, r, &s, nil, nil)
}

func pathSection(r *http.Request) (Section, error) {
	id, err := pathID(r)
	if err != nil {
		return Section{}, err
	}
	return data.ByID[Section](r.Context(), id)
}

// showSectionForm shows the form of a section, with what was typed and why it
// was not saved, if that is so.
func showSectionForm(w http.ResponseWriter, r *http.Request, s *Section, values url.Values, cause error) error {
	ctx := r.Context()
	f, err := newForm(ctx, s, "section", sectionColumns(), "slug", "position", "moderated")
	if err != nil {
		return err
	}
	f.Fields["slug"].Required = false
	f.Fields["position"].Type = "number"
	status := http.StatusOK
	if cause != nil {
		f.typed(values)
		if status, err = f.fail(ctx, cause, sectionColumns()); err != nil {
			return err
		}
	}
	page := sectionForm{form: f, ID: s.ID}
	if s.ID != 0 {
		return show(w, r, status, "news.section.edit", mosaic.Fresh("news/section-form", page))
	}
	page.Sections, err = data.All[Section](data.Read(ctx).Order("position").Order("id").Limit(sectionsMax))
	if err != nil {
		return err
	}
	return show(w, r, status, "news.section.all", mosaic.Fresh("news/section-list", page))
}

// saveSection saves a section, a new one or that of the address.
func saveSection(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	s := &Section{}
	if r.PathValue("id") != "" {
		stored, err := pathSection(r)
		if err != nil {
			return err
		}
		s = &stored
		s.Version = number(values.Get("version"))
	}
	err = decode(r.Context(), s, values, sectionColumns())
	if err == nil {
		saved := *s
		_, err = data.Write(r.Context(), func(tx *data.Tx) error {
			saved = *s
			return SaveSection(tx, &saved)
		})
	}
	if err != nil {
		return showSectionForm(w, r, s, values, err)
	}
	return web.SeeOther(w, r, "/admin/news/sections")
}

// removeSection deletes a section without items.
func removeSection(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	s, err := pathSection(r)
	if err != nil {
		return err
	}
	_, err = data.Write(r.Context(), func(tx *data.Tx) error {
		s.Version = number(values.Get("version"))
		return RemoveSection(tx, &s)
	})
	if err != nil {
		return showSectionForm(w, r, &s, values, err)
	}
	return web.SeeOther(w, r, "/admin/news/sections")
}
