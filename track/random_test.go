package track_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"veche/track"
)

// The columns of the model's table. In a plain random each holds one kind, and
// id and rank are never NULL.
var (
	names   = []string{"id", "rank", "s", "n", "x"}
	columns = track.NewColumns(names...)
	noon    = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)

// random makes rows, queries and changes. A plain one makes only what the
// package promises to be exact about.
type random struct {
	*rand.Rand
	plain bool
	ids   int64
}

var wild = []any{
	nil, int64(0), int64(5), int64(-3), int64(1 << 53), int64(1<<53 + 1), int64(math.MaxInt64),
	5.0, 5.5, math.Copysign(0, -1), 0.0, math.NaN(), math.Inf(1), float64(1 << 53), float64(1 << 60),
	"", " ", "5", "5.0", "a", "A", "a ", "ab", "AB", "abc", "a%", "%", "a_c%", `a\%`, "ё", "е", "Ё", "é", "e", "É%", "ж%", "Жук", "жук",
	track.Blob("a"), track.Blob("5"), track.Blob(""), noon, noon.Add(time.Nanosecond), noon.Add(time.Hour),
}

func (r *random) pick(values ...any) any { return values[r.IntN(len(values))] }

// value returns a value for the column.
func (r *random) value(column string) any {
	if column == "id" {
		r.ids++
		return r.ids
	}
	if !r.plain {
		return r.pick(wild...)
	}
	switch column {
	case "rank":
		return int64(r.IntN(6))
	case "s":
		return r.pick(nil, "", "a", "A", "ab", "abc", "b", "ё", "Ёж", "a b ")
	case "n":
		return r.pick(nil, nil, int64(1), int64(2), int64(math.MaxInt64))
	}
	return r.pick(nil, 0.5, int64(2), 2.0, -1.25)
}

func (r *random) operand(column string, args *[]any) track.Operand {
	v := r.value(column)
	if column == "id" {
		v = int64(r.IntN(int(r.ids) + 1))
	}
	if r.IntN(3) == 0 {
		return track.Const(v)
	}
	*args = append(*args, v)
	return track.Param(len(*args))
}

// cond returns a condition tree, and adds its arguments to args and the columns
// of what is unknown about it to unknown.
func (r *random) cond(depth int, args *[]any, unknown *[]string) track.Cond {
	if depth > 0 && r.IntN(2) == 0 {
		kids := make([]track.Cond, r.IntN(3)+1)
		for i := range kids {
			kids[i] = r.cond(depth-1, args, unknown)
		}
		switch r.IntN(5) {
		case 0:
			return track.Any(kids...)
		case 1:
			return track.Negate(kids[0])
		}
		return track.All(kids...)
	}
	column := names[r.IntN(len(names))]
	switch n := r.IntN(12); {
	case n == 0:
		return track.Cond{}
	case n == 1 && !r.plain:
		*unknown = append(*unknown, column)
		return track.Cond{Op: track.Unknown, Column: column}
	case n == 2:
		return track.Cmp(column, track.IsNull)
	case n == 3:
		list := make([]track.Operand, r.IntN(4))
		for i := range list {
			list[i] = r.operand(column, args)
		}
		return track.Cmp(column, track.In, list...)
	case n == 4 && r.plain:
		like := track.Cmp("s", track.Like, track.Const(r.pick("%", "a%", "A%", "ab%", "ё%")))
		like.Fold = r.IntN(2) == 0
		return like
	case n == 4:
		like := track.Cmp(column, track.Like, r.operand(column, args))
		like.Fold = r.IntN(2) == 0
		return like
	case n < 9:
		return track.Cmp(column, track.Eq, r.operand(column, args))
	}
	ops := []track.Op{track.Ne, track.Less, track.LessEq, track.Greater, track.GreaterEq}
	return track.Cmp(column, ops[r.IntN(len(ops))], r.operand(column, args))
}

// query returns a query under the texts of the database.
func (r *random) query(d database) asked {
	var args []any
	var unknown []string
	q := &track.Query{Table: "t", Where: r.cond(3, &args, &unknown), Texts: d.texts}
	if r.IntN(3) > 0 {
		q.Columns = append([]string{}, unknown...)
		for _, name := range names {
			if r.IntN(3) == 0 {
				q.Columns = append(q.Columns, name)
			}
		}
	}
	a := asked{read: track.Read{Query: q, Args: args}}
	if r.IntN(2) == 0 {
		return a
	}
	a.limit = r.IntN(4) + 1
	sorted := []string{"rank", "id"}
	if !r.plain {
		a.offset = r.IntN(3)
		sorted = []string{names[r.IntN(len(names))], names[r.IntN(len(names))]}
	}
	for _, name := range sorted {
		q.Order = append(q.Order, track.Order{Column: name, Desc: r.IntN(2) == 0})
		if r.plain && q.Columns != nil && !slices.Contains(q.Columns, name) {
			q.Columns = append(q.Columns, name)
		}
	}
	return a
}

func (r *random) row() map[string]any {
	row := make(map[string]any)
	for _, name := range names {
		row[name] = r.value(name)
	}
	return row
}

// change alters the table and returns the new table and what was done to it.
func (r *random) change(table []map[string]any) ([]map[string]any, track.Change) {
	c := track.Change{Table: "t"}
	table = slices.Clone(table)
	at := r.IntN(len(table) + 1)
	if at == len(table) || r.IntN(5) == 0 {
		row := r.row()
		c.After = image(row)
		return append(table, row), c
	}
	old := table[at]
	c.Before = image(old)
	if r.IntN(4) == 0 {
		return slices.Delete(table, at, at+1), c
	}
	row := make(map[string]any)
	for _, name := range names {
		row[name] = old[name]
	}
	for range r.IntN(3) {
		name := names[r.IntN(len(names)-1)+1]
		row[name] = r.value(name)
	}
	table[at] = row
	c.After = image(row)
	return table, c
}

func image(row map[string]any) track.Row {
	values := make([]any, len(names))
	for i, name := range names {
		values[i] = row[name]
	}
	return track.NewRow(columns, values)
}
