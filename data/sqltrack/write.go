package sqltrack

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"veche/data/sqltrack/statement"
	"veche/track"
)

// ErrWrite is returned for a statement that writes, under a context that carries
// a recording: a computation whose result may be kept only reads.
var ErrWrite = errors.New("sqltrack: a computation whose result may be kept must not write")

// ErrAutocommit is returned for MySQL's SET autocommit, which would make every
// statement part of a transaction that nobody begins.
var ErrAutocommit = errors.New("sqltrack: SET autocommit is not supported; begin a transaction instead")

// perform carries out any statement but a SELECT that was asked for its rows.
func (c *conn) perform(ctx context.Context, t *text, args []driver.NamedValue, src source, rows bool) (Outcome, error) {
	kind := t.kind()
	if c.mayWrite(t) {
		if alters(kind) && track.From(ctx) != nil {
			return Outcome{}, ErrWrite
		}
		if err := c.enter(ctx); err != nil {
			return Outcome{}, err
		}
	}
	track.Volatile(ctx, "a statement that is not a query")
	c.settled, c.log.rolledBack = false, false
	if t.auto {
		return Outcome{}, ErrAutocommit
	}
	if kind == statement.Begin {
		c.learn(ctx)
	}
	var out Outcome
	var err error
	if kind == statement.Commit || !c.inTx && c.mayWrite(t) {
		defer c.committing()()
	}
	switch kind {
	case statement.Insert, statement.Update, statement.Delete:
		if out, err = c.write(ctx, t, args, src, rows); t.blind != "" {
			c.log.Everything(t.blind)
		}
	default:
		out, err = c.run(ctx, src, args, rows)
		c.control(ctx, t, err)
	}
	c.finish(err)
	return out, err
}

// mayWrite reports whether the statement may alter rows or the schema, or begins
// a transaction that may.
func (c *conn) mayWrite(t *text) bool {
	switch t.kind() {
	case statement.Insert, statement.Update, statement.Delete, statement.Schema, statement.Begin:
		return true
	case statement.Savepoint:
		return !c.inTx
	}
	return t.st == nil
}

// alters reports whether a statement of the kind alters rows or the schema.
func alters(kind statement.Kind) bool {
	switch kind {
	case statement.Insert, statement.Update, statement.Delete, statement.Schema:
		return true
	}
	return false
}

// qualified is why the statement package cannot tell the rows of a table that is
// named with its schema: it may be another than the one of that name here.
const qualified = "a schema's name"

// write carries out an INSERT, UPDATE or DELETE.
func (c *conn) write(ctx context.Context, t *text, args []driver.NamedValue, src source, rows bool) (Outcome, error) {
	if c.k.o.Tracker == nil {
		return c.run(ctx, src, args, rows)
	}
	w := &Write{Statement: t.st, Args: args, Rows: rows, conn: c, text: t, src: src}
	known, err := c.tables(ctx)
	if err != nil {
		c.k.o.Log.WarnContext(ctx, "changes are not tracked by row", "err", err)
	} else {
		w.Table = known.tables[t.st.Write.Table]
	}
	if c.altered || t.st.Write.Opaque == qualified {
		w.Table = nil // it is not known of which tables the names speak
	}
	switch {
	case w.Table == nil:
		w.Coarse = "a table that the catalog does not have"
	case w.Table.Coarse != "":
		w.Coarse = w.Table.Coarse
	case w.Table.Triggers:
		w.Coarse = "a table with triggers"
	case t.st.Write.Opaque != "":
		w.Coarse = t.st.Write.Opaque
	case t.opaque.Load():
		w.Coarse = "its rows could not be found before"
	case c.loose:
		w.Coarse = "a transaction that the database has ended"
	case len(args) != t.st.Params || named(args):
		w.Coarse = "arguments by name"
	case !c.k.o.Tracker.Watched(w.Table.Name):
		w.Coarse = "nobody read it"
	}
	out, err := c.session.Write(ctx, w)
	if err != nil && !c.settled && !errors.Is(err, driver.ErrBadConn) && c.k.o.Dialect.Fate(err) == Unknown {
		w.Whole("a write of which it is not known whether it was done")
		w.Reach()
	}
	if w.Table != nil && w.Table.Immediate {
		c.k.o.Tracker.Apply(track.Change{Table: w.Table.Name})
	}
	if failed := (*ImageError)(nil); errors.As(err, &failed) {
		t.opaque.Store(true)
		c.k.count.fallback(t.st.Text, failed.Error())
	}
	return out, err
}

func named(args []driver.NamedValue) bool {
	for i := range args {
		if args[i].Name != "" {
			return true
		}
	}
	return false
}

// An ImageError says that the rows which a statement is about to change could
// not be read. The statement has not been sent; when it is tried again it is
// tracked by the whole table.
type ImageError struct{ Err error }

// Error says what could not be read, and why.
func (e *ImageError) Error() string {
	return "sqltrack: reading the rows before they change: " + e.Err.Error()
}

// Unwrap returns the database's own error.
func (e *ImageError) Unwrap() error { return e.Err }

// control accounts for a statement that is neither a query nor a write.
func (c *conn) control(ctx context.Context, t *text, err error) {
	if t.st == nil {
		c.unread(ctx)
		return
	}
	switch t.st.Kind {
	case statement.Select:
		if t.blind != "" {
			c.log.Everything(t.blind)
		}
		return
	case statement.Schema:
		c.log.alter()
		c.altered = c.altered || strings.HasPrefix(strings.ToUpper(t.st.Text), "USE")
		if c.inTx && c.dialect() == statement.MySQL {
			c.loose = true // MySQL commits before and after it
		}
		return
	case statement.Commit, statement.Rollback:
		c.ending(ctx, t.st, err)
		return
	}
	if err != nil {
		return
	}
	switch t.st.Kind {
	case statement.Other:
		c.other(t.st)
	case statement.Begin:
		if c.inTx && c.dialect() == statement.MySQL {
			c.publish() // it commits the transaction before
		}
		c.began()
	case statement.Savepoint:
		if !c.inTx && c.dialect() == statement.SQLite {
			c.began()
			c.byName = true
		}
		c.log.savepoint(t.st.Name)
	case statement.Release:
		if c.log.release(t.st.Name) && c.byName {
			c.ended(nil)
		}
	case statement.RollbackTo:
		c.log.rollbackTo(t.st.Name)
	}
}

// other accounts for statements about the connection itself. SQLite has none
// that matter here.
func (c *conn) other(st *statement.Statement) {
	if c.dialect() == statement.SQLite {
		return
	}
	words := strings.Fields(strings.ToUpper(st.Text))
	second := ""
	if len(words) > 1 {
		second = words[1]
	}
	switch words[0] {
	case "SHOW", "EXPLAIN", "DESCRIBE", "DESC":
	case "SET", "RESET", "DISCARD":
		if second != "LOCAL" && second != "TRANSACTION" && second != "CONSTRAINTS" {
			c.altered = true
		}
	default: // LOCK, ANALYZE ...: MySQL commits before some of them
		c.loose = c.loose || c.inTx && c.dialect() == statement.MySQL
	}
}

// unread accounts for a statement that was not understood. It may have committed
// something, begun or ended a transaction, and set what names mean from now on;
// nothing of the last kind that SQLite has is of account.
func (c *conn) unread(ctx context.Context) {
	c.altered = c.altered || c.dialect() != statement.SQLite
	c.log.alter()
	if c.k.o.Tracker != nil {
		c.k.o.Tracker.Apply(track.Everything())
	}
	c.probe(ctx)
}

// ending accounts for a textual COMMIT or ROLLBACK.
func (c *conn) ending(ctx context.Context, st *statement.Statement, err error) {
	if p, ok := c.session.(Prober); ok && err != nil {
		if open, asked := p.InTransaction(ctx); asked == nil && open {
			c.log.committed = false
			return // it failed, and may be tried again
		}
	}
	switch {
	case st.Kind == statement.Commit:
		c.ended(err)
	case err == nil:
		c.log.discard()
		c.over()
	}
}

func (c *conn) dialect() statement.Dialect { return c.k.o.Dialect.Statements() }

// probe finds out whether a transaction is open after a statement that was not
// understood.
func (c *conn) probe(ctx context.Context) {
	p, ok := c.session.(Prober)
	ctx = context.WithoutCancel(ctx)
	if !ok {
		c.doubt = true
		return
	}
	open, err := p.InTransaction(ctx)
	if c.doubt = err != nil; c.doubt {
		return
	}
	if open && !c.inTx {
		c.began()
	} else if !open && c.inTx {
		c.loose = true
	}
}

// finish accounts for the end of a statement, which may be the end of a
// transaction too.
func (c *conn) finish(err error) {
	if c.k.o.Dialect.Fate(err) == Ended || c.log.rolledBack && c.inTx {
		c.loose = c.inTx
	}
	switch {
	case c.settled:
	case c.log.committed || c.loose || c.doubt:
		c.publish()
	case c.inTx:
	case err == nil:
		c.publish()
	default:
		c.ended(err)
	}
	c.log.committed, c.log.rolledBack = false, false
	if !c.inTx {
		c.leave()
	}
}

// ended accounts for the end of a transaction by a COMMIT that returned err. One
// whose outcome is not known counts as done.
func (c *conn) ended(err error) {
	unknown := err != nil && c.k.o.Dialect.Fate(err) == Unknown && !errors.Is(err, driver.ErrBadConn)
	if err == nil || unknown || c.log.committed {
		c.publish()
	} else {
		c.log.discard()
	}
	c.log.committed, c.log.rolledBack = false, false
	c.over()
}

// publish applies what was logged.
func (c *conn) publish() {
	schema := c.log.schema
	changes := c.log.take()
	if len(changes) > 0 && c.k.o.Tracker != nil {
		if schema {
			c.k.forgetSchema()
		}
		c.k.o.Tracker.Apply(changes...)
	}
}

func (c *conn) began() { c.inTx, c.byName, c.loose = true, false, false }

func (c *conn) over() {
	c.inTx, c.byName, c.loose = false, false, false
	c.log.marks, c.log.own = nil, nil
	c.leave()
}

// enter waits until the connection may write.
func (c *conn) enter(ctx context.Context) error {
	if c.gate == nil || c.entered {
		return nil
	}
	if err := c.gate.Enter(ctx); err != nil {
		return err
	}
	c.entered = true
	return nil
}

// leave lets the next writer in.
func (c *conn) leave() {
	if c.entered {
		c.entered = false
		c.gate.Leave()
	}
}
