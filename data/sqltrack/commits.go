package sqltrack

import (
	"sync"
	"time"

	"veche/track"
)

// A commit is visible to other writers before its changes have been applied. One
// of them may build on it, commit, and apply its own changes first; what is kept
// from before both would then outlive the return of the second, whose images
// begin where the first ended. So a writer that has applied its changes waits
// until those who were committing beside it have applied theirs.

// commitWait bounds that wait. Whoever takes longer may not have heard from the
// database; everything kept is then dropped instead.
const commitWait = time.Second

// commits are the writers between their COMMIT and their changes' being applied.
type commits struct {
	mu   sync.Mutex
	open map[*commit]struct{}
}

// commit is one of them.
type commit struct{ applied chan struct{} }

// begin is called before a COMMIT, or a statement that commits by itself, is sent.
func (s *commits) begin() *commit {
	c := &commit{applied: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = make(map[*commit]struct{})
	}
	s.open[c] = struct{}{}
	return c
}

// end is called when the changes have been applied, or there are none. It
// returns when those of all who were committing have been.
func (s *commits) end(c *commit, tracker *track.Tracker) {
	s.mu.Lock()
	delete(s.open, c)
	close(c.applied)
	others := make([]*commit, 0, len(s.open))
	for other := range s.open {
		others = append(others, other)
	}
	s.mu.Unlock()
	if len(others) == 0 {
		return
	}
	limit := time.NewTimer(commitWait)
	defer limit.Stop()
	for _, other := range others {
		select {
		case <-other.applied:
		case <-limit.C:
			if tracker != nil {
				tracker.Apply(track.Everything())
			}
			return
		}
	}
}

// committing is called before what may commit, and what it returns when the
// changes have been applied. Behind a gate writers come one at a time anyway.
func (c *conn) committing() (applied func()) {
	if c.gate != nil {
		return func() {}
	}
	own := c.k.commits.begin()
	return func() { c.k.commits.end(own, c.k.o.Tracker) }
}
