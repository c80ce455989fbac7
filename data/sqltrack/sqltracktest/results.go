package sqltracktest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/data/sqltrack"
	"veche/data/sqltrack/statement"
	"veche/track"
)

const everyColumn = "SELECT id, section, title, body, views, rating, hidden, published, picture FROM news WHERE id = ?"

// fill stores a row with a value of every kind, and one of NULLs; they are rows
// 1 and 2.
func (s *site) fill() time.Time {
	at := time.Date(2026, 5, 6, 7, 8, 9, 987654321, time.FixedZone("", 5*3600))
	s.exec("UPDATE news SET rating = ?, hidden = ?, published = ?, picture = ? WHERE id = 1", 4.25, true, at, []byte{0, 1, 255, 0})
	s.exec("UPDATE news SET section = NULL, title = NULL, body = '', views = NULL, published = NULL WHERE id = 2")
	return at
}

func testIdentical(t *testing.T, s *site) {
	raw := s.fill() // with nanoseconds and a zone, which no database keeps
	at := raw.UTC().Truncate(time.Microsecond)
	ctx := context.Background()
	for id := 1; id <= 3; id++ {
		made := s.rows(ctx, s.db, everyColumn, id)
		kept := s.rows(ctx, s.db, everyColumn, id)
		plain := s.rows(sqltrack.Fresh(ctx), s.db, everyColumn, id)
		if d := cmp.Diff(made, kept); d != "" {
			t.Errorf("row %d is kept otherwise than it was made:\n%s", id, d)
		}
		if d := cmp.Diff(plain, kept); d != "" {
			t.Errorf("row %d is kept otherwise than it is:\n%s", id, d)
		}
	}
	if s.connector.Stats().Hits != 3 {
		t.Errorf("%d hits, want 3", s.connector.Stats().Hits)
	}
	var got time.Time
	var picture []byte
	err := s.db.QueryRow(s.bind("SELECT published, picture FROM news WHERE id = ?"), 1).Scan(&got, &picture)
	if err != nil || got != at || !bytes.Equal(picture, []byte{0, 1, 255, 0}) {
		t.Errorf("got %v, %v, %v, want %v", got, picture, err, at)
	}
	var n int
	if err := s.db.QueryRow(s.bind("SELECT count(*) FROM news WHERE published = ?"), raw).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows have the time %v (%v), want 1", n, at, err)
	}
	s.exec("UPDATE news SET published = NULL WHERE id = 1")
	if err := s.db.QueryRow(s.bind("SELECT count(*) FROM news WHERE published = ?"), raw).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows have the time %v (%v), want 0", n, at, err)
	}
}

// testCopies fails when a kept byte slice is given away.
func testCopies(t *testing.T, s *site) {
	s.fill()
	for range 3 {
		rows := s.rows(context.Background(), s.db, "SELECT picture FROM news WHERE id = 1")
		picture := rows[0][0].([]byte)
		if !bytes.Equal(picture, []byte{0, 1, 255, 0}) {
			t.Fatalf("got %v", picture)
		}
		clear(picture)
		raw, err := s.db.Query("SELECT picture FROM news WHERE id = 1")
		if err != nil {
			t.Fatal(err)
		}
		var b sql.RawBytes
		for raw.Next() {
			if err := raw.Scan(&b); err != nil {
				t.Fatal(err)
			}
			clear(b)
		}
		raw.Close()
	}
}

func testColumnTypes(t *testing.T, s *site) {
	s.fill()
	describe := func(db *sql.DB) string {
		rows, err := db.Query(s.bind(everyColumn), 1)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		types, err := rows.ColumnTypes()
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, c := range types {
			length, hasLength := c.Length()
			null, knowsNull := c.Nullable()
			p, sc, decimal := c.DecimalSize()
			fmt.Fprintln(&b, c.Name(), c.DatabaseTypeName(), c.ScanType(), length, hasLength, null, knowsNull, p, sc, decimal)
		}
		return b.String()
	}
	made := describe(s.db)
	if kept := describe(s.db); kept != made {
		t.Errorf("kept:\n%s\nmade:\n%s", kept, made)
	}
	if s.connector.Stats().Hits == 0 {
		t.Error("no hit")
	}
	if s.b.single() {
		return
	}
	raw := sql.OpenDB(s.b.Connector)
	defer raw.Close()
	// A placeholder's argument travels unprepared here and prepared there, which
	// changes what a driver reports.
	if plain := describe(raw); plain != made {
		t.Errorf("untracked:\n%s\ntracked:\n%s", plain, made)
	}
}

func testPrepared(t *testing.T, s *site) {
	read, err := s.db.Prepare(s.bind("SELECT body FROM news WHERE id = ?"))
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	write, err := s.db.Prepare(s.bind("UPDATE news SET body = ? WHERE id = ?"))
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	insert, err := s.db.Prepare(s.bind("INSERT INTO authors (id, name) VALUES (?, ?)"))
	if err != nil {
		t.Fatal(err)
	}
	defer insert.Close()
	count := query{"count", "SELECT count(*) FROM authors", nil}
	for i := range 3 {
		want := fmt.Sprint("body ", i)
		if r, err := write.Exec(want, 1); err != nil {
			t.Fatal(err)
		} else if n, err := r.RowsAffected(); n != 1 || err != nil {
			t.Errorf("%d rows affected, %v", n, err)
		}
		for range 2 {
			var got string
			if err := read.QueryRow(1).Scan(&got); err != nil || got != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		}
		if _, err := insert.Exec(10+i, "x"); err != nil {
			t.Fatal(err)
		}
		if got := s.rows(context.Background(), s.db, count.sql); got[0][0] != int64(3+i) {
			t.Errorf("count is %v, want %d", got, 3+i)
		}
	}
	if hits := s.connector.Stats().Hits; hits != 3 {
		t.Errorf("%d hits, want 3", hits)
	}
}

// counter is an owner that counts what is dropped.
type counter struct{ n int }

func (c *counter) Dropped(*track.Entry, *track.Change) { c.n++ }

func testRecording(t *testing.T, s *site) {
	read := func(ctx context.Context) {
		s.rows(ctx, s.db, "SELECT title FROM news WHERE id = ?", 1)
		s.rows(ctx, s.db, "SELECT id, title FROM news ORDER BY id DESC LIMIT 2")
	}
	for _, kept := range []string{"no", "now", "before"} {
		ctx, rec := s.tracker.Record(context.Background())
		hits := s.connector.Stats().Hits
		switch kept {
		case "no":
			ctx = sqltrack.Fresh(ctx)
		case "before":
			read(context.Background())
			hits = s.connector.Stats().Hits + 2
		}
		read(ctx)
		if got := s.connector.Stats().Hits; got != hits {
			t.Errorf("kept %s: %d hits, want %d", kept, got, hits)
		}
		var owner counter
		entry, err := rec.Admit(&owner)
		if err != nil {
			t.Fatal(err)
		}
		s.exec("UPDATE news SET title = 'behind the window' WHERE id = 3")
		s.exec("UPDATE news SET body = 'not read' WHERE id = 1")
		if !entry.Live(time.Now()) {
			t.Errorf("kept %s: dropped too early", kept)
		}
		s.exec("UPDATE news SET title = ? WHERE id = 1", fmt.Sprint(time.Now()))
		if entry.Live(time.Now()) || owner.n != 1 {
			t.Errorf("kept %s: not dropped", kept)
		}
	}
	ctx, rec := s.tracker.Record(context.Background())
	tx := s.begin()
	s.rows(ctx, tx, "SELECT title FROM news WHERE id = 1")
	tx.Rollback()
	if _, err := rec.Admit(&counter{}); !errors.Is(err, track.ErrVolatile) {
		t.Errorf("a computation that read inside a transaction: %v", err)
	}
	ctx, rec = s.tracker.Record(context.Background())
	s.read(ctx, s.db, "SELECT nonsense FROM news")
	if _, err := rec.Admit(&counter{}); !errors.Is(err, track.ErrVolatile) {
		t.Errorf("a computation whose query failed: %v", err)
	}
	s.exec("UPDATE news SET body = 'x' WHERE id = 1")
	ctx, rec = s.tracker.Record(context.Background())
	s.rows(ctx, s.db, "SELECT body FROM news WHERE id = 1")
	s.exec("UPDATE news SET body = 'y' WHERE id = 1")
	if _, err := rec.Admit(&counter{}); !errors.Is(err, track.ErrOvertaken) {
		t.Errorf("a computation that was overtaken: %v", err)
	}
}

func testComputationWrites(t *testing.T, s *site) {
	ctx, rec := s.tracker.Record(context.Background())
	defer rec.End()
	if _, err := s.db.ExecContext(ctx, "UPDATE authors SET name = 'x'"); !errors.Is(err, sqltrack.ErrWrite) {
		t.Errorf("got %v, want ErrWrite", err)
	}
	if got := s.rows(context.Background(), s.db, "SELECT count(*) FROM authors WHERE name = 'x'"); got[0][0] != int64(0) {
		t.Error("the computation wrote")
	}
}

func testFresh(t *testing.T, s *site) {
	ctx := sqltrack.Fresh(context.Background())
	before := s.store.Len()
	for range 2 {
		s.rows(ctx, s.db, "SELECT title FROM news WHERE id = 1")
	}
	if n := s.connector.Stats().Hits; n != 0 || s.store.Len() != before {
		t.Errorf("%d hits, %d results", n, s.store.Len()-before)
	}
}

// testReadInTransaction fails when results from inside a transaction are kept.
func testReadInTransaction(t *testing.T, s *site) {
	s.exec("UPDATE news SET body = 'old' WHERE id = 1")
	tx := s.begin()
	s.execOn(tx, "UPDATE news SET body = 'new' WHERE id = 1")
	for range 2 {
		if got := s.rows(context.Background(), tx, "SELECT body FROM news WHERE id = ?", 1); fmt.Sprintf("%s", got) != "[[new]]" {
			t.Errorf("the transaction reads %s", got)
		}
	}
	if n := s.store.Len(); n != 0 {
		t.Errorf("%d results were kept", n)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if got := s.rows(context.Background(), s.db, "SELECT body FROM news WHERE id = ?", 1); fmt.Sprintf("%s", got) != "[[old]]" {
		t.Errorf("after the rollback: %s", got)
	}
}

func testLarge(t *testing.T, s *site) {
	big := strings.Repeat("x", 60_000)
	for i := range 20 {
		s.exec("INSERT INTO news (section, title, body) VALUES (7, ?, ?)", fmt.Sprint(i), big)
	}
	const q = "SELECT id, body, published FROM news WHERE section = ? ORDER BY id"
	before := s.store.Len()
	for range 2 {
		rows := s.rows(context.Background(), s.db, q, 7)
		if len(rows) != 20 {
			t.Fatalf("%d rows, want 20", len(rows))
		}
		for _, row := range rows {
			if body := fmt.Sprintf("%s", row[1]); body != big {
				t.Fatalf("a body of %d bytes", len(body))
			}
		}
	}
	if s.store.Len() != before || s.connector.Stats().Large != 2 {
		t.Errorf("%d results kept, %d large", s.store.Len()-before, s.connector.Stats().Large)
	}
	ctx, rec := s.tracker.Record(context.Background())
	s.rows(ctx, s.db, q, 7)
	entry, err := rec.Admit(&counter{})
	if err != nil {
		t.Fatal(err)
	}
	s.exec("UPDATE news SET section = 8 WHERE title = '3'")
	if entry.Live(time.Now()) {
		t.Error("the reads of a large result were not noted")
	}
}

func testManyImages(t *testing.T, s *site) {
	small, err := sqltrack.New(s.b.Connector, sqltrack.Options{Dialect: s.b.Dialect, Tracker: s.tracker, MaxImages: 3})
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(small)
	defer db.Close()
	s.warm()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	s.execOn(tx, "UPDATE news SET rating = 1 WHERE id <= 2")
	s.execOn(tx, "SAVEPOINT a")
	s.execOn(tx, "UPDATE news SET rating = 2")
	s.execOn(tx, "ROLLBACK TO SAVEPOINT a")
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := s.dropped(); got != nil {
		t.Errorf("what was rolled back dropped %q", got)
	}
	s.warm()
	s.execOn(db, "UPDATE news SET rating = 3")
	if got := s.dropped(); !reflect.DeepEqual(got, all()) {
		t.Errorf("dropped %q, want all of the table", got)
	}
	coarse := uint64(0)
	for _, n := range small.Stats().Coarse {
		coarse += n
	}
	if coarse == 0 {
		t.Error("nothing was counted")
	}
}

func testSchema(t *testing.T, s *site) {
	s.warm()
	s.exec("ALTER TABLE authors ADD COLUMN born bigint DEFAULT 1900")
	if s.hit(watched[0]) {
		t.Error("a kept result survived a change of the schema")
	}
	q := query{"born", "SELECT born FROM authors WHERE id = ?", []any{1}}
	s.hit(q)
	if !s.hit(q) {
		t.Error("a new column is not kept")
	}
	s.exec("UPDATE authors SET born = 1901 WHERE id = 1")
	if got := s.rows(context.Background(), s.db, q.sql, q.args...); got[0][0] != int64(1901) {
		t.Errorf("got %v", got)
	}
	other := query{"other", "SELECT id FROM authors WHERE born = ?", []any{1900}}
	s.hit(other)
	s.exec("UPDATE authors SET born = 7 WHERE id = 2")
	if got := s.rows(context.Background(), s.db, other.sql, other.args...); len(got) != 0 {
		t.Errorf("a row whose image predates its column is still read: %v", got)
	}
}

func testVolatile(t *testing.T, s *site) {
	random := "random()"
	if s.dialect == statement.MySQL {
		random = "rand()"
	}
	before := s.store.Len()
	a := s.rows(context.Background(), s.db, "SELECT "+random+" FROM news")
	b := s.rows(context.Background(), s.db, "SELECT "+random+" FROM news")
	if cmp.Equal(a, b) || s.store.Len() != before {
		t.Error("a random result was kept")
	}
}

func testViews(t *testing.T, s *site) {
	s.exec("CREATE VIEW visible AS SELECT id, title FROM news WHERE section = 1")
	read := func() int { return len(s.rows(context.Background(), s.db, "SELECT title FROM visible")) }
	was := read()
	s.exec("DELETE FROM news WHERE id = 2")
	if now := read(); now != was-1 {
		t.Errorf("the view has %d rows, want %d", now, was-1)
	}
}

func testFailure(t *testing.T, s *site) {
	s.expect("a failed insert", nil, func() {
		if _, err := s.db.Exec("INSERT INTO authors (id, name) VALUES (1, 'again')"); err == nil {
			t.Error("a second row has the same key")
		}
	})
	s.expect("a failed bulk insert", nil, func() {
		if _, err := s.db.Exec("INSERT INTO authors (id, name) VALUES (77, 'new'), (1, 'again')"); err == nil {
			t.Error("a second row has the same key")
		}
	})
	s.exec("UPDATE authors SET name = 'still works' WHERE id = 1")
	if got := s.rows(context.Background(), s.db, "SELECT name FROM authors WHERE id = ?", 1); fmt.Sprintf("%s", got) != "[[still works]]" {
		t.Errorf("got %s", got)
	}
}

func testCancel(t *testing.T, s *site) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.db.QueryContext(ctx, s.bind("SELECT title FROM news WHERE id = ?"), 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a query: %v", err)
	}
	if _, err := s.db.ExecContext(ctx, "UPDATE authors SET name = 'x'"); !errors.Is(err, context.Canceled) {
		t.Errorf("a write: %v", err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.execOn(tx, "UPDATE authors SET name = 'cancelled'")
	cancel()
	for tx.Rollback() != sql.ErrTxDone {
	}
	if got := s.rows(context.Background(), s.db, "SELECT count(*) FROM authors WHERE name = 'cancelled'"); got[0][0] != int64(0) {
		t.Error("a cancelled transaction was committed")
	}
	s.exec("UPDATE authors SET name = 'y'")
}

func testUnknown(t *testing.T, s *site) {
	q := map[statement.Dialect]string{
		statement.SQLite:   "UPDATE authors SET name = 'p' WHERE id = 1; UPDATE authors SET name = 'q' WHERE id = 2",
		statement.Postgres: "DO $$ BEGIN UPDATE authors SET name = 'p'; END $$",
		statement.MySQL:    "BEGIN NOT ATOMIC UPDATE authors SET name = 'p'; END",
	}[s.dialect]
	s.warm()
	s.exec(q)
	if s.hit(watched[0]) {
		t.Error("a kept result survived a statement that is not understood")
	}
	s.expect("what follows", []string{"author 1"}, func() { s.exec("UPDATE authors SET name = 'r' WHERE id = 1") })
	if len(s.connector.Stats().Fallbacks) == 0 {
		t.Error("the statement is not among the fallbacks")
	}
}
