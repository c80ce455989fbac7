package track

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// MaxReads bounds the different reads of one recording. A recording that notes
// more keeps only the names of their tables, and any change of those touches it.
const MaxReads = 1024

// The reasons for which [Recording.Admit] refuses a result.
var (
	// ErrOvertaken: a change touched a read while the result was made. Making
	// it once more may succeed.
	ErrOvertaken = errors.New("track: a change overtook the result")
	// ErrTooOld: the recording was open for longer than changes are remembered.
	ErrTooOld = errors.New("track: the recording is older than the change log")
	// ErrVolatile: the computation read something that cannot be tracked, or the
	// deadline of its result has passed.
	ErrVolatile = errors.New("track: the result is volatile")
)

// A Recording collects what one computation reads. Its methods may be called
// from many goroutines, until Admit or End; what is noted later is ignored.
type Recording struct {
	tracker    *Tracker
	begin      Position
	next, prev *Recording // the ring of open recordings, guarded by tracker.mu

	mu       sync.Mutex // taken before tracker.mu
	ended    bool
	reads    []Read          // may hold repetitions
	coarse   map[string]bool // tables of which everything counts as read
	facets   []FacetRead
	until    time.Time
	volatile string // why the result may not be kept
}

type recordingKey struct{}

// From returns the recording of the context, nil if there is none.
func From(ctx context.Context) *Recording {
	r, _ := ctx.Value(recordingKey{}).(*Recording)
	return r
}

// Note adds reads to the recording of the context, if there is one. What counts
// is that the recording began before the data was fetched; a read may be noted
// after the fetch, when the edge of its window is known.
func Note(ctx context.Context, reads ...Read) {
	if r := From(ctx); r != nil {
		r.Note(reads...)
	}
}

// Volatile says that the result of the computation may not be kept, and why.
func Volatile(ctx context.Context, why string) {
	if r := From(ctx); r != nil {
		if why == "" {
			why = "no reason given"
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.volatile = why
	}
}

// Until says that the result of the computation is true only until the time t;
// the earliest of several holds. The zero time is never.
func Until(ctx context.Context, t time.Time) {
	r := From(ctx)
	if r == nil || t.IsZero() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.until.IsZero() || t.Before(r.until) {
		r.until = t
	}
}

// Note adds reads to the recording. Noting one again costs nothing in the end.
func (r *Recording) Note(reads ...Read) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	for _, read := range reads {
		if r.coarse != nil {
			r.coarse[read.Query.Table] = true
			continue
		}
		r.reads = append(r.reads, read)
		if len(r.reads) >= 2*MaxReads {
			r.settle()
		}
	}
}

// settle drops repeated reads and, if too many are left, keeps only their
// tables. r.mu is held.
func (r *Recording) settle() {
	r.reads = distinct(r.reads)
	if len(r.reads) <= MaxReads {
		return
	}
	r.coarse = make(map[string]bool)
	for _, read := range r.reads {
		r.coarse[read.Query.Table] = true
	}
	r.reads = nil
}

// Facets returns the facets looked at, in the order of the first look.
func (r *Recording) Facets() []FacetRead {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.facets)
}

// Reads returns what was noted so far, each read once.
func (r *Recording) Reads() []Read {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.noted()
}

// noted returns the reads as they are kept. r.mu is held.
func (r *Recording) noted() []Read {
	r.settle()
	reads := r.reads // nothing is ever changed in it
	if len(reads) < cap(reads) {
		reads = slices.Clip(slices.Clone(reads))
	}
	for _, table := range slices.Sorted(maps.Keys(r.coarse)) {
		reads = append(reads, Read{Query: WholeTable(table)})
	}
	return reads
}

// End gives the recording up. After Admit, or a second time, it does nothing, so
// it may be deferred.
func (r *Recording) End() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	r.ended = true
	t := r.tracker
	t.mu.Lock()
	defer t.mu.Unlock()
	t.close(r)
}

// Admit verifies that no change since the beginning of the recording touches
// its reads, and enters them in the index for the owner, in one step: there is
// no moment at which the entry is live and wrong. Otherwise it returns
// ErrOvertaken, ErrTooOld or ErrVolatile, wrapped with the particulars. Either
// way the recording is ended; Admit on one that has ended panics.
//
// The owner may be told that the entry is dead before Admit has returned it. One
// that files the entry away asks [Entry.Live] after it has filed it, not before.
// A nil owner is not told.
func (r *Recording) Admit(owner Owner) (*Entry, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		panic("track: Admit on a recording that has ended")
	}
	r.ended = true
	e := &Entry{owner: owner, deadline: r.until, reads: r.noted()}
	t := r.tracker
	err := r.lasting()
	verified := r.begin
	if err == nil {
		verified, err = t.verifyAhead(e, verified)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.close(r)
	if err == nil {
		_, err = verify(e, t.since(verified))
	}
	if err != nil {
		t.stats.refuse(err)
		return nil, err
	}
	t.index.add(e)
	t.stats.Admitted++
	t.stats.Entries++
	return e, nil
}

// lasting says why the result may not be kept whatever changes. r.mu is held.
func (r *Recording) lasting() error {
	if r.volatile != "" {
		return fmt.Errorf("%w: %s", ErrVolatile, r.volatile)
	}
	if !r.until.IsZero() && !r.tracker.now().Before(r.until) {
		return fmt.Errorf("%w: its deadline has passed", ErrVolatile)
	}
	return nil
}

// The changes since a recording began are verified without the tracker's mutex
// as long as there are more than aheadMin of them, at most aheadRounds times.
const (
	aheadMin    = 64
	aheadRounds = 4
)

// verifyAhead verifies the entry against the changes after a position without
// keeping writers waiting, and returns the position it has come to.
func (t *Tracker) verifyAhead(e *Entry, at Position) (Position, error) {
	for range aheadRounds {
		t.mu.Lock()
		s := t.since(at)
		t.mu.Unlock()
		if len(s.changes) < aheadMin {
			break
		}
		var err error
		if at, err = verify(e, s); err != nil {
			return at, err
		}
	}
	return at, nil
}

// verify holds the reads of the entry against changes. It returns the position
// of the last.
func verify(e *Entry, s stretch) (Position, error) {
	if s.broken {
		return s.from, ErrTooOld
	}
	at := s.from
	for i := range s.changes {
		c := &s.changes[i].change
		for j := range e.reads {
			if e.reads[j].Touched(c) {
				return at, fmt.Errorf("%w: a change of %q", ErrOvertaken, c.Table)
			}
		}
		at = s.changes[i].at
	}
	return at, nil
}

// refuse counts an admission refused.
func (s *Stats) refuse(err error) {
	switch {
	case errors.Is(err, ErrOvertaken):
		s.Overtook++
	case errors.Is(err, ErrTooOld):
		s.TooOld++
	default:
		s.Volatile++
	}
}
