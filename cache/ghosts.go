package cache

// ghosts remembers keys that left, by hash, in two lists from the oldest to
// the newest. The records lie in one slice and are linked by index, in lists
// and in the chains of a hash table, so that a record takes 32 bytes and the
// garbage collector has nothing to follow.
type ghosts struct {
	cells []ghost  // cells[0] is not used, so that index 0 means none
	heads []uint32 // the chains; a power of two
	free  uint32   // linked through next
	lists [2]ghostList
}

type ghost struct {
	hash       uint64
	size       int64
	prev, next uint32 // in the list
	chain      uint32
	list       uint8
	// still marks a key that left although nothing spoke against it.
	still bool
}

type ghostList struct {
	oldest, newest uint32
	len            int
	bytes          int64
}

func newGhosts() ghosts {
	return ghosts{cells: make([]ghost, 1), heads: make([]uint32, 8)}
}

func (g *ghosts) len() int { return g.lists[0].len + g.lists[1].len }

// push makes a key the newest of a list.
func (g *ghosts) push(list uint8, n *Node, still bool) {
	g.take(n.hash) // another key of the same hash
	i := g.cell()
	l, head := &g.lists[list], g.head(n.hash)
	g.cells[i] = ghost{hash: n.hash, size: n.size, prev: l.newest, chain: *head, list: list, still: still}
	*head = i
	if l.newest != 0 {
		g.cells[l.newest].next = i
	} else {
		l.oldest = i
	}
	l.newest = i
	l.len++
	l.bytes += n.size
}

// look returns what is remembered of a hash.
func (g *ghosts) look(hash uint64) (ghost, bool) {
	i := *g.place(hash)
	return g.cells[i], i != 0
}

// take forgets a hash, if it is remembered.
func (g *ghosts) take(hash uint64) {
	at := g.place(hash)
	i := *at
	if i == 0 {
		return
	}
	dead := g.cells[i]
	*at = dead.chain
	l := &g.lists[dead.list]
	if dead.prev != 0 {
		g.cells[dead.prev].next = dead.next
	} else {
		l.oldest = dead.next
	}
	if dead.next != 0 {
		g.cells[dead.next].prev = dead.prev
	} else {
		l.newest = dead.prev
	}
	l.len--
	l.bytes -= dead.size
	g.cells[i] = ghost{next: g.free}
	g.free = i
}

// dropOldest forgets the oldest key of a list that is not empty.
func (g *ghosts) dropOldest(list uint8) { g.take(g.cells[g.lists[list].oldest].hash) }

func (g *ghosts) head(hash uint64) *uint32 { return &g.heads[hash&uint64(len(g.heads)-1)] }

// place returns what holds the index of a hash's cell, or the 0 that ends its
// chain.
func (g *ghosts) place(hash uint64) *uint32 {
	at := g.head(hash)
	for *at != 0 && g.cells[*at].hash != hash {
		at = &g.cells[*at].chain
	}
	return at
}

// cell returns the index of a cell that is free, and grows the table with the
// cells.
func (g *ghosts) cell() uint32 {
	if i := g.free; i != 0 {
		g.free = g.cells[i].next
		return i
	}
	g.cells = append(g.cells, ghost{})
	if len(g.cells) > len(g.heads) {
		g.heads = make([]uint32, 2*len(g.heads))
		for _, l := range g.lists {
			for i := l.oldest; i != 0; i = g.cells[i].next {
				head := g.head(g.cells[i].hash)
				g.cells[i].chain = *head
				*head = i
			}
		}
	}
	return uint32(len(g.cells) - 1)
}
