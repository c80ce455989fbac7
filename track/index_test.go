package track_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"veche/track"
)

// owner is told of dropped entries.
type owner func(*track.Entry, *track.Change)

func (o owner) Dropped(e *track.Entry, by *track.Change) { o(e, by) }

// keep admits a result made of the reads.
func keep(t testing.TB, tracker *track.Tracker, o track.Owner, reads ...track.Read) *track.Entry {
	t.Helper()
	ctx, rec := tracker.Record(context.Background())
	track.Note(ctx, reads...)
	e, err := rec.Admit(o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Apply drops exactly the entries of which Read.Touched says so one by one: the
// index changes the cost and nothing else. Tried, each of which fails it: no
// look at the groups of other signatures, an IN list indexed by its first value
// only, reads with values that have no hash left out, images with such values
// taken for no match, texts hashed without folding, the second image not looked
// up, the reads of any table not visited.
func TestApplyDropsWhatAScanFinds(t *testing.T) {
	dropped, examined, considered := 0, uint64(0), 0
	for seed := range uint64(200) {
		r := &random{Rand: rand.New(rand.NewPCG(seed, 3)), ids: 8}
		d := databases[r.IntN(len(databases))]
		tracker := track.New(track.Options{})
		fallen := make(map[*track.Entry]bool)
		note := owner(func(e *track.Entry, _ *track.Change) {
			if fallen[e] {
				t.Errorf("seed %d: dropped twice", seed)
			}
			fallen[e] = true
		})
		kept := make(map[*track.Entry]bool)
		queries := r.queries(d)
		fill := func() {
			for len(kept) < 60 {
				var reads []track.Read
				for range r.IntN(4) {
					reads = append(reads, r.again(queries[r.IntN(len(queries))]))
				}
				kept[keep(t, tracker, note, reads...)] = true
			}
		}
		for range 25 {
			fill()
			changes := []track.Change{r.anyChange()}
			if r.IntN(5) == 0 {
				changes = append(changes, r.anyChange(), r.anyChange())
			}
			want := scan(kept, changes)
			if got := tracker.Touched(changes...); len(got) != len(want) {
				t.Fatalf("seed %d: Touched finds %d entries, a scan %d", seed, len(got), len(want))
			}
			clear(fallen)
			before := tracker.Stats().Examined
			tracker.Apply(changes...)
			examined += tracker.Stats().Examined - before
			considered += len(kept)
			for e := range kept {
				if fallen[e] != want[e] || e.Live(noon) == want[e] {
					t.Fatalf("seed %d: %s: dropped is %v, a scan says %v; reads %+v; changes %+v",
						seed, d.name, fallen[e], want[e], e.Reads(), changes)
				}
				if want[e] {
					delete(kept, e)
					dropped++
				}
			}
		}
		for e := range kept {
			tracker.Forget(e)
		}
		if s := tracker.Stats(); s.Entries != 0 || s.Reads != 0 || s.Log != 0 {
			t.Fatalf("seed %d: left behind: %+v", seed, s)
		}
	}
	if dropped < 5_000 || dropped > considered/2 {
		t.Fatalf("%d entries dropped of %d: the test sees one side only", dropped, considered)
	}
	t.Logf("%d dropped, %d reads examined, %d entries considered", dropped, examined, considered)
}

// scan finds what changes touch without any index.
func scan(kept map[*track.Entry]bool, changes []track.Change) map[*track.Entry]bool {
	touched := make(map[*track.Entry]bool)
	for e := range kept {
		for _, read := range e.Reads() {
			for i := range changes {
				if read.Touched(&changes[i]) {
					touched[e] = true
				}
			}
		}
	}
	return touched
}

// queries returns a few queries, most with equalities that the index uses.
func (r *random) queries(d database) []*track.Query {
	queries := []*track.Query{track.WholeTable("t"), track.WholeTable("")}
	for range 8 {
		q := r.query(d).read.Query
		if r.IntN(4) > 0 {
			equal := []track.Cond{q.Where}
			for i := range r.IntN(3) + 1 {
				equal = append(equal, track.Cmp(names[r.IntN(len(names))], track.Eq, track.Param(i+1)))
			}
			if r.IntN(3) == 0 {
				column := names[r.IntN(len(names))]
				equal = append(equal, track.Cmp(column, track.In, track.Param(1), track.Param(4), track.Const(r.value(column))))
			}
			r.Shuffle(len(equal), func(i, j int) { equal[i], equal[j] = equal[j], equal[i] })
			q.Where = track.All(equal...)
		}
		if r.IntN(6) == 0 {
			q.Table = "u"
		}
		queries = append(queries, q)
	}
	return queries
}

// again returns a read of the query with other arguments, now and then too few.
func (r *random) again(q *track.Query) track.Read {
	read := track.Read{Query: q}
	for range 12 - 10*boolSign(r.IntN(20) == 0) {
		v := r.pick(wild...)
		if r.IntN(2) == 0 {
			v = r.pick(int64(5), "a", "5", int64(0))
		}
		read.Args = append(read.Args, v)
	}
	if q.Order != nil && r.IntN(2) == 0 {
		for range q.Order {
			read.Edge = append(read.Edge, r.pick(wild...))
		}
	}
	return read
}

// anyChange returns a change, now and then a blind one, one of everything or
// one whose image lacks columns.
func (r *random) anyChange() track.Change {
	_, c := r.change(r.rows(1))
	switch r.IntN(60) {
	case 0:
		return track.Everything()
	case 1:
		return track.Change{Table: "t"}
	case 2:
		c.After = track.NewRow(track.NewColumns("id", "s"), []any{int64(5), "a"})
	case 3:
		c.After = track.NewRow(columns, []any{int64(5)})
	case 4, 5, 6:
		c.Table = "u"
	}
	return c
}

// What Apply looks at is what may match, not what is kept.
func TestApplyLooksOnlyAtWhatMayMatch(t *testing.T) {
	row := func(id, n, s any) track.Row { return image(map[string]any{"id": id, "n": n, "s": s}) }
	for _, test := range []struct {
		name          string
		before, after track.Row
		want          uint64
	}{
		{"no read has the key", track.Row{}, row(int64(-1), int64(7), nil), 0},
		{"a read has the key", track.Row{}, row(int64(5), int64(7), nil), 1},
		{"two reads have the keys", row(int64(5), int64(7), nil), row(int64(6), int64(8), nil), 2},
		{"both images have the key", row(int64(5), int64(7), nil), row(int64(5), int64(7), "x"), 1},
		{"a NULL equals nothing", track.Row{}, row(int64(5), nil, nil), 0},
		{"no column was altered that is read", row(int64(5), int64(7), nil), row(int64(5), int64(7), nil), 0},
		{"another kind may equal any", track.Row{}, row("5", int64(7), nil), 2000},
	} {
		tracker := track.New(track.Options{})
		q := &track.Query{Table: "t", Columns: []string{"s"}, Where: track.All(
			track.Cmp("id", track.Eq, track.Param(1)), track.Cmp("n", track.In, track.Const(7), track.Const(8)))}
		for id := range int64(1000) {
			keep(t, tracker, nil, track.Read{Query: q, Args: []track.Value{id}})
		}
		tracker.Apply(track.Change{Table: "t", Before: test.before, After: test.after})
		if got := tracker.Stats().Examined; got != test.want {
			t.Errorf("%s: %d reads examined, want %d", test.name, got, test.want)
		}
	}
}
