package track_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"veche/track"
)

// benchQueries are 200 queries over 20 tables, as a site of some size has: most
// by key, some by two columns, a few that have no equality.
func benchQueries() []*track.Query {
	var queries []*track.Query
	for i := range 200 {
		q := &track.Query{Table: fmt.Sprint("t", i%20), Columns: []string{"s"}}
		switch {
		case i/20 < 6:
			q.Where = track.Cmp("id", track.Eq, track.Param(1))
		case i/20 < 9:
			q.Where = track.All(track.Cmp("id", track.Eq, track.Param(1)), track.Cmp("n", track.Eq, track.Param(2)))
		default:
			q.Where = track.All(track.Cmp("rank", track.Greater, track.Const(0)), track.Cmp("id", track.Eq, track.Param(1)))
		}
		queries = append(queries, q)
	}
	return queries
}

// fillReads keeps the given number of reads, five in each entry. The reads of
// key i are those with id i; a key is read ten times, once by each query of one
// table.
func fillReads(b testing.TB, tracker *track.Tracker, queries []*track.Query, reads int) {
	var some []track.Read
	for i := range reads {
		table, id := i/10%20, int64(i/200)
		q := queries[table+20*(i%10)]
		some = append(some, track.Read{Query: q, Args: []track.Value{id, int64(0)}})
		if len(some) == 5 {
			keep(b, tracker, nil, some...)
			some = nil
		}
	}
}

func update(table int, id int64, s string) track.Change {
	row := func(s string) track.Row {
		return image(map[string]any{"id": id, "rank": int64(1), "n": int64(0), "s": s})
	}
	return track.Change{Table: fmt.Sprint("t", table), Before: row("before"), After: row(s)}
}

// BenchmarkApplyTouchesNothing is a change of a row that nobody read.
func BenchmarkApplyTouchesNothing(b *testing.B) {
	for _, reads := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint("kept=", reads), func(b *testing.B) {
			tracker := track.New(track.Options{})
			fillReads(b, tracker, benchQueries(), reads)
			c := update(1, -1, "after")
			b.ReportAllocs()
			for b.Loop() {
				tracker.Apply(c)
			}
		})
	}
}

// BenchmarkApply is a change that drops entries of one read each, and their
// admission, without which there would soon be none: the measure less that of
// BenchmarkAdmit is the cost of the change.
func BenchmarkApply(b *testing.B) {
	for _, touched := range []int{1, 10} {
		for _, reads := range []int{1_000, 100_000, 1_000_000} {
			b.Run(fmt.Sprintf("touched=%d/kept=%d", touched, reads), func(b *testing.B) {
				tracker := track.New(track.Options{})
				queries := benchQueries()
				fillReads(b, tracker, queries, reads)
				c := update(1, -1, "after")
				b.ReportAllocs()
				for b.Loop() {
					for i := range touched {
						q := queries[1+20*(i%10)]
						keep(b, tracker, nil, track.Read{Query: q, Args: []track.Value{int64(-1), int64(0)}})
					}
					tracker.Apply(c)
				}
				if got := tracker.Stats().Dropped; got != uint64(b.N*touched) {
					b.Fatalf("%d entries dropped in %d rounds of %d", got, b.N, touched)
				}
			})
		}
	}
}

// BenchmarkApplyToOneBucket is a change that nobody is touched by among reads
// that only an examination one by one tells apart: a range, no equality.
func BenchmarkApplyToOneBucket(b *testing.B) {
	const reads = 100_000
	tracker := track.New(track.Options{})
	q := &track.Query{Table: "t1", Where: track.Cmp("id", track.Greater, track.Param(1)), Columns: []string{"s"}}
	for i := range int64(reads) {
		keep(b, tracker, nil, track.Read{Query: q, Args: []track.Value{i}})
	}
	for name, c := range map[string]track.Change{
		"read column":   update(1, -1, "after"),
		"unread column": {Table: "t1", Before: image(map[string]any{"id": int64(-1), "n": int64(1)}), After: image(map[string]any{"id": int64(-1), "n": int64(2)})},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				tracker.Apply(c)
			}
		})
	}
}

// BenchmarkApplyBatch is one commit of 5 000 rows over 100 000 kept reads; the
// mutex is held throughout.
func BenchmarkApplyBatch(b *testing.B) {
	tracker := track.New(track.Options{})
	fillReads(b, tracker, benchQueries(), 100_000)
	batch := make([]track.Change, 5000)
	for i := range batch {
		batch[i] = update(1, int64(-1-i), "after")
	}
	for b.Loop() {
		tracker.Apply(batch...)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(batch)), "ns/change")
}

// BenchmarkEverything drops 100 000 reads at once.
func BenchmarkEverything(b *testing.B) {
	tracker := track.New(track.Options{})
	queries := benchQueries()
	for b.Loop() {
		b.StopTimer()
		fillReads(b, tracker, queries, 100_000)
		b.StartTimer()
		tracker.Apply(track.Everything())
	}
}

// BenchmarkAdmit is a recording of some reads, its admission and its end.
func BenchmarkAdmit(b *testing.B) {
	for _, reads := range []int{1, 5, 50} {
		b.Run(fmt.Sprint("reads=", reads), func(b *testing.B) {
			tracker := track.New(track.Options{})
			queries := benchQueries()
			fillReads(b, tracker, queries, 100_000)
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				ctx, rec := tracker.Record(ctx)
				for i := range reads {
					track.Note(ctx, track.Read{Query: queries[i], Args: []track.Value{int64(-1), int64(0)}})
				}
				e, err := rec.Admit(nil)
				if err != nil {
					b.Fatal(err)
				}
				tracker.Forget(e)
			}
		})
	}
}

// BenchmarkLive is the question that every request asks, from all processors.
func BenchmarkLive(b *testing.B) {
	tracker := track.New(track.Options{})
	e := keep(b, tracker, nil, readOf(1))
	now := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if !e.Live(now) {
				b.Error("dead")
			}
		}
	})
}

// BenchmarkBytesPerRead measures the memory of kept reads of two arguments,
// five in each entry: arguments, entry and index together.
func BenchmarkBytesPerRead(b *testing.B) {
	const reads = 200_000
	queries := benchQueries()
	for b.Loop() {
		before := heap()
		tracker := track.New(track.Options{})
		fillReads(b, tracker, queries, reads)
		b.ReportMetric(float64(heap()-before)/reads, "B/read")
		runtime.KeepAlive(tracker)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
