package track_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"veche/track"
)

// news is a table of one column, kept in memory.
type news struct {
	mu     sync.Mutex
	titles map[int64]string
}

var (
	newsColumns = track.NewColumns("id", "title")
	newsByID    = &track.Query{
		Label:   "SELECT title FROM news WHERE id = ?",
		Table:   "news",
		Where:   track.Cmp("id", track.Eq, track.Param(1)),
		Columns: []string{"title"},
	}
)

// Title reads as any data layer would: it notes what it asks.
func (n *news) Title(ctx context.Context, id int64) string {
	track.Note(ctx, track.Read{Query: newsByID, Args: []track.Value{id}})
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.titles[id]
}

// SetTitle changes the data and returns the change.
func (n *news) SetTitle(id int64, title string) track.Change {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := track.Change{Table: "news", After: track.NewRow(newsColumns, []track.Value{id, title})}
	if old, ok := n.titles[id]; ok {
		c.Before = track.NewRow(newsColumns, []track.Value{id, old})
	}
	n.titles[id] = title
	return c
}

// renderer keeps the strings it makes. It is the owner of their entries.
type renderer struct {
	tracker *track.Tracker
	mu      sync.Mutex
	kept    map[string]page
	keys    map[*track.Entry]string
}

type page struct {
	html  string
	entry *track.Entry
}

func newRenderer(t *track.Tracker) *renderer {
	return &renderer{tracker: t, kept: make(map[string]page), keys: make(map[*track.Entry]string)}
}

// Dropped lets go of a page.
func (r *renderer) Dropped(e *track.Entry, by *track.Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if key, ok := r.keys[e]; ok {
		fmt.Printf("a change of %s drops %s\n", by.Table, key)
		delete(r.keys, e)
		delete(r.kept, key)
	}
}

// Page returns the kept string of the key, or makes it and keeps it.
func (r *renderer) Page(ctx context.Context, key string, make func(context.Context) string) string {
	r.mu.Lock()
	p, ok := r.kept[key]
	r.mu.Unlock()
	if ok && p.entry.Live(time.Now()) {
		return p.html
	}
	fmt.Println("making", key)
	ctx, rec := r.tracker.Record(ctx)
	html := make(ctx)
	entry, err := rec.Admit(r)
	if err != nil {
		return html // right for this request, and not kept
	}
	r.mu.Lock()
	r.kept[key], r.keys[entry] = page{html, entry}, key
	r.mu.Unlock()
	if !entry.Live(time.Now()) {
		r.Dropped(entry, &track.Change{}) // it came before the page was filed
	}
	return html
}

// A renderer of strings that never shows a stale one, and declares nothing.
func Example() {
	data := &news{titles: map[int64]string{1: "Spring", 2: "Summer"}}
	tracker := track.New(track.Options{})
	site := newRenderer(tracker)
	show := func(id int64) {
		key := fmt.Sprint("/news/", id)
		fmt.Println(site.Page(context.Background(), key, func(ctx context.Context) string {
			return "<h1>" + data.Title(ctx, id) + "</h1>"
		}))
	}
	show(1)
	show(2)
	tracker.Apply(data.SetTitle(1, "Autumn"))
	show(1)
	show(2)
	// Output:
	// making /news/1
	// <h1>Spring</h1>
	// making /news/2
	// <h1>Summer</h1>
	// a change of news drops /news/1
	// making /news/1
	// <h1>Autumn</h1>
	// <h1>Summer</h1>
}

// A list of the two latest is not touched by what happens behind its last row.
func ExampleRead_Touched() {
	columns := track.NewColumns("id", "section", "at")
	latest := track.Read{
		Query: &track.Query{
			Label:   "SELECT id FROM news WHERE section = ? ORDER BY at DESC LIMIT 2",
			Table:   "news",
			Where:   track.Cmp("section", track.Eq, track.Param(1)),
			Columns: []string{"id"},
			Order:   []track.Order{{Column: "at", Desc: true}},
		},
		Args: []track.Value{"culture"},
		Edge: []track.Value{int64(2024)}, // the "at" of the second row
	}
	insert := func(section string, at int64) track.Change {
		return track.Change{Table: "news", After: track.NewRow(columns, []track.Value{int64(7), section, at})}
	}
	for _, c := range []track.Change{insert("culture", 2025), insert("culture", 2023), insert("sport", 2025)} {
		fmt.Println(latest.Touched(&c))
	}
	// Output:
	// true
	// false
	// false
}

// Facets are found by reading them.
func ExampleFacet() {
	ctx := track.WithFacets(context.Background(), func(name string) string {
		return map[string]string{"locale": "ru", "viewer": "anna"}[name]
	})
	ctx, rec := track.New(track.Options{}).Record(ctx)
	defer rec.End()
	if track.Facet(ctx, "locale") == "ru" {
		fmt.Println("Привет")
	}
	fmt.Println(rec.Facets())
	// Output:
	// Привет
	// [{locale ru}]
}
