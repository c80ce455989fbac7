package track_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"veche/track"
)

const cells = 4

// store is versioned data under concurrent use: each cell holds a number that
// only grows, and applied is the greatest whose Apply has returned.
type store struct {
	tracker *track.Tracker
	mu      [cells]sync.Mutex
	value   [cells]int64
	applied [cells]atomic.Int64
	kept    [cells * cells]atomic.Pointer[shown]
	checked atomic.Int64
	refused atomic.Int64
}

// shown is a kept result: the numbers of two cells.
type shown struct {
	entry       *track.Entry
	left, right int64
}

func (s *store) read(cell int) int64 {
	s.mu[cell].Lock()
	defer s.mu[cell].Unlock()
	return s.value[cell]
}

// write commits a number, and tells of it without holding the data: several
// writers of one cell apply their changes in any order.
func (s *store) write(cell int) {
	s.mu[cell].Lock()
	s.value[cell]++
	now := s.value[cell]
	s.mu[cell].Unlock()
	s.tracker.Apply(track.Change{Table: "t", Before: cellRow(cell, now-1), After: cellRow(cell, now)})
	for old := s.applied[cell].Load(); old < now && !s.applied[cell].CompareAndSwap(old, now); {
		old = s.applied[cell].Load()
	}
}

func cellRow(cell int, value int64) track.Row {
	return image(map[string]any{"id": int64(cell), "n": value})
}

// fill makes the result for two cells and files it away.
func (s *store) fill(left, right int) {
	ctx, rec := s.tracker.Record(context.Background())
	track.Note(ctx, readOf(int64(left)))
	made := &shown{left: s.read(left)}
	runtime.Gosched()
	made.right = s.read(right)
	track.Note(ctx, readOf(int64(right)))
	var err error
	if made.entry, err = rec.Admit(nil); err != nil {
		s.refused.Add(1)
		return
	}
	if old := s.kept[left*cells+right].Swap(made); old != nil {
		s.tracker.Forget(old.entry)
	}
}

// look holds a kept result against what was applied before it is looked up.
func (s *store) look(t *testing.T, left, right int) {
	newest, newestRight := s.applied[left].Load(), s.applied[right].Load()
	seen := s.kept[left*cells+right].Load()
	if seen == nil || !seen.entry.Live(noon) {
		s.fill(left, right)
		return
	}
	s.checked.Add(1)
	if seen.left < newest || seen.right < newestRight {
		t.Errorf("a live result shows %d, %d after %d, %d were applied", seen.left, seen.right, newest, newestRight)
	}
}

// After Apply has returned, nobody sees an older state: the promise of the
// package under many goroutines. Tried, each of which fails it: Admit without
// verification; verification under one hold of the mutex and indexing under
// another, with a Gosched between; Apply marking entries dead after a Gosched
// when it has unlocked (a second Apply then returns while the entry is still
// live); the changes that came after verifyAhead left unverified; the clock of
// the recording noted at Admit and not at its beginning.
func TestNoLiveEntryShowsWhatWasBeforeAnAppliedChange(t *testing.T) {
	s := &store{tracker: track.New(track.Options{Log: 4096})}
	noise := make([]track.Change, 100) // long recordings must see many changes
	for i := range noise {
		noise[i].Table = "u"
	}
	stop := time.Now().Add(2 * time.Second)
	var workers sync.WaitGroup
	for i := range 12 {
		workers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 4))
			for time.Now().Before(stop) && !t.Failed() {
				switch {
				case i < 3:
					s.write(r.IntN(cells))
					runtime.Gosched()
				case i == 3:
					s.tracker.Apply(noise...)
					runtime.Gosched()
				default:
					s.look(t, r.IntN(cells), r.IntN(cells))
				}
			}
		})
	}
	workers.Wait()
	if s.checked.Load() < 2000 || s.refused.Load() < 20 {
		t.Errorf("only %d looks at live results and %d refusals: too few to mean anything", s.checked.Load(), s.refused.Load())
	}
	for i := range s.kept {
		if seen := s.kept[i].Load(); seen != nil {
			s.tracker.Forget(seen.entry)
		}
	}
	stats := s.tracker.Stats()
	if stats.Entries != 0 || stats.Reads != 0 || stats.Open != 0 || stats.Log != 0 {
		t.Errorf("left behind: %+v", stats)
	}
	t.Logf("%d live results checked, %d refused, %+v", s.checked.Load(), s.refused.Load(), stats)
}
