package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"veche/data/postgres"
	"veche/data/sqltrack"
	"veche/data/sqltrack/sqltracktest"
	"veche/track"
)

var schemas atomic.Int64

// TestMain makes a database for the run, and drops it.
func TestMain(m *testing.M) { os.Exit(run(m)) }

var database = fmt.Sprintf("veche_sqltrack_%d", os.Getpid())

func run(m *testing.M) int {
	server := os.Getenv("VECHE_TEST_POSTGRES")
	if server == "" {
		return m.Run()
	}
	admin, err := postgres.Open(context.Background(), server, postgres.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	db := sql.OpenDB(admin.Connector())
	defer db.Close()
	if _, err := db.Exec("CREATE DATABASE " + database); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer db.Exec("DROP DATABASE " + database + " WITH (FORCE)")
	return m.Run()
}

// open makes a schema of the test's own.
func open(t testing.TB) *postgres.Database {
	t.Helper()
	at, err := url.Parse(sqltracktest.Server(t, "VECHE_TEST_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/" + database
	schema := fmt.Sprintf("s%d", schemas.Add(1))
	db := sql.OpenDB(connect(t, at.String()).Connector())
	defer db.Close()
	if _, err := db.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	query := at.Query()
	query.Set("search_path", schema)
	at.RawQuery = query.Encode()
	return connect(t, at.String())
}

func connect(t testing.TB, dsn string) *postgres.Database {
	t.Helper()
	base, err := postgres.Open(context.Background(), dsn, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func TestPostgres(t *testing.T) {
	sqltracktest.Server(t, "VECHE_TEST_POSTGRES")
	sqltracktest.Test(t, func(t testing.TB) sqltracktest.Backend {
		base := open(t)
		return sqltracktest.Backend{Connector: base.Connector(), Dialect: base.Dialect(), Configure: base.Configure}
	})
}

// tracked opens a tracked handle of a database of its own.
func tracked(t testing.TB) (*sql.DB, *sqltrack.Connector, *postgres.Database) {
	t.Helper()
	base := open(t)
	c, err := sqltrack.New(base.Connector(), sqltrack.Options{
		Dialect: base.Dialect(), Tracker: track.New(track.Options{}), Results: sqltracktest.NewStore(1000),
	})
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(c)
	base.Configure(db)
	t.Cleanup(func() { db.Close() })
	return db, c, base
}

func TestGorm(t *testing.T) {
	db, c, base := tracked(t)
	orm, err := gorm.Open(base.Gorm(db), &gorm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	sqltracktest.Gorm(t, orm, c)
}

func exec(t testing.TB, db *sql.DB, q string, args ...any) {
	t.Helper()
	if _, err := db.Exec(q, args...); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
}

// TestTypes checks that values of types which compare otherwise than they look
// are never held against an argument.
func TestTypes(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, `CREATE TYPE mood AS ENUM ('sad', 'ok')`)
	exec(t, db, `CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`)
	exec(t, db, `CREATE TABLE t (id int PRIMARY KEY, f real, d date, c char(5), n numeric, u uuid, m mood, b text COLLATE blind, ts timestamp)`)
	day := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	tests := []struct {
		column string
		stored string
		arg    any
	}{
		{"f", "0.1", float64(float32(0.1))},
		{"d", "'2026-01-02'", day},
		{"c", "'a'", "a"},
		{"n", "1.50", "1.5"},
		{"u", "'00000000-0000-0000-0000-0000000000ab'", "00000000-0000-0000-0000-0000000000AB"},
		{"m", "'ok'", "ok"},
		{"b", "'ABC'", "abc"},
		{"ts", "'2026-01-02 15:04:05'", day},
	}
	for i, test := range tests {
		q := "SELECT count(*) FROM t WHERE " + test.column + " = $1"
		for n, write := range []string{
			"",
			fmt.Sprintf("INSERT INTO t (id, %s) VALUES (%d, %s)", test.column, i, test.stored),
			fmt.Sprintf("UPDATE t SET %s = NULL WHERE id = %d", test.column, i),
		} {
			if write != "" {
				exec(t, db, write)
			}
			var got int
			if err := db.QueryRow(q, test.arg).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != n%2 {
				t.Errorf("%s = %v: after %q the count is %d, want %d", test.column, test.arg, write, got, n%2)
			}
		}
	}
}

// TestHeirs checks that rows which one table shows of another are seen.
func TestHeirs(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (id int, at int) PARTITION BY RANGE (at)")
	exec(t, db, "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)")
	exec(t, db, "CREATE TABLE ruled (id int)")
	exec(t, db, "CREATE TABLE also (id int)")
	exec(t, db, "CREATE RULE copying AS ON INSERT TO ruled DO ALSO INSERT INTO also VALUES (NEW.id)")
	exec(t, db, "CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM ruled")
	count := func(q string) (n int) {
		if err := db.QueryRow(q).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	reads := []string{"SELECT count(*) FROM t", "SELECT count(*) FROM t1", "SELECT count(*) FROM also", "SELECT max(n) FROM counted"}
	for n := range 3 {
		for _, q := range reads {
			if got := count(q); got != n {
				t.Errorf("%s: %d, want %d", q, got, n)
			}
		}
		exec(t, db, "INSERT INTO t VALUES (1, 1)")
		exec(t, db, "INSERT INTO ruled VALUES (1)")
		exec(t, db, "REFRESH MATERIALIZED VIEW counted")
	}
}

// TestImagesThatCannotBeRead checks that a statement whose rows cannot be found
// beforehand is carried out all the same.
func TestImagesThatCannotBeRead(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, `CREATE SCHEMA other`)
	exec(t, db, `CREATE TABLE t (id int PRIMARY KEY, "Name" text)`)
	exec(t, db, `CREATE TABLE other.t (id int PRIMARY KEY, "Name" text)`)
	exec(t, db, `INSERT INTO t VALUES (1, 'a')`)
	exec(t, db, `INSERT INTO other.t VALUES (1, 'a')`)
	name := func(table string) (s string) {
		if err := db.QueryRow(`SELECT "Name" FROM ` + table + ` WHERE id = 1`).Scan(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	for i, write := range []string{
		`UPDATE t AS "T" SET "Name" = $1 WHERE "T".id = $2`,
		`UPDATE t AS x SET "Name" = $1 WHERE x.id = $2 AND "Name" <> $1`,
		`UPDATE other.t SET "Name" = $1 WHERE id = $2`,
	} {
		name("t")
		name("other.t")
		want := fmt.Sprint("name ", i)
		exec(t, db, write, want, 1)
		if i < 2 && name("t") != want || i == 2 && name("other.t") != want {
			t.Errorf("after %s: %q and %q", write, name("t"), name("other.t"))
		}
	}
}

// TestOvertakenUpdate lets a row come to match between the reading of the rows
// that an update will change and the update.
func TestOvertakenUpdate(t *testing.T) {
	base := open(t)
	plain := sql.OpenDB(base.Connector())
	defer plain.Close()
	once := sync.OnceFunc(func() { exec(t, plain, "INSERT INTO t VALUES (2, 7, 0), (3, 7, 0)") })
	i := &sqltracktest.Interposer{Connector: base.Connector(), Rules: base.Dialect()}
	i.At = func(_ context.Context, p sqltracktest.Point, q string) error {
		if p == sqltracktest.AfterQuery && strings.HasSuffix(q, "FOR UPDATE") {
			once()
		}
		return nil
	}
	c, err := sqltrack.New(i, sqltrack.Options{Dialect: i.Dialect(), Tracker: track.New(track.Options{}), Results: sqltracktest.NewStore(10)})
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(c)
	defer db.Close()
	exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, part int, n int)")
	exec(t, db, "INSERT INTO t VALUES (1, 7, 0)")
	count := func() (n int) {
		if err := db.QueryRow("SELECT count(*) FROM t WHERE n = 5").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	count()
	exec(t, db, "UPDATE t SET n = 5 WHERE part = 7")
	if got := count(); got != 3 {
		t.Errorf("got %d, want 3", got)
	}
	if n := c.Stats().Coarse["an update that was overtaken"]; n != 1 {
		t.Errorf("%d updates were overtaken, want 1", n)
	}
}

// TestFunctionsThatWrite checks that a query which calls a function of the
// database's own counts as a write of anything.
func TestFunctionsThatWrite(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, n int)")
	exec(t, db, "INSERT INTO t VALUES (1, 1)")
	exec(t, db, "CREATE FUNCTION raise() RETURNS int LANGUAGE sql AS 'UPDATE t SET n = n + 1 RETURNING n'")
	exec(t, db, "CREATE FUNCTION calm() RETURNS int LANGUAGE sql AS 'UPDATE t SET n = n - 1 RETURNING 7'")
	read := func() (n int) {
		if err := db.QueryRow("SELECT n FROM t WHERE id = 1").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	var n int
	for want := 2; want < 5; want++ {
		read()
		if err := db.QueryRow("SELECT raise()").Scan(&n); err != nil || n != want || read() != want {
			t.Errorf("got %d and %d, %v, want %d", n, read(), err, want)
		}
	}
	exec(t, db, "SELECT raise()")
	if got := read(); got != 5 {
		t.Errorf("after Exec: %d, want 5", got)
	}
	exec(t, db, "INSERT INTO t VALUES (2, calm())")
	if got := read(); got != 4 {
		t.Errorf("after a call in an insert: %d, want 4", got)
	}
}

// TestSearchPath checks that a connection which looks elsewhere neither serves
// nor fills what is kept.
func TestSearchPath(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, n int)")
	exec(t, db, "INSERT INTO t VALUES (1, 1)")
	exec(t, db, "CREATE SCHEMA elsewhere")
	exec(t, db, "CREATE TABLE elsewhere.t (id int PRIMARY KEY, n int)")
	exec(t, db, "INSERT INTO elsewhere.t VALUES (1, 2)")
	const q = "SELECT n FROM t WHERE id = 1"
	var n int
	for range 2 {
		if err := db.QueryRow(q).Scan(&n); err != nil || n != 1 {
			t.Fatalf("got %d, %v", n, err)
		}
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []string{"SET search_path = elsewhere", "UPDATE t SET n = 3"} {
		if _, err := conn.ExecContext(t.Context(), set); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := conn.QueryRowContext(t.Context(), q).Scan(&n); err != nil || n != 3 {
			t.Errorf("elsewhere gave %d, %v", n, err)
		}
	}
	conn.Close()
	for range 2 {
		if err := db.QueryRow(q).Scan(&n); err != nil || n != 1 {
			t.Errorf("got %d, %v", n, err)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	server := sqltracktest.Server(t, "VECHE_TEST_POSTGRES")
	at, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/veche_no_such_database"
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := silent.Addr().String()
	silent.Close()
	for dsn, want := range map[string]string{
		at.String():                      "has no database",
		"postgres://u:secret@" + address: "no PostgreSQL server answers at " + address,
		"postgres://host:port/":          "cannot be understood",
	} {
		_, err := postgres.Open(context.Background(), dsn, postgres.Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%q): %v, want %q", dsn, err, want)
		}
	}
}

func BenchmarkTracked(b *testing.B) {
	sqltracktest.Benchmark(b, func(b testing.TB) sqltracktest.Backend {
		base := open(b)
		return sqltracktest.Backend{Connector: base.Connector(), Dialect: base.Dialect(), Configure: base.Configure}
	})
}
