package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	engine "github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
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

// A Database is one MariaDB or MySQL database. It is safe for concurrent use.
type Database struct {
	connector   driver.Connector
	connections int
}

// Open names the database at dsn, a mysql:// or mariadb:// URL or an address in the form of
// the driver (user:password@tcp(host:port)/name), and tries to reach it. An error
// is one sentence for the operator.
func Open(ctx context.Context, dsn string, o Options) (*Database, error) {
	if o.Connect <= 0 {
		o.Connect = 10 * time.Second
	}
	if o.Connections <= 0 {
		o.Connections = 32
	}
	config, err := configOf(dsn)
	if err != nil {
		return nil, fmt.Errorf("the address of the MySQL database cannot be understood: %w", err)
	}
	if config.Timeout == 0 {
		config.Timeout = o.Connect
	}
	connector, err := engine.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("the address of the MySQL database cannot be used: %w", err)
	}
	c, err := connector.Connect(ctx)
	if err != nil {
		return nil, explain(err, config)
	}
	return &Database{connector: connector, connections: o.Connections}, c.Close()
}

// configOf reads an address and sets what tracking needs: times in UTC, texts in
// UTF-8, the number of rows found, one statement at a time.
func configOf(dsn string) (*engine.Config, error) {
	if strings.HasPrefix(dsn, "mysql://") || strings.HasPrefix(dsn, "mariadb://") {
		var err error
		if dsn, err = fromURL(dsn); err != nil {
			return nil, err
		}
	}
	config, err := engine.ParseDSN(dsn)
	if err != nil {
		return nil, err
	}
	if config.DBName == "" {
		return nil, errors.New("it names no database")
	}
	config.ParseTime, config.Loc = true, time.UTC
	config.ClientFoundRows, config.MultiStatements = true, false
	config.InterpolateParams = true
	if config.Params == nil {
		config.Params = make(map[string]string)
	}
	config.Params["time_zone"] = "'+00:00'"
	if config.Collation == "" {
		err = config.Apply(engine.Charset("utf8mb4", ""))
	}
	return config, err
}

// fromURL turns a URL into the form of the driver.
func fromURL(dsn string) (string, error) {
	at, err := url.Parse(dsn)
	if err != nil {
		return "", errors.New("it is not a URL") // whose error would show the password
	}
	config := engine.NewConfig()
	config.Net, config.Addr, config.DBName = "tcp", at.Host, strings.TrimPrefix(at.Path, "/")
	if at.Port() == "" {
		config.Addr = net.JoinHostPort(at.Hostname(), "3306")
	}
	if at.User != nil {
		config.User = at.User.Username()
		config.Passwd, _ = at.User.Password()
	}
	text := config.FormatDSN()
	if at.RawQuery != "" {
		joint := "?"
		if strings.Contains(text[strings.LastIndexByte(text, '/'):], "?") {
			joint = "&"
		}
		text += joint + at.RawQuery
	}
	return text, nil
}

// Connector returns the driver's own connector, untracked.
func (d *Database) Connector() driver.Connector { return d.connector }

// Dialect returns what sqltrack needs to know of MariaDB and MySQL.
func (d *Database) Dialect() sqltrack.Dialect { return dialect{} }

// Gorm returns GORM's dialect over a handle of the database. Times have
// microseconds.
func (d *Database) Gorm(db *sql.DB) gorm.Dialector {
	precision := 6
	return gormmysql.New(gormmysql.Config{Conn: db, DefaultDatetimePrecision: &precision})
}

// Configure sets the limits of the handle's connection pool.
func (d *Database) Configure(db *sql.DB) {
	db.SetMaxOpenConns(d.connections)
	db.SetMaxIdleConns(d.connections)
	db.SetConnMaxIdleTime(5 * time.Minute)
}

// The server's error numbers that have a sentence of their own.
const (
	noDatabase      = 1049
	accessDenied    = 1045
	databaseRefused = 1044
)

// explain says in one sentence why the database cannot be reached.
func explain(err error, config *engine.Config) error {
	var server *engine.MySQLError
	if !errors.As(err, &server) {
		return fmt.Errorf("no MySQL server answers at %s: %w", config.Addr, err)
	}
	switch server.Number {
	case noDatabase:
		return fmt.Errorf("the MySQL server at %s has no database %q", config.Addr, config.DBName)
	case accessDenied, databaseRefused:
		return fmt.Errorf("the MySQL server at %s does not let %q in: %s", config.Addr, config.User, server.Message)
	}
	return fmt.Errorf("the MySQL server at %s refuses: %s", config.Addr, server.Message)
}
