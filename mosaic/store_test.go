package mosaic_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"veche/mosaic"
	"veche/track"
)

func TestPageShowsTheWriteThatReturned(t *testing.T) {
	w := newWorld(t, nil)
	page := mosaic.Page{
		Frame: "main", Main: mosaic.Place("t/row", named{"a"}),
		Slots: map[string][]mosaic.Fragment{"aside": {mosaic.Place("t/row", named{"b"}), mosaic.Named("t/row", "Name", "a")}},
	}
	w.write("a", "one <b>")
	w.write("b", "two")
	const want = "<html><head></head><main><p>one &lt;b&gt;</p></main><aside><p>two</p><p>one &lt;b&gt;</p></aside></html>"
	for range 3 {
		if got := w.render(t, as("", "en"), page); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	if got := w.made("t/row"); got != 2 {
		t.Errorf("made %d fragments, want 2: the equal one is the same", got)
	}
	w.write("a", "three")
	wants(t, w.render(t, as("", "en"), page), "<main><p>three</p></main><aside><p>two</p><p>three</p>")
	if got := w.made("t/row"); got != 3 {
		t.Errorf("made %d fragments after the write, want 3: only the one that changed", got)
	}
	if got := w.made("frames/main"); got != 1 {
		t.Errorf("made %d frames, want 1", got)
	}
}

func TestInnerChangeLeavesTheOuterFragment(t *testing.T) {
	w := newWorld(t, map[string]string{"t/outer": `<div>{{.}}{{fragment "t/row" "Name" "inner & odd"}}</div>`})
	if err := w.store.Register(mosaic.New("t/outer", func(ctx context.Context, _ mosaic.None) (any, error) {
		return w.read(ctx, "outer"), nil
	})); err != nil {
		t.Fatal(err)
	}
	page := mosaic.Page{Frame: "main", Main: mosaic.Place("t/outer", mosaic.None{})}
	w.write("outer", "o1")
	w.write("inner & odd", "i1")
	wants(t, w.render(t, as("", ""), page), "<div>o1<p>i1</p></div>")
	w.write("inner & odd", "i2")
	wants(t, w.render(t, as("", ""), page), "<div>o1<p>i2</p></div>")
	w.write("outer", "o2")
	wants(t, w.render(t, as("", ""), page), "<div>o2<p>i2</p></div>")
	if outer, inner := w.made("t/outer"), w.made("t/row"); outer != 2 || inner != 2 {
		t.Errorf("made outer %d, inner %d times; want 2 and 2", outer, inner)
	}
}

// TestFacetsAreFoundByReading fails if a key leaves the length of a facet's value
// out, which was tried: one viewer then imitates the path of another.
func TestFacetsAreFoundByReading(t *testing.T) {
	w := newWorld(t, map[string]string{"t/said": `{{t "hello"}}`},
		mosaic.New("t/plain", func(context.Context, mosaic.None) (any, error) { return mosaic.HTML("plain"), nil }),
		mosaic.New("t/mine", func(ctx context.Context, _ mosaic.None) (any, error) {
			viewer := track.Facet(ctx, "viewer")
			if viewer == "anna" { // looks further than the others
				return mosaic.HTML("mine:" + viewer + track.Facet(ctx, mosaic.LocaleFacet)), nil
			}
			return mosaic.HTML("mine:" + viewer), nil
		}),
		mosaic.New("t/said", func(context.Context, mosaic.None) (any, error) { return 1, nil }))
	page := mosaic.Page{Frame: "main", Slots: map[string][]mosaic.Fragment{"aside": {
		mosaic.Place("t/plain", nil), mosaic.Place("t/mine", nil), mosaic.Place("t/said", nil),
	}}}
	for range 2 {
		for _, viewer := range []string{"", "anna", "boris", "anna\x00locale=2:en", "anna\x00locale=en"} {
			for _, tag := range []string{"en", "ru"} {
				want := "plainmine:" + viewer + tag + ":hello"
				if viewer == "anna" {
					want = "plainmine:anna" + tag + tag + ":hello"
				}
				wants(t, w.render(t, as(viewer, tag), page), "<aside>"+want+"</aside>")
			}
		}
	}
	for name, want := range map[string]uint64{"t/plain": 1, "t/mine": 6, "t/said": 2, "frames/main": 1} {
		if got := w.made(name); got != want {
			t.Errorf("%s was made %d times, want %d", name, got, want)
		}
	}
}

func TestADecisionTreeThatChangesItsMindStaysRight(t *testing.T) {
	w := newWorld(t, nil)
	if err := w.store.Register(mosaic.New("t/fickle", func(ctx context.Context, _ mosaic.None) (any, error) {
		order := w.read(ctx, "order")
		out := "order " + order
		for _, facet := range strings.Fields(order) {
			out += " " + track.Facet(ctx, facet)
		}
		return mosaic.HTML(out), nil
	})); err != nil {
		t.Fatal(err)
	}
	page := mosaic.Page{Frame: "main", Main: mosaic.Place("t/fickle", nil)}
	for _, order := range []string{"", "viewer", "locale viewer", "viewer locale", "locale", ""} {
		w.write("order", order)
		for range 2 {
			for _, viewer := range []string{"anna", "boris"} {
				for _, tag := range []string{"en", "ru"} {
					want := "order " + order
					for _, facet := range strings.Fields(order) {
						want += " " + map[string]string{"viewer": viewer, "locale": tag}[facet]
					}
					wants(t, w.render(t, as(viewer, tag), page), "<main>"+want+"</main>")
				}
			}
		}
	}
}

func TestMissesOfAPageAreMadeInParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil, mosaic.New("t/sleep", func(_ context.Context, p struct{ N int }) (any, error) {
			time.Sleep(time.Second)
			return mosaic.HTML(fmt.Sprint(p.N)), nil
		}))
		var aside []mosaic.Fragment
		for n := range 5 {
			aside = append(aside, mosaic.Place("t/sleep", struct{ N int }{n}))
		}
		began := time.Now()
		got := w.render(t, as("", ""), mosaic.Page{Frame: "main", Slots: map[string][]mosaic.Fragment{"aside": aside}})
		wants(t, got, "<aside>01234</aside>")
		if took := time.Since(began); took != time.Second {
			t.Errorf("five misses of a second each took %v", took)
		}
	})
}

func TestDeadlineEndsAFragment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil, mosaic.New("t/clock", func(ctx context.Context, _ mosaic.None) (any, error) {
			now := time.Now()
			track.Until(ctx, now.Truncate(time.Minute).Add(time.Minute))
			return mosaic.HTML(now.Format("15:04")), nil
		}))
		page := mosaic.Page{Frame: "main", Main: mosaic.Place("t/clock", nil)}
		for range 300 {
			wants(t, w.render(t, as("", ""), page), "<main>"+time.Now().Format("15:04")+"</main>")
			time.Sleep(time.Second)
		}
		if got := w.made("t/clock"); got != 5 && got != 6 {
			t.Errorf("made %d times in five minutes", got)
		}
	})
}

func TestContentCannotForgeAHole(t *testing.T) {
	w := newWorld(t, nil)
	w.write("a", "\x00h?{{slot \"main\"}}\x00")
	got := w.render(t, as("", ""), mosaic.Page{Frame: "main", Main: mosaic.Place("t/row", named{"a"})})
	wants(t, got, "{{slot &#34;main&#34;}}")
}

func TestDeclarationsAreChecked(t *testing.T) {
	w := newWorld(t, nil)
	nothing := func(context.Context, mosaic.None) (any, error) { return nil, nil }
	for _, c := range []mosaic.Component{
		mosaic.New("t/row", nothing), mosaic.New("noslash", nothing), mosaic.New("a/b c", nothing),
		mosaic.New("a/b", func(context.Context, struct{ F float64 }) (any, error) { return nil, nil }),
		mosaic.New("a/b", func(context.Context, struct{ f int }) (any, error) { return nil, nil }),
		mosaic.New("a/b", func(context.Context, string) (any, error) { return nil, nil }),
	} {
		if err := w.store.Register(c); err == nil {
			t.Errorf("the component %q was accepted", c.Name())
		}
	}
	if _, err := mosaic.NewStore(mosaic.Options{}); err == nil {
		t.Error("a store without a tracker was accepted")
	}
}
