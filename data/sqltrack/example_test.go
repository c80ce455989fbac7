package sqltrack_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"time"

	"veche/data/sqlite"
	"veche/data/sqltrack"
	"veche/data/sqltrack/sqltracktest"
	"veche/track"
)

// page is what keeps a result that was made from the database.
type page struct{}

func (page) Dropped(_ *track.Entry, by *track.Change) {
	fmt.Println("dropped by a change of", by.Table)
}

func Example() {
	ctx := context.Background()
	base, err := sqlite.Open(ctx, ":memory:", sqlite.Options{})
	if err != nil {
		log.Fatal(err)
	}
	tracker := track.New(track.Options{})
	connector, err := sqltrack.New(base.Connector(), sqltrack.Options{
		Dialect: base.Dialect(),
		Tracker: tracker,
		Results: sqltracktest.NewStore(1000),
	})
	if err != nil {
		log.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	base.Configure(db)
	write := func(q string, args ...any) {
		if _, err := db.Exec(q, args...); err != nil {
			log.Fatal(err)
		}
	}
	write("CREATE TABLE news (id integer PRIMARY KEY, title text, views integer)")
	write("INSERT INTO news VALUES (7, 'Rooks are back', 0)")

	reading, recording := tracker.Record(ctx)
	var title string
	if err := db.QueryRowContext(reading, "SELECT title FROM news WHERE id = ?", 7).Scan(&title); err != nil {
		log.Fatal(err)
	}
	entry, err := recording.Admit(page{})
	if err != nil {
		log.Fatal(err)
	}

	write("UPDATE news SET views = views + 1 WHERE id = ?", 7)
	write("UPDATE news SET title = 'Another' WHERE id = ?", 8)
	fmt.Println(title, entry.Live(time.Now()))
	write("UPDATE news SET title = ? WHERE id = ?", "Rooks have left", 7)
	fmt.Println(entry.Live(time.Now()))
	// Output:
	// Rooks are back true
	// dropped by a change of news
	// false
}
