package sqltrack

import (
	"strings"

	"veche/track"
)

// A Log collects what the statements on one connection change, until their
// transaction ends. It belongs to the connection's goroutine.
type Log struct {
	k       *Connector
	changes []track.Change
	tables  map[string]*tally
	marks   []mark
	own     *catalog // as the transaction sees it, nil if it has not looked
	schema  bool     // a schema statement is among the changes

	committed  bool // the database has committed by itself
	rolledBack bool // the database has rolled back by itself
}

// tally is what the log knows of a table in this transaction.
type tally struct {
	rows  int  // images logged
	whole bool // a change of the whole table is among the changes
	idle  bool // nobody watched the table when it was first touched
}

// mark is a savepoint: the changes before it.
type mark struct {
	name string
	at   int
}

// Known returns the table of the given name in the catalog as last read, nil if
// it is not there or the schema may have changed since.
func (l *Log) Known(name string) *Table {
	known := l.own
	if known == nil {
		known = l.k.catalog.Load()
	}
	if known == nil || known.schema != l.k.schema.Load() {
		return nil
	}
	return known.tables[name]
}

// Wants reports whether images of the table's rows are worth taking. Where they
// are not, it has logged a change of the whole table.
func (l *Log) Wants(name string) bool {
	t := l.tally(name)
	switch {
	case t.whole:
		return false
	case t.idle:
		l.Table(name, "nobody read it")
		return false
	case t.rows >= l.k.o.MaxImages:
		l.Table(name, "more rows than Options.MaxImages")
		return false
	}
	return true
}

func (l *Log) tally(name string) *tally {
	t := l.tables[name]
	if t == nil {
		t = &tally{idle: l.k.o.Tracker == nil || !l.k.o.Tracker.Watched(name)}
		l.tables[name] = t
	}
	return t
}

// Row logs the change of one row. Either image may be the zero Row.
func (l *Log) Row(table string, before, after track.Row) {
	l.tally(table).rows++
	l.k.count.images.Add(1)
	l.changes = append(l.changes, track.Change{Table: table, Before: before, After: after})
}

// Table logs that any row of the table may have changed, and why no more is
// known.
func (l *Log) Table(name, why string) {
	t := l.tally(name)
	if t.whole {
		return
	}
	t.whole = true
	l.k.count.coarse(why)
	l.changes = append(l.changes, track.Change{Table: name})
}

// Everything logs that anything may have changed, and why no more is known.
func (l *Log) Everything(why string) {
	l.k.count.coarse(why)
	n := len(l.changes)
	if n > 0 && l.changes[n-1].Table == "" && (len(l.marks) == 0 || l.marks[len(l.marks)-1].at < n) {
		return
	}
	l.changes = append(l.changes, track.Everything())
}

// Committed is called by a session whose database says so: what was logged is
// being made permanent.
func (l *Log) Committed() { l.committed = true }

// RolledBack is called by a session whose database says so: what was logged has
// been undone, and no transaction is open.
func (l *Log) RolledBack() {
	l.discard()
	l.committed, l.rolledBack = false, true
}

// alter notes that the schema may have changed.
func (l *Log) alter() {
	l.Everything("a schema statement")
	l.schema = true
	l.k.forgetSchema()
}

// savepoint remembers where the log stands.
func (l *Log) savepoint(name string) {
	l.marks = append(l.marks, mark{name, len(l.changes)})
}

// find returns the place of the latest savepoint of the name, -1 for none.
func (l *Log) find(name string) int {
	for i := len(l.marks) - 1; i >= 0; i-- {
		if strings.EqualFold(l.marks[i].name, name) {
			return i
		}
	}
	return -1
}

// release forgets the savepoint and those after it, and reports whether it was
// the outermost.
func (l *Log) release(name string) bool {
	i := l.find(name)
	if i >= 0 {
		l.marks = l.marks[:i]
	}
	return i == 0
}

// rollbackTo takes back what was logged since the savepoint, which stays.
func (l *Log) rollbackTo(name string) {
	i := l.find(name)
	if i < 0 {
		return // unheard of: what was logged stays, which errs to the safe side
	}
	l.marks = l.marks[:i+1]
	clear(l.changes[l.marks[i].at:])
	l.changes = l.changes[:l.marks[i].at]
	for _, t := range l.tables {
		t.whole, t.rows = false, 0
	}
	for i := range l.changes {
		c := &l.changes[i]
		t := l.tally(c.Table)
		t.rows++
		t.whole = t.whole || !c.Before.Exists() && !c.After.Exists()
	}
}

// take returns the changes, each table that changed as a whole once and without
// its rows, and empties the log.
func (l *Log) take() []track.Change {
	var changes []track.Change
	for _, c := range l.changes {
		if c.Table == "" {
			changes = []track.Change{c}
			break
		}
		if t := l.tables[c.Table]; t == nil || !t.whole || !c.Before.Exists() && !c.After.Exists() {
			changes = append(changes, c)
		}
	}
	l.empty()
	return changes
}

// discard drops what was logged: it was rolled back.
func (l *Log) discard() {
	if l.schema {
		l.k.forgetSchema()
	}
	l.empty()
}

func (l *Log) empty() {
	l.changes, l.marks, l.schema = nil, nil, false
	clear(l.tables)
}
