package account_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/account"
	"veche/data"
	"veche/fault"
)

func sessionID(t *testing.T, b *browser) (id int64) {
	t.Helper()
	if err := b.in(func(ctx context.Context) error {
		id = account.SessionID(ctx)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestRevokedSessionsActAtOnce(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleMember)
		town.member("boris", account.RoleMember)
		home, phone, library, other := town.signedIn("marfa"), town.signedIn("marfa"), town.signedIn("marfa"), town.signedIn("boris")
		revoke := func(b *browser, id int64) error {
			return b.in(func(ctx context.Context) error { return account.Revoke(ctx, id) })
		}
		refused(t, revoke(other, sessionID(t, phone)), fault.NotFound, "account.session.none")
		refused(t, revoke(town.browser(), sessionID(t, phone)), fault.Unauthorized, "")
		phone.is("marfa", account.RoleMember)
		if err := revoke(home, sessionID(t, phone)); err != nil {
			t.Fatal(err)
		}
		phone.is("", account.RoleGuest)
		if err := home.in(account.RevokeOthers); err != nil {
			t.Fatal(err)
		}
		library.is("", account.RoleGuest)
		home.is("marfa", account.RoleMember)
		other.is("boris", account.RoleMember)
	})
}

func TestTheListOfSessionsIsTheViewers(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleMember)
		town.member("boris", account.RoleMember)
		town.signedIn("boris")
		passing := town.browser()
		if err := passing.do(func(w http.ResponseWriter, r *http.Request) error {
			_, err := account.SignIn(w, r, account.Credentials{Login: "marfa", Password: secretOf("marfa")})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		town.wait(time.Hour)
		home := town.signedIn("marfa")
		list := func() (ids []int64) {
			t.Helper()
			if err := home.in(func(ctx context.Context) error {
				sessions, err := account.Sessions(ctx)
				for _, s := range sessions {
					ids = append(ids, s.ID)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return ids
		}
		want := []int64{sessionID(t, home), sessionID(t, passing)}
		if diff := cmp.Diff(list(), want); diff != "" {
			t.Errorf("the sessions, got and want:\n%s", diff)
		}
		town.wait(23 * time.Hour)
		if diff := cmp.Diff(list(), want[:1]); diff != "" {
			t.Errorf("the sessions when one has expired, got and want:\n%s", diff)
		}
		refused(t, town.browser().in(func(ctx context.Context) error {
			_, err := account.Sessions(ctx)
			return err
		}), fault.Unauthorized, "")
	})
}

func TestAChangedPasswordEndsAllOtherSessions(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleMember)
		home, phone := town.signedIn("marfa"), town.signedIn("marfa")
		change := func(b *browser, current, next string) error {
			return b.do(func(w http.ResponseWriter, r *http.Request) error { return account.SetPassword(w, r, current, next) })
		}
		fields(t, change(home, "a guess", "12345678"), map[string]string{
			"current": "account.password.wrong", "password": "account.password.common",
		})
		refused(t, change(town.browser(), secretOf("marfa"), "something new"), fault.Unauthorized, "")
		phone.is("marfa", account.RoleMember)
		former := home.token()
		if err := change(home, secretOf("marfa"), "something new"); err != nil {
			t.Fatal(err)
		}
		home.is("marfa", account.RoleMember)
		phone.is("", account.RoleGuest)
		if home.token() == former {
			t.Error("the token is the same")
		}
		refused(t, town.browser().signIn("marfa", secretOf("marfa")), fault.Invalid, "account.wrong")
		if err := town.browser().signIn("marfa", "something new"); err != nil {
			t.Error(err)
		}
	})
}

func TestUseOfSessionsIsWrittenOutsideOfRequests(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleMember)
		b := town.signedIn("marfa")
		seen := func() time.Time {
			t.Helper()
			s, err := data.ByID[account.Session](town.ctx(), sessionID(t, b))
			if err != nil {
				t.Fatal(err)
			}
			return s.SeenAt
		}
		before := town.db.Tracker().Stats().Clock
		for range 10 {
			town.wait(time.Minute)
			b.is("marfa", account.RoleMember)
		}
		if n := town.db.Tracker().Stats().Clock - before; n != 0 {
			t.Errorf("the requests wrote %d times", n)
		}
		if got := seen(); !got.Equal(noon) {
			t.Errorf("seen at %v before the sweep", got)
		}
		for range 2 { // the second has nothing to write
			if err := town.Sweep(town.ctx()); err != nil {
				t.Fatal(err)
			}
		}
		if got := seen(); !got.Equal(noon.Add(10 * time.Minute)) {
			t.Errorf("seen at %v, want ten minutes past noon", got)
		}
		if n := town.db.Tracker().Stats().Clock - before; n != 1 {
			t.Errorf("wrote %d times, want once", n)
		}
	})
}

func TestExpiredSessionsAndTokensAreRemoved(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		if _, needed, err := town.SetupToken(town.ctx()); err != nil || !needed {
			t.Fatal(needed, err)
		}
		town.member("marfa", account.RoleMember)
		town.signedIn("marfa")
		rows := func() (n int) {
			t.Helper()
			sessions, err := data.All[account.Session](data.Read(town.ctx()))
			if err != nil {
				t.Fatal(err)
			}
			tokens, err := data.All[account.SetupToken](data.Read(town.ctx()))
			if err != nil {
				t.Fatal(err)
			}
			return len(sessions) + len(tokens)
		}
		for _, c := range []struct {
			wait time.Duration
			want int
		}{{23 * time.Hour, 2}, {time.Hour, 1}, {28 * 24 * time.Hour, 1}, {24 * time.Hour, 0}} {
			town.wait(c.wait)
			if err := town.Sweep(town.ctx()); err != nil {
				t.Fatal(err)
			}
			if n := rows(); n != c.want {
				t.Errorf("%v after noon %d rows are left, want %d", town.now().Sub(noon), n, c.want)
			}
		}
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	town := found(t, t.TempDir()+"/test.db", account.Options{})
	ctx, cancel := context.WithCancel(town.ctx())
	cancel()
	if err := town.Run(ctx); err != nil {
		t.Error(err)
	}
}
