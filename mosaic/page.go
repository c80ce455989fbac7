package mosaic

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"veche/fault"
)

// A Page is a frame and the fragments in its slots.
type Page struct {
	// Frame is the name of the frame, registered in the store. Without a frame
	// the page is its main fragment alone: a feed, a map of the site.
	Frame string
	// Main is the fragment that the page is about, the first in the slot
	// "main". If it fails, so does the page; if it has moved, so has the page.
	Main Fragment
	// Head is the first fragment in the slot "head": the page's title and what
	// else it says about itself. It may be none.
	Head Fragment
	// Slots hold the fragments of each slot, in order. The page does not change
	// them.
	Slots map[string][]Fragment
	// Status is the status of the response. Default 200.
	Status int
	// ContentType is that of the response. Default "text/html; charset=utf-8".
	ContentType string
}

// MaxDepth bounds how deep fragments nest.
const MaxDepth = 16

// MaxFragments bounds the fragments of one page.
const MaxFragments = 4096

// assembly is a page being put together.
type assembly struct {
	store *Store
	request
	page   Page
	out    strip  // the whole page
	buf    []byte // its bytes
	making sync.WaitGroup

	placed   atomic.Int32
	failed   atomic.Bool
	personal atomic.Bool
	crowded  sync.Once
	mu       sync.Mutex
	err      error // of the main fragment
}

// assemble resolves the page's fragments. The error is that of the main
// fragment, or of the frame. The caller releases the assembly.
func (s *Store) assemble(ctx context.Context, page *Page) (*assembly, error) {
	a, ok := s.assemblies.Get().(*assembly)
	if !ok {
		a = &assembly{store: s, out: strip{parts: make([]part, 0, partsFresh)}}
	}
	a.request, a.page = s.request(ctx), *page
	if page.Frame == "" {
		a.put(&a.page.Main, &a.out, 0, true)
	} else if err := a.putFrame(); err != nil {
		return a, err
	}
	a.making.Wait()
	return a, a.err
}

// How much a fresh assembly has room for, and the most that is worth keeping.
const (
	partsFresh, partsKept = 64, 1024
	bytesFresh, bytesKept = 64 << 10, 1 << 20
)

// release gives the assembly back for another page. Nobody uses it any longer.
func (a *assembly) release() {
	if cap(a.out.parts) > partsKept || cap(a.buf) > bytesKept {
		return
	}
	clear(a.out.parts)
	*a = assembly{store: a.store, out: strip{parts: a.out.parts[:0]}, buf: a.buf[:0]}
	a.store.assemblies.Put(a)
}

// putFrame appends the page's frame.
func (a *assembly) putFrame() error {
	f, ok := a.store.frames[a.page.Frame]
	if !ok {
		return fmt.Errorf("mosaic: there is no frame %q", a.page.Frame)
	}
	f.component.served.Add(1)
	p, _ := a.store.find(&a.request, f.id.key)
	if p == nil {
		var err error
		if p, err = a.store.fragment(a.ctx, f.component, f.id); err != nil {
			return hidden(err)
		}
	}
	a.walk(p, &a.out, 0)
	return nil
}

// walk appends the piece's bytes, with its holes filled.
func (a *assembly) walk(p *piece, out *strip, depth int) {
	if p.personal && !a.personal.Load() {
		a.personal.Store(true)
	}
	last, from := 0, p
	for i := range p.holes {
		h := &p.holes[i]
		out.parts = append(out.parts, part{bytes: p.html[last:h.at], from: from})
		last, from = h.at, nil
		if h.component != nil {
			a.place(h.component, h.id, out, depth+1, false)
			continue
		}
		switch h.slot {
		case "main":
			a.put(&a.page.Main, out, depth+1, true)
		case "head":
			a.put(&a.page.Head, out, depth+1, false)
		}
		fragments := a.page.Slots[h.slot]
		for j := range fragments {
			a.put(&fragments[j], out, depth+1, false)
		}
		out.parts = append(out.parts, part{from: slotEnd})
	}
	out.parts = append(out.parts, part{bytes: p.html[last:], from: from})
}

// put appends a fragment that the page names.
func (a *assembly) put(f *Fragment, out *strip, depth int, main bool) {
	switch {
	case !f.Exists():
		return
	case f.fresh:
		a.make(f.name, out, depth, main, func() (*piece, error) { return a.store.fresh(a.ctx, f) })
		return
	}
	c, ok := a.store.components[f.name]
	if !ok {
		a.fail(f.name, errUnknown, out, main)
		return
	}
	a.place(c, f.identify(c), out, depth, main)
}

// place appends the component's fragment: at once if it is kept, else as a strip
// that is filled when it is made.
func (a *assembly) place(c *component, id *identity, out *strip, depth int, main bool) {
	c.served.Add(1)
	if depth <= MaxDepth && id.err == nil {
		if p, _ := a.store.find(&a.request, id.key); p != nil && a.placed.Add(1) <= MaxFragments {
			a.fill(p, out, depth, main)
			return
		}
	}
	a.make(id.key, out, depth, main, func() (*piece, error) { return a.store.fragment(a.ctx, c, id) })
}

// make appends a fragment that is not there yet.
func (a *assembly) make(key string, out *strip, depth int, main bool, piece func() (*piece, error)) {
	if depth > MaxDepth || a.placed.Add(1) > MaxFragments {
		a.fail(key, errTooMany, out, main)
		return
	}
	later := &strip{}
	out.parts = append(out.parts, part{later: later})
	a.making.Go(func() {
		defer func() {
			if r := recover(); r != nil { // of the memory, or of who says that it failed
				a.failed.Store(true)
				a.decide(fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
			}
		}()
		p, err := piece()
		if err != nil {
			a.fail(key, err, later, main)
			return
		}
		a.fill(p, later, depth, main)
	})
}

var (
	errTooMany = errors.New("mosaic: the page has too many fragments, or they nest too deep")
	errUnknown = errors.New("mosaic: there is no such component")
)

// fill appends a piece. A main piece that is a fault makes the page one; in any
// other place it is nothing to see.
func (a *assembly) fill(p *piece, out *strip, depth int, main bool) {
	switch {
	case p.fault == nil && p.moved == nil:
		a.walk(p, out, depth)
		return
	case p.personal:
		a.personal.Store(true)
	}
	switch {
	case !main:
		out.parts = append(out.parts, part{from: p})
	case p.moved != nil:
		a.decide(p.moved)
	default:
		a.decide(p.fault)
	}
}

// fail marks the place of a fragment that could not be made.
func (a *assembly) fail(key string, err error, out *strip, main bool) {
	a.failed.Store(true)
	if main {
		a.decide(hidden(err))
		return
	}
	tell := func() { a.store.Log.Error("a fragment could not be made", "fragment", key, "err", err) }
	switch {
	case errors.Is(err, errTooMany): // one line says it, not one for each
		a.crowded.Do(tell)
	case !errors.Is(err, errVanished):
		tell()
	}
	out.parts = append(out.parts, part{bytes: a.store.Failed(a.ctx)})
}

// decide sets the error of the page. The first one stands.
func (a *assembly) decide(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.err = err
	}
}

// hidden turns the errors of this package into faults.
func hidden(err error) error {
	if errors.Is(err, errStuck) {
		return fault.Because(err, fault.Unavailable, "")
	}
	return err
}
