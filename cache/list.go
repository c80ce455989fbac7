package cache

// A list is a doubly linked list of nodes through their own links, which knows
// its length and its bytes. A clock is a list whose hand is the front: to
// advance the hand past a node is to move the node to the back.
type list struct {
	front, back *Node
	len         int
	bytes       int64
}

func (l *list) pushBack(n *Node) {
	n.Prev, n.Next = l.back, nil
	if l.back != nil {
		l.back.Next = n
	} else {
		l.front = n
	}
	l.back = n
	l.len++
	l.bytes += n.size
}

func (l *list) remove(n *Node) {
	if n.Prev != nil {
		n.Prev.Next = n.Next
	} else {
		l.front = n.Next
	}
	if n.Next != nil {
		n.Next.Prev = n.Prev
	} else {
		l.back = n.Prev
	}
	n.Prev, n.Next = nil, nil
	l.len--
	l.bytes -= n.size
}
