package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	gormpg "gorm.io/driver/postgres"
	"gorm.io/gorm"

	"veche/data/sqltrack"
)

// Options configure a [Database]. The zero value works.
type Options struct {
	// Connect bounds the time that one connection takes to be made. Default 10 s.
	Connect time.Duration
	// Connections bounds the connections open at a time. Default 32.
	Connections int
}

// A Database is one PostgreSQL database. It is safe for concurrent use.
type Database struct {
	connector   driver.Connector
	connections int
}

// Open names the database at dsn, a postgres:// URL or a list of key=value, and
// tries to reach it. An error is one sentence for the operator.
func Open(ctx context.Context, dsn string, o Options) (*Database, error) {
	if o.Connect <= 0 {
		o.Connect = 10 * time.Second
	}
	if o.Connections <= 0 {
		o.Connections = 32
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("the address of the PostgreSQL database cannot be understood: %w", err)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = o.Connect
	}
	for name, value := range map[string]string{"timezone": "UTC", "application_name": "veche"} {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	d := &Database{connector: stdlib.GetConnector(*config), connections: o.Connections}
	c, err := d.connector.Connect(ctx)
	if err != nil {
		return nil, explain(err, config)
	}
	return d, c.Close()
}

// Connector returns the driver's own connector, untracked.
func (d *Database) Connector() driver.Connector { return d.connector }

// Dialect returns what sqltrack needs to know of PostgreSQL.
func (d *Database) Dialect() sqltrack.Dialect { return dialect{} }

// Gorm returns GORM's dialect over a handle of the database.
func (d *Database) Gorm(db *sql.DB) gorm.Dialector {
	return gormpg.New(gormpg.Config{Conn: db})
}

// Configure sets the limits of the handle's connection pool.
func (d *Database) Configure(db *sql.DB) {
	db.SetMaxOpenConns(d.connections)
	db.SetMaxIdleConns(d.connections)
	db.SetConnMaxIdleTime(5 * time.Minute)
}

// explain says in one sentence why the database cannot be reached.
func explain(err error, config *pgx.ConnConfig) error {
	where := net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port)))
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		return fmt.Errorf("no PostgreSQL server answers at %s: %w", where, line(err))
	}
	switch server.Code {
	case "3D000":
		return fmt.Errorf("the PostgreSQL server at %s has no database %q", where, config.Database)
	case "28P01", "28000":
		return fmt.Errorf("the PostgreSQL server at %s does not let %q in: %s", where, config.User, server.Message)
	}
	return fmt.Errorf("the PostgreSQL server at %s refuses: %s", where, server.Message)
}

// line keeps an error to one line.
func line(err error) error {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		var op *net.OpError
		if errors.As(inner, &op) {
			return op
		}
	}
	return err
}
