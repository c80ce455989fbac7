package mosaic_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"veche/fault"
	"veche/mosaic"
	"veche/track"
)

func TestFailingFragmentsAreContained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, map[string]string{"t/broken": `{{.No.Such}}`, "t/attr": `<a title="{{fragment "t/row"}}">`},
			mosaic.New("t/fail", func(context.Context, mosaic.None) (any, error) { return nil, errors.New("secret cause") }),
			mosaic.New("t/panic", func(context.Context, mosaic.None) (any, error) { panic("secret cause") }),
			mosaic.New("t/hang", func(context.Context, mosaic.None) (any, error) { time.Sleep(time.Hour); return nil, nil }),
			mosaic.New("t/broken", func(context.Context, mosaic.None) (any, error) { return struct{}{}, nil }),
			mosaic.New("t/attr", func(context.Context, mosaic.None) (any, error) { return struct{}{}, nil }),
			mosaic.New("t/hidden", func(context.Context, mosaic.None) (any, error) { return nil, fault.New(fault.Forbidden, "") }),
		)
		const place = `<div class="fragment-failed"></div>`
		for name, want := range map[string]string{
			"t/fail": place, "t/panic": place, "t/hang": place, "t/broken": place, "t/attr": place, "t/unknown": place, "t/hidden": "",
		} {
			aside := []mosaic.Fragment{mosaic.Named("t/row", "Name", "x"), mosaic.Place(name, nil), mosaic.Named("t/row", "Name", "y")}
			began := time.Now()
			got := w.render(t, as("", ""), mosaic.Page{Frame: "main", Slots: map[string][]mosaic.Fragment{"aside": aside}})
			wants(t, got, "<aside><p></p>"+want+"<p></p></aside>")
			if took := time.Since(began); took > time.Minute {
				t.Errorf("%s held the page up for %v", name, took)
			}
		}
		began := time.Now()
		w.render(t, as("", ""), mosaic.Page{Frame: "main", Slots: map[string][]mosaic.Fragment{"aside": {mosaic.Place("t/hang", nil)}}})
		if took := time.Since(began); took != 0 {
			t.Errorf("the second visitor waited %v for the fragment that hangs", took)
		}
		if _, err := w.store.Render(as("", ""), mosaic.Page{Frame: "main", Main: mosaic.Place("t/fail", nil)}); err == nil {
			t.Error("the page of a failed main fragment did not fail")
		}
		time.Sleep(2 * time.Hour) // the component that hangs comes to its end
	})
}

// TestEveryPanicIsContained: whoever panics, the page is whole but for a place,
// or fails; the process goes on.
func TestEveryPanicIsContained(t *testing.T) {
	panics := func(string) string { panic("secret cause") }
	for name, adjust := range map[string]func(*mosaic.Options){
		"words": func(o *mosaic.Options) { o.Words = func(string) template.FuncMap { panic("secret cause") } },
		"a word": func(o *mosaic.Options) {
			o.Words = func(string) template.FuncMap { return template.FuncMap{"t": panics} }
		},
		"an asset": func(o *mosaic.Options) {
			o.Asset = func(context.Context, string) (string, error) { panic("secret cause") }
		},
		"a source": func(o *mosaic.Options) {
			o.Sources = append([]mosaic.Source{sourceFunc(func(name string) (string, bool, error) {
				if name == "t/said" {
					panic("secret cause")
				}
				return "", false, nil
			})}, o.Sources...)
		},
		"a broken source": func(o *mosaic.Options) {
			o.Sources = append([]mosaic.Source{sourceFunc(func(name string) (string, bool, error) {
				return "", false, map[string]error{"t/said": errors.New("secret cause")}[name]
			})}, o.Sources...)
		},
		"the memory": func(o *mosaic.Options) {
			o.Memory.(*memory).before = func(key string, _ any) {
				if key == "t/said" {
					panic("secret cause")
				}
			}
		},
		"who says that it failed": func(o *mosaic.Options) {
			o.Words = func(string) template.FuncMap { return template.FuncMap{"t": panics} }
			o.Failed = func(context.Context) mosaic.HTML { panic("secret cause") }
		},
	} {
		var log bytes.Buffer
		w := newWorldWith(t, func(o *mosaic.Options) {
			o.Memory, o.Log = &memory{held: make(map[string]any)}, slog.New(slog.NewTextHandler(&log, nil))
			o.Asset = func(context.Context, string) (string, error) { return "/a", nil }
			adjust(o)
		}, map[string]string{"t/said": `{{t "x"}}{{asset "x"}}`},
			mosaic.New("t/said", func(context.Context, mosaic.None) (any, error) { return 1, nil }))
		for range 2 {
			out, err := w.store.Render(as("", ""), mosaic.Page{Frame: "main", Slots: map[string][]mosaic.Fragment{
				"aside": {mosaic.Place("t/said", nil), mosaic.Place("t/row", nil)},
			}})
			switch {
			case err == nil && !strings.Contains(string(out), `<aside><div class="fragment-failed"></div><p></p></aside>`):
				t.Errorf("%s: %s", name, out)
			case err == nil && !strings.Contains(log.String(), "secret cause"):
				t.Errorf("%s: the cause is not logged: %s", name, &log)
			case strings.Contains(string(out), "secret"):
				t.Errorf("%s: shows the cause: %s", name, out)
			}
		}
		if open := w.tracker.Stats().Open; open != 0 {
			t.Errorf("%s: %d recordings are open", name, open)
		}
	}
}

type sourceFunc func(name string) (string, bool, error)

func (f sourceFunc) Template(_ context.Context, name string) (string, bool, error) { return f(name) }

func TestComponentThatEndsItsGoroutineFailsAtOnce(t *testing.T) {
	w := newWorld(t, nil, mosaic.New("t/exit", func(context.Context, mosaic.None) (any, error) {
		runtime.Goexit()
		return nil, nil
	}))
	for range 3 {
		_, err := w.store.Render(as("", ""), mosaic.Page{Main: mosaic.Place("t/exit", nil)})
		if err == nil || strings.Contains(err.Error(), "panic") {
			t.Errorf("got %v", err)
		}
	}
}

func TestNestingAndNumberAreBounded(t *testing.T) {
	var log bytes.Buffer
	w := newWorldWith(t, func(o *mosaic.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) },
		map[string]string{
			"t/self":  `({{fragment "t/self"}})`,
			"t/twice": `({{fragment "t/twice"}}{{fragment "t/twice"}})`,
			"t/slot":  `{{slot "main"}}`,
			"t/huge":  `{{range 20000}}{{$.}}{{end}}`,
		},
		mosaic.New("t/self", func(context.Context, mosaic.None) (any, error) { return 1, nil }),
		mosaic.New("t/twice", func(context.Context, mosaic.None) (any, error) { return 1, nil }),
		mosaic.New("t/slot", func(context.Context, mosaic.None) (any, error) { return 1, nil }),
		mosaic.New("t/huge", func(context.Context, mosaic.None) (any, error) { return strings.Repeat("x", 1000), nil }))
	for name, limit := range map[string]int{"t/self": mosaic.MaxDepth + 1, "t/twice": mosaic.MaxFragments} {
		for range 2 {
			log.Reset()
			out := w.render(t, as("", ""), mosaic.Page{Frame: "main", Slots: map[string][]mosaic.Fragment{"aside": {mosaic.Place(name, nil)}}})
			if n := strings.Count(out, "("); n == 0 || n > limit || !strings.HasSuffix(out, "</aside></html>") {
				t.Errorf("%s stands %d times", name, n)
			}
			if lines := strings.Count(log.String(), "\n"); lines != 1 {
				t.Errorf("%s is logged in %d lines", name, lines)
			}
		}
	}
	for _, name := range []string{"t/slot", "t/huge"} {
		if _, err := w.store.Render(as("", ""), mosaic.Page{Main: mosaic.Place(name, nil)}); err == nil {
			t.Errorf("%s was shown", name)
		}
	}
}

func TestFragmentThatLooksAtTooMuchIsNotKept(t *testing.T) {
	w := newWorld(t, nil, mosaic.New("t/curious", func(ctx context.Context, p struct{ N int }) (any, error) {
		for n := range p.N {
			track.Facet(ctx, fmt.Sprint("facet", n))
		}
		return mosaic.HTML("x"), nil
	}))
	for n, kept := range map[int]int{15: 1, 16: 0, 70: 0} {
		w.memory.evict(0)
		w.render(t, as("", ""), mosaic.Page{Main: mosaic.Place("t/curious", struct{ N int }{n})})
		if got := w.memory.pieces(); got != kept || w.tracker.Stats().Entries != kept {
			t.Errorf("%d facets: %d pieces are kept, want %d", n, got, kept)
		}
	}
}

func TestFreshFragmentIsForOnePage(t *testing.T) {
	w := newWorld(t, map[string]string{"t/form": `<form>{{.}}</form>{{fragment "t/row" "Name" "a"}}`})
	w.write("a", "kept")
	for _, typed := range []string{"anna typed", "boris typed"} {
		out := w.render(t, as("", ""), mosaic.Page{Frame: "main", Main: mosaic.Fresh("t/form", typed)})
		wants(t, out, "<main><form>"+typed+"</form><p>kept</p></main>")
	}
	if got := w.memory.pieces(); got != 2 { // the frame and the row
		t.Errorf("%d pieces are kept, want 2", got)
	}
	if _, err := w.store.Render(as("", ""), mosaic.Page{Main: mosaic.Fresh("t/none", 1)}); err == nil {
		t.Error("a fresh fragment without a template was shown")
	}
}
