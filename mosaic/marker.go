package mosaic

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"strings"
)

// markers are what templates leave in their output where a hole is. They carry
// a secret of the process, so that no content can forge one.
type markers struct{ secret string }

const (
	markHole = 'h'
	markSlot = 's'
	markEnd  = "\x00"
)

func newMarkers() markers {
	var secret [16]byte
	_, _ = rand.Read(secret[:]) // it never fails, but ends the program
	return markers{markEnd + hex.EncodeToString(secret[:])}
}

// hole leaves the place for the fragment of the key.
func (m markers) hole(key string) template.HTML {
	return template.HTML(m.secret + string(markHole) + key + markEnd)
}

// slot leaves the place for all that a page puts in the slot of the name.
func (m markers) slot(name string) (template.HTML, error) {
	if name == "" || strings.ContainsAny(name, "\x00<>&") {
		return "", fmt.Errorf("%q does not name a slot", name)
	}
	return template.HTML(m.secret + string(markSlot) + name + markEnd), nil
}

var (
	errMisplaced = errors.New("a fragment or slot stands where there is no text: in an attribute, a title, a script or a style")
	errNoFrame   = errors.New("a slot stands in a template that is no frame")
)

// cut turns a template's output into the piece's bytes and holes. place gives
// the component and identity of a key; a piece that is no frame has no slots.
func (p *piece) cut(m markers, out []byte, frame bool, place func(key string) (*component, *identity, error)) error {
	p.html = make([]byte, 0, len(out))
	for {
		before, rest, found := bytes.Cut(out, []byte(m.secret))
		p.html = append(p.html, before...)
		if !found {
			break
		}
		mark, after, closed := bytes.Cut(rest, []byte(markEnd))
		if !closed || len(mark) == 0 {
			return errMisplaced
		}
		h := hole{at: len(p.html)}
		switch name := string(mark[1:]); {
		case mark[0] == markSlot && !frame:
			return errNoFrame
		case mark[0] == markSlot:
			h.slot = name
		case mark[0] == markHole:
			var err error
			if h.component, h.id, err = place(name); err != nil {
				return err
			}
		default:
			return errMisplaced
		}
		p.holes = append(p.holes, h)
		out = after
	}
	// In an attribute the marker was escaped: its secret is still there.
	if bytes.Contains(p.html, []byte(m.secret[len(markEnd):])) {
		return errMisplaced
	}
	return nil
}
