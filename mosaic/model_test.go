package mosaic_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"veche/fault"
	"veche/mosaic"
	"veche/track"
)

// play is a component whose behaviour is data: its row is a program of words,
// which reads facets and rows, branches on what it read, fails, or places the
// fragments behind it.
type play struct {
	Text  string
	Inner []int
}

const plays = 4

var errPlay = errors.New("the program says so")

// perform runs the program of the n-th play. It is at once the component and,
// with other ways to read, the model of it.
func perform(read func(name string) string, facet func(name string) string, n int) (play, error) {
	p := play{Text: fmt.Sprintf("[%d ", n)}
	program := strings.Fields(read(fmt.Sprint("play", n)))
	for i := 0; i < len(program); i++ {
		word, arg, _ := strings.Cut(program[i], ":")
		switch word {
		case "facet":
			p.Text += arg + "=" + facet(arg) + " "
		case "row":
			p.Text += arg + "=" + read(arg) + " "
		case "if": // facet=value: else the next word is left out
			name, want, _ := strings.Cut(arg, "=")
			if facet(name) != want {
				i++
			}
		case "inner":
			if n+1 < plays {
				p.Inner = append(p.Inner, n+1)
			}
		case "gone":
			return play{}, fault.New(fault.NotFound, "", p.Text)
		case "fail":
			return play{}, fmt.Errorf("%w: %s", errPlay, p.Text)
		case "panic":
			panic(p.Text)
		}
	}
	p.Text += "]"
	return p, nil
}

// shown is what the n-th play looks like, computed without a store.
func shown(read, facet func(string) string, n int) (out string) {
	defer func() {
		if recover() != nil {
			out = "!"
		}
	}()
	p, err := perform(read, facet, n)
	switch {
	case fault.Is(err, fault.NotFound):
		return ""
	case err != nil:
		return "!"
	}
	for _, inner := range p.Inner {
		p.Text += shown(read, facet, inner)
	}
	return p.Text
}

// playWorld is a store of plays over the memory.
func playWorld(t testing.TB, m *memory) *world {
	var w *world
	w = newWorldWith(t, func(o *mosaic.Options) {
		o.Memory = m
		o.Failed = func(context.Context) mosaic.HTML { return mosaic.HTML("!") }
	}, map[string]string{"t/play": `{{.Text}}{{range .Inner}}{{fragment "t/play" "N" .}}{{end}}`, "frames/plays": `{{slot "aside"}}`},
		mosaic.New("t/play", func(ctx context.Context, p struct{ N int }) (any, error) {
			text := func(name string) string { return w.read(ctx, name) }
			return orNil(perform(text, func(name string) string { return track.Facet(ctx, name) }, p.N))
		}))
	if err := w.store.RegisterFrames("plays"); err != nil {
		t.Fatal(err)
	}
	w.memory = m
	return w
}

func orNil(p play, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}

func facetsOf(values map[string]string) context.Context {
	return track.WithFacets(context.Background(), func(name string) string { return values[name] })
}

func placeAll() mosaic.Page {
	page := mosaic.Page{Frame: "plays", Slots: map[string][]mosaic.Fragment{}}
	for n := range plays {
		page.Slots["aside"] = append(page.Slots["aside"], mosaic.Place("t/play", struct{ N int }{n}))
	}
	return page
}

// Some values of facets imitate what the store writes into its keys.
var facetValues = []string{"", "a", "b", "a\x00role=1:b", "a\x00role=b", "1:a"}

var facetNames = []string{"viewer", "role", mosaic.LocaleFacet}

func drawProgram(t *rapid.T) string {
	word := rapid.Custom(func(t *rapid.T) string {
		facet := rapid.SampledFrom(facetNames).Draw(t, "facet")
		switch rapid.IntRange(0, 19).Draw(t, "kind") {
		case 0, 1, 2, 3, 4, 5:
			return "facet:" + facet
		case 6, 7, 8:
			return "row:" + rapid.SampledFrom([]string{"x", "y"}).Draw(t, "row")
		case 9, 10, 11, 12, 13:
			return "if:" + facet + "=" + rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "value")
		case 14, 15, 16:
			return "inner"
		case 17:
			return "gone"
		case 18:
			return "fail"
		}
		return "panic"
	})
	return strings.Join(rapid.SliceOfN(word, 0, 7).Draw(t, "program"), " ")
}

// TestKeptEqualsComputed is the promise P7, and P4, of this package: whatever
// the components read, whoever looks, and whatever the memory lets go of, a page
// is what it would be if it were made for that request alone.
//
// Tried: it fails if a branch forgets whose key it remembers (next), if a piece
// is kept at a key without the values it saw (keep), and if the owner that the
// tracker knows is not the piece that the memory holds (admit).
func TestKeptEqualsComputed(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := &memory{held: make(map[string]any)}
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		odds := rapid.SampledFrom([]int{0, 0, 3, 20}).Draw(r, "odds")
		var mu sync.Mutex
		m.unlucky = func() bool {
			mu.Lock()
			defer mu.Unlock()
			return odds > 0 && dice.IntN(odds) == 0
		}
		w := playWorld(t, m)
		page := placeAll()
		r.Repeat(map[string]func(*rapid.T){
			"write a program": func(r *rapid.T) {
				w.write(fmt.Sprint("play", rapid.IntRange(0, plays-1).Draw(r, "n")), drawProgram(r))
			},
			"write a row": func(r *rapid.T) {
				w.write(rapid.SampledFrom([]string{"x", "y"}).Draw(r, "row"), rapid.SampledFrom([]string{"1", "2", "3"}).Draw(r, "text"))
			},
			"evict": func(r *rapid.T) { m.evict(rapid.IntRange(0, 20).Draw(r, "left")) },
			"look": func(r *rapid.T) {
				values := make(map[string]string)
				for _, name := range facetNames {
					values[name] = rapid.SampledFrom(facetValues).Draw(r, name)
				}
				want := ""
				for n := range plays {
					want += shown(func(name string) string { return w.rows[name] }, func(name string) string { return values[name] }, n)
				}
				for range 2 {
					got, err := w.store.Render(facetsOf(values), page)
					if unescaped := strings.ReplaceAll(string(got), "\uFFFD", "\x00"); err != nil || unescaped != want {
						r.Fatalf("%q sees %q, %v; want %q", values, unescaped, err, want)
					}
				}
			},
			"": func(r *rapid.T) {
				if entries, pieces := w.tracker.Stats().Entries, m.pieces(); entries != pieces {
					r.Fatalf("the tracker has %d entries for %d pieces kept", entries, pieces)
				}
			},
		})
	})
}

// TestNothingLeaksUnderContention has many readers with different facets, a
// writer, and a memory that forgets, all at once. Whoever looks sees the facets
// of nobody else, and nothing older than what was written before.
//
// Tried: it fails if a failure is shared without asking what it looked at
// (common), and if a piece is kept at a key without the values it saw (keep).
func TestNothingLeaksUnderContention(t *testing.T) {
	m := &memory{held: make(map[string]any)}
	var dice atomic.Uint64
	m.unlucky = func() bool { return dice.Add(1)%7 == 0 }
	w := playWorld(t, m)
	w.write("play0", "row:x facet:viewer inner")
	w.write("play1", "facet:locale row:x if:viewer=b facet:role")
	w.write("play2", "row:x")
	w.write("play3", "if:role=a fail facet:viewer gone")
	page := placeAll()
	var written atomic.Int64
	var all sync.WaitGroup
	w.write("x", fmt.Sprintf("%06d", 0))
	all.Go(func() {
		for n := int64(1); n <= 1000; n++ {
			w.write("x", fmt.Sprintf("%06d", n))
			written.Store(n)
		}
	})
	for reader := range 8 {
		values := map[string]string{"viewer": facetValues[reader%3], "role": facetValues[(reader+1)%3], "locale": facetValues[reader%2+1]}
		all.Go(func() {
			for range 300 {
				floor := fmt.Sprintf("%06d", written.Load())
				out, err := w.store.Render(facetsOf(values), page)
				if err != nil {
					t.Error(err)
					return
				}
				got := string(out)
				for _, seen := range strings.Split(got, "x=")[1:] {
					if seen[:6] < floor {
						t.Errorf("shows %s after %s was written: %q", seen[:6], floor, got)
						return
					}
					got = strings.ReplaceAll(got, seen[:6], "N")
				}
				want := ""
				for n := range plays {
					want += shown(func(name string) string {
						if name == "x" {
							return "N"
						}
						return w.row(name)
					}, func(name string) string { return values[name] }, n)
				}
				if got != want {
					t.Errorf("%q sees %q, want %q", values, got, want)
					return
				}
			}
		})
	}
	all.Wait()
	if entries, pieces := w.tracker.Stats().Entries, m.pieces(); entries != pieces {
		t.Errorf("the tracker has %d entries for %d pieces kept", entries, pieces)
	}
	if open := w.tracker.Stats().Open; open != 0 {
		t.Errorf("%d recordings are still open", open)
	}
}

// TestDeadPiecesLeaveTheMemory: a change frees the memory of what it drops, also
// of a piece that it met between its admission and its keeping.
//
// Tried: it fails if the owner known to the tracker is not the piece held, and
// if keep does not ask whether the piece is still live.
func TestDeadPiecesLeaveTheMemory(t *testing.T) {
	w := newWorld(t, nil)
	page := mosaic.Page{Main: mosaic.Place("t/row", named{"a"})}
	w.write("a", "1")
	w.render(t, as("", ""), page)
	if got := w.memory.pieces(); got != 1 {
		t.Fatalf("%d pieces are kept, want 1", got)
	}
	w.write("a", "2")
	if got := w.memory.pieces(); got != 0 {
		t.Errorf("%d pieces are kept after the change, want none", got)
	}
	w.memory.before = func(string, any) {
		w.memory.before = nil
		w.write("a", "3")
	}
	w.render(t, as("", ""), page)
	if got := w.memory.pieces(); got != 0 {
		t.Errorf("%d pieces are kept that died before they were, want none", got)
	}
	wants(t, w.render(t, as("", ""), page), "3")
	if entries, dropped := w.tracker.Stats().Entries, w.store.Stats().DroppedFragments; entries != 1 || dropped != 2 {
		t.Errorf("%d entries and %d dropped, want 1 and 2", entries, dropped)
	}
}
