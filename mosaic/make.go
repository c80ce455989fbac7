package mosaic

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"veche/fault"
	"veche/track"
)

// make computes the fragment and keeps it. A result that a change overtook is
// made once more; if that is overtaken too it is shown, not kept. key is where
// others wait for the flight, "" if nobody does.
func (s *Store) make(fl *flight, c *component, id *identity, key string) {
	err := s.attempt(fl, c, id, key)
	if errors.Is(err, track.ErrOvertaken) {
		_ = s.attempt(fl, c, id, key)
	}
}

// attempt computes the fragment once. What comes of it is in the flight; what
// is returned is why a piece was refused.
func (s *Store) attempt(fl *flight, c *component, id *identity, key string) error {
	ctx, rec := s.tracker.Record(fl.limit)
	// The recording of a making that outlasts its time is ended then: the
	// tracker remembers changes for as long as one is open.
	var over atomic.Bool
	end := func() {
		if over.CompareAndSwap(false, true) {
			rec.End()
		}
	}
	defer context.AfterFunc(ctx, end)()
	defer end()

	began := s.Now()
	p, err := s.render(ctx, c.name, c.make, id.params)
	cost := s.Now().Sub(began)
	// What was made with a context that had ended may tell of that, not of what
	// there is.
	if ctx.Err() != nil || !over.CompareAndSwap(false, true) {
		fl.piece, fl.err = nil, errStuck
		return nil
	}
	if err != nil {
		fl.piece, fl.err = nil, fmt.Errorf("making the fragment %q: %w", id.key, err)
		fl.common = s.common(fl, rec, id, key)
		return nil
	}
	c.made.Add(1)
	fl.piece, fl.err = p, nil
	return s.admit(fl, rec, id, cost)
}

// common reports whether the failure of the flight is that of all who wait at
// the key: it looked at no facet but those whose values the key says, and
// nothing that it read has changed since they began to wait. It ends the
// recording.
func (s *Store) common(fl *flight, rec *track.Recording, id *identity, key string) bool {
	alike := leafOf(id.key, rec.Facets()) == key
	s.flights.leave(key, fl) // who comes from now on comes too late to share it
	entry, err := rec.Admit(nil)
	if err != nil {
		return false
	}
	s.tracker.Forget(entry)
	return alike
}

// admit seals the piece of the flight and keeps it, or returns why it may not
// be kept. It ends the recording.
func (s *Store) admit(fl *flight, rec *track.Recording, id *identity, cost time.Duration) error {
	p, facets := fl.piece, rec.Facets()
	for _, facet := range facets {
		p.personal = p.personal || facet.Name != LocaleFacet
	}
	p.key = leafOf(id.key, facets)
	p.seal()
	entry, err := rec.Admit(p)
	if err == nil && len(facets) >= maxFacets {
		s.tracker.Forget(entry)
		err = fmt.Errorf("%w: it looked at more than %d facets", track.ErrVolatile, maxFacets-1)
	}
	if err != nil {
		s.counts.refused.Add(1)
		fl.futile = !errors.Is(err, track.ErrOvertaken)
		p.personal = p.personal || errors.Is(err, track.ErrVolatile)
		return err
	}
	p.entry = entry
	fl.futile = !s.keep(id.key, p, facets, cost)
	return nil
}

// render runs the component and its template. A panic is an error like others.
func (s *Store) render(ctx context.Context, name string, make func(context.Context, any) (any, error), params any) (p *piece, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	p = &piece{store: s}
	data, err := make(ctx, params)
	if err != nil {
		return p, p.absorb(err)
	}
	switch data := data.(type) {
	case nil:
		return p, nil
	case HTML:
		p.html = data
		return p, nil
	}
	var out output
	if err := s.templates.execute(ctx, &out, name, data); err != nil {
		return nil, err
	}
	return p, p.cut(s.templates.markers, out.Bytes(), strings.HasPrefix(name, framePrefix), s.placed)
}

// fresh makes a fragment from data at hand.
func (s *Store) fresh(ctx context.Context, f *Fragment) (*piece, error) {
	return s.alone(ctx, &s.freshes, func(fl *flight) {
		p, err := s.render(fl.limit, f.name, func(context.Context, any) (any, error) { return f.given, nil }, nil)
		if err != nil {
			fl.err = fmt.Errorf("making the fragment %q: %w", f.name, err)
			return
		}
		p.personal = true
		p.seal()
		fl.piece, fl.err = p, nil
	})
}

// absorb makes an error that is a result the piece's own, and returns the others.
func (p *piece) absorb(err error) error {
	if moved, ok := errors.AsType[*Moved](err); ok {
		p.moved = moved
		return nil
	}
	switch f := fault.Of(err); f.Kind {
	case fault.NotFound, fault.Unauthorized, fault.Forbidden:
		kept := *f
		kept.Cause = nil // nobody logs what is no defect, and it would be kept as well
		p.fault = &kept
		return nil
	}
	return err
}

// placed returns the component and identity of a key in a template's output.
func (s *Store) placed(key string) (*component, *identity, error) {
	name, _, _ := strings.Cut(key, "?")
	c, ok := s.components[name]
	if !ok {
		return nil, nil, fmt.Errorf("there is no component %q", name)
	}
	params, err := c.params.parse(key)
	return c, &identity{set: c.params, key: key, params: params}, err
}
