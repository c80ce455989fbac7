package news

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"veche"
	"veche/data"
	"veche/entity"
	"veche/fault"
)

// A form is an entity's form as it is shown: with what was typed, and what is
// wrong with it.
type form struct {
	// Fields are the controls by column.
	Fields map[string]*field
	// Errors are the wrong ones, in the order of the form.
	Errors []*field
	// Wrong is what is wrong with the whole.
	Wrong string
	// Version is the state that is edited.
	Version int64
}

// field is one control.
type field struct {
	Name     string
	Label    string // key of the words
	Hint     string // key of the words, or ""
	Value    string
	Wrong    string // what is wrong, in words
	Required bool
	Max      int64  // characters, 0 for no bound
	Rows     int    // of a text of several lines
	Type     string // of an input other than a line of text
}

// Described names the elements that describe the control.
func (f *field) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	if f.Wrong != "" {
		ids = append(ids, f.Name+"-error")
	}
	return strings.Join(ids, " ")
}

// On reports whether the box of the field is marked.
func (f *field) On() bool { return f.Value == "true" }

// newForm returns the form of the row with the columns. Their labels are the
// words "news.PREFIX.COLUMN"; those of hinted have hints at "...COLUMN.hint".
func newForm(ctx context.Context, row entity.Row, prefix string, columns []string, hinted ...string) (*form, error) {
	e, err := data.From(ctx).EntityOf(row)
	if err != nil {
		return nil, err
	}
	values, err := e.In(veche.Zone(ctx)).Encode(row, columns...)
	if err != nil {
		return nil, err
	}
	f := &form{Fields: make(map[string]*field), Version: row.BaseRow().Version}
	for _, column := range columns {
		of := e.Field(column)
		control := &field{Name: column, Label: "news." + prefix + "." + column, Value: values.Get(column), Required: of.Required}
		if of.Sized() {
			control.Max = of.Max
		}
		f.Fields[column] = control
	}
	for _, column := range hinted {
		f.Fields[column].Hint = f.Fields[column].Label + ".hint"
	}
	return f, nil
}

// typed puts what was typed into the controls.
func (f *form) typed(values url.Values) {
	for name, control := range f.Fields {
		control.Value = values.Get(name)
	}
}

// fail puts the words of the error at the fields that are wrong. It returns the
// status of the answer, and the error itself if it is none that a form can show.
func (f *form) fail(ctx context.Context, err error, columns []string) (int, error) {
	problem := fault.Of(err)
	switch problem.Kind {
	case fault.Invalid, fault.Conflict:
	default:
		return 0, err
	}
	wrong, _ := errors.AsType[*entity.Invalid](err)
	for _, column := range columns {
		control := f.Fields[column]
		words, ok := problem.Fields[column]
		var args []any
		if wrong != nil && wrong.Fields[column] != nil {
			words, args, ok = wrong.Fields[column].Key, wrong.Fields[column].Args, true
		}
		if ok && control != nil {
			control.Wrong = veche.Text(ctx, words, args...)
			f.Errors = append(f.Errors, control)
		}
	}
	if len(f.Errors) == 0 {
		words := problem.Words
		if words == "" {
			words = "news.form.refused"
		}
		f.Wrong = veche.Text(ctx, words, problem.Args...)
	}
	if problem.Kind == fault.Conflict {
		return http.StatusConflict, nil
	}
	return http.StatusUnprocessableEntity, nil
}

// decode reads the columns of the row from the form. Values that cannot be read
// are an error as those of [data.Create].
func decode(ctx context.Context, row entity.Row, values url.Values, columns []string) error {
	e, err := data.From(ctx).EntityOf(row)
	if err != nil {
		return err
	}
	err = e.In(veche.Zone(ctx)).Decode(row, values, columns...)
	if wrong, ok := errors.AsType[*entity.Invalid](err); ok {
		return fault.Because(wrong, fault.Invalid, "fault.fields")
	}
	return err
}
