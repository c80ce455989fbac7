package entity

import (
	"fmt"
	"math"
	"net/mail"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Problem is what is wrong with the value of a field: the key of a text in
// the catalogue of words, and what fills its places.
//
//	entity.required      the field is empty
//	entity.too_short     Args: the fewest characters
//	entity.too_long      Args: the most characters, or bytes
//	entity.too_small     Args: the least number
//	entity.too_large     Args: the greatest number
//	entity.control       the text holds control characters or is not UTF-8
//	entity.not_number    no number, or one that the field cannot hold
//	entity.not_bool      neither yes nor no
//	entity.not_time      no date and time, or a year beyond 1000 to 9999
//	entity.not_date      no date
//	entity.not_enum      none of the values of the field
//	entity.not_email     no address of a mailbox
//	entity.not_url       neither an http address nor a path of this site
//	entity.not_slug      not a word of an address
type Problem struct {
	Key  string
	Args []any
}

// String describes the problem for a log.
func (p *Problem) String() string {
	if len(p.Args) == 0 {
		return p.Key
	}
	return fmt.Sprint(p.Key, p.Args)
}

func problem(key string, args ...any) *Problem { return &Problem{"entity." + key, args} }

// Invalid is the error of values that their fields do not allow.
type Invalid struct {
	// Entity is the entity's name.
	Entity string
	// Fields are the problems by column. There is at least one.
	Fields map[string]*Problem
}

// Error names the fields and their problems, in the order of the columns' names.
func (e *Invalid) Error() string {
	var parts []string
	for column, p := range e.Fields {
		parts = append(parts, column+": "+p.String())
	}
	slices.Sort(parts)
	return "entity: invalid " + e.Entity + ": " + strings.Join(parts, ", ")
}

// invalid returns the problems as an error, nil if there are none.
func (e *Entity) invalid(fields map[string]*Problem) error {
	if len(fields) == 0 {
		return nil
	}
	return &Invalid{Entity: e.Name, Fields: fields}
}

// Normalise brings the values of the struct that ptr points to into the one
// form in which they are kept: line ends are LF, spaces around texts are gone
// (behind long ones), slugs and the domains of mailboxes are in lower case,
// times are in UTC, to the microsecond, dates at midnight. ptr is a pointer to
// the entity's struct; doing it twice changes nothing more.
func (e *Entity) Normalise(ptr any) {
	row := e.rowOf(ptr)
	for i := range e.Fields {
		f := &e.Fields[i]
		f.normalise(row.FieldByIndex(f.index))
	}
}

func (f *Field) normalise(v reflect.Value) {
	switch {
	case f.Domain == Time, f.Domain == Date:
		t := v.Interface().(time.Time)
		if f.Domain == Date && !t.IsZero() {
			year, month, day := t.Date()
			t = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		}
		v.Set(reflect.ValueOf(t.UTC().Truncate(time.Microsecond)))
	case v.Kind() == reflect.Float32, v.Kind() == reflect.Float64:
		v.SetFloat(v.Float() + 0) // -0 is 0
	case v.Kind() == reflect.String && f.Domain != Secret:
		v.SetString(f.normalText(v.String()))
	}
}

func (f *Field) normalText(s string) string {
	if f.Domain.IsLong() {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		return strings.TrimRightFunc(strings.ReplaceAll(s, "\r", "\n"), unicode.IsSpace)
	}
	s = strings.TrimSpace(s)
	switch f.Domain {
	case Slug:
		return strings.ToLower(s)
	case Email:
		if at := strings.LastIndexByte(s, '@'); at >= 0 {
			return s[:at] + strings.ToLower(s[at:])
		}
	}
	return s
}

// Validate holds the values of the struct that ptr points to against the
// description: all of them, or those of the columns. The error is an *[Invalid]
// with every problem found, or an ordinary one for a column that does not exist.
func (e *Entity) Validate(ptr any, columns ...string) error {
	row := e.rowOf(ptr)
	fields, err := e.chosen(columns)
	if err != nil {
		return err
	}
	problems := make(map[string]*Problem)
	for _, f := range fields {
		if p := f.validate(row.FieldByIndex(f.index)); p != nil {
			problems[f.Column] = p
		}
	}
	return e.invalid(problems)
}

func (f *Field) validate(v reflect.Value) *Problem {
	switch {
	case f.empty(v):
		if f.Required {
			return problem("required")
		}
		return nil
	case f.Binary():
		return f.validateSize(int64(v.Len()))
	case v.Kind() == reflect.String:
		return f.validateText(v.String())
	case f.Domain == Time || f.Domain == Date:
		// Years beyond these have no place in the databases in use.
		if year := v.Interface().(time.Time).UTC().Year(); year < 1000 || year > 9999 {
			return problem("not_" + f.Domain.String())
		}
	case v.CanInt():
		return f.validateNumber(float64(v.Int()), v.Int())
	case v.CanUint():
		return f.validateNumber(float64(v.Uint()), int64(v.Uint())) // at most 32 bits, see domainOf
	case v.CanFloat():
		x := v.Float()
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return problem("not_number")
		}
		return f.validateNumber(x, 0)
	}
	return nil
}

// validateNumber holds a number against the bounds: x where it is a float, n
// where it is whole, which a float would round.
func (f *Field) validateNumber(x float64, n int64) *Problem {
	if f.Domain == Number {
		switch {
		case f.HasMin && x < float64(f.Min):
			return problem("too_small", f.Min)
		case f.HasMax && x > float64(f.Max):
			return problem("too_large", f.Max)
		}
		return nil
	}
	switch {
	case f.HasMin && n < f.Min, f.Domain == Reference && n < 0:
		return problem("too_small", f.Min)
	case f.HasMax && n > f.Max:
		return problem("too_large", f.Max)
	}
	return nil
}

func (f *Field) validateSize(n int64) *Problem {
	switch {
	case n < f.Min:
		return problem("too_short", f.Min)
	case n > f.Max:
		return problem("too_long", f.Max)
	}
	return nil
}

func (f *Field) validateText(s string) *Problem {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, f.forbidden) {
		return problem("control")
	}
	if p := f.validateSize(int64(utf8.RuneCountInString(s))); p != nil {
		return p
	}
	switch {
	case f.Domain == Enum && !slices.Contains(f.Enum, s):
		return problem("not_enum")
	case f.Domain == Email && !isEmail(s):
		return problem("not_email")
	case f.Domain == URL && !isURL(s):
		return problem("not_url")
	case f.Domain == Slug && !isSlug(s):
		return problem("not_slug")
	}
	return nil
}

func (f *Field) forbidden(r rune) bool {
	return unicode.IsControl(r) && !(f.Domain.IsLong() && (r == '\n' || r == '\t'))
}

// isEmail accepts a bare address whose domain has a dot.
func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return false
	}
	domain := s[strings.LastIndexByte(s, '@')+1:]
	return strings.Contains(strings.Trim(domain, "."), ".") && !strings.ContainsAny(domain, "[]")
}

// isURL accepts what a link may safely lead to: an http or https address
// without a password in it, or a path of the site itself. Browsers read a
// backslash as a slash, so that "/\host" leaves the site as "//host" does.
func isURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || strings.ContainsAny(s, "\\ ") {
		return false
	}
	if u.Scheme == "" {
		return strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//")
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// isSlug accepts letters and digits of any script in lower case, with hyphens
// and underscores between them.
func isSlug(s string) bool {
	for _, r := range s {
		if !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) && r != '-' && r != '_' {
			return false
		}
	}
	return s == strings.ToLower(s) && s == strings.Trim(s, "-")
}
