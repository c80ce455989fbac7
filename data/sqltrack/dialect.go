package sqltrack

import (
	"context"
	"database/sql/driver"

	"veche/data/sqltrack/statement"
	"veche/track"
)

// A Dialect is what differs between databases. The packages data/sqlite,
// data/postgres and data/mysql have one each. It is safe for concurrent use.
type Dialect interface {
	// Statements is the SQL that the database speaks.
	Statements() statement.Dialect
	// Open prepares a new connection, and begins a session on it. The session
	// reports to log, from the goroutine that uses the connection.
	Open(ctx context.Context, conn driver.Conn, log *Log) (Session, error)
	// Fate says what an error of the database leaves of the work it ended.
	Fate(err error) Fate
}

// A Session is a dialect at work on one connection, used by one goroutine at a
// time.
type Session interface {
	// Tables describes the tables of the database by name, as [Table.Name]
	// spells it. It runs between statements, in or out of a transaction.
	Tables(ctx context.Context) (map[string]*Table, error)
	// Write carries the write out and logs what it did to rows.
	Write(ctx context.Context, w *Write) (Outcome, error)
	// Value brings a value that a result has in a column of the database type
	// typ into the form that conditions are evaluated on, or to an [Unclear].
	Value(typ string, v driver.Value) track.Value
}

// A Gate is an optional power of a [Session]: that of a database which lets one
// writer in at a time.
type Gate interface {
	// Enter waits, with a bound of its own, until the session may write. It is
	// called before the first statement of a transaction that may.
	Enter(ctx context.Context) error
	// Leave lets the next writer in. It is called when the transaction's changes
	// have been applied.
	Leave()
}

// A Prober is an optional power of a [Session]: to say whether the connection
// is inside a transaction. It is asked after statements that were not
// understood; a connection that cannot say is then not used again.
type Prober interface {
	InTransaction(ctx context.Context) (bool, error)
}

// A Fate is what becomes of work that an error ended.
type Fate uint8

const (
	// Unknown: it may have taken effect.
	Unknown Fate = iota
	// Undone: the statement, or the COMMIT, had no effect. The transaction
	// around a statement may go on or wait for its ROLLBACK.
	Undone
	// Ended: as Undone, and the transaction has been rolled back, so that what
	// follows on the connection is outside of it.
	Ended
)

// A Table describes a table. It does not change once [Session.Tables] has
// returned it.
type Table struct {
	// Name is in lower case, as the statement package spells it.
	Name string
	// Quoted is the name as a statement must spell it.
	Quoted string
	// Columns are the columns in the order of SELECT *, in lower case.
	Columns *track.Columns
	// Types are the columns' types, as the session understands them.
	Types []string
	// Key are the places of the primary key in Columns, empty without one.
	Key []int
	// Coarse is why row images of the table cannot be had, "" where they can.
	Coarse string
	// Derived is set for what has no rows of its own, as a view: a read of it
	// cannot be tracked.
	Derived bool
	// Triggers is set where a write may do things that only the database knows.
	Triggers bool
	// Immediate is set where a write takes effect at once and for good, whatever
	// becomes of the transaction.
	Immediate bool
	// OnDelete and OnUpdate name the tables, itself perhaps among them, that the
	// database alters when rows are deleted here, or values in the columns
	// Referenced are updated.
	OnDelete, OnUpdate []string
	Referenced         []string
}

// Unclear stands in a row image for a value of which it is not known how the
// database compares it: a decimal, a date, a text of an unusual collation. It
// compares as unknown with everything; its text tells whether it has changed.
type Unclear string

// A Write is one INSERT, UPDATE or DELETE to be carried out.
type Write struct {
	// Statement is what its text says.
	Statement *statement.Statement
	// Args are its arguments.
	Args []driver.NamedValue
	// Table is the table written to, nil where it is not known.
	Table *Table
	// Coarse is why row images are not to be taken, "" where they are wanted.
	Coarse string
	// Rows is set where the caller asks for the rows that it returns.
	Rows bool

	conn *conn
	text *text
	src  source
}

// An Outcome is what a statement returned: a result, or rows.
type Outcome struct {
	Result driver.Result
	Rows   *Result
}

// Run sends the statement as the caller gave it.
func (w *Write) Run(ctx context.Context) (Outcome, error) {
	return w.conn.run(ctx, w.src, w.Args, w.Rows)
}

// Coarsely carries the write out and logs it as a change of the whole table,
// and of those that the database alters in turn.
func (w *Write) Coarsely(ctx context.Context, why string) (Outcome, error) {
	out, err := w.Run(ctx)
	if err == nil {
		w.Whole(why)
		w.Reach()
	}
	return out, err
}

// Whole logs a change of the whole table.
func (w *Write) Whole(why string) {
	w.conn.log.Table(w.Statement.Write.Table, why)
}

// Reach logs the changes that the database makes in other tables because of
// the write. A session whose database reports every row by itself does not
// call it.
func (w *Write) Reach() {
	t, log := w.Table, w.conn.log
	switch {
	case t == nil:
		log.Everything("a write to a table that the catalog does not have")
	case t.Derived:
		log.Everything("a write through a view")
	case t.Triggers:
		log.Everything("a write to a table with triggers")
	case w.Statement.Kind == statement.Delete || w.Statement.Write.Upsert:
		w.reach(t.OnDelete)
		if w.Statement.Write.Upsert {
			w.reach(t.OnUpdate)
		}
	case w.Statement.Kind == statement.Update && overlap(w.Statement.Write.Sets, t.Referenced):
		w.reach(t.OnUpdate)
	}
}

func (w *Write) reach(tables []string) {
	for _, name := range tables {
		w.conn.log.Table(name, "a foreign key's action")
	}
}

func overlap(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

// Query sends a statement of the session's own on the connection and calls visit
// with its rows, so many at a time as Options.MaxResultBytes allows.
func (w *Write) Query(ctx context.Context, text string, args []driver.NamedValue, visit func(*Result)) error {
	rows, err := direct{w.conn, text}.query(ctx, args)
	if err != nil {
		return err
	}
	for more := true; more && err == nil; {
		var r *Result
		if r, more, err = collect(rows, w.conn.k.o.MaxResultBytes); err == nil {
			visit(r)
		}
	}
	if closing := rows.Close(); err == nil {
		err = closing
	}
	return err
}

// Limit is how many rows' images are worth taking: one more and the write is
// logged as a change of the whole table.
func (w *Write) Limit() int { return w.conn.k.o.MaxImages }

// InTransaction reports whether the write is inside a transaction of the caller.
func (w *Write) InTransaction() bool { return w.conn.inTx }

// Reconsider says that the write is tried coarsely, now and from now on, after
// Atomically has failed for an [ImageError] and left nothing.
func (w *Write) Reconsider(err error) {
	w.conn.settled = false
	w.text.opaque.Store(true)
	w.conn.k.count.fallback(w.Statement.Text, err.Error())
}

// Log returns where the write's changes are logged.
func (w *Write) Log() *Log { return w.conn.log }

// Atomically runs f in a transaction: the one that is open, or one of its own
// around f.
func (w *Write) Atomically(ctx context.Context, f func() (Outcome, error)) (Outcome, error) {
	c := w.conn
	if c.inTx {
		return f()
	}
	tx, err := c.beginInner(ctx, driver.TxOptions{})
	if err != nil {
		return Outcome{}, err
	}
	out, err := f()
	if err != nil {
		if tx.Rollback() != nil {
			c.broken = true
		}
		c.log.discard()
		c.settled = true
		return Outcome{}, err
	}
	return out, tx.Commit()
}

// QueryAll sends a query to a connection of the inner driver and returns its
// rows, all in memory; for sessions that read the catalog.
func QueryAll(ctx context.Context, inner driver.Conn, text string, args ...driver.Value) (*Result, error) {
	c := &conn{inner: inner}
	named := make([]driver.NamedValue, len(args))
	for i, v := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	out, err := c.run(ctx, direct{c, text}, named, true)
	return out.Rows, err
}
