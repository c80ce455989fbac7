package entity

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Decode sets the fields of the columns, and no others, in the struct that ptr
// points to from what a form sent. The columns are those that the form showed:
// a Bool whose name is not among the values is set to false, as browsers do not
// send an unmarked box, any other field without a value stays as it is.
//
// The error is an *[Invalid] for values that cannot be read, whose fields stay
// as they are while all others are set; or an ordinary one, before anything is
// set, for a column that does not exist or that forms may not change (see
// [Field.Editable]), which is a defect of the caller. Decode does not judge the
// values: Normalise and Validate do.
func (e *Entity) Decode(ptr any, values url.Values, columns ...string) error {
	row := e.rowOf(ptr)
	if len(columns) == 0 {
		return nil
	}
	fields, err := e.chosen(columns)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if !f.Editable() {
			return fmt.Errorf("entity: no form may change %s of %s", f.Column, e.Name)
		}
	}
	problems := make(map[string]*Problem)
	for _, f := range fields {
		if !values.Has(f.Column) && f.Domain != Bool {
			continue
		}
		if p := f.decode(row.FieldByIndex(f.index), values.Get(f.Column), e.location()); p != nil {
			problems[f.Column] = p
		}
	}
	return e.invalid(problems)
}

// Encode returns the values of the columns, or of all fields, as a form shows
// them: what Decode reads back to the same values. Secrets and bytes are left
// out, and so is a Bool that is false.
func (e *Entity) Encode(ptr any, columns ...string) (url.Values, error) {
	row := e.rowOf(ptr)
	fields, err := e.chosen(columns)
	if err != nil {
		return nil, err
	}
	values := make(url.Values, len(fields))
	for _, f := range fields {
		v := row.FieldByIndex(f.index)
		if f.Domain == Secret || f.Domain == Bytes || f.Domain == Bool && !v.Bool() {
			continue
		}
		values.Set(f.Column, f.encode(v, e.location()))
	}
	return values, nil
}

func (e *Entity) location() *time.Location {
	if e.zone == nil {
		return time.UTC
	}
	return e.zone
}

// The forms in which browsers send dates and times, and the one that programs
// send. Fractions of a second are read behind any of them that has seconds.
const (
	dateForm    = "2006-01-02"
	minuteForm  = "2006-01-02T15:04"
	secondForm  = "2006-01-02T15:04:05"
	encodedForm = "2006-01-02T15:04:05.999999"
)

// decode sets v to the value that text stands for, or says why not.
func (f *Field) decode(v reflect.Value, text string, zone *time.Location) *Problem {
	switch f.Domain {
	case Integer, Reference:
		return decodeInteger(v, strings.TrimSpace(text))
	case Number:
		x, err := strconv.ParseFloat(strings.TrimSpace(text), v.Type().Bits())
		if err != nil {
			return problem("not_number")
		}
		v.SetFloat(x)
	case Bool:
		switch strings.TrimSpace(text) {
		case "", "0", "false", "off", "no":
			v.SetBool(false)
		case "1", "true", "on", "yes":
			v.SetBool(true)
		default:
			return problem("not_bool")
		}
	case Time, Date:
		t, ok := f.parseTime(strings.TrimSpace(text), zone)
		if !ok {
			return problem("not_" + f.Domain.String())
		}
		v.Set(reflect.ValueOf(t))
	default: // texts: neither forms nor defaults have bytes
		v.SetString(text)
	}
	return nil
}

// decodeInteger reads a whole number; an empty text is 0, so that a reference
// to nothing can be chosen.
func decodeInteger(v reflect.Value, text string) *Problem {
	if text == "" {
		v.SetZero()
		return nil
	}
	if v.CanUint() {
		n, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if err != nil {
			return problem("not_number")
		}
		v.SetUint(n)
		return nil
	}
	n, err := strconv.ParseInt(text, 10, v.Type().Bits())
	if err != nil {
		return problem("not_number")
	}
	v.SetInt(n)
	return nil
}

func (f *Field) parseTime(text string, zone *time.Location) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	if f.Domain == Date {
		t, err := time.ParseInLocation(dateForm, text, time.UTC)
		return t, err == nil
	}
	for _, form := range []string{minuteForm, secondForm, time.RFC3339} {
		if t, err := time.ParseInLocation(form, text, zone); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// encode returns the text that decode reads back to the value v.
func (f *Field) encode(v reflect.Value, zone *time.Location) string {
	switch {
	case f.empty(v):
		return ""
	case f.Domain == Date:
		return v.Interface().(time.Time).Format(dateForm)
	case f.Domain == Time:
		t := v.Interface().(time.Time).In(zone)
		if t.Second() == 0 && t.Nanosecond() == 0 {
			return t.Format(minuteForm)
		}
		return t.Format(encodedForm)
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())
	case f.Domain == Bool:
		return strconv.FormatBool(v.Bool())
	}
	return v.String()
}
