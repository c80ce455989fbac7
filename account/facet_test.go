package account_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"veche/account"
	"veche/data"
	"veche/track"
)

// shelf keeps what a computation made, by the facets that it looked at, as a
// renderer does.
type shelf struct {
	tracker *track.Tracker
	clock   func() time.Time
	kept    []*thing
	made    int
}

type thing struct {
	facets []track.FacetRead
	text   string
	entry  *track.Entry
}

func (th *thing) Dropped(*track.Entry, *track.Change) {}

// show returns what is kept for the request, or makes and keeps it.
func (s *shelf) show(ctx context.Context, make func(ctx context.Context) string) string {
	for _, th := range s.kept {
		fits := th.entry.Live(s.clock())
		for _, f := range th.facets {
			fits = fits && track.Peek(ctx, f.Name) == f.Value
		}
		if fits {
			return th.text
		}
	}
	ctx, rec := s.tracker.Record(ctx)
	th := &thing{text: make(ctx)}
	th.facets = rec.Facets()
	s.made++
	entry, err := rec.Admit(th)
	if err == nil {
		th.entry = entry
		s.kept = append(s.kept, th)
	}
	return th.text
}

// greet looks at the whole viewer.
func greet(ctx context.Context) string {
	viewer, _ := account.Viewer(ctx)
	return fmt.Sprintf("%d %s %s", viewer.ID, viewer.Name, viewer.Email)
}

// door looks at the role alone.
func door(ctx context.Context) string {
	return fmt.Sprint(account.Require(ctx, account.RoleMember) == nil)
}

// P4: what was made for one viewer is shown to no other. Shown to fail when
// ViewerID reads its facet by track.Peek.
func TestFragmentsOfOneViewerAreNotAnothers(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		logins := []string{"marfa", "boris"}
		browsers := map[string]*browser{"": town.browser()}
		for _, login := range logins {
			town.member(login, account.RoleMember)
			browsers[login] = town.signedIn(login)
		}
		s := &shelf{tracker: town.db.Tracker(), clock: town.now}
		see := func(login, want string) {
			t.Helper()
			if err := browsers[login].in(func(ctx context.Context) error {
				if got := s.show(ctx, greet); got != want {
					t.Errorf("%q sees %q, want %q", login, got, want)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			see("", "0  ")
			see("marfa", "1 marfa ")
			see("boris", "2 boris ")
		}
		if s.made != 3 {
			t.Errorf("made %d times for three viewers", s.made)
		}
		if err := browsers["marfa"].in(func(ctx context.Context) error {
			return account.SetProfile(ctx, account.Profile{Name: "Марфа"})
		}); err != nil {
			t.Fatal(err)
		}
		see("marfa", "1 Марфа ")
		see("boris", "2 boris ")
		if s.made != 4 {
			t.Errorf("made %d times, want 4: one viewer changed", s.made)
		}
		if err := browsers["marfa"].do(account.SignOut); err != nil {
			t.Fatal(err)
		}
		see("marfa", "0  ")
	})
}

// What looks at the role is shared, and a revoked right acts though it is kept.
func TestFragmentsOfARoleAreShared(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		var browsers []*browser
		for _, login := range []string{"marfa", "boris", "gleb"} {
			town.member(login, account.RoleMember)
			browsers = append(browsers, town.signedIn(login))
		}
		s := &shelf{tracker: town.db.Tracker(), clock: town.now}
		see := func(b *browser, want string) {
			t.Helper()
			if err := b.in(func(ctx context.Context) error {
				if got := s.show(ctx, door); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, b := range browsers {
			see(b, "true")
		}
		see(town.browser(), "false")
		if s.made != 2 {
			t.Errorf("made %d times for two roles", s.made)
		}
		if _, err := data.Write(town.ctx(), func(tx *data.Tx) error {
			return tx.DB().Model(&account.Member{}).Where("login = ?", "gleb").UpdateColumn("disabled", true).Error
		}); err != nil {
			t.Fatal(err)
		}
		see(browsers[2], "false")
		see(browsers[0], "true")
		if s.made != 2 {
			t.Errorf("made %d times for two roles", s.made)
		}
	})
}

// A sign-in elsewhere, a rehash or a use of the session change rows of which
// nothing shown was made.
func TestWhatNobodySawChangesNothingKept(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleMember)
		b := town.signedIn("marfa")
		s := &shelf{tracker: town.db.Tracker(), clock: town.now}
		look := func() {
			t.Helper()
			if err := b.in(func(ctx context.Context) error {
				s.show(ctx, greet)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		look()
		town.signedIn("marfa")
		if _, err := data.Write(town.ctx(), func(tx *data.Tx) error {
			return tx.DB().Model(&account.Member{}).Where("login = ?", "marfa").UpdateColumn("password", "").Error
		}); err != nil {
			t.Fatal(err)
		}
		town.wait(time.Hour)
		look()
		if err := town.Sweep(town.ctx()); err != nil {
			t.Fatal(err)
		}
		look()
		if s.made != 1 {
			t.Errorf("made %d times, want once", s.made)
		}
	})
}

// Shown to fail when findVisit reads with the context that is not recorded, and
// when the end of the session is not noted.
func TestAKnownVisitorCostsNoQueryUntilTheirRowsChange(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		kept := &memory{kept: make(map[string]any)}
		keeper, err := account.New(account.Options{Now: town.now, Memory: kept, Hash: town.Hash})
		if err != nil {
			t.Fatal(err)
		}
		town.Keeper = keeper
		town.member("marfa", account.RoleMember)
		b, phone := town.signedIn("marfa"), town.signedIn("marfa")
		for range 3 {
			b.is("marfa", account.RoleMember)
			phone.is("marfa", account.RoleMember)
		}
		if len(kept.kept) != 2 {
			t.Errorf("%d visits are kept, want 2", len(kept.kept))
		}
		if err := phone.do(account.SignOut); err != nil {
			t.Fatal(err)
		}
		if len(kept.kept) != 1 {
			t.Errorf("%d visits are kept when one of two sessions ended", len(kept.kept))
		}
		town.browser().is("", account.RoleGuest)
		for range 3 {
			invented := town.browser()
			invented.cookies["veche-session"] = &http.Cookie{Name: "veche-session", Value: strings.Repeat("A", 43)}
			invented.is("", account.RoleGuest)
		}
		if len(kept.kept) != 1 {
			t.Errorf("%d visits are kept, some of them of tokens that somebody invented", len(kept.kept))
		}
		if err := town.db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := b.in(func(ctx context.Context) error { return account.Require(ctx, account.RoleMember) }); err != nil {
			t.Errorf("a known visitor cost a query: %v", err)
		}
		town.wait(30 * 24 * time.Hour)
		if err := b.in(func(context.Context) error { return nil }); err == nil {
			t.Error("a session that has expired was not looked for")
		}
	})
}
