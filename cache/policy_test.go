package cache_test

import (
	"testing"

	"veche/cache"
	"veche/cache/cachetest"
)

// policies are the implementations under test.
var policies = []struct {
	name string
	open func() cache.Policy
}{
	{"CARMod", func() cache.Policy { return cache.NewCARMod() }},
	{"CAR", func() cache.Policy { return cache.NewCAR() }},
	{"LRU", func() cache.Policy { return cache.NewLRU() }},
	{"oldest", func() cache.Policy { return new(oldest) }},
}

func TestPoliciesConform(t *testing.T) {
	for _, p := range policies {
		t.Run(p.name, func(t *testing.T) { cachetest.Test(t, p.open) })
	}
}

// oldest is a policy as a stranger would write it: first in, first out,
// with a newcomer refused while the oldest resident is worth more.
type oldest struct{ front, back *cache.Node }

func (p *oldest) Hit(n *cache.Node) { n.Mark.Add(1) }

func (p *oldest) Add(n *cache.Node) {
	if n.Prev = p.back; n.Prev != nil {
		n.Prev.Next = n
	} else {
		p.front = n
	}
	p.back = n
}

func (p *oldest) Evict(newcomer *cache.Node, _ int64) *cache.Node {
	n := p.front
	if n == nil {
		return nil
	}
	if newcomer != nil && n.Mark.Swap(0) > 8 {
		return newcomer
	}
	p.Remove(n, cache.Evicted)
	return n
}

func (p *oldest) Remove(n *cache.Node, _ cache.Reason) {
	if n.Prev != nil {
		n.Prev.Next = n.Next
	} else {
		p.front = n.Next
	}
	if n.Next != nil {
		n.Next.Prev = n.Prev
	} else {
		p.back = n.Prev
	}
	n.Prev, n.Next = nil, nil
}
