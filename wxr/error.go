package wxr

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Kind says what sort of fault ended the reading.
type Kind int

// The kinds of fault.
const (
	Malformed  Kind = iota + 1 // not well-formed XML
	NotWXR                     // XML or something else, but no export we read
	Truncated                  // the file ends too early
	Forbidden                  // a document type declaration or an undeclared entity
	Encoding                   // not UTF-8, or forbidden characters under Options.Strict
	TooLarge                   // a bound of Options is exceeded
	ReadFailed                 // the stream itself failed; Err holds the cause
)

// String returns the name of the kind.
func (k Kind) String() string {
	names := [...]string{"", "Malformed", "NotWXR", "Truncated", "Forbidden", "Encoding", "TooLarge", "ReadFailed"}
	if k < 1 || int(k) >= len(names) {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return names[k]
}

// An Error ends the reading of an export.
type Error struct {
	Kind   Kind
	Line   int    // line of the file, from 1; 0 if not known
	Offset int64  // bytes of the file read when the fault was seen
	Text   string // what is wrong, without position
	Err    error  // the cause, if there is one; may be nil
}

// Error returns one sentence with the position.
func (e *Error) Error() string {
	where := "wxr: "
	if e.Line > 0 {
		where = fmt.Sprintf("wxr: line %d (byte %d): ", e.Line, e.Offset)
	}
	if e.Err != nil && e.Kind == ReadFailed {
		return where + e.Text + ": " + e.Err.Error()
	}
	return where + e.Text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fail turns whatever ended the reading into an *Error with a position, and
// remembers it.
func (r *Reader) fail(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		e = r.translate(err)
	}
	if e.Line == 0 {
		e.Line, e.Offset = r.source.line, r.source.taken
	}
	r.err = e
	return e
}

// translate says in our words what the decoder says in its own.
func (r *Reader) translate(err error) *Error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{Kind: Truncated, Text: "the file ends in the middle of the export", Err: err}
	}
	syntax, ok := errors.AsType[*xml.SyntaxError](err)
	if !ok {
		return &Error{Kind: Malformed, Text: clip(err.Error()), Err: err}
	}
	switch msg := syntax.Msg; {
	case strings.Contains(msg, "unexpected EOF"):
		return &Error{Kind: Truncated, Text: "the file ends in the middle of the export", Err: err}
	case strings.Contains(msg, "invalid character entity"):
		name := strings.TrimSpace(strings.TrimPrefix(msg, "invalid character entity"))
		return &Error{Kind: Forbidden, Text: fmt.Sprintf("the entity %q is not declared in XML", clip(name)), Err: err}
	case strings.Contains(msg, "illegal character code"):
		return &Error{Kind: Encoding, Text: "a character reference names a character that XML forbids", Err: err}
	default:
		return &Error{Kind: Malformed, Text: "the XML is not well-formed: " + clip(msg), Err: err}
	}
}

// clip shortens text of the file that goes into an error, and keeps it on one
// line.
func clip(s string) string {
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "?")
	if runes := []rune(s); len(runes) > 80 {
		s = string(runes[:80]) + "…"
	}
	return s
}
