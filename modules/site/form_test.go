package site_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"veche"
	"veche/account"
	"veche/data"
	"veche/locale"
	"veche/modules/site"
)

// adminAddresses are all addresses that are for administrators.
var adminAddresses = []string{
	"GET /admin", "GET /admin/pages", "GET /admin/pages/new", "POST /admin/pages/new",
	"GET /admin/pages/1", "POST /admin/pages/1", "GET /admin/pages/1/move", "POST /admin/pages/1/move",
	"GET /admin/pages/1/delete", "POST /admin/pages/1/delete", "GET /admin/settings", "POST /admin/settings",
	"GET /admin/templates", "GET /admin/templates/site/page", "POST /admin/templates/site/page",
}

func TestFormsAreForAdministrators(t *testing.T) {
	town := found(t)
	town.page(0, "Город", nil)
	for _, r := range site.Module().Routes {
		known := strings.NewReplacer("{id}", "1", "{name...}", "site/page").Replace(r.Pattern)
		if !slices.Contains(adminAddresses, known) {
			t.Errorf("this test does not know of %s", r.Pattern)
		}
	}
	guest, member := town.guest(locale.English), town.member("gavrila", account.RoleMember)
	admin := town.member("posadnik", account.RoleAdministrator)
	for _, address := range adminAddresses {
		method, path, _ := strings.Cut(address, " ")
		want := http.StatusUnauthorized
		if method == http.MethodGet {
			want = http.StatusSeeOther
		}
		if got := guest.ask(method, path, url.Values{}); got.Code != want || want == http.StatusSeeOther && !strings.HasPrefix(got.to(), "/sign-in?") {
			t.Errorf("to a guest %s answers %d to %q", address, got.Code, got.to())
		}
		if got := member.ask(method, path, url.Values{}); got.Code != http.StatusForbidden {
			t.Errorf("to a member %s answers %d", address, got.Code)
		}
		if method == http.MethodGet {
			if got := admin.get(path); got.Code != http.StatusOK {
				t.Errorf("to an administrator %s answers %d:\n%s", address, got.Code, got.Body)
			}
		}
	}
	if p, err := data.ByID[site.Page](town.ctx, 1); err != nil || p.Title != "Город" {
		t.Errorf("somebody changed the page to %q, %v", p.Title, err)
	}
}

func TestPagesAreMadeChangedMovedAndDeletedByForms(t *testing.T) {
	onEach(t, testPagesAreMadeChangedMovedAndDeletedByForms)
}

func testPagesAreMadeChangedMovedAndDeletedByForms(t *testing.T, town *town) {
	admin := town.member("posadnik", account.RoleAdministrator)
	create := func(title string, more url.Values) string {
		t.Helper()
		change := url.Values{"title": {title}, "status": {"published"}, "language": {"ru"}}
		for k, v := range more {
			change[k] = v
		}
		got := admin.post("/admin/pages/new", admin.get("/admin/pages/new").fields(change))
		id, ok := strings.CutSuffix(strings.TrimPrefix(got.to(), "/admin/pages/"), "?done=created")
		if got.Code != http.StatusSeeOther || !ok {
			t.Fatalf("creating %s answers %d to %q:\n%s", title, got.Code, got.to(), got.Body)
		}
		return id
	}
	gorod := create("Город", nil)
	history := create("История", url.Values{"parent_id": {gorod}, "body": {"\nПустая строка в начале."}})
	street := create("Улица", url.Values{"parent_id": {history}, "in_menu": nil})

	form := admin.get("/admin/pages/" + street).fields(nil)
	if form.Has("in_menu") || form.Get("title") != "Улица" || form.Get("slug") != "ulitsa" {
		t.Errorf("the form holds %v", form)
	}
	if got := admin.get("/admin/pages/" + history).fields(nil).Get("body"); got != "\nПустая строка в начале." {
		t.Errorf("the form holds the text %q", got)
	}
	got := admin.post("/admin/pages/"+history, admin.get("/admin/pages/"+history).fields(url.Values{"slug": {"Летопись"}, "title": {"Летопись"}}))
	if got.Code != http.StatusSeeOther {
		t.Fatalf("saving answers %d:\n%s", got.Code, got.Body)
	}
	got = admin.post("/admin/pages/"+history+"/move", admin.get("/admin/pages/"+history+"/move").fields(url.Values{"parent_id": {"0"}, "place": {"1"}}))
	if got.Code != http.StatusSeeOther {
		t.Fatalf("moving answers %d:\n%s", got.Code, got.Body)
	}
	if got := town.guest(locale.Russian).get("/gorod/istoriya/ulitsa"); got.to() != "/letopis/ulitsa" {
		t.Errorf("the former address answers %d to %q", got.Code, got.to())
	}
	if got, want := admin.get("/admin/pages").texts("tbody th a"), []string{"Летопись", "Улица", "Город"}; !slices.Equal(got, want) {
		t.Errorf("the tree lists %q, want %q", got, want)
	}

	form = admin.get("/admin/pages/" + history + "/delete").fields(nil)
	if got := admin.post("/admin/pages/"+history+"/delete", form); got.Code != http.StatusConflict || len(got.texts(".notice")) != 1 {
		t.Errorf("deleting a page with others below answers %d with %q", got.Code, got.texts(".notice"))
	}
	form.Set("below", "lift")
	if got := admin.post("/admin/pages/"+history+"/delete", form); got.Code != http.StatusSeeOther {
		t.Errorf("deleting answers %d:\n%s", got.Code, got.Body)
	}
	for path, want := range map[string]int{"/letopis": 404, "/gorod/istoriya": 404, "/ulitsa": 200, "/letopis/ulitsa": 301, "/gorod": 200} {
		if got := town.guest(locale.Russian).get(path); got.Code != want {
			t.Errorf("%s answers %d, want %d", path, got.Code, want)
		}
	}
}

func TestFormsSayWhatIsWrong(t *testing.T) {
	town := found(t)
	gorod := town.page(0, "Город", nil)
	child := town.page(gorod.ID, "История", nil)
	admin := town.member("posadnik", account.RoleAdministrator)
	for _, c := range []struct {
		path   string
		change url.Values
		field  string
	}{
		{"/admin/pages/new", url.Values{"title": {" "}, "body": {"Не пропади"}}, "title"},
		{"/admin/pages/new", url.Values{"title": {"漢字"}, "body": {"Не пропади"}}, "slug"},
		{"/admin/pages/new", url.Values{"title": {"Город"}, "slug": {"gorod"}, "body": {"Не пропади"}}, "slug"},
		{"/admin/pages/new", url.Values{"title": {"Новости"}, "slug": {"news"}, "body": {"Не пропади"}}, "slug"},
		{"/admin/pages/new", url.Values{"title": {"А"}, "parent_id": {"999"}, "body": {"Не пропади"}}, "parent_id"},
		{"/admin/pages/new", url.Values{"title": {"А"}, "link": {"javascript:alert(1)"}, "body": {"Не пропади"}}, "link"},
		{"/admin/pages/1", url.Values{"title": {strings.Repeat("я", 201)}, "body": {"Не пропади"}}, "title"},
		{"/admin/pages/1", url.Values{"status": {"secret"}, "body": {"Не пропади"}}, "status"},
		{"/admin/pages/1/move", url.Values{"parent_id": {"1"}}, "parent_id"},
		{"/admin/pages/1/move", url.Values{"parent_id": {strconv.FormatInt(child.ID, 10)}}, "parent_id"},
	} {
		got := admin.post(c.path, admin.get(c.path).fields(c.change))
		if got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s with %v answers %d", c.path, c.change, got.Code)
			continue
		}
		if links := got.values(".errors a", "href"); !slices.Equal(links, []string{"#" + c.field}) || len(got.nodes("#"+c.field)) != 1 {
			t.Errorf("%s with %v complains of %q, want of %s", c.path, c.change, links, c.field)
		}
		for _, words := range got.texts(".errors a") {
			if strings.HasPrefix(words, "site.") {
				t.Errorf("there are no words for %s", words)
			}
		}
		if kept := got.fields(nil).Get("body"); c.change.Has("body") && kept != "Не пропади" {
			t.Errorf("%s with %v loses the text: %q", c.path, c.change, kept)
		}
	}
}

func TestNobodysEditIsLost(t *testing.T) {
	town := found(t)
	town.page(0, "Город", nil)
	admin := town.member("posadnik", account.RoleAdministrator)
	mine := admin.get("/admin/pages/1").fields(url.Values{"body": {"Моё."}})
	town.edit(1, func(p *site.Page) { p.Body, p.Title = "Чужое.", "Городище" })

	got := admin.post("/admin/pages/1", mine)
	if got.Code != http.StatusConflict {
		t.Fatalf("saving over somebody's edit answers %d", got.Code)
	}
	again := got.fields(nil)
	if again.Get("body") != "Моё." || again.Get("title") != "Город" {
		t.Errorf("the form has lost what was typed: %v", again)
	}
	if theirs, want := got.texts("textarea[readonly]"), []string{"Городище", "Чужое."}; !slices.Equal(theirs, want) {
		t.Errorf("the form shows as theirs %q, want %q", theirs, want)
	}
	if p, err := data.ByID[site.Page](town.ctx, 1); err != nil || p.Body != "Чужое." {
		t.Errorf("the page holds %q, %v", p.Body, err)
	}
	if got := admin.post("/admin/pages/1", again); got.Code != http.StatusSeeOther {
		t.Errorf("saving again answers %d", got.Code)
	}
	if p, err := data.ByID[site.Page](town.ctx, 1); err != nil || p.Body != "Моё." {
		t.Errorf("the page holds %q, %v", p.Body, err)
	}

	stale := url.Values{"version": {"1"}, "parent_id": {"0"}, "place": {"1"}, "below": {"lift"}}
	for _, path := range []string{"/admin/pages/1/move", "/admin/pages/1/delete"} {
		if got := admin.post(path, stale); got.Code != http.StatusConflict || len(got.texts(".notice")) != 1 {
			t.Errorf("%s of a state that is past answers %d", path, got.Code)
		}
	}
}

func TestSettingsShowAtOnce(t *testing.T) {
	town := found(t)
	admin, guest := town.member("posadnik", account.RoleAdministrator), town.guest(locale.Russian)
	guest.get("/")
	form := admin.get("/admin/settings").fields(url.Values{
		"title.ru": {"Заволховье"}, "tagline.ru": {"Городской портал"}, "intro.ru": {"# Здравствуйте\r\n\r\nЭто *мы*."}, "footer.ru": {"Пишите нам."},
	})
	if got := admin.post("/admin/settings", form); got.Code != http.StatusSeeOther {
		t.Fatalf("saving answers %d:\n%s", got.Code, got.Body)
	}
	got := guest.get("/")
	for selector, want := range map[string][]string{
		"title": {"Заволховье: Городской портал"}, ".name b": {"Заволховье"}, ".name small": {"Городской портал"},
		"h1": {"Заволховье"}, "main .prose h2": {"Здравствуйте"}, ".footer > div > p": {"Пишите нам."},
	} {
		if texts := got.texts(selector); !slices.Equal(texts, want) {
			t.Errorf("%s reads %q, want %q", selector, texts, want)
		}
	}
	if got := town.guest(locale.English).get("/").texts(".name b"); !slices.Equal(got, []string{"Заволховье"}) {
		t.Errorf("an Englishman reads %q", got)
	}
	mine := admin.get("/admin/settings").fields(url.Values{"title.ru": {"Моё"}})
	town.write(func(tx *data.Tx) error { return site.Set(tx, "title", locale.Russian, "Чужое") })
	conflict := admin.post("/admin/settings", mine)
	if conflict.Code != http.StatusConflict || conflict.fields(nil).Get("title.ru") != "Моё" || !strings.Contains(conflict.Body.String(), "Чужое") {
		t.Errorf("saving over somebody's setting answers %d with %v", conflict.Code, conflict.fields(nil))
	}
	if got := admin.post("/admin/settings", conflict.fields(nil)); got.Code != http.StatusSeeOther {
		t.Errorf("saving again answers %d", got.Code)
	}
	long := admin.get("/admin/settings").fields(url.Values{"title.ru": {strings.Repeat("я", 81)}})
	if got := admin.post("/admin/settings", long); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("a title that is too long answers %d", got.Code)
	}
}

func TestTemplatesAreEditedWhileTheSiteRuns(t *testing.T) {
	town := found(t)
	town.page(0, "Город", nil)
	admin, guest := town.member("posadnik", account.RoleAdministrator), town.guest(locale.Russian)
	const address = "/admin/templates/site/page"
	if got := admin.get("/admin/templates").texts("tbody th"); !slices.Contains(got, "site/page") || !slices.Contains(got, "site/menu") {
		t.Errorf("the list holds %q", got)
	}
	original := admin.get(address).fields(nil)
	if !strings.Contains(original.Get("text"), "{{.Title}}") {
		t.Errorf("the form holds %q", original.Get("text"))
	}
	guest.get("/gorod")

	broken := url.Values{"text": {"<h1>\n{{.Title</h1>"}, "version": original["version"], "do": {"save"}}
	got := admin.post(address, broken)
	if got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "site/page:2") || got.fields(nil).Get("text") != "<h1>\n{{.Title</h1>" {
		t.Errorf("a broken text answers %d:\n%s", got.Code, got.Body)
	}
	sound := url.Values{"text": {"<h1>{{.Title}}!</h1>"}, "version": original["version"], "do": {"save"}}
	if got := admin.post(address, sound); got.Code != http.StatusSeeOther {
		t.Fatalf("saving answers %d:\n%s", got.Code, got.Body)
	}
	if got := guest.get("/gorod").texts("h1"); !slices.Equal(got, []string{"Город!"}) {
		t.Errorf("the page reads %q", got)
	}
	conflict := admin.post(address, url.Values{"text": {"<h1>mine</h1>"}, "version": original["version"], "do": {"save"}})
	if conflict.Code != http.StatusConflict || conflict.fields(nil).Get("text") != "<h1>mine</h1>" {
		t.Errorf("saving over somebody's edit answers %d", conflict.Code)
	}
	if theirs, want := conflict.texts("textarea[readonly]"), []string{"<h1>{{.Title}}!</h1>"}; !slices.Equal(theirs, want) {
		t.Errorf("the form shows as theirs %q, want %q", theirs, want)
	}
	if got := admin.post(address, url.Values{"do": {"reset"}, "version": conflict.fields(nil)["version"]}); got.Code != http.StatusSeeOther {
		t.Errorf("going back to the theme's text answers %d", got.Code)
	}
	if got := guest.get("/gorod").texts("h1"); !slices.Equal(got, []string{"Город"}) {
		t.Errorf("the page reads %q", got)
	}
	if n, err := data.All[veche.Template](data.Read(town.ctx).Limit(10)); err != nil || len(n) != 0 {
		t.Errorf("the edit is still there: %v, %v", n, err)
	}
	for _, path := range []string{"/admin/templates/frames", "/admin/templates/../etc/passwd", "/admin/templates/a/b/c"} {
		if got := admin.get(path); got.Code == http.StatusOK {
			t.Errorf("%s answers %d", path, got.Code)
		}
	}
}
