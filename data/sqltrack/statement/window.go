package statement

import (
	"veche/data/sqltrack/statement/syntax"
	"veche/track"
)

// window finds out whether the result of a query is the first rows of one table
// in an order of its columns. Rows that an OFFSET passes lie before the edge, so
// they need no care. Where NULLs stand needs none either, since a row with NULL
// in the order is never held to lie behind the edge.
func (a *analysis) window(q *syntax.Query) {
	s := q.Single()
	if s == nil || s.From == nil || s.From.Kind != syntax.SourceTable ||
		s.From.Columns != nil || s.Distinct || s.Group != nil || s.Having != nil || s.Windows != nil ||
		q.Order == nil || q.Ties || q.Limit == nil {
		return
	}
	m := a.sources[s.From]
	if m == nil || m.whole {
		return
	}
	limit := track.Param(q.Limit.Param)
	if q.Limit.Op != syntax.OpParam {
		n, ok := q.Limit.Value.(int64)
		if !ok || q.Limit.Op != syntax.OpConst || n < 1 {
			return
		}
		limit = track.Const(n)
	}
	star := len(s.Items) == 1 && s.Items[0].Expr.Op == syntax.OpStar
	for _, it := range s.Items {
		if !star && !plainResult(a.d, it.Expr) {
			return
		}
	}
	w := &Window{Limit: limit}
	var order []track.Order
	for _, k := range q.Order {
		column := sortColumn(s, k, star)
		if column == nil {
			return
		}
		order = append(order, track.Order{Column: column.Name.Key, Desc: k.Desc})
		if star {
			continue
		}
		place := place(s, column)
		if place < 0 {
			return
		}
		w.Results = append(w.Results, place)
	}
	m.window, m.order = w, order
}

// sortColumn returns the column of the table that a sort key means: a name of
// the select list, the number of one of its items, or a column; nil for
// anything else.
func sortColumn(s *syntax.Selection, k syntax.SortKey, star bool) *syntax.Expr {
	e := k.Expr
	if k.Odd {
		return nil
	}
	if n, ok := e.Value.(int64); ok && e.Op == syntax.OpConst && !star && 1 <= n && int(n) <= len(s.Items) {
		e = s.Items[n-1].Expr
	} else if e.Op == syntax.OpColumn && !e.Table.Given() {
		named := 0
		for _, it := range s.Items {
			if it.Alias.Given() && it.Alias.Key == e.Name.Key {
				named++
				e = it.Expr
			}
		}
		if named > 1 {
			return nil
		}
	}
	if e.Op != syntax.OpColumn || e.Schema || e.Table.Given() && e.Table.Name != s.From.Called().Name {
		return nil
	}
	return e
}

// place returns where among the items the column stands, -1 where it does not.
func place(s *syntax.Selection, column *syntax.Expr) int {
	for i, it := range s.Items {
		if it.Expr.Op == syntax.OpColumn && it.Expr.Name.Key == column.Name.Key {
			return i
		}
	}
	return -1
}

// plainResult reports whether an item makes one value of one row. A sub-query
// may hold an aggregate of the outer rows, so none is allowed.
func plainResult(d Dialect, e *syntax.Expr) bool {
	switch e.Op {
	case syntax.OpStar, syntax.OpQuery, syntax.OpExists, syntax.OpMember, syntax.OpMatch:
		return false
	case syntax.OpCall:
		if e.Over || e.Schema || kindOfCall(d, e.Word) != callScalar ||
			d == SQLite && (e.Word == "max" || e.Word == "min") && len(e.Kids) < 2 {
			return false
		}
	}
	for _, kid := range e.Kids {
		if !plainResult(d, kid) {
			return false
		}
	}
	return true
}
