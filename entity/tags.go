package entity

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reader reads the tags of a struct into an entity.
type reader struct {
	entity *Entity
	groups map[string][]membership // by the field's name in Go
}

// structure reads the fields of struct t, found at index. from is the name of
// the embedded entity that t is, "" for the entity itself.
func (r *reader) structure(t reflect.Type, index []int, from string) error {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(slices.Clone(index), i)
		tag := sf.Tag.Get("entity")
		switch {
		case tag == "-":
		case sf.Anonymous:
			if err := r.embedded(sf, at, from); err != nil {
				return err
			}
		case !sf.IsExported():
			if tag != "" {
				return fmt.Errorf("field %s has a tag but is not exported", sf.Name)
			}
		default:
			if err := r.field(sf, at, from); err != nil {
				return fmt.Errorf("field %s: %w", sf.Name, err)
			}
		}
	}
	return nil
}

// embedded reads the entity that the struct extends.
func (r *reader) embedded(sf reflect.StructField, at []int, from string) error {
	if sf.Type.Kind() != reflect.Struct {
		return fmt.Errorf("embedded %s is no struct", sf.Name)
	}
	for _, word := range words(sf.Tag.Get("entity")) {
		name, ok := strings.CutPrefix(word, "table=")
		if !ok || !isName(name) {
			return fmt.Errorf("embedded %s: want table=name, not %q", sf.Name, word)
		}
		if from == "" {
			r.entity.Name = name
		}
	}
	name := SnakeCase(sf.Type.Name())
	if sf.Type == reflect.TypeFor[Base]() {
		name = "base"
	}
	r.entity.Lineage = append(r.entity.Lineage, name)
	return r.structure(sf.Type, at, name)
}

func (r *reader) field(sf reflect.StructField, at []int, from string) error {
	domain, err := domainOf(sf.Type)
	if err != nil {
		return err
	}
	f := Field{Name: sf.Name, Column: SnakeCase(sf.Name), From: from, Domain: domain, Type: sf.Type, index: at}
	var member []membership
	for _, word := range words(sf.Tag.Get("entity")) {
		key, value, valued := strings.Cut(word, "=")
		if key == "unique" || key == "index" {
			if valued && !isName(value) {
				return fmt.Errorf("the group %q is no name", value)
			}
			member = append(member, membership{value, key == "unique"})
			continue
		}
		if err := f.word(key, value, valued); err != nil {
			return err
		}
	}
	if err := f.settle(); err != nil {
		return err
	}
	// As in Go, a field of the outer struct hides that of an embedded one.
	for i := range r.entity.Fields {
		if other := &r.entity.Fields[i]; other.Name == f.Name {
			if len(other.index) == len(f.index) {
				return errors.New("two embedded structs have it")
			}
			if len(other.index) < len(f.index) {
				return nil
			}
			r.entity.Fields = slices.Delete(r.entity.Fields, i, i+1)
			break
		}
	}
	r.entity.Fields = append(r.entity.Fields, f)
	if r.groups == nil {
		r.groups = make(map[string][]membership)
	}
	r.groups[f.Name] = member
	return nil
}

// domainOf returns the domain that a type has without any word in the tag.
func domainOf(t reflect.Type) (Domain, error) {
	switch t.Kind() {
	case reflect.String:
		return Text, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return Integer, nil
	case reflect.Float32, reflect.Float64:
		return Number, nil
	case reflect.Bool:
		return Bool, nil
	case reflect.Slice:
		if t == reflect.TypeFor[[]byte]() {
			return Bytes, nil
		}
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return Time, nil
		}
	}
	return 0, fmt.Errorf("no domain has values of type %v; leave the field out with `entity:\"-\"`", t)
}

// words splits a tag. A comma inside a value is not possible.
func words(tag string) []string {
	if tag == "" {
		return nil
	}
	return strings.Split(tag, ",")
}

// word applies one word of the tag.
func (f *Field) word(key, value string, valued bool) error {
	if domain, ok := chosenDomain(key); ok {
		return f.choose(domain, key, value)
	}
	switch key {
	case "min", "max":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return fmt.Errorf("%s=%s: want a whole number", key, value)
		}
		if key == "min" {
			f.Min, f.HasMin = n, true
		} else {
			f.Max, f.HasMax = n, true
		}
		return nil
	case "default":
		f.Default = value
		return nil
	}
	flag := map[string]*bool{
		"required": &f.Required, "null": &f.Null, "title": &f.Title, "list": &f.List,
		"search": &f.Search, "hidden": &f.Hidden, "readonly": &f.ReadOnly,
	}[key]
	switch {
	case flag == nil:
		return fmt.Errorf("the tag does not know the word %q", key)
	case valued:
		return fmt.Errorf("%q takes no value", key)
	}
	*flag = true
	return nil
}

// chosenDomain returns the domain that a word of the tag stands for.
func chosenDomain(word string) (Domain, bool) {
	d, ok := map[string]Domain{
		"long": LongText, "markdown": Markdown, "html": HTML, "slug": Slug, "email": Email, "url": URL,
		"enum": Enum, "secret": Secret, "date": Date, "ref": Reference,
	}[word]
	return d, ok
}

// choose gives the field a domain that its type does not give by itself.
func (f *Field) choose(d Domain, key, value string) error {
	want := map[Domain]Domain{Date: Time, Reference: Integer}[d]
	if want == 0 {
		want = Text
	}
	natural := f.Domain == want || d == Secret && f.Domain == Bytes
	if !natural {
		return fmt.Errorf("%q does not fit type %v, or the tag names two domains", key, f.Type)
	}
	switch d {
	case Enum:
		f.Enum = strings.Split(value, "|")
		if slices.Contains(f.Enum, "") || len(slices.Compact(slices.Sorted(slices.Values(f.Enum)))) < len(f.Enum) {
			return fmt.Errorf("enum=%s: want values that differ, none of them empty", value)
		}
	case Reference:
		if !isName(value) || f.Type.Kind() != reflect.Int64 {
			return errors.New("ref=name wants the name of an entity and an int64")
		}
		f.Ref = value
	default:
		if value != "" {
			return fmt.Errorf("%q takes no value", key)
		}
	}
	f.Domain = d
	return nil
}

// settle fills in what the tag left out and refuses what makes no sense.
func (f *Field) settle() error {
	d := f.Domain
	sized := f.Sized()
	if sized && !f.HasMax {
		f.Max, f.HasMax = domains[d].max, true
	}
	if d == Time || d == Date || f.Binary() {
		f.Null = true
	}
	for _, value := range f.Enum {
		if int64(len([]rune(value))) > f.Max {
			return fmt.Errorf("the value %q is longer than %d characters", value, f.Max)
		}
	}
	switch {
	case f.Required && !d.hasEmpty():
		return fmt.Errorf("required: %v has no empty value; say min=", d)
	case f.Null && !d.hasEmpty():
		return fmt.Errorf("null: %v is never empty", d)
	case (f.HasMin || f.HasMax) && !sized && d != Integer && d != Number:
		return fmt.Errorf("%v has no bounds", d)
	case sized && (f.Max < 1 || f.Min < 0), f.HasMin && f.HasMax && f.Min > f.Max:
		return fmt.Errorf("nothing lies between min=%d and max=%d", f.Min, f.Max)
	case d == Secret && (f.List || f.Search || f.Title):
		return errors.New("a secret is never shown")
	case f.Title && d != Text, f.Search && (!d.isText() || d == Enum):
		return fmt.Errorf("title wants a line of text, search a text, not %v", d)
	}
	return f.checkDefault()
}

func (f *Field) checkDefault() error {
	if f.Default == "" {
		return nil
	}
	if f.Domain == Secret || f.Domain == Bytes {
		return fmt.Errorf("default: %v has none", f.Domain)
	}
	v := reflect.New(f.Type).Elem()
	problem := f.decode(v, f.Default, time.UTC)
	if problem == nil {
		problem = f.validate(v)
	}
	if problem != nil {
		return fmt.Errorf("default=%s: %v", f.Default, problem)
	}
	return nil
}

// isName reports whether s can be the name of a table, a column or a group.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || c == '_' || i > 0 && '0' <= c && c <= '9') {
			return false
		}
	}
	return s != "" && len(s) <= 48
}
