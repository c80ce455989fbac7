package sqltrack

import (
	"slices"
	"strings"

	"veche/track"
)

// A ForeignKey is a reference between tables by which the database alters rows of
// Table when rows of Parent are deleted or the Columns of Parent updated.
type ForeignKey struct {
	Table, Parent      string
	Columns            []string
	OnDelete, OnUpdate bool
}

// Link fills in OnDelete, OnUpdate and Referenced of the tables, through any
// number of keys, and Triggers where a table that is reached has some.
func Link(tables map[string]*Table, keys []ForeignKey) {
	for _, t := range tables {
		reached := reach(t.Name, keys)
		for _, k := range keys {
			if k.Parent != t.Name {
				continue
			}
			if k.OnUpdate {
				t.Referenced = append(t.Referenced, k.Columns...)
				t.OnUpdate = reached
			}
			if k.OnDelete {
				t.OnDelete = reached
			}
		}
	}
	triggers := make(map[string]bool)
	for name, t := range tables {
		triggers[name] = t.Triggers
	}
	for _, t := range tables {
		for _, name := range append(slices.Clone(t.OnDelete), t.OnUpdate...) {
			t.Triggers = t.Triggers || triggers[name]
		}
	}
}

// reach returns the tables that the keys lead to from the given one, in order.
func reach(from string, keys []ForeignKey) []string {
	seen := make(map[string]bool)
	for todo := []string{from}; len(todo) > 0; todo = todo[1:] {
		for _, k := range keys {
			if k.Parent == todo[0] && (k.OnDelete || k.OnUpdate) && !seen[k.Table] {
				seen[k.Table] = true
				todo = append(todo, k.Table)
			}
		}
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// A Shape collects the columns of a table as a session reads them.
type Shape struct {
	*Table
	names []string
}

// Add appends a column; its name is folded to lower case.
func (s *Shape) Add(name, typ string) {
	name = strings.ToLower(name)
	if slices.Contains(s.names, name) {
		s.Coarse = "a table with two columns of one name"
	}
	s.names = append(s.names, name)
	s.Types = append(s.Types, typ)
}

// Done completes the table.
func (s *Shape) Done() { s.Columns = track.NewColumns(s.names...) }
