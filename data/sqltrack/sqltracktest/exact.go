package sqltracktest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"veche/data/sqltrack"
	"veche/data/sqltrack/statement"
)

func testExactness(t *testing.T, s *site) {
	update := func(set string, args ...any) func() {
		return func() { s.exec("UPDATE news SET "+set, args...) }
	}
	s.expect("nothing", nil, func() {})
	s.expect("an update of the body", []string{"news 1", "news 1 or 3"}, update("body = ? WHERE id = ?", "new", 1))
	s.expect("an update to the same", nil, update("body = ? WHERE id = ?", "new", 1))
	s.expect("an update of an unread column", nil, update("rating = 4.5 WHERE id = 1"))
	s.expect("an update outside a range", nil, update("views = ? WHERE id = ?", 77, 1))
	s.expect("an update into a range", []string{"viewed"}, update("views = ? WHERE id = ?", 200, 1))
	s.expect("an update within a range", nil, update("views = views + 1 WHERE id = 1"))
	s.expect("an update of a title", []string{"news 2", "section 1", "Go", "eldest"}, update("title = 'Go away' WHERE id = 2"))
	s.expect("a move", []string{"section 1", "section 2", "count 1", "count 2", "join"},
		update("section = ? WHERE title = ?", 1, "Go 5"))
	s.expect("a publication", []string{"drafts"}, update("published = ? WHERE id = 3", day(3)))
	s.expect("a late publication", []string{"after"}, update("published = ? WHERE id = 3", day(101)))
	s.expect("an insert", []string{"section 2", "count 2", "drafts", "latest", "join"}, func() {
		s.exec("INSERT INTO news (section, author, title, body, views) VALUES (?, ?, ?, ?, ?)", 2, 2, "Zig", "b", 1)
	})
	s.expect("an insert elsewhere", []string{"latest"}, func() {
		s.exec("INSERT INTO news (section, author, title, body, views, published) VALUES (3, 3, 'C', 'b', 1, ?)", day(1))
	})
	s.expect("a bulk insert", []string{"viewed", "between", "latest"}, func() {
		s.exec("INSERT INTO news (section, author, title, body, views, published) VALUES (3, 3, 'C', 'b', 1500, ?), (3, 3, 'D', 'b', 1, ?)", day(1), day(1))
	})
	s.expect("a delete", []string{"section 1", "count 1", "Go", "drafts"}, func() { s.exec("DELETE FROM news WHERE id = ?", 5) })
	s.expect("a delete of nothing", nil, func() { s.exec("DELETE FROM news WHERE id = 12345") })
	s.expect("an update of nothing", nil, update("title = 'x' WHERE views = -1"))
	s.expect("a bulk update", []string{"news 1", "news 2", "news 1 or 3"}, update("body = 'all' WHERE id <= ?", 2))
	s.expect("another table", []string{"author 1"}, func() { s.exec("UPDATE authors SET name = 'Alla' WHERE id = 1") })
	s.expect("a joined table", []string{"author 2", "join"}, func() { s.exec("UPDATE authors SET name = 'Bela' WHERE id = 2") })
	s.expect("a raw literal", []string{"news 2"}, func() { s.exec("update news set BODY='raw' where ID=2") })
	testReturning(t, s)
	testUpsert(t, s)
	s.expect("a delete of all", all(), func() { s.exec("DELETE FROM news") })
}

// testWindows changes rows before, in and behind windows, full ones and not. It
// fails when a window that is not full has an edge.
func testWindows(t *testing.T, s *site) {
	full := query{"full", "SELECT id, views FROM news ORDER BY views DESC LIMIT ?", []any{3}}
	open := query{"open", "SELECT id, views FROM news ORDER BY views LIMIT 50", nil}
	moved := query{"moved", "SELECT views FROM news WHERE section = ? ORDER BY views, id LIMIT 1 OFFSET 1", []any{1}}
	latest := query{"latest", "SELECT * FROM news WHERE published IS NOT NULL ORDER BY published DESC, id DESC LIMIT 2", nil}
	for _, step := range []struct {
		write string
		keeps string // the queries that stay kept
	}{
		{"UPDATE news SET views = 15 WHERE id = 1", "full moved latest"},
		{"UPDATE news SET views = 45 WHERE id = 1", "moved latest"},
		{"UPDATE news SET views = 1 WHERE id = 6", ""},
		{"INSERT INTO news (section, views) VALUES (1, 2)", "full latest"},
		{"INSERT INTO news (section, views) VALUES (1, 1000)", "latest"},
		{"DELETE FROM news WHERE views = 1000", "latest"},
		{"UPDATE news SET title = 'x' WHERE id = 2", "full open moved latest"},
		{"UPDATE news SET title = 'y' WHERE id = 4", "full open moved"},
		{"UPDATE news SET published = NULL WHERE id = 4", "full open moved"},
	} {
		queries := []query{full, open, moved, latest}
		for _, q := range queries {
			s.hit(q)
		}
		s.exec(step.write)
		var kept []string
		for _, q := range queries {
			before := s.connector.Stats().Hits
			got := fmt.Sprint(s.rows(context.Background(), s.db, q.sql, q.args...))
			if s.connector.Stats().Hits > before {
				kept = append(kept, q.name)
			}
			if want := fmt.Sprint(s.rows(sqltrack.Fresh(context.Background()), s.db, q.sql, q.args...)); got != want {
				t.Errorf("after %s the window %q is %s, want %s", step.write, q.name, got, want)
			}
		}
		if got := strings.Join(kept, " "); got != step.keeps {
			t.Errorf("%s keeps %q, want %q", step.write, got, step.keeps)
		}
	}
}

// testReturning reads rows from statements that write.
func testReturning(t *testing.T, s *site) {
	if s.dialect == statement.MySQL {
		return
	}
	s.expect("an insert that returns", []string{"latest"}, func() {
		rows := s.rows(context.Background(), s.db,
			"INSERT INTO news (section, author, title, body, views, published) VALUES (3, 3, ?, 'b', 1, ?) RETURNING title, id", "E", day(1))
		if len(rows) != 1 || len(rows[0]) != 2 || rows[0][0] != "E" {
			t.Errorf("RETURNING gave %v", rows)
		}
	})
	s.expect("an update that returns", []string{"news 1", "news 1 or 3"}, func() {
		var body string
		if err := s.db.QueryRow(s.bind("UPDATE news SET body = ? WHERE id = 1 RETURNING body;"), "again").Scan(&body); err != nil || body != "again" {
			t.Errorf("RETURNING gave %q, %v", body, err)
		}
	})
}

func testUpsert(t *testing.T, s *site) {
	upsert := "INSERT INTO counters (name, n) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = excluded.n"
	if s.dialect == statement.MySQL {
		upsert = "INSERT INTO counters (name, n) VALUES (?, ?) ON DUPLICATE KEY UPDATE n = VALUES(n)"
	}
	a := query{"a", "SELECT n FROM counters WHERE name = ?", []any{"a"}}
	b := query{"b", "SELECT n FROM counters WHERE name = ?", []any{"b"}}
	s.exec(upsert, "a", 1)
	s.exec(upsert, "b", 1)
	for range 2 {
		s.hit(a)
		s.hit(b)
	}
	s.exec(upsert, "a", 2)
	if got := s.rows(context.Background(), s.db, a.sql, a.args...); got[0][0] != int64(2) {
		t.Errorf("after an upsert of 2 a read gave %v", got)
	}
	if s.b.Exact && !s.hit(b) {
		t.Error("an upsert of one row dropped the result of another")
	}
}

func testRollback(t *testing.T, s *site) {
	s.expect("a rollback", nil, func() {
		tx := s.begin()
		s.execOn(tx, "UPDATE news SET body = 'x' WHERE id = 1")
		s.execOn(tx, "DELETE FROM authors")
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	})
	s.expect("an open transaction", nil, func() {
		tx := s.begin()
		s.execOn(tx, "UPDATE news SET body = 'x' WHERE id = 1")
		t.Cleanup(func() { tx.Rollback() })
		if s.b.single() {
			tx.Rollback()
		}
	})
}

// single reports whether the database has one connection only.
func (b Backend) single() bool {
	db := sql.OpenDB(b.Connector)
	defer db.Close()
	b.Configure(db)
	return db.Stats().MaxOpenConnections == 1
}

func (s *site) begin() *sql.Tx {
	s.t.Helper()
	tx, err := s.db.Begin()
	if err != nil {
		s.t.Fatal(err)
	}
	return tx
}

// testSavepoints fails when ROLLBACK TO takes back nothing, or more than it covers,
// and when RELEASE takes back anything.
func testSavepoints(t *testing.T, s *site) {
	inTx := func(statements ...string) func() {
		return func() {
			tx := s.begin()
			for _, q := range statements {
				s.execOn(tx, q)
			}
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
		}
	}
	const first, second, third = "UPDATE news SET body = body || 'x' WHERE id = 2", "UPDATE authors SET name = 'C' WHERE id = 1", "UPDATE news SET views = 5000 WHERE id = 4"
	one := first
	if s.dialect == statement.MySQL {
		one = strings.Replace(first, "body || 'x'", "concat(body, 'x')", 1)
	}
	s.expect("a savepoint taken back", []string{"news 2"}, inTx(one, "SAVEPOINT a", second, "ROLLBACK TO SAVEPOINT a"))
	s.expect("a savepoint released", []string{"news 2", "viewed"}, inTx(one, "SAVEPOINT a", third, "RELEASE SAVEPOINT a"))
	s.expect("a savepoint used again", []string{"viewed"},
		inTx("SAVEPOINT a", second, "ROLLBACK TO SAVEPOINT a", strings.Replace(third, "5000", "6", 1)))
	s.expect("nested savepoints", []string{"news 2"},
		inTx(one, "SAVEPOINT a", third, "SAVEPOINT b", second, "RELEASE SAVEPOINT b", "ROLLBACK TO SAVEPOINT a"))
	s.expect("the inner of nested savepoints", []string{"news 2", "viewed"},
		inTx(one, "SAVEPOINT a", strings.Replace(third, "5000", "6000", 1), "SAVEPOINT b", second, "ROLLBACK TO SAVEPOINT b", "RELEASE SAVEPOINT a"))
}

func testTextual(t *testing.T, s *site) {
	ctx := context.Background()
	run := func(statements ...string) func() {
		return func() {
			conn, err := s.db.Conn(ctx)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			for _, q := range statements {
				s.execOn(conn, q)
			}
		}
	}
	s.expect("BEGIN and COMMIT", []string{"author 1"}, run("BEGIN", "UPDATE authors SET name = 'K' WHERE id = 1", "COMMIT"))
	s.expect("BEGIN and ROLLBACK", nil, run("BEGIN", "UPDATE authors SET name = 'L' WHERE id = 1", "ROLLBACK"))
	conn, err := s.db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s.execOn(conn, "BEGIN")
	s.execOn(conn, "UPDATE authors SET name = 'M' WHERE id = 1")
	before := s.store.Len()
	s.rows(ctx, conn, "SELECT name, id FROM authors WHERE id = 1")
	if s.store.Len() != before {
		t.Error("a read inside a textual transaction was kept")
	}
	s.execOn(conn, "ROLLBACK")
}

func testCascades(t *testing.T, s *site) {
	id := "bigint PRIMARY KEY"
	s.exec("CREATE TABLE topics (id " + id + ", title varchar(50))")
	s.exec("CREATE TABLE posts (id " + id + ", topic bigint, body varchar(50), FOREIGN KEY (topic) REFERENCES topics (id) ON DELETE CASCADE)")
	s.exec("CREATE TABLE likes (id " + id + ", post bigint, FOREIGN KEY (post) REFERENCES posts (id) ON DELETE CASCADE)")
	for i := 1; i <= 2; i++ {
		s.exec("INSERT INTO topics (id, title) VALUES (?, 't')", i)
		s.exec("INSERT INTO posts (id, topic, body) VALUES (?, ?, 'b')", i, i)
		s.exec("INSERT INTO likes (id, post) VALUES (?, ?)", i, i)
	}
	topics := query{"topics", "SELECT title FROM topics WHERE id = ?", []any{2}}
	likes := query{"likes", "SELECT count(*) FROM likes WHERE post = ?", []any{1}}
	posts := query{"posts", "SELECT body FROM posts WHERE topic = ?", []any{1}}
	for range 2 {
		s.hit(likes)
		s.hit(posts)
		s.hit(topics)
	}
	s.exec("DELETE FROM topics WHERE id = ?", 1)
	if s.hit(likes) || s.hit(posts) {
		t.Error("a delete that cascades did not drop what it reached")
	}
	if !s.hit(topics) {
		t.Error("a delete that cascades dropped another row of its table")
	}
	if s.dialect == statement.Postgres {
		s.exec(`CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (NEW.title); RETURN NEW; END'`)
		s.exec("CREATE TRIGGER noting AFTER UPDATE ON topics FOR EACH ROW EXECUTE FUNCTION note()")
	} else if s.dialect == statement.SQLite {
		s.exec("CREATE TRIGGER noting AFTER UPDATE ON topics BEGIN INSERT INTO log VALUES (NEW.title); END")
	} else {
		s.exec("CREATE TRIGGER noting AFTER UPDATE ON topics FOR EACH ROW INSERT INTO log VALUES (NEW.title)")
	}
	lines := query{"lines", "SELECT count(*) FROM log", nil}
	s.hit(lines)
	if !s.hit(lines) {
		t.Fatal("the log is not kept")
	}
	s.exec("UPDATE topics SET title = ? WHERE id = ?", "u", 2)
	if got := s.rows(context.Background(), s.db, lines.sql); got[0][0] != int64(1) {
		t.Errorf("after a trigger a count of its table gave %v, want 1", got)
	}
}

func testKeyChange(t *testing.T, s *site) {
	change := func() { s.exec("UPDATE authors SET id = ? WHERE id = ?", 9, 1) }
	if s.b.Exact {
		s.expect("a new key", []string{"author 1"}, change)
	} else {
		change()
	}
	nine := query{"nine", "SELECT name FROM authors WHERE id = ?", []any{9}}
	s.hit(nine)
	s.exec("UPDATE authors SET id = 1 WHERE id = 9")
	if got := s.rows(context.Background(), s.db, nine.sql, nine.args...); len(got) != 0 {
		t.Errorf("a row that moved away is still read: %v", got)
	}
	if got := s.rows(context.Background(), s.db, nine.sql, 1); len(got) != 1 {
		t.Errorf("a row that moved here is not read: %v", got)
	}
}

func testNoKey(t *testing.T, s *site) {
	one := query{"one", "SELECT count(*) FROM log WHERE line = ?", []any{"one"}}
	count := func() any { return s.rows(context.Background(), s.db, one.sql, one.args...)[0][0] }
	for want, q := range []string{"", "INSERT INTO log (line) VALUES ('one')", "INSERT INTO log VALUES ('one')"} {
		if q != "" {
			s.exec(q)
		}
		if got := count(); got != int64(want) {
			t.Errorf("after %q: %v, want %d", q, got, want)
		}
	}
	s.exec("UPDATE log SET line = 'two'")
	if got := count(); got != int64(0) {
		t.Errorf("after an update: %v, want 0", got)
	}
	s.exec("INSERT INTO log SELECT 'one' FROM log")
	if got := count(); got != int64(2) {
		t.Errorf("after INSERT SELECT: %v, want 2", got)
	}
	s.exec("DELETE FROM log")
	if got := count(); got != int64(0) {
		t.Errorf("after a delete: %v, want 0", got)
	}
}
