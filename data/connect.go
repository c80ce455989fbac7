package data

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"veche/data/mysql"
	"veche/data/postgres"
	"veche/data/sqlite"
	"veche/data/sqltrack"
	"veche/fault"
)

// An adapter is one of the packages that open a database for tracking.
type adapter interface {
	Connector() driver.Connector
	Dialect() sqltrack.Dialect
	Gorm(handle *sql.DB) gorm.Dialector
	Configure(handle *sql.DB)
}

// connect opens the database that the DSN names and makes the GORM session.
func (db *DB) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, db.options.WaitMax)
	defer cancel()
	base, err := db.dial(ctx)
	for n := 1; err != nil && sqliteCode(err) == sqliteBusy && n < db.options.AttemptsMax; n++ {
		// SQLite does not wait for another program that opens a new file.
		if err = db.pause(ctx, n); err == nil {
			base, err = db.dial(ctx)
		}
	}
	if err != nil {
		return fault.Because(err, fault.Unavailable, "data.unavailable")
	}
	db.connector, err = sqltrack.New(base.Connector(), sqltrack.Options{
		Dialect: base.Dialect(),
		Tracker: db.options.Tracker,
		Results: db.options.Results,
		Now:     db.options.Now,
		Log:     db.options.Log,
	})
	if err != nil {
		return err
	}
	db.handle = sql.OpenDB(db.connector)
	base.Configure(db.handle)
	if n := db.options.ConnectionsMax; n > 0 {
		db.handle.SetMaxOpenConns(n)
		db.handle.SetMaxIdleConns(n)
	}
	if err := db.begin(ctx, base); err != nil {
		db.handle.Close()
		return fault.Because(fmt.Errorf("opening the database: %w", err), fault.Unavailable, "data.unavailable")
	}
	return nil
}

// dial finds the engine and tries the database. Errors are one sentence for the
// operator.
func (db *DB) dial(ctx context.Context) (adapter, error) {
	dsn := db.options.DSN
	scheme, _, _ := strings.Cut(dsn, ":")
	switch {
	case scheme == "postgres" || scheme == "postgresql":
		db.engine = postgresEngine{}
		return postgres.Open(ctx, dsn, postgres.Options{})
	case scheme == "mysql" || scheme == "mariadb":
		db.engine = mysqlEngine{}
		return mysql.Open(ctx, dsn, mysql.Options{})
	}
	db.engine = sqliteEngine{}
	return sqlite.Open(ctx, dsn, sqlite.Options{Full: db.options.Durable})
}

// begin makes the GORM session on the handle.
func (db *DB) begin(ctx context.Context, base adapter) (err error) {
	if err := db.handle.PingContext(ctx); err != nil {
		return err
	}
	if g, ok := db.engine.(mysqlEngine); ok {
		if g.collation, err = bestCollation(ctx, db.handle); err != nil {
			return err
		}
		db.engine = g
	}
	db.gorm, err = gorm.Open(dialector{base.Gorm(db.handle), db}, &gorm.Config{
		SkipDefaultTransaction: true,
		PrepareStmt:            true,
		PrepareStmtMaxSize:     preparedMax,
		QueryFields:            true, // a column that another program adds must not change what a prepared statement returns
		TranslateError:         true,
		DisableAutomaticPing:   true,
		NamingStrategy:         names{},
		NowFunc:                db.Now,
		Logger:                 statements{db.options.Log, db.options.SlowAfter},
	})
	if err != nil {
		return err
	}
	return db.guard()
}

// preparedMax bounds the prepared statements that GORM keeps.
const preparedMax = 1000

// bestCollation returns the best of the collations that the server knows.
func bestCollation(ctx context.Context, handle *sql.DB) (string, error) {
	for _, name := range collations {
		var n int
		err := handle.QueryRowContext(ctx, "SELECT COUNT(*) FROM information_schema.collations WHERE collation_name = ?", name).Scan(&n)
		if err != nil {
			return "", err
		}
		if n > 0 {
			return name, nil
		}
	}
	return "", errors.New("the server is too old: it does not know utf8mb4")
}
