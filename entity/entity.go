package entity

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// An Entity is the description of one kind of row.
type Entity struct {
	// Name is the name of the entity among all of the program, and the first
	// part of the keys of its words ("entity.news").
	Name string
	// Table is the name of its table: the entity's name.
	Table string
	// Type is the struct.
	Type reflect.Type
	// Lineage are the names of the entities that the struct embeds, the nearest
	// first; the last is "base".
	Lineage []string
	// Fields are in the order of the struct, those of embedded entities in their
	// place.
	Fields []Field
	// Indexes are in the order of their first fields.
	Indexes []Index

	zone *time.Location // of times in forms; nil is UTC
}

// An Index is a way in which rows are found, or a promise that no two agree.
type Index struct {
	Name    string // of the group, or of the column
	Unique  bool
	Columns []string
}

// Of describes the struct T. The error names the field and what is wrong with
// its tag.
func Of[T any]() (*Entity, error) { return OfType(reflect.TypeFor[T]()) }

// OfType describes a struct type, or that to which a pointer type points.
func OfType(t reflect.Type) (*Entity, error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("entity: %v is no struct", t)
	}
	if _, ok := reflect.PointerTo(t).MethodByName("TableName"); ok {
		return nil, fmt.Errorf("entity: %v has a method TableName, which entities that embed it would inherit: "+
			"say `entity:\"table=...\"` on the embedded struct", t)
	}
	r := reader{entity: &Entity{Type: t, Name: SnakeCase(t.Name())}}
	if err := r.structure(t, nil, ""); err != nil {
		return nil, fmt.Errorf("entity: %v: %w", t, err)
	}
	e := r.entity
	e.Table = e.Name
	for i := range e.Fields {
		f := &e.Fields[i]
		f.Label = "entity." + f.From + "." + f.Column
		if f.From == "" {
			f.Label = "entity." + e.Name + "." + f.Column
			f.From = e.Name
		}
	}
	if err := e.collectIndexes(r.groups); err != nil {
		return nil, fmt.Errorf("entity: %v: %w", t, err)
	}
	if err := e.check(); err != nil {
		return nil, fmt.Errorf("entity: %v: %w", t, err)
	}
	return e, nil
}

// Field returns the field with the column, or nil.
func (e *Entity) Field(column string) *Field {
	for i := range e.Fields {
		if e.Fields[i].Column == column {
			return &e.Fields[i]
		}
	}
	return nil
}

// Title returns the field by which people call a row, or nil.
func (e *Entity) Title() *Field {
	for i := range e.Fields {
		if e.Fields[i].Title {
			return &e.Fields[i]
		}
	}
	return nil
}

// Label is the key of the entity's own name in the catalogue of words.
func (e *Entity) Label() string { return "entity." + e.Name }

// In returns the same description for people whose clocks show the time of the
// zone: Decode and Encode speak of times in it. An hour that the zone's clocks
// show twice is read as the first or the second, as [time.Date] does.
func (e *Entity) In(zone *time.Location) *Entity {
	in := *e
	in.zone = zone
	return &in
}

// New returns a pointer to a new struct whose fields have their defaults.
func (e *Entity) New() Row {
	ptr := reflect.New(e.Type)
	for i := range e.Fields {
		f := &e.Fields[i]
		if f.Default != "" {
			// The default was decoded once when the tag was read, so it is sound.
			_ = f.decode(ptr.Elem().FieldByIndex(f.index), f.Default, time.UTC)
		}
	}
	return ptr.Interface().(Row)
}

// rowOf returns the struct that ptr points to; another type than the entity's
// is a defect of the caller.
func (e *Entity) rowOf(ptr any) reflect.Value {
	v := reflect.ValueOf(ptr)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Type().Elem() != e.Type {
		panic(fmt.Sprintf("entity: want a *%v, not a %T", e.Type, ptr))
	}
	return v.Elem()
}

// chosen returns the fields with the columns, or all if none is named.
func (e *Entity) chosen(columns []string) ([]*Field, error) {
	var fields []*Field
	if len(columns) == 0 {
		for i := range e.Fields {
			fields = append(fields, &e.Fields[i])
		}
		return fields, nil
	}
	for _, column := range columns {
		f := e.Field(column)
		if f == nil {
			return nil, fmt.Errorf("entity: %s has no field %q", e.Name, column)
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// check holds what only the whole entity shows.
func (e *Entity) check() error {
	columns := make(map[string]string)
	title := ""
	for i := range e.Fields {
		f := &e.Fields[i]
		if other, ok := columns[f.Column]; ok {
			return fmt.Errorf("fields %s and %s have one column, %s", other, f.Name, f.Column)
		}
		columns[f.Column] = f.Name
		if f.Title && title != "" {
			return fmt.Errorf("both %s and %s are the title", title, f.Name)
		}
		if f.Title {
			title = f.Name
		}
	}
	switch {
	case !slices.Contains(e.Lineage, "base"):
		return errors.New("the struct does not embed entity.Base")
	case !isName(e.Name):
		return fmt.Errorf("%q cannot be the name of an entity: want letters, digits and underscores, at most 48", e.Name)
	}
	return nil
}

// A membership says that a field belongs to an index.
type membership struct {
	group  string
	unique bool
}

// maxIndexed bounds the characters of a text in an index: with four bytes each
// they fit the keys of every database in use.
const maxIndexed = 512

func (e *Entity) collectIndexes(groups map[string][]membership) error {
	at := make(map[string]int)
	for i := range e.Fields {
		f := &e.Fields[i]
		for _, m := range groups[f.Name] {
			if f.Sized() && f.Max > maxIndexed {
				return fmt.Errorf("field %s: only what has at most %d characters or bytes can be in an index: say max=", f.Name, maxIndexed)
			}
			name := m.group
			if name == "" {
				name = f.Column
			}
			n, ok := at[name]
			if !ok {
				n = len(e.Indexes)
				at[name] = n
				e.Indexes = append(e.Indexes, Index{Name: name, Unique: m.unique})
			}
			x := &e.Indexes[n]
			if x.Unique != m.unique {
				return fmt.Errorf("field %s: the group %s is both index and unique", f.Name, name)
			}
			x.Columns = append(x.Columns, f.Column)
			f.Unique = f.Unique || m.unique && m.group == ""
		}
	}
	return nil
}

// SnakeCase returns a Go name as a column is called: AuthorID is author_id,
// HTMLBody is html_body.
func SnakeCase(name string) string {
	var b strings.Builder
	runes := []rune(name)
	upper := func(i int) bool { return i >= 0 && i < len(runes) && 'A' <= runes[i] && runes[i] <= 'Z' }
	lower := func(i int) bool { return i >= 0 && i < len(runes) && !upper(i) && runes[i] != '_' }
	for i, r := range runes {
		if upper(i) && (lower(i-1) || upper(i-1) && lower(i+1)) {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
