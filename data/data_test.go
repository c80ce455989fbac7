package data_test

import (
	"testing"
	"time"

	"veche/data"
	"veche/data/datatest"
	"veche/entity"
	"veche/fault"
)

type Section struct {
	entity.Base
	Name string `entity:"title,required,max=100"`
}

type News struct {
	entity.Base
	Title     string    `entity:"title,required,max=200,list,search"`
	Slug      string    `entity:"slug,required,unique=address"`
	Locale    string    `entity:"enum=ru|en,default=ru,unique=address"`
	Email     string    `entity:"email,unique,null"`
	Body      string    `entity:"markdown"`
	SectionID int64     `entity:"ref=section,index=shown"`
	PublishAt time.Time `entity:"index=shown"`
	ExpireAt  time.Time
	Day       time.Time `entity:"date"`
	Pinned    bool      `entity:"default=on"`
	Weight    float64   `entity:"default=1.5"`
	Views     int       `entity:"readonly"`
	Token     []byte    `entity:"secret,max=64"`
	File      []byte
}

func schema() data.Schema {
	return data.Schema{Module: "news", Number: 1, Entities: []any{Section{}, News{}}}
}

// item returns a row that is valid.
func item(slug string) *News {
	return &News{Title: "Вече собралось", Slug: slug, Locale: "ru"}
}

func create(t *testing.T, db *data.DB, rows ...entity.Row) data.Committed {
	t.Helper()
	c, err := data.Write(data.With(t.Context(), db), func(tx *data.Tx) error {
		for _, row := range rows {
			if err := data.Create(tx, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCreatedRowIsReadBack(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *data.DB) {
		ctx := data.With(t.Context(), db)
		row := item("veche")
		row.PublishAt = time.Date(2026, 11, 21, 10, 30, 0, 123456789, time.FixedZone("MSK", 3*3600))
		row.Pinned, row.Weight, row.Token = true, 2.5, []byte{0, 1, 255}
		if c := create(t, db, row); !c.Valid() {
			t.Error("a committed write is not valid")
		}
		got, err := data.ByID[News](ctx, row.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Title != row.Title || !got.PublishAt.Equal(row.PublishAt) || got.PublishAt.Location() != time.UTC || got.Version != 1 {
			t.Errorf("got %+v, want %+v", got, *row)
		}
		if !got.ExpireAt.IsZero() || got.CreatedAt.IsZero() || got.CreatedAt.Location() != time.UTC {
			t.Errorf("got times %v and %v", got.ExpireAt, got.CreatedAt)
		}
		if _, err := data.ByID[News](ctx, 999); !fault.Is(err, fault.NotFound) {
			t.Errorf("got %v for a row that does not exist, want NotFound", err)
		}
	}, schema())
}
