package mosaic

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// paramSet is the type of a component's parameters: a struct of exported
// strings, integers and truth values.
type paramSet struct {
	of     reflect.Type
	fields []paramField
}

// paramField is one field of the struct.
type paramField struct {
	name string
	kind reflect.Kind
	bits int // of an integer
}

func paramsOf(t reflect.Type) (*paramSet, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("mosaic: parameters are a struct, not %s", t)
	}
	p := &paramSet{of: t}
	for i := range t.NumField() {
		f := t.Field(i)
		field := paramField{name: f.Name, kind: f.Type.Kind()}
		switch {
		case !f.IsExported():
			return nil, fmt.Errorf("mosaic: parameter %s of %s is not exported", f.Name, t)
		case field.kind == reflect.Int || field.kind == reflect.Int64:
			field.bits = f.Type.Bits()
		case field.kind != reflect.String && field.kind != reflect.Bool:
			return nil, fmt.Errorf("mosaic: parameter %s of %s is a %s; want string, bool, int or int64", f.Name, t, f.Type)
		}
		p.fields = append(p.fields, field)
	}
	return p, nil
}

// key writes the identity of a fragment: the name of its component and its
// parameters other than zero, in the order of the struct, in the form of a URL.
// Equal parameters have equal keys, and different ones different keys. params
// is of the set's type.
func (p *paramSet) key(name string, params any) string {
	if len(p.fields) == 0 {
		return name
	}
	v := reflect.ValueOf(params)
	key := append(make([]byte, 0, 96), name...)
	separator := byte('?')
	for i, f := range p.fields {
		value := v.Field(i)
		if value.IsZero() {
			continue
		}
		key = append(key, separator)
		separator = '&'
		key = append(key, f.name...)
		key = append(key, '=')
		switch f.kind {
		case reflect.String:
			key = append(key, url.QueryEscape(value.String())...)
		case reflect.Bool:
			key = append(key, '1')
		default:
			key = strconv.AppendInt(key, value.Int(), 10)
		}
	}
	return string(key)
}

// parse returns the parameters of which key wrote the text behind the name.
func (p *paramSet) parse(key string) (any, error) {
	_, query, _ := strings.Cut(key, "?")
	v := reflect.New(p.of).Elem()
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, escaped, _ := strings.Cut(pair, "=")
		text, err := url.QueryUnescape(escaped)
		if err != nil {
			return nil, fmt.Errorf("mosaic: %q: %w", key, err)
		}
		if err := p.set(v, name, reflect.ValueOf(text)); err != nil {
			return nil, err
		}
	}
	return v.Interface(), nil
}

// fromPairs builds the parameters from names and values in turn.
func (p *paramSet) fromPairs(pairs []any) (any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("mosaic: parameters are pairs of a name and a value")
	}
	v := reflect.New(p.of).Elem()
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("mosaic: the name of a parameter is a string, not %T", pairs[i])
		}
		if err := p.set(v, name, reflect.ValueOf(pairs[i+1])); err != nil {
			return nil, err
		}
	}
	return v.Interface(), nil
}

// fromStruct returns the parameters themselves, or builds them from a struct of
// another type by the names of its fields.
func (p *paramSet) fromStruct(given any) (any, error) {
	if given == nil {
		return reflect.Zero(p.of).Interface(), nil
	}
	from := reflect.ValueOf(given)
	if from.Type() == p.of {
		return given, nil
	}
	other, err := paramsOf(from.Type())
	if err != nil {
		return nil, err
	}
	v := reflect.New(p.of).Elem()
	for i, f := range other.fields {
		if err := p.set(v, f.name, from.Field(i)); err != nil {
			return nil, err
		}
	}
	return v.Interface(), nil
}

// set gives the named field of the struct v the value, which is of the field's
// kind or a text of it.
func (p *paramSet) set(v reflect.Value, name string, value reflect.Value) error {
	for i, f := range p.fields {
		if f.name == name {
			if err := f.set(v.Field(i), value); err != nil {
				return fmt.Errorf("mosaic: parameter %s of %s: %w", name, p.of, err)
			}
			return nil
		}
	}
	return fmt.Errorf("mosaic: %s has no parameter %q", p.of, name)
}

func (f *paramField) set(field, value reflect.Value) error {
	kind := value.Kind() // Invalid for nil
	isText := kind == reflect.String
	switch {
	case f.kind == reflect.String && isText:
		field.SetString(value.String())
	case f.kind == reflect.String && value.CanInt():
		field.SetString(strconv.FormatInt(value.Int(), 10))
	case f.kind == reflect.Bool && kind == reflect.Bool:
		field.SetBool(value.Bool())
	case f.kind == reflect.Bool && isText:
		b, err := strconv.ParseBool(value.String())
		if err != nil {
			return err
		}
		field.SetBool(b)
	case f.bits > 0 && value.CanInt() && !field.OverflowInt(value.Int()):
		field.SetInt(value.Int())
	case f.bits > 0 && value.CanUint() && value.Uint() <= 1<<(f.bits-1)-1:
		field.SetInt(int64(value.Uint()))
	case f.bits > 0 && isText:
		n, err := strconv.ParseInt(value.String(), 10, f.bits)
		if err != nil {
			return err
		}
		field.SetInt(n)
	default:
		return fmt.Errorf("a value of kind %s is no %s", kind, f.kind)
	}
	return nil
}
