package statement

import (
	"slices"

	"veche/data/sqltrack/statement/syntax"
	"veche/track"
)

// written analyses a write for what it calls, and returns it as the contract
// has it. What a write reads is of no interest.
func (a *analysis) written(w *syntax.Write) Write {
	sc := &scope{with: a.with(w.With, nil, nil)}
	m := &mention{table: w.Target.Table.Key, called: w.Target.Called(), scope: sc}
	sc.tables = append(sc.tables, m)
	if w.From != nil {
		a.collect(sc, w.From)
		a.joins(sc, w.From)
	}
	if w.Query != nil {
		a.query(w.Query, nil, sc.with)
	}
	a.useList(sc, w.Uses)
	out := Write{
		Table: m.table, Alias: w.Target.Alias.Name, Opaque: w.Opaque,
		Where: w.Text, WhereArgs: w.Args,
		Columns: keys(w.Columns), Upsert: w.Upsert, Returning: w.Returning,
	}
	for _, row := range w.Rows {
		out.Rows = append(out.Rows, a.insertRow(sc, row))
	}
	for _, c := range w.Sets {
		if !slices.Contains(out.Sets, c.Key) {
			out.Sets = append(out.Sets, c.Key)
		}
	}
	// A condition that may select other rows when it is asked again does not
	// serve to find them.
	if reason := a.conditionReason(sc, w); reason != "" && out.Opaque == "" {
		out.Opaque = reason
	}
	return out
}

func (a *analysis) conditionReason(sc *scope, w *syntax.Write) string {
	before := a.volatile
	a.volatile = w.Moment
	a.use(sc, w.Where)
	reason := a.volatile
	if before != "" {
		a.volatile = before
	}
	return reason
}

func (a *analysis) insertRow(sc *scope, row []*syntax.Expr) []InsertValue {
	values := make([]InsertValue, 0, len(row))
	for _, e := range row {
		switch e.Op {
		case syntax.OpParam:
			values = append(values, InsertValue{Operand: track.Param(e.Param), Known: true})
		case syntax.OpConst:
			values = append(values, InsertValue{Operand: track.Const(e.Value), Known: true})
		default:
			a.use(sc, e)
			values = append(values, InsertValue{})
		}
	}
	return values
}

// keys are the names in lower case, nil for no list.
func keys(list []syntax.Ident) []string {
	if list == nil {
		return nil
	}
	names := make([]string, 0, len(list))
	for _, i := range list {
		names = append(names, i.Key)
	}
	return names
}
