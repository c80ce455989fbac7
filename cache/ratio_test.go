package cache_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"veche/cache"
	"veche/cache/cachetest"
)

// A workload is a series of requests for objects with sizes and costs.
type workload struct {
	requests []uint64
	sizes    []int64
	costs    []time.Duration
}

// smallSite is 3000 requests of 670 distinct objects, each requested at least
// once and the rest by Zipf's law, of 1000 to 5000 bytes and 1 to 100 ms,
// drawn independently: 2 MB distinct and 9 MB in all.
func smallSite(seed uint64) workload {
	const requests, objects = 3000, 670
	r := rand.New(rand.NewPCG(seed, 1))
	zipf := rand.NewZipf(r, 1.01, 2, objects-1)
	var w workload
	for i := range uint64(objects) {
		w.requests = append(w.requests, i)
		w.sizes = append(w.sizes, 1000+r.Int64N(4001))
		w.costs = append(w.costs, time.Duration(1+r.IntN(100))*time.Millisecond)
	}
	for len(w.requests) < requests {
		w.requests = append(w.requests, zipf.Uint64())
	}
	r.Shuffle(requests, func(i, j int) { w.requests[i], w.requests[j] = w.requests[j], w.requests[i] })
	return w
}

// timeHitRatio replays a workload in a cache of so many bytes.
func timeHitRatio(t *testing.T, policy cache.Policy, w workload, budget int64) float64 {
	ref := cachetest.NewReferee(policy, budget)
	var hit, all time.Duration
	for _, key := range w.requests {
		all += w.costs[key]
		if ref.Get(key) {
			hit += w.costs[key]
		} else if _, err := ref.Set(key, w.sizes[key], w.costs[key]); err != nil {
			t.Fatal(err)
		}
	}
	return hit.Seconds() / all.Seconds()
}

// TestCARModSavesMoreTimeThanCARAndLRU compares time hit ratios, as means of
// twenty drawings, at cache sizes from 1 to 50 % of all objects.
func TestCARModSavesMoreTimeThanCARAndLRU(t *testing.T) {
	const drawings = 20
	for _, percent := range []int64{1, 2, 5, 10, 25, 50} {
		var mod, car, lru float64
		for seed := range uint64(drawings) {
			w := smallSite(seed)
			var distinct int64
			for _, s := range w.sizes {
				distinct += s
			}
			budget := distinct * percent / 100
			mod += timeHitRatio(t, cache.NewCARMod(), w, budget) / drawings
			car += timeHitRatio(t, cache.NewCAR(), w, budget) / drawings
			lru += timeHitRatio(t, cache.NewLRU(), w, budget) / drawings
		}
		t.Logf("%2d %%: CARMod %.3f, CAR %.3f, LRU %.3f", percent, mod, car, lru)
		if mod < car+0.005 || mod < lru+0.015 {
			t.Errorf("at %d %% CARMod saves %.3f of the time, CAR %.3f, LRU %.3f", percent, mod, car, lru)
		}
	}
}
