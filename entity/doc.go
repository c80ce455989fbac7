// Package entity describes Go structs with tags, once, so that tables, forms,
// lists, validation, search and an API can all follow from one description.
//
// It serves any program whose data are structs and that would otherwise say
// what a field is in five places. It knows nothing of databases or pages.
//
// # Usage
//
// An entity is a struct that embeds [Base], or another entity, which it then
// extends:
//
//	type News struct {
//		entity.Base
//		Title     string    `entity:"title,required,max=200,list,search"`
//		Slug      string    `entity:"slug,required,unique"`
//		Body      string    `entity:"markdown,required,search"`
//		State     string    `entity:"enum=draft|review|published,default=draft,list"`
//		SectionID int64     `entity:"ref=section,index=shown"`
//		PublishAt time.Time `entity:"index=shown"`
//	}
//
//	news, err := entity.Of[News]() // bad tags are errors that name the field
//
//	err = news.Decode(&n, form, "title", "body") // only these, whatever else the form holds
//	news.Normalise(&n)
//	err = news.Validate(&n)                      // an *Invalid with a problem for each wrong field
//
// # Tags
//
// The type of a field gives its domain (string is a line of text, time.Time a
// moment, ...); a word in the tag can choose another. Words are separated by
// commas.
//
//	long markdown html slug email url   domains of strings
//	enum=a|b|c                          a string, one of these
//	secret                              a string or []byte that is never listed, shown, read from a form or exported
//	date                                a time.Time at midnight UTC
//	ref=section                         an integer, the ID of an entity of that name; 0 is none
//	required                            empty is refused (texts, references, times, bytes)
//	min=1 max=200                       bounds: of a number its value, of a text its characters, of bytes their number
//	default=draft                       what a new row begins with, and what rows get that are older than the field
//	null                                an empty text or reference is stored as NULL, so that unique ignores it
//	unique unique=group                 no two rows agree, in this field or in all fields of the group
//	index index=group                   rows are often found by this field, or by the group in the order of its fields
//	title                               the text by which people call the row; at most one field
//	list search                         shown in lists; looked through by searches
//	hidden readonly                     not in forms; shown in forms but not to be changed there
//	table=name                          on an embedded struct: the entity's name, if not the type's in snake_case
//	-                                   not part of the entity
//
// # Guarantees
//
//   - A description does not change and may be used from many goroutines.
//   - Decode sets the named fields and no others: there is no mass assignment.
//   - Every text is bounded: one without max= has the bound of its domain, see [Domain].
//   - What Validate accepts is valid UTF-8 without NUL or other control
//     characters (but for tabs and line feeds in long texts).
//   - Secrets are neither decoded nor encoded.
//
// # Limits
//
// A field that may be absent is empty, never a pointer: the empty text, the zero
// time, reference 0. Numbers and truth values are always there. A moment is
// kept to the microsecond, in UTC.
package entity
