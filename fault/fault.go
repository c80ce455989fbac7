// Package fault is the one error type that a program shows to people: a kind,
// words for the visitor, and an inner cause that goes to the log and never to
// the page.
//
// Code that fails for a reason the visitor can understand returns a fault;
// everything else returns an ordinary error, which counts as [Internal]. Wrap
// both with fmt.Errorf("doing what: %w", err) on the way up. At the door one
// place asks [Of] and answers with the kind's status.
package fault

import (
	"errors"
	"fmt"
	"net/http"
)

// A Kind is the class of an error: what the visitor can do about it.
type Kind uint8

// The kinds.
const (
	Internal     Kind = iota // a defect or a broken machine: nothing, but try later
	Invalid                  // the input is wrong: mend it
	Unauthorized             // nobody is signed in: sign in
	Forbidden                // the viewer may not do this
	NotFound                 // there is no such thing, or the viewer may not know of it
	NotAllowed               // the thing is there, but not for what was asked of it
	Conflict                 // somebody else changed it first: look and try again
	TooLarge                 // the input is larger than the bound
	TooMany                  // too often: wait
	Unavailable              // a part of the system is away: try again soon
)

var kinds = [...]struct {
	name   string
	status int
}{
	Internal:     {"internal", http.StatusInternalServerError},
	Invalid:      {"invalid", http.StatusUnprocessableEntity},
	Unauthorized: {"unauthorized", http.StatusUnauthorized},
	Forbidden:    {"forbidden", http.StatusForbidden},
	NotFound:     {"not found", http.StatusNotFound},
	NotAllowed:   {"not allowed", http.StatusMethodNotAllowed},
	Conflict:     {"conflict", http.StatusConflict},
	TooLarge:     {"too large", http.StatusRequestEntityTooLarge},
	TooMany:      {"too many", http.StatusTooManyRequests},
	Unavailable:  {"unavailable", http.StatusServiceUnavailable},
}

// String returns the kind's name in lower case.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k].name
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Status returns the HTTP status that answers an error of the kind.
func (k Kind) Status() int {
	if int(k) < len(kinds) {
		return kinds[k].status
	}
	return http.StatusInternalServerError
}

// An Error is what went wrong, for the visitor and for the log.
type Error struct {
	Kind Kind
	// Words are for the visitor: the key of a text in the catalogue of words
	// ("account.wrong_password"). Empty means the kind's own words.
	Words string
	// Args fill the places in the text.
	Args []any
	// Fields are the words for single fields of a form, by the field's name.
	Fields map[string]string
	// Cause is for the log only. It may be nil.
	Cause error
}

// New returns an error of the kind with words for the visitor: a key of the
// catalogue and what fills its places.
func New(kind Kind, words string, args ...any) *Error {
	return &Error{Kind: kind, Words: words, Args: args}
}

// Because returns an error of the kind whose cause goes to the log.
func Because(cause error, kind Kind, words string, args ...any) *Error {
	return &Error{Kind: kind, Words: words, Args: args, Cause: cause}
}

// InFields returns an Invalid error that names the words for each wrong field.
func InFields(fields map[string]string) *Error {
	return &Error{Kind: Invalid, Words: "fault.fields", Fields: fields}
}

// Error describes the error for the log: everything it holds.
func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Words != "" {
		s += ": " + e.Words
	}
	if len(e.Args) > 0 {
		s += fmt.Sprint(e.Args)
	}
	if len(e.Fields) > 0 {
		s += fmt.Sprint(e.Fields)
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Of returns the fault that err is or wraps; an error that holds none is an
// Internal fault caused by it. Of(nil) is nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Cause: err}
}

// Is reports whether err is or wraps a fault of the kind.
func Is(err error, kind Kind) bool { return err != nil && Of(err).Kind == kind }
