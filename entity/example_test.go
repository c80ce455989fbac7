package entity_test

import (
	"fmt"
	"net/url"

	"veche/entity"
)

// Book is a whole entity: a struct that embeds entity.Base.
type Book struct {
	entity.Base
	Title string `entity:"title,required,max=40"`
	Pages int    `entity:"min=1,max=5000"`
	Shelf string `entity:"enum=prose|verse,default=prose"`
}

func Example() {
	books, err := entity.Of[Book]()
	if err != nil {
		panic(err)
	}
	for _, f := range books.Fields {
		if f.Editable() {
			fmt.Println(f.Label, f.Domain, f.Max)
		}
	}
	book := books.New().(*Book)
	form := url.Values{"title": {" Слово о полку Игореве "}, "pages": {"0"}, "version": {"99"}}
	if err := books.Decode(book, form, "title", "pages"); err != nil {
		panic(err)
	}
	books.Normalise(book)
	fmt.Printf("%q %s %d\n", book.Title, book.Shelf, book.Version)
	fmt.Println(books.Validate(book))
	// Output:
	// entity.book.title text 40
	// entity.book.pages integer 5000
	// entity.book.shelf enum 64
	// "Слово о полку Игореве" prose 0
	// entity: invalid book: pages: entity.too_small[1]
}

func ExampleEntity_Decode() {
	books, _ := entity.Of[Book]()
	var b Book
	err := books.Decode(&b, url.Values{"pages": {"many"}}, "pages")
	fmt.Println(err)
	// A field that forms may not change cannot even be asked for.
	fmt.Println(books.Decode(&b, url.Values{"id": {"1"}}, "id"))
	// Output:
	// entity: invalid book: pages: entity.not_number
	// entity: no form may change id of book
}
