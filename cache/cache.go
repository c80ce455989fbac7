package cache

import (
	"fmt"
	"hash/maphash"
	"math"
	"reflect"
	"sync"
	"time"
)

// Options are what a [Cache] is made with. The zero value works.
type Options[K comparable, V any] struct {
	// Bytes is the budget, 64 MiB if zero, at most BytesMax.
	Bytes int64
	// Size measures in bytes what an entry holds beyond its Overhead: the
	// contents that key and value point to. A negative answer counts as zero.
	// If nil, only the overhead counts, which is right for keys and values
	// without pointers. It is called once per Set, with no lock held.
	Size func(key K, value V) int64
	// Policy chooses what to drop. It must not serve another cache. If nil,
	// it is NewCARMod().
	Policy Policy
	// Hash spreads the keys; its answers need not look random but should
	// differ. If nil, it is maphash.Comparable with a seed of its own.
	Hash func(key K) uint64
	// Now tells the time for deadlines and Info.Created. If nil, time.Now.
	Now func() time.Time
	// OnRemove is told of every value that leaves, and of every newcomer that
	// does not get in, on the goroutine whose call removed it, after the fact
	// and before that call returns, with no lock held. Calls from different
	// goroutines may overlap and arrive out of order.
	OnRemove func(key K, value V, why Reason)
}

// BytesMax is the largest budget.
const BytesMax = 1 << 60

const bytesDefault = 64 << 20

// A Cache maps keys to values and holds at most its budget of them. All
// methods may be called by many goroutines at once.
type Cache[K comparable, V any] struct {
	segments [1 << segmentBits]segment[K, V]
	policy   Policy // Hit is called without, the rest under mu
	seed     maphash.Seed
	hashWith func(K) uint64
	size     func(K, V) int64
	now      func() time.Time
	onRemove func(K, V, Reason)
	overhead int64

	// mu guards the fields below, the policy and all changes of the segments.
	// No other lock and no caller's function is taken or called under it.
	mu      sync.Mutex
	budget  int64
	bytes   int64
	entries int
	spent   int64
	removed [reasons]int64
	left    []removal[K, V] // to be told to onRemove once mu is free
}

type removal[K comparable, V any] struct {
	entry *entry[K, V]
	why   Reason
}

// New returns an empty cache, or an error if a bound is out of range.
func New[K comparable, V any](o Options[K, V]) (*Cache[K, V], error) {
	if o.Bytes == 0 {
		o.Bytes = bytesDefault
	}
	if err := checkBytes(o.Bytes); err != nil {
		return nil, err
	}
	if o.Policy == nil {
		o.Policy = NewCARMod()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Cache[K, V]{
		policy:   o.Policy,
		seed:     maphash.MakeSeed(),
		hashWith: o.Hash,
		size:     o.Size,
		now:      o.Now,
		onRemove: o.OnRemove,
		overhead: int64(reflect.TypeFor[entry[K, V]]().Size()) + 8,
		budget:   o.Bytes,
	}
	for i := range c.segments {
		c.segments[i].buckets.Store(newBuckets[K, V](bucketsMin))
	}
	return c, nil
}

func checkBytes(bytes int64) error {
	if bytes <= 0 || bytes > BytesMax {
		return fmt.Errorf("cache: budget of %d bytes is not between 1 and %d", bytes, int64(BytesMax))
	}
	return nil
}

// Get returns the value of key, and whether there is one that has not expired.
// It counts as a hit or a miss.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	hash := c.hash(key)
	s := c.segment(hash)
	e, sure := s.find(hash, key)
	if !sure {
		e = c.findLocked(hash, key)
	}
	if e == nil || c.expired(e) {
		s.misses.Add(1)
		if e != nil {
			c.removeExpired(e)
		}
		return value, false
	}
	if e.hits.Add(1) < 0 {
		s.lateHits.Add(1)
		s.lateSaved.Add(int64(e.node.cost))
	}
	c.policy.Hit(&e.node)
	return e.value, true
}

// Set keeps value under key in place of whatever was there, and reports
// whether it was kept. cost is the time it took to make; a negative one counts
// as zero. A value larger than the whole budget is refused, as is one that
// the policy turns away; the former value of the key is gone even then.
func (c *Cache[K, V]) Set(key K, value V, cost time.Duration) bool {
	return c.set(key, value, cost, 0)
}

// SetUntil is like Set for a value that is not to be returned at or after
// deadline. A deadline that has already passed keeps nothing.
func (c *Cache[K, V]) SetUntil(key K, value V, cost time.Duration, deadline time.Time) bool {
	return c.set(key, value, cost, nanos(deadline))
}

func (c *Cache[K, V]) set(key K, value V, cost time.Duration, deadline int64) bool {
	e := &entry[K, V]{key: key, value: value, deadline: deadline}
	e.node.hash = c.hash(key)
	e.node.cost = max(cost, 0)
	e.node.size = c.overhead
	if c.size != nil {
		e.node.size = addCapped(c.overhead, max(c.size(key, value), 0))
	}
	now := c.now()
	e.node.born = uint32(min(max(now.Unix(), 0), math.MaxUint32))
	late := deadline != 0 && deadline <= nanos(now)

	c.mu.Lock()
	defer c.unlock()
	c.spent = addCapped(c.spent, int64(e.node.cost))
	s := c.segment(e.node.hash)
	old, _ := s.find(e.node.hash, key) // sure, since mu keeps resizes away
	if old != nil {
		c.forget(old, Replaced)
	}
	why, kept := Expired, false
	if !late {
		why, kept = Refused, c.makeRoom(&e.node)
	}
	if !kept {
		if old != nil {
			s.unlink(&old.node)
		}
		c.note(e, why)
		return false
	}
	c.policy.Add(&e.node)
	c.bytes += e.node.size
	c.entries++
	if old != nil {
		s.swap(old, e)
	} else {
		s.insert(e)
	}
	return true
}

// makeRoom drops what the policy names until the newcomer fits, and reports
// whether it is to be admitted.
func (c *Cache[K, V]) makeRoom(newcomer *Node) bool {
	if newcomer.size > c.budget {
		return false
	}
	for c.bytes+newcomer.size > c.budget {
		victim := c.policy.Evict(newcomer, c.budget)
		if victim == newcomer {
			return false
		}
		c.evict(victim)
	}
	return true
}

// SetBytes changes the budget. If the cache is over the new one it drops what
// the policy names before it returns; writers wait for that, readers do not.
func (c *Cache[K, V]) SetBytes(budget int64) error {
	if err := checkBytes(budget); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.unlock()
	c.budget = budget
	for c.bytes > c.budget {
		c.evict(c.policy.Evict(nil, c.budget))
	}
	return nil
}

// Overhead returns the bytes that the account adds to every entry on top of
// the weigher's answer: on a 64-bit machine 96, and the words of the key and
// the value themselves (16 for a string, 24 for a slice).
func (c *Cache[K, V]) Overhead() int64 { return c.overhead }

func (c *Cache[K, V]) hash(key K) uint64 {
	if c.hashWith == nil {
		return maphash.Comparable(c.seed, key)
	}
	// A finalizer: the caller's hash may be as plain as a number, and the
	// index takes bits from both ends.
	h := c.hashWith(key)
	h = (h ^ h>>32) * 0x9e3779b97f4a7c15
	h = (h ^ h>>29) * 0xbf58476d1ce4e5b9
	return h ^ h>>32
}

func (c *Cache[K, V]) segment(hash uint64) *segment[K, V] {
	return &c.segments[hash>>(64-segmentBits)]
}

// findLocked looks again where a resize made a reader unsure.
func (c *Cache[K, V]) findLocked(hash uint64, key K) *entry[K, V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, _ := c.segment(hash).find(hash, key)
	return e
}

func (c *Cache[K, V]) expired(e *entry[K, V]) bool {
	return e.deadline != 0 && e.deadline <= nanos(c.now())
}

// nanos is t.UnixNano held to its range, and never 0, which means no deadline.
func nanos(t time.Time) int64 {
	const seconds = math.MaxInt64 / int64(time.Second)
	switch s := t.Unix(); {
	case s >= seconds:
		return math.MaxInt64
	case s < 0:
		return -1
	case s == 0 && t.Nanosecond() == 0:
		return 1
	}
	return t.UnixNano()
}
