package sqlite_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"veche/data/sqlite"
	"veche/data/sqltrack"
	"veche/data/sqltrack/sqltracktest"
	"veche/track"
)

func backend(t testing.TB, dsn string) sqltracktest.Backend {
	t.Helper()
	base, err := sqlite.Open(context.Background(), dsn, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sqltracktest.Backend{Connector: base.Connector(), Dialect: base.Dialect(), Configure: base.Configure, Exact: true}
}

func TestFile(t *testing.T) {
	sqltracktest.Test(t, func(t testing.TB) sqltracktest.Backend {
		return backend(t, filepath.Join(t.TempDir(), "file #1?.db"))
	})
}

func TestMemory(t *testing.T) {
	sqltracktest.Test(t, func(t testing.TB) sqltracktest.Backend { return backend(t, ":memory:") })
}

// tracked opens a tracked handle of a file.
func tracked(t testing.TB) (*sql.DB, *sqltrack.Connector, *sqlite.Database) {
	t.Helper()
	base, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "t.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
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

func exec(t testing.TB, db *sql.DB, q string, args ...any) {
	t.Helper()
	if _, err := db.Exec(q, args...); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
}

// scan reads one value of any type.
func scan(t testing.TB, db *sql.DB, q string, args ...any) any {
	t.Helper()
	var v any
	if err := db.QueryRow(q, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return v
}

// TestHookSees checks the engine's hook where its documentation leaves doubt: each
// write must be seen by a count that was kept before it, and by a count of
// something that the write does not touch not at all.
func TestHookSees(t *testing.T) {
	tests := []struct{ name, table, setup, write, count string }{
		{"delete without where", "x INTEGER PRIMARY KEY, y text", "INSERT INTO t VALUES (1, 'a'), (2, 'b')", "DELETE FROM t", "y = 'a'"},
		{"replace by rowid", "x INTEGER PRIMARY KEY, y text", "INSERT INTO t VALUES (1, 'a')", "REPLACE INTO t VALUES (1, 'b')", "y = 'a'"},
		{"replace by unique index", "x INTEGER PRIMARY KEY, y text, z text UNIQUE", "INSERT INTO t VALUES (1, 'a', 'k')", "INSERT OR REPLACE INTO t VALUES (2, 'b', 'k')", "y = 'a'"},
		{"replace without rowid", "x text PRIMARY KEY, y text) WITHOUT ROWID --", "INSERT INTO t VALUES ('k', 'a')", "REPLACE INTO t VALUES ('k', 'b')", "y = 'a'"},
		{"update without rowid", "y text, n integer, x text PRIMARY KEY) WITHOUT ROWID --", "INSERT INTO t VALUES ('a', 1, 'k')", "UPDATE t SET y = 'b' WHERE x = 'k'", "y = 'a'"},
		{"update of the rowid", "x INTEGER PRIMARY KEY, y text", "INSERT INTO t VALUES (1, 'a')", "UPDATE t SET x = 2", "x = 1"},
		{"rowid by name", "y text, x INTEGER PRIMARY KEY", "INSERT INTO t VALUES ('a', 1)", "UPDATE t SET rowid = 2", "x = 1"},
		{"stored generated column", "x integer, y integer AS (x + 1) STORED, z integer", "INSERT INTO t VALUES (1, 3)", "UPDATE t SET x = 5", "y = 2"},
		{"virtual generated column", "x integer, y integer AS (x + 1), z integer", "INSERT INTO t VALUES (1, 3)", "UPDATE t SET x = 5", "y = 2"},
		{"real column of whole numbers", "x real", "INSERT INTO t VALUES (1)", "UPDATE t SET x = 2", "x = 1.0"},
		{"fail keeps the rows before", "x integer UNIQUE", "INSERT INTO t VALUES (5)", "INSERT OR FAIL INTO t VALUES (4), (5)", "x = 4"},
		{"collated column", "y text COLLATE NOCASE", "INSERT INTO t VALUES ('A')", "UPDATE t SET y = 'b'", "y = 'a'"},
		{"empty blob", "y blob", "INSERT INTO t VALUES (x'')", "UPDATE t SET y = NULL", "y IS NULL"},
		{"numeric text", "y numeric", "INSERT INTO t VALUES ('12')", "UPDATE t SET y = '13'", "y = 12"},
		{"time of another form", "y datetime", "INSERT INTO t VALUES ('2026-01-01 00:00:00')", "UPDATE t SET y = '2027-01-01'", "y = '2026-01-01 00:00:00'"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db, c, _ := tracked(t)
			exec(t, db, "CREATE TABLE t ("+test.table+")")
			exec(t, db, test.setup)
			q := "SELECT count(*) FROM t WHERE " + test.count
			before := scan(t, db, q)
			if hits := c.Stats().Hits; scan(t, db, q) != before || c.Stats().Hits == hits {
				t.Fatal("the count is not kept")
			}
			_, err := db.Exec(test.write)
			if fails := strings.Contains(test.write, "OR FAIL"); (err != nil) != fails {
				t.Fatal(err)
			}
			if after := scan(t, db, q); after == before {
				t.Errorf("the count is %v as before", after)
			} else if fresh := scan(t, db, q+" AND 1 = 1"); fresh != after {
				t.Errorf("the count is %v, should be %v", after, fresh)
			}
		})
	}
}

// TestAddedColumn checks the images of rows that are older than a column.
func TestAddedColumn(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (x INTEGER PRIMARY KEY)")
	exec(t, db, "INSERT INTO t VALUES (1), (2)")
	exec(t, db, "ALTER TABLE t ADD COLUMN y integer DEFAULT 7")
	const q = "SELECT count(*) FROM t WHERE y = ?"
	if got := scan(t, db, q, 7); got != int64(2) {
		t.Fatalf("got %v", got)
	}
	exec(t, db, "UPDATE t SET y = 8 WHERE x = 1")
	if got := scan(t, db, q, 7); got != int64(1) {
		t.Errorf("after an update: %v, want 1", got)
	}
	exec(t, db, "DELETE FROM t WHERE x = 2")
	if got := scan(t, db, q, 7); got != int64(0) {
		t.Errorf("after a delete: %v, want 0", got)
	}
}

// TestTimesInOrder checks that text order is time order, that times of another
// form do not mislead a window, and that all come back in UTC.
func TestTimesInOrder(t *testing.T) {
	db, c, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (x INTEGER PRIMARY KEY, at datetime)")
	base := time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", -7*3600))
	for i, d := range []time.Duration{0, time.Microsecond, 500 * time.Millisecond, 510 * time.Millisecond, time.Second, -time.Second} {
		exec(t, db, "INSERT INTO t VALUES (?, ?)", i, base.Add(d))
	}
	rows, err := db.Query("SELECT at FROM t ORDER BY at")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var last time.Time
	for rows.Next() {
		var at time.Time
		if err := rows.Scan(&at); err != nil {
			t.Fatal(err)
		}
		if !at.After(last) || at.Location() != time.UTC {
			t.Errorf("%v follows %v", at, last)
		}
		last = at
	}
	const window = "SELECT at FROM t ORDER BY at DESC LIMIT 2"
	scan(t, db, window)
	hits := c.Stats().Hits
	exec(t, db, "UPDATE t SET at = ? WHERE x = 0", base.Add(-time.Hour))
	scan(t, db, window)
	if c.Stats().Hits != hits+1 {
		t.Error("a change behind the window dropped it")
	}
	exec(t, db, "UPDATE t SET at = ? WHERE x = 1", "2026-03-04T12:06:07+00:00") // sorts behind every ' ' of its day
	if got := scan(t, db, window).(time.Time); got.Hour() != 12 || got.Second() != 7 {
		t.Errorf("got %v", got)
	}
}

// TestOpenRowsHoldAnOldState reads on a connection whose other rows hold a
// snapshot from before a write: what it gets is true there, but must not be kept.
func TestOpenRowsHoldAnOldState(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (x INTEGER PRIMARY KEY, big text)")
	for i := range 40 {
		exec(t, db, "INSERT INTO t VALUES (?, ?)", i, strings.Repeat("x", 60_000))
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	rows, err := conn.QueryContext(t.Context(), "SELECT x, big FROM t")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	exec(t, db, "DELETE FROM t WHERE x = 7")
	const q = "SELECT count(*) FROM t"
	var n int
	if err := conn.QueryRowContext(t.Context(), q).Scan(&n); err != nil || n != 40 {
		t.Fatalf("beside the open rows: %d, %v; the test is void", n, err)
	}
	if got := scan(t, db, q); got != int64(39) {
		t.Errorf("got %v, want 39", got)
	}
}

// bare hides all but the oldest interfaces of a driver.
type bare struct {
	driver.Connector
	sqltrack.Dialect
}

type bareConn struct{ inner driver.Conn }

type bareStmt struct{ inner driver.Stmt }

func (b bare) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := b.Connector.Connect(ctx)
	return bareConn{c}, err
}

func (b bare) Open(ctx context.Context, c driver.Conn, log *sqltrack.Log) (sqltrack.Session, error) {
	return b.Dialect.Open(ctx, c.(bareConn).inner, log)
}

func (c bareConn) Prepare(q string) (driver.Stmt, error) {
	s, err := c.inner.Prepare(q)
	return bareStmt{s}, err
}

func (c bareConn) Close() error { return c.inner.Close() }

//lint:ignore SA1019 the oldest interface is what is tried
func (c bareConn) Begin() (driver.Tx, error) { return c.inner.Begin() }

func (s bareStmt) Close() error  { return s.inner.Close() }
func (s bareStmt) NumInput() int { return s.inner.NumInput() }

//lint:ignore SA1019 the oldest interface is what is tried
func (s bareStmt) Exec(args []driver.Value) (driver.Result, error) { return s.inner.Exec(args) }

//lint:ignore SA1019 the oldest interface is what is tried
func (s bareStmt) Query(args []driver.Value) (driver.Rows, error) { return s.inner.Query(args) }

// TestOldDriver checks that a driver with the oldest interfaces only is tracked
// as well.
func TestOldDriver(t *testing.T) {
	base, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	old := bare{base.Connector(), base.Dialect()}
	c, err := sqltrack.New(old, sqltrack.Options{Dialect: old, Tracker: track.New(track.Options{}), Results: sqltracktest.NewStore(10)})
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(c)
	defer db.Close()
	exec(t, db, "CREATE TABLE t (x INTEGER PRIMARY KEY, y datetime)")
	const q = "SELECT count(*) FROM t WHERE y > ?"
	at := time.Date(2026, 1, 2, 3, 4, 5, 6789, time.FixedZone("", 3600))
	for want := range int64(3) {
		for range 2 {
			if got := scan(t, db, q, at); got != want {
				t.Errorf("got %v, want %d", got, want)
			}
		}
		exec(t, db, "INSERT INTO t (y) VALUES (?)", at.Add(time.Second))
	}
	if got := c.Stats().Hits; got != 3 {
		t.Errorf("%d hits, want 3", got)
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("DELETE FROM t"); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := scan(t, db, q, at); got != int64(0) {
		t.Errorf("got %v, want 0", got)
	}
	if _, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true}); err == nil {
		t.Error("an option that the driver does not know is ignored")
	}
	if _, err := db.Query("SELECT x FROM t WHERE x = :x", sql.Named("x", 1)); err == nil {
		t.Error("a named argument that the driver does not know is ignored")
	}
}

// TestNamedArguments checks that arguments by name are held against the rows by
// name.
func TestNamedArguments(t *testing.T) {
	db, c, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (x INTEGER PRIMARY KEY, y integer)")
	exec(t, db, "INSERT INTO t VALUES (1, 10), (2, 20)")
	read := func() any {
		return scan(t, db, "SELECT count(*) FROM t WHERE x = :x AND y = :y", sql.Named("y", 10), sql.Named("x", 1))
	}
	if read() != int64(1) {
		t.Error("the row is not found")
	}
	exec(t, db, "UPDATE t SET y = :to WHERE x = :at", sql.Named("at", 1), sql.Named("to", 11))
	if read() != int64(0) {
		t.Error("the row is still found")
	}
	if c.Stats().Images == 0 {
		t.Error("a write with arguments by name has no images")
	}
}

func TestNulIsRefused(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (x text)")
	if _, err := db.Exec("INSERT INTO t VALUES (?)", "a\x00b"); err == nil || !strings.Contains(err.Error(), "NUL") {
		t.Errorf("got %v", err)
	}
}

// TestManyWriters checks that writers queue instead of failing.
func TestManyWriters(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (x INTEGER PRIMARY KEY, n integer)")
	exec(t, db, "INSERT INTO t VALUES (1, 0)")
	const writers, times = 16, 25
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			for range times {
				if err := raise(db, i%2 == 0); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	if got := scan(t, db, "SELECT n FROM t"); got != int64(writers*times) {
		t.Errorf("n is %v, want %d", got, writers*times)
	}
}

// raise adds one to the counter, in a transaction that reads first or at once.
func raise(db *sql.DB, atOnce bool) error {
	if atOnce {
		_, err := db.Exec("UPDATE t SET n = n + 1 WHERE x = 1")
		return err
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var n int
	if err := tx.QueryRow("SELECT n FROM t WHERE x = 1").Scan(&n); err != nil {
		return err
	}
	if _, err := tx.Exec("UPDATE t SET n = ? WHERE x = 1", n+1); err != nil {
		return err
	}
	return tx.Commit()
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("Dear database, ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	locked := filepath.Join(dir, "locked.db")
	holder := lock(t, locked)
	defer holder.Close()
	sealed := filepath.Join(dir, "sealed")
	if err := os.Mkdir(sealed, 0o500); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ dsn, want string }{
		{"", "names no file"},
		{"sqlite:", "names no file"},
		{filepath.Join(dir, "no", "such", "folder.db"), "does not exist"},
		{filepath.Join(text, "x.db"), "is not a folder"},
		{text, "is not an SQLite database"},
		{"sqlite://" + text, "is not an SQLite database"},
		{"file:" + text + "?mode=rw", "is not an SQLite database"},
		{locked, "is locked by another program"},
		{dir, "cannot be opened"},
	}
	if os.Getuid() != 0 {
		tests = append(tests, struct{ dsn, want string }{filepath.Join(sealed, "x.db"), "rights"})
	}
	for _, test := range tests {
		_, err := sqlite.Open(context.Background(), test.dsn, sqlite.Options{Busy: 50 * time.Millisecond})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Open(%q): %v, want %q", test.dsn, err, test.want)
		}
	}
}

// lock opens a file as another program would, and keeps all others out.
func lock(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE TABLE t (x)")
	exec(t, db, "BEGIN EXCLUSIVE")
	return db
}

// TestGorm checks that GORM's own statements are tracked by row.
func TestGorm(t *testing.T) {
	db, c, base := tracked(t)
	orm, err := gorm.Open(base.Gorm(db), &gorm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	sqltracktest.Gorm(t, orm, c)
}

func BenchmarkTracked(b *testing.B) {
	sqltracktest.Benchmark(b, func(b testing.TB) sqltracktest.Backend {
		return backend(b, filepath.Join(b.TempDir(), "b.db"))
	})
}
