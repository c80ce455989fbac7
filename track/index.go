package track

import "hash/maphash"

// maxKeys bounds the values of an IN list under which one read is indexed; a
// read with a longer list is looked at for every change of its table.
const maxKeys = 64

// index finds the reads that a change may touch. It is guarded by the
// tracker's mutex.
type index struct {
	seed   maphash.Seed
	tables map[string]map[*Query]*plan
	reads  int
	slots  []slot // scratch of add
}

func newIndex() *index {
	return &index{seed: maphash.MakeSeed(), tables: make(map[string]map[*Query]*plan)}
}

// plan is how the reads of one query are found: by the values of the columns
// that the condition equates with operands, all of them together. Reads whose
// values cannot be hashed, and those of queries without equalities, are in
// the scan group.
type plan struct {
	query  *Query
	equals []*Cond // conjuncts of Op Eq or In, in order; at most one In
	groups map[signature]*group
	scan   *group
	size   int
}

// signature tells the kinds of a key's values. Values of different kinds may be
// equal to the database ('5' and 5), so a change looks through every group whose
// signature is not its own.
type signature [4]kind

// group holds the places of one signature in lists, one for each key.
type group struct {
	plan  *plan
	kinds signature
	first map[uint64]*place
	size  int
}

// place is where the index holds one read of one entry, under one key. There
// are millions of them: an entry has its places in one slice, and they form the
// lists of the groups themselves.
type place struct {
	entry      *Entry
	read       *Read
	group      *group
	key        uint64
	prev, next *place
}

func newPlan(q *Query) *plan {
	p := &plan{query: q, groups: make(map[signature]*group)}
	p.scan = &group{plan: p, first: make(map[uint64]*place)}
	lists := 0
	q.Where.conjuncts(func(c *Cond) {
		switch {
		case len(p.equals) == len(signature{}) || len(c.Operands) == 0:
		case c.Op == Eq:
			p.equals = append(p.equals, c)
		case c.Op == In && lists == 0:
			lists++
			p.equals = append(p.equals, c)
		}
	})
	return p
}

// slot is a key under which a read is about to be placed.
type slot struct {
	read  *Read
	plan  *plan
	keyed bool
	kinds signature
	key   uint64
}

// add registers the reads of the entry.
func (x *index) add(e *Entry) {
	x.slots = x.slots[:0]
	for i := range e.reads {
		x.addSlots(&e.reads[i])
	}
	e.places = make([]place, len(x.slots))
	for i, s := range x.slots {
		g := s.plan.scan
		if s.keyed {
			g = s.plan.group(s.kinds)
		}
		at := &e.places[i]
		*at = place{entry: e, read: s.read, group: g, key: s.key}
		g.link(at)
	}
	x.reads += len(e.reads)
	clear(x.slots)
	if cap(x.slots) > MaxReads {
		x.slots = nil
	}
}

// addSlots adds a slot for each of the read's keys, or one in the scan group
// where the read cannot be found by keys.
func (x *index) addSlots(r *Read) {
	p := x.plan(r.Query)
	before, choices := len(x.slots), 1
	for _, c := range p.equals {
		if c.Op == In {
			choices = len(c.Operands)
		}
	}
	findable := len(p.equals) > 0 && choices <= maxKeys
	for i := 0; findable && i < choices; i++ {
		s := slot{read: r, plan: p, keyed: true}
		s.kinds, s.key, findable = x.key(p, func(c *Cond) (Value, bool) {
			if c.Op == In {
				return c.Operands[i].value(r.Args)
			}
			return c.Operands[0].value(r.Args)
		})
		x.slots = append(x.slots, s)
	}
	if !findable {
		x.slots = append(x.slots[:before], slot{read: r, plan: p})
	}
}

// plan returns the plan of a query.
func (x *index) plan(q *Query) *plan {
	plans := x.tables[q.Table]
	if plans == nil {
		plans = make(map[*Query]*plan)
		x.tables[q.Table] = plans
	}
	p := plans[q]
	if p == nil {
		p = newPlan(q)
		plans[q] = p
	}
	return p
}

// group returns the plan's group of a signature.
func (p *plan) group(kinds signature) *group {
	g := p.groups[kinds]
	if g == nil {
		g = &group{plan: p, kinds: kinds, first: make(map[uint64]*place)}
		p.groups[kinds] = g
	}
	return g
}

func (g *group) link(at *place) {
	at.next = g.first[at.key]
	if at.next != nil {
		at.next.prev = at
	}
	g.first[at.key] = at
	g.size++
	g.plan.size++
}

// unlink removes a place, and the group that it leaves empty.
func (g *group) unlink(at *place) {
	switch {
	case at.prev != nil:
		at.prev.next = at.next
	case at.next != nil:
		g.first[at.key] = at.next
	default:
		delete(g.first, at.key)
	}
	if at.next != nil {
		at.next.prev = at.prev
	}
	g.size--
	g.plan.size--
	if g.size == 0 && g != g.plan.scan {
		delete(g.plan.groups, g.kinds)
	}
}

// key combines the values that pick returns for the plan's equalities.
func (x *index) key(p *plan, pick func(*Cond) (Value, bool)) (kinds signature, key uint64, ok bool) {
	var h maphash.Hash
	h.SetSeed(x.seed)
	for i, c := range p.equals {
		v, ok := pick(c)
		if !ok || !hashEqual(&h, v, p.query.Texts) {
			return kinds, 0, false
		}
		kinds[i] = kindOf(v)
	}
	return kinds, h.Sum64(), true
}

// remove takes all reads of the entry out, if they are in.
func (x *index) remove(e *Entry) {
	if e.places == nil {
		return
	}
	for i := range e.places {
		at := &e.places[i]
		p := at.group.plan
		at.group.unlink(at)
		if p.size > 0 {
			continue
		}
		plans := x.tables[p.query.Table]
		delete(plans, p.query)
		if len(plans) == 0 {
			delete(x.tables, p.query.Table)
		}
	}
	x.reads -= len(e.reads)
	e.places = nil
}

// clear takes all reads of all entries out.
func (x *index) clear() {
	for _, plans := range x.tables {
		for _, p := range plans {
			p.each(func(at *place) { at.entry.places = nil })
		}
	}
	x.tables, x.reads = make(map[string]map[*Query]*plan), 0
}

// watches reports whether a read could be touched by a change of the table.
func (x *index) watches(table string) bool {
	return len(x.tables[table]) > 0 || len(x.tables[""]) > 0
}

// touched calls yield with the entry of each place whose read the change
// touches; the same entry may come more than once.
func (x *index) touched(c *Change, yield func(*Entry)) (examined int) {
	visit := func(at *place) {
		examined++
		if at.read.Touched(c) {
			yield(at.entry)
		}
	}
	if c.Table == "" {
		for _, plans := range x.tables {
			for _, p := range plans {
				p.each(visit)
			}
		}
		return examined
	}
	for _, p := range x.tables[""] {
		p.each(visit)
	}
	for _, p := range x.tables[c.Table] {
		switch {
		case c.blind():
			p.each(visit)
		case !p.query.indifferent(c):
			p.scan.each(visit)
			if len(p.groups) > 0 {
				x.lookup(p, c, visit)
			}
		}
	}
	return examined
}

// probe is what the equalities of a plan say about one row image.
type probe struct {
	state probeState
	kinds signature
	key   uint64
}

type probeState uint8

const (
	noMatch    probeState = iota // no keyed read can match: no row, or a NULL, which equals nothing
	keyed                        // only reads of this key, or of other signatures, can match
	unhashable                   // any read may match
)

// lookup visits the keyed reads of a plan that an image of the change may match.
func (x *index) lookup(p *plan, c *Change, visit func(*place)) {
	before, after := x.probe(p, c.Before), x.probe(p, c.After)
	if before.state == unhashable || after.state == unhashable {
		p.eachKeyed(visit)
		return
	}
	if before.state == keyed {
		p.groups[before.kinds].list(before.key, visit)
	}
	if after.state == keyed && after != before {
		p.groups[after.kinds].list(after.key, visit)
	}
	for kinds, g := range p.groups {
		if before.state == keyed && kinds != before.kinds || after.state == keyed && kinds != after.kinds {
			g.each(visit)
		}
	}
}

func (x *index) probe(p *plan, row Row) probe {
	if !row.Exists() {
		return probe{}
	}
	null := false
	kinds, key, ok := x.key(p, func(c *Cond) (Value, bool) {
		v, ok := row.Value(c.Column)
		null = null || ok && v == nil
		return v, ok
	})
	switch {
	case null:
		return probe{}
	case !ok:
		return probe{state: unhashable}
	}
	return probe{state: keyed, kinds: kinds, key: key}
}

// each visits all places of the plan.
func (p *plan) each(visit func(*place)) {
	p.scan.each(visit)
	p.eachKeyed(visit)
}

func (p *plan) eachKeyed(visit func(*place)) {
	for _, g := range p.groups {
		g.each(visit)
	}
}

// each visits all places of the group.
func (g *group) each(visit func(*place)) {
	for _, at := range g.first {
		for ; at != nil; at = at.next {
			visit(at)
		}
	}
}

// list visits the places under one key. There may be no group.
func (g *group) list(key uint64, visit func(*place)) {
	if g == nil {
		return
	}
	for at := g.first[key]; at != nil; at = at.next {
		visit(at)
	}
}
