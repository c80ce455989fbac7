package cache_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"veche/cache"
)

// TestASetIsSeenAndADeleteIsNeverLost lets owners set and delete keys of their
// own, while the index grows and shrinks around them and watchers read. An
// owner must find exactly what it set, and no watcher may see a key's version
// go back.
func TestASetIsSeenAndADeleteIsNeverLost(t *testing.T) {
	c, err := cache.New(cache.Options[int, int]{Bytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	const owners, keys, rounds = 3, 16, 3000
	var done atomic.Bool
	var own, watch sync.WaitGroup
	for o := range owners {
		own.Go(func() {
			for version := range rounds {
				key := o*keys + version%keys
				c.Set(key, version, time.Millisecond)
				if got, ok := c.Get(key); !ok || got != version {
					t.Errorf("owner %d: Get(%d) = %d, %v after Set of %d", o, key, got, ok, version)
				}
				if version%3 == 0 {
					if !c.Delete(key) {
						t.Errorf("owner %d: Delete(%d) found nothing", o, key)
					}
					if got, ok := c.Get(key); ok {
						t.Errorf("owner %d: Get(%d) = %d after Delete", o, key, got)
					}
				}
			}
		})
	}
	for range 2 {
		watch.Go(func() {
			seen := make([]int, owners*keys)
			for i := 0; !done.Load(); i++ {
				key := i % len(seen)
				got, ok := c.Get(key)
				if ok && got < seen[key] {
					t.Errorf("key %d went back from version %d to %d", key, seen[key], got)
				}
				if ok {
					seen[key] = got
				}
			}
		})
	}
	watch.Go(func() {
		for first := 1 << 20; !done.Load(); first += 4000 {
			for i := range 4000 {
				c.Set(first+i, 0, 0)
			}
			c.DeleteFunc(func(key, _ int) bool { return key >= 1<<20 })
		}
	})
	own.Wait()
	done.Store(true)
	watch.Wait()
}

// TestWhatStaysIsFoundWhileTheIndexMoves puts all keys into one chain, in which
// others come and go and which is moved at every resize. The keys are long and
// differ at the end, so that a reader stays on each for a while. It fails if
// find trusts a miss during a resize, and if unlinking an entry cuts its own
// way on.
func TestWhatStaysIsFoundWhileTheIndexMoves(t *testing.T) {
	c, err := cache.New(cache.Options[string, int]{Hash: func(string) uint64 { return 1 }})
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]string, 200)
	for i := range keys {
		keys[i] = strings.Repeat("k", 1000) + strconv.Itoa(1000+i)
		c.Set(keys[i], i, 0)
	}
	var done atomic.Bool
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for i := 0; !done.Load(); i = (i + 10) % len(keys) {
				if got, ok := c.Get(keys[i]); !ok || got != i {
					t.Errorf("Get of key %d = %d, %v, though nobody removed it", i, got, ok)
					return
				}
			}
		})
	}
	for round := range 100 {
		if round%4 == 0 { // makes the index shrink and grow
			c.DeleteFunc(func(_ string, i int) bool { return i%10 != 0 })
		}
		for i, key := range keys {
			if i%10 != 0 {
				c.Delete(key)
				c.Set(key, i, 0)
			}
		}
	}
	done.Store(true)
	readers.Wait()
}

// TestHitsOnWhatLeavesAreCounted gets a key that is replaced all the time. It
// fails if hits on entries that just left are added to these.
func TestHitsOnWhatLeavesAreCounted(t *testing.T) {
	c, err := cache.New(cache.Options[int, int]{})
	if err != nil {
		t.Fatal(err)
	}
	c.Set(1, 0, time.Second)
	var done atomic.Bool
	var gets atomic.Int64
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			n := int64(0)
			for ; !done.Load(); n++ {
				c.Get(1)
			}
			gets.Add(n)
		})
	}
	for range 100_000 {
		c.Set(1, 0, time.Second)
	}
	done.Store(true)
	readers.Wait()
	st := c.Stats()
	if st.Hits != gets.Load() || st.Misses != 0 || st.Saved != time.Duration(st.Hits)*time.Second {
		t.Errorf("%d gets of a key that was always there are %d hits, %d misses, %v saved", gets.Load(), st.Hits, st.Misses, st.Saved)
	}
}

// TestTheAccountBalancesAfterABattle lets everything happen at once in a small
// budget under each policy and then adds up.
func TestTheAccountBalancesAfterABattle(t *testing.T) {
	for _, p := range policies {
		t.Run(p.name, func(t *testing.T) {
			var told, sets, gets atomic.Int64
			c := open(t, cache.Options[string, int64]{
				Bytes:    20_000,
				Policy:   p.open(),
				OnRemove: func(string, int64, cache.Reason) { told.Add(1) },
			})
			var wg sync.WaitGroup
			for g := range uint64(4) {
				wg.Go(func() {
					r := rand.New(rand.NewPCG(g, 0))
					for range 5000 {
						fight(t, c, r, &sets, &gets)
					}
				})
			}
			wg.Wait()
			balance(t, c, told.Load(), sets.Load(), gets.Load())
		})
	}
}

func fight(t *testing.T, c *cache.Cache[string, int64], r *rand.Rand, sets, gets *atomic.Int64) {
	letters := "abcdefghijklmnopqrstuvwxyz"
	i, j := r.IntN(len(letters)), r.IntN(8)
	key := letters[i:min(i+1+j, len(letters))]
	switch draw := r.IntN(1000); {
	case draw < 600:
		gets.Add(1)
		c.Get(key)
	case draw < 800:
		sets.Add(1)
		c.Set(key, r.Int64N(1000), time.Duration(r.IntN(1e6)))
	case draw < 900:
		sets.Add(1)
		c.SetUntil(key, r.Int64N(1000), 1, time.Now().Add(time.Duration(r.IntN(1e6))))
	case draw < 950:
		c.Delete(key)
	case draw < 980:
		c.DeleteMany([]string{key, "a", "none"})
	case draw < 985:
		if err := c.SetBytes(1 + r.Int64N(40_000)); err != nil {
			t.Error(err)
		}
	case draw < 990:
		c.DeleteExpired()
	case draw < 995:
		seen := map[string]bool{}
		for key := range c.All() {
			if seen[key] {
				t.Errorf("All yields %q twice", key)
			}
			seen[key] = true
		}
	default:
		if st := c.Stats(); st.Bytes > st.Budget {
			t.Errorf("%d bytes in a budget of %d", st.Bytes, st.Budget)
		}
	}
}

func balance(t *testing.T, c *cache.Cache[string, int64], told, sets, gets int64) {
	st := c.Stats()
	var bytes int64
	entries := 0
	for _, info := range c.All() {
		bytes += info.Size
		entries++
	}
	if bytes != st.Bytes || entries != st.Entries || st.Bytes > st.Budget {
		t.Errorf("All yields %d entries of %d bytes; Stats are %+v", entries, bytes, st)
	}
	if st.Hits+st.Misses != gets {
		t.Errorf("%d hits and %d misses of %d gets", st.Hits, st.Misses, gets)
	}
	removed := st.Evicted + st.Deleted + st.Replaced + st.Expired + st.Refused
	if removed != told || sets != removed+int64(entries) {
		t.Errorf("%d sets left %d entries and %d removals, the listener heard of %d", sets, entries, removed, told)
	}
}
