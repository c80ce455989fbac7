package sqltracktest

import (
	"context"
	"database/sql/driver"

	"veche/data/sqltrack"
)

// A Point is a place in the life of a statement at which a test can step in.
type Point string

// The points of an [Interposer].
const (
	BeforeQuery  Point = "before query"  // a query is about to be sent
	AfterQuery   Point = "after query"   // its first rows are there
	BeforeCommit Point = "before commit" // COMMIT is about to be sent
	AfterCommit  Point = "after commit"  // the database has committed; nobody has been told
)

// An Interposer stands between sqltrack and a database's driver and calls At.
type Interposer struct {
	Connector driver.Connector
	Rules     sqltrack.Dialect
	// At is called from the goroutine that uses the connection. It returns an
	// error in place of the one the database returned, or nil to leave it.
	At func(ctx context.Context, p Point, sql string) error
}

// Connect opens an interposed connection.
func (i *Interposer) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := i.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &between{Conn: c, i: i}, nil
}

// Driver returns the driver below.
func (i *Interposer) Driver() driver.Driver { return i.Connector.Driver() }

// Dialect returns the rules for interposed connections.
func (i *Interposer) Dialect() sqltrack.Dialect { return below{i.Rules} }

type below struct{ sqltrack.Dialect }

func (d below) Open(ctx context.Context, conn driver.Conn, log *sqltrack.Log) (sqltrack.Session, error) {
	return d.Dialect.Open(ctx, conn.(*between).Conn, log)
}

type between struct {
	driver.Conn
	i *Interposer
}

func (b *between) PrepareContext(ctx context.Context, sql string) (driver.Stmt, error) {
	return b.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, sql)
}

func (b *between) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := b.Conn.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (b *between) ExecContext(ctx context.Context, sql string, args []driver.NamedValue) (driver.Result, error) {
	return b.Conn.(driver.ExecerContext).ExecContext(ctx, sql, args)
}

func (b *between) QueryContext(ctx context.Context, sql string, args []driver.NamedValue) (driver.Rows, error) {
	if err := b.i.At(ctx, BeforeQuery, sql); err != nil {
		return nil, err
	}
	rows, err := b.Conn.(driver.QueryerContext).QueryContext(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	if err := b.i.At(ctx, AfterQuery, sql); err != nil {
		rows.Close()
		return nil, err
	}
	return rows, nil
}

func (b *between) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := b.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return &betweenTx{Tx: tx, i: b.i, ctx: ctx}, nil
}

type betweenTx struct {
	driver.Tx
	i   *Interposer
	ctx context.Context
}

func (t *betweenTx) Commit() error {
	if err := t.i.At(t.ctx, BeforeCommit, "COMMIT"); err != nil {
		t.Tx.Rollback()
		return err
	}
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	return t.i.At(t.ctx, AfterCommit, "COMMIT")
}
