package wxr

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// nextStart returns the next child element of the element the reader stands
// in, nil at that element's end, and io.EOF after the document. Names come
// back with the short prefix of their namespace.
func (r *Reader) nextStart() (*xml.StartElement, error) {
	for {
		tok, err := r.dec.Token()
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if err := r.enter(); err != nil {
				return nil, err
			}
			t.Name.Space = prefixOf(t.Name.Space)
			return &t, nil
		case xml.EndElement:
			r.depth--
			return nil, nil
		case xml.Directive:
			return nil, declared()
		}
	}
}

// enter counts a level of nesting.
func (r *Reader) enter() error {
	if r.depth++; r.depth > r.opts.MaxDepth {
		return &Error{Kind: TooLarge, Text: fmt.Sprintf("elements are nested deeper than %d levels", r.opts.MaxDepth)}
	}
	return nil
}

// declared refuses a document type declaration: no export has one, and
// entities are declared there.
func declared() error {
	return &Error{Kind: Forbidden, Text: "the file declares a document type; exports never do, and it is refused"}
}

// skip passes over the element just entered.
func (r *Reader) skip() error {
	r.stats.Unknown++
	for inside := 1; inside > 0; {
		tok, err := r.dec.Token()
		if err != nil {
			return err
		}
		switch tok.(type) {
		case xml.StartElement:
			inside++
			if err := r.enter(); err != nil {
				return err
			}
		case xml.EndElement:
			inside--
			r.depth--
		case xml.Directive:
			return declared()
		}
	}
	return nil
}

// text returns the character data of the element just entered. Elements inside
// it are passed over.
func (r *Reader) text() (string, error) {
	var first string
	var more *strings.Builder
	for {
		tok, err := r.dec.Token()
		if err != nil {
			return "", err
		}
		switch t := tok.(type) {
		case xml.CharData:
			switch {
			case more != nil:
				more.Write(t)
			case first == "":
				first = string(t)
			default:
				more = &strings.Builder{}
				more.WriteString(first)
				more.Write(t)
			}
		case xml.StartElement:
			if err := r.enter(); err != nil {
				return "", err
			}
			if err := r.skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			r.depth--
			if more != nil {
				return more.String(), nil
			}
			return first, nil
		case xml.Directive:
			return "", declared()
		}
	}
}

// prefixOf returns the usual prefix of a namespace, "" for plain RSS, and the
// name itself for any other.
func prefixOf(space string) string {
	switch {
	case space == "" || space == "wp" || space == "excerpt" || space == "content" || space == "dc":
		return space
	case space == "http://purl.org/rss/1.0/modules/content/":
		return "content"
	case space == "http://purl.org/dc/elements/1.1/":
		return "dc"
	}
	if _, ok := exportVersion(space); ok {
		if strings.HasSuffix(strings.TrimSuffix(space, "/"), "/excerpt") {
			return "excerpt"
		}
		return "wp"
	}
	return space
}

// exportVersion returns the version in a WordPress export namespace, such as
// http://wordpress.org/export/1.2/excerpt/.
func exportVersion(space string) (string, bool) {
	rest, ok := strings.CutPrefix(space, "http://wordpress.org/export/")
	if !ok {
		rest, ok = strings.CutPrefix(space, "https://wordpress.org/export/")
	}
	if !ok {
		return "", false
	}
	version, _, _ := strings.Cut(rest, "/")
	return version, version != ""
}

// field reads the element just entered into target: *string is taken exactly
// , numbers and dates are parsed, and what
// cannot be parsed stays zero and is counted.
func (r *Reader) field(target any) error {
	s, err := r.text()
	if err != nil {
		return err
	}
	trimmed := strings.TrimSpace(s)
	switch t := target.(type) {
	case *string:
		*t = s
	case *tidy:
		*t = tidy(trimmed)
	case *slug:
		*t = slug(decodeSlug(trimmed))
	case *int64:
		*t = r.number(trimmed)
	case *int:
		*t = int(r.number(trimmed))
	case *bool:
		*t = trimmed == "1" || trimmed == "true"
	case *wall:
		*t = wall(r.date(trimmed, "2006-01-02 15:04:05"))
	case *pub:
		*t = pub(r.date(trimmed, time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700"))
	default:
		panic(fmt.Sprintf("wxr: no way to read a field into %T", target))
	}
	return nil
}

// The types that tell field how to read.
type (
	tidy string    // a string whose surrounding space means nothing
	slug string    // a tidy string that may be percent-encoded
	wall time.Time // "2006-01-02 15:04:05"
	pub  time.Time // the date format of RSS
)

// number parses a whole number, 0 and counted if it is none.
func (r *Reader) number(s string) int64 {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		r.stats.BadValue++
		return 0
	}
	return n
}

// date parses a date, zero and counted if it is none. The dates WordPress
// writes for "never" are zero and not counted.
func (r *Reader) date(s string, layouts ...string) time.Time {
	if s == "" || strings.HasPrefix(s, "0000-00-00") || strings.Contains(s, " -0001 ") {
		return time.Time{}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	r.stats.BadValue++
	return time.Time{}
}

// decodeSlug undoes percent-encoding, which WordPress uses in slugs outside
// ASCII. What does not decode to clean text stays as it is.
func decodeSlug(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	decoded, err := url.PathUnescape(s)
	if err != nil || !utf8.ValidString(decoded) {
		return s
	}
	for _, c := range decoded {
		if c == '/' || c == '\\' || c == '%' || !unicode.IsPrint(c) {
			return s
		}
	}
	return decoded
}
