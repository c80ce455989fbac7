package sqltrack

import (
	"context"
	"database/sql/driver"
	"errors"

	"veche/data/sqltrack/statement"
	"veche/track"
)

// conn is a tracked connection. database/sql lets one goroutine at a time use it.
type conn struct {
	k       *Connector
	inner   driver.Conn
	session Session
	gate    Gate // nil where writers need not wait for each other
	log     *Log

	inTx    bool // inside a transaction
	byName  bool // of which the outermost SAVEPOINT was the beginning
	loose   bool // the transaction is over, but the caller does not know yet
	entered bool // the gate is ours
	settled bool // what the current statement did is already accounted for
	doubt   bool // it is not known whether a transaction is open
	altered bool // it has settings of its own
	broken  bool // the connection is not to be used again
	streams int  // rows that are open
}

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	inner, err := c.prepareInner(ctx, query)
	if err != nil {
		return nil, err
	}
	return &stmt{c: c, inner: inner, text: query}, nil
}

func (c *conn) prepareInner(ctx context.Context, query string) (driver.Stmt, error) {
	if p, ok := c.inner.(driver.ConnPrepareContext); ok {
		return p.PrepareContext(ctx, query)
	}
	return c.inner.Prepare(query)
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	out, err := c.perform(ctx, c.k.texts.of(query), normal(args), direct{c, query}, false)
	return out.Result, err
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.query(ctx, c.k.texts.of(query), query, normal(args), nil)
}

// query answers a statement that was asked for its rows. s is the prepared
// statement, or nil.
func (c *conn) query(ctx context.Context, t *text, query string, args []driver.NamedValue, s *stmt) (driver.Rows, error) {
	switch {
	case t.blind != "":
		return c.queryBlind(ctx, t, args, c.source(query, s))
	case t.kind() == statement.Select:
		return c.read(ctx, t, query, args, s)
	}
	out, err := c.perform(ctx, t, args, c.source(query, s), true)
	if err != nil {
		return nil, err
	}
	return &keptRows{r: out.Rows}, nil
}

// queryBlind sends a statement that may do anything, and takes it for one that
// writes until its rows are closed.
func (c *conn) queryBlind(ctx context.Context, t *text, args []driver.NamedValue, src source) (driver.Rows, error) {
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	if t.auto {
		return nil, ErrAutocommit
	}
	track.Volatile(ctx, t.blind)
	rows, err := src.query(ctx, args)
	if err != nil {
		c.control(ctx, t, err)
		c.finish(err)
		return nil, err
	}
	s := c.stream(rows, nil)
	s.done = func() {
		c.streams--
		c.control(ctx, t, nil)
		c.finish(nil)
	}
	return s, nil
}

// source returns how the statement is sent.
func (c *conn) source(query string, s *stmt) source {
	if s != nil {
		return s
	}
	return direct{c, query}
}

// A source sends one statement to the inner driver.
type source interface {
	exec(ctx context.Context, args []driver.NamedValue) (driver.Result, error)
	query(ctx context.Context, args []driver.NamedValue) (driver.Rows, error)
}

// run sends a statement and, where rows are asked for, reads them to the end.
func (c *conn) run(ctx context.Context, src source, args []driver.NamedValue, rows bool) (Outcome, error) {
	if !rows {
		r, err := src.exec(ctx, args)
		return Outcome{Result: r}, err
	}
	inner, err := src.query(ctx, args)
	if err != nil {
		return Outcome{}, err
	}
	r, _, err := collect(inner, 0)
	if closing := inner.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Rows: r}, nil
}

// direct is a statement that is not prepared.
type direct struct {
	c    *conn
	text string
}

func (d direct) exec(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if e, ok := d.c.inner.(driver.ExecerContext); ok {
		r, err := e.ExecContext(ctx, d.text, args)
		if !errors.Is(err, driver.ErrSkip) {
			return r, err
		}
	}
	s, err := d.c.prepareInner(ctx, d.text)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return execStmt(ctx, s, args)
}

func (d direct) query(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if q, ok := d.c.inner.(driver.QueryerContext); ok {
		rows, err := q.QueryContext(ctx, d.text, args)
		if !errors.Is(err, driver.ErrSkip) {
			return rows, err
		}
	}
	s, err := d.c.prepareInner(ctx, d.text)
	if err != nil {
		return nil, err
	}
	rows, err := queryStmt(ctx, s, args)
	if err != nil {
		s.Close()
		return nil, err
	}
	return &stmtRows{stream: stream{inner: rows}, s: s}, nil
}

func (c *conn) Ping(ctx context.Context) error {
	if p, ok := c.inner.(driver.Pinger); ok {
		return p.Ping(ctx)
	}
	return nil
}

func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := c.inner.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *conn) ResetSession(ctx context.Context) error {
	if c.doubt || c.broken || c.altered {
		return driver.ErrBadConn
	}
	if r, ok := c.inner.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *conn) IsValid() bool {
	if c.doubt || c.broken || c.altered {
		return false
	}
	if v, ok := c.inner.(driver.Validator); ok {
		return v.IsValid()
	}
	return true
}

// Close drops what an open transaction had logged: the database rolls it back.
func (c *conn) Close() error {
	err := c.inner.Close()
	c.log.discard()
	c.leave()
	return err
}

func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if !o.ReadOnly {
		if err := c.enter(ctx); err != nil {
			return nil, err
		}
	}
	c.learn(ctx)
	inner, err := c.beginInner(ctx, o)
	if err != nil {
		c.leave()
		return nil, err
	}
	c.began()
	return &tx{c, inner}, nil
}

func (c *conn) beginInner(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if b, ok := c.inner.(driver.ConnBeginTx); ok {
		return b.BeginTx(ctx, o)
	}
	if o.ReadOnly || o.Isolation != 0 {
		return nil, errors.New("sqltrack: the driver knows no transaction options")
	}
	return c.inner.Begin() //lint:ignore SA1019 for drivers that have nothing newer
}

// tx is a transaction begun by BeginTx.
type tx struct {
	c     *conn
	inner driver.Tx
}

func (t *tx) Commit() error {
	defer t.c.committing()()
	err := t.inner.Commit()
	t.c.ended(err)
	return err
}

// Rollback leaves nothing, even where it fails: the connection is then lost, and
// with it the transaction.
func (t *tx) Rollback() error {
	err := t.inner.Rollback()
	t.c.log.discard()
	t.c.over()
	return err
}
