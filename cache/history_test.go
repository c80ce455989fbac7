package cache_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"veche/cache"
)

// A slowCache is what a Cache ought to do, but for the choice of victims, of
// which it learns from the listener.
type slowCache struct {
	entries  map[string]slowValue
	overhead int64
	want     cache.Stats
}

type slowValue struct {
	value    int64
	cost     time.Duration
	hits     int64
	deadline time.Time
}

func (m *slowCache) drop(key string) {
	m.want.Bytes -= m.overhead + m.entries[key].value
	m.want.Entries--
	delete(m.entries, key)
}

// history is one random run of a cache beside its model.
type history struct {
	*rapid.T
	c     *cache.Cache[string, int64]
	clock *clock
	model slowCache
	told  []left
}

// TestCacheDoesAsAMapWithAnAccount holds results, notices, counts and bytes
// against a plain map, under every policy.
func TestCacheDoesAsAMapWithAnAccount(t *testing.T) {
	for _, p := range policies {
		t.Run(p.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { runHistory(t, p.open()) })
		})
	}
}

func runHistory(t *rapid.T, policy cache.Policy) {
	h := &history{T: t, clock: newClock()}
	c, err := cache.New(cache.Options[string, int64]{
		Bytes:    5000,
		Policy:   policy,
		Now:      h.clock.now,
		Size:     func(_ string, v int64) int64 { return v },
		OnRemove: func(k string, v int64, why cache.Reason) { h.told = append(h.told, left{k, v, why}) },
	})
	if err != nil {
		t.Fatal(err)
	}
	h.c = c
	h.model = slowCache{entries: map[string]slowValue{}, overhead: c.Overhead(), want: cache.Stats{Budget: 5000}}
	t.Repeat(map[string]func(*rapid.T){
		"get":           h.get,
		"set":           h.set,
		"delete":        h.delete,
		"deleteMany":    h.deleteMany,
		"deleteFunc":    h.deleteFunc,
		"deleteExpired": h.deleteExpired,
		"resize":        h.resize,
		"wait":          func(t *rapid.T) { h.clock.advance(time.Duration(rapid.IntRange(1, 5).Draw(t, "s")) * time.Second) },
		"":              h.check,
	})
}

func (h *history) key(t *rapid.T) string {
	return strconv.Itoa(rapid.IntRange(0, 60).Draw(t, "key"))
}

// expect takes notice of a removal that the call must have told of.
func (h *history) expect(t *rapid.T, want ...left) {
	t.Helper()
	got := h.told
	h.told = nil
	if want == nil {
		want = []left{}
	}
	less := func(a, b left) int { return strings.Compare(a.Key, b.Key) }
	slices.SortFunc(got, less)
	slices.SortFunc(want, less)
	if diff := cmp.Diff(want, append([]left{}, got...)); diff != "" {
		t.Fatalf("listener (-want +got):\n%s", diff)
	}
}

// evictions takes evictions off the notices and carries them out in the model.
func (h *history) evictions(t *rapid.T) {
	h.told = slices.DeleteFunc(h.told, func(l left) bool {
		if l.Why != cache.Evicted {
			return false
		}
		if e, ok := h.model.entries[l.Key]; !ok || e.value != l.Value {
			t.Fatalf("evicted %v, which was not there", l)
		}
		h.model.drop(l.Key)
		h.model.want.Evicted++
		return true
	})
}

func (h *history) get(t *rapid.T) {
	key := h.key(t)
	got, ok := h.c.Get(key)
	e, there := h.model.entries[key]
	expired := there && !e.deadline.IsZero() && !h.clock.at.Before(e.deadline)
	if ok != (there && !expired) || ok && got != e.value {
		t.Fatalf("Get(%s) = %d, %v; the model has %+v", key, got, ok, e)
	}
	switch {
	case ok:
		e.hits++
		h.model.entries[key] = e
		h.model.want.Hits++
		h.model.want.Saved += e.cost
	case expired:
		h.model.drop(key)
		h.model.want.Expired++
		h.expect(t, left{key, e.value, cache.Expired})
		fallthrough
	default:
		h.model.want.Misses++
	}
}

func (h *history) set(t *rapid.T) {
	key := h.key(t)
	e := slowValue{
		value: rapid.Int64Range(0, rapid.SampledFrom([]int64{10, 500, 9000}).Draw(t, "largest")).Draw(t, "size"),
		cost:  time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "cost")),
	}
	var kept bool
	if rapid.Bool().Draw(t, "until") {
		e.deadline = h.clock.at.Add(time.Duration(rapid.IntRange(-1, 8).Draw(t, "s")) * time.Second)
		kept = h.c.SetUntil(key, e.value, e.cost, e.deadline)
	} else {
		kept = h.c.Set(key, e.value, e.cost)
	}
	m, st := &h.model, &h.model.want
	st.Spent += e.cost
	want := []left{}
	if old, ok := m.entries[key]; ok {
		m.drop(key)
		st.Replaced++
		want = append(want, left{key, old.value, cache.Replaced})
	}
	h.evictions(t)
	switch late := !e.deadline.IsZero() && !e.deadline.After(h.clock.at); {
	case late:
		st.Expired++
		want = append(want, left{key, e.value, cache.Expired})
	case !kept:
		st.Refused++
		want = append(want, left{key, e.value, cache.Refused})
	default:
		m.entries[key] = e
		st.Entries++
		st.Bytes += m.overhead + e.value
	}
	if tooLarge := m.overhead+e.value > st.Budget; tooLarge && kept {
		t.Fatalf("%d bytes were kept in a budget of %d", m.overhead+e.value, st.Budget)
	}
	h.expect(t, want...)
}

func (h *history) delete(t *rapid.T) {
	key := h.key(t)
	ok := h.c.Delete(key)
	h.deleted(t, []string{key}, map[bool]int{true: 1}[ok])
}

func (h *history) deleteMany(t *rapid.T) {
	keys := rapid.SliceOfN(rapid.Custom(h.key), 0, 10).Draw(t, "keys")
	h.deleted(t, keys, h.c.DeleteMany(keys))
}

func (h *history) deleteFunc(t *rapid.T) {
	last := rapid.StringMatching("[0-9]").Draw(t, "last")
	stale := func(key string, _ int64) bool { return strings.HasSuffix(key, last) }
	var keys []string
	for key, e := range h.model.entries {
		if stale(key, e.value) {
			keys = append(keys, key)
		}
	}
	h.deleted(t, keys, h.c.DeleteFunc(stale))
}

// deleted holds what the call said it removed against the model.
func (h *history) deleted(t *rapid.T, keys []string, n int) {
	var want []left
	for _, key := range keys {
		if e, ok := h.model.entries[key]; ok {
			want = append(want, left{key, e.value, cache.Deleted})
			h.model.drop(key)
			h.model.want.Deleted++
		}
	}
	if n != len(want) {
		t.Fatalf("%d of %v were removed, want %d", n, keys, len(want))
	}
	h.expect(t, want...)
}

func (h *history) deleteExpired(t *rapid.T) {
	var want []left
	for key, e := range h.model.entries {
		if !e.deadline.IsZero() && !e.deadline.After(h.clock.at) {
			want = append(want, left{key, e.value, cache.Expired})
			h.model.drop(key)
			h.model.want.Expired++
		}
	}
	if n := h.c.DeleteExpired(); n != len(want) {
		t.Fatalf("%d had expired, want %d", n, len(want))
	}
	h.expect(t, want...)
}

func (h *history) resize(t *rapid.T) {
	h.model.want.Budget = rapid.Int64Range(1, 10_000).Draw(t, "budget")
	if err := h.c.SetBytes(h.model.want.Budget); err != nil {
		t.Fatal(err)
	}
	h.evictions(t)
	h.expect(t)
}

// check runs after every step.
func (h *history) check(t *rapid.T) {
	if diff := cmp.Diff(h.model.want, h.c.Stats()); diff != "" {
		t.Fatalf("Stats (-want +got):\n%s", diff)
	}
	if st := h.model.want; st.Bytes > st.Budget || h.c.Bytes() != st.Bytes || h.c.Len() != st.Entries {
		t.Fatalf("Bytes() = %d, Len() = %d with %+v", h.c.Bytes(), h.c.Len(), st)
	}
	seen := 0
	for key, got := range h.c.All() {
		seen++
		e, ok := h.model.entries[key]
		if !ok || got.Size != h.model.overhead+e.value || got.Cost != e.cost || got.Hits != e.hits || !got.Deadline.Equal(e.deadline) {
			t.Fatalf("All yields %s, %+v; the model has %+v", key, got, e)
		}
	}
	if seen != len(h.model.entries) {
		t.Fatalf("All yields %d entries, want %d", seen, len(h.model.entries))
	}
}
