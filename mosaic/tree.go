package mosaic

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"veche/track"
)

// A fragment that looks at facets of the request is kept once for each path
// through its decision tree. The tree lies flat in the memory: at a fragment's
// key is a piece, or a branch that says at which facet to look next; what is
// made for a value of that facet is at the key extended by facet and value.
//
// The key of a piece thus spells all that it looked at, with the values it saw,
// and a search extends a key by the values of the one who asks alone. So a
// piece is found only by requests whose facets have the values that it saw,
// whatever else was replaced, evicted, or kept at the same time: a missing
// branch hides pieces, and can never reveal one.
type branch struct {
	facet string
	// Readers of one language look for the same child again and again; its key
	// is not made anew each time.
	children [languagesKnown]atomic.Pointer[child]
}

// child is a value of the branch's facet and the key to which it leads.
type child struct{ value, key string }

const (
	// maxFacets bounds the nodes on a path through a decision tree.
	maxFacets = 16
	// languagesKnown bounds the children that a branch remembers.
	languagesKnown = 4
	// branchBytes is about what a branch costs in memory, with its children.
	branchBytes = 512
)

// request is what finding fragments needs to know of a request.
type request struct {
	ctx    context.Context
	now    time.Time
	locale string
}

func (s *Store) request(ctx context.Context) request {
	return request{ctx: ctx, now: s.Now(), locale: track.Peek(ctx, LocaleFacet)}
}

func (r *request) facet(name string) string {
	if name == LocaleFacet {
		return r.locale
	}
	return track.Peek(r.ctx, name)
}

// leafKey extends a key by one step of the decision tree. The length of the
// value is part of it, so that no value can imitate another path.
func leafKey(key, facet, value string) string {
	return key + "\x00" + facet + "=" + strconv.Itoa(len(value)) + ":" + value
}

// next returns the key to which the value leads from the branch at the key.
func (b *branch) next(key, value string) string {
	if b.facet != LocaleFacet || value == "" {
		return leafKey(key, b.facet, value)
	}
	known := &b.children[(int(value[0])*31+int(value[len(value)-1]))%languagesKnown]
	if c := known.Load(); c != nil && c.value == value {
		return c.key
	}
	c := &child{value, leafKey(key, b.facet, value)}
	known.Store(c)
	return c.key
}

// find returns the kept piece for the request, or the key at which the search
// ended: equal misses end at equal keys.
func (s *Store) find(r *request, key string) (*piece, string) {
	for range maxFacets {
		value, ok := s.Memory.Get(key)
		if !ok {
			return nil, key
		}
		switch node := value.(type) {
		case *piece:
			if node.live(r.now) {
				return node, key
			}
			return nil, key
		case *branch:
			key = node.next(key, r.facet(node.facet))
		default:
			return nil, key
		}
	}
	return nil, key
}

// leafOf returns the key at the end of the path through the tree.
func leafOf(key string, facets []track.FacetRead) string {
	for _, f := range facets {
		key = leafKey(key, f.Name, f.Value)
	}
	return key
}

// keep enters an admitted piece in the decision tree of its fragment, whose
// root is at key: the branches on the way, and the piece at its leaf. It
// reports whether the memory took it.
func (s *Store) keep(key string, p *piece, facets []track.FacetRead, cost time.Duration) bool {
	for _, f := range facets {
		node, _ := s.Memory.Get(key)
		if known, ok := node.(*branch); !ok || known.facet != f.Name {
			if !s.Memory.Set(key, &branch{facet: f.Name}, int64(branchBytes+len(key)), cost) {
				s.tracker.Forget(p.entry)
				return false
			}
		}
		key = leafKey(key, f.Name, f.Value)
	}
	if !s.Memory.Set(key, p, p.Bytes(), cost) {
		s.tracker.Forget(p.entry)
		return false
	}
	if !p.live(time.Time{}) { // dropped after its admission, and not found in the memory then
		s.release(p)
	}
	return true
}

// dropped takes note that a change has killed the piece.
func (s *Store) dropped(p *piece) {
	if strings.HasPrefix(p.key, framePrefix) {
		s.counts.frames.Add(1)
	} else {
		s.counts.fragments.Add(1)
	}
	s.release(p)
}

// release frees the memory of a dead piece. Should another one be kept at the
// key at this very moment, it goes too, and the memory says so to the tracker.
func (s *Store) release(p *piece) {
	if held, _ := s.Memory.Get(p.key); held == any(p) {
		s.Memory.Delete(p.key)
	}
}
