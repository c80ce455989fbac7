package data

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"sync"
	"time"

	"gorm.io/gorm"

	"veche/data/sqltrack"
	"veche/entity"
	"veche/track"
)

// Options say how a database is opened. The zero value is not enough: there is
// no database without a DSN.
type Options struct {
	// DSN names the database: a path, or "sqlite:" and a path, for SQLite;
	// "postgres://user:password@host:port/name" for PostgreSQL;
	// "mysql://user:password@host:port/name" for MySQL and MariaDB. Required.
	DSN string
	// Tracker holds what computations read and is told of every commit.
	// Default: one of the database's own.
	Tracker *track.Tracker
	// Results keeps the results of queries. Default: none are kept.
	Results sqltrack.Store
	// Durable makes every commit on SQLite wait for the disk, so that none is
	// lost when the machine loses power. The other databases do as they are
	// configured. Default false: the last commits may be lost then.
	Durable bool
	// Log is told of slow statements, without the values in them, and of
	// transactions made again. Default: nothing is told.
	Log *slog.Logger
	// Now is the clock: of the times in rows, and of what is due. It must be the
	// tracker's clock. Default time.Now.
	Now func() time.Time
	// Chance returns numbers from 0 to 1, for the pause before a transaction is
	// made again. It is called from many goroutines. Default rand.Float64.
	Chance func() float64
	// ConnectionsMax bounds the open connections, at least 2. Default: what suits
	// the engine.
	ConnectionsMax int
	// AttemptsMax bounds how often a transaction is made that others keep
	// overturning. Default 8.
	AttemptsMax int
	// WaitMax bounds the wait for the database to answer Open, and for another
	// program's Migrate. Default 15 s.
	WaitMax time.Duration
	// SlowAfter is the duration from which a statement counts as slow.
	// Default 200 ms.
	SlowAfter time.Duration
}

func (o *Options) settle() error {
	if o.DSN == "" {
		return errors.New("data: no DSN was given")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Tracker == nil {
		o.Tracker = track.New(track.Options{Now: o.Now})
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Chance == nil {
		o.Chance = rand.Float64
	}
	if o.ConnectionsMax > 0 {
		o.ConnectionsMax = max(2, o.ConnectionsMax)
	}
	if o.AttemptsMax <= 0 {
		o.AttemptsMax = 8
	}
	if o.WaitMax <= 0 {
		o.WaitMax = 15 * time.Second
	}
	if o.SlowAfter <= 0 {
		o.SlowAfter = 200 * time.Millisecond
	}
	return nil
}

// A DB is an open database and the entities in it. Its methods may be called
// from many goroutines, but for Register, which comes first.
type DB struct {
	options   Options
	engine    engine
	connector *sqltrack.Connector
	handle    *sql.DB
	gorm      *gorm.DB

	schemas  []Schema
	entities []*entity.Entity // of all schemas, in order
	byType   map[reflect.Type]*entity.Entity
	uniques  map[string][]string // columns of unique indexes, by their full names

	hands hands
}

// Open connects to the database and verifies that it answers. What a person
// can mend (a path that is no database, a server that is away, a wrong
// password) is a [fault.Error] of kind Unavailable whose cause is one sentence.
// The caller closes the DB.
func Open(ctx context.Context, o Options) (*DB, error) {
	if err := o.settle(); err != nil {
		return nil, err
	}
	db := &DB{
		options: o,
		byType:  make(map[reflect.Type]*entity.Entity),
		uniques: make(map[string][]string),
		hands:   hands{at: make(map[handKey]time.Time)},
	}
	if err := db.connect(ctx); err != nil {
		return nil, err
	}
	return db, nil
}

// Close closes the connections. Statements that run are waited for.
func (db *DB) Close() error { return db.handle.Close() }

// Handle returns the handle below the ORM, for reads in paths where its cost
// counts. What passes there is tracked like everything else. A read may be of
// any table; a write there is neither validated, versioned nor made again: use
// Write.
func (db *DB) Handle() *sql.DB { return db.handle }

// Stats returns what the tracking below the ORM counts, and the statements that
// it did not wholly understand.
func (db *DB) Stats() sqltrack.Stats { return db.connector.Stats() }

// Tracker returns the tracker that is told of the database's commits.
func (db *DB) Tracker() *track.Tracker { return db.options.Tracker }

// Engine returns the kind of the database: "sqlite", "postgres" or "mysql".
func (db *DB) Engine() string { return db.engine.name() }

// Now returns the time of the database's clock, in UTC, to the microsecond, as
// rows keep it.
func (db *DB) Now() time.Time { return db.options.Now().UTC().Truncate(time.Microsecond) }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.handle.PingContext(ctx); err != nil {
		return db.translate(fmt.Errorf("asking the database: %w", err))
	}
	return nil
}

type dbKey struct{}

// With returns a context whose computations use the database.
func With(ctx context.Context, db *DB) context.Context {
	return context.WithValue(ctx, dbKey{}, db)
}

// From returns the database of the context. A context without one is a defect
// of whoever made it: From panics.
func From(ctx context.Context) *DB {
	db, _ := ctx.Value(dbKey{}).(*DB)
	if db == nil {
		panic("data: the context has no database; data.With gives it one")
	}
	return db
}

// hands are the times up to which the columns of moments were last found to be
// reached: see Due.
type hands struct {
	mu sync.Mutex
	at map[handKey]time.Time
}

type handKey struct{ table, column string }
