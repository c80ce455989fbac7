package cache

import (
	"iter"
	"time"
)

// Stats are the counts of a cache since it was made. Sums stop at the largest
// value of their type.
type Stats struct {
	// Hits and Misses add up to the number of Gets.
	Hits, Misses int64
	// Saved is the cost of every hit: the time that was not spent again.
	Saved time.Duration
	// Spent is the cost of every value that was set, kept or not.
	Spent time.Duration
	// Bytes is the account, Budget its bound.
	Bytes, Budget int64
	// Entries is the number of entries, those past their deadline included.
	Entries int
	// Evicted, Deleted, Replaced, Expired and Refused count what left or did
	// not get in, by reason.
	Evicted, Deleted, Replaced, Expired, Refused int64
}

// HitRatio returns the share of Gets that hit, 0 before the first.
func (s Stats) HitRatio() float64 { return ratio(float64(s.Hits), float64(s.Misses)) }

// TimeHitRatio returns the share of generation time that was saved,
// Saved / (Saved + Spent), 0 before the first Set. It is the measure that
// CARMod raises.
func (s Stats) TimeHitRatio() float64 { return ratio(float64(s.Saved), float64(s.Spent)) }

func ratio(part, rest float64) float64 {
	if part+rest == 0 {
		return 0
	}
	return part / (part + rest)
}

// Info describes one entry.
type Info struct {
	// Size is what the entry takes in the account, overhead included.
	Size int64
	// Cost is the time it took to make.
	Cost time.Duration
	// Hits is how often it was found since it was set.
	Hits int64
	// Created is when it was set, to the second.
	Created time.Time
	// Deadline is when it expires; zero if it does not.
	Deadline time.Time
}

// Stats returns the counts. Its time is proportional to the number of entries,
// because hits are counted in the entries alone; the mutex is held for a
// sixty-fourth of them at a time. No count ever goes down but Bytes, Budget
// and Entries.
func (c *Cache[K, V]) Stats() Stats {
	var st Stats
	for i := range c.segments {
		hits, saved := c.segmentHits(&c.segments[i])
		st.Hits += hits
		st.Saved = time.Duration(addCapped(int64(st.Saved), saved))
		st.Misses += c.segments[i].misses.Load()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	st.Spent = time.Duration(c.spent)
	st.Bytes, st.Budget, st.Entries = c.bytes, c.budget, c.entries
	st.Evicted = c.removed[Evicted]
	st.Deleted = c.removed[Deleted]
	st.Replaced = c.removed[Replaced]
	st.Expired = c.removed[Expired]
	st.Refused = c.removed[Refused]
	return st
}

func (c *Cache[K, V]) segmentHits(s *segment[K, V]) (hits, saved int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	hits = s.settledHits + s.lateHits.Load()
	saved = addCapped(s.settledSaved, s.lateSaved.Load())
	for e := range s.entries() {
		n := e.hits.Load()
		hits += n
		saved = addCapped(saved, mulCapped(n, int64(e.node.cost)))
	}
	return hits, saved
}

// Bytes returns the account. It is cheap, unlike Stats.
func (c *Cache[K, V]) Bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}

// Len returns the number of entries. It is cheap, unlike Stats.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries
}

// Info describes the entry of key without counting as a use of it. It does not
// look at deadlines.
func (c *Cache[K, V]) Info(key K) (Info, bool) {
	hash := c.hash(key)
	e, sure := c.segment(hash).find(hash, key)
	if !sure {
		e = c.findLocked(hash, key)
	}
	if e == nil {
		return Info{}, false
	}
	return e.info()
}

// All yields every entry in no order, each key at most once. No lock is held
// while the loop's body runs, which may change the cache; entries that come or
// go meanwhile may or may not be seen.
func (c *Cache[K, V]) All() iter.Seq2[K, Info] {
	return func(yield func(K, Info) bool) {
		var found []*entry[K, V]
		for i := range c.segments {
			found = c.snapshot(i, found[:0])
			for _, e := range found {
				if info, ok := e.info(); ok && !yield(e.key, info) {
					return
				}
			}
		}
	}
}

// info describes the entry, unless it has left.
func (e *entry[K, V]) info() (Info, bool) {
	hits := e.hits.Load()
	if hits < 0 {
		return Info{}, false
	}
	info := Info{
		Size:    e.node.size,
		Cost:    e.node.cost,
		Hits:    hits,
		Created: time.Unix(int64(e.node.born), 0),
	}
	if e.deadline != 0 {
		info.Deadline = time.Unix(0, e.deadline)
	}
	return info, true
}
