package cache_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"veche/cache"
)

const benchKeys = 1 << 17

// benchCache has room for share of all keys with values of 2 KiB.
func benchCache(b *testing.B, policy cache.Policy, share float64) (*cache.Cache[string, []byte], []string, []byte) {
	b.Helper()
	c, err := cache.New(cache.Options[string, []byte]{
		Bytes:  int64(share * benchKeys * 2300),
		Size:   func(k string, v []byte) int64 { return int64(len(k) + len(v)) },
		Policy: policy,
	})
	if err != nil {
		b.Fatal(err)
	}
	keys := make([]string, benchKeys)
	value := make([]byte, 2048)
	for i := range keys {
		keys[i] = "fragment:" + strconv.Itoa(i)
		c.Set(keys[i], value, time.Duration(1+i%100)*time.Millisecond)
	}
	return c, keys, value
}

// zipf returns a long series of keys' numbers by Zipf's law.
func zipf(seed uint64) []uint32 {
	z := rand.NewZipf(rand.New(rand.NewPCG(seed, 1)), 1.01, 8, benchKeys-1)
	draws := make([]uint32, 1<<20)
	for i := range draws {
		draws[i] = uint32(z.Uint64())
	}
	return draws
}

// BenchmarkGetHit measures hits from all processors.
func BenchmarkGetHit(b *testing.B) {
	for _, p := range policies[:3] {
		b.Run(p.name, func(b *testing.B) {
			c, keys, _ := benchCache(b, p.open(), 1.1)
			draws := zipf(1)
			var starts atomic.Uint32
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for i := starts.Add(1) << 18; pb.Next(); i++ {
					if _, ok := c.Get(keys[draws[i%uint32(len(draws))]]); !ok {
						b.Error("a miss")
						return
					}
				}
			})
		})
	}
}

// BenchmarkGetHitPlainMap is what the hits are to be compared with: the same
// keys in a map under a read-write mutex, with no bound and no counts.
func BenchmarkGetHitPlainMap(b *testing.B) {
	_, keys, value := benchCache(b, cache.NewLRU(), 0.001)
	var mu sync.RWMutex
	m := make(map[string][]byte)
	for _, key := range keys {
		m[key] = value
	}
	draws := zipf(1)
	var starts atomic.Uint32
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := starts.Add(1) << 18; pb.Next(); i++ {
			mu.RLock()
			_, ok := m[keys[draws[i%uint32(len(draws))]]]
			mu.RUnlock()
			if !ok {
				b.Error("a miss")
				return
			}
		}
	})
}

// BenchmarkSet measures fills with new keys, each of which evicts another.
func BenchmarkSet(b *testing.B) {
	for _, p := range policies[:3] {
		b.Run(p.name, func(b *testing.B) {
			c, keys, value := benchCache(b, p.open(), 0.1)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				c.Set(keys[i%len(keys)], value, time.Duration(1+i%100)*time.Millisecond)
				i++
			}
		})
	}
}

// BenchmarkMixed measures requests by Zipf's law with room for a tenth of the
// keys: a miss is filled, and of a thousand gets so many become sets.
func BenchmarkMixed(b *testing.B) {
	for _, sets := range []int{0, 100, 500} {
		b.Run(fmt.Sprintf("sets=%d‰", sets), func(b *testing.B) {
			c, keys, value := benchCache(b, cache.NewCARMod(), 0.1)
			draws := zipf(1)
			var starts atomic.Uint32
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for i := starts.Add(1) << 18; pb.Next(); i++ {
					key := keys[draws[i%uint32(len(draws))]]
					set := int(i%1000) < sets
					if !set {
						_, ok := c.Get(key)
						set = !ok
					}
					if set {
						c.Set(key, value, time.Duration(1+i%100)*time.Millisecond)
					}
				}
			})
			b.ReportMetric(c.Stats().HitRatio(), "hits/get")
		})
	}
}

// BenchmarkOverhead reports how many bytes of heap an entry takes beyond its
// key and value words: while nothing was evicted yet, and after a load that
// fills the policy's memory of keys that left.
func BenchmarkOverhead(b *testing.B) {
	const entries = 300_000
	for _, ghosts := range []bool{false, true} {
		b.Run(fmt.Sprintf("ghosts=%v", ghosts), func(b *testing.B) {
			var perEntry float64
			for b.Loop() {
				before := heap()
				c, err := cache.New(cache.Options[uint64, uint64]{Bytes: 1 << 30})
				if err != nil {
					b.Fatal(err)
				}
				if err := c.SetBytes(entries * c.Overhead()); err != nil {
					b.Fatal(err)
				}
				fill(c, entries, ghosts)
				perEntry = float64(heap()-before)/float64(c.Len()) - 16
				runtime.KeepAlive(c)
			}
			b.ReportMetric(perEntry, "B/entry")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func fill(c *cache.Cache[uint64, uint64], entries uint64, ghosts bool) {
	for key := range entries {
		c.Set(key, key, time.Millisecond)
	}
	if !ghosts {
		return
	}
	for key := range 4 * entries {
		key += entries
		c.Set(key, key, time.Millisecond)
		if key%2 == 0 {
			c.Get(key)
		}
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
