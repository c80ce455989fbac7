package sqltrack

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// maxFallbacks bounds the statements and reasons remembered for Stats.
const maxFallbacks = 256

// Stats are a connector's counts since it was made.
type Stats struct {
	Parsed  uint64 // statements parsed
	Hits    uint64 // results served from the store
	Misses  uint64 // results made for the store
	Kept    uint64 // of those, stored
	Refused uint64 // of those, overtaken by a change
	Large   uint64 // of those, larger than Options.MaxResultBytes
	Images  uint64 // row changes logged
	// Coarse counts the changes of whole tables, or of everything, by reason.
	Coarse map[string]uint64
	// Fallbacks are statements that were not wholly understood, at most 256,
	// the most frequently parsed first.
	Fallbacks []Fallback
	// Overflow counts reasons and statements beyond those remembered.
	Overflow uint64
}

// A Fallback is a statement that is tracked by whole tables, or not at all.
type Fallback struct {
	Text   string
	Reason string
	Count  uint64 // how often it was parsed
}

type counters struct {
	parsed, hits, misses, kept, refused, large, images atomic.Uint64

	mu        sync.Mutex
	reasons   map[string]uint64
	fallbacks map[string]*Fallback
	overflow  uint64
}

// coarse counts a change of more than rows.
func (n *counters) coarse(why string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.reasons == nil {
		n.reasons = make(map[string]uint64)
	}
	if _, ok := n.reasons[why]; !ok && len(n.reasons) >= maxFallbacks {
		n.overflow++
		return
	}
	n.reasons[why]++
}

// fallback remembers a statement that was not wholly understood.
func (n *counters) fallback(text, reason string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fallbacks == nil {
		n.fallbacks = make(map[string]*Fallback)
	}
	f := n.fallbacks[text]
	if f == nil {
		if len(n.fallbacks) >= maxFallbacks {
			n.overflow++
			return
		}
		f = &Fallback{Text: text}
		n.fallbacks[text] = f
	}
	f.Reason = reason
	f.Count++
}

func (n *counters) stats() Stats {
	s := Stats{
		Parsed: n.parsed.Load(), Hits: n.hits.Load(), Misses: n.misses.Load(), Kept: n.kept.Load(),
		Refused: n.refused.Load(), Large: n.large.Load(), Images: n.images.Load(),
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	s.Overflow = n.overflow
	s.Coarse = make(map[string]uint64, len(n.reasons))
	for why, count := range n.reasons {
		s.Coarse[why] = count
	}
	for _, f := range n.fallbacks {
		s.Fallbacks = append(s.Fallbacks, *f)
	}
	slices.SortFunc(s.Fallbacks, func(a, b Fallback) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	})
	return s
}
