package mysql_test

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	engine "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"veche/data/mysql"
	"veche/data/sqltrack"
	"veche/data/sqltrack/sqltracktest"
	"veche/track"
)

var databases atomic.Int64

// open makes a database of the test's own.
func open(t testing.TB) *mysql.Database {
	t.Helper()
	server := sqltracktest.Server(t, "VECHE_TEST_MYSQL")
	db := sql.OpenDB(connect(t, server).Connector())
	name := fmt.Sprintf("veche_sqltrack_%d_%d", os.Getpid(), databases.Add(1))
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP DATABASE " + name); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	config, err := engine.ParseDSN(server)
	if err != nil {
		t.Fatal(err)
	}
	config.DBName = name
	return connect(t, config.FormatDSN())
}

func connect(t testing.TB, dsn string) *mysql.Database {
	t.Helper()
	base, err := mysql.Open(context.Background(), dsn, mysql.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func TestMySQL(t *testing.T) {
	sqltracktest.Server(t, "VECHE_TEST_MYSQL")
	sqltracktest.Test(t, func(t testing.TB) sqltracktest.Backend {
		base := open(t)
		return sqltracktest.Backend{Connector: base.Connector(), Dialect: base.Dialect(), Configure: base.Configure}
	})
}

// tracked opens a tracked handle of a database of its own.
func tracked(t testing.TB) (*sql.DB, *sqltrack.Connector, *mysql.Database) {
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
	exec(t, db, `CREATE TABLE t (id int PRIMARY KEY, f float, d date, c char(5), v varchar(20), n decimal(5, 2), bt bit(3),
		bin varchar(20) COLLATE utf8mb4_bin, nopad varchar(20) COLLATE utf8mb4_general_nopad_ci, e enum('A', 'B'), y year)`)
	tests := []struct{ column, stored, condition string }{
		{"f", "0.5", "f = 0.5"},
		{"d", "'2026-01-02'", "d = '2026-01-02 00:00:00'"},
		{"c", "'a'", "c = 'A '"},
		{"v", "'straße'", "v = 'STRASSE' OR v = 'straße'"},
		{"v", "'b  '", "v = 'B'"},
		{"n", "1.5", "n = '1.5'"},
		{"bt", "b'101'", "bt = 5"},
		{"bin", "'A'", "bin <> 'a'"},
		{"nopad", "'a '", "nopad <> 'a'"},
		{"e", "'b'", "e = 'B'"},
		{"e", "'b'", "e = 2"},
		{"y", "26", "y = 2026"},
	}
	for i, test := range tests {
		q := "SELECT count(*) FROM t WHERE " + test.condition
		for n, write := range []string{
			"",
			fmt.Sprintf("INSERT INTO t (id, %s) VALUES (%d, %s)", test.column, i+1, test.stored),
			fmt.Sprintf("UPDATE t SET %s = NULL WHERE id = %d", test.column, i+1),
		} {
			if write != "" {
				exec(t, db, write)
			}
			var got int
			if err := db.QueryRow(q).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != n%2 {
				t.Errorf("after %q the count where %s is %d, want %d", write, test.condition, got, n%2)
			}
		}
	}
}

// TestImplicitCommits checks the statements that commit behind the caller's back.
func TestImplicitCommits(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, n int)")
	exec(t, db, "INSERT INTO t VALUES (1, 0)")
	read := func() (n int) {
		if err := db.QueryRow("SELECT n FROM t WHERE id = 1").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	run := func(statements ...string) {
		conn, err := db.Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for _, q := range statements {
			if _, err := conn.ExecContext(context.Background(), q); err != nil {
				t.Fatalf("%s: %v", q, err)
			}
		}
	}
	read()
	run("BEGIN", "UPDATE t SET n = 1 WHERE id = 1", "BEGIN", "ROLLBACK")
	if got := read(); got != 1 {
		t.Errorf("after BEGIN in a transaction: %d", got)
	}
	run("BEGIN", "UPDATE t SET n = 2 WHERE id = 1", "CREATE TABLE u (id int)")
	if got := read(); got != 2 {
		t.Errorf("after CREATE TABLE in a transaction: %d", got)
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"DROP TABLE u", "UPDATE t SET n = 3 WHERE id = 1"} {
		if _, err := tx.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(); got != 3 {
		t.Errorf("after an update behind DROP TABLE: %d", got)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("SET autocommit = 0"); err == nil {
		t.Error("SET autocommit is not refused")
	}
}

// TestOtherDatabase checks that a connection which turns to another database
// neither serves nor fills what is kept of this one.
func TestOtherDatabase(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, n int)")
	exec(t, db, "INSERT INTO t VALUES (1, 1)")
	other := fmt.Sprintf("veche_sqltrack_%d_other", os.Getpid())
	exec(t, db, "CREATE DATABASE "+other)
	defer exec(t, db, "DROP DATABASE "+other)
	exec(t, db, "CREATE TABLE "+other+".t (id int PRIMARY KEY, n int)")
	exec(t, db, "INSERT INTO "+other+".t VALUES (1, 2)")
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
	if _, err := conn.ExecContext(t.Context(), "USE "+other); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := conn.QueryRowContext(t.Context(), q).Scan(&n); err != nil || n != 2 {
			t.Errorf("the other database gave %d, %v", n, err)
		}
	}
	conn.Close()
	for range 2 {
		if err := db.QueryRow(q).Scan(&n); err != nil || n != 1 {
			t.Errorf("got %d, %v", n, err)
		}
	}
	if err := db.QueryRow("SELECT n FROM " + other + ".t WHERE id = 1").Scan(&n); err != nil || n != 2 {
		t.Errorf("by name the other database gave %d, %v", n, err)
	}
}

// TestWithoutTransactions checks a table whose engine has none.
func TestWithoutTransactions(t *testing.T) {
	db, _, _ := tracked(t)
	exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, n int) ENGINE = MyISAM")
	exec(t, db, "INSERT INTO t VALUES (1, 0)")
	read := func() (n int) {
		if err := db.QueryRow("SELECT n FROM t WHERE id = 1").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	read()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("UPDATE t SET n = 1"); err != nil {
		t.Fatal(err)
	}
	tx.Rollback()
	if got := read(); got != 1 {
		t.Errorf("got %d", got)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	server := sqltracktest.Server(t, "VECHE_TEST_MYSQL")
	config, err := engine.ParseDSN(server)
	if err != nil {
		t.Fatal(err)
	}
	config.DBName = "veche_no_such_database"
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := silent.Addr().String()
	silent.Close()
	for dsn, want := range map[string]string{
		config.FormatDSN():                    "has no database",
		"mysql://u:secret@" + address + "/db": "no MySQL server answers at " + address,
		"u:secret@tcp(" + address + ")":       "cannot be understood",
		"mysql://u:secret@" + address:         "names no database",
	} {
		_, err := mysql.Open(context.Background(), dsn, mysql.Options{})
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
