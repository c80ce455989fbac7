package statement

import (
	"fmt"
	"slices"
	"strings"

	"veche/data/sqltrack/statement/syntax"
	"veche/track"
)

// An analysis finds what the queries of one statement read.
type analysis struct {
	d        Dialect
	mentions []*mention
	sources  map[*syntax.Source]*mention // those of the sources that are tables
	volatile string
	calls    string
	fallback string
	err      error
}

func (a *analysis) fail(format string, args ...any) {
	if a.err == nil {
		a.err = fmt.Errorf(format, args...)
	}
}

func (a *analysis) note(reason string) {
	if a.volatile == "" {
		a.volatile = reason
	}
}

func (a *analysis) fallBack(reason string) {
	if a.fallback == "" {
		a.fallback = reason
	}
}

// query analyses a query inside the scope and returns what its columns are
// called.
func (a *analysis) query(q *syntax.Query, parent *scope, with *visible) outputs {
	if q.Locking != "" {
		a.note(q.Locking)
	}
	with = a.with(q.With, parent, with)
	if s := q.Single(); s != nil {
		return a.selection(s, q, parent, with)
	}
	var out outputs
	var scopes []*scope
	for i, m := range q.Members {
		inner := &syntax.Query{}
		var o outputs
		if m.Select != nil {
			sc := &scope{parent: parent, with: with}
			o = a.inScope(m.Select, inner, sc)
			scopes = append(scopes, sc)
		} else {
			o = a.query(m.Nested, parent, with)
		}
		if i == 0 {
			out = o
		}
	}
	a.compoundOrder(q, scopes, &scope{parent: parent, with: with})
	return out
}

// compoundOrder analyses ORDER BY and LIMIT of a set operation, which speak of
// the columns of the result; other names are looked for everywhere.
func (a *analysis) compoundOrder(q *syntax.Query, scopes []*scope, outer *scope) {
	for _, k := range q.Order {
		if k.Expr.Op == syntax.OpColumn && !k.Expr.Table.Given() {
			continue
		}
		a.use(outer, k.Expr)
		for _, s := range scopes {
			a.use(s, k.Expr)
		}
	}
	a.use(outer, q.Limit)
	a.use(outer, q.Offset)
}

// with analyses the queries of a WITH and returns the names that are visible
// after it. A name that is used before its query ends is taken for a table
// unless the query is recursive; that is true in one dialect and one read too
// many in another.
func (a *analysis) with(list []syntax.CTE, parent *scope, with *visible) *visible {
	for i := range list {
		c := &list[i]
		inner := with
		if c.Recursive {
			inner = &visible{name: c.Name, outputs: renamed(outputs{open: true}, c.Columns), next: with}
		}
		out := a.query(c.Query, parent, inner)
		with = &visible{name: c.Name, outputs: renamed(out, c.Columns), next: with}
	}
	return with
}

// renamed gives the first columns other names.
func renamed(out outputs, columns []syntax.Ident) outputs {
	if columns == nil {
		return out
	}
	names := make([]string, 0, len(columns))
	for _, c := range columns {
		names = append(names, c.Key)
	}
	if out.open || len(out.names) != len(columns) {
		return outputs{names: names, open: true}
	}
	return outputs{names: names}
}

func (a *analysis) selection(s *syntax.Selection, q *syntax.Query, parent *scope, with *visible) outputs {
	return a.inScope(s, q, &scope{parent: parent, with: with})
}

// inScope analyses one SELECT with the order and limits of its query.
func (a *analysis) inScope(s *syntax.Selection, q *syntax.Query, sc *scope) outputs {
	if s.From != nil {
		a.collect(sc, s.From)
		a.joins(sc, s.From)
	}
	if s.Where != nil {
		a.filter(sc, s.Where, func(m *mention, c track.Cond) bool {
			return !m.nullable || rejectsNulls(c)
		})
	}
	bare := s.Counted && !s.Distinct && s.Group == nil && s.Having == nil
	for _, it := range s.Items {
		if it.Expr.Op != syntax.OpStar || !bare {
			a.use(sc, it.Expr)
		}
	}
	a.useList(sc, s.Group)
	a.useList(sc, s.Windows)
	a.use(sc, s.Having)
	for _, k := range q.Order {
		if !hasAlias(s, k.Expr) {
			a.use(sc, k.Expr)
		}
	}
	a.use(sc, q.Limit)
	a.use(sc, q.Offset)
	return outputsOf(s)
}

// hasAlias reports whether the sort key is a name that the select list gives
// to one of its items: every dialect looks there first.
func hasAlias(s *syntax.Selection, e *syntax.Expr) bool {
	if e.Op != syntax.OpColumn || e.Table.Given() {
		return false
	}
	return slices.ContainsFunc(s.Items, func(it syntax.Item) bool { return it.Alias.Given() && it.Alias.Name == e.Name.Name })
}

// outputsOf returns the columns of the result.
func outputsOf(s *syntax.Selection) outputs {
	out := outputs{}
	for _, it := range s.Items {
		switch {
		case it.Alias.Given():
			out.names = append(out.names, it.Alias.Key)
		case it.Expr.Op == syntax.OpColumn:
			out.names = append(out.names, it.Expr.Name.Key)
		default:
			out.open = true
		}
	}
	return out
}

// collect enters the sources of a FROM into the scope.
func (a *analysis) collect(sc *scope, s *syntax.Source) {
	switch s.Kind {
	case syntax.SourceJoin:
		a.collect(sc, s.Left)
		a.collect(sc, s.Right)
		return
	case syntax.SourceTable:
		a.table(sc, s)
	case syntax.SourceQuery:
		outer := sc.parent
		if s.Lateral {
			outer = sc
		}
		out := a.query(s.Query, outer, sc.with)
		sc.derived = append(sc.derived, derived{called: s.Alias, outputs: renamed(out, s.Columns)})
	case syntax.SourceCall:
		a.useList(sc, s.Calls)
		sc.derived = append(sc.derived, derived{called: s.Called(), outputs: outputs{open: true}})
		return
	}
	a.useList(sc, s.Calls)
}

// table enters the mention of a table, of a query of WITH, or of what the
// database keeps about itself.
func (a *analysis) table(sc *scope, s *syntax.Source) {
	if !s.Schema.Given() {
		if v := sc.with.find(s.Table); v != nil {
			sc.derived = append(sc.derived, derived{called: s.Called(), outputs: renamed(v.outputs, s.Columns)})
			return
		}
		if a.d == MySQL && s.Table.Key == "dual" {
			return
		}
	}
	if catalog(a.d, s.Schema.Key, s.Table.Key) {
		a.note(s.Table.Key)
		sc.derived = append(sc.derived, derived{called: s.Called(), outputs: outputs{open: true}})
		return
	}
	m := &mention{table: s.Table.Key, called: s.Called(), renamed: s.Columns != nil, scope: sc}
	sc.tables = append(sc.tables, m)
	if a.sources == nil {
		a.sources = make(map[*syntax.Source]*mention)
	}
	a.sources[s] = m
	a.add(m)
}

func (a *analysis) add(m *mention) {
	if len(a.mentions) >= maxMentions {
		a.fail("more than %d tables", maxMentions)
		return
	}
	a.mentions = append(a.mentions, m)
}

// catalog reports whether a table is the database's own, which changes without
// anybody's INSERT.
func catalog(d Dialect, schema, table string) bool {
	switch schema {
	case "information_schema", "pg_catalog", "mysql", "performance_schema", "sys":
		return true
	}
	switch d {
	case SQLite:
		return strings.HasPrefix(table, "sqlite_") || strings.HasPrefix(table, "pragma_") || table == "dbstat"
	case Postgres:
		return strings.HasPrefix(table, "pg_")
	}
	return false
}

// joins works through the joins of a FROM from the inside out, and returns the
// mentions in it. A condition of a join selects rows of the sides that the join
// does not keep without a partner.
func (a *analysis) joins(sc *scope, s *syntax.Source) []*mention {
	switch s.Kind {
	case syntax.SourceTable:
		if m := a.sources[s]; m != nil {
			return []*mention{m}
		}
		return nil
	case syntax.SourceQuery, syntax.SourceCall:
		return nil
	}
	left, right := a.joins(sc, s.Left), a.joins(sc, s.Right)
	var narrowed []*mention
	switch s.Join {
	case syntax.JoinInner:
		narrowed = slices.Concat(left, right)
	case syntax.JoinLeft:
		narrowed = right
	case syntax.JoinRight:
		narrowed = left
	}
	if s.On != nil {
		a.filter(sc, s.On, func(m *mention, c track.Cond) bool {
			return slices.Contains(narrowed, m) && (!m.nullable || rejectsNulls(c))
		})
	}
	a.useJoined(s, slices.Concat(left, right))
	if s.Join == syntax.JoinLeft || s.Join == syntax.JoinFull {
		setNullable(right)
	}
	if s.Join == syntax.JoinRight || s.Join == syntax.JoinFull {
		setNullable(left)
	}
	return slices.Concat(left, right)
}

// useJoined notes the columns that NATURAL and USING compare.
func (a *analysis) useJoined(s *syntax.Source, sides []*mention) {
	if s.Natural {
		a.fallBack("NATURAL JOIN")
	}
	for _, m := range sides {
		m.all = m.all || s.Natural
		for _, c := range s.Using {
			m.use(c.Key)
		}
	}
}

func setNullable(list []*mention) {
	for _, m := range list {
		m.nullable = true
	}
}
