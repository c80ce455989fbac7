package mosaic

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// flights are the fragments being made now, by the key at which the search for
// them ended: equal misses wait for one making.
type flights struct {
	mu    sync.Mutex
	calls map[string]*flight
}

// flight is one making. It runs on a goroutine of its own and is bound to no
// request: who asked for it first may go away while others wait. What it makes
// may be for its leader only; a follower never takes it, but looks in the
// memory again, by its own facets and at its own time.
type flight struct {
	limit context.Context
	done  chan struct{} // closed when what follows is set
	piece *piece
	err   error
	// common says that err does not depend on who asks, among those who wait,
	// nor on what has changed since: they fail alike.
	common bool
	// futile says that what it made may not be kept, so waiting for it is of no
	// use to anybody else.
	futile bool
}

func newFlight(ctx context.Context, limit time.Duration) (*flight, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	return &flight{limit: ctx, done: make(chan struct{}), err: errEnded}, cancel
}

// join returns the flight at the key; with a cancel if the caller is to lead it.
func (f *flights) join(ctx context.Context, key string, limit time.Duration) (*flight, context.CancelFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl := f.calls[key]; fl != nil {
		return fl, nil
	}
	fl, cancel := newFlight(ctx, limit)
	f.calls[key] = fl
	return fl, cancel
}

// leave takes the flight off the key: nobody joins it from now on.
func (f *flights) leave(key string, fl *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls[key] == fl {
		delete(f.calls, key)
	}
}

var (
	errStuck    = errors.New("mosaic: the component takes longer than it may")
	errVanished = errors.New("mosaic: the visitor went away")
	errEnded    = errors.New("mosaic: the component ended its goroutine")
)

// followMax is how often a miss looks for what another one made, before the
// fragment is made for it alone.
const followMax = 2

// stuckMax bounds the makings of one component that go on beyond their time. A
// component with so many is not asked again before one of them has ended.
const stuckMax = 4

// fragment returns the piece for the request: kept, made by an equal miss, or
// made now.
func (s *Store) fragment(ctx context.Context, c *component, id *identity) (*piece, error) {
	if id.err != nil {
		return nil, id.err
	}
	for range followMax {
		r := s.request(ctx)
		p, key := s.find(&r, id.key)
		if p != nil {
			return p, nil
		}
		fl, cancel := s.flights.join(ctx, key, s.MakeMax)
		leads := cancel != nil
		if leads {
			go s.fly(fl, cancel, c, key, func() { s.lead(fl, r, c, id, key) })
		}
		if err := s.await(ctx, fl); err != nil {
			return nil, err
		}
		if leads || fl.common {
			return fl.piece, fl.err
		}
		if fl.futile {
			break
		}
	}
	// What the others made is of no use to us: it failed for them, differs by
	// facets not yet seen, or may not be kept.
	return s.alone(ctx, c, func(fl *flight) { s.make(fl, c, id, "") })
}

// lead makes the fragment for all who wait at the key, unless another flight
// landed there between our search and our joining.
func (s *Store) lead(fl *flight, r request, c *component, id *identity, key string) {
	r.now = s.Now()
	if p, _ := s.find(&r, key); p != nil {
		fl.piece, fl.err = p, nil
		return
	}
	s.make(fl, c, id, key)
}

// alone runs a making that nobody joins.
func (s *Store) alone(ctx context.Context, c *component, do func(*flight)) (*piece, error) {
	fl, cancel := newFlight(ctx, s.MakeMax)
	go s.fly(fl, cancel, c, "", func() { do(fl) })
	if err := s.await(ctx, fl); err != nil {
		return nil, err
	}
	return fl.piece, fl.err
}

// fly is the life of a making's goroutine: it waits for a place, does the work
// and lands, whatever happens in it.
func (s *Store) fly(fl *flight, cancel context.CancelFunc, c *component, key string, do func()) {
	defer cancel()
	defer close(fl.done)
	defer s.flights.leave(key, fl)
	defer func() {
		if r := recover(); r != nil {
			fl.piece, fl.err = nil, fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
		if fl.err != nil {
			c.failed.Add(1)
		}
	}()
	leave, ok := s.enter(fl.limit, c)
	if !ok {
		fl.err, fl.common = errStuck, true
		return
	}
	defer leave()
	do()
}

// enter waits for one of the places for makings, and returns what gives it
// back. A making that outlasts its time gives it back then, so that components
// which hang do not keep the others from their work.
func (s *Store) enter(limit context.Context, c *component) (leave func(), ok bool) {
	if c.stuck.Load() >= stuckMax {
		return nil, false
	}
	select {
	case s.places <- struct{}{}:
	case <-limit.Done():
		return nil, false
	}
	late := context.AfterFunc(limit, func() {
		s.counts.stuck.Add(1)
		c.stuck.Add(1)
		<-s.places
	})
	return func() {
		if late() { // in time
			<-s.places
			return
		}
		c.stuck.Add(-1)
	}, true
}

// await waits until the flight has landed, or says why nobody waits for it any
// longer.
func (s *Store) await(ctx context.Context, fl *flight) error {
	select {
	case <-fl.done:
		return nil
	case <-ctx.Done():
		return errVanished
	case <-fl.limit.Done():
	}
	select { // its end is the end of its limit too
	case <-fl.done:
		return nil
	default:
		return errStuck
	}
}
