package data_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/data"
	"veche/data/datatest"
	"veche/entity"
	"veche/fault"
)

// first and second are two versions of one entity.
type first struct {
	entity.Base `entity:"table=story"`
	Title       string `entity:"required,max=20"`
	Author      string `entity:"index=who"`
	Dropped     string
}

type second struct {
	entity.Base `entity:"table=story"`
	Title       string    `entity:"required,max=2000"`
	Author      string    `entity:"index=who"`
	Locale      string    `entity:"enum=ru|en,default=ru,index=who"`
	Lead        string    `entity:"long,default=it's \\ here"`
	Rank        int       `entity:"default=-3"`
	Ratio       float64   `entity:"default=0.5"`
	Open        bool      `entity:"default=yes"`
	Slug        string    `entity:"slug,unique,null"`
	At          time.Time `entity:"index"`
	Key         []byte    `entity:"max=32,index"`
	Photo       []byte
}

// changed is a story whose title is no text any more.
type changed struct {
	entity.Base `entity:"table=story"`
	Title       int
}

func story(number int, example any, upgrade func(*data.Tx, int) error) data.Schema {
	return data.Schema{Module: "stories", Number: number, Entities: []any{example}, Upgrade: upgrade}
}

// open opens the database, registers the schemas and returns what Migrate says.
func open(t *testing.T, dsn string, schemas ...data.Schema) (*data.DB, error) {
	t.Helper()
	db, err := data.Open(t.Context(), data.Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Register(schemas...); err != nil {
		t.Fatal(err)
	}
	return db, db.Migrate(t.Context())
}

func TestTablesGrowWithTheirEntities(t *testing.T) {
	datatest.EachDSN(t, func(t *testing.T, dsn string) {
		old, err := open(t, dsn, story(1, first{}, nil))
		if err != nil {
			t.Fatal(err)
		}
		row := &first{Title: "Повесть", Author: "Нестор"}
		create(t, old, row)
		var from []int
		grown, err := open(t, dsn, story(2, second{}, func(tx *data.Tx, n int) error {
			from = append(from, n)
			return tx.DB().Exec("UPDATE story SET title = 'upgraded'").Error
		}))
		if err != nil || !cmp.Equal(from, []int{1}) {
			t.Fatalf("got %v after upgrades from %v", err, from)
		}
		ctx := data.With(t.Context(), grown)
		got, err := data.ByID[second](ctx, row.ID)
		want := second{Base: got.Base, Title: "upgraded", Author: "Нестор", Locale: "ru", Lead: `it's \ here`, Rank: -3, Ratio: 0.5, Open: true}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		long := &second{Title: strings.Repeat("ы", 2000), Slug: "a", Key: []byte{0}, Photo: []byte{1, 0}}
		create(t, grown, long)
		if got, err := data.ByID[second](ctx, long.ID); err != nil || got.Title != long.Title || !cmp.Equal(got.Photo, long.Photo) {
			t.Errorf("got a title of %d bytes, photo %v, %v", len(got.Title), got.Photo, err)
		}
		if err := write(t, grown, func(tx *data.Tx) error { return data.Create(tx, &second{Title: "b", Slug: "a"}) }); !fault.Is(err, fault.Invalid) {
			t.Errorf("the new unique index is not there: %v", err)
		}
		// A program of the older shape can go on writing until it is replaced.
		create(t, old, &first{Title: "from the old program"})
		if got, err := data.First[second](data.Read(ctx).Order("id DESC")); err != nil || got.Rank != -3 || got.Locale != "ru" {
			t.Errorf("got %+v, %v", got, err)
		}
		if err := grown.Migrate(t.Context()); err != nil || len(from) != 1 {
			t.Errorf("migrating again: %v, upgrades from %v", err, from)
		}
	})
}

func TestDatabaseOfANewerProgramIsRefusedUntouched(t *testing.T) {
	datatest.EachDSN(t, func(t *testing.T, dsn string) {
		if _, err := open(t, dsn, story(5, first{}, nil)); err != nil {
			t.Fatal(err)
		}
		db, err := open(t, dsn, story(3, second{}, nil), data.Schema{Module: "other", Number: 1, Entities: []any{Section{}}})
		if !fault.Is(err, fault.Unavailable) || fault.Of(err).Words != "data.newer" || !cmp.Equal(fault.Of(err).Args, []any{"stories", 5, 3}) {
			t.Fatalf("got %v", err)
		}
		if want := "module stories are of version 5, this program knows version 3"; !strings.Contains(err.Error(), want) {
			t.Errorf("got %q", err)
		}
		ctx := data.With(t.Context(), db)
		if err := data.Read(ctx).Find(&[]Section{}).Error; err == nil {
			t.Error("a table of the refused program was created")
		}
		if err := data.Read(ctx).Find(&[]second{}).Error; err == nil {
			t.Error("the table was changed")
		}
	})
}

func TestColumnOfAnotherKindIsRefused(t *testing.T) {
	datatest.EachDSN(t, func(t *testing.T, dsn string) {
		if _, err := open(t, dsn, story(1, first{}, nil)); err != nil {
			t.Fatal(err)
		}
		_, err := open(t, dsn, story(2, changed{}, nil))
		if err == nil || !strings.Contains(err.Error(), "column title holds texts") || !strings.Contains(err.Error(), "wants whole numbers") {
			t.Errorf("got %v", err)
		}
	})
}

func TestFailedUpgradeIsMadeAgain(t *testing.T) {
	datatest.EachDSN(t, func(t *testing.T, dsn string) {
		old, err := open(t, dsn, story(1, first{}, nil))
		if err != nil {
			t.Fatal(err)
		}
		row := &first{Title: "before"}
		create(t, old, row)
		broken := errors.New("broken")
		grown, err := open(t, dsn, story(2, second{}, func(tx *data.Tx, _ int) error {
			return errors.Join(tx.DB().Exec("UPDATE story SET title = 'half'").Error, broken)
		}))
		if !errors.Is(err, broken) {
			t.Fatalf("got %v", err)
		}
		if got, err := data.ByID[first](data.With(t.Context(), old), row.ID); err != nil || got.Title != "before" {
			t.Errorf("got %q, %v", got.Title, err)
		}
		if _, err := data.ByID[second](data.With(t.Context(), grown), row.ID); grown.Engine() != "mysql" && err == nil {
			t.Error("half of a migration is there")
		}
		if _, err := open(t, dsn, story(2, second{}, func(tx *data.Tx, from int) error {
			return tx.DB().Exec("UPDATE story SET title = 'whole'").Error
		})); err != nil {
			t.Fatal(err)
		}
		if got, err := data.ByID[second](data.With(t.Context(), grown), row.ID); err != nil || got.Title != "whole" {
			t.Errorf("got %q, %v", got.Title, err)
		}
	})
}

func TestProgramsThatStartAtOnceDoNotCollide(t *testing.T) {
	datatest.EachDSN(t, func(t *testing.T, dsn string) {
		var all sync.WaitGroup
		var upgrades sync.Map
		for i := range 4 {
			all.Go(func() {
				db, err := data.Open(t.Context(), data.Options{DSN: dsn})
				if err != nil {
					t.Error(err)
					return
				}
				defer db.Close()
				schema := story(1, second{}, func(*data.Tx, int) error { upgrades.Store(i, true); return nil })
				if err := errors.Join(db.Register(schema), db.Migrate(t.Context())); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		upgrades.Range(func(any, any) bool { t.Error("an upgrade of a database that was new"); return false })
	})
}

func TestMistakesInSchemasAreClearErrors(t *testing.T) {
	for want, schemas := range map[string][]data.Schema{
		"want a module and a number":     {{Module: "m"}},
		"module m is registered twice":   {{Module: "m", Number: 1}, {Module: "m", Number: 2}},
		"are both called story":          {{Module: "a", Number: 1, Entities: []any{first{}, second{}}}},
		"not for modules":                {{Module: "b", Number: 1, Entities: []any{reserved{}}}},
		"does not embed entity.Base":     {{Module: "c", Number: 1, Entities: []any{struct{ A int }{}}}},
		"field News is not part":         {{Module: "d", Number: 1, Entities: []any{related{}}}},
		"field Cached is not part":       {{Module: "e", Number: 1, Entities: []any{extra{}}}},
		"refers to nobody, which nobody": {{Module: "f", Number: 1, Entities: []any{referring{}}}},
	} {
		db := datatest.SQLite(t, data.Options{})
		err := db.Register(schemas...)
		if err == nil {
			err = db.Migrate(t.Context())
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	db := datatest.SQLite(t, data.Options{})
	ctx, recording := db.Tracker().Record(context.Background())
	defer recording.End()
	if err := db.Migrate(ctx); err == nil {
		t.Error("a recorded computation may migrate")
	}
}

type reserved struct {
	entity.Base `entity:"table=veche_schema"`
}

type related struct {
	entity.Base `entity:"table=related"`
	News        []News `entity:"-"`
}

type extra struct {
	entity.Base `entity:"table=extra"`
	Cached      int `entity:"-"`
}

type referring struct {
	entity.Base `entity:"table=referring"`
	NobodyID    int64 `entity:"ref=nobody"`
}
