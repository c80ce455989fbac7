package cachetest_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"veche/cache"
	"veche/cache/cachetest"
)

// pile is a correct if poor policy: last in, first out.
type pile struct{ nodes []*cache.Node }

func (p *pile) Hit(n *cache.Node) { n.Mark.Store(1) }
func (p *pile) Add(n *cache.Node) { p.nodes = append(p.nodes, n) }
func (p *pile) Evict(*cache.Node, int64) *cache.Node {
	if len(p.nodes) == 0 {
		return nil
	}
	n := p.nodes[len(p.nodes)-1]
	p.Remove(n, cache.Evicted)
	return n
}

func (p *pile) Remove(n *cache.Node, _ cache.Reason) {
	p.nodes = slices.DeleteFunc(p.nodes, func(m *cache.Node) bool { return m == n })
}

// Each of the following breaks one clause of the contract.

type namesNobody struct{ pile }

func (*namesNobody) Evict(*cache.Node, int64) *cache.Node { return nil }

type namesStrangers struct{ pile }

func (*namesStrangers) Evict(*cache.Node, int64) *cache.Node { return cache.NewNode(1, 1, 1) }

type overlooksRemovals struct{ pile }

func (*overlooksRemovals) Remove(*cache.Node, cache.Reason) {}

type holdsNodes struct {
	pile
	held []*cache.Node
}

func (p *holdsNodes) Add(n *cache.Node) {
	p.held = append(p.held, n)
	p.pile.Add(n)
}

type remembersAll struct {
	pile
	seen map[uint64]bool
}

func (p *remembersAll) Add(n *cache.Node) {
	if p.seen == nil {
		p.seen = make(map[uint64]bool)
	}
	p.seen[n.Hash()] = true
	p.pile.Add(n)
}

type drawsLots struct{ pile }

func (p *drawsLots) Evict(_ *cache.Node, _ int64) *cache.Node {
	if len(p.nodes) == 0 {
		return nil
	}
	n := p.nodes[rand.IntN(len(p.nodes))]
	p.Remove(n, cache.Evicted)
	return n
}

var suspects = []struct {
	name   string
	policy func() cache.Policy
	fails  string // the part of the suite that must notice; none for a good policy
}{
	{"pile", func() cache.Policy { return new(pile) }, ""},
	{"namesNobody", func() cache.Policy { return new(namesNobody) }, "Contract/mixed"},
	{"namesStrangers", func() cache.Policy { return new(namesStrangers) }, "Contract/equal"},
	{"overlooksRemovals", func() cache.Policy { return new(overlooksRemovals) }, "Contract/mixed"},
	{"holdsNodes", func() cache.Policy { return new(holdsNodes) }, "ForgetsNodesThatLeft"},
	{"remembersAll", func() cache.Policy { return new(remembersAll) }, "RemembersKeysInBoundedMemory"},
	{"drawsLots", func() cache.Policy { return new(drawsLots) }, "SameRequestsSameVictims"},
}

// TestSuspect runs the suite on the policy that the environment names. It is
// run by the test below, in a process of its own, because it is to fail.
func TestSuspect(t *testing.T) {
	name := os.Getenv("CACHETEST_SUSPECT")
	if name == "" {
		return // nobody is suspected
	}
	for _, s := range suspects {
		if s.name == name {
			cachetest.Test(t, s.policy)
		}
	}
}

func TestSuiteNoticesBrokenPolicies(t *testing.T) {
	for _, s := range suspects {
		t.Run(s.name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestSuspect$", "-test.timeout=2m")
			cmd.Env = append(os.Environ(), "CACHETEST_SUSPECT="+s.name)
			out, err := cmd.CombinedOutput()
			if (err != nil) != (s.fails != "") {
				t.Fatalf("the suite ended with %v\n%s", err, out)
			}
			if s.fails != "" && !strings.Contains(string(out), "--- FAIL: TestSuspect/"+s.fails) {
				t.Errorf("the suite did not fail in %s:\n%s", s.fails, out)
			}
		})
	}
}
