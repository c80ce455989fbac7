package mosaic_test

import (
	"context"
	"html/template"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"veche/mosaic"
	"veche/track"
)

// world is a tiny database of named texts under a tracker, and a store over it.
type world struct {
	tracker *track.Tracker
	store   *mosaic.Store
	memory  *memory
	mu      sync.Mutex
	rows    map[string]string
}

// memory is a Memory without a bound, which lets go of values when it is told
// to, or when its dice say so.
type memory struct {
	mu      sync.Mutex
	held    map[string]any
	unlucky func() bool                 // whether to drop a value, or decline one; may be nil
	before  func(key string, value any) // is called before a value is set; may be nil
	missed  func()                      // is called after a search, before its answer; may be nil
}

func (m *memory) Get(key string) (any, bool) {
	m.mu.Lock()
	v, ok := m.held[key]
	missed := m.missed
	m.missed = nil
	m.mu.Unlock()
	if missed != nil {
		missed()
	}
	return v, ok
}

func (m *memory) Set(key string, v any, _ int64, _ time.Duration) bool {
	if m.before != nil {
		m.before(key, v)
	}
	var gone []any
	defer func() { removed(gone) }()
	m.mu.Lock()
	defer m.mu.Unlock()
	gone = append(gone, m.held[key])
	delete(m.held, key)
	if m.unlucky != nil && m.unlucky() {
		for victim, v := range m.held { // any
			gone = append(gone, v)
			delete(m.held, victim)
			break
		}
	}
	if m.unlucky != nil && m.unlucky() {
		gone = append(gone, v)
		return false
	}
	m.held[key] = v
	return true
}

func (m *memory) Delete(key string) {
	m.mu.Lock()
	gone := m.held[key]
	delete(m.held, key)
	m.mu.Unlock()
	removed([]any{gone})
}

// evict drops values until so many are left.
func (m *memory) evict(left int) {
	m.mu.Lock()
	var gone []any
	for key, v := range m.held {
		if len(m.held) <= left {
			break
		}
		gone = append(gone, v)
		delete(m.held, key)
	}
	m.mu.Unlock()
	removed(gone)
}

type remover interface{ Removed() }

func removed(values []any) {
	for _, v := range values {
		if r, ok := v.(remover); ok {
			r.Removed()
		}
	}
}

// pieces is the number of pieces held; what else is held are branches.
func (m *memory) pieces() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, v := range m.held {
		if _, ok := v.(remover); ok {
			n++
		}
	}
	return n
}

var (
	rowNamed   = &track.Query{Label: "row", Table: "row", Where: track.Cmp("name", track.Eq, track.Param(1)), Columns: []string{"text"}}
	rowColumns = track.NewColumns("name", "text")
)

func (w *world) read(ctx context.Context, name string) string {
	track.Note(ctx, track.Read{Query: rowNamed, Args: []track.Value{name}})
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rows[name]
}

func (w *world) write(name, text string) {
	w.mu.Lock()
	before := w.rows[name]
	w.rows[name] = text
	w.mu.Unlock()
	w.tracker.Apply(track.Change{
		Table:  "row",
		Before: track.NewRow(rowColumns, []track.Value{name, before}),
		After:  track.NewRow(rowColumns, []track.Value{name, text}),
	})
}

func (w *world) made(component string) uint64 { return w.store.Stats().Components[component].Made }

type named struct{ Name string }

// newWorld has a frame, a component "t/row" that shows a row, and those given.
func newWorld(t testing.TB, templates map[string]string, components ...mosaic.Component) *world {
	t.Helper()
	return newWorldWith(t, func(*mosaic.Options) {}, templates, components...)
}

// newWorldWith is newWorld with other options.
func newWorldWith(t testing.TB, adjust func(*mosaic.Options), templates map[string]string, components ...mosaic.Component) *world {
	t.Helper()
	w := &world{rows: make(map[string]string), memory: &memory{held: make(map[string]any)}}
	w.tracker = track.New(track.Options{})
	files := fstest.MapFS{
		"frames/main.html": {Data: []byte(`<html><head>{{slot "head"}}</head><main>{{slot "main"}}</main><aside>{{slot "aside"}}</aside></html>`)},
		"t/row.html":       {Data: []byte(`<p>{{.}}</p>`)},
	}
	for name, text := range templates {
		files[name+".html"] = &fstest.MapFile{Data: []byte(text)}
	}
	o := mosaic.Options{
		Tracker: w.tracker, Memory: w.memory, Sources: []mosaic.Source{mosaic.Embedded{FS: files}},
		MakeMax: time.Minute,
		Words: func(tag string) template.FuncMap {
			return template.FuncMap{"t": func(key string) string { return tag + ":" + key }}
		},
	}
	adjust(&o)
	var err error
	if w.store, err = mosaic.NewStore(o); err != nil {
		t.Fatal(err)
	}
	row := mosaic.New("t/row", func(ctx context.Context, p named) (any, error) { return w.read(ctx, p.Name), nil })
	if err := w.store.RegisterFrames("main"); err != nil {
		t.Fatal(err)
	}
	if err := w.store.Register(append(components, row)...); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) render(t *testing.T, ctx context.Context, page mosaic.Page) string {
	t.Helper()
	out, err := w.store.Render(ctx, page)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func wants(t *testing.T, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

func as(viewer, locale string) context.Context {
	return track.WithFacets(context.Background(), func(name string) string {
		return map[string]string{"viewer": viewer, mosaic.LocaleFacet: locale}[name]
	})
}

// row returns the text of a row, for the test's own use.
func (w *world) row(name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rows[name]
}
