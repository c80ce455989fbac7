package track_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"veche/track"
)

// machine drives a tracker, and a naive model of it that keeps all history.
type machine struct {
	tracker *track.Tracker
	now     time.Time
	history [][]track.Change
	open    []*opened
	kept    map[*track.Entry]*opened // those neither dropped nor forgotten
	entries []*track.Entry           // all ever admitted, in order
	dropped map[*track.Entry]int
	seen    map[error]int // how admissions ended
}

// opened is what the model knows of a recording, or of the entry it became.
type opened struct {
	ctx      context.Context
	rec      *track.Recording
	begin    int
	reads    []track.Read
	coarse   bool
	until    time.Time
	volatile bool
}

const logMax = 16

var machineQueries = []*track.Query{
	{Label: "a", Table: "t", Where: track.Cmp("id", track.Eq, track.Param(1)), Columns: []string{"s"}},
	{Label: "b", Table: "t", Where: track.Cmp("id", track.In, track.Param(1), track.Const(2)), Columns: []string{}},
	{Label: "c", Table: "t", Where: track.Cmp("id", track.Less, track.Param(1))},
	{Label: "d", Table: "u", Where: track.All(track.Cmp("s", track.Eq, track.Param(1)), track.Cmp("n", track.IsNull))},
	track.WholeTable("u"),
	track.WholeTable(""),
}

// The tracker agrees with the model at every step: who is live, who was told,
// which admissions are refused and why; and nothing is left in the end. Tried,
// each of which fails it: the horizon not moved when the log overflows, the log
// not cut when a recording ends or cut by one too many, Forget that leaves the
// entry in the index.
func TestTrackerIsAsAModelThatKeepsAllHistory(t *testing.T) {
	seen := make(map[error]int)
	rounds := 20
	if testing.Short() {
		rounds = 100 // rapid tries a fifth as much in each
	}
	for range rounds {
		rapid.Check(t, func(t *rapid.T) { newMachine(seen).run(t) })
	}
	for _, err := range []error{nil, track.ErrOvertaken, track.ErrTooOld, track.ErrVolatile} {
		if seen[err] == 0 {
			t.Errorf("no admission ended with %v", err)
		}
	}
}

func newMachine(seen map[error]int) *machine {
	m := &machine{now: noon, kept: make(map[*track.Entry]*opened), dropped: make(map[*track.Entry]int), seen: seen}
	m.tracker = track.New(track.Options{Log: logMax, Now: func() time.Time { return m.now }})
	return m
}

func (m *machine) run(t *rapid.T) {
	t.Repeat(map[string]func(*rapid.T){
		"record": m.record,
		"note":   m.note,
		"flood":  m.flood,
		"limit":  m.limit,
		"admit":  m.admit,
		"end":    m.end,
		"apply":  m.apply,
		"forget": m.forget,
		"wait":   m.wait,
		"":       m.check,
	})
	for _, o := range m.open {
		o.rec.End()
	}
	for _, e := range m.entries {
		m.tracker.Forget(e)
	}
	if s := m.tracker.Stats(); s.Entries != 0 || s.Reads != 0 || s.Open != 0 || s.Log != 0 {
		t.Fatalf("left behind: %+v", s)
	}
}

func (m *machine) wait(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "minutes")) * time.Minute)
}

func (m *machine) Dropped(e *track.Entry, by *track.Change) { m.dropped[e]++ }

func (m *machine) record(t *rapid.T) {
	o := &opened{begin: len(m.history)}
	o.ctx, o.rec = m.tracker.Record(context.Background())
	m.open = append(m.open, o)
}

// some draws one of the open recordings.
func (m *machine) some(t *rapid.T) *opened {
	if len(m.open) == 0 {
		t.Skip("nothing open")
	}
	return m.open[rapid.IntRange(0, len(m.open)-1).Draw(t, "recording")]
}

func (m *machine) note(t *rapid.T) {
	o := m.some(t)
	q := rapid.SampledFrom(machineQueries).Draw(t, "query")
	arg := rapid.SampledFrom([]any{int64(0), int64(1), int64(2), int64(3), "1", "x", nil}).Draw(t, "argument")
	read := track.Read{Query: q, Args: []track.Value{arg}}
	track.Note(o.ctx, read)
	o.reads = append(o.reads, read)
}

// flood notes more reads than a recording holds.
func (m *machine) flood(t *rapid.T) {
	o := m.some(t)
	if rapid.IntRange(0, 3).Draw(t, "rarely") > 0 {
		t.Skip("not now")
	}
	for i := range track.MaxReads + 1 {
		track.Note(o.ctx, track.Read{Query: machineQueries[0], Args: []track.Value{int64(1000 + i)}})
	}
	o.reads = append(o.reads, track.Read{Query: machineQueries[0]})
	o.coarse = true
}

func (m *machine) limit(t *rapid.T) {
	o := m.some(t)
	if rapid.IntRange(0, 5).Draw(t, "volatile") == 0 {
		track.Volatile(o.ctx, "chance")
		o.volatile = true
		return
	}
	until := m.now.Add(time.Duration(rapid.IntRange(-5, 60).Draw(t, "minutes")) * time.Minute)
	track.Until(o.ctx, until)
	if o.until.IsZero() || until.Before(o.until) {
		o.until = until
	}
}

// touches is what the reads of the recording say to a change.
func (o *opened) touches(c *track.Change) bool {
	for _, r := range o.reads {
		if o.coarse && (r.Query.Table == "" || c.Table == "" || r.Query.Table == c.Table) || r.Touched(c) {
			return true
		}
	}
	return false
}

// refusal is the error that the model expects of Admit. maybe says that the
// recording is so old that it may be refused for that as well.
func (m *machine) refusal(o *opened) (want error, maybe bool) {
	since, overtaken := 0, false
	for _, batch := range m.history[o.begin:] {
		for i := range batch {
			since++
			overtaken = overtaken || o.touches(&batch[i])
		}
	}
	switch {
	case o.volatile || !o.until.IsZero() && !m.now.Before(o.until):
		return track.ErrVolatile, false
	case since > logMax:
		return track.ErrTooOld, false
	case overtaken:
		return track.ErrOvertaken, since > logMax*3/4
	}
	return nil, since > logMax*3/4
}

func (m *machine) admit(t *rapid.T) {
	o := m.some(t)
	m.remove(o)
	want, maybe := m.refusal(o)
	e, err := o.rec.Admit(m)
	if maybe && errors.Is(err, track.ErrTooOld) {
		want = track.ErrTooOld
	}
	m.seen[want]++
	if !errors.Is(err, want) || (e == nil) != (want != nil) {
		t.Fatalf("Admit returned %v, want %v", err, want)
	}
	if e != nil {
		m.kept[e] = o
		m.entries = append(m.entries, e)
	}
}

func (m *machine) end(t *rapid.T) {
	o := m.some(t)
	m.remove(o)
	o.rec.End()
}

func (m *machine) remove(o *opened) {
	for i := range m.open {
		if m.open[i] == o {
			m.open = append(m.open[:i:i], m.open[i+1:]...)
			return
		}
	}
}

func (m *machine) apply(t *rapid.T) {
	image := func(label string) track.Row {
		if rapid.IntRange(0, 3).Draw(t, label+" absent") == 0 {
			return track.Row{}
		}
		value := rapid.SampledFrom([]any{int64(0), int64(1), int64(2), int64(3), "1", "x", nil})
		return track.NewRow(track.NewColumns("id", "s", "n"), []any{value.Draw(t, "id"), value.Draw(t, "s"), value.Draw(t, "n")})
	}
	batch := make([]track.Change, rapid.IntRange(0, 5).Draw(t, "changes"))
	for i := range batch {
		batch[i].Table = rapid.SampledFrom([]string{"t", "u", "v"}).Draw(t, "table")
		batch[i].Before, batch[i].After = image("before"), image("after")
		if rapid.IntRange(0, 40).Draw(t, "everything") == 0 {
			batch[i] = track.Everything()
		}
	}
	m.history = append(m.history, batch)
	clear(m.dropped)
	if at := m.tracker.Apply(batch...); int(at) != len(m.history) {
		t.Fatalf("Apply returned position %d of %d", at, len(m.history))
	}
	for e, o := range m.kept {
		touched := false
		for i := range batch {
			touched = touched || o.touches(&batch[i])
		}
		if touched != (m.dropped[e] == 1) || m.dropped[e] > 1 {
			t.Fatalf("touched is %v, and the owner was told %d times", touched, m.dropped[e])
		}
		if touched {
			delete(m.kept, e)
			if e.Live(noon) {
				t.Fatal("a dropped entry is live")
			}
		}
		delete(m.dropped, e)
	}
	if len(m.dropped) > 0 {
		t.Fatal("the owner was told of an entry that was dead already")
	}
}

// forget forgets any entry ever admitted: a dead one is no harm.
func (m *machine) forget(t *rapid.T) {
	if len(m.entries) == 0 {
		t.Skip("nothing admitted")
	}
	e := m.entries[rapid.IntRange(0, len(m.entries)-1).Draw(t, "entry")]
	m.tracker.Forget(e)
	delete(m.kept, e)
}

func (m *machine) check(t *rapid.T) {
	s := m.tracker.Stats()
	if s.Entries != len(m.kept) || s.Open != len(m.open) || int(s.Clock) != len(m.history) {
		t.Fatalf("%d kept, %d open, clock %d, but %+v", len(m.kept), len(m.open), len(m.history), s)
	}
	if s.Log > logMax {
		t.Fatalf("the log grows: %+v", s)
	}
	needed, oldest := 0, len(m.history)
	for _, o := range m.open {
		oldest = min(oldest, o.begin)
	}
	for _, batch := range m.history[oldest:] {
		needed += len(batch)
	}
	if s.Log > needed {
		t.Fatalf("%d changes are remembered, open recordings need %d", s.Log, needed)
	}
	for _, e := range m.entries {
		o := m.kept[e]
		if o == nil {
			if e.Live(noon) {
				t.Fatal("an entry dropped or forgotten is live")
			}
			continue
		}
		if want := o.until.IsZero() || m.now.Before(o.until); e.Live(m.now) != want {
			t.Fatalf("live is %v at %v, until %v", e.Live(m.now), m.now, o.until)
		}
	}
}
