package account

import (
	"slices"
	"sync"
	"time"
)

// lastSeen gathers which sessions are in use, so that no request has to write it.
type lastSeen struct {
	every time.Duration

	mu      sync.Mutex
	at      map[int64]time.Time // when the session was last gathered
	pending []int64             // gathered and not yet written
	dropped uint64
}

// seenMax bounds the sessions that are remembered.
const seenMax = 1 << 16

// note gathers the session, unless it was gathered a short while ago.
func (s *lastSeen) note(session int64, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, known := s.at[session]
	switch {
	case known && now.Sub(last) < s.every:
		return
	case !known && len(s.at) >= seenMax:
		s.dropped++
		return
	}
	s.at[session] = now
	if len(s.pending) < seenMax {
		s.pending = append(s.pending, session)
	}
}

// take returns the sessions to write, and forgets those long unused.
func (s *lastSeen) take(now time.Time) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for session, last := range s.at {
		if now.Sub(last) >= s.every {
			delete(s.at, session)
		}
	}
	sessions := s.pending
	s.pending = nil
	slices.Sort(sessions)
	return slices.Compact(sessions)
}

func (s *lastSeen) drops() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}
