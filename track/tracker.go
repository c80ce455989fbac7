package track

import (
	"context"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// A Position is a place on a tracker's change clock. Each applied batch of
// changes moves the clock by one; the first batch takes position 1.
type Position uint64

// Options configure a [Tracker]. The zero value works.
type Options struct {
	// Log bounds the changes remembered for recordings that are still open.
	// When there are more, the oldest quarter is forgotten and the recordings
	// that would need it are refused. Default 65 536.
	Log int
	// Now tells the time against which deadlines are held at admission. Default
	// time.Now.
	Now func() time.Time
}

// A Tracker holds the change clock and the index from reads to entries. Its
// methods may be called from many goroutines.
//
// Lock order: Recording.mu, then Tracker.mu. Neither is held while an [Owner]
// or Options.Now is called.
type Tracker struct {
	now    func() time.Time
	logMax int

	mu      sync.Mutex // guards everything below, and the places of entries
	clock   Position
	index   *index
	log     []logged // changes after horizon, oldest first; what is in it never changes
	horizon Position // recordings begun before it cannot be verified
	open    openRecordings
	stats   Stats
}

// logged is a change and its position.
type logged struct {
	at     Position
	change Change
}

// Stats are the tracker's counts since it was made, but for Entries, Reads,
// Open and Log, which are sizes now.
type Stats struct {
	Entries  int // entries neither dropped nor forgotten
	Reads    int // reads in the index
	Open     int // recordings open
	Log      int // changes remembered
	Clock    Position
	Admitted uint64
	Dropped  uint64 // entries dropped by changes
	Examined uint64 // reads looked at to find them
	Overtook uint64 // admissions refused: a change touched a read meanwhile
	TooOld   uint64 // admissions refused: begun before the horizon
	Volatile uint64 // admissions refused: the result may not be kept, or no longer
}

// New returns a tracker with nothing in it.
func New(o Options) *Tracker {
	if o.Log <= 0 {
		o.Log = 1 << 16
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	t := &Tracker{now: o.Now, index: newIndex(), logMax: o.Log}
	t.open.init()
	return t
}

// An Owner keeps results. It is told, by the goroutine that calls Apply and
// outside all locks, that an entry it keeps is dead, and by which change; it
// then lets go of the result. The entry is already dead to everybody who asks.
// Dropped may be called from many goroutines, for each entry once at most, and
// even before [Recording.Admit] has returned the entry.
type Owner interface {
	// Dropped takes note of the end of an entry. It does not keep by.
	Dropped(e *Entry, by *Change)
}

// An Entry stands for one kept result: its reads, and whether they still hold.
// It stays in the index until a change drops it or its owner forgets it, though
// its deadline may have passed.
type Entry struct {
	dead     atomic.Bool
	deadline time.Time
	owner    Owner
	reads    []Read
	places   []place // guarded by Tracker.mu; nil when not in the index
}

// Live reports whether the result may be shown at the time now. It takes no lock.
func (e *Entry) Live(now time.Time) bool {
	return !e.dead.Load() && (e.deadline.IsZero() || now.Before(e.deadline))
}

// Deadline is when the result stops being true by itself; zero for never.
func (e *Entry) Deadline() time.Time { return e.deadline }

// Reads returns what the result was made of. The caller does not change it.
func (e *Entry) Reads() []Read { return e.reads }

// Apply takes the changes of one commit into the clock and drops what they
// touch. A writer calls it after its commit has returned and before it tells
// anybody; when Apply returns, no entry that the changes touch is live and all
// owners have been told, but for entries that another Apply or Forget was
// dropping at the same moment: those are dead, and the other one tells. It
// returns the position of the changes. Their row images are kept while a
// recording is open, so they must not change afterwards.
func (t *Tracker) Apply(changes ...Change) Position {
	at, victims := t.apply(changes)
	for _, v := range victims {
		if v.entry.owner != nil {
			v.entry.owner.Dropped(v.entry, v.by)
		}
	}
	return at
}

// victim is an entry that has been dropped, and why.
type victim struct {
	entry *Entry
	by    *Change
}

// apply is the part of Apply that holds the mutex.
func (t *Tracker) apply(changes []Change) (Position, []victim) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clock++
	var victims []victim
	for i := range changes {
		c := &changes[i]
		t.remember(c)
		found := len(victims)
		examined := t.index.touched(c, func(e *Entry) {
			if !e.dead.Swap(true) {
				victims = append(victims, victim{e, c})
			}
		})
		t.stats.Examined += uint64(examined)
		if c.Table == "" {
			t.index.clear()
		} else {
			for _, v := range victims[found:] {
				t.index.remove(v.entry)
			}
		}
		t.stats.Entries -= len(victims) - found
		t.stats.Dropped += uint64(len(victims) - found)
	}
	return t.clock, victims
}

// remember logs the change for the recordings that are open.
func (t *Tracker) remember(c *Change) {
	if t.open.empty() {
		t.log, t.horizon = nil, t.clock
		return
	}
	if len(t.log) >= t.logMax {
		cut := max(1, t.logMax/4)
		t.horizon = t.log[cut-1].at
		t.log = slices.Clone(t.log[cut:])
	}
	t.log = append(t.log, logged{t.clock, *c})
}

// stretch is a part of the log up to its end.
type stretch struct {
	from    Position
	changes []logged // those after from
	broken  bool     // older ones than these are forgotten already
}

// since returns the changes after a position. They may be read without t.mu
// as long as a recording is open that began at the position or before. t.mu is
// held.
func (t *Tracker) since(at Position) stretch {
	first := sort.Search(len(t.log), func(i int) bool { return t.log[i].at > at })
	return stretch{at, t.log[first:], at < t.horizon}
}

// Touched returns the live entries that the changes would drop. It drops
// nothing.
func (t *Tracker) Touched(changes ...Change) []*Entry {
	seen := make(map[*Entry]bool)
	var entries []*Entry
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range changes {
		t.index.touched(&changes[i], func(e *Entry) {
			if !seen[e] && !e.dead.Load() {
				seen[e] = true
				entries = append(entries, e)
			}
		})
	}
	return entries
}

// Watched reports whether any live entry or open recording could be touched by
// a change of the table. Where none could, a writer may spare itself the row
// images, but still applies a change without them: a recording may have begun
// since.
func (t *Tracker) Watched(table string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.open.empty() || t.index.reads > 0 && (table == "" || t.index.watches(table))
}

// Forget tells the tracker that nobody keeps the entry's result any more.
// The owner is not told. Forgetting a dead entry, or one twice, is harmless.
func (t *Tracker) Forget(e *Entry) {
	if e.dead.Swap(true) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.index.remove(e)
	t.stats.Entries--
}

// Now returns the position of the last change applied.
func (t *Tracker) Now() Position {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clock
}

// Stats returns the tracker's counts.
func (t *Tracker) Stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.stats
	s.Reads, s.Open, s.Log, s.Clock = t.index.reads, t.open.size, len(t.log), t.clock
	return s
}

// Record begins a recording at the clock's present position and returns a
// context in which reads are noted in it. A recording inside another one is
// separate: what the inner one reads is not noted in the outer. The caller must
// end it with Admit or End.
func (t *Tracker) Record(ctx context.Context) (context.Context, *Recording) {
	r := &Recording{tracker: t}
	t.mu.Lock()
	r.begin = t.clock
	t.open.push(r)
	t.mu.Unlock()
	return context.WithValue(ctx, recordingKey{}, r), r
}

// close takes the recording off the open ones and forgets the changes that no
// open recording can ask for. t.mu is held.
func (t *Tracker) close(r *Recording) {
	t.open.remove(r)
	if t.open.empty() {
		t.log, t.horizon = nil, t.clock
		return
	}
	oldest, done := t.open.oldest().begin, 0
	for done < len(t.log) && t.log[done].at <= oldest {
		t.log[done] = logged{} // lets go of the row images
		done++
	}
	t.log = t.log[done:]
}

// openRecordings are the open recordings in the order of their beginning: a
// ring through a sentinel.
type openRecordings struct {
	ring Recording
	size int
}

func (o *openRecordings) init() { o.ring.next, o.ring.prev = &o.ring, &o.ring }

func (o *openRecordings) empty() bool { return o.size == 0 }

func (o *openRecordings) oldest() *Recording { return o.ring.next }

func (o *openRecordings) push(r *Recording) {
	r.prev, r.next = o.ring.prev, &o.ring
	r.prev.next, r.next.prev = r, r
	o.size++
}

func (o *openRecordings) remove(r *Recording) {
	r.prev.next, r.next.prev = r.next, r.prev
	r.prev, r.next = nil, nil
	o.size--
}
