package statement

import (
	"slices"
	"strings"

	"veche/data/sqltrack/statement/syntax"
	"veche/track"
)

// use notes everything that an expression looks at, for one that is not
// understood or stands where no row is selected.
func (a *analysis) use(sc *scope, e *syntax.Expr) {
	if e == nil {
		return
	}
	switch e.Op {
	case syntax.OpColumn:
		a.useColumn(sc, e)
	case syntax.OpStar:
		a.useStar(sc, e)
	case syntax.OpCall:
		a.function(e)
	case syntax.OpQuery, syntax.OpExists:
		a.query(e.Query, sc, sc.with)
	case syntax.OpMember:
		a.member(sc, e)
	case syntax.OpMatch:
		// How well a row matches hangs on all the others.
		for s := sc; s != nil; s = s.parent {
			for _, m := range s.tables {
				m.whole = true
			}
		}
		a.fallBack("MATCH ... AGAINST")
	}
	a.useList(sc, e.Kids)
}

func (a *analysis) useList(sc *scope, list []*syntax.Expr) {
	for _, e := range list {
		a.use(sc, e)
	}
}

func (a *analysis) useColumn(sc *scope, e *syntax.Expr) {
	if !e.Table.Given() {
		if !sc.useName(e.Name.Key) {
			a.fail("the column %s without a table", e.Name.Name)
		}
		return
	}
	if !sc.useOf(e.Table, e.Name.Key, e.Schema) {
		sc.useAll()
		a.fallBack("unknown table " + e.Table.Name)
	}
}

func (a *analysis) useStar(sc *scope, e *syntax.Expr) {
	if e.Table.Given() {
		if !sc.useOf(e.Table, "", e.Schema) {
			sc.useAll()
			a.fallBack("unknown table " + e.Table.Name)
		}
		return
	}
	for _, m := range sc.tables {
		m.all = true
	}
}

// member notes the table of SQLite's x IN table.
func (a *analysis) member(sc *scope, e *syntax.Expr) {
	if sc.with.find(e.Name) != nil {
		return
	}
	if catalog(a.d, "", e.Name.Key) {
		a.note(e.Name.Key)
		return
	}
	a.add(&mention{table: e.Name.Key, all: true, scope: &scope{}})
}

// function notes a call of a function that may answer differently each time.
func (a *analysis) function(e *syntax.Expr) {
	switch {
	case e.Schema, kindOfCall(a.d, e.Word) == callUnknown:
		a.note(e.Word + "()")
		if a.calls == "" {
			a.calls = e.Word + "()"
		}
	case kindOfCall(a.d, e.Word) == callVolatile, a.d == SQLite && timesSQLite[e.Word] && !timeFixed(e),
		a.d == Postgres && e.Word == "age" && len(e.Kids) < 2,
		a.d == MySQL && e.Word == "unix_timestamp" && len(e.Kids) == 0:
		a.note(e.Word + "()")
	}
}

// timesSQLite are SQLite's functions of time, which speak of the present where
// their time is left out or is the text 'now'.
var timesSQLite = setOf("date time datetime julianday unixepoch strftime timediff")

// timeFixed reports whether the call of such a function names a fixed time:
// what a parameter holds is not known, and may be 'now'.
func timeFixed(e *syntax.Expr) bool {
	args := e.Kids
	if e.Word == "strftime" && len(args) > 0 {
		args = args[1:]
	}
	if len(args) == 0 || e.Word == "timediff" && len(args) < 2 {
		return false
	}
	if s, ok := args[0].Value.(string); ok && (s == "" || strings.IndexByte("-0123456789", s[0]) < 0) {
		return false
	}
	return !slices.ContainsFunc(args, mayBeNow)
}

func mayBeNow(e *syntax.Expr) bool {
	switch e.Op {
	case syntax.OpParam, syntax.OpQuery, syntax.OpLiteral:
		return true
	case syntax.OpConst:
		s, _ := e.Value.(string)
		return strings.EqualFold(strings.TrimSpace(s), "now")
	}
	return slices.ContainsFunc(e.Kids, mayBeNow)
}

// queries returns the queries of all mentions.
func (a *analysis) queries(text string) []Read {
	reads := make([]Read, 0, len(a.mentions))
	for _, m := range a.mentions {
		if m.whole {
			for _, c := range m.conds {
				useColumns(m, c)
			}
			m.conds = nil
		}
		q := &track.Query{Label: text, Table: m.table, Texts: a.texts(), Order: m.order}
		switch len(m.conds) {
		case 0:
		case 1:
			q.Where = m.conds[0]
		default:
			q.Where = track.All(m.conds...)
		}
		r := Read{Query: q, Window: m.window}
		q.Columns, r.Doubtful = m.names()
		reads = append(reads, r)
	}
	return reads
}

func useColumns(m *mention, c track.Cond) {
	if c.Column != "" {
		m.use(c.Column)
	}
	for _, kid := range c.Kids {
		useColumns(m, kid)
	}
}

func (a *analysis) texts() track.Collation {
	switch a.d {
	case Postgres:
		return track.Exact
	case MySQL:
		return track.Folded
	}
	return track.Binary
}
