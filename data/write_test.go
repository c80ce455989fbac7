package data_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/data"
	"veche/data/datatest"
	"veche/entity"
	"veche/fault"
	"veche/track"
)

// write runs fn in a Write on the database and returns its error.
func write(t testing.TB, db *data.DB, fn func(tx *data.Tx) error) error {
	t.Helper()
	_, err := data.Write(data.With(t.Context(), db), fn)
	return err
}

// titles returns the titles of all news, in the order of their IDs.
func titles(t testing.TB, db *data.DB) []string {
	t.Helper()
	var all []string
	if err := data.Read(data.With(t.Context(), db)).Model(&News{}).Order("id").Pluck("title", &all).Error; err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEditOfAnOldVersionIsAConflictAndNobodysEditIsLost(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		row := item("veche")
		create(t, db, row)
		mine, yours := *row, *row
		mine.Title, yours.Title = "mine", "yours"
		if err := write(t, db, func(tx *data.Tx) error { return data.Update(tx, &mine) }); err != nil {
			t.Fatal(err)
		}
		err := write(t, db, func(tx *data.Tx) error { return data.Update(tx, &yours) })
		if !fault.Is(err, fault.Conflict) || fault.Of(err).Words != "data.conflict" {
			t.Errorf("got %v, want a conflict", err)
		}
		swallowed := write(t, db, func(tx *data.Tx) error { _ = data.Update(tx, &yours); return nil })
		if got := titles(t, db); swallowed != nil || !cmp.Equal(got, []string{"mine"}) {
			t.Errorf("got %q, %v", got, swallowed)
		}
		if mine.Version != 2 || yours.Version != 1 || !yours.UpdatedAt.Equal(row.UpdatedAt) {
			t.Errorf("versions in memory: %d and %d, want 2 and 1", mine.Version, yours.Version)
		}
		if err := write(t, db, func(tx *data.Tx) error { return data.Delete(tx, &yours) }); !fault.Is(err, fault.Conflict) {
			t.Errorf("deleting an old version: got %v, want a conflict", err)
		}
		if err := write(t, db, func(tx *data.Tx) error { return data.Delete(tx, &mine) }); err != nil {
			t.Fatal(err)
		}
		for _, f := range []func(*data.Tx) error{
			func(tx *data.Tx) error { return data.Delete(tx, &mine) },
			func(tx *data.Tx) error { return data.Update(tx, &mine) },
		} {
			if err := write(t, db, f); !fault.Is(err, fault.NotFound) {
				t.Errorf("got %v for a row that is gone, want NotFound", err)
			}
		}
	}, schema())
}

func TestUpdateOfColumnsLeavesTheOthers(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		row := item("veche")
		create(t, db, row)
		edited := *row
		edited.Title, edited.Slug, edited.Pinned = "  New\n", "BAD SLUG", true
		edited.CreatedAt = time.Time{}
		edited.Title = " New "
		if err := write(t, db, func(tx *data.Tx) error { return data.Update(tx, &edited, "title", "pinned") }); err != nil {
			t.Fatal(err)
		}
		got, err := data.ByID[News](data.With(t.Context(), db), row.ID)
		if err != nil || got.Title != "New" || got.Slug != "veche" || !got.Pinned || got.Version != 2 || !got.CreatedAt.Equal(row.CreatedAt) {
			t.Errorf("got %+v, %v", got, err)
		}
		if err := write(t, db, func(tx *data.Tx) error {
			return tx.DB().Model(&News{}).Where("id = ?", row.ID).Update("views", data.Expr("views + ?", 5)).Error
		}); err != nil {
			t.Fatal(err)
		}
		counted, err := data.ByID[News](data.With(t.Context(), db), row.ID)
		if err != nil || counted.Views != 5 || counted.Version != 2 || !counted.UpdatedAt.Equal(got.UpdatedAt) {
			t.Errorf("a counter: got %+v, %v", counted, err)
		}
	}, schema())
}

func TestTimesAndAuthorOfRows(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 123456789, time.UTC)
	datatest.EachWith(t, data.Options{Now: func() time.Time { return now }}, func(t *testing.T, db *data.DB) {
		ctx := data.WithAuthor(data.With(t.Context(), db), 7)
		fresh, imported := item("fresh"), item("imported")
		imported.CreatedAt, imported.AuthorID, imported.ID = time.Date(2009, 1, 2, 3, 4, 5, 0, time.UTC), 3, 500
		if _, err := data.Write(ctx, func(tx *data.Tx) error {
			return errors.Join(data.Create(tx, fresh), data.Create(tx, imported))
		}); err != nil {
			t.Fatal(err)
		}
		got, err := data.ByID[News](ctx, fresh.ID)
		if err != nil || !got.CreatedAt.Equal(now.Truncate(time.Microsecond)) || !got.UpdatedAt.Equal(got.CreatedAt) || got.AuthorID != 7 {
			t.Errorf("fresh: got %+v, %v", got.Base, err)
		}
		got, err = data.ByID[News](ctx, 500)
		if err != nil || got.CreatedAt.Year() != 2009 || got.AuthorID != 3 {
			t.Errorf("imported: got %+v, %v", got.Base, err)
		}
	}, schema())
}

func TestDuplicatesNameTheirFields(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		first, second := item("one"), item("two")
		create(t, db, first, second) // neither has an address of mail, which is no duplicate
		check := func(row *News, want ...string) {
			t.Helper()
			err := write(t, db, func(tx *data.Tx) error {
				if row.ID == 0 {
					return data.Create(tx, row)
				}
				return data.Update(tx, row)
			})
			var columns []string
			for column, words := range fault.Of(err).Fields {
				columns = append(columns, column+" "+words)
			}
			slices.Sort(columns)
			if !fault.Is(err, fault.Invalid) || !cmp.Equal(columns, want) {
				t.Errorf("got %v, want %q", err, want)
			}
		}
		again := item("one")
		check(again, "locale data.duplicate", "slug data.duplicate")
		second.Slug = "one"
		check(second, "locale data.duplicate", "slug data.duplicate")
		again.Locale, again.Email = "en", "x@y.example"
		create(t, db, again)
		third := item("'news.ux_news_address'")
		third.Slug, third.Email = "three", "x@y.example"
		check(third, "email data.duplicate")
	}, schema())
}

func TestWrongValuesNameTheirFields(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		row := item("a b")
		row.Title = ""
		err := write(t, db, func(tx *data.Tx) error { return data.Create(tx, row) })
		want := map[string]string{"title": "entity.required", "slug": "entity.not_slug"}
		if !fault.Is(err, fault.Invalid) || !cmp.Equal(fault.Of(err).Fields, want) {
			t.Errorf("got %v", err)
		}
		if _, ok := errors.AsType[*entity.Invalid](err); !ok {
			t.Error("the arguments of the words are lost")
		}
		if row.Version != 0 || !row.CreatedAt.IsZero() {
			t.Errorf("a row that was refused has %+v", row.Base)
		}
	}, schema())
}

func TestRolledBackIsAsIfNothingHappened(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		kept := item("kept")
		create(t, db, kept)
		row, edited := item("gone"), *kept
		broken := errors.New("broken")
		attempt := func(fail func() error) (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = p.(error)
				}
			}()
			c, err := data.Write(data.With(t.Context(), db), func(tx *data.Tx) error {
				tx.AfterCommit(func(context.Context, data.Committed) { t.Error("told of a rolled-back write") })
				edited.Title = "edited"
				if err := errors.Join(data.Create(tx, row), data.Update(tx, &edited)); err != nil {
					t.Fatal(err)
				}
				return fail()
			})
			if c.Valid() {
				t.Error("a rolled-back write is Valid")
			}
			return err
		}
		for _, fail := range []func() error{func() error { return broken }, func() error { panic(broken) }} {
			if err := attempt(fail); !errors.Is(err, broken) {
				t.Errorf("got %v", err)
			}
			if row.ID != 0 || row.Version != 0 || edited.Version != 1 {
				t.Errorf("rows in memory: %+v and %+v", row.Base, edited.Base)
			}
			if got := titles(t, db); !cmp.Equal(got, []string{kept.Title}) {
				t.Errorf("got %q", got)
			}
		}
		create(t, db, row) // the same struct can be written now
	}, schema())
}

func TestNestedWriteMayFailAlone(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		var told []string
		tell := func(name string) func(context.Context, data.Committed) {
			return func(ctx context.Context, c data.Committed) {
				if !c.Valid() || c.Position() != db.Tracker().Now() {
					t.Errorf("%s: told with %+v", name, c)
				}
				if data.From(ctx) != db {
					t.Error("told with another context")
				}
				told = append(told, name)
			}
		}
		lost := item("lost")
		c, err := data.Write(data.With(t.Context(), db), func(tx *data.Tx) error {
			tx.AfterCommit(tell("outer"))
			if err := data.Create(tx, item("one")); err != nil {
				return err
			}
			c, err := data.Write(tx, func(tx *data.Tx) error {
				tx.AfterCommit(tell("lost"))
				return errors.Join(data.Create(tx, lost), data.Create(tx, item("one")))
			})
			if c.Valid() || !fault.Is(err, fault.Invalid) {
				t.Errorf("nested: got %v, %v", c.Valid(), err)
			}
			c, err = data.Write(tx, func(tx *data.Tx) error {
				tx.AfterCommit(tell("inner"))
				return data.Create(tx, item("two"))
			})
			if c.Valid() || err != nil {
				t.Errorf("nested: got %v, %v", c.Valid(), err)
			}
			if all, err := data.All[News](data.Read(tx)); err != nil || len(all) != 2 {
				t.Errorf("the transaction sees %d rows, %v", len(all), err)
			}
			if len(told) > 0 {
				t.Errorf("told before the commit: %q", told)
			}
			return nil
		})
		if err != nil || !c.Valid() {
			t.Fatal(err)
		}
		if got := titles(t, db); len(got) != 2 || lost.ID != 0 {
			t.Errorf("got %q and a lost row of ID %d", got, lost.ID)
		}
		if !cmp.Equal(told, []string{"outer", "inner"}) {
			t.Errorf("told %q", told)
		}
	}, schema())
}

// TestFailedStatementEndsItsWrite: that a module swallows an error must not make
// one database commit what another rolls back.
func TestFailedStatementEndsItsWrite(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		create(t, db, item("taken"))
		swallow := func(tx *data.Tx) error {
			if err := data.Create(tx, item("free")); err != nil {
				return err
			}
			if _, err := data.ByID[News](tx, 1000); !fault.Is(err, fault.NotFound) {
				t.Errorf("got %v", err)
			}
			_ = data.Create(tx, item("taken"))
			if _, err := data.ByID[News](tx, 1); err == nil {
				t.Error("a statement behind one that failed is answered")
			}
			return nil
		}
		if err := write(t, db, swallow); !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
		err := write(t, db, func(tx *data.Tx) error {
			if _, err := data.Write(tx, swallow); !fault.Is(err, fault.Invalid) {
				t.Errorf("nested: got %v", err)
			}
			return data.Create(tx, item("other"))
		})
		if got := titles(t, db); err != nil || len(got) != 2 {
			t.Errorf("got %q, %v", got, err)
		}
	}, schema())
}

// TestRowThatWasNeverCreatedIsNotFound: without an ID, an update must not reach
// the rows of others.
func TestRowThatWasNeverCreatedIsNotFound(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		kept := item("kept")
		create(t, db, kept)
		for version := range int64(2) {
			row := item("new")
			row.Title, row.Version = "stolen", version
			for _, f := range []func(*data.Tx, entity.Row) error{
				data.Delete, func(tx *data.Tx, row entity.Row) error { return data.Update(tx, row) },
			} {
				if err := write(t, db, func(tx *data.Tx) error { return f(tx, row) }); !fault.Is(err, fault.NotFound) {
					t.Errorf("got %v", err)
				}
			}
		}
		if got := titles(t, db); !cmp.Equal(got, []string{kept.Title}) {
			t.Errorf("got %q", got)
		}
	}, schema())
}

func TestWriteIsTheOnlyWayToWrite(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		ctx := data.With(t.Context(), db)
		row := item("veche")
		create(t, db, row)
		read := data.Read(ctx)
		for name, err := range map[string]error{
			"create": read.Create(item("other")).Error,
			"save":   read.Save(row).Error,
			"update": read.Model(row).Update("title", "x").Error,
			"delete": read.Delete(row).Error,
			"exec":   read.Exec("DELETE FROM news").Error,
		} {
			if err == nil || !strings.Contains(err.Error(), "data.Write") {
				t.Errorf("%s outside of Write: got %v", name, err)
			}
		}
		recorded, recording := db.Tracker().Record(ctx)
		defer recording.End()
		if _, err := data.Write(recorded, func(*data.Tx) error { t.Error("it ran"); return nil }); err == nil {
			t.Error("a recorded computation may write")
		}
		if got := titles(t, db); !cmp.Equal(got, []string{row.Title}) {
			t.Errorf("got %q", got)
		}
		var unknown struct{ entity.Base }
		if err := write(t, db, func(tx *data.Tx) error { return data.Create(tx, &unknown) }); err == nil {
			t.Error("an entity that nobody registered is written")
		}
		var none data.Committed
		if none.Valid() {
			t.Error("the zero Committed is valid")
		}
	}, schema())
}

// TestDeadlockedTransactionsAreMadeAgain has two transactions write two rows in
// opposite order, each after the other wrote its first: the database must give
// one up. It fails if attempts are not repeated.
func TestDeadlockedTransactionsAreMadeAgain(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		if db.Engine() == "sqlite" {
			return // one writer at a time cannot deadlock
		}
		a, b := item("a"), item("b")
		create(t, db, a, b)
		views := func(tx *data.Tx, id int64) error {
			return tx.DB().Model(&News{}).Where("id = ?", id).Update("views", data.Expr("views + ?", 1)).Error
		}
		var met sync.WaitGroup
		met.Add(2)
		var both sync.WaitGroup
		attempts := make([]int, 2)
		for i, order := range [][2]int64{{a.ID, b.ID}, {b.ID, a.ID}} {
			both.Go(func() {
				err := write(t, db, func(tx *data.Tx) error {
					attempts[i]++
					if err := views(tx, order[0]); err != nil {
						return err
					}
					if attempts[i] == 1 {
						met.Done()
						met.Wait()
					}
					// Whoever swallows the error must not go on outside of a transaction.
					_, _ = data.Write(tx, func(tx *data.Tx) error { return views(tx, order[1]) })
					_ = data.Create(tx, item(fmt.Sprintf("by-%d-%d", i, attempts[i])))
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if attempts[0]+attempts[1] < 3 {
			t.Errorf("got %d attempts, want a deadlock", attempts)
		}
		for _, id := range []int64{a.ID, b.ID} {
			if got, err := data.ByID[News](data.With(t.Context(), db), id); err != nil || got.Views != 2 {
				t.Errorf("row %d: got %d views, %v, want 2", id, got.Views, err)
			}
		}
		if got := titles(t, db); len(got) != 4 {
			t.Errorf("got %d rows, want the two and one for each transaction", len(got))
		}
	}, schema())
}

// TestConcurrentEditsAllCount has writers who read, add one and try again on a
// conflict: the sum shows that no edit was lost.
func TestConcurrentEditsAllCount(t *testing.T) {
	const writers, edits = 4, 10
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		row := item("counter")
		create(t, db, row)
		ctx := data.With(t.Context(), db)
		var all sync.WaitGroup
		for range writers {
			all.Go(func() {
				for done := 0; done < edits; {
					got, err := data.ByID[News](ctx, row.ID)
					if err != nil {
						t.Error(err)
						return
					}
					got.Views++
					_, err = data.Write(ctx, func(tx *data.Tx) error { return data.Update(tx, &got, "views") })
					switch {
					case err == nil:
						done++
					case !fault.Is(err, fault.Conflict):
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		got, err := data.ByID[News](ctx, row.ID)
		if err != nil || got.Views != writers*edits || got.Version != writers*edits+1 {
			t.Errorf("got %d views in version %d, %v", got.Views, got.Version, err)
		}
	}, schema())
}

func TestReadingInsideATransactionIsNeverKept(t *testing.T) {
	db := datatest.SQLite(t, data.Options{}, schema())
	err := write(t, db, func(tx *data.Tx) error {
		ctx, recording := db.Tracker().Record(tx)
		if _, err := data.All[News](data.Read(ctx)); err != nil {
			return err
		}
		if _, err := recording.Admit(nil); !errors.Is(err, track.ErrVolatile) {
			t.Errorf("got %v, want it refused as volatile", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
