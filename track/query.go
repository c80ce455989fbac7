package track

import (
	"hash/maphash"
	"slices"
)

// A Query is the constant part of a read: what a computation asks of one table.
// A statement over several tables is several queries. A Query is shared by
// pointer among all its reads and does not change after its first use; the
// index groups reads by that pointer, so a query made anew for every read costs
// its own group.
type Query struct {
	// Label is shown to people: the text of the statement, or any other name.
	Label string
	// Table is the name of the table, as changes spell it. A query without a
	// table reads everything: any change of any table touches it.
	Table string
	// Where is the condition for a row to matter. It may hold for rows that the
	// real condition excludes, never the other way round.
	Where Cond
	// Columns are those whose values shape the result: selected, grouped by,
	// joined on, sorted by where Order does not say so, or used in a part of the
	// real condition that is Unknown or left out of Where. nil means all columns;
	// an empty slice none, as for a count.
	Columns []string
	// Order is the order of the rows, for a read whose window is known.
	Order []Order
	// Texts says how the table's texts compare.
	Texts Collation
}

// An Order is one key of a sort.
type Order struct {
	Column string
	Desc   bool
}

// A Read is what one computation asked: a query and its arguments. Its slices
// do not change once it is noted.
type Read struct {
	Query *Query
	// Args are the values of the query's parameters, in the forms of [Canon].
	Args []Value
	// Edge holds the values of the query's Order columns in the last row of a
	// window that was full (as many rows as LIMIT allows): rows strictly behind
	// it cannot change the result. It is nil where there is no such window, as
	// where one row of the result is not made from one row of this table alone.
	Edge []Value
}

// Touched reports whether the result of the read may differ after the change.
//
// It is sound: where it says false, the database gives the result that it gave
// before, or could have given where the order of rows was left to it.
//
// It is exact where it understands everything: every column of the condition
// has a value in both images, of the kind of its operands; no part of it is
// Unknown; texts are Binary; integers that meet floats are within 2^53; no Like
// has a wildcard before its end; no key of the order is NULL. A row is then in
// the result if it satisfies the condition and is not strictly behind the edge;
// and Touched says true if and only if the row is in the result before or after
// the change, and the change moves it into or out of the condition or alters
// one of the query's Columns or Order columns.
func (r *Read) Touched(c *Change) bool {
	q := r.Query
	switch {
	case c.Table == "" || q.Table == "":
		return true
	case c.Table != q.Table:
		return false
	case c.blind():
		return true
	}
	before, after := isFalse, isFalse
	if c.Before.Exists() {
		before = q.Where.eval(c.Before, r.Args, q.Texts)
	}
	if c.After.Exists() {
		after = q.Where.eval(c.After, r.Args, q.Texts)
	}
	if !before.maybe() && !after.maybe() {
		return false
	}
	if c.Before.Exists() && c.After.Exists() && !q.distinguishes(c, before.surely() && after.surely()) {
		return false
	}
	outside := (!before.maybe() || r.beyond(c.Before)) && (!after.maybe() || r.beyond(c.After))
	return !outside
}

// indifferent reports whether no read of the query can be touched by the
// change, whatever its arguments: the change alters no column that it looks at.
func (q *Query) indifferent(c *Change) bool {
	return c.Before.Exists() && c.After.Exists() && !q.distinguishes(c, false)
}

// distinguishes reports whether the query could tell the images of an updated
// row apart. member says that the row satisfies the condition in both.
func (q *Query) distinguishes(c *Change, member bool) bool {
	if q.Columns == nil && c.altersAny() {
		return true
	}
	for _, column := range q.Columns {
		if c.alters(column) {
			return true
		}
	}
	for _, o := range q.Order {
		if c.alters(o.Column) {
			return true
		}
	}
	return !member && q.Where.anyColumn(c.alters)
}

// beyond reports whether a row is certainly sorted behind the edge of the
// read's window.
func (r *Read) beyond(row Row) bool {
	if r.Edge == nil {
		return false
	}
	for i, o := range r.Query.Order {
		if i >= len(r.Edge) {
			return false
		}
		v, ok := row.Value(o.Column)
		if !ok || v == nil || r.Edge[i] == nil {
			return false
		}
		rel := compare(v, r.Edge[i], r.Query.Texts)
		if o.Desc {
			rel = rel.reversed()
		}
		if rel != equal {
			return rel == greater
		}
	}
	return false
}

func (o order) reversed() order {
	switch o {
	case less:
		return greater
	case greater:
		return less
	}
	return o
}

// WholeTable is the query that any change of the table touches, and with table
// "" any change at all.
func WholeTable(table string) *Query {
	return &Query{Label: "all of " + table, Table: table}
}

// probesMax bounds the reads that distinct compares a read with: a repetition
// that is not found among so many of the same hash is kept.
const probesMax = 8

// distinct returns the reads without those that say the same as an earlier one,
// in a slice of its own.
func distinct(reads []Read) []Read {
	kept := make([]Read, 0, len(reads))
	if len(reads) <= 2*probesMax { // too few for a map to pay
		for i := range reads {
			if !slices.ContainsFunc(kept, func(k Read) bool { return k.equal(&reads[i]) }) {
				kept = append(kept, reads[i])
			}
		}
		return kept
	}
	seen := make(map[sameRead]int, len(reads))
	seed := maphash.MakeSeed()
	for i := range reads {
		read, known := &reads[i], false
		key := read.hash(seed)
		for range probesMax {
			at, taken := seen[key]
			if known = taken && kept[at].equal(read); known || !taken {
				break
			}
			key.hash++
		}
		if !known {
			seen[key] = len(kept)
			kept = append(kept, *read)
		}
	}
	return kept
}

// sameRead is a key that equal reads share.
type sameRead struct {
	query *Query
	hash  uint64
}

func (r *Read) hash(seed maphash.Seed) sameRead {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, values := range [][]Value{r.Args, r.Edge} {
		maphash.WriteComparable(&h, len(values))
		for _, v := range values {
			hashIdentical(&h, v)
		}
	}
	return sameRead{r.Query, h.Sum64()}
}

func (r *Read) equal(s *Read) bool {
	return r.Query == s.Query && identicalAll(r.Args, s.Args) && identicalAll(r.Edge, s.Edge)
}

func identicalAll(a, b []Value) bool {
	if len(a) != len(b) || (a == nil) != (b == nil) {
		return false
	}
	for i := range a {
		if !identical(a[i], b[i]) {
			return false
		}
	}
	return true
}
