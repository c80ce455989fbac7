package cachetest

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"veche/cache"
)

// Test checks that the policies that open returns keep the contract of
// cache.Policy. Every call of open must return a new, empty policy that
// behaves like the others: where it draws lots, from the same seed. An Evict
// that does not end shows as the test's timeout. The suite measures memory, so
// it must not run in parallel with other tests.
func Test(t *testing.T, open func() cache.Policy) {
	t.Helper()
	for _, l := range loads {
		t.Run("Contract/"+l.name, func(t *testing.T) { testContract(t, open(), l) })
	}
	t.Run("SameRequestsSameVictims", func(t *testing.T) { testSameVictims(t, open) })
	t.Run("EmptiesWhenTheBudgetShrinks", func(t *testing.T) { testShrink(t, open()) })
	t.Run("ForgetsNodesThatLeft", func(t *testing.T) { testForgets(t, open()) })
	t.Run("RemembersKeysInBoundedMemory", func(t *testing.T) { testMemory(t, open) })
	t.Run("EvictsWhileHit", func(t *testing.T) { testHits(t, open()) })
	t.Run("ServesACache", func(t *testing.T) { testCache(t, open()) })
}

// A load draws sizes and costs. The budget is for about a hundred entries.
type load struct {
	name   string
	budget int64
	size   func(r *rand.Rand) int64
	cost   func(r *rand.Rand) time.Duration
}

var loads = []load{
	{"mixed", 100_000, between(1, 2000), costs(0, time.Second)},
	{"equal", 1000, always(10), cost(time.Millisecond)},
	{"zero sizes", 1000, func(r *rand.Rand) int64 { return r.Int64N(2) * 20 }, costs(0, time.Second)},
	{"zero costs", 100_000, between(1, 2000), cost(0)},
	{"huge sizes", cache.BytesMax, between(1, cache.BytesMax), costs(0, time.Second)},
	{"huge costs", 100_000, between(1, 2000), cost(math.MaxInt64)},
	{"extreme costs", 100_000, between(1, 2000), func(r *rand.Rand) time.Duration {
		return time.Duration(1) << r.IntN(63)
	}},
	{"cheap then dear", 1000, always(10), func(r *rand.Rand) time.Duration {
		if r.IntN(50) == 0 {
			return 1
		}
		return time.Hour
	}},
	{
		"whole budget", 1000, func(r *rand.Rand) int64 { return []int64{1, 999, 1000, 1001}[r.IntN(4)] },
		costs(0, time.Second),
	},
}

func always(size int64) func(*rand.Rand) int64 {
	return func(*rand.Rand) int64 { return size }
}

func between(low, high int64) func(*rand.Rand) int64 {
	return func(r *rand.Rand) int64 { return low + r.Int64N(high-low+1) }
}

func cost(d time.Duration) func(*rand.Rand) time.Duration {
	return func(*rand.Rand) time.Duration { return d }
}

func costs(low, high time.Duration) func(*rand.Rand) time.Duration {
	return func(r *rand.Rand) time.Duration { return low + time.Duration(r.Int64N(int64(high-low))) }
}

const steps = 10_000

// step does one random thing. Keys are drawn with a bias to small numbers.
func step(ref *Referee, r *rand.Rand, l load) error {
	key := uint64(r.ExpFloat64() * 100)
	switch draw := r.IntN(1000); {
	case draw < 10:
		ref.Delete(key, []cache.Reason{cache.Deleted, cache.Expired}[r.IntN(2)])
	case draw < 20:
		_, err := ref.Set(key, l.size(r), l.cost(r))
		return err
	case draw < 22:
		return ref.Resize(max(1, l.budget/8*(1+r.Int64N(8))))
	default:
		if !ref.Get(key) {
			_, err := ref.Set(key, l.size(r), l.cost(r))
			return err
		}
	}
	return nil
}

// testContract plays a random load; the referee finds victims that are not
// resident, missing victims and a budget that is not kept.
func testContract(t *testing.T, policy cache.Policy, l load) {
	ref, r := NewReferee(policy, l.budget), rand.New(rand.NewPCG(1, 2))
	for i := range steps {
		if err := step(ref, r, l); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		if ref.bytes > ref.budget {
			t.Fatalf("step %d: %d bytes are resident, above the budget of %d", i, ref.bytes, ref.budget)
		}
	}
}

func testSameVictims(t *testing.T, open func() cache.Policy) {
	l := loads[0]
	a, ra := NewReferee(open(), l.budget), rand.New(rand.NewPCG(3, 4))
	b, rb := NewReferee(open(), l.budget), rand.New(rand.NewPCG(3, 4))
	for i := range steps {
		if err := step(a, ra, l); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		if err := step(b, rb, l); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		if !slices.Equal(a.Dropped(), b.Dropped()) {
			t.Fatalf("step %d: one dropped %v, the other %v", i, a.Dropped(), b.Dropped())
		}
	}
}

func testShrink(t *testing.T, policy cache.Policy) {
	if n := policy.Evict(nil, 1); n != nil {
		t.Fatalf("an empty policy named the victim %d", n.Hash())
	}
	ref := NewReferee(policy, 1000)
	for key := range uint64(1000) {
		if _, err := ref.Set(key, 10, time.Millisecond); err != nil {
			t.Fatal(err)
		}
		ref.Get(key / 2)
	}
	if err := ref.Resize(9); err != nil {
		t.Fatal(err)
	}
	if keys := ref.Keys(); len(keys) > 0 {
		t.Errorf("%v are resident in a budget below their size", keys)
	}
	if n := policy.Evict(nil, 1); n != nil {
		t.Errorf("an emptied policy named the victim %d", n.Hash())
	}
	if err := ref.Resize(1000); err != nil {
		t.Fatal(err)
	}
	if kept, err := ref.Set(1, 10, time.Millisecond); !kept || err != nil {
		t.Errorf("Set after the budget grew again = %v, %v, want true, nil", kept, err)
	}
}

// testForgets watches that nodes, which keep values alive, are let go of.
func testForgets(t *testing.T, policy cache.Policy) {
	var gone []weak.Pointer[cache.Node]
	var stay []*cache.Node
	for i := range uint64(300) {
		n := cache.NewNode(i, 10, time.Millisecond)
		policy.Add(n)
		policy.Hit(n)
		switch i % 3 {
		case 0:
			policy.Remove(n, cache.Deleted)
			gone = append(gone, weak.Make(n))
		case 1:
			if v := policy.Evict(nil, 500); v != nil {
				gone = append(gone, weak.Make(v))
				stay = slices.DeleteFunc(stay, func(s *cache.Node) bool { return s == v })
				if v != n {
					stay = append(stay, n)
				}
			} else {
				t.Fatalf("no victim of %d residents", len(stay)+1)
			}
		default:
			stay = append(stay, n)
		}
	}
	runtime.GC()
	held := 0
	for _, w := range gone {
		if w.Value() != nil {
			held++
		}
	}
	if held > 0 {
		t.Errorf("the policy holds %d of %d nodes that left", held, len(gone))
	}
	runtime.KeepAlive(stay)
	runtime.KeepAlive(policy)
}

// testMemory streams keys through a small policy, with and without deletes,
// and expects that the heap does not grow with their number.
func testMemory(t *testing.T, open func() cache.Policy) {
	const keys, allowed = 200_000, 1 << 20
	for _, why := range []cache.Reason{cache.Evicted, cache.Deleted} {
		before := heap()
		ref := NewReferee(open(), 1000)
		for key := range uint64(keys) {
			if _, err := ref.Set(key, 10, time.Millisecond); err != nil {
				t.Fatal(err)
			}
			if why == cache.Deleted {
				ref.Delete(key, why)
			}
		}
		if grown := heap() - before; grown > allowed {
			t.Errorf("after %d keys of which each was %v, with at most 100 resident, the heap grew by %d bytes, want at most %d",
				keys, why, grown, allowed)
		}
		runtime.KeepAlive(ref)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// testHits evicts while other goroutines hit, residents and others alike.
func testHits(t *testing.T, policy cache.Policy) {
	nodes := make([]*cache.Node, 2000)
	for i := range nodes {
		nodes[i] = cache.NewNode(uint64(i), 10, time.Duration(i)*time.Millisecond)
	}
	var done atomic.Bool
	var hitters sync.WaitGroup
	for range 2 {
		hitters.Go(func() {
			for i := 0; !done.Load(); i++ {
				policy.Hit(nodes[i%len(nodes)])
			}
		})
	}
	defer hitters.Wait()
	defer done.Store(true)
	resident := 0
	for _, n := range nodes {
		for resident >= 100 {
			v := policy.Evict(n, 1000)
			if v == nil {
				t.Fatalf("no victim of %d residents", resident)
			}
			if v == n {
				break
			}
			resident--
		}
		if resident < 100 {
			policy.Add(n)
			resident++
		}
	}
}

// testCache runs the policy in a cache: what was set is found unless refused,
// what was deleted is not, and the budget holds after every operation.
func testCache(t *testing.T, policy cache.Policy) {
	budget := int64(50_000)
	c, err := cache.New(cache.Options[uint64, int64]{
		Bytes:  budget,
		Size:   func(_ uint64, size int64) int64 { return size },
		Policy: policy,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for i := range int64(steps) {
		key := uint64(r.ExpFloat64() * 200)
		switch {
		case i%10 == 0:
			c.Delete(key)
			if _, ok := c.Get(key); ok {
				t.Fatalf("step %d: key %d is found after Delete", i, key)
			}
		case i%1000 == 1:
			budget = 10_000 + r.Int64N(50_000)
			if err := c.SetBytes(budget); err != nil {
				t.Fatal(err)
			}
		default:
			want := r.Int64N(1000)
			kept := c.Set(key, want, time.Duration(r.Int64N(1e9)))
			if got, ok := c.Get(key); ok != kept || ok && got != want {
				t.Fatalf("step %d: Set(%d, %d) = %v, then Get = %d, %v", i, key, want, kept, got, ok)
			}
		}
		if got := c.Bytes(); got > budget {
			t.Fatalf("step %d: %d bytes in a budget of %d", i, got, budget)
		}
	}
	if st := c.Stats(); st.Evicted == 0 || st.Hits == 0 {
		t.Errorf("the load evicted %d and hit %d, want some of both", st.Evicted, st.Hits)
	}
}
