package track_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"
	"weak"

	"veche/track"
)

var byID = &track.Query{Label: "by id", Table: "t", Where: track.Cmp("id", track.Eq, track.Param(1))}

func readOf(id int64) track.Read { return track.Read{Query: byID, Args: []track.Value{id}} }

func insertOf(id int64) track.Change {
	return track.Change{Table: "t", After: image(map[string]any{"id": id})}
}

func TestAChangeDuringTheRecordingRefusesTheResult(t *testing.T) {
	tracker := track.New(track.Options{})
	ctx, rec := tracker.Record(context.Background())
	tracker.Apply(insertOf(1))
	track.Note(ctx, readOf(1)) // noted late, and still verified
	if _, err := rec.Admit(nil); !errors.Is(err, track.ErrOvertaken) {
		t.Errorf("Admit returned %v", err)
	}
	_, rec = tracker.Record(context.Background())
	rec.Note(readOf(1))
	tracker.Apply(insertOf(2))
	if _, err := rec.Admit(nil); err != nil {
		t.Errorf("another row changed: %v", err)
	}
}

// The changes that a long recording saw are verified without the mutex; those
// that come meanwhile are not lost.
func TestALongRecordingIsVerifiedAgainstAll(t *testing.T) {
	for _, hit := range []int{0, 1, 499, 999} {
		tracker := track.New(track.Options{})
		_, rec := tracker.Record(context.Background())
		rec.Note(readOf(-1))
		for i := range 1000 {
			id := int64(i)
			if i == hit {
				id = -1
			}
			tracker.Apply(insertOf(id))
		}
		if _, err := rec.Admit(nil); !errors.Is(err, track.ErrOvertaken) {
			t.Errorf("change %d touched the read, Admit returned %v", hit, err)
		}
	}
}

func TestADeadlineEndsAResult(t *testing.T) {
	now := noon
	tracker := track.New(track.Options{Now: func() time.Time { return now }})
	ctx, rec := tracker.Record(context.Background())
	track.Until(ctx, noon.Add(2*time.Hour))
	track.Until(ctx, noon.Add(time.Hour))
	track.Until(ctx, time.Time{})
	e, err := rec.Admit(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !e.Live(noon) || !e.Live(e.Deadline().Add(-1)) || e.Live(noon.Add(time.Hour)) {
		t.Errorf("the result does not end at %v", e.Deadline())
	}
	ctx, rec = tracker.Record(context.Background())
	track.Until(ctx, noon.Add(time.Hour))
	now = noon.Add(time.Hour)
	if _, err := rec.Admit(nil); !errors.Is(err, track.ErrVolatile) {
		t.Errorf("after the deadline, Admit returned %v", err)
	}
}

func TestAVolatileResultIsRefusedWithItsReason(t *testing.T) {
	tracker := track.New(track.Options{})
	for why, want := range map[string]string{
		"random()": "track: the result is volatile: random()",
		"":         "track: the result is volatile: no reason given",
	} {
		ctx, rec := tracker.Record(context.Background())
		track.Volatile(ctx, why)
		if _, err := rec.Admit(nil); !errors.Is(err, track.ErrVolatile) || err.Error() != want {
			t.Errorf("Admit returned %v, want %s", err, want)
		}
	}
}

func TestFacetsAreNotedOnceAndPeekedAtFreely(t *testing.T) {
	tracker := track.New(track.Options{})
	ctx := track.WithFacets(context.Background(), func(name string) string { return "the " + name })
	ctx, rec := tracker.Record(ctx)
	track.Peek(ctx, "role")
	for range 2 {
		if got := track.Facet(ctx, "viewer"); got != "the viewer" {
			t.Errorf("the facet is %q", got)
		}
	}
	if got := rec.Facets(); len(got) != 1 || got[0] != (track.FacetRead{Name: "viewer", Value: "the viewer"}) {
		t.Errorf("noted %v", got)
	}
	for i := range track.MaxFacets {
		track.Facet(ctx, string(rune('a'+i)))
	}
	if _, err := rec.Admit(nil); !errors.Is(err, track.ErrVolatile) || len(rec.Facets()) != track.MaxFacets {
		t.Errorf("with more than %d facets, Admit returned %v", track.MaxFacets, err)
	}
}

func TestARepeatedReadIsKeptOnce(t *testing.T) {
	tracker := track.New(track.Options{})
	_, rec := tracker.Record(context.Background())
	for i := range 10 * track.MaxReads {
		rec.Note(readOf(int64(i % track.MaxReads)))
	}
	if got := len(rec.Reads()); got != track.MaxReads {
		t.Errorf("%d reads", got)
	}
	rec.Note(readOf(-1))
	e, err := rec.Admit(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Reads(); len(got) != 1 || got[0].Query.Table != "t" {
		t.Errorf("with one read too many, %d reads are kept", len(got))
	}
	tracker.Apply(insertOf(-2))
	if e.Live(noon) {
		t.Error("a change of the table does not touch the coarse recording")
	}
}

func TestARecordingInsideAnotherIsSeparate(t *testing.T) {
	tracker := track.New(track.Options{})
	outer, outerRec := tracker.Record(context.Background())
	inner, innerRec := tracker.Record(outer)
	track.Note(inner, readOf(1))
	if len(outerRec.Reads()) != 0 || len(innerRec.Reads()) != 1 {
		t.Error("the inner read is noted in the outer recording")
	}
	innerRec.End()
	outerRec.End()
	outerRec.End()
}

func TestAdmitAfterTheEndPanics(t *testing.T) {
	_, rec := track.New(track.Options{}).Record(context.Background())
	rec.End()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	rec.Admit(nil)
}

func TestWatchedSaysWhereImagesAreWanted(t *testing.T) {
	tracker := track.New(track.Options{})
	watched := func(want bool, table, when string) {
		t.Helper()
		if got := tracker.Watched(table); got != want {
			t.Errorf("%s: Watched(%q) is %v", when, table, got)
		}
	}
	watched(false, "t", "empty")
	_, rec := tracker.Record(context.Background())
	watched(true, "t", "a recording is open")
	rec.End()
	e := keep(t, tracker, nil, readOf(1))
	watched(true, "t", "an entry reads it")
	watched(false, "u", "nobody reads it")
	watched(true, "", "a change of everything")
	tracker.Forget(e)
	watched(false, "t", "forgotten")
	keep(t, tracker, nil, track.Read{Query: track.WholeTable("")})
	watched(true, "u", "an entry reads everything")
	tracker.Apply(track.Everything())
	watched(false, "u", "everything dropped")
}

// The owner is told which change it was, and may use the tracker meanwhile.
func TestTheOwnerIsToldOutsideAllLocks(t *testing.T) {
	tracker := track.New(track.Options{})
	told := 0
	var again owner
	again = func(e *track.Entry, by *track.Change) {
		told++
		if e.Live(noon) || by.Table != "t" {
			t.Errorf("told by %q of an entry that is live: %v", by.Table, e.Live(noon))
		}
		tracker.Forget(e)
		keep(t, tracker, again, readOf(1))
	}
	keep(t, tracker, again, readOf(1), readOf(1), readOf(2))
	tracker.Apply(insertOf(1), insertOf(2))
	if s := tracker.Stats(); told != 1 || s.Entries != 1 || s.Dropped != 1 {
		t.Errorf("told %d times, %+v", told, s)
	}
}

// An owner that panics does not leave the tracker locked.
func TestAPanicDoesNotLockTheTracker(t *testing.T) {
	tracker := track.New(track.Options{})
	keep(t, tracker, owner(func(*track.Entry, *track.Change) { panic("the owner's") }), readOf(1))
	func() {
		defer func() { recover() }()
		tracker.Apply(insertOf(1))
	}()
	if s := tracker.Stats(); s.Entries != 0 || s.Clock != 1 {
		t.Errorf("%+v", s)
	}
}

// Nothing is held for an entry that was dropped or forgotten. Tried, each of
// which fails it: a place unlinked from one side only, the index kept after
// Everything, the scratch of the index kept.
func TestDeadEntriesAreLeftToTheCollector(t *testing.T) {
	tracker := track.New(track.Options{})
	everything := weak.Make(keep(t, tracker, nil, readOf(1)))
	tracker.Apply(track.Everything())
	neighbours := []*track.Entry{keep(t, tracker, nil, readOf(1), readOf(3))}
	dead := []weak.Pointer[track.Entry]{everything}
	for range 3 {
		forgotten := keep(t, tracker, nil, readOf(1))
		neighbours = append(neighbours, keep(t, tracker, nil, readOf(1)))
		dropped := keep(t, tracker, nil, readOf(1), readOf(2))
		dead = append(dead, weak.Make(forgotten), weak.Make(dropped))
		tracker.Forget(forgotten)
		tracker.Apply(insertOf(2))
	}
	argument := new([16]byte)
	held := weak.Make(argument)
	tracker.Forget(keep(t, tracker, nil, track.Read{Query: byID, Args: []track.Value{argument}}))
	argument = nil
	runtime.GC()
	runtime.GC()
	for i, e := range dead {
		if e.Value() != nil {
			t.Errorf("entry %d is still held", i)
		}
	}
	if held.Value() != nil {
		t.Error("the argument of a forgotten read is still held")
	}
	if s := tracker.Stats(); s.Entries != len(neighbours) || s.Reads != len(neighbours)+1 {
		t.Errorf("%d neighbours, %+v", len(neighbours), s)
	}
	runtime.KeepAlive(neighbours)
}

// A change is let go of when the last recording that needs it has ended, though
// others are open.
func TestTheLogLetsGoOfRowImages(t *testing.T) {
	tracker := track.New(track.Options{})
	_, first := tracker.Record(context.Background())
	secret := new([16]byte)
	held := weak.Make(secret)
	tracker.Apply(track.Change{Table: "t", After: image(map[string]any{"x": secret})})
	secret = nil
	_, second := tracker.Record(context.Background())
	tracker.Apply(insertOf(1))
	first.End()
	runtime.GC()
	if held.Value() != nil || tracker.Stats().Log != 1 {
		t.Errorf("the log still holds the image; %d changes remembered", tracker.Stats().Log)
	}
	second.End()
}

// Reads that differ in anything are all kept.
func TestReadsThatDifferAreDistinct(t *testing.T) {
	_, rec := track.New(track.Options{}).Record(context.Background())
	other := *byID
	for range 2 {
		rec.Note(
			readOf(1), readOf(2),
			track.Read{Query: &other, Args: []track.Value{int64(1)}},
			track.Read{Query: byID, Args: []track.Value{"1"}},
			track.Read{Query: byID, Args: []track.Value{1.0}},
			track.Read{Query: byID, Args: []track.Value{nil}},
			track.Read{Query: byID},
			track.Read{Query: byID, Args: []track.Value{int64(1)}, Edge: []track.Value{int64(9)}},
			track.Read{Query: byID, Args: []track.Value{int64(1)}, Edge: []track.Value{}},
		)
	}
	if got := len(rec.Reads()); got != 9 {
		t.Errorf("%d reads of 9 that differ", got)
	}
	rec.End()
}
