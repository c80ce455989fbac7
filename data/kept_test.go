package data_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"veche/data"
	"veche/data/datatest"
	"veche/data/sqltrack"
	"veche/data/sqltrack/sqltracktest"
)

// questions are what readers ask in TestKeptEqualsAsked.
func questions(ctx context.Context) []*gorm.DB {
	read := func() *gorm.DB { return data.Read(ctx).Model(&News{}) }
	return []*gorm.DB{
		read().Order("id"),
		read().Where("slug = ?", "n1"),
		read().Where("section_id = ? AND pinned = ?", 1, true).Order("id"),
		read().Where("section_id IN ?", []int64{1, 2}).Order("views DESC, id").Limit(2),
		read().Where("email IS NULL").Or("locale = ?", "en").Order("id"),
		read().Where("title LIKE ?", "b%").Order("title, id").Limit(3),
		read().Scopes(data.Due(ctx, "publish_at")).Order("publish_at DESC, id").Limit(2),
		read().Where("section_id = ?", 2).Scopes(data.Due(ctx, "publish_at"), data.NotDue(ctx, "expire_at")).Order("id"),
	}
}

// answer asks the question; recorded says that the reader is a computation whose
// reads are recorded.
func answer(t *rapid.T, db *data.DB, ctx context.Context, n int, recorded bool) []News {
	if recorded {
		var end func()
		inner, recording := db.Tracker().Record(ctx)
		ctx, end = inner, recording.End
		defer end()
	}
	rows, err := data.All[News](questions(ctx)[n])
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestKeptEqualsAsked plays random histories of writes, whole and rolled back,
// in every way that this package has, and after each holds what readers are
// given, where results of queries are kept, against what the database says. It
// fails if sqltrack does not tell the tracker of commits, or if the conditions of
// time ask about the wrong moment.
func TestKeptEqualsAsked(t *testing.T) {
	datatest.EachDSN(t, func(t *testing.T, dsn string) {
		c := newClock()
		o := clocked(c)
		o.DSN, o.Results = dsn, sqltracktest.NewStore(1000)
		db := datatest.Open(t, o, schema())
		ctx := data.With(t.Context(), db)
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			for range rapid.IntRange(1, 6).Draw(rt, "steps") {
				n++
				step(rt, db, c, n)
				for q := range questions(ctx) {
					want := answer(rt, db, sqltrack.Fresh(ctx), q, false)
					for _, recorded := range []bool{false, true} {
						if diff := cmp.Diff(want, answer(rt, db, ctx, q, recorded)); diff != "" {
							rt.Fatalf("question %d, recorded %t (-database +kept):\n%s", q, recorded, diff)
						}
					}
				}
			}
		})
		if stats := db.Stats(); stats.Hits == 0 || stats.Kept == 0 {
			t.Errorf("nothing was kept: %+v", stats)
		}
	})
}

// step changes something, or lets time pass.
func step(t *rapid.T, db *data.DB, c *clock, n int) {
	ctx := data.With(context.Background(), db)
	if rapid.Bool().Draw(t, "time passes") {
		c.set(c.in(time.Duration(rapid.IntRange(0, 20).Draw(t, "minutes")) * time.Minute))
	}
	all, err := data.All[News](data.Read(ctx).Order("id").Limit(8))
	if err != nil {
		t.Fatal(err)
	}
	rolledBack := errors.New("rolled back")
	change := rapid.IntRange(0, 5).Draw(t, "change")
	nested, fails := rapid.Bool().Draw(t, "nested"), rapid.Bool().Draw(t, "fails")
	act := func(tx *data.Tx) error {
		if len(all) < 3 || change == 0 {
			return data.Create(tx, drawNews(t, c, n))
		}
		row := rapid.SampledFrom(all).Draw(t, "row")
		fresh := drawNews(t, c, n)
		switch change {
		case 1:
			fresh.Base, fresh.Slug = row.Base, row.Slug
			return data.Update(tx, fresh)
		case 2:
			row.PublishAt, row.Pinned = fresh.PublishAt, fresh.Pinned
			return data.Update(tx, &row, "publish_at", "pinned")
		case 3:
			return tx.DB().Model(&News{}).Where("section_id = ?", fresh.SectionID).Update("views", data.Expr("views + ?", 1)).Error
		case 4:
			return tx.DB().Where("id > ?", row.ID).Delete(&News{}).Error
		}
		return data.Delete(tx, &row)
	}
	_, err = data.Write(ctx, func(tx *data.Tx) error {
		if !nested {
			return errors.Join(act(tx), map[bool]error{true: rolledBack}[fails])
		}
		_, err := data.Write(tx, func(tx *data.Tx) error {
			return errors.Join(act(tx), map[bool]error{true: rolledBack}[fails])
		})
		if err != nil && !errors.Is(err, rolledBack) {
			return err
		}
		return tx.DB().Model(&News{}).Where("slug = ?", "n1").Update("views", n).Error
	})
	if err != nil && !errors.Is(err, rolledBack) {
		t.Fatal(err)
	}
}

// drawNews draws a row that no other is equal to in what must be unique.
func drawNews(t *rapid.T, c *clock, n int) *News {
	row := item(fmt.Sprint("n", n))
	row.Title = rapid.SampledFrom([]string{"a", "b", "ba", "B", "в"}).Draw(t, "title")
	row.Locale = rapid.SampledFrom([]string{"ru", "en"}).Draw(t, "locale")
	row.SectionID = rapid.Int64Range(0, 2).Draw(t, "section")
	row.Pinned = rapid.Bool().Draw(t, "pinned")
	if rapid.Bool().Draw(t, "mail") {
		row.Email = fmt.Sprintf("n%d@example.org", n)
	}
	if rapid.Bool().Draw(t, "planned") {
		row.PublishAt = c.in(time.Duration(rapid.IntRange(-10, 60).Draw(t, "publish")) * time.Minute)
	}
	if rapid.Bool().Draw(t, "expires") {
		row.ExpireAt = c.in(time.Duration(rapid.IntRange(-10, 60).Draw(t, "expire")) * time.Minute)
	}
	return row
}
