package track_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"veche/track"
)

// A read that no change touched gives the result that it gave at first, however
// many changes there were; in every database of the model, with values of all
// kinds, NULLs, windows with and without offset, and conditions that are only
// partly understood. It fails, for example, if texts that fold alike are taken
// for equal under Folded, if 0 and -0 are taken for one image, if Like ignores
// the case of ASCII alone under Exact, and if a tie with the edge counts as
// behind it.
func TestWhatIsNotTouchedGivesTheSameResult(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			kept, missed := 0, 0
			for seed := range uint64(8_000) {
				r := &random{Rand: rand.New(rand.NewPCG(seed, 1))}
				table := r.rows(r.IntN(9))
				q := r.query(d)
				want, edge := d.result(q, table)
				q.read.Edge = edge
				for range 6 {
					changed, c := r.change(table)
					table = changed
					if q.read.Touched(&c) {
						missed++
						break
					}
					kept++
					if got, _ := d.result(q, table); !slices.Equal(got, want) {
						t.Fatalf("seed %d: a change was not held to touch\n%s\nargs %v edge %v limit %d offset %d\nresult %q\nbefore %q",
							seed, describe(q), q.read.Args, edge, q.limit, q.offset, got, want)
					}
				}
			}
			if kept < 4_000 || missed < 2_000 {
				t.Fatalf("the test saw %d changes that touch and %d that do not: too few to mean anything", missed, kept)
			}
		})
	}
}

// Where everything is understood, a read is touched only if its result differs:
// no drop is needless. The order is total and among the columns, as the promise
// of Read.Touched speaks of visible columns.
func TestWhatIsTouchedGivesAnotherResult(t *testing.T) {
	touched, needless := 0, 0
	for seed := range uint64(60_000) {
		r := &random{Rand: rand.New(rand.NewPCG(seed, 2)), plain: true}
		table := r.rows(r.IntN(9))
		q := r.query(sqlite)
		before, edge := sqlite.result(q, table)
		q.read.Edge = edge
		table, c := r.change(table)
		after, _ := sqlite.result(q, table)
		same := slices.Equal(before, after)
		if !q.read.Touched(&c) {
			if !same {
				t.Fatalf("seed %d: missed: %s", seed, describe(q))
			}
			continue
		}
		touched++
		if same {
			needless++
			t.Errorf("seed %d: needless: %s\nargs %v edge %v limit %d: %q", seed, describe(q), q.read.Args, edge, q.limit, after)
		}
		if needless > 3 {
			break
		}
	}
	if touched < 10_000 {
		t.Fatalf("only %d changes touched", touched)
	}
	t.Logf("%d of %d drops needless", needless, touched)
}

func (r *random) rows(n int) []map[string]any {
	table := make([]map[string]any, n)
	for i := range table {
		table[i] = r.row()
	}
	return table
}

func describe(q asked) string {
	var b strings.Builder
	var walk func(c track.Cond, indent string)
	walk = func(c track.Cond, indent string) {
		b.WriteString(indent)
		b.WriteString([]string{"True", "Unknown", "Eq", "Ne", "Less", "LessEq", "Greater", "GreaterEq", "In", "Like", "IsNull", "And", "Or", "Not"}[c.Op])
		b.WriteString(" " + c.Column)
		for _, o := range c.Operands {
			if o.Param > 0 {
				b.WriteString(" $" + string(rune('0'+o.Param)))
				continue
			}
			b.WriteString(" " + show(o.Const))
		}
		b.WriteString("\n")
		for _, kid := range c.Kids {
			walk(kid, indent+"  ")
		}
	}
	walk(q.read.Query.Where, "")
	b.WriteString("columns " + strings.Join(q.read.Query.Columns, ","))
	for _, o := range q.read.Query.Order {
		b.WriteString(" order " + o.Column)
		if o.Desc {
			b.WriteString(" desc")
		}
	}
	return b.String()
}

// A condition or row that lacks what it needs is in doubt, never false.
func TestWhatIsMissingCountsAsTouched(t *testing.T) {
	full := track.Change{Table: "t", After: image(map[string]any{"id": int64(1)})}
	for name, where := range map[string]track.Cond{
		"no operand":           track.Cmp("id", track.Eq),
		"no argument":          track.Cmp("id", track.Eq, track.Param(3)),
		"no such column":       track.Cmp("nowhere", track.Eq, track.Const(2)),
		"no column":            track.Cmp("", track.Eq, track.Const(2)),
		"no kid":               {Op: track.Not},
		"no such operator":     track.Cmp("id", track.Op(99), track.Const(2)),
		"a value of its own":   track.Cmp("id", track.Eq, track.Const(struct{}{})),
		"unknown, and negated": track.Negate(track.Cond{Op: track.Unknown}),
	} {
		q := &track.Query{Table: "t", Where: where, Columns: []string{}}
		for _, cond := range []track.Cond{where, track.Negate(where)} {
			q.Where = cond
			if r := (track.Read{Query: q}); !r.Touched(&full) {
				t.Errorf("%s: not touched", name)
			}
		}
	}
}

func TestAReadWithoutATableIsTouchedByEverything(t *testing.T) {
	r := track.Read{Query: track.WholeTable("")}
	c := track.Change{Table: "t", After: image(nil)}
	if !r.Touched(&c) {
		t.Error("a change does not touch the read of everything")
	}
}

// Images of a type of the caller's own are told apart by their bytes.
func TestAnUnknownTypeOfTextIsTheSameWhereItsBytesAre(t *testing.T) {
	type uuid string
	r := track.Read{Query: &track.Query{Table: "t", Columns: []string{"s"}}}
	for _, test := range []struct {
		before, after any
		want          bool
	}{
		{uuid("a"), uuid("a"), false},
		{uuid("a"), uuid("b"), true},
		{uuid("a"), "a", true},
		{[]int{1}, []int{1}, true},
	} {
		c := track.Change{
			Table:  "t",
			Before: image(map[string]any{"s": test.before}),
			After:  image(map[string]any{"s": test.after}),
		}
		if got := r.Touched(&c); got != test.want {
			t.Errorf("from %#v to %#v: touched is %v", test.before, test.after, got)
		}
	}
}

// FuzzTouched holds comparisons and Like on two arbitrary texts against the
// model's databases.
func FuzzTouched(f *testing.F) {
	f.Add("abc", "ab%")
	f.Add("Жук", "ж%")
	f.Add("a ", "A")
	f.Add("a\x00b", "a\x00%")
	f.Add("\xff", "\xfe%")
	f.Add(`a\`, `a\%`)
	f.Fuzz(func(t *testing.T, s, operand string) {
		if len(s)+len(operand) > 100 || strings.Count(operand, "%") > 5 {
			t.Skip()
		}
		row := map[string]any{"s": s}
		c := track.Change{Table: "t", After: image(row)}
		for _, d := range databases {
			for op := track.Eq; op <= track.Like; op++ {
				for _, fold := range []bool{false, true} {
					where := track.Cmp("s", op, track.Const(operand))
					where.Fold = fold
					for _, cond := range []track.Cond{where, track.Negate(where)} {
						r := track.Read{Query: &track.Query{Table: "t", Where: cond, Texts: d.texts}}
						if d.holds(cond, row, nil) > 0 && !r.Touched(&c) {
							t.Errorf("%s: %q op %d %q: fold %v: missed", d.name, s, op, operand, fold)
						}
					}
				}
			}
		}
	})
}
