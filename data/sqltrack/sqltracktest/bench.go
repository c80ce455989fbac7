package sqltracktest

import (
	"context"
	"database/sql"
	"testing"

	"veche/data/sqltrack"
	"veche/track"
)

// Benchmark measures what the wrapper costs, beside the driver without it: run
// with -bench=. and compare "raw" with the others.
func Benchmark(b *testing.B, open func(testing.TB) Backend) {
	backend := open(b)
	s := newSite(b, backend, sqltrack.Options{})
	raw := s.db
	if !backend.single() {
		raw = sql.OpenDB(backend.Connector)
		defer raw.Close()
		backend.Configure(raw)
	}
	const point, list = "SELECT id, title, body, views, published FROM news WHERE id = ?", "SELECT id, title FROM news WHERE views >= ? ORDER BY id DESC LIMIT 20"
	fresh := sqltrack.Fresh(context.Background())
	recorded, rec := s.tracker.Record(context.Background())
	defer rec.End()
	for _, q := range []struct{ name, sql string }{{"point", point}, {"list", list}} {
		b.Run(q.name+"/raw", func(b *testing.B) { benchRead(b, s, raw, fresh, q.sql) })
		b.Run(q.name+"/hit", func(b *testing.B) { benchRead(b, s, s.db, context.Background(), q.sql) })
		b.Run(q.name+"/passed", func(b *testing.B) { benchRead(b, s, s.db, fresh, q.sql) })
		b.Run(q.name+"/recorded", func(b *testing.B) { benchRead(b, s, s.db, sqltrack.Fresh(recorded), q.sql) })
		b.Run(q.name+"/miss", func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s.tracker.Apply(track.Everything())
				b.StartTimer()
				readOnce(b, s, s.db, context.Background(), q.sql)
			}
		})
	}
	const update = "UPDATE news SET views = views + 1 WHERE id = ?"
	b.Run("update/raw", func(b *testing.B) { benchWrite(b, s, raw, update) })
	b.Run("update/unwatched", func(b *testing.B) {
		rec.End()
		s.tracker.Apply(track.Everything())
		benchWrite(b, s, s.db, update)
	})
	b.Run("update/watched", func(b *testing.B) {
		readOnce(b, s, s.db, context.Background(), "SELECT title FROM news WHERE id = ?")
		benchWrite(b, s, s.db, update)
	})
}

func benchRead(b *testing.B, s *site, db *sql.DB, ctx context.Context, q string) {
	readOnce(b, s, db, ctx, q)
	b.ReportAllocs()
	for b.Loop() {
		readOnce(b, s, db, ctx, q)
	}
}

func readOnce(b *testing.B, s *site, db *sql.DB, ctx context.Context, q string) {
	rows, err := db.QueryContext(ctx, s.bind(q), 1)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var rest [4]sql.RawBytes
		columns, err := rows.Columns()
		if err != nil {
			b.Fatal(err)
		}
		dest := []any{&id, &rest[0], &rest[1], &rest[2], &rest[3]}
		if len(columns) == 1 {
			dest[0] = &rest[0]
		}
		if err := rows.Scan(dest[:len(columns)]...); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
}

func benchWrite(b *testing.B, s *site, db *sql.DB, q string) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := db.Exec(s.bind(q), 1); err != nil {
			b.Fatal(err)
		}
	}
}
