package cache

import "sync/atomic"

// LRU is the policy that evicts the entry that was used longest ago. It is
// here to compare with: it is blind to cost and size, and one long scan
// empties it.
//
// A hit takes no lock, so it cannot move anything in a list. Instead it stamps
// the node with the next number of a counter, and a heap orders the residents
// by the stamp they had when they were last looked at. Stamps only grow, so if
// the top's is still the recorded one, nothing is older; if not, it is put
// where it belongs and the next one looked at. The order is exactly that of
// the uses; an eviction takes O(log n) for each resident used since it was
// last looked at.
type LRU struct {
	stamp atomic.Uint64
	heap  []lruItem // the least stamp on top; Node.Word is the index
}

type lruItem struct {
	stamp uint64
	node  *Node
}

// NewLRU returns an empty LRU policy.
func NewLRU() *LRU { return &LRU{} }

// Hit stamps n as the latest use.
func (p *LRU) Hit(n *Node) { n.Mark.Store(p.stamp.Add(1)) }

// Add stamps n, which therefore belongs at the very end of the heap.
func (p *LRU) Add(n *Node) {
	p.Hit(n)
	p.heap = append(p.heap, lruItem{})
	p.set(len(p.heap)-1, lruItem{n.Mark.Load(), n})
}

// Evict removes the resident with the oldest stamp. While other goroutines
// stamp as fast as it looks it gives up after as many looks as there are
// residents and takes what is on top.
func (p *LRU) Evict(*Node, int64) *Node {
	if len(p.heap) == 0 {
		return nil
	}
	for range p.heap {
		top := p.heap[0]
		now := top.node.Mark.Load()
		if now == top.stamp {
			break
		}
		p.down(0, lruItem{now, top.node})
	}
	n := p.heap[0].node
	p.remove(0)
	return n
}

// Remove forgets n and all of its history.
func (p *LRU) Remove(n *Node, _ Reason) { p.remove(int(n.Word)) }

func (p *LRU) remove(i int) {
	end := len(p.heap) - 1
	last := p.heap[end]
	p.heap[end] = lruItem{}
	p.heap = p.heap[:end]
	if i == end {
		return
	}
	if p.up(i, last) == i {
		p.down(i, last)
	}
}

func (p *LRU) set(i int, item lruItem) {
	p.heap[i] = item
	item.node.Word = uint64(i)
}

// up puts item at i or nearer to the top, and returns where.
func (p *LRU) up(i int, item lruItem) int {
	for i > 0 {
		parent := (i - 1) / 2
		if p.heap[parent].stamp <= item.stamp {
			break
		}
		p.set(i, p.heap[parent])
		i = parent
	}
	p.set(i, item)
	return i
}

// down puts item at i or farther from the top.
func (p *LRU) down(i int, item lruItem) {
	for {
		child := 2*i + 1
		if child >= len(p.heap) {
			break
		}
		if child+1 < len(p.heap) && p.heap[child+1].stamp < p.heap[child].stamp {
			child++
		}
		if p.heap[child].stamp >= item.stamp {
			break
		}
		p.set(i, p.heap[child])
		i = child
	}
	p.set(i, item)
}
