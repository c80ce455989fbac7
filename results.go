package veche

import (
	"sync/atomic"
	"time"

	"veche/data/sqltrack"
)

// results keeps the results of queries in the site's memory, beside fragments.
type results struct {
	memory  *memory
	dropped atomic.Uint64
}

// keptResult is a result as the memory holds it.
type keptResult struct{ *sqltrack.Result }

// Removed tells the tracker that the memory let go of the result.
func (k keptResult) Removed() { k.Release() }

// resultPrefix keeps the keys of results apart from those of fragments.
const resultPrefix = "sql\x00"

// Get returns the result kept at the key.
func (s *results) Get(key string) (*sqltrack.Result, bool) {
	value, ok := s.memory.Get(resultPrefix + key)
	if !ok {
		return nil, false
	}
	kept, ok := value.(keptResult)
	return kept.Result, ok
}

// Put keeps a result.
func (s *results) Put(key string, r *sqltrack.Result, size int64, cost time.Duration) {
	s.memory.Set(resultPrefix+key, keptResult{r}, size, cost)
}

// Drop lets go of a result that a change has killed.
func (s *results) Drop(key string) {
	s.dropped.Add(1)
	s.memory.Delete(resultPrefix + key)
}

// count is the number of results dropped by changes.
func (s *results) count() uint64 {
	if s == nil {
		return 0
	}
	return s.dropped.Load()
}
