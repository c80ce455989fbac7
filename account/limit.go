package account

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"veche/fault"
)

// A limiter bounds how often something is tried for each key, such as an
// address: burst times at once, then once in every interval. It is the generic
// cell rate algorithm (ITU-T I.371) over a count-min sketch (Cormode and
// Muthukrishnan, 2005): its memory is fixed, however many keys there are; keys
// that share their cells in every row share their bound, and since the hash is
// secret nobody can choose whom to share with. Safe for concurrent use.
type limiter struct {
	burst   int
	every   time.Duration
	seed    maphash.Seed
	refused atomic.Uint64

	mu   sync.Mutex
	full [limiterRows][limiterCells]int64 // when the key may burst again, in Unix nanoseconds
}

const (
	limiterRows  = 2
	limiterCells = 1 << 13
)

func newLimiter(burst int, every time.Duration) *limiter {
	return &limiter{burst: burst, every: every, seed: maphash.MakeSeed()}
}

// take counts an attempt, or returns a TooMany fault that says in how many
// minutes to come back.
func (l *limiter) take(now time.Time, key string) error {
	cells := l.cells(key)
	l.mu.Lock()
	defer l.mu.Unlock()
	at := now.UnixNano()
	full := l.full[0][cells[0]]
	for row, cell := range cells {
		full = min(full, l.full[row][cell])
	}
	full = max(full, at) + int64(l.every)
	if wait := full - at - int64(l.burst)*int64(l.every); wait > 0 {
		l.refused.Add(1)
		return fault.New(fault.TooMany, "account.too_many", int((time.Duration(wait)+time.Minute-1)/time.Minute))
	}
	for row, cell := range cells {
		l.full[row][cell] = max(l.full[row][cell], full)
	}
	return nil
}

// giveBack takes one attempt back, since it was a good one.
func (l *limiter) giveBack(key string) {
	cells := l.cells(key)
	l.mu.Lock()
	defer l.mu.Unlock()
	for row, cell := range cells {
		l.full[row][cell] -= int64(l.every)
	}
}

func (l *limiter) cells(key string) [limiterRows]int {
	sum := maphash.String(l.seed, key)
	return [limiterRows]int{int(sum % limiterCells), int(sum >> 32 % limiterCells)}
}
