package data_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"veche/data"
	"veche/data/datatest"
	"veche/track"
)

// clock is a time that the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// in returns the time after d.
func (c *clock) in(d time.Duration) time.Time { return c.now().Add(d) }

// shelf keeps results as a page renderer does: made once, shown while live.
type shelf struct {
	t     *testing.T
	db    *data.DB
	query func(ctx context.Context) *gorm.DB
	entry *track.Entry
	kept  []string
	made  int
	at    time.Time // when it was last made
}

func (s *shelf) Dropped(*track.Entry, *track.Change) {}

// slugs returns the slugs that the query finds, from the shelf if they are
// still true.
func (s *shelf) slugs(now time.Time) []string {
	s.t.Helper()
	if s.entry != nil && s.entry.Live(now) {
		return s.kept
	}
	s.made++
	s.at = now
	ctx, recording := s.db.Tracker().Record(data.With(s.t.Context(), s.db))
	rows, err := data.All[News](s.query(ctx).Order("id"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.kept = slugs(rows)
	if s.entry, err = recording.Admit(s); err != nil {
		s.t.Fatalf("the result is not kept: %v", err)
	}
	return s.kept
}

func slugs(rows []News) []string {
	got := []string{}
	for _, row := range rows {
		got = append(got, row.Slug)
	}
	return got
}

// tracker returns a tracker and options that have the test's clock.
func clocked(c *clock) data.Options {
	return data.Options{Now: c.now, Tracker: track.New(track.Options{Now: c.now})}
}

func planned(slug string, at time.Time) *News {
	row := item(slug)
	row.PublishAt = at
	return row
}

func TestScheduledRowAppearsAtItsTime(t *testing.T) {
	c := newClock()
	datatest.EachWith(t, clocked(c), func(t *testing.T, db *data.DB) {
		c.set(newClock().now())
		first, second := c.in(time.Hour), c.in(2*time.Hour+250*time.Microsecond)
		other := planned("other", c.in(time.Minute))
		other.SectionID = 2
		create(t, db, planned("out", c.in(-time.Hour)), planned("soon", first), planned("later", second), item("unplanned"), other)
		s := &shelf{t: t, db: db, query: func(ctx context.Context) *gorm.DB {
			return data.Read(ctx).Where("section_id = ?", 0).Scopes(data.Due(ctx, "publish_at"))
		}}
		for _, step := range []struct {
			at       time.Time
			want     []string
			made     int
			deadline time.Time
		}{
			{c.now(), []string{"out"}, 1, first},
			{first.Add(-time.Microsecond), []string{"out"}, 1, first},
			{first, []string{"out", "soon"}, 2, second},
			{second.Add(-time.Microsecond), []string{"out", "soon"}, 2, second},
			{second, []string{"out", "soon", "later"}, 3, time.Time{}},
			{second.Add(100 * 24 * time.Hour), []string{"out", "soon", "later"}, 3, time.Time{}},
		} {
			c.set(step.at)
			if got := s.slugs(c.now()); !cmp.Equal(got, step.want) || s.made != step.made {
				t.Errorf("at %v: got %q made %d times, want %q made %d times", step.at, got, s.made, step.want, step.made)
			}
			if !s.entry.Deadline().Equal(step.deadline) {
				t.Errorf("at %v: deadline %v, want %v", step.at, s.entry.Deadline(), step.deadline)
			}
			// A read that nobody records asks for the present moment.
			ctx := data.With(t.Context(), db)
			plain, err := data.All[News](s.query(ctx).Order("id"))
			if err != nil || !cmp.Equal(slugs(plain), step.want) {
				t.Errorf("at %v: unrecorded: got %q, %v", step.at, slugs(plain), err)
			}
			var n int64
			if err := s.query(ctx).Model(&News{}).Count(&n).Error; err != nil || int(n) != len(step.want) {
				t.Errorf("at %v: counted %d, %v", step.at, n, err)
			}
		}
	}, schema())
}

// TestChangeOfScheduleMovesTheDeadline: a row that becomes due earlier than what
// was known drops the kept result, one that becomes due later does not.
func TestChangeOfScheduleMovesTheDeadline(t *testing.T) {
	c := newClock()
	datatest.EachWith(t, clocked(c), func(t *testing.T, db *data.DB) {
		c.set(newClock().now())
		row := planned("soon", c.in(time.Hour))
		create(t, db, row)
		s := &shelf{t: t, db: db, query: func(ctx context.Context) *gorm.DB {
			return data.Read(ctx).Where("section_id = ?", 0).Scopes(data.Due(ctx, "publish_at"))
		}}
		s.slugs(c.now())
		create(t, db, planned("later", c.in(2*time.Hour)))
		elsewhere := planned("elsewhere", c.in(time.Minute))
		elsewhere.SectionID = 2
		create(t, db, elsewhere)
		if !s.entry.Live(c.now()) {
			t.Error("what becomes due later, or elsewhere, drops the result")
		}
		create(t, db, planned("earlier", c.in(time.Minute)))
		if s.entry.Live(c.now()) {
			t.Error("the result outlives its deadline")
		}
		if s.slugs(c.now()); !s.entry.Deadline().Equal(c.in(time.Minute)) {
			t.Errorf("got deadline %v", s.entry.Deadline())
		}
		create(t, db, planned("past", c.in(-time.Minute)))
		if got := s.slugs(c.now()); !cmp.Equal(got, []string{"past"}) {
			t.Errorf("got %q", got)
		}
		c.set(c.in(time.Minute))
		if got := s.slugs(c.now()); !cmp.Equal(got, []string{"earlier", "past"}) {
			t.Errorf("got %q", got)
		}
	}, schema())
}

func TestExpiringRowGoesAtItsTime(t *testing.T) {
	c := newClock()
	datatest.EachWith(t, clocked(c), func(t *testing.T, db *data.DB) {
		c.set(newClock().now())
		short, long := planned("short", c.in(time.Hour)), planned("long", c.in(-time.Hour))
		short.ExpireAt, long.ExpireAt = c.in(2*time.Hour), c.in(3*time.Hour)
		create(t, db, short, long, planned("forever", c.in(-time.Hour)))
		s := &shelf{t: t, db: db, query: func(ctx context.Context) *gorm.DB {
			// An OR of the caller's must not swallow the conditions of time.
			return data.Read(ctx).Where("locale = ?", "ru").Or("locale = ?", "en").
				Scopes(data.Due(ctx, "publish_at"), data.NotDue(ctx, "expire_at"))
		}}
		begin := c.now()
		for hours, want := range [][]string{{"long", "forever"}, {"short", "long", "forever"}, {"long", "forever"}, {"forever"}, {"forever"}} {
			c.set(begin.Add(time.Duration(hours) * time.Hour))
			if got := s.slugs(c.now()); !cmp.Equal(got, want) {
				t.Errorf("after %d h: got %q, want %q", hours, got, want)
			}
		}
		if s.made != 4 {
			t.Errorf("made %d times, want 4", s.made)
		}
	}, schema())
}

// TestEqualComputationsAskEqualQuestions: between two due times the clock moves
// but no argument does, so that kept results of queries are found again.
func TestEqualComputationsAskEqualQuestions(t *testing.T) {
	c := newClock()
	db := datatest.SQLite(t, clocked(c), schema())
	create(t, db, planned("soon", c.in(time.Hour)), planned("later", c.in(2*time.Hour)))
	reads := func() []track.Read {
		ctx, recording := db.Tracker().Record(data.With(t.Context(), db))
		defer recording.End()
		if _, err := data.All[News](data.Read(ctx).Scopes(data.Due(ctx, "publish_at"))); err != nil {
			t.Fatal(err)
		}
		return recording.Reads()
	}
	same := func(a, b []track.Read) bool {
		return slices.EqualFunc(a, b, func(a, b track.Read) bool { return a.Query == b.Query && cmp.Equal(a.Args, b.Args) })
	}
	first := reads()
	c.set(c.in(30 * time.Minute))
	if second := reads(); len(first) != 2 || !same(first, second) {
		t.Errorf("got %v and then %v", first, second)
	}
	c.set(c.in(30 * time.Minute))
	moved := reads()
	c.set(c.in(30 * time.Minute))
	if again := reads(); len(again) != 2 || same(first, again) || !same(moved[len(moved)-2:], again) {
		t.Errorf("got %v and then %v", moved, again)
	}
}

func TestTimeConditionOnNothingIsAnError(t *testing.T) {
	db := datatest.SQLite(t, data.Options{}, schema())
	ctx, recording := db.Tracker().Record(data.With(t.Context(), db))
	defer recording.End()
	for _, query := range []*gorm.DB{
		data.Read(ctx).Scopes(data.Due(ctx, "nonsense")).Find(&[]News{}),
		data.Read(ctx).Scopes(data.Due(ctx, "publish_at")).Find(&[]int{}),
	} {
		if query.Error == nil {
			t.Error("a condition on nothing passes")
		}
	}
}

// TestDueModel plays random histories of writes and of the clock, forwards and
// backwards, and holds what is shown against rows filtered by hand. It fails if
// the deadline, the hand's motion or its being taken back is left out.
func TestDueModel(t *testing.T) {
	c := newClock()
	db := datatest.SQLite(t, clocked(c), schema())
	begin, n := c.now(), 0
	rapid.Check(t, func(rt *rapid.T) {
		if err := write(t, db, func(tx *data.Tx) error { return tx.DB().Exec("DELETE FROM news").Error }); err != nil {
			rt.Fatal(err)
		}
		c.set(begin)
		var rows []*News
		shelves := []*shelf{}
		for _, locale := range []string{"ru", "en"} {
			shelves = append(shelves, &shelf{t: t, db: db, query: func(ctx context.Context) *gorm.DB {
				return data.Read(ctx).Scopes(data.NotDue(ctx, "expire_at")).Where("locale = ?", locale).Scopes(data.Due(ctx, "publish_at"))
			}})
		}
		moment := func(name string) time.Time {
			minutes := rapid.IntRange(-5, 40).Draw(rt, name)
			if minutes < 0 {
				return time.Time{}
			}
			return begin.Add(time.Duration(minutes) * time.Minute)
		}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0:
				n++
				row := planned(fmt.Sprint("n", n), moment("publish"))
				row.ExpireAt, row.Locale = moment("expire"), rapid.SampledFrom([]string{"ru", "en"}).Draw(rt, "locale")
				create(t, db, row)
				rows = append(rows, row)
			case 1:
				if len(rows) > 0 {
					row := rapid.SampledFrom(rows).Draw(rt, "row")
					row.PublishAt, row.ExpireAt = moment("publish"), moment("expire")
					if err := write(t, db, func(tx *data.Tx) error { return data.Update(tx, row) }); err != nil {
						rt.Fatal(err)
					}
				}
			default:
				c.set(c.in(time.Duration(rapid.IntRange(-2, 10).Draw(rt, "minutes")) * time.Minute))
			}
			for i, locale := range []string{"ru", "en"} {
				want := []string{}
				for _, row := range rows {
					due := !row.PublishAt.IsZero() && !row.PublishAt.After(c.now())
					if row.Locale == locale && due && (row.ExpireAt.IsZero() || row.ExpireAt.After(c.now())) {
						want = append(want, row.Slug)
					}
				}
				// A kept result was true until its deadline; where the clock has
				// been set back it may show what was true then.
				if back := c.now().Before(shelves[i].at); back {
					shelves[i].entry = nil
				}
				if got := shelves[i].slugs(c.now()); !cmp.Equal(got, want) {
					rt.Fatalf("%s at %v: got %q, want %q", locale, c.now().Sub(begin), got, want)
				}
			}
		}
	})
}
