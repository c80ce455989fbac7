package track_test

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"veche/track"
)

// database is a slow and obvious one: how it compares values and texts. Its
// tables are slices of rows, and a query looks at all of them.
type database struct {
	name     string
	texts    track.Collation     // what the package is told about it
	fold     func(string) string // texts that it folds alike are equal
	order    func(string) string // the key by which it sorts them
	coerces  bool                // '5' = 5, as MySQL has it; otherwise kinds never mix
	lossy    bool                // an integer that meets a float becomes one
	ilike    func(string) string // what LIKE folds where Cond.Fold is set
	nullLast bool
}

var (
	asIs     = func(s string) string { return s }
	trimmed  = func(s string) string { return strings.TrimRight(s, " ") }
	accents  = strings.NewReplacer("é", "e", "É", "e", "ё", "е", "Ё", "е")
	folding  = func(s string) string { return accents.Replace(strings.ToLower(s)) }
	foldPad  = func(s string) string { return trimmed(folding(s)) }
	reversed = func(s string) string {
		b := []byte(strings.ToLower(s))
		slices.Reverse(b)
		return string(b)
	}
	asciiLow = func(s string) string {
		return strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, s)
	}

	sqlite    = database{name: "sqlite", texts: track.Binary, fold: asIs, order: asIs, ilike: asciiLow}
	databases = []database{
		sqlite,
		{name: "coercing", texts: track.Binary, fold: asIs, order: asIs, coerces: true, lossy: true, ilike: asciiLow, nullLast: true},
		{name: "postgres", texts: track.Exact, fold: asIs, order: reversed, lossy: true, ilike: strings.ToLower, nullLast: true},
		{name: "mysql pad", texts: track.Folded, fold: foldPad, order: foldPad, coerces: true, lossy: true, ilike: folding},
		{name: "mysql no pad", texts: track.Folded, fold: folding, order: folding, coerces: true, ilike: folding},
		{name: "mysql bin", texts: track.Folded, fold: asIs, order: reversed, ilike: asIs},
		{name: "mysql bin pad", texts: track.Folded, fold: trimmed, order: trimmed, ilike: asIs},
	}
)

// compare returns the order of two values that are not NULL.
func (d database) compare(a, b any) int {
	ra, rb := rank(a), rank(b)
	if ra != rb && d.coerces && ra < 2 && rb < 2 {
		return d.numbers(number(a), number(b))
	}
	if ra != rb {
		return cmp.Compare(ra, rb)
	}
	switch a := a.(type) {
	case string:
		b := b.(string)
		if d.fold(a) == d.fold(b) {
			return 0
		}
		return cmp.Or(strings.Compare(d.order(a), d.order(b)), strings.Compare(a, b))
	case track.Blob:
		return strings.Compare(string(a), string(b.(track.Blob)))
	case time.Time:
		return a.Compare(b.(time.Time))
	}
	return d.numbers(a, b)
}

func rank(v any) int {
	switch v.(type) {
	case int64, float64:
		return 0
	case string:
		return 1
	case track.Blob:
		return 2
	case time.Time:
		return 3
	}
	panic(fmt.Sprintf("a value of type %T", v))
}

// number reads a text as MySQL does where it meets a number.
func number(v any) any {
	s, ok := v.(string)
	if !ok {
		return v
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) {
		return 0.0
	}
	return f
}

// numbers compares exactly or as floats; NaN equals itself and is the greatest.
func (d database) numbers(a, b any) int {
	fa, fb := float(a), float(b)
	switch {
	case math.IsNaN(fa) || math.IsNaN(fb):
		return -cmp.Compare(fa, fb) * boolSign(math.IsNaN(fa) != math.IsNaN(fb))
	case math.IsInf(fa, 0) || math.IsInf(fb, 0):
		return cmp.Compare(fa, fb)
	}
	_, aInt := a.(int64)
	_, bInt := b.(int64)
	if d.lossy && aInt != bInt {
		return cmp.Compare(fa, fb)
	}
	return exact(a).Cmp(exact(b))
}

func boolSign(b bool) int {
	if b {
		return 1
	}
	return 0
}

func float(v any) float64 {
	if i, ok := v.(int64); ok {
		return float64(i)
	}
	return v.(float64)
}

func exact(v any) *big.Float {
	if i, ok := v.(int64); ok {
		return new(big.Float).SetInt64(i)
	}
	return big.NewFloat(v.(float64))
}

// tri is an outcome: +1 true, 0 NULL, -1 false.
type tri int

func triOf(b bool) tri {
	if b {
		return 1
	}
	return -1
}

// holds evaluates a condition as SQL prescribes. Unknown is a condition of the
// database's own on its column, which nobody outside can tell.
func (d database) holds(c track.Cond, row map[string]any, args []any) tri {
	switch c.Op {
	case track.True:
		return 1
	case track.Unknown:
		h := fnv.New32()
		fmt.Fprint(h, show(row[c.Column]))
		return tri(h.Sum32()%3) - 1
	case track.Not:
		return -d.holds(c.Kids[0], row, args)
	case track.And:
		least := tri(1)
		for _, kid := range c.Kids {
			least = min(least, d.holds(kid, row, args))
		}
		return least
	case track.Or:
		most := tri(-1)
		for _, kid := range c.Kids {
			most = max(most, d.holds(kid, row, args))
		}
		return most
	case track.IsNull:
		return triOf(row[c.Column] == nil)
	}
	most := tri(-1)
	for _, o := range c.Operands {
		w := o.Const
		if o.Param > 0 {
			w = args[o.Param-1]
		}
		if row[c.Column] == nil || w == nil {
			most = max(most, 0)
			continue
		}
		most = max(most, d.relation(c, row[c.Column], w))
	}
	return most
}

func (d database) relation(c track.Cond, v, w any) tri {
	if c.Op == track.Like {
		return d.like(c, v, w)
	}
	rel := d.compare(v, w)
	switch c.Op {
	case track.Eq, track.In:
		return triOf(rel == 0)
	case track.Ne:
		return triOf(rel != 0)
	case track.Less:
		return triOf(rel < 0)
	case track.LessEq:
		return triOf(rel <= 0)
	case track.Greater:
		return triOf(rel > 0)
	case track.GreaterEq:
		return triOf(rel >= 0)
	}
	panic(c.Op)
}

// like matches % and _ anywhere. Numbers are matched as their text.
func (d database) like(c track.Cond, v, w any) tri {
	fold := asIs
	if c.Fold {
		fold = d.ilike
	}
	if d.texts == track.Folded {
		fold = func(s string) string { return d.ilike(s) }
	}
	return triOf(match([]rune(fold(fmt.Sprint(w))), []rune(fold(fmt.Sprint(v)))))
}

func match(pattern, s []rune) bool {
	if len(pattern) == 0 {
		return len(s) == 0
	}
	switch pattern[0] {
	case '%':
		for i := range len(s) + 1 {
			if match(pattern[1:], s[i:]) {
				return true
			}
		}
		return false
	case '_':
		return len(s) > 0 && match(pattern[1:], s[1:])
	}
	return len(s) > 0 && s[0] == pattern[0] && match(pattern[1:], s[1:])
}

// asked is a read and what the package is not told of its query.
type asked struct {
	read          track.Read
	limit, offset int // no limit: 0
}

// result returns the rows of the query as texts, in order where it has one, and
// the edge of its window if that is full.
func (d database) result(q asked, table []map[string]any) (rows []string, edge []track.Value) {
	var members []map[string]any
	for _, row := range table {
		if d.holds(q.read.Query.Where, row, q.read.Args) > 0 {
			members = append(members, row)
		}
	}
	slices.SortStableFunc(members, func(a, b map[string]any) int { return d.sorted(q.read.Query.Order, a, b) })
	if q.limit > 0 {
		members = members[min(q.offset, len(members)):]
		members = members[:min(q.limit, len(members))]
		if len(members) == q.limit {
			edge = []track.Value{}
			for _, o := range q.read.Query.Order {
				edge = append(edge, members[len(members)-1][o.Column])
			}
		}
	}
	columns := q.read.Query.Columns
	if columns == nil {
		columns = names
	}
	for _, row := range members {
		var cells []string
		for _, name := range columns {
			cells = append(cells, show(row[name]))
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	if q.limit == 0 {
		slices.Sort(rows)
	}
	return rows, edge
}

// sorted compares rows by the keys of an order. Kinds are not mixed in a sort:
// it would not be one.
func (d database) sorted(by []track.Order, a, b map[string]any) int {
	d.coerces, d.lossy = false, false
	for _, o := range by {
		va, vb := a[o.Column], b[o.Column]
		rel := 0
		switch {
		case va == nil && vb == nil:
		case va == nil:
			rel = -1
			if d.nullLast {
				rel = 1
			}
		case vb == nil:
			rel = 1
			if d.nullLast {
				rel = -1
			}
		default:
			rel = d.compare(va, vb)
		}
		if o.Desc {
			rel = -rel
		}
		if rel != 0 {
			return rel
		}
	}
	return 0
}

// show writes a value so that no two different ones look the same.
func show(v any) string {
	if f, ok := v.(float64); ok {
		return fmt.Sprintf("float64 %v %x", f, math.Float64bits(f))
	}
	return fmt.Sprintf("%T %v", v, v)
}
