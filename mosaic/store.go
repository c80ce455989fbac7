package mosaic

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"veche/track"
)

// LocaleFacet is the facet of the reader's language. Templates that say
// something in words look at it.
const LocaleFacet = "locale"

// Memory holds what was made, within its bound. It may let go of anything at
// any time. Whenever a value leaves that has a method Removed() (evicted,
// replaced by another, deleted, or declined by Set), it calls that, with no lock
// held and after the value can no longer be got. Methods may be called from
// many goroutines.
type Memory interface {
	// Get returns the value at the key, and whether there is one.
	Get(key string) (any, bool)
	// Set puts a value of so many bytes, which took so long to make, in the place
	// of what was at the key. It returns false if it declined, and then nothing
	// is at the key; else the value is there when it returns.
	Set(key string, value any, bytes int64, cost time.Duration) bool
	// Delete lets go of what is at the key, if anything is.
	Delete(key string)
}

// Options configure a [Store].
type Options struct {
	Tracker *track.Tracker // required
	Memory  Memory         // nil: nothing is kept, every fragment is made anew
	Sources []Source       // templates; the first source that has a name gives it
	// Words gives the template functions that speak the language of a locale.
	// The functions for "" are of the same names and never called.
	Words func(locale string) template.FuncMap
	// Asset returns the URL of a theme's file and notes in ctx that it was read.
	Asset func(ctx context.Context, name string) (string, error)
	// Failed is what stands in the place of a fragment that could not be made.
	// Default: an empty element of class "fragment-failed".
	Failed func(ctx context.Context) HTML
	// MakeMax bounds the making of one fragment, the wait for its turn included.
	// A component that takes longer is left to itself, its context ended and its
	// place marked; one with several such makings fails at once until one of
	// them ends. Default 10 s.
	MakeMax time.Duration
	// Parallel bounds the fragments made at once, without those that take longer
	// than MakeMax. Default 8 per processor.
	Parallel int
	// Now tells the time. Default time.Now.
	Now func() time.Time
	// Log is told of fragments that could not be made. Default: nobody.
	Log *slog.Logger
}

// A Store makes fragments, keeps them and puts pages together. Components are
// registered before the first page; after that all methods may be called from
// many goroutines.
type Store struct {
	Options
	tracker    *track.Tracker
	templates  templates
	components map[string]*component
	flights    flights
	places     chan struct{} // one for each fragment being made
	freshes    component     // stands for all fresh fragments
	frames     map[string]frame
	assemblies sync.Pool
	counts     struct{ fragments, frames, refused, stuck atomic.Uint64 }
}

// NewStore returns a store without components.
func NewStore(o Options) (*Store, error) {
	if o.Tracker == nil {
		return nil, fmt.Errorf("mosaic: a store needs a tracker")
	}
	if o.Memory == nil {
		o.Memory = noMemory{}
	}
	if o.Words == nil {
		o.Words = func(string) template.FuncMap { return nil }
	}
	if o.Asset == nil {
		o.Asset = func(_ context.Context, name string) (string, error) {
			return "", fmt.Errorf("there is no asset %q", name)
		}
	}
	if o.Failed == nil {
		o.Failed = func(context.Context) HTML { return HTML(`<div class="fragment-failed"></div>`) }
	}
	if o.MakeMax <= 0 {
		o.MakeMax = 10 * time.Second
	}
	if o.Parallel <= 0 {
		o.Parallel = 8 * runtime.GOMAXPROCS(0)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	s := &Store{Options: o, tracker: o.Tracker, places: make(chan struct{}, o.Parallel)}
	s.components, s.frames = make(map[string]*component), make(map[string]frame)
	s.flights.calls = make(map[string]*flight)
	s.templates = templates{
		sources: o.Sources, markers: newMarkers(), words: o.Words, asset: o.Asset,
		compiled: make(map[string]*compiled),
		lookup:   func(name string) (*component, bool) { c, ok := s.components[name]; return c, ok },
	}
	return s, nil
}

// Register adds components. A name may be registered once.
func (s *Store) Register(components ...Component) error {
	for _, c := range components {
		switch {
		case c.err != nil:
			return c.err
		case c.make == nil:
			return fmt.Errorf("mosaic: a component was not made by New")
		case s.components[c.name] != nil:
			return fmt.Errorf("mosaic: the component %q is registered twice", c.name)
		}
		s.components[c.name] = &component{Component: c}
	}
	return nil
}

// RegisterFrames adds frames: the templates frames/NAME, which say with
// {{slot}} where a page puts its fragments.
func (s *Store) RegisterFrames(names ...string) error {
	for _, name := range names {
		place := Place(framePrefix+name, nil)
		if err := s.Register(New(place.name, makeFrame)); err != nil {
			return err
		}
		c := s.components[place.name]
		s.frames[name] = frame{c, place.identify(c)}
	}
	return nil
}

// framePrefix begins the names of the components that are frames.
const framePrefix = "frames/"

// frame is a registered frame, ready to be found.
type frame struct {
	component *component
	id        *identity
}

// makeFrame gives a frame's template its data: none.
func makeFrame(context.Context, None) (any, error) { return None{}, nil }

// noMemory keeps nothing.
type noMemory struct{}

func (noMemory) Get(string) (any, bool)                     { return nil, false }
func (noMemory) Set(string, any, int64, time.Duration) bool { return false }
func (noMemory) Delete(string)                              {}

// Stats are the counts of a store since it was made.
type Stats struct {
	Components       map[string]ComponentStats
	DroppedFragments uint64 // kept fragments dropped by changes
	DroppedFrames    uint64 // kept frames dropped by changes
	Refused          uint64 // makings whose piece may not be kept: overtaken, volatile, or too old
	Stuck            uint64 // makings that took longer than MakeMax
}

// ComponentStats count what was done with the fragments of one component.
type ComponentStats struct {
	Made   uint64 // computed
	Served uint64 // put into a page, made or kept
	Failed uint64 // could not be made
}

// Stats returns the counts.
func (s *Store) Stats() Stats {
	all := make(map[string]ComponentStats, len(s.components))
	for name, c := range s.components {
		all[name] = ComponentStats{Made: c.made.Load(), Served: c.served.Load(), Failed: c.failed.Load()}
	}
	return Stats{
		Components: all, DroppedFragments: s.counts.fragments.Load(), DroppedFrames: s.counts.frames.Load(),
		Refused: s.counts.refused.Load(), Stuck: s.counts.stuck.Load(),
	}
}
