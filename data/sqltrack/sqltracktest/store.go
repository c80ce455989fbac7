package sqltracktest

import (
	"sync"
	"time"

	"veche/data/sqltrack"
)

// A Store keeps results in a map, in no order and without a bound but their
// number. It is safe for concurrent use.
type Store struct {
	max int

	mu      sync.Mutex
	results map[string]*sqltrack.Result
}

// NewStore returns a store of at most max results; it refuses more.
func NewStore(max int) *Store {
	return &Store{max: max, results: make(map[string]*sqltrack.Result)}
}

// Get returns the result of the key.
func (s *Store) Get(key string) (*sqltrack.Result, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.results[key]
	return r, ok
}

// Put keeps a result.
func (s *Store) Put(key string, r *sqltrack.Result, _ int64, _ time.Duration) {
	s.mu.Lock()
	gone := s.results[key]
	if gone == nil && len(s.results) >= s.max {
		gone = r
	} else {
		s.results[key] = r
	}
	s.mu.Unlock()
	if gone != nil {
		gone.Release()
	}
}

// Drop lets go of the result of the key.
func (s *Store) Drop(key string) {
	s.mu.Lock()
	gone := s.results[key]
	delete(s.results, key)
	s.mu.Unlock()
	if gone != nil {
		gone.Release()
	}
}

// Len returns the number of results.
func (s *Store) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.results)
}
