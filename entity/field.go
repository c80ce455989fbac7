package entity

import (
	"fmt"
	"reflect"
	"time"
)

// A Domain is what kind of value a field holds, for people as for programs.
type Domain uint8

// The domains. Behind each text is its bound in characters where the tag gives
// none; Bytes are counted in bytes.
const (
	Text      Domain = iota + 1 // one line: 255
	LongText                    // lines: 1 Mi
	Markdown                    // lines, to be rendered: 1 Mi
	HTML                        // markup, to be cleaned before it is shown: 1 Mi
	Slug                        // a word of an address: lower-case letters, digits, hyphens: 200
	Email                       // the address of a mailbox: 254
	URL                         // an http or https address, or a path of this site: 2048
	Enum                        // one of Field.Enum
	Secret                      // a hash, a token: 255
	Integer                     // a whole number
	Number                      // a floating-point number
	Bool                        // yes or no
	Time                        // a moment, to the microsecond, in UTC; zero is none
	Date                        // a day: midnight in UTC; zero is none
	Reference                   // the ID of a row of Field.Ref; 0 is none
	Bytes                       // a []byte: 1 MiB
)

var domains = [...]struct {
	name string
	max  int64
}{
	Text:      {"text", 255},
	LongText:  {"long text", 1 << 20},
	Markdown:  {"markdown", 1 << 20},
	HTML:      {"html", 1 << 20},
	Slug:      {"slug", 200},
	Email:     {"email", 254},
	URL:       {"url", 2048},
	Enum:      {"enum", 64},
	Secret:    {"secret", 255},
	Integer:   {"integer", 0},
	Number:    {"number", 0},
	Bool:      {"bool", 0},
	Time:      {"time", 0},
	Date:      {"date", 0},
	Reference: {"reference", 0},
	Bytes:     {"bytes", 1 << 20},
}

// String returns the domain's name in lower case.
func (d Domain) String() string {
	if int(d) < len(domains) && d > 0 {
		return domains[d].name
	}
	return fmt.Sprintf("domain %d", uint8(d))
}

// isText reports whether values of the domain are texts; those of Secret may be
// bytes.
func (d Domain) isText() bool { return Text <= d && d <= Secret }

// IsLong reports whether the domain is a text of several lines.
func (d Domain) IsLong() bool { return d == LongText || d == Markdown || d == HTML }

// hasEmpty reports whether the domain has a value that stands for none.
func (d Domain) hasEmpty() bool {
	return d.isText() || d == Time || d == Date || d == Reference || d == Bytes
}

// A Field describes one field of an entity.
type Field struct {
	// Name is the field's name in Go.
	Name string
	// Column is its name in the table and in forms.
	Column string
	// Label is the key of the field's name in the catalogue of words:
	// "entity.news.title". A field that comes from an embedded entity has the
	// words of that one.
	Label string
	// From is the name of the entity whose struct declares the field.
	From   string
	Domain Domain

	Required bool
	// HasMin and HasMax say whether Min and Max bind: a number's value, a text's
	// characters, the number of bytes. Texts and bytes always have a Max.
	HasMin, HasMax bool
	Min, Max       int64
	// Enum are the values of an Enum, in order.
	Enum []string
	// Ref is the name of the entity to which a Reference refers.
	Ref string
	// Default is what a new row begins with, as forms write it.
	Default string
	// Null says that an empty value is stored as NULL. Empty times and bytes
	// always are.
	Null bool

	Title    bool
	List     bool
	Search   bool
	Unique   bool // alone; groups are in Entity.Indexes
	Hidden   bool
	ReadOnly bool

	// Type is the field's type in Go.
	Type  reflect.Type
	index []int
}

// Editable reports whether a form may change the field.
func (f *Field) Editable() bool {
	return !f.Hidden && !f.ReadOnly && f.Domain != Secret && f.Domain != Bytes
}

// Sized reports whether the field is a text or bytes, which have a Max.
func (f *Field) Sized() bool { return f.Domain.isText() || f.Domain == Bytes }

// Binary reports whether the field is a []byte: Bytes, or a Secret.
func (f *Field) Binary() bool { return f.Type.Kind() == reflect.Slice }

// Value returns the field's value in the struct that ptr points to.
func (f *Field) Value(ptr any) any { return f.in(ptr).Interface() }

// Empty reports whether the field has, in the struct that ptr points to, the
// value that stands for none. Numbers and truth values are never empty.
func (f *Field) Empty(ptr any) bool { return f.empty(f.in(ptr)) }

func (f *Field) in(ptr any) reflect.Value { return reflect.ValueOf(ptr).Elem().FieldByIndex(f.index) }

func (f *Field) empty(v reflect.Value) bool {
	switch {
	case !f.Domain.hasEmpty():
		return false
	case f.Domain == Time || f.Domain == Date:
		return v.Interface().(time.Time).IsZero()
	case v.Kind() == reflect.Slice:
		return v.Len() == 0
	}
	return v.IsZero()
}
