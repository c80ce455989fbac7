package cache_test

import (
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/cache"
)

// A clock is a time that stands until a test moves it.
type clock struct{ at time.Time }

func newClock() *clock { return &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

// left is one call of the removal listener.
type left struct {
	Key   string
	Value int64
	Why   cache.Reason
}

// open returns a cache whose values are their own sizes.
func open(t testing.TB, o cache.Options[string, int64]) *cache.Cache[string, int64] {
	t.Helper()
	if o.Size == nil {
		o.Size = func(_ string, v int64) int64 { return v }
	}
	c, err := cache.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNewRefusesBudgetsOutOfRange(t *testing.T) {
	for _, bytes := range []int64{-1, cache.BytesMax + 1, math.MaxInt64} {
		if _, err := cache.New(cache.Options[int, int]{Bytes: bytes}); err == nil {
			t.Errorf("New with a budget of %d gave no error", bytes)
		}
		c, err := cache.New(cache.Options[int, int]{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.SetBytes(bytes); err == nil {
			t.Errorf("SetBytes(%d) gave no error", bytes)
		}
	}
}

func TestAValueLargerThanTheBudgetIsRefusedAndTakesTheOldOneAlong(t *testing.T) {
	var told []left
	c := open(t, cache.Options[string, int64]{
		Bytes:    1000,
		OnRemove: func(k string, v int64, why cache.Reason) { told = append(told, left{k, v, why}) },
	})
	c.Set("other", 1, 0)
	c.Set("page", 2, 0)
	for _, size := range []int64{1001 - c.Overhead(), math.MaxInt64} {
		if c.Set("page", size, time.Second) {
			t.Errorf("Set of %d bytes was kept in a budget of 1000", size)
		}
	}
	if _, ok := c.Get("page"); ok {
		t.Error("the former value is still found")
	}
	if _, ok := c.Get("other"); !ok {
		t.Error("a refused newcomer drove another entry out")
	}
	want := []left{
		{"page", 2, cache.Replaced},
		{"page", 1001 - c.Overhead(), cache.Refused},
		{"page", math.MaxInt64, cache.Refused},
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("listener (-want +got):\n%s", diff)
	}
	if got := c.Stats().Refused; got != 2 {
		t.Errorf("Refused = %d, want 2", got)
	}
}

func TestCallersFunctionsMayUseTheCache(t *testing.T) {
	var c *cache.Cache[string, int64]
	use := func() {
		if c != nil {
			c.Get("x")
			c.Delete("y")
			c.Bytes()
		}
	}
	depth := 0
	c = open(t, cache.Options[string, int64]{
		Bytes: 1000,
		Size:  func(_ string, v int64) int64 { use(); return v },
		Now:   func() time.Time { use(); return time.Unix(1, 0) },
		OnRemove: func(string, int64, cache.Reason) {
			use()
			if depth++; depth < 5 {
				c.Set("nested", 500, 0)
			}
		},
	})
	for i := range 10 {
		c.SetUntil(strconv.Itoa(i), 500, 0, time.Unix(int64(i), 0))
	}
	c.DeleteFunc(func(string, int64) bool { use(); return true })
	for key := range c.All() {
		c.Delete(key)
	}
	if got := c.Len(); got != 0 {
		t.Errorf("Len() = %d, want 0", got)
	}
}

func TestOverheadIsWhatItsCommentSays(t *testing.T) {
	if strconv.IntSize != 64 {
		t.Skip("not a 64-bit machine")
	}
	c, err := cache.New(cache.Options[string, []byte]{})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Overhead(); got != 96+16+24 {
		t.Errorf("Overhead() = %d, want 136", got)
	}
	c.Set("page", make([]byte, 100), 0)
	if got := c.Bytes(); got != 136 {
		t.Errorf("without a weigher an entry counts %d bytes, want 136", got)
	}
}

func TestInfoDescribesAnEntryWithoutUsingIt(t *testing.T) {
	clock := newClock()
	c := open(t, cache.Options[string, int64]{Now: clock.now})
	deadline := clock.at.Add(time.Minute)
	c.SetUntil("page", 100, 7*time.Millisecond, deadline)
	c.Get("page")
	c.Info("page")
	got, ok := c.Info("page")
	want := cache.Info{Size: 100 + c.Overhead(), Cost: 7 * time.Millisecond, Hits: 1, Created: clock.at, Deadline: deadline}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("Info = %v (-want +got):\n%s", ok, diff)
	}
	if _, ok := c.Info("none"); ok {
		t.Error("Info describes an entry that is not there")
	}
	if st := c.Stats(); st.Hits != 1 || st.Misses != 0 || st.HitRatio() != 1 || st.TimeHitRatio() != 0.5 {
		t.Errorf("Stats = %+v", st)
	}
}

func TestSumsDoNotOverflow(t *testing.T) {
	c := open(t, cache.Options[string, int64]{})
	for i := range 3 {
		key := strconv.Itoa(i)
		c.Set(key, 1, math.MaxInt64)
		c.Get(key)
		c.Get(key)
		c.Delete(key)
	}
	c.Set("negative", -5, -5)
	if info, _ := c.Info("negative"); info.Size != c.Overhead() || info.Cost != 0 {
		t.Errorf("a negative size and cost count as %d and %v", info.Size, info.Cost)
	}
	if st := c.Stats(); st.Saved != math.MaxInt64 || st.Spent != math.MaxInt64 {
		t.Errorf("Saved = %d, Spent = %d, want the largest", st.Saved, st.Spent)
	}
}

func TestDeadlinesFarAwayAndLongAgo(t *testing.T) {
	c := open(t, cache.Options[string, int64]{})
	if !c.SetUntil("far", 1, 0, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("a deadline in the year 9999 has passed")
	}
	for _, past := range []time.Time{{}, time.Unix(0, 0), time.Unix(-1e12, 0)} {
		if c.SetUntil("past", 1, 0, past) {
			t.Errorf("the deadline %v has not passed", past)
		}
	}
}

func TestIndexShrinksAndGrowsWithKeysThatCollide(t *testing.T) {
	for name, hash := range map[string]func(int) uint64{
		"own":      nil,
		"identity": func(k int) uint64 { return uint64(k) },
		"constant": func(int) uint64 { return 7 },
		"coarse":   func(k int) uint64 { return uint64(k / 10) },
	} {
		t.Run(name, func(t *testing.T) {
			c, err := cache.New(cache.Options[int, int]{Hash: hash})
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{2000, 10, 1000} {
				for k := range n {
					c.Set(k, k+n, 0)
				}
				c.DeleteFunc(func(k, _ int) bool { return k >= n })
				for k := range n {
					if got, ok := c.Get(k); !ok || got != k+n {
						t.Fatalf("Get(%d) = %d, %v, want %d", k, got, ok, k+n)
					}
				}
				if got := c.Len(); got != n {
					t.Fatalf("Len() = %d, want %d", got, n)
				}
			}
		})
	}
}

func TestAHitAllocatesNothing(t *testing.T) {
	for _, p := range policies {
		c := open(t, cache.Options[string, int64]{Policy: p.open()})
		c.Set("page", 1, 0)
		c.SetUntil("dated", 1, 0, time.Now().Add(time.Hour))
		got := testing.AllocsPerRun(100, func() {
			c.Get("page")
			c.Get("dated")
			c.Get("none")
		})
		if got != 0 {
			t.Errorf("%s: Get allocates %v times", p.name, got)
		}
	}
}

// wrong names a node that is not resident.
type wrong struct{ cache.Policy }

func (wrong) Evict(*cache.Node, int64) *cache.Node { return cache.NewNode(1, 1, 1) }

func TestABrokenPolicyIsReportedAndLeavesTheCacheUnlocked(t *testing.T) {
	c := open(t, cache.Options[string, int64]{Bytes: 1000, Policy: wrong{cache.NewLRU()}})
	c.Set("a", 600, 0)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		c.Set("b", 600, 0)
	}()
	if _, ok := c.Get("a"); !ok || !c.Delete("a") {
		t.Error("the cache does not work on")
	}
}
