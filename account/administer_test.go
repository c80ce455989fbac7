package account_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/account"
	"veche/fault"
)

func (b *browser) setup(token, login string) error {
	b.town.t.Helper()
	return b.do(func(w http.ResponseWriter, r *http.Request) error {
		_, err := account.Setup(w, r, token, account.Draft{Login: login, Password: secretOf(login)})
		return err
	})
}

func (town *town) setupToken() string {
	town.t.Helper()
	token, needed, err := town.SetupToken(town.ctx())
	if err != nil || !needed {
		town.t.Fatalf("SetupToken = %q, %v, %v", token, needed, err)
	}
	return token
}

func TestTheSetupTokenMakesTheFirstAdministrator(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		first := town.browser()
		if err := first.do(func(w http.ResponseWriter, r *http.Request) error {
			_, err := account.SignUp(w, r, account.Draft{Login: "first", Password: secretOf("first")})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		first.is("first", account.RoleMember)

		token, other := town.setupToken(), town.setupToken()
		b := town.browser()
		for _, guess := range []string{"", "guess", token[:42] + "_"} {
			refused(t, b.setup(guess, "marfa"), fault.Forbidden, "account.setup.closed")
		}
		fields(t, b.setup(token, "first"), map[string]string{"login": "account.login.taken"})
		if err := b.setup(token, "marfa"); err != nil {
			t.Fatal(err)
		}
		b.is("marfa", account.RoleAdministrator)
		for _, used := range []string{token, other} {
			refused(t, town.browser().setup(used, "boris"), fault.Forbidden, "account.setup.closed")
		}
		if token, needed, err := town.SetupToken(town.ctx()); needed || token != "" || err != nil {
			t.Errorf("with an administrator, SetupToken = %q, %v, %v", token, needed, err)
		}
	})
}

func TestASetupTokenIsGoodForADayOnEveryNode(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		token := town.setupToken()
		for range 15 {
			town.setupToken() // other nodes start
		}
		open := func() (open bool) {
			t.Helper()
			if err := town.browser().in(func(ctx context.Context) (err error) {
				open, err = account.SetupOpen(ctx, token)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return open
		}
		town.wait(24*time.Hour - time.Second)
		if !open() {
			t.Error("it is not good for a day")
		}
		town.setupToken()
		if open() {
			t.Error("more than 16 tokens are good")
		}
		token = town.setupToken()
		town.wait(24 * time.Hour)
		if open() {
			t.Error("it is good for more than a day")
		}
		refused(t, town.browser().setup(token, "marfa"), fault.Forbidden, "account.setup.closed")
	})
}

func TestTwoSetupsMakeOneAdministrator(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		tokens := []string{town.setupToken(), town.setupToken()}
		var done sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			done.Go(func() { errs[i] = town.browser().setup(tokens[i%2], "marfa"+string(rune('a'+i))) })
		}
		done.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				refused(t, err, fault.Forbidden, "account.setup.closed")
			}
		}
		if n, err := town.Count(town.ctx()); won != 1 || n != 1 || err != nil {
			t.Errorf("%d setups won, there are %d members, %v", won, n, err)
		}
	})
}

func TestAnAdministratorFromTheCommandLineEndsTheSetup(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		token := town.setupToken()
		town.member("marfa", account.RoleAdministrator)
		refused(t, town.browser().setup(token, "boris"), fault.Forbidden, "account.setup.closed")
	})
}

func TestDisabledMembersAreGuestsAtOnce(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleAdministrator)
		boris := town.member("boris", account.RoleMember)
		admin, b := town.signedIn("marfa"), town.signedIn("boris")
		set := func(by *browser, disabled bool) error {
			return by.in(func(ctx context.Context) error { return account.SetDisabled(ctx, boris.ID, disabled) })
		}
		refused(t, set(b, true), fault.Forbidden, "")
		refused(t, set(town.browser(), true), fault.Unauthorized, "")
		if err := set(admin, true); err != nil {
			t.Fatal(err)
		}
		b.is("", account.RoleGuest)
		refused(t, b.signIn("boris", secretOf("boris")), fault.Forbidden, "account.disabled")
		refused(t, b.signIn("boris", "a guess"), fault.Invalid, "account.wrong")
		if err := set(admin, false); err != nil {
			t.Fatal(err)
		}
		b.is("", account.RoleGuest) // the session is gone
		town.signedIn("boris").is("boris", account.RoleMember)
	})
}

func TestRolesActAtOnce(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleAdministrator)
		boris := town.member("boris", account.RoleMember)
		admin, b := town.signedIn("marfa"), town.signedIn("boris")
		set := func(by *browser, id int64, role account.Role) error {
			return by.in(func(ctx context.Context) error { return account.SetRole(ctx, id, role) })
		}
		refused(t, set(b, boris.ID, account.RoleAdministrator), fault.Forbidden, "")
		refused(t, set(admin, boris.ID, "owner"), fault.Invalid, "account.role.none")
		refused(t, set(admin, boris.ID, account.RoleGuest), fault.Invalid, "account.role.none")
		refused(t, set(admin, 999, account.RoleMember), fault.NotFound, "data.not_found")
		if err := set(admin, boris.ID, account.RoleAdministrator); err != nil {
			t.Fatal(err)
		}
		b.is("boris", account.RoleAdministrator)
		if err := set(admin, boris.ID, account.RoleMember); err != nil {
			t.Fatal(err)
		}
		b.is("boris", account.RoleMember)
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		marfa := town.member("marfa", account.RoleAdministrator)
		boris := town.member("boris", account.RoleAdministrator)
		a, b := town.signedIn("marfa"), town.signedIn("boris")
		// Each demotes the other at the same moment.
		var errs [2]error
		var done sync.WaitGroup
		done.Go(func() {
			errs[0] = a.in(func(ctx context.Context) error { return account.SetRole(ctx, boris.ID, account.RoleMember) })
		})
		done.Go(func() {
			errs[1] = b.in(func(ctx context.Context) error { return account.SetDisabled(ctx, marfa.ID, true) })
		})
		done.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("one of the two must win: %v, %v", errs[0], errs[1])
		}
		last, id := a, marfa.ID
		if errs[1] == nil {
			last, id = b, boris.ID
		}
		refused(t, last.in(func(ctx context.Context) error { return account.SetRole(ctx, id, account.RoleMember) }),
			fault.Conflict, "account.last_administrator")
		refused(t, last.in(func(ctx context.Context) error { return account.SetDisabled(ctx, id, true) }),
			fault.Conflict, "account.last_administrator")
		if _, role := last.who(); role != account.RoleAdministrator {
			t.Errorf("the last administrator is a %s", role)
		}
	})
}

func TestTheListOfMembersIsForAdministrators(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleAdministrator)
		for _, login := range []string{"aa", "bb", "cc", "dd"} {
			town.member("member "+login, account.RoleMember)
		}
		list := func(b *browser, before int64) (logins []string, last int64, err error) {
			err = b.in(func(ctx context.Context) error {
				members, err := account.Members(ctx, before, 3)
				for _, m := range members {
					if m.Password != "" || m.LoginKey != "" {
						t.Errorf("the list shows %+v", m)
					}
					logins, last = append(logins, m.Login), m.ID
				}
				return err
			})
			return logins, last, err
		}
		admin := town.signedIn("marfa")
		first, last, err := list(admin, 0)
		if diff := cmp.Diff(first, []string{"member dd", "member cc", "member bb"}); diff != "" || err != nil {
			t.Errorf("the first part, got and want:\n%s, %v", diff, err)
		}
		second, _, err := list(admin, last)
		if diff := cmp.Diff(second, []string{"member aa", "marfa"}); diff != "" || err != nil {
			t.Errorf("the second part, got and want:\n%s, %v", diff, err)
		}
		_, _, err = list(town.signedIn("member aa"), 0)
		refused(t, err, fault.Forbidden, "")
		_, _, err = list(town.browser(), 0)
		refused(t, err, fault.Unauthorized, "")
	})
}

func TestProfilesAreTheViewers(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		m := town.member("marfa", account.RoleMember)
		b := town.signedIn("marfa")
		set := func(b *browser, p account.Profile) error {
			return b.in(func(ctx context.Context) error { return account.SetProfile(ctx, p) })
		}
		refused(t, set(town.browser(), account.Profile{Name: "x"}), fault.Unauthorized, "")
		fields(t, set(b, account.Profile{Name: " ", Email: "marfa@", Locale: "tlh"}), map[string]string{
			"name": "entity.required", "email": "entity.not_email", "locale": "entity.not_enum",
		})
		if err := set(b, account.Profile{Name: " Марфа   Посадница ", Email: "marfa@town.example", Locale: "ru"}); err != nil {
			t.Fatal(err)
		}
		names, err := account.Names(town.ctx(), m.ID, 999)
		if diff := cmp.Diff(names, map[int64]string{m.ID: "Марфа Посадница"}); diff != "" || err != nil {
			t.Errorf("Names, got and want:\n%s, %v", diff, err)
		}
		b.is("marfa", account.RoleMember)
	})
}

func TestRolesAreOrdered(t *testing.T) {
	roles := account.Roles()
	for i, a := range roles {
		for j, b := range roles {
			if got := a.Includes(b); got != (i >= j) {
				t.Errorf("%s includes %s: %v", a, b, got)
			}
		}
		if a.Includes("owner") || account.Role("").Includes(a) != (i == 0) {
			t.Errorf("%s, or no role, includes too much", a)
		}
	}
}
