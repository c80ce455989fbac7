package site

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"veche"
	"veche/data"
	"veche/fault"
	"veche/locale"
	"veche/web"
)

// settingsForm is the data of the form of settings.
type settingsForm struct {
	Groups []settingsGroup
	Flaws  flaws
	Done   string
}

// A settingsGroup are the settings of one language.
type settingsGroup struct {
	Tag    locale.Tag
	Fields []settingControl
}

type settingControl struct {
	field
	Version int64
}

// editSettings shows the form of settings.
func editSettings(w http.ResponseWriter, r *http.Request) error {
	if err := require(r); err != nil {
		return err
	}
	f, err := settingsFormOf(r.Context(), nil, nil)
	if err != nil {
		return err
	}
	f.Done = done(r)
	return form(w, r, 0, "site.admin.settings", "site/settings", f)
}

// settingsFormOf returns the form with the settings as they are, or, where a
// form was sent, as they were typed.
func settingsFormOf(ctx context.Context, typed url.Values, wrong flaws) (settingsForm, error) {
	stored, err := allSettings(ctx)
	if err != nil {
		return settingsForm{}, err
	}
	f := settingsForm{Flaws: wrong}
	for _, tag := range locale.Tags() {
		group := settingsGroup{Tag: tag}
		for _, s := range settingFields {
			name := s.in(tag)
			one := field{Name: name, Label: "site.setting." + s.name, Value: stored[name].Value, Max: int64(s.max), Flaw: wrong.On(name)}
			if s.text {
				one.Rows, one.Hint = 6, "site.setting.markdown"
			}
			if typed.Has(name) {
				one.Value = typed.Get(name)
			}
			group.Fields = append(group.Fields, settingControl{one, stored[name].Version})
		}
		f.Groups = append(f.Groups, group)
	}
	return f, nil
}

// allSettings reads the settings by name.
func allSettings(ctx context.Context) (map[string]Setting, error) {
	rows, err := data.All[Setting](data.Read(ctx).Where("name <> ?", treeLock).Limit(listMax))
	stored := make(map[string]Setting)
	for _, s := range rows {
		stored[s.Name] = s
	}
	return stored, err
}

// saveSettings writes the settings that were changed, all or none.
func saveSettings(w http.ResponseWriter, r *http.Request) error {
	if err := require(r); err != nil {
		return err
	}
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	var at string
	_, err = data.Write(r.Context(), func(tx *data.Tx) error {
		for _, tag := range locale.Tags() {
			for _, s := range settingFields {
				at = s.in(tag)
				if !values.Has(at) {
					continue
				}
				if err := s.set(tx, tag, values.Get(at), number(values.Get("version."+at))); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if status, again := refused(err); again {
		wrong := flawsOf(r.Context(), err, nil)
		if fault.Is(err, fault.Conflict) {
			wrong, err = theirs(r.Context(), at)
			if err != nil {
				return err
			}
		}
		f, err := settingsFormOf(r.Context(), values, wrong)
		if err != nil {
			return err
		}
		return form(w, r, status, "site.admin.settings", "site/settings", f)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/admin/settings?done=saved")
}

// theirs says of a setting what somebody else made of it meanwhile.
func theirs(ctx context.Context, name string) (flaws, error) {
	stored, err := allSettings(ctx)
	return flaws{{name, label(name), veche.Text(ctx, "site.setting.theirs", strconv.Quote(stored[name].Value))}}, err
}
