package sqltrack

import (
	"context"
	"database/sql/driver"
	"slices"
	"time"

	"veche/data/sqltrack/statement"
	"veche/track"
)

type freshKey struct{}

// Fresh returns a context whose queries ask the database even where a result is
// kept, and whose results are not kept.
func Fresh(ctx context.Context) context.Context {
	return context.WithValue(ctx, freshKey{}, true)
}

// query is one execution of a SELECT.
type query struct {
	*text
	sql    string
	args   []driver.NamedValue
	values []track.Value
	rec    *track.Recording // of the computation that asks, or nil
	store  Store            // nil where the result is not to be kept
	key    string
}

// read answers a SELECT: from the store, or by the database, noting what it
// reads.
func (c *conn) read(ctx context.Context, t *text, sql string, args []driver.NamedValue, s *stmt) (driver.Rows, error) {
	q := query{text: t, sql: sql, args: args, rec: track.From(ctx), store: c.k.o.Results}
	if c.k.o.Tracker == nil || q.rec == nil && q.store == nil {
		return c.pass(ctx, &q, s)
	}
	if why := c.untrackable(ctx, t); why != "" {
		track.Volatile(ctx, why)
		return c.pass(ctx, &q, s)
	}
	var known bool
	q.values, known = canonical(args, t.st)
	if !known || ctx.Value(freshKey{}) != nil {
		q.store = nil
	}
	if q.store != nil {
		q.key = resultKey(sql, q.values)
		if r, ok := q.store.Get(q.key); ok && r.entry.Live(c.k.o.Now()) {
			c.k.count.hits.Add(1)
			if q.rec != nil {
				q.rec.Note(r.entry.Reads()...)
				track.Until(ctx, r.entry.Deadline())
			}
			return &keptRows{r: r, shared: true}, nil
		}
	}
	if q.rec == nil && q.store == nil {
		return c.pass(ctx, &q, s)
	}
	return c.make(ctx, &q, s)
}

// untrackable returns why the result of the query must not be kept by anybody,
// "" where it may.
func (c *conn) untrackable(ctx context.Context, t *text) string {
	switch {
	case t.why != "":
		return t.why
	case c.inTx:
		return "a read inside a transaction"
	case c.altered:
		return "a read on a connection whose settings have been changed"
	case c.doubt:
		return "a read on a connection that may be inside a transaction"
	case c.streams > 0:
		// The rows that are open may hold a snapshot from before the recording.
		return "a read between rows of another query on one connection"
	}
	known, err := c.tables(ctx)
	if err != nil {
		c.k.o.Log.WarnContext(ctx, "queries are not tracked", "err", err)
		return "the catalog cannot be read"
	}
	return t.resolve(known).why
}

// resolve finds the statement's tables in the catalog.
func (t *text) resolve(known *catalog) *resolved {
	if r := t.resolved.Load(); r != nil && r.catalog == known {
		return r
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.resolved.Load()
	if was != nil && was.catalog == known {
		return was
	}
	r := &resolved{catalog: known}
	for i := range t.st.Reads {
		read := &t.st.Reads[i]
		name := read.Query.Table
		switch table := known.tables[name]; {
		case table == nil:
			r.why = "a read of " + name + ", which is not a table here"
		case table.Derived:
			r.why = "a read of the view " + name
		case was == nil: // before the first use of the query
			read.Settle(func(column string) bool { return slices.Contains(table.Columns.Names(), column) })
		}
	}
	t.resolved.Store(r)
	return r
}

// pass lets the database answer, and tracks nothing.
func (c *conn) pass(ctx context.Context, q *query, s *stmt) (driver.Rows, error) {
	rows, err := c.source(q.sql, s).query(ctx, q.args)
	if err != nil {
		return nil, err
	}
	return c.stream(rows, nil), nil
}

// stream passes rows on that stay open on the connection.
func (c *conn) stream(rows driver.Rows, ahead *Result) *stream {
	c.streams++
	s := &stream{inner: rows, done: func() { c.streams-- }}
	if ahead != nil {
		s.ahead = &keptRows{r: ahead}
	}
	return s
}

// make asks the database, notes what was read, and keeps the result.
//
// The reads are noted when the rows are here, since only then the edge of a
// window is known. That is sound: an admission holds the reads against every
// change since the recording began, whenever they were noted; and where the rows
// are too many to be held, the reads are noted without an edge before the caller
// sees the first row.
func (c *conn) make(ctx context.Context, q *query, s *stmt) (driver.Rows, error) {
	var own *track.Recording
	if q.store != nil {
		c.k.count.misses.Add(1)
		_, own = c.k.o.Tracker.Record(ctx)
		defer own.End()
	}
	began := c.k.o.Now()
	rows, err := c.source(q.sql, s).query(ctx, q.args)
	if err != nil {
		track.Volatile(ctx, "a query failed")
		return nil, err
	}
	r, more, err := collect(rows, c.k.o.MaxResultBytes)
	if err == nil && more {
		c.k.count.large.Add(1)
		track.Note(ctx, q.reads(nil, nil)...)
		return c.stream(rows, r), nil
	}
	if closing := rows.Close(); err == nil {
		err = closing
	}
	if err != nil {
		track.Volatile(ctx, "a query failed")
		return nil, err
	}
	reads := q.reads(r, c.session)
	track.Note(ctx, reads...)
	if own != nil {
		own.Note(reads...)
		c.keep(q, r, own, c.k.o.Now().Sub(began))
	}
	return &keptRows{r: r, shared: own != nil}, nil
}

// keep stores the result if no change has overtaken it.
func (c *conn) keep(q *query, r *Result, own *track.Recording, cost time.Duration) {
	entry, err := own.Admit(keeper{q.store, q.key})
	if err != nil {
		c.k.count.refused.Add(1)
		return
	}
	r.tracker, r.entry = c.k.o.Tracker, entry
	q.store.Put(q.key, r, r.size+int64(len(q.key)), cost)
	c.k.count.kept.Add(1)
	if !entry.Live(c.k.o.Now()) { // dropped before it was there
		q.store.Drop(q.key)
	}
}

// keeper is the owner of the entry of a kept result.
type keeper struct {
	store Store
	key   string
}

// Dropped is called by the tracker.
func (k keeper) Dropped(*track.Entry, *track.Change) { k.store.Drop(k.key) }

// reads returns what the query reads, with the edge of a window where the result
// r shows it.
func (q *query) reads(r *Result, s Session) []track.Read {
	reads := make([]track.Read, len(q.st.Reads))
	for i := range reads {
		read := &q.st.Reads[i]
		reads[i] = track.Read{Query: read.Query, Args: q.values}
		if r != nil && read.Window != nil {
			reads[i].Edge = q.edge(read, r, s)
		}
	}
	return reads
}

// edge returns the values of the order's columns in the last row of a full
// window, nil where the window is not full or a column cannot be found.
func (q *query) edge(read *statement.Read, r *Result, s Session) []track.Value {
	limit := read.Window.Limit.Const
	if p := read.Window.Limit.Param; p > 0 {
		if p > len(q.values) {
			return nil
		}
		limit = q.values[p-1]
	}
	n, ok := limit.(int64)
	if !ok || n <= 0 || int64(r.Len()) != n || r.last == nil {
		return nil
	}
	edge := make([]track.Value, len(read.Query.Order))
	for i, o := range read.Query.Order {
		at := -1
		if read.Window.Results != nil {
			at = read.Window.Results[i]
		} else {
			at = slices.IndexFunc(r.columns, func(name string) bool { return equalName(name, o.Column) })
		}
		if at < 0 || at >= len(r.last) {
			return nil
		}
		edge[i] = s.Value(r.types[at].name, r.last[at])
	}
	return edge
}

// equalName compares the name of a result's column with one in lower case.
func equalName(name, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
