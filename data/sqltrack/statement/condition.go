package statement

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"veche/data/sqltrack/statement/syntax"
	"veche/track"
)

// maxShared bounds the comparisons of a condition that speaks of several
// tables, each of which gets a copy of it.
const maxShared = 64

// A logic is a condition whose leaves each speak of one mention, or are
// unknown.
type logic struct {
	op    track.Op // And, Or, Not, Unknown, or True for a leaf
	owner *mention
	cond  track.Cond
	kids  []logic
}

// filter hands the conjuncts of a condition to the mentions whose rows they
// select. usable says whether a conjunct may select rows of the mention: what it
// may not counts as looked at.
func (a *analysis) filter(sc *scope, e *syntax.Expr, usable func(*mention, track.Cond) bool) {
	if e.Op == syntax.OpAnd {
		for _, kid := range e.Kids {
			a.filter(sc, kid, usable)
		}
		return
	}
	l := a.logic(sc, e)
	var owners []*mention
	leaves := 0
	l.each(func(leaf *logic) {
		leaves++
		if !slices.Contains(owners, leaf.owner) {
			owners = append(owners, leaf.owner)
		}
	})
	for _, m := range owners {
		if c := l.of(m); (len(owners) == 1 || leaves <= maxShared) && usable(m, c) {
			m.conds = append(m.conds, c)
			continue
		}
		l.each(func(leaf *logic) {
			if leaf.owner == m {
				useColumns(m, leaf.cond)
			}
		})
	}
}

// each calls yield with every leaf.
func (l *logic) each(yield func(*logic)) {
	if l.owner != nil {
		yield(l)
	}
	for i := range l.kids {
		l.kids[i].each(yield)
	}
}

// of returns what the condition says about the rows of one mention.
func (l *logic) of(m *mention) track.Cond {
	switch {
	case l.owner == m && m != nil:
		return l.cond
	case l.owner != nil || l.op == track.Unknown:
		return track.Cond{Op: track.Unknown}
	}
	c := track.Cond{Op: l.op, Kids: make([]track.Cond, len(l.kids))}
	known := false
	for i := range l.kids {
		c.Kids[i] = l.kids[i].of(m)
		known = known || c.Kids[i].Op != track.Unknown
	}
	if !known {
		return track.Cond{Op: track.Unknown}
	}
	return c
}

// logic translates an expression. The columns of what is not understood are
// noted as looked at.
func (a *analysis) logic(sc *scope, e *syntax.Expr) logic {
	switch e.Op {
	case syntax.OpAnd, syntax.OpOr, syntax.OpNot:
		l := logic{op: map[syntax.Op]track.Op{syntax.OpAnd: track.And, syntax.OpOr: track.Or, syntax.OpNot: track.Not}[e.Op]}
		for _, kid := range e.Kids {
			l.kids = append(l.kids, a.logic(sc, kid))
		}
		return l
	}
	column, cond, ok := a.leaf(e)
	if ok {
		if m := sc.owner(column); m != nil {
			if !column.Table.Given() {
				sc.parent.useName(column.Name.Key)
			}
			return logic{owner: m, cond: cond}
		}
	}
	a.use(sc, e)
	return logic{op: track.Unknown}
}

// leaf translates a comparison of one column with constants and parameters.
func (a *analysis) leaf(e *syntax.Expr) (column *syntax.Expr, c track.Cond, ok bool) {
	column = e
	if e.Op != syntax.OpColumn {
		if len(e.Kids) == 0 {
			return nil, c, false
		}
		column = e.Kids[0]
	}
	if e.Op == syntax.OpCompare {
		return a.comparison(e)
	}
	if column.Op != syntax.OpColumn {
		return nil, c, false
	}
	name := column.Name.Key
	zero := track.Const(0)
	isNull := track.Cmp(name, track.IsNull)
	switch e.Op {
	case syntax.OpColumn:
		return column, track.Cmp(name, track.Ne, zero), true
	case syntax.OpNull:
		return column, isNull, true
	case syntax.OpTrue:
		return column, track.All(track.Negate(isNull), track.Cmp(name, track.Ne, zero)), true
	case syntax.OpFalse:
		return column, track.All(track.Negate(isNull), track.Cmp(name, track.Eq, zero)), true
	case syntax.OpIn, syntax.OpLike, syntax.OpBetween:
		operands, ok := a.operands(e.Kids[1:], e.Op == syntax.OpBetween)
		if !ok {
			return nil, c, false
		}
		switch e.Op {
		case syntax.OpIn:
			c = track.Cmp(name, track.In, operands...)
		case syntax.OpLike:
			c = track.Cmp(name, track.Like, operands...)
			c.Fold = a.d == SQLite
		case syntax.OpBetween:
			c = track.All(track.Cmp(name, track.GreaterEq, operands[0]), track.Cmp(name, track.LessEq, operands[1]))
		}
		return column, c, true
	}
	return nil, c, false
}

// relations are the comparisons, and what each becomes with its sides changed.
var relations = map[string][2]track.Op{
	"=":  {track.Eq, track.Eq},
	"==": {track.Eq, track.Eq},
	"<>": {track.Ne, track.Ne},
	"!=": {track.Ne, track.Ne},
	"<":  {track.Less, track.Greater},
	"<=": {track.LessEq, track.GreaterEq},
	">":  {track.Greater, track.Less},
	">=": {track.GreaterEq, track.LessEq},
}

func (a *analysis) comparison(e *syntax.Expr) (column *syntax.Expr, c track.Cond, ok bool) {
	column, other, side := e.Kids[0], e.Kids[1], 0
	if column.Op != syntax.OpColumn {
		column, other, side = other, column, 1
	}
	if column.Op != syntax.OpColumn {
		return nil, c, false
	}
	name := column.Name.Key
	if e.Word == syntax.Same || e.Word == "<=>" && a.d == MySQL {
		isNull := track.Cmp(name, track.IsNull)
		switch {
		case other.Op != syntax.OpConst:
			return nil, c, false
		case other.Value == nil:
			return column, isNull, true
		}
		return column, track.All(track.Negate(isNull), track.Cmp(name, track.Eq, track.Const(other.Value))), true
	}
	op := relations[e.Word][side]
	if op == track.True {
		return nil, c, false
	}
	operands, ok := a.operands([]*syntax.Expr{other}, op != track.Eq && op != track.Ne)
	if !ok {
		return nil, c, false
	}
	return column, track.Cmp(name, op, operands...), true
}

// operands translates constants and parameters. ordered says that they are
// compared by order: SQLite makes a number of a text that looks like one where
// the column holds numbers, and then no text in it is smaller.
func (a *analysis) operands(list []*syntax.Expr, ordered bool) ([]track.Operand, bool) {
	operands := make([]track.Operand, 0, len(list))
	for _, e := range list {
		switch e.Op {
		case syntax.OpParam:
			operands = append(operands, track.Param(e.Param))
		case syntax.OpConst:
			if s, ok := e.Value.(string); ok && ordered && a.d == SQLite && looksNumeric(s) {
				return nil, false
			}
			operands = append(operands, track.Const(e.Value))
		default:
			return nil, false
		}
	}
	return operands, true
}

// looksNumeric reports whether a text may be a number to SQLite.
func looksNumeric(s string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

// rejectsNulls reports whether the condition cannot hold where all columns are
// NULL, as they are in place of a row that an outer join does not find.
func rejectsNulls(c track.Cond) bool {
	holds, _ := onNulls(c)
	return !holds
}

// onNulls returns whether the condition may hold and whether it may be false
// where all columns are NULL.
func onNulls(c track.Cond) (holds, fails bool) {
	switch c.Op {
	case track.True, track.IsNull:
		return true, false
	case track.Unknown:
		return true, true
	case track.Not:
		holds, fails = onNulls(c.Kids[0])
		return fails, holds
	case track.And, track.Or:
		either := c.Op == track.Or
		holds, fails = !either, either
		for _, kid := range c.Kids {
			h, f := onNulls(kid)
			if either {
				holds, fails = holds || h, fails && f
			} else {
				holds, fails = holds && h, fails || f
			}
		}
		return holds, fails
	}
	return false, false // a comparison with NULL is neither
}
