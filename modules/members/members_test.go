package members_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"veche/account"
	"veche/modules/members"
)

func TestAVisitorSignsUpAndOutAndInAgain(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		b := town.browser()
		b.get("/").answers(200).says("header a[href='/sign-in']", "Sign in").has(0, ".account")
		b.get("/sign-up").answers(200).says("title", "Become a member").
			has(1, "input[name=login][autocomplete=username][required]").
			has(1, "input[name=email][type=email][autocomplete=email]").
			has(1, "input[name=password][type=password][autocomplete=new-password][minlength='8']")
		b.post("/sign-up", "login", "Марфа", "email", "", "password", "посадница навсегда").goes(303, "/")
		b.get("/").answers(200).says(".account summary", "ММарфа").has(0, ".account a[href='/members']")
		b.post("/sign-out").goes(303, "/")
		b.get("/").has(0, ".account")
		b.get("/sign-in?to=/me").answers(200).says("title", "Sign in").
			has(1, "input[name=password][autocomplete=current-password]").has(1, "input[name=to][value='/me']")
		b.post("/sign-in", "login", "марфа", "password", "посадница навсегда", "to", "/me").goes(303, "/me")
		b.get("/me").answers(200).has(1, "input[name=name][value='Марфа']")
	})
}

func TestRefusedFormsSayWhyAndKeepWhatWasTyped(t *testing.T) {
	town := onSQLite(t)
	town.member("marfa", account.RoleMember)
	b := town.browser()
	p := b.post("/sign-up", "login", "MARFA", "email", "marfa@", "password", "12345678").answers(422)
	p.says(".errors h2", "That was not accepted: 3 fields need another look").has(3, ".errors a[href]").
		has(1, "#login[value=MARFA][aria-invalid=true][aria-describedby='login-hint login-error']").
		says("#login-error", "Somebody has this name already, or one that looks like it.").
		says("#password-error", "This is one of the passwords that everybody tries first.").
		has(1, "#email[value='marfa@'][aria-invalid=true]").has(0, "#password[value]")
	if strings.Contains(p.body, "12345678") {
		t.Error("the page shows the password")
	}
	b.post("/sign-up", "login", "boris", "password", "седьмой").answers(422).
		says("#password-error", "At least 8 characters, please; a phrase is best.")
	b.locale = "ru"
	b.post("/sign-up", "login", "б", "password", "колокол звонит").answers(422).
		says(".errors h2", "Не принято: исправьте одно поле").says("#login-error", "Нужно хотя бы 2 буквы или цифры.")
	b.locale = "en"
	b.post("/sign-in", "login", "marfa", "password", "a guess", "keep", "1", "to", "/me").answers(422).
		says(".notice[role=alert]", "Name and password do not fit together.").
		has(1, "#login[value=marfa]").has(1, "input[name=keep][checked]").has(1, "input[name=to][value='/me']").has(0, "#password[value]")
	for range 9 {
		b.post("/sign-in", "login", "marfa", "password", "a guess")
	}
	p = b.post("/sign-in", "login", "marfa", "password", secret).answers(429)
	p.says(".notice[role=alert]", "Too many attempts. Please come back in 1 minute.")
	if got := p.header.Get("Retry-After"); got != "60" {
		t.Errorf("Retry-After is %q", got)
	}
}

func TestSigningInLeadsToNoOtherSite(t *testing.T) {
	town := onSQLite(t)
	town.member("marfa", account.RoleMember)
	for _, to := range []string{"//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"} {
		b := town.browser()
		b.get("/sign-in?to="+to).has(1, "input[name=to][value='/']")
		b.post("/sign-in", "login", "marfa", "password", secret, "to", to).goes(303, "/")
	}
}

func TestSetupMakesTheAdministratorOnce(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		token, needed, err := town.Accounts().SetupToken(town.Context(t.Context()))
		if err != nil || !needed {
			t.Fatal(needed, err)
		}
		b := town.browser()
		for _, wrong := range []string{"/setup", "/setup?token=guess", "/setup?token=" + strings.Repeat("A", 43)} {
			b.get(wrong).answers(403).has(0, "form")
		}
		b.get("/setup?token="+token).answers(200).says("legend", "The first administrator").has(1, "input[name=token][value='"+token+"']")
		b.post("/setup", "token", token, "login", "marfa", "password", "marfa").answers(422).
			has(1, "input[name=token][value='"+token+"']").has(1, "#password[aria-invalid=true]")
		b.post("/setup", "token", token, "login", "marfa", "password", secret).goes(303, "/")
		b.get("/").says(".account summary", "mmarfa").has(1, ".account a[href='/members']")
		other := town.browser()
		other.get("/setup?token=" + token).answers(403)
		other.post("/setup", "token", token, "login", "boris", "password", secret).answers(403)
	})
}

func TestAMemberChangesTheProfile(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.browser().get("/me").goes(303, "/sign-in?to=%2Fme")
		town.member("marfa", account.RoleMember)
		b := town.signedIn("marfa")
		b.get("/me").answers(200).says("title", "Profile").has(0, ".flash")
		b.post("/me", "name", "", "email", "marfa@", "locale", "ru").answers(422).
			has(2, ".errors a").has(1, "#email[value='marfa@'][aria-invalid=true]").has(1, "option[value=ru][selected]")
		b.post("/me", "name", "Марфа Посадница", "email", "marfa@town.example", "locale", "ru").goes(303, "/me?done=profile")
		b.get("/me?done=profile").answers(200).says(".flash", "Профиль сохранён.").says("title", "Профиль").
			says(".account summary", "ММарфа Посадница").has(1, "#name[value='Марфа Посадница']").has(1, "html[lang=ru]")
		b.get("/me?done=anything").has(0, ".flash")

		// Wherever the member signs in, the site speaks their language.
		elsewhere := town.signedIn("marfa")
		elsewhere.get("/").has(1, "html[lang=ru]")
	})
}

func TestAMemberChangesThePassword(t *testing.T) {
	town := onSQLite(t)
	town.member("marfa", account.RoleMember)
	b, phone := town.signedIn("marfa"), town.signedIn("marfa")
	b.post("/me/password", "current", "a guess", "password", "short").answers(422).
		has(1, "#current[aria-invalid=true]").has(1, "#password[aria-invalid=true]").has(1, "#name[value=marfa]")
	b.post("/me/password", "current", secret, "password", "something else").goes(303, "/me?done=password")
	b.get("/me?done=password").answers(200).says(".flash", "Your password is changed. You are signed out everywhere else.")
	phone.get("/me").goes(303, "/sign-in?to=%2Fme")
	town.browser().post("/sign-in", "login", "marfa", "password", "something else").goes(303, "/")
	town.browser().post("/me/password", "current", secret, "password", "something else").answers(401)
}

func TestAMemberRevokesSessions(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.browser().get("/me/sessions").goes(303, "/sign-in?to=%2Fme%2Fsessions")
		town.member("marfa", account.RoleMember)
		town.member("boris", account.RoleMember)
		b := town.signedIn("marfa")
		b.get("/me/sessions").answers(200).has(1, "tbody tr").has(0, "main form").
			says("tbody th", "Firefox on Linux this one").says("tbody td", "192.0.2.1")
		phone := town.browser()
		phone.agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
		phone.post("/sign-in", "login", "marfa", "password", secret).goes(303, "/")
		other := town.signedIn("boris")
		p := b.get("/me/sessions").answers(200).has(2, "tbody tr").has(1, "tbody form")
		revoke := attribute(p.all("tbody form")[0], "action")
		other.post(revoke).answers(404)
		phone.get("/me").answers(200)
		b.post(revoke).goes(303, "/me/sessions?done=one")
		phone.get("/me").goes(303, "/sign-in?to=%2Fme")
		b.get("/me/sessions?done=one").says(".flash", "The session is revoked.").has(1, "tbody tr")
		library := town.signedIn("marfa")
		b.post("/me/sessions/revoke-others").goes(303, "/me/sessions?done=others")
		library.get("/me").goes(303, "/sign-in?to=%2Fme")
		b.get("/me/sessions").answers(200).has(1, "tbody tr")
		other.get("/me").answers(200)
	})
}

func TestDevicesAreNamedInWords(t *testing.T) {
	town := onSQLite(t)
	town.member("marfa", account.RoleMember)
	b := town.signedIn("marfa")
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 YaBrowser/25.10 Safari/537.36": "Yandex Browser on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0":       "Edge on Windows",
		"Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36":                 "Chrome on Android",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15":       "Safari on macOS",
		"curl/8.16.0":            "curl",
		"":                       "Unknown browser",
		"<script>alert(1)":       "Unknown browser",
		"Something (X11; Linux)": "Linux",
	} {
		town.passed.Add(int64(time.Minute))
		other := town.browser()
		other.agent = agent
		other.post("/sign-in", "login", "marfa", "password", secret).goes(303, "/")
		b.get("/me/sessions").says("tbody th", want)
		b.post("/me/sessions/revoke-others").goes(303, "/me/sessions?done=others")
	}
}

func TestTheListOfMembersIsTheAdministrators(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleAdministrator)
		boris := town.member("boris", account.RoleMember)
		admin, b := town.signedIn("marfa"), town.signedIn("boris")
		town.browser().get("/members").goes(303, "/sign-in?to=%2Fmembers")
		b.get("/members").answers(403).has(0, "table")
		role, disabled := fmt.Sprintf("/members/%d/role", boris.ID), fmt.Sprintf("/members/%d/disabled", boris.ID)
		b.post(role, "role", "administrator").answers(403)
		b.get("/members").answers(403)

		admin.get("/members").answers(200).has(2, "tbody tr").says("tbody th", "boris").
			has(1, "form[action='"+role+"'] option[value=member][selected]").has(1, "form[action='"+disabled+"'] button[name=disabled]").
			has(1, "tbody form[action$='/disabled']").has(0, ".pager")
		admin.post(role, "role", "administrator", "before", "7").goes(303, "/members?before=7&done=role")
		b.get("/members").answers(200)
		admin.post(role, "role", "member").goes(303, "/members?done=role")
		b.get("/members").answers(403)
		admin.post(role, "role", "owner").answers(422)
		admin.post("/members/999/role", "role", "member").answers(404)
		admin.post("/members/none/role", "role", "member").answers(404)

		admin.post(disabled, "disabled", "1").goes(303, "/members?done=disabled")
		b.get("/me").goes(303, "/sign-in?to=%2Fme")
		town.browser().post("/sign-in", "login", "boris", "password", secret).answers(403).
			says(".notice[role=alert]", "This account is disabled. Ask an administrator of the site.")
		admin.get("/members?done=disabled").says("tbody .badge", "disabled").has(1, ".flash")
		admin.post(disabled).goes(303, "/members?done=enabled")
		town.signedIn("boris")
		admin.post("/members/1/role", "role", "member").answers(409).
			says(".fault h1 + p", "The site needs an administrator, and this is the last one.")
	})
}

func TestTheListOfMembersHasParts(t *testing.T) {
	town := onSQLite(t)
	town.member("marfa", account.RoleAdministrator)
	for i := range 60 {
		_, err := town.Accounts().Create(town.Context(t.Context()), account.Draft{Login: fmt.Sprintf("member %c%c", 'a'+i/8, 'p'+i%8), NoPassword: true})
		if err != nil {
			t.Fatal(err)
		}
	}
	admin := town.signedIn("marfa")
	p := admin.get("/members").answers(200).has(50, "tbody tr").has(1, ".pager a[rel=next]")
	next := attribute(p.all(".pager a[rel=next]")[0], "href")
	p = admin.get(next).answers(200).has(11, "tbody tr").has(0, ".pager")
	p.has(21, "input[name=before][value='"+strings.TrimPrefix(next, "/members?before=")+"']")
	admin.get("/members?before=1").answers(200).has(0, "table").has(1, ".empty")
	admin.get("/members?before=-1").has(50, "tbody tr")
}

func TestSignUpCanBeClosed(t *testing.T) {
	town := found(t, "", members.New(members.Options{SignUpClosed: true}))
	b := town.browser()
	b.get("/sign-in").answers(200).has(0, "a[href='/sign-up']")
	b.get("/sign-up").answers(404)
	b.post("/sign-up", "login", "marfa", "password", secret).answers(404)
	if n, err := town.Accounts().Count(town.Context(t.Context())); n != 0 || err != nil {
		t.Errorf("there are %d members, %v", n, err)
	}
}

// P4, through HTTP and at once: nobody gets another's page, and the box of
// guests is made once for all of them.
func TestNobodySeesAnothersPages(t *testing.T) {
	town := onSQLite(t)
	logins := []string{"", "anna", "boris", "vera", "gleb"}
	browsers := make([]*browser, len(logins))
	for i, login := range logins {
		browsers[i] = town.browser()
		if login != "" {
			town.member(login, account.RoleMember)
			browsers[i] = town.signedIn(login)
		}
	}
	browsers[0].get("/")
	before := town.made("members/box")
	for range 5 {
		town.browser().get("/").answers(200)
	}
	if n := town.made("members/box") - before; n != 0 {
		t.Errorf("the box was made %d times more for guests", n)
	}
	var done sync.WaitGroup
	for i, login := range logins {
		done.Go(func() {
			for range 20 {
				p := browsers[i].get("/").answers(200)
				if login == "" {
					p.has(0, ".account")
					continue
				}
				p.says(".account summary span:last-child", login)
				browsers[i].get("/me").has(1, "#name[value="+login+"]")
			}
		})
	}
	done.Wait()
	if n := town.made("members/box") - before; n > 4 {
		t.Errorf("the box was made %d times for 4 members", n)
	}
	browsers[1].post("/me", "name", "Анна", "locale", "").goes(303, "/me?done=profile")
	if got := browsers[1].get("/").text(".account summary span:last-child"); got != "Анна" {
		t.Errorf("after the change the name is %q", got)
	}
	if n := town.made("members/box") - before; n > 5 {
		t.Errorf("one name changed, and the box was made %d times", n)
	}
}

func TestPagesAreWholeInBothLanguages(t *testing.T) {
	town := onSQLite(t)
	town.member("marfa", account.RoleAdministrator)
	b := town.signedIn("marfa")
	for _, locale := range []string{"en", "ru"} {
		b.locale = locale
		for _, path := range []string{
			"/sign-in", "/sign-up", "/me", "/me?done=profile", "/me?done=password", "/me/sessions", "/me/sessions?done=one",
			"/me/sessions?done=others", "/members", "/members?done=role", "/members?done=disabled", "/members?done=enabled",
		} {
			b.get(path).answers(http.StatusOK).has(1, "html[lang="+locale+"]")
		}
	}
}
