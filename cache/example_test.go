package cache_test

import (
	"fmt"
	"log"
	"time"

	"veche/cache"
)

func Example() {
	pages, err := cache.New(cache.Options[string, []byte]{
		Bytes: 64 << 20,
		Size:  func(path string, page []byte) int64 { return int64(len(path) + len(page)) },
	})
	if err != nil {
		log.Fatal(err)
	}
	page := func(path string) []byte {
		if p, ok := pages.Get(path); ok {
			return p
		}
		began := time.Now()
		p := fmt.Appendf(nil, "<h1>%s</h1>", path)
		pages.Set(path, p, time.Since(began))
		return p
	}
	page("/news")
	page("/news")
	fmt.Printf("%s\n", page("/news"))

	pages.Delete("/news")
	page("/news")
	st := pages.Stats()
	fmt.Println(st.Hits, "hits,", st.Misses, "misses")
	// Output:
	// <h1>/news</h1>
	// 2 hits, 2 misses
}

func ExampleOptions() {
	c, err := cache.New(cache.Options[string, string]{
		Bytes:  1000,
		Size:   func(k, v string) int64 { return int64(len(k) + len(v)) },
		Policy: cache.NewLRU(),
		Now:    func() time.Time { return time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC) },
		OnRemove: func(key, value string, why cache.Reason) {
			fmt.Printf("%s=%s was %v\n", key, value, why)
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	c.Set("a", "1", time.Millisecond)
	c.Set("a", "2", time.Millisecond)
	c.Delete("a")
	// Output:
	// a=1 was replaced
	// a=2 was deleted
}

func ExampleCache_All() {
	c, err := cache.New(cache.Options[string, string]{
		Size: func(k, v string) int64 { return int64(len(k) + len(v)) },
	})
	if err != nil {
		log.Fatal(err)
	}
	c.Set("menu", "<ul></ul>", 3*time.Millisecond)
	c.Get("menu")
	for key, info := range c.All() {
		fmt.Println(key, info.Size-c.Overhead(), "bytes,", info.Cost, "to make,", info.Hits, "hit")
	}
	// Output:
	// menu 13 bytes, 3ms to make, 1 hit
}
