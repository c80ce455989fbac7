package account_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"veche/account"
	"veche/account/password"
	"veche/data"
	"veche/fault"
	"veche/track"
)

func TestAVisitorBecomesAMemberAndComesBack(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		b := town.browser()
		b.is("", account.RoleGuest)
		err := b.do(func(w http.ResponseWriter, r *http.Request) error {
			_, err := account.SignUp(w, r, account.Draft{
				Login: " Марфа  Борецкая ", Email: "marfa@Town.Example", Password: "посадница навсегда", Role: account.RoleAdministrator,
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.is("Марфа Борецкая", account.RoleMember)
		if err := b.do(account.SignOut); err != nil {
			t.Fatal(err)
		}
		b.is("", account.RoleGuest)
		if len(b.cookies) != 0 {
			t.Errorf("the browser still has %v", b.cookies)
		}
		if err := b.signIn("марфа борецкая", "посадница навсегда"); err != nil {
			t.Fatal(err)
		}
		b.is("Марфа Борецкая", account.RoleMember)
	})
}

func TestSigningInGivesANewToken(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleMember)
		b := town.signedIn("marfa")
		former := b.token()
		if err := b.signIn("marfa", secretOf("marfa")); err != nil {
			t.Fatal(err)
		}
		if b.token() == former {
			t.Error("the token is the same")
		}
		old := town.browser()
		old.cookies["veche-session"] = &http.Cookie{Name: "veche-session", Value: former}
		old.is("", account.RoleGuest)

		// A token that somebody else chose is not taken over.
		planted := strings.Repeat("A", 43)
		victim := town.browser()
		victim.cookies["veche-session"] = &http.Cookie{Name: "veche-session", Value: planted}
		if err := victim.signIn("marfa", secretOf("marfa")); err != nil {
			t.Fatal(err)
		}
		if victim.token() == planted {
			t.Error("a planted token became a session's")
		}
	})
}

func TestTheDatabaseDoesNotHoldTokens(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleMember)
		b := town.signedIn("marfa")
		rows, err := data.All[account.Session](data.Read(town.ctx()))
		if err != nil || len(rows) != 1 || len(rows[0].Hash) != 64 || rows[0].Hash == b.token() {
			t.Fatalf("the sessions are %+v, %v", rows, err)
		}
		if err := b.in(func(ctx context.Context) error {
			sessions, err := account.Sessions(ctx)
			if len(sessions) != 1 || sessions[0].Hash != "" || sessions[0].Agent == "" || sessions[0].Address != "203.0.113.7" {
				t.Errorf("Sessions = %+v", sessions)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		thief := town.browser()
		thief.cookies["veche-session"] = &http.Cookie{Name: "veche-session", Value: rows[0].Hash}
		thief.is("", account.RoleGuest)
	})
}

func TestTheCookieIsForThisHostAlone(t *testing.T) {
	town := found(t, t.TempDir()+"/test.db", account.Options{})
	town.member("marfa", account.RoleMember)
	for _, c := range []struct {
		https bool
		name  string
	}{{true, "__Host-veche-session"}, {false, "veche-session"}} {
		b := town.browser()
		b.https = c.https
		if err := b.signIn("marfa", secretOf("marfa")); err != nil {
			t.Fatal(err)
		}
		got := b.cookies[c.name]
		if got == nil || !got.HttpOnly || got.Secure != c.https || got.SameSite != http.SameSiteLaxMode || got.Path != "/" || got.Domain != "" {
			t.Errorf("the cookie is %+v", got)
		}
		if got != nil && time.Duration(got.MaxAge)*time.Second != 30*24*time.Hour {
			t.Errorf("the cookie stays for %d s", got.MaxAge)
		}
	}
	behindProxy := found(t, t.TempDir()+"/test.db", account.Options{Secure: true})
	behindProxy.member("marfa", account.RoleMember)
	if b := behindProxy.signedIn("marfa"); b.cookies["__Host-veche-session"] == nil {
		t.Errorf("the cookies are %v", b.cookies)
	}
}

func TestASessionThatIsNotKeptEndsWithTheBrowserOrTheDay(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleMember)
		kept, passing := town.signedIn("marfa"), town.browser()
		if err := passing.do(func(w http.ResponseWriter, r *http.Request) error {
			_, err := account.SignIn(w, r, account.Credentials{Login: "marfa", Password: secretOf("marfa")})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if c := passing.cookies["veche-session"]; c.MaxAge != 0 {
			t.Errorf("the cookie stays for %d s", c.MaxAge)
		}
		town.wait(24*time.Hour - time.Second)
		passing.is("marfa", account.RoleMember)
		town.wait(time.Second)
		passing.is("", account.RoleGuest)
		kept.is("marfa", account.RoleMember)
		town.wait(29 * 24 * time.Hour)
		kept.is("", account.RoleGuest)
	})
}

func TestUnknownNamesCostAsMuchAsWrongPasswords(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleMember)
		if _, err := town.Create(town.ctx(), account.Draft{Login: "import", NoPassword: true}); err != nil {
			t.Fatal(err)
		}
		b := town.browser()
		for _, login := range []string{"marfa", "nobody", "import", ""} {
			before := town.Stats().Passwords.Computed
			refused(t, b.signIn(login, "something else"), fault.Invalid, "account.wrong")
			if n := town.Stats().Passwords.Computed - before; n != 1 {
				t.Errorf("%q cost %d hashes, want 1", login, n)
			}
		}
		refused(t, b.signIn("import", ""), fault.Invalid, "account.wrong")
		b.is("", account.RoleGuest)
		if s := town.Stats(); s.Failed != 5 || s.SignedIn != 0 {
			t.Errorf("Stats = %+v", s)
		}
	})
}

func TestLoginsThatLookAlikeAreOne(t *testing.T) {
	town := found(t, t.TempDir()+"/test.db", account.Options{})
	for login, twins := range map[string][]string{
		"Сорока":      {"сорока", "COPOKA", "сoрoка", "Со рока", "со-ро-ка", "c0p0ka"},
		"ivan.sokol":  {"Ivan Sokol", "IVAN_SOKOL", "lvan.sokol", "1van.sokol", "ivansokоl"},
		"тётя Маня":   {"тетя маня", "т\u0435\u0308тя Маня"},
		"Дмитрий":     {"дмитри\u0438\u0306"},
		"rnarta":      {"marta"},
		"МАРТА":       {"MAPTA"},
		"anna@post":   {"anna.post"},
		"Ґалаґан 1-й": {"галаган 1 й"},
	} {
		if _, err := town.Create(town.ctx(), account.Draft{Login: login, NoPassword: true}); err != nil {
			t.Errorf("%q: %v", login, err)
		}
		for _, twin := range twins {
			_, err := town.Create(town.ctx(), account.Draft{Login: twin, NoPassword: true})
			if f := fault.Of(err); f == nil || f.Fields["login"] != "account.login.taken" {
				t.Errorf("%q beside %q: %v", twin, login, err)
			}
		}
	}
}

func TestWrongDraftsNameTheirFields(t *testing.T) {
	town := found(t, t.TempDir()+"/test.db", account.Options{})
	town.member("marfa", account.RoleMember)
	good := account.Draft{Login: "boris", Password: "not the login"}
	for _, c := range []struct {
		change func(d *account.Draft)
		want   map[string]string
	}{
		{func(d *account.Draft) { *d = account.Draft{} }, map[string]string{"login": "entity.required", "password": "entity.required"}},
		{func(d *account.Draft) { d.Login = "Marfa" }, map[string]string{"login": "account.login.taken"}},
		{func(d *account.Draft) { d.Login = "m" }, map[string]string{"login": "account.login.short"}},
		{func(d *account.Draft) { d.Login = strings.Repeat("ы", 41) }, map[string]string{"login": "account.login.long"}},
		{func(d *account.Draft) { d.Login = "b\u202eoris" }, map[string]string{"login": "account.login.characters"}},
		{func(d *account.Draft) { d.Login = "βoris" }, map[string]string{"login": "account.login.characters"}},
		{func(d *account.Draft) { d.Login = "-boris" }, map[string]string{"login": "account.login.characters"}},
		{func(d *account.Draft) { d.Login = "boris." }, map[string]string{"login": "account.login.characters"}},
		{func(d *account.Draft) { d.Login = "bo..ris" }, map[string]string{"login": "account.login.characters"}},
		{func(d *account.Draft) { d.Name = "Boris\u200b" }, map[string]string{"name": "account.name.hidden"}},
		{func(d *account.Draft) { d.Name = strings.Repeat("ы", 61) }, map[string]string{"name": "entity.too_long"}},
		{func(d *account.Draft) { d.Email = "boris" }, map[string]string{"email": "entity.not_email"}},
		{func(d *account.Draft) { d.Password = "Boris" }, map[string]string{"password": "account.password.short"}},
		{func(d *account.Draft) { d.Password = "password" }, map[string]string{"password": "account.password.common"}},
		{func(d *account.Draft) { d.Login, d.Password = "boris.godunov", "Boris.Godunov" }, map[string]string{"password": "account.password.name"}},
		{func(d *account.Draft) { d.Role = account.RoleGuest }, map[string]string{"role": "entity.not_enum"}},
		{func(d *account.Draft) { d.Locale = "tlh" }, map[string]string{"locale": "entity.not_enum"}},
	} {
		d := good
		c.change(&d)
		_, err := town.Create(town.ctx(), d)
		fields(t, err, c.want)
	}
	if n := town.Stats().Passwords.Computed; n != 1 {
		t.Errorf("computed %d hashes, want 1: the wrong drafts' are not worth it", n)
	}
	if _, err := town.Create(town.ctx(), good); err != nil {
		t.Error(err)
	}
}

func TestOldHashesAreMadeAnewAtSignIn(t *testing.T) {
	path := t.TempDir() + "/test.db"
	town := found(t, path, account.Options{})
	m := town.member("marfa", account.RoleMember)
	dearer, err := account.New(account.Options{Now: town.now, Hash: password.Options{MemoryKiB: 128, Passes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	town.Keeper = dearer
	for range 2 {
		town.signedIn("marfa")
	}
	row, err := data.ByID[account.Member](town.ctx(), m.ID)
	if err != nil || !strings.Contains(row.Password, "m=128,") {
		t.Errorf("the hash is %.30s, %v", row.Password, err)
	}
	if n := dearer.Stats().Passwords.Computed; n != 3 {
		t.Errorf("computed %d hashes, want 3", n)
	}
}

func TestAttemptsAreBounded(t *testing.T) {
	town := found(t, t.TempDir()+"/test.db", account.Options{})
	town.member("marfa", account.RoleMember)
	guess := func(b *browser, login string, n int) (limited int) {
		for range n {
			switch err := b.signIn(login, "a guess"); {
			case fault.Is(err, fault.TooMany):
				limited++
			case !fault.Is(err, fault.Invalid):
				t.Fatal(err)
			}
		}
		return limited
	}
	b := town.browser()
	if n := guess(b, "marfa", 15); n != 5 {
		t.Errorf("on one name from one address %d of 15 were too many, want 5", n)
	}
	before := town.Stats().Passwords.Computed
	if err := b.signIn("marfa", secretOf("marfa")); !fault.Is(err, fault.TooMany) || fault.Of(err).Args[0] != 1 {
		t.Errorf("got %v, want to come back in a minute", err)
	}
	if town.Stats().Passwords.Computed != before {
		t.Error("an attempt too many cost a hash")
	}
	// The one who is meant is not locked out by it.
	elsewhere := town.browser()
	elsewhere.address = "[2001:db8::1]:443"
	if err := elsewhere.signIn("marfa", secretOf("marfa")); err != nil {
		t.Error(err)
	}
	var limited int
	for i := range 40 {
		limited += guess(b, "name"+strings.Repeat("x", i), 1)
	}
	if limited != 26 { // 16 of the 30 are used up
		t.Errorf("on many names from one address %d of 40 were too many, want 26", limited)
	}
	if s := town.Stats(); s.Limited != uint64(6+limited) {
		t.Errorf("Stats = %+v", s)
	}
	town.wait(time.Hour)
	if err := b.signIn("marfa", secretOf("marfa")); err != nil {
		t.Errorf("an hour later: %v", err)
	}
	if n := guess(b, "marfa", 12); n != 2 {
		t.Errorf("%d of 12 were too many, want 2", n)
	}
}

func TestANeighbourhoodOfIPv6CountsAsOneAddress(t *testing.T) {
	town := found(t, t.TempDir()+"/test.db", account.Options{})
	var limited int
	for i := range 20 {
		b := town.browser()
		b.address = "[2001:db8::" + strings.Repeat("1", 1+i%4) + "]:443"
		if fault.Is(b.signIn("marfa", "a guess"), fault.TooMany) {
			limited++
		}
	}
	if limited != 10 {
		t.Errorf("%d of 20 were too many, want 10", limited)
	}
}

func TestGoodAttemptsDoNotCount(t *testing.T) {
	town := found(t, t.TempDir()+"/test.db", account.Options{})
	town.member("marfa", account.RoleMember)
	for range 70 {
		town.signedIn("marfa")
	}
	sessions, err := data.All[account.Session](data.Read(town.ctx()))
	if err != nil || len(sessions) != 50 {
		t.Errorf("there are %d sessions, %v; want 50, the oldest gone", len(sessions), err)
	}
}

func TestSignUpsAreBounded(t *testing.T) {
	town := found(t, t.TempDir()+"/test.db", account.Options{})
	var limited int
	for i := range 25 {
		err := town.browser().do(func(w http.ResponseWriter, r *http.Request) error {
			_, err := account.SignUp(w, r, account.Draft{Login: "member" + strings.Repeat("x", i), Password: "not the login"})
			return err
		})
		if fault.Is(err, fault.TooMany) {
			limited++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if limited != 5 {
		t.Errorf("%d of 25 were too many, want 5", limited)
	}
}

func TestAGuestWithoutACookieCostsNoQuery(t *testing.T) {
	town := found(t, t.TempDir()+"/test.db", account.Options{})
	if err := town.db.Close(); err != nil {
		t.Fatal(err)
	}
	b := town.browser()
	b.is("", account.RoleGuest)
	b.cookies["veche-session"] = &http.Cookie{Name: "veche-session", Value: "short"}
	b.is("", account.RoleGuest)
	b.cookies["veche-session"].Value = strings.Repeat("A", 43)
	err := b.in(func(context.Context) error { return nil })
	if err == nil {
		t.Error("a token was believed or refused without a database")
	}
	if v := (account.Visit{}); v.Facet("role") != "guest" || v.Facet("viewer") != "" || v.Facet("locale") != "" {
		t.Errorf("a guest's facets are %q, %q", v.Facet("role"), v.Facet("viewer"))
	}
}

func TestRowsAreCreatedByTheViewer(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		m := town.member("marfa", account.RoleMember)
		b := town.signedIn("marfa")
		if err := b.in(func(ctx context.Context) error {
			if track.Peek(ctx, "viewer") == "" {
				t.Error("the request has no viewer")
			}
			made, err := town.Create(ctx, account.Draft{Login: "guest of marfa", NoPassword: true})
			if made.AuthorID != m.ID {
				t.Errorf("the author is %d, want %d", made.AuthorID, m.ID)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
