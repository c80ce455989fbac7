package cache_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"veche/cache"
	"veche/cache/cachetest"
)

// A slowCAR is CAR and CARMod in bytes, written for being read: four slices
// from the oldest to the newest, searched and copied.
type slowCAR struct {
	mod            bool
	t1, t2, b1, b2 []slowEntry
	p              float64
	c              int64
	peak           int
	evictions      int
	last           time.Duration
}

type slowEntry struct {
	node  *cache.Node // nil in a ghost
	hash  uint64
	size  int64
	cell  time.Duration
	still bool
}

func sum(entries []slowEntry) (bytes int64) {
	for _, e := range entries {
		bytes += e.size
	}
	return bytes
}

func find(entries []slowEntry, hash uint64) int {
	return slices.IndexFunc(entries, func(e slowEntry) bool { return e.hash == hash })
}

func cut(entries *[]slowEntry, i int) slowEntry {
	e := (*entries)[i]
	*entries = slices.Delete(*entries, i, i+1)
	return e
}

func (s *slowCAR) Hit(n *cache.Node) { n.Mark.Store(1) }

func (s *slowCAR) Add(n *cache.Node) {
	e := slowEntry{node: n, hash: n.Hash(), size: n.Size(), cell: n.Cost()}
	inB1, inB2 := find(s.b1, e.hash), find(s.b2, e.hash)
	size1, size2 := float64(sum(s.b1)), float64(sum(s.b2))
	switch {
	case inB1 >= 0:
		if !s.b1[inB1].still {
			s.p = min(s.p+s.step(size2, size1)*float64(e.size), float64(s.c))
		}
		cut(&s.b1, inB1)
		s.t2 = append(s.t2, e)
	case inB2 >= 0:
		if !s.b2[inB2].still {
			s.p = max(s.p-s.step(size1, size2)*float64(e.size), 0)
		}
		cut(&s.b2, inB2)
		s.t2 = append(s.t2, e)
	default:
		s.t1 = append(s.t1, e)
	}
	s.peak = max(s.peak, len(s.t1)+len(s.t2))
	s.bound()
}

func (s *slowCAR) step(other, mine float64) float64 {
	if mine == 0 {
		return 1
	}
	return max(1, other/mine)
}

func (s *slowCAR) bound() {
	for s.c > 0 && len(s.b1) > 0 && sum(s.t1)+sum(s.b1) > s.c {
		s.b1 = s.b1[1:]
	}
	for s.c > 0 && len(s.b2) > 0 && sum(s.t1)+sum(s.t2)+sum(s.b1)+sum(s.b2) > 2*s.c {
		s.b2 = s.b2[1:]
	}
	for len(s.b1)+len(s.b2) > s.peak {
		if len(s.b1) > len(s.b2) {
			s.b1 = s.b1[1:]
		} else {
			s.b2 = s.b2[1:]
		}
	}
}

func (s *slowCAR) Remove(n *cache.Node, _ cache.Reason) {
	for _, side := range []struct{ clock, ghosts *[]slowEntry }{{&s.t1, &s.b1}, {&s.t2, &s.b2}} {
		if i := find(*side.clock, n.Hash()); i >= 0 {
			e := cut(side.clock, i)
			e.node, e.still = nil, true
			*side.ghosts = append(*side.ghosts, e)
		}
	}
	s.bound()
}

func (s *slowCAR) Evict(newcomer *cache.Node, budget int64) *cache.Node {
	if s.c == 0 || budget < s.c {
		s.peak = len(s.t1) + len(s.t2)
	}
	s.c, s.p = budget, min(s.p, float64(budget))
	if len(s.t1)+len(s.t2) == 0 {
		return nil
	}
	clock, i := s.turn()
	ghosts := &s.b1
	if clock == &s.t2 {
		ghosts = &s.b2
	}
	e := cut(clock, i)
	n := e.node
	e.node, e.still = nil, false
	*ghosts = append(*ghosts, e)
	s.last = n.Cost()
	s.evictions++
	if newcomer == nil {
		s.bound()
	}
	return n
}

// turn returns where the victim is.
func (s *slowCAR) turn() (clock *[]slowEntry, i int) {
	passed := map[uint64]bool{}
	for range 128 {
		clock = &s.t2
		if len(s.t1) > 0 && (len(s.t2) == 0 || float64(sum(s.t1)) >= s.p) {
			clock = &s.t1
		}
		if e := (*clock)[0]; e.node.Mark.Load() != 0 {
			e.node.Mark.Store(0)
			e.cell = e.node.Cost()
			cut(clock, 0)
			s.t2 = append(s.t2, e)
			continue
		}
		if !s.mod || s.evictions == 0 {
			return clock, 0
		}
		e := cut(clock, 0)
		left := e.cell - max(s.last, time.Microsecond)
		if left <= 0 {
			*clock = slices.Insert(*clock, 0, e)
			return clock, 0
		}
		e.cell = left
		*clock = append(*clock, e)
		passed[e.hash] = true
	}
	return s.least(passed)
}

// least returns the entry with the least cell of those that were passed over;
// there always is one where this is used, as no more than 200 are resident. Of
// equals, the one passed over first in the last round is found by its place.
func (s *slowCAR) least(passed map[uint64]bool) (clock *[]slowEntry, at int) {
	var best time.Duration = -1
	for _, side := range []*[]slowEntry{&s.t1, &s.t2} {
		for i, e := range *side {
			if passed[e.hash] && (best < 0 || e.cell < best) {
				clock, at, best = side, i, e.cell
			}
		}
	}
	return clock, at
}

// TestCARAndCARModChooseLikeTheirModels plays random histories with deletes,
// replacements and changes of the budget to the fast and the slow policies.
func TestCARAndCARModChooseLikeTheirModels(t *testing.T) {
	for _, mod := range []bool{false, true} {
		t.Run(fmt.Sprintf("mod=%v", mod), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { differ(t, mod) })
		})
	}
}

func differ(t *rapid.T, mod bool) {
	var fast cache.Policy = cache.NewCAR()
	if mod {
		fast = cache.NewCARMod()
	}
	// Costs are made unlike by the step's number, so that no two cells tie.
	unit := rapid.SampledFrom([]time.Duration{time.Nanosecond, time.Millisecond, time.Hour}).Draw(t, "unit")
	budget := rapid.Int64Range(1, 300).Draw(t, "budget")
	got, want := cachetest.NewReferee(fast, budget), cachetest.NewReferee(&slowCAR{mod: mod}, budget)
	both := func(do func(*cachetest.Referee) error) {
		t.Helper()
		for _, r := range []*cachetest.Referee{got, want} {
			if err := do(r); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want.Dropped(), got.Dropped()); diff != "" {
			t.Fatalf("dropped keys (-slow +fast):\n%s", diff)
		}
	}
	steps := rapid.IntRange(20, 300).Draw(t, "steps")
	keys := rapid.Uint64Range(1, rapid.Uint64Range(5, 100).Draw(t, "keys"))
	sizes := rapid.Int64Range(0, rapid.Int64Range(1, 60).Draw(t, "largest"))
	for i := range steps {
		key := keys.Draw(t, "key")
		switch draw := rapid.IntRange(0, 99).Draw(t, "what"); {
		case draw < 4:
			both(func(r *cachetest.Referee) error { r.Delete(key, cache.Deleted); return nil })
		case draw < 5:
			budget := rapid.Int64Range(1, 300).Draw(t, "budget")
			both(func(r *cachetest.Referee) error { return r.Resize(budget) })
		case draw < 70 && got.Get(key):
			want.Get(key)
		default:
			size := sizes.Draw(t, "size")
			cost := rapid.Int64Range(0, 100).Draw(t, "cost")*int64(unit) + int64(i)
			both(func(r *cachetest.Referee) error {
				_, err := r.Set(key, size, time.Duration(cost))
				return err
			})
		}
		if diff := cmp.Diff(want.Keys(), got.Keys()); diff != "" {
			t.Fatalf("residents (-slow +fast):\n%s", diff)
		}
	}
}

// A paperCAR is the algorithm of the paper (Figure 2), in pages, to the letter.
type paperCAR struct {
	c              int
	p              float64
	t1, t2, b1, b2 []uint64
	ref            map[uint64]bool
}

// request returns the page that left, if any.
func (s *paperCAR) request(x uint64) (victim uint64, evicted bool) {
	if slices.Contains(s.t1, x) || slices.Contains(s.t2, x) {
		s.ref[x] = true
		return 0, false
	}
	known := slices.Contains(s.b1, x) || slices.Contains(s.b2, x)
	if len(s.t1)+len(s.t2) == s.c {
		victim, evicted = s.replace(), true
		if !known && len(s.t1)+len(s.b1) == s.c {
			s.b1 = s.b1[1:]
		} else if !known && len(s.t1)+len(s.t2)+len(s.b1)+len(s.b2) == 2*s.c {
			s.b2 = s.b2[1:]
		}
	}
	n1, n2 := float64(len(s.b1)), float64(len(s.b2))
	other := func(y uint64) bool { return y == x }
	switch {
	case !known:
		s.t1 = append(s.t1, x)
	case slices.Contains(s.b1, x):
		s.p = min(s.p+max(1, n2/n1), float64(s.c))
		s.b1 = slices.DeleteFunc(s.b1, other)
		s.t2 = append(s.t2, x)
	default:
		s.p = max(s.p-max(1, n1/n2), 0)
		s.b2 = slices.DeleteFunc(s.b2, other)
		s.t2 = append(s.t2, x)
	}
	s.ref[x] = false
	return victim, evicted
}

func (s *paperCAR) replace() uint64 {
	for {
		if float64(len(s.t1)) >= max(1, s.p) {
			x := s.t1[0]
			s.t1 = s.t1[1:]
			if !s.ref[x] {
				s.b1 = append(s.b1, x)
				return x
			}
			s.ref[x] = false
			s.t2 = append(s.t2, x)
		} else {
			x := s.t2[0]
			s.t2 = s.t2[1:]
			if !s.ref[x] {
				s.b2 = append(s.b2, x)
				return x
			}
			s.ref[x] = false
			s.t2 = append(s.t2, x)
		}
	}
}

// TestCARIsThePapersForPagesOfOneSize shows that counting bytes changes
// nothing where the paper applies, and CARMod nothing where costs are equal.
func TestCARIsThePapersForPagesOfOneSize(t *testing.T) {
	const page = 1024 // a power of two, so that fractions of pages round alike
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.IntRange(1, 20).Draw(t, "c")
		paper := &paperCAR{c: c, ref: map[uint64]bool{}}
		car := cachetest.NewReferee(cache.NewCAR(), int64(c)*page)
		mod := cachetest.NewReferee(cache.NewCARMod(), int64(c)*page)
		keys := rapid.Uint64Range(1, uint64(c)*4)
		for range rapid.IntRange(20, 300).Draw(t, "requests") {
			x := keys.Draw(t, "x")
			victim, evicted := paper.request(x)
			want := []uint64{victim}[:0]
			if evicted {
				want = append(want, victim)
			}
			for _, r := range []*cachetest.Referee{car, mod} {
				if r.Get(x) {
					if evicted {
						t.Fatalf("%d is resident, not in the paper", x)
					}
					continue
				}
				if _, err := r.Set(x, page, time.Second); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(r.Dropped(), want) {
					t.Fatalf("dropped %v, the paper %v", r.Dropped(), want)
				}
			}
		}
	})
}

// TestLRUDropsTheOldestUse compares with a slice in the order of use.
func TestLRUDropsTheOldestUse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref := cachetest.NewReferee(cache.NewLRU(), 100)
		var order []uint64 // the oldest use first
		sizes := map[uint64]int64{}
		touch := func(key uint64) {
			order = append(slices.DeleteFunc(order, func(k uint64) bool { return k == key }), key)
		}
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			key := rapid.Uint64Range(1, 40).Draw(t, "key")
			switch draw := rapid.IntRange(0, 9).Draw(t, "what"); {
			case draw == 0 && ref.Delete(key, cache.Deleted):
				order = slices.DeleteFunc(order, func(k uint64) bool { return k == key })
				delete(sizes, key)
			case draw < 6:
				if ref.Get(key) {
					touch(key)
				}
			default:
				touch(key)
				sizes[key] = rapid.Int64Range(0, 50).Draw(t, "size")
				var total int64
				for _, s := range sizes {
					total += s
				}
				var want []uint64
				for ; total > 100; order = order[1:] {
					want = append(want, order[0])
					total -= sizes[order[0]]
					delete(sizes, order[0])
				}
				if _, err := ref.Set(key, sizes[key], 0); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(ref.Dropped(), want) {
					t.Fatalf("dropped %v, want %v", ref.Dropped(), want)
				}
			}
		}
	})
}
