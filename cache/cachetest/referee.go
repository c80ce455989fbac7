// Package cachetest checks implementations of cache.Policy: Test is the suite
// that each has to pass, Referee plays single requests against a policy and
// watches that it keeps its contract.
package cachetest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"veche/cache"
)

// A Referee drives a policy as a cache would, by one goroutine and without
// values, and returns an error as soon as the policy breaks its contract. It
// also serves to simulate: what a policy would have kept of a series of
// requests. Keys are their own hashes.
type Referee struct {
	policy   cache.Policy
	budget   int64
	bytes    int64
	resident map[uint64]*cache.Node
	dropped  []uint64
}

// NewReferee returns a referee with an empty policy that no cache and no other
// referee uses. The budget is in bytes and positive.
func NewReferee(policy cache.Policy, budget int64) *Referee {
	return &Referee{policy: policy, budget: budget, resident: make(map[uint64]*cache.Node)}
}

// Get reports whether key is resident and, if so, tells the policy of the hit.
func (r *Referee) Get(key uint64) bool {
	n, ok := r.resident[key]
	if ok {
		r.policy.Hit(n)
	}
	return ok
}

// Set makes key resident with a new node, in place of any it had, and reports
// whether it got in.
func (r *Referee) Set(key uint64, size int64, cost time.Duration) (kept bool, err error) {
	r.dropped = r.dropped[:0]
	r.Delete(key, cache.Replaced)
	n := cache.NewNode(key, size, cost)
	if n.Size() > r.budget {
		return false, nil
	}
	refused, err := r.makeRoom(n)
	if err != nil || refused {
		return false, err
	}
	r.policy.Add(n)
	r.resident[key] = n
	r.bytes += n.Size()
	return true, nil
}

// Delete removes key for a reason other than Evicted or Refused, and reports
// whether it was resident.
func (r *Referee) Delete(key uint64, why cache.Reason) bool {
	n, ok := r.resident[key]
	if ok {
		r.policy.Remove(n, why)
		r.forget(n)
	}
	return ok
}

// Resize changes the budget and drops what is above it.
func (r *Referee) Resize(budget int64) error {
	r.dropped = r.dropped[:0]
	r.budget = budget
	_, err := r.makeRoom(nil)
	return err
}

// Dropped returns the keys that the last Set or Resize evicted, in order. It
// is valid until the next.
func (r *Referee) Dropped() []uint64 { return r.dropped }

// Bytes returns the sum of the sizes of the residents.
func (r *Referee) Bytes() int64 { return r.bytes }

// Keys returns the residents in ascending order.
func (r *Referee) Keys() []uint64 { return slices.Sorted(maps.Keys(r.resident)) }

// makeRoom asks for victims until the newcomer, if any, fits.
func (r *Referee) makeRoom(newcomer *cache.Node) (refused bool, err error) {
	var need int64
	if newcomer != nil {
		need = newcomer.Size()
	}
	for r.bytes > r.budget-need {
		victim := r.policy.Evict(newcomer, r.budget)
		if victim == nil {
			return false, fmt.Errorf("no victim of %d residents with %d bytes over the budget",
				len(r.resident), r.bytes+need-r.budget)
		}
		if victim == newcomer {
			return true, nil
		}
		if r.resident[victim.Hash()] != victim {
			return false, fmt.Errorf("the victim %d is not resident", victim.Hash())
		}
		r.dropped = append(r.dropped, victim.Hash())
		r.forget(victim)
	}
	return false, nil
}

func (r *Referee) forget(n *cache.Node) {
	delete(r.resident, n.Hash())
	r.bytes -= n.Size()
}
