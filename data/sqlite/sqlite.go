package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	gormlite "github.com/libtnb/sqlite"
	"gorm.io/gorm"
	engine "modernc.org/sqlite"

	"veche/data/sqltrack"
)

// Options configure a [Database]. The zero value works.
type Options struct {
	// Full makes every commit wait for the disk, so that none is lost when the
	// machine loses power (synchronous=FULL). Without it the last commits may
	// be lost then, and the file is whole all the same.
	Full bool
	// Busy bounds the wait for another writer. Default 10 s.
	Busy time.Duration
}

// A Database is one SQLite database. It is safe for concurrent use.
type Database struct {
	connector driver.Connector
	dialect   *dialect
	memory    bool
}

// Open names the database at dsn, which is a path, a file: URL, or :memory: for
// one that is lost with its only connection; "sqlite:" may stand before it. The
// database is created if it is not there. An error is one sentence for the
// operator.
func Open(ctx context.Context, dsn string, o Options) (*Database, error) {
	if o.Busy <= 0 {
		o.Busy = 10 * time.Second
	}
	name, memory, err := address(dsn, o)
	if err != nil {
		return nil, err
	}
	connector, err := engine.NewConnector(name)
	if err != nil {
		return nil, fmt.Errorf("the database address %q cannot be understood: %w", dsn, err)
	}
	path := pathOf(dsn)
	if err := try(ctx, connector, path, memory); err != nil {
		return nil, err
	}
	return &Database{connector: connector, dialect: newDialect(o.Busy), memory: memory}, nil
}

// Connector returns the engine's own connector, untracked.
func (d *Database) Connector() driver.Connector { return d.connector }

// Dialect returns what sqltrack needs to know of SQLite. All connections of
// the database share it: it is what makes writers wait for each other.
func (d *Database) Dialect() sqltrack.Dialect { return d.dialect }

// Gorm returns GORM's dialect over a handle of the database.
func (d *Database) Gorm(db *sql.DB) gorm.Dialector {
	return gormlite.New(gormlite.Config{Conn: db})
}

// Configure sets the limits of the handle's connection pool.
func (d *Database) Configure(db *sql.DB) {
	n := 32
	if d.memory {
		n = 1
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxLifetime(0)
	db.SetConnMaxIdleTime(0)
}

// address returns the engine's name for the database, and whether it is in
// memory.
func address(dsn string, o Options) (name string, memory bool, err error) {
	path := pathOf(dsn)
	if path == "" {
		return "", false, errors.New("the database address names no file")
	}
	base, query, _ := strings.Cut(path, "?")
	if !strings.HasPrefix(path, "file:") {
		base, query = "file:"+escape(path), ""
	}
	given, err := url.ParseQuery(query)
	if err != nil {
		return "", false, fmt.Errorf("the database address %q cannot be understood: %w", dsn, err)
	}
	memory = base == "file::memory:" || given.Get("mode") == "memory"
	synchronous := "NORMAL"
	if o.Full {
		synchronous = "FULL"
	}
	for key, value := range map[string]string{
		"_busy_timeout": strconv.FormatInt(o.Busy.Milliseconds(), 10),
		"_foreign_keys": "on",
		"_journal_mode": "WAL",
		"_synchronous":  synchronous,
		"_time_format":  "sqlite",
		"_txlock":       "immediate",
	} {
		if !given.Has(key) {
			given.Set(key, value)
		}
	}
	return base + "?" + given.Encode(), memory, nil
}

// pathOf returns the address without the scheme that chose this package.
func pathOf(dsn string) string {
	path := strings.TrimPrefix(dsn, "sqlite:")
	if path != dsn {
		path = strings.TrimPrefix(path, "//")
	}
	return path
}

// escape makes a path part of a file: URL.
func escape(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

// try opens the database once, so that what is wrong is said now.
func try(ctx context.Context, connector driver.Connector, path string, memory bool) error {
	c, err := connector.Connect(ctx)
	if err == nil {
		_, err = sqltrack.QueryAll(ctx, c, "SELECT count(*) FROM sqlite_master")
		c.Close()
	}
	if err == nil {
		return nil
	}
	if memory {
		return fmt.Errorf("a database in memory cannot be opened: %w", err)
	}
	return explain(err, strings.TrimPrefix(path, "file:"))
}

// The engine's result codes that have a sentence of their own.
const (
	codeBusy     = 5
	codeReadOnly = 8
	codeCantOpen = 14
	codeNotADB   = 26
)

// explain says in one sentence why the file cannot be used.
func explain(err error, path string) error {
	path, _, _ = strings.Cut(path, "?")
	var failed *engine.Error
	if !errors.As(err, &failed) {
		return fmt.Errorf("the database %s cannot be opened: %w", path, err)
	}
	switch failed.Code() & 0xff {
	case codeBusy:
		return fmt.Errorf("the database %s is locked by another program: %w", path, err)
	case codeReadOnly:
		return fmt.Errorf("the database %s cannot be written to, or its folder cannot: %w", path, err)
	case codeNotADB:
		return fmt.Errorf("the file %s is not an SQLite database: %w", path, err)
	case codeCantOpen:
		folder := filepath.Dir(path)
		if info, serr := os.Stat(folder); errors.Is(serr, os.ErrNotExist) {
			return fmt.Errorf("the folder %s of the database does not exist: %w", folder, err)
		} else if serr == nil && !info.IsDir() {
			return fmt.Errorf("the database cannot be in %s, which is not a folder: %w", folder, err)
		}
		return fmt.Errorf("the database %s cannot be opened or created: the rights to its folder do not allow it: %w", path, err)
	}
	return fmt.Errorf("the database %s cannot be opened: %w", path, err)
}
