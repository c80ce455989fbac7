// Package datatest gives tests fresh databases: every test that touches data
// runs on each database there is.
//
// SQLite is always there. PostgreSQL and MySQL or MariaDB are used when
// VECHE_TEST_POSTGRES ("postgres://root@127.0.0.1:5432/test?sslmode=disable") and
// VECHE_TEST_MYSQL ("root@tcp(127.0.0.1:3306)/test") say where a server is on
// which the tests may create and drop databases of their own. A server that
// nobody named is skipped aloud; with VECHE_TEST_STRICT=1 that fails.
//
//	func TestTopics(t *testing.T) {
//		datatest.Each(t, func(t *testing.T, db *data.DB) {
//			ctx := data.With(t.Context(), db)
//			...
//		}, forum.Schema())
//	}
package datatest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"veche/data"
)

// Each runs the test f on a fresh database of each engine, with the tables of
// the schemas in it.
func Each(t *testing.T, f func(t *testing.T, db *data.DB), schemas ...data.Schema) {
	t.Helper()
	EachWith(t, data.Options{}, f, schemas...)
}

// EachWith is [Each] with options for the database; their DSN is replaced.
func EachWith(t *testing.T, o data.Options, f func(t *testing.T, db *data.DB), schemas ...data.Schema) {
	t.Helper()
	EachDSN(t, func(t *testing.T, dsn string) {
		o.DSN = dsn
		f(t, Open(t, o, schemas...))
	})
}

// EachDSN runs the test f with the DSN of a fresh, empty database of each
// engine, for tests that open it themselves or more than once. What they open
// they close before they end.
func EachDSN(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, filepath.Join(t.TempDir(), "test.db")) })
	t.Run("postgres", func(t *testing.T) { f(t, postgres(t)) })
	t.Run("mysql", func(t *testing.T) { f(t, mysql(t)) })
}

// Open opens a database, migrates it to the schemas, and closes it when the
// test ends.
func Open(t testing.TB, o data.Options, schemas ...data.Schema) *data.DB {
	t.Helper()
	db, err := data.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing the database: %v", err)
		}
	})
	if err := db.Register(schemas...); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// SQLite opens a fresh SQLite database, for tests to which the engine does not
// matter, benchmarks and examples of what modules do.
func SQLite(t testing.TB, o data.Options, schemas ...data.Schema) *data.DB {
	t.Helper()
	o.DSN = filepath.Join(t.TempDir(), "test.db")
	return Open(t, o, schemas...)
}

// server returns what the variable says, or skips the test.
func server(t *testing.T, variable string) string {
	t.Helper()
	address := os.Getenv(variable)
	switch {
	case address != "":
	case os.Getenv("VECHE_TEST_STRICT") == "1":
		t.Fatalf("%s does not say where a server is, and VECHE_TEST_STRICT forbids to go without", variable)
	default:
		t.Skipf("%s does not say where a server is: NOT TESTED on this database", variable)
	}
	return address
}

// name returns the name of a database that nobody else has.
func name() string {
	return fmt.Sprintf("veche_test_%d_%s", os.Getpid(), strings.ToLower(rand.Text()[:10]))
}

func postgres(t *testing.T) string {
	admin := server(t, "VECHE_TEST_POSTGRES")
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatalf("VECHE_TEST_POSTGRES: %v", err)
	}
	u.Path = "/" + name()
	createDatabase(t, "pgx", admin, u.Path[1:], " WITH (FORCE)")
	return u.String()
}

// mysql turns the address of the form that Go's driver wants into a DSN of ours.
func mysql(t *testing.T) string {
	admin := server(t, "VECHE_TEST_MYSQL")
	user, rest, ok := strings.Cut(admin, "@tcp(")
	host, _, ok2 := strings.Cut(rest, ")/")
	if !ok || !ok2 {
		t.Fatalf("VECHE_TEST_MYSQL: want user:password@tcp(host:port)/name")
	}
	database := name()
	createDatabase(t, "mysql", admin, database, "")
	u := url.URL{Scheme: "mysql", Host: host, Path: "/" + database}
	if who, password, has := strings.Cut(user, ":"); has {
		u.User = url.UserPassword(who, password)
	} else {
		u.User = url.User(who)
	}
	return u.String()
}

// createDatabase creates a database and drops it when the test ends.
func createDatabase(t *testing.T, driver, admin, database, force string) {
	t.Helper()
	server, err := sql.Open(driver, admin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.ExecContext(t.Context(), "CREATE DATABASE "+database); err != nil {
		server.Close()
		t.Fatalf("creating a database: %v", err)
	}
	t.Cleanup(func() {
		defer server.Close()
		// The test's own context is over by now.
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if _, err := server.ExecContext(ctx, "DROP DATABASE "+database+force); err != nil {
			t.Errorf("dropping the test's database: %v", err)
		}
	})
}
