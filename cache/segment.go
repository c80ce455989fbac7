package cache

import (
	"iter"
	"math"
	"sync/atomic"
)

// An entry is one key and its value. All but its policy fields, its hits and
// its chain are fixed when it is made; a Set of the same key makes a new one.
type entry[K comparable, V any] struct {
	// chain leads to the next entry of the bucket. It is written under the
	// cache's mutex and keeps its last target when the entry is unlinked, so
	// that a reader standing on the entry finds its way on. It lies beside the
	// node's hash: a reader that passes by touches one cache line.
	chain atomic.Pointer[entry[K, V]]
	node  Node
	// hits is negative once the entry has left and its hits are settled.
	hits     atomic.Int64
	deadline int64 // nanoseconds since 1970, 0 for none
	key      K
	value    V
}

// settled is far enough below zero that no number of late hits reaches zero.
const settled = math.MinInt64 / 2

// A segment is a sixty-fourth of the index: a hash table with chains that
// readers walk without a lock. Writers hold the cache's mutex. Splitting the
// index bounds the time that one growth takes.
//
// Why a reader is right: it starts at a bucket's head, which is linked, and
// an entry's chain leads to one that was linked when the entry itself last
// was. So everything it meets was in the cache at some moment since it began:
// it can find nothing that was removed before. And it can miss nothing that
// stayed, unless a resize moved entries between chains under its feet: then
// generation differs before and after, and the reader looks again under the
// mutex.
type segment[K comparable, V any] struct {
	generation atomic.Uint64 // odd during a resize
	buckets    atomic.Pointer[buckets[K, V]]

	misses    atomic.Int64
	lateHits  atomic.Int64 // hits on entries that left a moment ago
	lateSaved atomic.Int64

	// Under the mutex:
	count        int
	settledHits  int64
	settledSaved int64

	_ [56]byte // keeps the counters of two segments on different cache lines
}

type buckets[K comparable, V any] struct {
	heads []atomic.Pointer[entry[K, V]] // a power of two
}

const (
	segmentBits = 6
	bucketsMin  = 2
)

func (b *buckets[K, V]) head(hash uint64) *atomic.Pointer[entry[K, V]] {
	return &b.heads[hash&uint64(len(b.heads)-1)]
}

func newBuckets[K comparable, V any](n int) *buckets[K, V] {
	return &buckets[K, V]{heads: make([]atomic.Pointer[entry[K, V]], n)}
}

// find looks a key up without a lock. If it returns nil, sure says whether
// that answer holds or a resize interfered.
func (s *segment[K, V]) find(hash uint64, key K) (e *entry[K, V], sure bool) {
	before := s.generation.Load()
	for e = s.buckets.Load().head(hash).Load(); e != nil; e = e.chain.Load() {
		if e.node.hash == hash && e.key == key {
			return e, true
		}
	}
	return nil, before&1 == 0 && s.generation.Load() == before
}

// place returns the pointer that holds the linked entry of the node, or nil.
// The caller holds the mutex, as for all that follows.
func (s *segment[K, V]) place(n *Node) *atomic.Pointer[entry[K, V]] {
	at := s.buckets.Load().head(n.hash)
	for e := at.Load(); e != nil; e = at.Load() {
		if &e.node == n {
			return at
		}
		at = &e.chain
	}
	return nil
}

// insert links e in front of its bucket.
func (s *segment[K, V]) insert(e *entry[K, V]) {
	if n := len(s.buckets.Load().heads); s.count >= n+n/2 {
		s.resize(2 * n)
	}
	head := s.buckets.Load().head(e.node.hash)
	e.chain.Store(head.Load())
	head.Store(e)
	s.count++
}

// swap links e in the place of old, so that readers find one or the other.
func (s *segment[K, V]) swap(old, e *entry[K, V]) {
	at := s.place(&old.node)
	e.chain.Store(old.chain.Load())
	at.Store(e)
}

// unlink takes the node's entry out of its chain and returns it, or nil if it
// is not linked.
func (s *segment[K, V]) unlink(n *Node) *entry[K, V] {
	at := s.place(n)
	if at == nil {
		return nil
	}
	e := at.Load()
	at.Store(e.chain.Load())
	s.count--
	if n := len(s.buckets.Load().heads); n > bucketsMin && s.count < n/4 {
		s.resize(n / 2)
	}
	return e
}

// resize moves every entry to a table of n buckets. A moved entry's chain
// leads only to entries moved before it, so readers caught in it come to an
// end; the generation tells them not to trust that end.
func (s *segment[K, V]) resize(n int) {
	s.generation.Add(1)
	old, next := s.buckets.Load(), newBuckets[K, V](n)
	for i := range old.heads {
		for e := old.heads[i].Load(); e != nil; {
			after := e.chain.Load()
			head := next.head(e.node.hash)
			e.chain.Store(head.Load())
			head.Store(e)
			e = after
		}
	}
	s.buckets.Store(next)
	s.generation.Add(1)
}

// settle moves the hits of an entry that leaves into the segment's sums.
func (s *segment[K, V]) settle(e *entry[K, V]) {
	hits := e.hits.Swap(settled)
	s.settledHits += hits
	s.settledSaved = addCapped(s.settledSaved, mulCapped(hits, int64(e.node.cost)))
}

// entries yields what is linked.
func (s *segment[K, V]) entries() iter.Seq[*entry[K, V]] {
	return func(yield func(*entry[K, V]) bool) {
		b := s.buckets.Load()
		for i := range b.heads {
			for e := b.heads[i].Load(); e != nil; e = e.chain.Load() {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// addCapped adds two numbers >= 0, up to the largest int64.
func addCapped(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// mulCapped multiplies two numbers >= 0, up to the largest int64.
func mulCapped(a, b int64) int64 {
	if b != 0 && a > math.MaxInt64/b {
		return math.MaxInt64
	}
	return a * b
}
