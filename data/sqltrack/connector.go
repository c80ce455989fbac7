package sqltrack

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"veche/track"
)

// Options configure a [Connector]. Only Dialect must be set.
type Options struct {
	// Dialect is what differs between databases. Required.
	Dialect Dialect
	// Tracker is told the changes and keeps the reads. nil: statements pass
	// through and nothing is tracked.
	Tracker *track.Tracker
	// Results keeps the results of queries. nil: none are kept.
	Results Store
	// MaxResultBytes bounds a result that is kept, and the rows held in memory
	// to find the edge of a window; a larger one streams through. Default 1 MiB.
	MaxResultBytes int64
	// MaxImages bounds the row images of one table in one transaction; beyond
	// it the transaction counts as a change of the whole table. Default 4096.
	MaxImages int
	// MaxTexts bounds the parsed statements remembered. Default 4096.
	MaxTexts int
	// Now tells the time that costs are measured by. Default time.Now.
	Now func() time.Time
	// Log is told what an operator may want to know. Default: nobody.
	Log *slog.Logger
}

// A Connector is a driver.Connector whose connections are tracked; give it to
// sql.OpenDB. It is safe for concurrent use.
type Connector struct {
	inner   driver.Connector
	o       Options
	texts   *texts
	count   counters
	commits commits
	loading sync.Mutex // one catalog load at a time
	catalog atomic.Pointer[catalog]
	schema  atomic.Uint64 // counts what may have changed the schema
}

// New wraps the connector of a database's own driver.
func New(inner driver.Connector, o Options) (*Connector, error) {
	if inner == nil || o.Dialect == nil {
		return nil, errors.New("sqltrack: New needs a connector and a dialect")
	}
	if o.Results != nil && o.Tracker == nil {
		return nil, errors.New("sqltrack: results cannot be kept without a tracker")
	}
	if o.MaxResultBytes <= 0 {
		o.MaxResultBytes = 1 << 20
	}
	if o.MaxImages <= 0 {
		o.MaxImages = 4096
	}
	if o.MaxTexts <= 0 {
		o.MaxTexts = 4096
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	k := &Connector{inner: inner, o: o}
	k.texts = newTexts(o.Dialect.Statements(), o.MaxTexts, &k.count)
	return k, nil
}

// Connect opens a connection of the inner connector and tracks it.
func (k *Connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := k.inner.Connect(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{k: k, inner: inner}
	c.log = &Log{k: k, tables: make(map[string]*tally)}
	if c.session, err = k.o.Dialect.Open(ctx, inner, c.log); err != nil {
		inner.Close()
		return nil, err
	}
	c.gate, _ = c.session.(Gate)
	return c, nil
}

// Driver returns the inner connector's driver, untracked.
func (k *Connector) Driver() driver.Driver { return k.inner.Driver() }

// Stats returns the counts since the connector was made.
func (k *Connector) Stats() Stats { return k.count.stats() }

// catalog is what is known about the tables of one state of the schema.
type catalog struct {
	schema uint64
	tables map[string]*Table
}

// tables returns the tables of the database, reading the catalog if the schema
// may have changed since it was last read. What a transaction reads may be of
// its own making, or older than what others have made: it keeps that to itself.
func (c *conn) tables(ctx context.Context) (*catalog, error) {
	k := c.k
	schema := k.schema.Load()
	if known := c.log.own; known != nil && known.schema == schema {
		return known, nil
	}
	if known := k.catalog.Load(); known != nil && known.schema == schema {
		return known, nil
	}
	if c.inTx {
		known, err := c.readCatalog(ctx, schema)
		c.log.own = known
		return known, err
	}
	k.loading.Lock()
	defer k.loading.Unlock()
	schema = k.schema.Load()
	if known := k.catalog.Load(); known != nil && known.schema == schema {
		return known, nil
	}
	known, err := c.readCatalog(ctx, schema)
	if err == nil {
		k.catalog.Store(known)
	}
	return known, err
}

func (c *conn) readCatalog(ctx context.Context, schema uint64) (*catalog, error) {
	tables, err := c.session.Tables(ctx)
	if err != nil {
		return nil, fmt.Errorf("sqltrack: reading the catalog: %w", err)
	}
	return &catalog{schema: schema, tables: tables}, nil
}

// learn reads the catalog, if it must be read, before a transaction begins, so
// that all may use it. An error will come again where it matters.
func (c *conn) learn(ctx context.Context) {
	if c.k.o.Tracker != nil && c.streams == 0 && !c.inTx {
		c.tables(ctx)
	}
}

// forgetSchema makes everything learned from the schema be learned again.
func (k *Connector) forgetSchema() {
	k.schema.Add(1)
	k.texts.clear()
}
