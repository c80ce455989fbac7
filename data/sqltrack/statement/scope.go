package statement

import (
	"maps"
	"slices"

	"veche/data/sqltrack/statement/syntax"
	"veche/track"
)

// maxMentions bounds the mentions of tables in one statement, so that names
// which may belong to any of them cost little.
const maxMentions = 128

// A mention is one place where the statement names a table.
type mention struct {
	table   string
	called  syntax.Ident
	columns map[string]bool
	all     bool // every column is looked at
	// renamed is set where the mention gives the columns names of its own.
	renamed bool
	// nullable is set where an outer join may put NULLs for a row.
	nullable bool
	// whole is set where rows that no condition selects still count.
	whole  bool
	conds  []track.Cond
	scope  *scope
	window *Window
	order  []track.Order
}

// A derived is a source of a scope that is no table itself.
type derived struct {
	called  syntax.Ident
	outputs outputs
}

// outputs are the names of a derived table's columns. In an open one there
// may be others.
type outputs struct {
	names []string
	open  bool
}

// A scope is what one SELECT, and the queries inside it, can speak of.
type scope struct {
	parent  *scope
	tables  []*mention
	derived []derived
	// loose are the names used without a table, which may belong to any of the
	// tables.
	loose map[string]bool
	with  *visible
}

// visible is a list of the names of WITH that a query sees, the nearest first.
type visible struct {
	name    syntax.Ident
	outputs outputs
	next    *visible
}

func (v *visible) find(name syntax.Ident) *visible {
	for ; v != nil; v = v.next {
		if v.name.Name == name.Name {
			return v
		}
	}
	return nil
}

func (m *mention) use(column string) {
	if m.columns == nil {
		m.columns = make(map[string]bool)
	}
	m.columns[column] = true
}

// names returns the columns that are looked at, nil for all, and those among
// them that may be another table's.
func (m *mention) names() (columns, doubtful []string) {
	if m.all || m.renamed {
		return nil, nil
	}
	for name := range m.scope.loose {
		if !m.columns[name] {
			doubtful = append(doubtful, name)
		}
	}
	slices.Sort(doubtful)
	columns = slices.AppendSeq(make([]string, 0, len(m.columns)+len(doubtful)), maps.Keys(m.columns))
	columns = append(columns, doubtful...)
	slices.Sort(columns)
	return columns, slices.DeleteFunc(doubtful, func(name string) bool { return hidden[name] || m.scope.names(name) })
}

// hidden are the columns that tables have without saying so.
var hidden = setOf("rowid oid _rowid_ ctid xmin xmax cmin cmax tableoid rank")

// names reports whether a table of the scope or of an outer one has the name,
// which then stands for a whole row.
func (s *scope) names(name string) bool {
	for ; s != nil; s = s.parent {
		if slices.ContainsFunc(s.tables, func(m *mention) bool { return m.called.Key == name }) {
			return true
		}
	}
	return false
}

// useName notes a name without a table. It may belong to any table of its
// scope, and if none has it to one of an outer scope, unless a derived table
// is known to have it. useName returns false if there is no source at all.
func (s *scope) useName(column string) (found bool) {
	for ; s != nil; s = s.parent {
		found = found || s.tables != nil || s.derived != nil
		if s.derives(column) {
			return true
		}
		if s.loose == nil {
			s.loose = make(map[string]bool)
		}
		s.loose[column] = true
	}
	return found
}

// derives reports whether a derived table of the scope surely has the column.
func (s *scope) derives(column string) bool {
	for i := range s.derived {
		if slices.Contains(s.derived[i].outputs.names, column) {
			return true
		}
	}
	return false
}

// useOf notes the column of the source that is called table, or all its
// columns for "". It returns false if there is no such source. Where the name
// may be that of a source further out as well, both are noted.
func (s *scope) useOf(table syntax.Ident, column string, schema bool) bool {
	found := false
	for ; s != nil; s = s.parent {
		certain := false
		for _, m := range s.tables {
			if m.called.Key != table.Key {
				continue
			}
			found = true
			certain = certain || m.called.Name == table.Name && !schema
			if column == "" {
				m.all = true
			} else {
				m.use(column)
			}
		}
		for i := range s.derived {
			if s.derived[i].called.Key == table.Key {
				found = true
				certain = certain || s.derived[i].called.Name == table.Name && !schema
			}
		}
		if certain {
			return true
		}
	}
	return found
}

// useAll notes all columns of every source that can be spoken of.
func (s *scope) useAll() {
	for ; s != nil; s = s.parent {
		for _, m := range s.tables {
			m.all = true
		}
	}
}

// owner returns the mention of this very scope that a column belongs to, nil if
// that is in doubt. A name without a table belongs to the only table here, or
// to none here; then the conditions on it prove nothing, since no image of the
// table's rows has it.
func (s *scope) owner(e *syntax.Expr) *mention {
	if e.Schema {
		return nil
	}
	var owner *mention
	for _, m := range s.tables {
		switch {
		case e.Table.Given() && m.called.Key != e.Table.Key:
			continue
		case owner != nil, e.Table.Given() && m.called.Name != e.Table.Name:
			return nil
		}
		owner = m
	}
	for i := range s.derived {
		d := &s.derived[i]
		if e.Table.Given() {
			if d.called.Key == e.Table.Key {
				return nil
			}
		} else if d.outputs.open || slices.Contains(d.outputs.names, e.Name.Key) {
			return nil
		}
	}
	if owner == nil || owner.renamed {
		return nil
	}
	return owner
}
