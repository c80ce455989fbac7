package cache

import (
	"sync/atomic"
	"time"
)

// A Policy chooses which entry leaves when the cache is over its budget. It
// sees entries as nodes: a hash of the key, a size, a cost, and room for the
// policy's own notes. It never sees keys or values.
//
// The cache calls Add, Evict and Remove one at a time, under its mutex; none
// of them may call the cache. Hit is called with no lock held, by many
// goroutines at once and alongside every other method.
//
// From Add until the Evict that returns it or the Remove that names it a node
// is resident. A policy holds a node only while it is resident, because the
// node keeps the key and the value alive; what it remembers of keys that left
// (ghosts), it keys by [Node.Hash] and bounds by itself, in proportion to the
// number of residents it has seen. Two keys may share a hash; a policy may
// then confuse their histories, never their nodes.
//
// A policy value serves one cache. Package cachetest holds the suite that
// every implementation is to pass.
type Policy interface {
	// Hit notes that n was found by a Get. It may change nothing but n.Mark
	// and atomics of the policy itself. n may have left a moment ago.
	Hit(n *Node)

	// Add makes n resident. A key that was replaced, deleted or expired comes
	// back as a new node with the same hash.
	Add(n *Node)

	// Evict names a node to drop because the residents and the newcomer
	// together exceed budget, a number of bytes. It returns a resident, which
	// thereby leaves, or the newcomer, which is thereby refused: that is how a
	// policy controls admission. The cache asks again until the newcomer fits
	// and then calls Add with it, or is told to refuse it; nothing else
	// happens in between. The newcomer is nil when the budget was reduced.
	// Evict returns nil only if nothing is resident and there is no newcomer.
	// The budget is at least the newcomer's size and may differ from call to
	// call. An Evict ends whatever costs, sizes and concurrent hits there are.
	Evict(newcomer *Node, budget int64) *Node

	// Remove makes the policy forget the node n, which leaves for a reason
	// that says nothing about its worth: Deleted (what it was made from
	// changed), Replaced (an Add of the same key follows unless that is
	// refused) or Expired. What the policy learned of the key should survive.
	Remove(n *Node, why Reason)
}

// A Node is the part of an entry that a [Policy] works with. Hash, Size and
// Cost never change. The exported fields belong to the policy: the cache
// neither reads nor writes them, and hands the node over with all of them zero.
type Node struct {
	hash uint64
	size int64
	cost time.Duration

	// Mark holds what a hit notes without a lock: a reference bit, a
	// frequency, a time stamp, or several of them packed.
	Mark atomic.Uint64
	// Word is for the policy's own use under the cache's mutex: an index into
	// a slice, a priority, a remaining time.
	Word uint64
	// Prev and Next link the node into a list of the policy.
	Prev, Next *Node
	// List says which list the node is in, for policies with several.
	List uint8

	// born is in seconds since 1970 and sits in what would be padding.
	born uint32
}

// NewNode returns a node outside any cache, for testing and simulating
// policies. Negative sizes and costs count as zero.
func NewNode(hash uint64, size int64, cost time.Duration) *Node {
	return &Node{hash: hash, size: max(size, 0), cost: max(cost, 0)}
}

// Hash returns the 64-bit hash of the key.
func (n *Node) Hash() uint64 { return n.hash }

// Size returns the bytes the entry takes in the account, never negative.
func (n *Node) Size() int64 { return n.size }

// Cost returns the time it took to make the value, never negative.
func (n *Node) Cost() time.Duration { return n.cost }

// A Reason says why a value left the cache.
type Reason uint8

// The reasons, in the order of the fields of [Stats].
const (
	// Evicted: the policy named it to make room.
	Evicted Reason = iota
	// Deleted: a caller asked for it, usually because it had become stale.
	Deleted
	// Replaced: a Set gave the key another value.
	Replaced
	// Expired: its deadline had passed.
	Expired
	// Refused: a newcomer that did not get in, too large for the budget or
	// turned away by the policy.
	Refused

	reasons = int(iota)
)

// String returns the reason as one lower-case word, as in logs and metrics.
func (r Reason) String() string {
	switch r {
	case Evicted:
		return "evicted"
	case Deleted:
		return "deleted"
	case Replaced:
		return "replaced"
	case Expired:
		return "expired"
	case Refused:
		return "refused"
	}
	return "unknown"
}
