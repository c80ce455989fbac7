package wordpress

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"veche/wxr"
)

// A Report says what an import carried over and what not.
type Report struct {
	// Site is the address of the WordPress site, Title its name.
	Site, Title string
	// Counts are by kind of thing, in a fixed order.
	Counts []*Count
	// Notes are what was not carried over, or otherwise than it was.
	Notes []*Note

	kinds map[string]*Count
	notes map[string]*Note
}

// A Count is what became of the things of a kind. Every thing of the export is
// counted once, so the numbers after Found add up to it.
type Count struct {
	Kind      string
	Found     int // in the export
	Added     int
	Updated   int // the export has changed since the last import
	Unchanged int
	Kept      int // it has, but somebody edited or deleted it here: left alone
	Merged    int // carried over as part of something else
	Skipped   int // not carried over
}

// A Note is one sort of thing that was not carried over as it was.
type Note struct {
	What  string
	Count int
	// Examples are the first ones, at most 1000.
	Examples []string
}

// examplesMax bounds the examples of a note, notesMax the notes.
const (
	examplesMax = 1000
	notesMax    = 2000
)

func newReport() *Report {
	return &Report{kinds: make(map[string]*Count), notes: make(map[string]*Note)}
}

// count returns the counts of a kind.
func (r *Report) count(kind string) *Count {
	c := r.kinds[kind]
	if c == nil {
		c = &Count{Kind: kind}
		r.kinds[kind] = c
	}
	return c
}

// note notes one more of what.
func (r *Report) note(what, example string) {
	n := r.notes[what]
	if n == nil {
		if len(r.notes) >= notesMax {
			what = "and more of other sorts"
		}
		if n = r.notes[what]; n == nil {
			n = &Note{What: what}
			r.notes[what] = n
			r.Notes = append(r.Notes, n)
		}
	}
	n.Count++
	example = line(example, 200)
	if example != "" && len(n.Examples) < examplesMax && !slices.Contains(n.Examples[max(0, len(n.Examples)-8):], example) {
		n.Examples = append(n.Examples, example)
	}
}

// odd notes what the export itself has that is not as it should be.
func (r *Report) odd(s wxr.Stats) {
	for _, odd := range []struct {
		n    int64
		what string
	}{
		{s.Replaced, "forbidden characters in the export were replaced"},
		{int64(s.Unknown), "elements of the export are of no known kind"},
		{int64(s.BadValue), "numbers or dates of the export cannot be read"},
	} {
		if odd.n > 0 {
			r.note(odd.what, "")
			r.notes[odd.what].Count = int(odd.n)
		}
	}
}

// complete puts the counts in order.
func (r *Report) complete() {
	for _, kind := range []string{
		kindAuthor, kindCategory, kindTag, kindPost, kindPage, kindComment, kindAttachment, kindMenu, kindOther,
	} {
		if c := r.kinds[kind]; c != nil {
			c.Found = c.Added + c.Updated + c.Unchanged + c.Kept + c.Merged + c.Skipped
			r.Counts = append(r.Counts, c)
		}
	}
}

// Changed reports whether the import changed anything.
func (r *Report) Changed() bool {
	return slices.ContainsFunc(r.Counts, func(c *Count) bool { return c.Added+c.Updated > 0 })
}

// Write writes the report as text, with at most so many examples of each note;
// 0 for all that it has.
func (r *Report) Write(w io.Writer, examples int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n\n", r.Title, r.Site)
	fmt.Fprintf(&b, "%-12s %8s %8s %8s %9s %6s %8s %8s\n", "", "found", "added", "updated", "unchanged", "kept", "merged", "skipped")
	for _, c := range r.Counts {
		fmt.Fprintf(&b, "%-12s %8d %8d %8d %9d %6d %8d %8d\n",
			c.Kind, c.Found, c.Added, c.Updated, c.Unchanged, c.Kept, c.Merged, c.Skipped)
	}
	if len(r.Notes) > 0 {
		b.WriteString("\nNot carried over as it was:\n")
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "%8d  %s\n", n.Count, n.What)
		shown := n.Examples
		if examples > 0 && len(shown) > examples {
			shown = shown[:examples]
		}
		for _, example := range shown {
			fmt.Fprintf(&b, "          - %s\n", example)
		}
		if left := n.Count - len(shown); left > 0 && len(shown) > 0 && examples > 0 {
			fmt.Fprintf(&b, "          - and more\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
