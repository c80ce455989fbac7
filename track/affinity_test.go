package track_test

import (
	"testing"

	"veche/track"
)

// In a column of numeric affinity SQLite compares the argument '2024' as the
// number, which comes before every text; here that cannot be told from a column
// of texts, so the order of a text and a number in writing is unknown.
func TestOrderOfATextAndANumberInWritingIsUnknown(t *testing.T) {
	columns := track.NewColumns("year")
	after := track.Query{Table: "t", Where: track.Cmp("year", track.Greater, track.Param(1))}
	for _, c := range []struct {
		row, arg string
		want     bool
	}{
		{"", "2024", true},
		{"!", "-1.5e3", true},
		{"2024", "abc", true},
		{"2023", "2024", false},
		{"abc", "abd", false},
		{"--", "-", true},
	} {
		read := track.Read{Query: &after, Args: []track.Value{c.arg}}
		change := track.Change{Table: "t", After: track.NewRow(columns, []track.Value{c.row})}
		if got := read.Touched(&change); got != c.want {
			t.Errorf("year = %q, year > %q: touched %v, want %v", c.row, c.arg, got, c.want)
		}
	}
}
