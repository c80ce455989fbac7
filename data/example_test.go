package data_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"veche/data"
	"veche/entity"
	"veche/fault"
)

// Note is an entity: a struct that embeds entity.Base.
type Note struct {
	entity.Base
	Title string `entity:"title,required,max=80,unique"`
}

// exampleDB opens a database in a folder of its own.
func exampleDB() (db *data.DB, remove func()) {
	dir, err := os.MkdirTemp("", "veche")
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	db, err = data.Open(ctx, data.Options{DSN: filepath.Join(dir, "example.db")})
	if err != nil {
		panic(err)
	}
	if err := db.Register(data.Schema{Module: "notes", Number: 1, Entities: []any{Note{}}}); err != nil {
		panic(err)
	}
	if err := db.Migrate(ctx); err != nil {
		panic(err)
	}
	return db, func() { db.Close(); os.RemoveAll(dir) }
}

func Example() {
	db, remove := exampleDB()
	defer remove()
	ctx := data.WithAuthor(data.With(context.Background(), db), 7)

	note := Note{Title: "  Вече собралось "}
	committed, err := data.Write(ctx, func(tx *data.Tx) error { return data.Create(tx, &note) })
	fmt.Println(committed.Valid(), err)

	got, err := data.ByID[Note](ctx, note.ID)
	fmt.Printf("%q by %d, version %d, %v\n", got.Title, got.AuthorID, got.Version, err)

	_, err = data.ByID[Note](ctx, 1000)
	fmt.Println(fault.Of(err).Kind)
	// Output:
	// true <nil>
	// "Вече собралось" by 7, version 1, <nil>
	// not found
}

func ExampleUpdate() {
	db, remove := exampleDB()
	defer remove()
	ctx := data.With(context.Background(), db)
	update := func(n *Note) error {
		_, err := data.Write(ctx, func(tx *data.Tx) error { return data.Update(tx, n) })
		return err
	}
	note := Note{Title: "Draft"}
	if _, err := data.Write(ctx, func(tx *data.Tx) error { return data.Create(tx, &note) }); err != nil {
		panic(err)
	}

	// Two people open the note; the second to save is told, and nothing is lost.
	ann, bob := note, note
	ann.Title, bob.Title = "Ann's", "Bob's"
	fmt.Println(update(&ann))
	fmt.Println(fault.Of(update(&bob)).Kind)
	// Output:
	// <nil>
	// conflict
}

func ExampleTx_AfterCommit() {
	db, remove := exampleDB()
	defer remove()
	ctx := data.With(context.Background(), db)
	add := func(ctx context.Context, title string) error {
		_, err := data.Write(ctx, func(tx *data.Tx) error {
			tx.AfterCommit(func(context.Context, data.Committed) { fmt.Println("announced:", title) })
			return data.Create(tx, &Note{Title: title})
		})
		return err
	}
	_, err := data.Write(ctx, func(tx *data.Tx) error {
		if err := add(tx, "first"); err != nil { // part of this transaction
			return err
		}
		fmt.Println("the same again:", fault.Of(add(tx, "first")).Fields["title"])
		return add(tx, "second")
	})
	fmt.Println(err)
	// Output:
	// the same again: data.duplicate
	// announced: first
	// announced: second
	// <nil>
}
