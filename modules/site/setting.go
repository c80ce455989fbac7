package site

import (
	"context"
	"html/template"
	"strings"
	"unicode/utf8"

	"veche"
	"veche/data"
	"veche/entity"
	"veche/fault"
	"veche/locale"
)

// Setting is the entity of what the site says of itself. Settings of one
// language have its tag behind their name: "title.ru".
type Setting struct {
	entity.Base
	Name  string `entity:"title,required,max=60,unique,list"`
	Value string `entity:"long,max=20000,list"`
	// HTML is the value as it is shown, of settings that are texts.
	HTML string `entity:"html,hidden"`
}

// The settings, each with a value for every language.
const (
	titleSetting   = "title"   // the site's name
	taglineSetting = "tagline" // what it is, in a line
	introSetting   = "intro"   // the beginning of the front page, in Markdown
	footerSetting  = "footer"  // at the foot of every page, in Markdown
)

// A settingField is a setting as the form shows it.
type settingField struct {
	name string
	text bool // Markdown, rendered when it is written
	max  int
}

var settingFields = []settingField{
	{titleSetting, false, 80}, {taglineSetting, false, 160}, {introSetting, true, 20000}, {footerSetting, true, 20000},
}

// Content is the setting's text as it is shown.
func (s Setting) Content() template.HTML { return template.HTML(s.HTML) }

// setting returns a setting in the visitor's language, or, if nobody gave it one
// there, in another.
func setting(ctx context.Context, name string) (Setting, error) {
	for _, tag := range tags(ctx) {
		found, err := data.All[Setting](data.Read(ctx).Select("name", "value", "html").Where("name = ?", name+"."+string(tag)).Limit(1))
		if err != nil {
			return Setting{}, err
		}
		if len(found) > 0 && found[0].Value != "" {
			return found[0], nil
		}
	}
	return Setting{}, nil
}

// siteTitle returns the site's name.
func siteTitle(ctx context.Context) (string, error) {
	s, err := setting(ctx, titleSetting)
	if err == nil && s.Value == "" {
		s.Value = veche.Text(ctx, "site.title")
	}
	return s.Value, err
}

// tags returns the languages, the visitor's first.
func tags(ctx context.Context) []locale.Tag {
	own := veche.Locale(ctx)
	all := []locale.Tag{own}
	for _, tag := range locale.Tags() {
		if tag != own {
			all = append(all, tag)
		}
	}
	return all
}

// Set gives a setting a value in a language: "title", "tagline", "intro" or
// "footer". The last two are Markdown.
func Set(tx *data.Tx, name string, tag locale.Tag, value string) error {
	for _, f := range settingFields {
		if f.name == name {
			return f.set(tx, tag, value, anyVersion)
		}
	}
	return fault.New(fault.NotFound, "")
}

// in is the name of the setting's row for a language.
func (f settingField) in(tag locale.Tag) string { return f.name + "." + string(tag) }

// tooLong is the fault of a field with more characters than it may have.
func tooLong(field string, bound int) error {
	f := fault.InFields(map[string]string{field: "entity.too_long"})
	f.Cause = &entity.Invalid{Entity: "setting", Fields: map[string]*entity.Problem{field: {Key: "entity.too_long", Args: []any{bound}}}}
	return f
}

// anyVersion writes a setting in whatever state it is.
const anyVersion = -1

// set writes the setting, if its value is another one. The version is that of
// the row that was edited, 0 if there was none.
func (f settingField) set(tx *data.Tx, tag locale.Tag, value string, version int64) error {
	s := Setting{Name: f.in(tag)}
	value = strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n"))
	if utf8.RuneCountInString(value) > f.max {
		return tooLong(s.Name, f.max)
	}
	had, err := data.All[Setting](tx.DB().Where("name = ?", s.Name).Limit(1))
	if err != nil {
		return err
	}
	if len(had) > 0 {
		s = had[0]
	}
	if len(had) > 0 && s.Value == value {
		return nil
	}
	if version != anyVersion && version != s.Version {
		return fault.New(fault.Conflict, "data.conflict", s.Version)
	}
	s.Value = value
	if f.text {
		if s.HTML, err = render(Markdown, value); err != nil {
			return err
		}
	}
	if len(had) == 0 {
		return data.Create(tx, &s)
	}
	return data.Update(tx, &s, "value", "html")
}
