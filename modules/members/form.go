package members

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"veche"
	"veche/account"
	"veche/entity"
	"veche/fault"
	"veche/mosaic"
)

// form is a form as its template shows it: what was typed and what is wrong.
type form struct {
	Notice   string // what is wrong with all of it, in the visitor's language
	Problems []field
	Fields   map[string]*field

	To     string // where to go afterwards
	Token  string // of the setup
	Keep   bool   // whether to stay signed in
	SignUp bool   // whether visitors can sign up
	order  []string
}

// field is one field of a form, as the template members/field shows it.
type field struct {
	Name         string
	Type         string
	Autocomplete string
	Hint         string // key of the words, "" for none
	Value        string
	Error        string // what is wrong with the value, in the visitor's language
	Required     bool
	Min, Max     int
}

// Label is the key of the field's name.
func (f *field) Label() string { return "members.field." + f.Name }

// DescribedBy names the elements that say more about the field.
func (f *field) DescribedBy() string {
	ids := ""
	if f.Hint != "" {
		ids = f.Name + "-hint"
	}
	if f.Error != "" {
		if ids != "" {
			ids += " "
		}
		ids += f.Name + "-error"
	}
	return ids
}

// The bounds of the fields; package account has the last word.
const (
	loginMax = 40
	nameMax  = 60
	emailMax = 254
)

func newForm(fields ...field) *form {
	f := &form{Fields: make(map[string]*field, len(fields))}
	for i := range fields {
		f.Fields[fields[i].Name] = &fields[i]
		f.order = append(f.order, fields[i].Name)
	}
	return f
}

func loginField(hint string) field {
	return field{Name: "login", Type: "text", Autocomplete: "username", Hint: hint, Required: true, Max: loginMax}
}

func nameField() field {
	return field{Name: "name", Type: "text", Autocomplete: "nickname", Hint: "members.hint.name", Required: true, Max: nameMax}
}

func emailField() field {
	return field{Name: "email", Type: "email", Autocomplete: "email", Hint: "members.hint.email", Max: emailMax}
}

// currentField is the password that a member has. It has no bounds: they may
// have been others when it was chosen.
func currentField(name string) field {
	return field{Name: name, Type: "password", Autocomplete: "current-password", Required: true}
}

func newPasswordField() field {
	return field{
		Name: "password", Type: "password", Autocomplete: "new-password", Hint: "members.hint.password",
		Required: true, Min: account.PasswordMin,
	}
}

// typed fills in what the visitor typed. Passwords are not shown again.
func (f *form) typed(values url.Values) {
	for name, field := range f.Fields {
		if field.Type != "password" {
			field.Value = values.Get(name)
		}
	}
}

// refuse notes why the form was not accepted, and returns the status of the
// answer; or an error that is no matter of the form.
func (f *form) refuse(w http.ResponseWriter, r *http.Request, err error) (status int, other error) {
	wrong := fault.Of(err)
	switch wrong.Kind {
	case fault.Invalid, fault.Conflict, fault.Forbidden:
	case fault.TooMany:
		if len(wrong.Args) == 1 {
			if minutes, ok := wrong.Args[0].(int); ok {
				w.Header().Set("Retry-After", strconv.Itoa(60*minutes))
			}
		}
	default:
		return 0, err
	}
	ctx := r.Context()
	for _, name := range f.order {
		if words := wrong.Fields[name]; words != "" {
			f.Fields[name].Error = veche.Text(ctx, words, arguments(wrong, name)...)
			f.Problems = append(f.Problems, *f.Fields[name])
		}
	}
	if len(f.Problems) == 0 {
		key := wrong.Words
		if key == "" {
			return 0, err
		}
		f.Notice = veche.Text(ctx, key, wrong.Args...)
	}
	return wrong.Kind.Status(), nil
}

// arguments returns what fills the places in the words about a field.
func arguments(wrong *fault.Error, name string) []any {
	if invalid, ok := errors.AsType[*entity.Invalid](wrong); ok {
		if p := invalid.Fields[name]; p != nil {
			return p.Args
		}
	}
	return nil
}

// sheet returns the view of a form on a sheet of its own.
func sheet(template, key string, data any, status int) veche.View {
	return veche.View{
		Frame: veche.Bare, Head: title(key),
		Main: mosaic.Fresh(template, data), Status: status,
	}
}
