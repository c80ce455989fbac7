package cache

import "math"

// CAR is the policy Clock with Adaptive Replacement of Bansal and Modha (FAST
// 2004). Two clocks hold the residents: T1 those used once of late, T2 those
// used again. Two lists B1 and B2 remember the keys that left either. A key
// that comes back soon after it left T1 shows that T1 is too small, one that
// left T2 that T2 is; the target for T1 moves accordingly. Hits only set a
// bit. One reading of a long scan cannot push out what is used often.
//
// The paper counts pages of one size. Here sizes differ, so:
//   - |T1|, |T2|, |B1|, |B2|, the target p and the capacity c are bytes.
//   - On a return from B1 the paper raises p by max(1, |B2|/|B1|) pages; here
//     p rises by that ratio, in bytes of ghosts, times the size of the entry
//     that came back, and falls likewise on a return from B2.
//   - The hand turns in T1 while T1 has an entry and its bytes are at least p,
//     or while T2 is empty: with sizes, T1 may fall short of p alone.
//   - The directory keeps |T1|+|B1| <= c and |T1|+|T2|+|B1|+|B2| <= 2c by
//     dropping oldest ghosts, as many as it takes, once the newcomer is in.
//     For pages of one size this drops what the paper drops. Many small
//     ghosts could fit into these bytes, so their number is bounded as well,
//     by the largest number of residents there was under this budget, which
//     for one size the paper's rule implies.
//
// The paper knows no invalidation. A key that left as Deleted, Replaced or
// Expired becomes a ghost of its list like an evicted one, but says nothing
// about the size of T1: when it comes back it goes to T2, having been wanted
// again, and p stays.
//
// One pass of the hand clears every bit, so an eviction looks at no more
// entries than twice the residents; concurrent hits can set bits again, so
// after that many looks the entry under the hand goes whatever its bit says.
type CAR struct {
	dir directory
}

// NewCAR returns an empty CAR policy.
func NewCAR() *CAR { return &CAR{dir: newDirectory()} }

// Hit sets the reference bit.
func (p *CAR) Hit(n *Node) { reference(n) }

// Add puts a newcomer at the back of T1, a returning key at the back of T2.
func (p *CAR) Add(n *Node) { p.dir.add(n) }

// Remove forgets n and keeps its key as a ghost.
func (p *CAR) Remove(n *Node, _ Reason) { p.dir.leave(n) }

// Evict turns the hands to the first entry without a reference.
func (p *CAR) Evict(newcomer *Node, budget int64) *Node {
	p.dir.setBudget(budget)
	for looks := 2 * p.dir.len(); ; looks-- {
		n := p.dir.hand()
		if n == nil {
			return nil
		}
		if looks > 0 && p.dir.promote(n) {
			continue
		}
		p.dir.demote(n, newcomer == nil)
		return n
	}
}

// reference sets the bit in Mark. It looks first, so that hits on a hot entry
// do not fight over its cache line.
func reference(n *Node) {
	if n.Mark.Load() == 0 {
		n.Mark.Store(1)
	}
}

// A directory is what CAR and CARMod share: the clocks, the ghosts, the target.
type directory struct {
	clocks [2]list // T1, T2: the index is Node.List
	ghosts ghosts  // B1, B2
	target float64 // p: the bytes T1 ought to have
	budget int64   // c, as last told
	peak   int     // most residents under this budget
}

func newDirectory() directory {
	// No budget is known before the first Evict, and none is needed.
	return directory{ghosts: newGhosts(), budget: math.MaxInt64}
}

func (d *directory) len() int { return d.clocks[0].len + d.clocks[1].len }

func (d *directory) setBudget(budget int64) {
	if budget < d.budget {
		d.peak = d.len()
	}
	d.budget = budget
	d.target = min(d.target, float64(budget))
}

// hand returns the next entry to look at, nil if there is none.
func (d *directory) hand() *Node {
	t1, t2 := &d.clocks[0], &d.clocks[1]
	if t1.front != nil && (t2.front == nil || float64(t1.bytes) >= d.target) {
		return t1.front
	}
	return t2.front
}

// promote moves an entry with a reference to the back of T2 without it, and
// reports whether there was one.
func (d *directory) promote(n *Node) bool {
	if n.Mark.Load() == 0 {
		return false
	}
	n.Mark.Store(0)
	d.clocks[n.List].remove(n)
	n.List = 1
	d.clocks[1].pushBack(n)
	return true
}

// demote makes an evicted entry a ghost. The bounds wait for the Add that
// follows unless this was the last step.
func (d *directory) demote(n *Node, last bool) {
	d.clocks[n.List].remove(n)
	d.ghosts.push(n.List, n, false)
	if last {
		d.trim()
	}
}

func (d *directory) add(n *Node) {
	n.List = 0
	if g, ok := d.ghosts.look(n.hash); ok {
		n.List = 1
		if !g.still {
			d.adapt(g, n)
		}
		d.ghosts.take(n.hash)
	}
	d.clocks[n.List].pushBack(n)
	d.peak = max(d.peak, d.len())
	d.trim()
}

// adapt moves the target by the return of n, of which g is the ghost.
func (d *directory) adapt(g ghost, n *Node) {
	ratio := 1.0
	mine, other := d.ghosts.lists[g.list].bytes, d.ghosts.lists[1-g.list].bytes
	if mine > 0 {
		ratio = max(ratio, float64(other)/float64(mine))
	}
	step := ratio * float64(n.size)
	if g.list == 0 {
		d.target = min(d.target+step, float64(d.budget))
	} else {
		d.target = max(d.target-step, 0)
	}
}

func (d *directory) leave(n *Node) {
	d.clocks[n.List].remove(n)
	d.ghosts.push(n.List, n, true)
	d.trim()
}

// trim holds the ghosts to their bounds.
func (d *directory) trim() {
	b1, b2 := &d.ghosts.lists[0], &d.ghosts.lists[1]
	for b1.len > 0 && d.clocks[0].bytes > d.budget-b1.bytes {
		d.ghosts.dropOldest(0)
	}
	for b2.len > 0 && d.clocks[0].bytes+d.clocks[1].bytes-d.budget > d.budget-b1.bytes-b2.bytes {
		d.ghosts.dropOldest(1)
	}
	for d.ghosts.len() > d.peak {
		if b1.len > b2.len {
			d.ghosts.dropOldest(0)
		} else {
			d.ghosts.dropOldest(1)
		}
	}
}
