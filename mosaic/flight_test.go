package mosaic_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"veche/fault"
	"veche/mosaic"
	"veche/track"
)

func TestEqualMissesAreMadeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		if err := w.store.Register(mosaic.New("t/slow", func(ctx context.Context, _ mosaic.None) (any, error) {
			text := w.read(ctx, "a")
			time.Sleep(time.Second)
			return mosaic.HTML(text), nil
		})); err != nil {
			t.Fatal(err)
		}
		w.write("a", "x")
		page := mosaic.Page{Frame: "main", Main: mosaic.Place("t/slow", nil)}
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() { wants(t, w.render(t, as("", ""), page), "<main>x</main>") })
		}
		all.Wait()
		if got := w.made("t/slow"); got != 1 {
			t.Errorf("a thousand visitors made it %d times, want once", got)
		}
	})
}

// TestMissThatJoinsTooLateIsMadeOnce: between a search and the joining of a
// flight, another one may begin and land. Tried: it fails if the leader does not
// search again.
func TestMissThatJoinsTooLateIsMadeOnce(t *testing.T) {
	w := newWorld(t, nil)
	page := mosaic.Page{Main: mosaic.Place("t/row", named{"a"})}
	w.memory.missed = func() { // within place; the next search is that of the flight
		w.memory.missed = func() { w.render(t, as("", ""), page) }
	}
	w.render(t, as("", ""), page)
	if got := w.made("t/row"); got != 1 {
		t.Errorf("made %d times, want once", got)
	}
}

func TestFollowerNeverSeesTheStateBeforeItsWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		if err := w.store.Register(mosaic.New("t/slow", func(ctx context.Context, _ mosaic.None) (any, error) {
			text := w.read(ctx, "a")
			time.Sleep(time.Second)
			return mosaic.HTML(text), nil
		})); err != nil {
			t.Fatal(err)
		}
		w.write("a", "old")
		page := mosaic.Page{Frame: "main", Main: mosaic.Place("t/slow", nil)}
		var first sync.WaitGroup
		first.Go(func() { w.render(t, as("", ""), page) })
		time.Sleep(time.Second / 2)
		w.write("a", "new")
		wants(t, w.render(t, as("", ""), page), "<main>new</main>")
		first.Wait()
	})
}

func TestConcurrentReadersAndWritersAgree(t *testing.T) {
	w := newWorld(t, map[string]string{"t/outer": `{{.}}:{{fragment "t/row" "Name" "n"}}`})
	if err := w.store.Register(mosaic.New("t/outer", func(ctx context.Context, _ mosaic.None) (any, error) {
		return w.read(ctx, "n"), nil
	})); err != nil {
		t.Fatal(err)
	}
	page := mosaic.Page{Frame: "main", Main: mosaic.Place("t/outer", nil)}
	var written atomic.Int64
	var all sync.WaitGroup
	all.Go(func() {
		for n := int64(1); n <= 2000; n++ {
			w.write("n", fmt.Sprintf("%09d", n))
			written.Store(n)
		}
	})
	for range 4 {
		all.Go(func() {
			for range 2000 {
				floor := fmt.Sprintf("%09d", written.Load())
				out := w.render(t, as("", ""), page)
				var outer, inner string
				rest := out[strings.Index(out, "<main>")+6:]
				outer, rest, _ = strings.Cut(rest, ":<p>")
				inner, _, _ = strings.Cut(rest, "</p>")
				if floor != "000000000" && (outer < floor || inner < floor) {
					t.Errorf("shows %s and %s after %s was written", outer, inner, floor)
					return
				}
			}
		})
	}
	all.Wait()
}

// together has each of the contexts ask for the page at one moment, and returns
// what each got. A making takes a second.
func together(w *world, page mosaic.Page, requests ...context.Context) (pages []string, errs []error) {
	pages, errs = make([]string, len(requests)), make([]error, len(requests))
	var all sync.WaitGroup
	for i, ctx := range requests {
		all.Go(func() {
			out, err := w.store.Render(ctx, page)
			pages[i], errs[i] = string(out), err
		})
	}
	all.Wait()
	return pages, errs
}

// TestFollowerNeverTakesWhatWasMadeForAnother fails if a follower takes its
// leader's piece, or its error: both were tried.
func TestFollowerNeverTakesWhatWasMadeForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil, mosaic.New("t/mine", func(ctx context.Context, _ mosaic.None) (any, error) {
			viewer := track.Facet(ctx, "viewer")
			time.Sleep(time.Second)
			switch viewer {
			case "anna":
				return nil, fault.New(fault.Conflict, "secret of anna", viewer)
			case "boris":
				return nil, fault.New(fault.Forbidden, "secret of boris", viewer)
			}
			return mosaic.HTML("for " + viewer), nil
		}))
		page := mosaic.Page{Main: mosaic.Place("t/mine", nil)}
		who := []string{"anna", "boris", "clara", "anna", "boris", "clara", "dora"}
		for _, turn := range []int{0, 1, 2} { // each leads once
			var requests []context.Context
			for i := range who {
				requests = append(requests, as(who[(i+turn)%len(who)], ""))
			}
			pages, errs := together(w, page, requests...)
			for i := range who {
				viewer, got := who[(i+turn)%len(who)], pages[i]+fmt.Sprint(errs[i])
				if !strings.Contains(got, viewer) {
					t.Errorf("%s got %q", viewer, got)
				}
				for _, other := range who {
					if other != viewer && strings.Contains(got, other) {
						t.Errorf("%s got %q", viewer, got)
					}
				}
			}
			w.memory.evict(0)
		}
	})
}

// TestCommonFailureIsSufferedOnce: what fails for everybody alike is not tried
// once for each of those who wait; what fails for one is.
func TestCommonFailureIsSufferedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tried atomic.Int64
		w := newWorld(t, nil)
		if err := w.store.Register(mosaic.New("t/down", func(ctx context.Context, _ mosaic.None) (any, error) {
			tried.Add(1)
			down := w.read(ctx, "down") != "no"
			time.Sleep(time.Second)
			if down {
				return nil, errors.New("the database is away")
			}
			return mosaic.HTML("up"), nil
		})); err != nil {
			t.Fatal(err)
		}
		page := mosaic.Page{Main: mosaic.Place("t/down", nil)}
		requests := make([]context.Context, 100)
		for i := range requests {
			requests[i] = as("", "")
		}
		_, errs := together(w, page, requests...)
		for _, err := range errs {
			if err == nil {
				t.Error("nobody was told")
			}
		}
		if got := tried.Load(); got != 1 {
			t.Errorf("tried %d times, want once", got)
		}
		// A failure is older than the write that mends it: it is not for those
		// who come after the write.
		var first sync.WaitGroup
		first.Go(func() { together(w, page, requests[0]) })
		time.Sleep(time.Second / 2)
		w.write("down", "no")
		pages, errs := together(w, page, requests[0])
		if pages[0] != "up" {
			t.Errorf("after the write: %q, %v", pages[0], errs[0])
		}
		first.Wait()
	})
}

func TestWhatMayNotBeKeptIsNotWaitedForTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil, mosaic.New("t/chance", func(ctx context.Context, _ mosaic.None) (any, error) {
			track.Volatile(ctx, "chance")
			time.Sleep(time.Second)
			return mosaic.HTML("x"), nil
		}))
		requests := []context.Context{as("", ""), as("", ""), as("", ""), as("", "")}
		began := time.Now()
		together(w, mosaic.Page{Main: mosaic.Place("t/chance", nil)}, requests...)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took %v", took)
		}
		if got := w.store.Stats().Refused; got != 4 {
			t.Errorf("%d refused, want 4", got)
		}
	})
}

func TestVisitorWhoLeavesTakesNothingFromThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil, mosaic.New("t/slow", func(ctx context.Context, _ mosaic.None) (any, error) {
			select {
			case <-time.After(time.Second):
				return mosaic.HTML("whole"), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}))
		page := mosaic.Page{Main: mosaic.Place("t/slow", nil)}
		leaving, leave := context.WithCancel(as("", ""))
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := w.store.Render(leaving, page); err == nil {
				t.Error("the one who left was served")
			}
		})
		time.Sleep(time.Second / 4)
		all.Go(func() { wants(t, w.render(t, as("", ""), page), "whole") })
		time.Sleep(time.Second / 4)
		leave()
		all.Wait()
		if got := w.made("t/slow"); got != 1 {
			t.Errorf("made %d times, want once", got)
		}
	})
}

// TestComponentsThatHangLeaveTheOthersTheirPlaces: a hundred fragments that hang
// for ever hold up nothing but themselves, and no more goroutines than a bound.
// Tried: it fails if the place of a making that outlasts its time is not given
// back, and if components that hang are asked again and again.
func TestComponentsThatHangLeaveTheOthersTheirPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hanging atomic.Int64
		end := make(chan struct{})
		w := newWorldWith(t, func(o *mosaic.Options) { o.Parallel = 3 }, nil,
			mosaic.New("t/hang", func(_ context.Context, p struct{ N int }) (any, error) {
				hanging.Add(1)
				defer hanging.Add(-1)
				<-end
				return mosaic.HTML("late"), nil
			}))
		for n := range 100 {
			_, err := w.store.Render(as("", ""), mosaic.Page{Main: mosaic.Place("t/hang", struct{ N int }{n})})
			if !fault.Is(err, fault.Unavailable) {
				t.Fatalf("the page of what hangs: %v", err)
			}
		}
		began := time.Now()
		wants(t, w.render(t, as("", ""), mosaic.Page{Main: mosaic.Place("t/row", named{"a"})}), "<p>")
		if took := time.Since(began); took != 0 {
			t.Errorf("another component waited %v", took)
		}
		synctest.Wait()
		stats := w.store.Stats()
		if got := hanging.Load(); got > 7 || uint64(got) != stats.Stuck || stats.Components["t/hang"].Failed < 90 {
			t.Errorf("%d hang, %+v", got, stats)
		}
		if open := w.tracker.Stats().Open; open != 0 {
			t.Errorf("%d recordings are open for what hangs", open)
		}
		close(end)
		synctest.Wait()
		wants(t, w.render(t, as("", ""), mosaic.Page{Main: mosaic.Place("t/hang", struct{ N int }{1})}), "late")
		if got := w.made("t/hang"); got != 1 {
			t.Errorf("%d makings count, want the one in time", got)
		}
	})
}

// TestWhatComesOfAnEndedContextIsNotKept: a component may take the end of its
// time for the absence of what it looked for.
func TestWhatComesOfAnEndedContextIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := true
		w := newWorld(t, nil, mosaic.New("t/item", func(ctx context.Context, _ mosaic.None) (any, error) {
			if slow {
				<-ctx.Done()
				return nil, fault.Because(ctx.Err(), fault.NotFound, "")
			}
			return mosaic.HTML("there"), nil
		}))
		page := mosaic.Page{Main: mosaic.Place("t/item", nil)}
		if _, err := w.store.Render(as("", ""), page); !fault.Is(err, fault.Unavailable) {
			t.Errorf("got %v", err)
		}
		synctest.Wait()
		slow = false
		wants(t, w.render(t, as("", ""), page), "there")
	})
}
