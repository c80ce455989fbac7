package cache

import "time"

// CARMod is CAR with regard to cost. Every entry has a time cell, at first its
// cost. Where CAR's hand would evict an entry for want of a reference, CARMod
// takes the time of the last evicted entry off its cell and evicts it only if
// that leaves nothing; otherwise the hand moves on. So an entry that cost ten
// times as much as what is being thrown away is passed over about ten times.
// Size plays no part but in CAR's own bytes.
//
// What the description of the algorithm leaves open is read as follows:
//   - The time of the last evicted entry is its whole cost, not what was left
//     in its cell, which is nothing by then. It is one number for both clocks.
//   - Before the first eviction there is no such time, so the first entry
//     without a reference goes, as in CAR.
//   - A time below a microsecond counts as one, so that a free entry does not
//     stop the cells of all others.
//   - An entry with a reference is treated as in CAR (to the back of T2, the
//     bit cleared) and gets its whole cost back into its cell: it has proved
//     itself again.
//   - An entry that is passed over moves to the back of its own clock and
//     keeps what is left in its cell. Being passed over is not a use.
//   - A key that returns comes with the cost and so the cell of its new
//     making; ghosts remember no cells.
//   - Cells are durations, not whole milliseconds, so that what takes less
//     than a millisecond is told apart too.
//
// After a cheap entry among costly ones, cells shrink slowly and the hand could
// turn for long. One eviction therefore looks at no more than 128 entries. At
// that bound the entry with the least left in its cell of those it passed over
// goes, and its greater time speeds up the next eviction; if all had
// references, the entry under the hand goes.
type CARMod struct {
	dir     directory
	last    time.Duration // cost of the last evicted entry
	evicted bool          // whether anything was yet
}

const (
	carModLooks   = 128
	carModTimeMin = time.Microsecond
)

// NewCARMod returns an empty CARMod policy.
func NewCARMod() *CARMod { return &CARMod{dir: newDirectory()} }

// Hit sets the reference bit.
func (p *CARMod) Hit(n *Node) { reference(n) }

// Add puts a newcomer at the back of T1, a returning key at the back of T2.
func (p *CARMod) Add(n *Node) {
	n.Word = uint64(n.cost)
	p.dir.add(n)
}

// Remove forgets n and keeps its key as a ghost.
func (p *CARMod) Remove(n *Node, _ Reason) { p.dir.leave(n) }

// Evict turns the hands to the first entry without a reference whose cell is
// used up.
func (p *CARMod) Evict(newcomer *Node, budget int64) *Node {
	p.dir.setBudget(budget)
	n := p.victim()
	if n != nil {
		p.dir.demote(n, newcomer == nil)
		p.last, p.evicted = n.cost, true
	}
	return n
}

func (p *CARMod) victim() *Node {
	var least *Node
	for range carModLooks {
		n := p.dir.hand()
		if n == nil {
			return nil
		}
		if p.dir.promote(n) {
			n.Word = uint64(n.cost)
			continue
		}
		if p.spend(n) {
			return n
		}
		clock := &p.dir.clocks[n.List]
		clock.remove(n)
		clock.pushBack(n)
		if least == nil || n.Word < least.Word {
			least = n
		}
	}
	if least != nil {
		return least
	}
	return p.dir.hand()
}

// spend takes the time of the last evicted entry off the cell of n and reports
// whether that used it up.
func (p *CARMod) spend(n *Node) bool {
	due := uint64(max(p.last, carModTimeMin))
	if !p.evicted || n.Word <= due {
		return true
	}
	n.Word -= due
	return false
}
