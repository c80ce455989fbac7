// Package sqltracktest is the conformance suite of sqltrack's dialects: what
// every database under the wrapper must do, whichever it is.
package sqltracktest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"veche/data/sqltrack"
	"veche/data/sqltrack/statement"
	"veche/track"
)

// A Backend is an empty database to test with.
type Backend struct {
	Connector driver.Connector
	Dialect   sqltrack.Dialect
	// Configure sets the limits of a connection pool.
	Configure func(*sql.DB)
	// Exact is set where upserts and changes of a primary key are captured by row.
	Exact bool
}

// Test runs the suite. open returns a fresh empty database each time, which the
// test's cleanup removes.
func Test(t *testing.T, open func(t testing.TB) Backend) {
	tests := []struct {
		name string
		run  func(*testing.T, *site)
	}{
		{"A write drops what it touches and nothing else", testExactness},
		{"A change behind a full window is not in it", testWindows},
		{"What is rolled back has not happened", testRollback},
		{"A savepoint takes back what it covers", testSavepoints},
		{"A read in a transaction fills nothing", testReadInTransaction},
		{"A kept result is the same to the last byte", testIdentical},
		{"A kept result is nobody's to change", testCopies},
		{"Column types outlive the rows", testColumnTypes},
		{"Prepared statements are tracked", testPrepared},
		{"A computation's reads are noted", testRecording},
		{"A computation does not write", testComputationWrites},
		{"Fresh asks the database", testFresh},
		{"A large result streams", testLarge},
		{"A schema change drops everything", testSchema},
		{"A volatile query is not kept", testVolatile},
		{"Views are not kept", testViews},
		{"Textual transactions", testTextual},
		{"Cascades and triggers are seen", testCascades},
		{"Keys that change are seen", testKeyChange},
		{"A failed statement leaves nothing", testFailure},
		{"A cancelled context ends a query", testCancel},
		{"Unknown statements drop everything", testUnknown},
		{"Tables without a key are tracked", testNoKey},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, newSite(t, open(t), sqltrack.Options{})) })
	}
	if open(t).single() {
		return // what follows takes two connections
	}
	t.Run("Many images become one change", func(t *testing.T) { testManyImages(t, newSite(t, open(t), sqltrack.Options{})) })
	t.Run("A change between fetch and fill refuses the fill", func(t *testing.T) { testOvertaken(t, open(t)) })
	t.Run("A change between commit and apply refuses the fill", func(t *testing.T) { testCommitGap(t, open(t)) })
	t.Run("A commit of unknown outcome counts", func(t *testing.T) { testUnknownCommit(t, open(t)) })
	t.Run("Cached equals computed", func(t *testing.T) { testMetamorphic(t, open(t)) })
}

// site is a tracked handle of one database with a few tables in it.
type site struct {
	t         testing.TB
	b         Backend
	dialect   statement.Dialect
	tracker   *track.Tracker
	store     *Store
	connector *sqltrack.Connector
	db        *sql.DB
}

func newSite(t testing.TB, b Backend, o sqltrack.Options) *site {
	t.Helper()
	s := &site{t: t, b: b, dialect: b.Dialect.Statements(), tracker: track.New(track.Options{}), store: NewStore(100_000)}
	o.Dialect, o.Tracker, o.Results = b.Dialect, s.tracker, s.store
	var err error
	if s.connector, err = sqltrack.New(b.Connector, o); err != nil {
		t.Fatal(err)
	}
	s.db = sql.OpenDB(s.connector)
	b.Configure(s.db)
	t.Cleanup(func() { s.db.Close() })
	for _, ddl := range s.tables() {
		s.exec(ddl)
	}
	for i, name := range []string{"Anna", "Boris"} {
		s.exec("INSERT INTO authors (id, name) VALUES (?, ?)", i+1, name)
	}
	for i := 1; i <= 6; i++ {
		var published any
		if i%2 == 0 {
			published = day(i)
		}
		s.exec("INSERT INTO news (section, author, title, body, views, published) VALUES (?, ?, ?, ?, ?, ?)",
			1+i%2, 1+i%2, []string{"Rust", "Go"}[i%2]+" "+strconv.Itoa(i), "body", 10*i, published)
	}
	return s
}

func day(i int) time.Time { return time.Date(2026, 1, i, 12, 0, 0, 123456000, time.UTC) }

func (s *site) tables() []string {
	auto, text, long, moment, double, blob := "integer PRIMARY KEY AUTOINCREMENT", "text", "text", "datetime", "real", "blob"
	switch s.dialect {
	case statement.Postgres:
		auto, moment, double, blob = "bigserial PRIMARY KEY", "timestamptz", "double precision", "bytea"
	case statement.MySQL:
		auto, text, moment, double = "bigint PRIMARY KEY AUTO_INCREMENT", "varchar(200)", "datetime(6)", "double"
	}
	return []string{
		"CREATE TABLE authors (id bigint PRIMARY KEY, name " + text + ")",
		"CREATE TABLE news (id " + auto + ", section bigint, author bigint, title " + text + ", body " + long +
			", views bigint, rating " + double + ", hidden boolean, published " + moment + " NULL, picture " + blob + ")",
		"CREATE TABLE counters (name varchar(50) PRIMARY KEY, n bigint)",
		"CREATE TABLE log (line " + text + ")",
	}
}

// bind writes placeholders as the database wants them.
func (s *site) bind(q string) string {
	if s.dialect != statement.Postgres {
		return q
	}
	var b strings.Builder
	n := 0
	for _, c := range q {
		if c == '?' {
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

func (s *site) exec(q string, args ...any) {
	s.t.Helper()
	if _, err := s.db.Exec(s.bind(q), args...); err != nil {
		s.t.Fatalf("%s: %v", q, err)
	}
}

// executor is a *sql.DB, *sql.Tx or *sql.Conn.
type executor interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

func (s *site) execOn(x executor, q string, args ...any) {
	s.t.Helper()
	if _, err := x.ExecContext(context.Background(), s.bind(q), args...); err != nil {
		s.t.Fatalf("%s: %v", q, err)
	}
}

// rows returns all rows of a query, each value as the driver gave it.
func (s *site) rows(ctx context.Context, x executor, q string, args ...any) [][]any {
	s.t.Helper()
	rows, err := s.read(ctx, x, q, args...)
	if err != nil {
		s.t.Fatalf("%s: %v", q, err)
	}
	return rows
}

func (s *site) read(ctx context.Context, x executor, q string, args ...any) ([][]any, error) {
	rows, err := x.QueryContext(ctx, s.bind(q), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all [][]any
	for rows.Next() {
		row, dest := make([]any, len(names)), make([]any, len(names))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// hit runs the query and reports whether a kept result answered it.
func (s *site) hit(q query) bool {
	s.t.Helper()
	before := s.connector.Stats().Hits
	s.rows(context.Background(), s.db, q.sql, q.args...)
	return s.connector.Stats().Hits > before
}

// query is a query that a test keeps an eye on.
type query struct {
	name string
	sql  string
	args []any
}

// watched are queries of every form that is tracked exactly.
var watched = []query{
	{"news 1", "SELECT title, body FROM news WHERE id = ?", []any{1}},
	{"news 2", "SELECT title, body FROM news WHERE id = ?", []any{2}},
	{"news 1 or 3", "SELECT body FROM news WHERE id IN (?, ?)", []any{1, 3}},
	{"section 1", "SELECT id, title FROM news WHERE section = ?", []any{1}},
	{"section 2", "SELECT id, title FROM news WHERE section = ?", []any{2}},
	{"count 1", "SELECT count(*) FROM news WHERE section = ?", []any{1}},
	{"count 2", "SELECT count(*) FROM news WHERE section = ?", []any{2}},
	{"viewed", "SELECT id FROM news WHERE views >= ?", []any{100}},
	{"between", "SELECT id FROM news WHERE views BETWEEN ? AND ?", []any{1000, 2000}},
	{"Go", "SELECT id FROM news WHERE title LIKE ?", []any{"Go%"}},
	{"drafts", "SELECT id FROM news WHERE published IS NULL", nil},
	{"after", "SELECT id FROM news WHERE published > ?", []any{day(100)}},
	{"latest", "SELECT id, title FROM news ORDER BY id DESC LIMIT 2", nil},
	{"eldest", "SELECT id, title FROM news ORDER BY id LIMIT ?", []any{2}},
	{"author 1", "SELECT name FROM authors WHERE id = ?", []any{1}},
	{"author 2", "SELECT name FROM authors WHERE id = ?", []any{2}},
	{"join", "SELECT n.id, a.name FROM news n JOIN authors a ON a.id = n.author WHERE n.section = ? AND a.id = ?", []any{2, 2}},
}

// warm makes every watched query kept.
func (s *site) warm() {
	s.t.Helper()
	for _, q := range watched {
		s.hit(q)
		if !s.hit(q) {
			s.t.Fatalf("query %q is not kept", q.name)
		}
	}
}

// dropped returns the names of the watched queries that are not kept any more.
func (s *site) dropped() []string {
	s.t.Helper()
	var names []string
	for _, q := range watched {
		if !s.hit(q) {
			names = append(names, q.name)
		}
	}
	return names
}

// expect checks which of the watched queries an action drops.
func (s *site) expect(what string, want []string, action func()) {
	s.t.Helper()
	s.warm()
	action()
	got := fmt.Sprintf("%q", s.dropped())
	if want := fmt.Sprintf("%q", want); got != want {
		s.t.Errorf("%s dropped %s, want %s", what, got, want)
	}
}

// all returns the names of the watched queries that read the table news.
func all() []string {
	var names []string
	for _, q := range watched {
		if strings.Contains(q.sql, "news") {
			names = append(names, q.name)
		}
	}
	return names
}
