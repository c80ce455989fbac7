package veche

import (
	"fmt"
	"time"

	"veche/cache"
)

// memory is the site's one budget of bytes. Fragments, frames and query results
// live in it side by side and compete by what they save.
type memory struct{ kept *cache.Cache[string, held] }

// held is a value and the bytes it answers for.
type held struct {
	value any
	bytes int64
}

func newMemory(bytes int64) (*memory, error) {
	kept, err := cache.New(cache.Options[string, held]{
		Bytes: bytes,
		Size:  func(key string, h held) int64 { return int64(len(key)) + h.bytes },
		OnRemove: func(_ string, h held, _ cache.Reason) {
			if keeper, ok := h.value.(interface{ Removed() }); ok {
				keeper.Removed()
			}
		},
	})
	if err != nil {
		return nil, fmt.Errorf("setting the cache's budget: %w", err)
	}
	return &memory{kept}, nil
}

// Get returns the value kept at the key.
func (m *memory) Get(key string) (any, bool) {
	h, ok := m.kept.Get(key)
	return h.value, ok
}

// Set keeps a value of so many bytes that took so long to make.
func (m *memory) Set(key string, value any, bytes int64, cost time.Duration) bool {
	return m.kept.Set(key, held{value, bytes}, cost)
}

// Delete lets go of the value at the key.
func (m *memory) Delete(key string) { m.kept.Delete(key) }
