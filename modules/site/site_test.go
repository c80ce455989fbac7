package site_test

import (
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche"
	"veche/account"
	"veche/data"
	"veche/locale"
	"veche/modules/site"
)

func TestPageStandsInItsPlace(t *testing.T) {
	town := found(t)
	gorod := town.page(0, "Город", nil)
	history := town.page(gorod.ID, "История", func(p *site.Page) {
		p.Summary, p.Body = "Откуда всё пошло.", "## Начало\n\nБыла *река* <script>alert(1)</script>."
	})
	town.page(gorod.ID, "Улицы", nil)
	town.page(history.ID, "Мост", func(p *site.Page) { p.Body = "Дубовый." })
	got := town.guest(locale.Russian).get("/gorod/istoriya")
	if got.Code != http.StatusOK {
		t.Fatalf("the page answers %d:\n%s", got.Code, got.Body)
	}
	for selector, want := range map[string][]string{
		"title":                     {"История · Вече"},
		"main h1":                   {"История"},
		"main .dek":                 {"Откуда всё пошло."},
		"main .prose h2":            {"Начало"},
		"main .prose script":        nil,
		"main .crumbs li":           {"Главная", "Город", "История"},
		"main .children a":          {"Мост"},
		"main .children p":          {"Дубовый."},
		".aside h2":                 {"Город"},
		".aside .tree > ul > li":    {"ИсторияМост", "Улицы"},
		".aside [aria-current]":     {"История"},
		".menu nav > ul > li > a":   {"Главная", "Город"},
		".footer nav a":             {"Город", "Карта сайта"},
		`main a[href^="/admin"]`:    nil,
		`.footer a[href^="/admin"]`: nil,
	} {
		if diff := cmp.Diff(want, got.texts(selector)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", selector, diff)
		}
	}
	if got, want := got.values(`meta[name="description"]`, "content"), []string{"Откуда всё пошло."}; !slices.Equal(got, want) {
		t.Errorf("the description is %q, want %q", got, want)
	}
	if got, want := got.values(`link[rel="canonical"]`, "href"), []string{"http://veche.test/gorod/istoriya"}; !slices.Equal(got, want) {
		t.Errorf("the address is %q, want %q", got, want)
	}
	for _, part := range []string{`"@type":"ListItem"`, `"inLanguage": "ru"`, `"name": "История"`} {
		if all := strings.Join(got.texts(`script[type="application/ld+json"]`), "\n"); !strings.Contains(all, part) {
			t.Errorf("the data for machines lack %s:\n%s", part, all)
		}
	}
}

func TestFormerAndOriginalAddressesLeadToThePage(t *testing.T) {
	onEach(t, testFormerAndOriginalAddressesLeadToThePage)
}

func testFormerAndOriginalAddressesLeadToThePage(t *testing.T, town *town) {
	gorod := town.page(0, "О нас", nil)
	town.page(gorod.ID, "Новости и вести", nil)
	town.write(func(tx *data.Tx) error { return site.Forward(tx, "/2012/старый-адрес/", gorod.ID) })
	town.edit(gorod.ID, func(p *site.Page) { p.Slug = "gorod" })
	guest := town.guest(locale.Russian)
	for from, want := range map[string]string{
		"/o-nas":              "/gorod",
		"/o-nas/":             "/gorod",
		"/gorod/":             "/gorod",
		"/GOROD":              "/gorod",
		"/о-нас":              "/gorod",
		"/О нас":              "/gorod",
		"/2012/старый-адрес":  "/gorod",
		"/2012/старый-адрес/": "/gorod",
		"/о-нас/новости-и-вести":  "/gorod/novosti-i-vesti",
		"/o-nas/novosti-i-vesti/": "/gorod/novosti-i-vesti",
	} {
		got := guest.get((&url.URL{Path: from}).EscapedPath())
		if got.Code != http.StatusMovedPermanently || got.to() != want {
			t.Errorf("%s answers %d to %q, want a move to %q", from, got.Code, got.to(), want)
		}
		if got := guest.get(want); got.Code != http.StatusOK {
			t.Errorf("%s answers %d", want, got.Code)
		}
	}
	for _, path := range []string{"/" + strings.Repeat("a", 600), "/%00", "/%ff", "/gorod/%00", "/gorod%2Fnovosti", "/漢字", "/%25"} {
		if got := guest.get(path); got.Code != http.StatusNotFound {
			t.Errorf("%q answers %d to %q", path, got.Code, got.to())
		}
	}
}

func TestDraftsDoNotExistForOthers(t *testing.T) {
	town := found(t)
	gorod := town.page(0, "Город", nil)
	town.page(gorod.ID, "Тайна", func(p *site.Page) { p.Status = site.Draft })
	town.edit(gorod.ID+1, func(p *site.Page) { p.Slug = "sekret" })
	admin := town.member("posadnik", account.RoleAdministrator)
	for name, v := range map[string]*visitor{"guest": town.guest(locale.Russian), "member": town.member("gavrila", account.RoleMember)} {
		for _, path := range []string{"/gorod/sekret", "/gorod/tayna", "/gorod/тайна"} {
			if got := v.get((&url.URL{Path: path}).EscapedPath()); got.Code != http.StatusNotFound {
				t.Errorf("to a %s %s answers %d to %q", name, path, got.Code, got.to())
			}
		}
		for _, path := range []string{"/", "/gorod", "/sitemap", "/pages.xml"} {
			if got := v.get(path); strings.Contains(got.Body.String(), "Тайна") || strings.Contains(got.Body.String(), "sekret") {
				t.Errorf("to a %s %s tells of the draft", name, path)
			}
		}
	}
	got := admin.get("/gorod/sekret")
	if got.Code != http.StatusOK || len(got.texts("main .badge")) != 1 {
		t.Errorf("to an administrator the draft answers %d with the badges %q", got.Code, got.texts("main .badge"))
	}
	if got := admin.get("/gorod/tayna"); got.to() != "/gorod/sekret" {
		t.Errorf("to an administrator the former address of the draft leads to %q", got.to())
	}
}

func TestMenusSpeakTheVisitorsLanguageIfTheyCan(t *testing.T) {
	town := found(t)
	gorod := town.page(0, "Город", nil)
	items := func(tag locale.Tag) []string { return town.guest(tag).get("/").texts(".menu nav li a") }
	if got, want := items(locale.English), []string{"Front page", "Город"}; !slices.Equal(got, want) {
		t.Errorf("the menu of a Russian site reads %q to an Englishman, want %q", got, want)
	}
	town.page(0, "The town", func(p *site.Page) { p.Language, p.MenuTitle = "en", "Town" })
	town.page(gorod.ID, "Где купить соль", func(p *site.Page) { p.Link = "/market" })
	town.page(gorod.ID, "Незаметная", func(p *site.Page) { p.InMenu = false })
	if got, want := items(locale.English), []string{"Front page", "Town"}; !slices.Equal(got, want) {
		t.Errorf("the menu reads %q, want %q", got, want)
	}
	if got, want := items(locale.Russian), []string{"Главная", "Город", "Где купить соль"}; !slices.Equal(got, want) {
		t.Errorf("the menu reads %q, want %q", got, want)
	}
	if got := town.guest(locale.Russian).get("/").values(".menu nav a", "href"); !slices.Contains(got, "/market") {
		t.Errorf("the menu leads to %q", got)
	}
}

// made returns by component how many fragments fn made.
func (town *town) made(fn func()) map[string]uint64 {
	before := town.Stats().Components
	fn()
	made := map[string]uint64{}
	for name, now := range town.Stats().Components {
		if n := now.Made - before[name].Made; n > 0 {
			made[name] = n
		}
	}
	return made
}

func TestWritesMakeAgainWhatShowsThemAndNothingElse(t *testing.T) {
	onEach(t, testWritesMakeAgainWhatShowsThemAndNothingElse)
}

func testWritesMakeAgainWhatShowsThemAndNothingElse(t *testing.T, town *town) {
	gorod := town.page(0, "Город", nil)
	history := town.page(gorod.ID, "История", func(p *site.Page) { p.Summary = "Откуда всё пошло." })
	most := town.page(history.ID, "Мост", func(p *site.Page) { p.InMenu = false })
	town.page(0, "Соседи", nil)
	guest := town.guest(locale.Russian)
	walk := func() {
		for _, path := range []string{"/", "/gorod", "/gorod/istoriya", "/gorod/istoriya/most", "/sosedi", "/sitemap"} {
			if got := guest.get(path); got.Code != http.StatusOK {
				t.Fatalf("%s answers %d", path, got.Code)
			}
		}
	}
	walk()
	for _, c := range append(town.edits(history, most), town.editsBeside(gorod)...) {
		c.do()
		if diff := cmp.Diff(c.want, town.made(walk)); diff != "" {
			t.Errorf("after writing %s, the fragments made are not those wanted (-want +got):\n%s", c.what, diff)
		}
	}
}

// An edit is a write, and what it makes again, by component.
type edit struct {
	what string
	do   func()
	want map[string]uint64
}

// edits are writes to the town of the test above, in order.
func (town *town) edits(history, most site.Page) []edit {
	return []edit{
		{"nothing", func() {}, map[string]uint64{}},
		{
			"the text of a page that has a summary",
			func() { town.edit(history.ID, func(p *site.Page) { p.Body = "Иначе." }) },
			map[string]uint64{"site/page": 1},
		},
		{
			"a summary",
			func() { town.edit(history.ID, func(p *site.Page) { p.Summary = "Откуда что пошло." }) },
			map[string]uint64{"site/page": 1, "site/page-head": 1, "site/children": 1},
		},
		{
			// It stands in its own page, head and crumbs, and in those of what is below;
			// among the siblings of its own page, as their heading below, and beside its parent.
			"a title in the menu",
			func() { town.edit(history.ID, func(p *site.Page) { p.Title = "Летопись" }) },
			map[string]uint64{
				"site/page": 1, "site/page-head": 1, "site/crumbs-data": 2, "site/breadcrumbs": 2,
				"site/children": 1, "site/siblings": 3, "site/menu": 1, "site/tree": 1, "site/map": 1,
			},
		},
		{
			"a title outside the menu",
			func() { town.edit(most.ID, func(p *site.Page) { p.Title = "Переправа" }) },
			map[string]uint64{
				"site/page": 1, "site/page-head": 1, "site/crumbs-data": 1, "site/breadcrumbs": 1,
				"site/children": 1, "site/siblings": 2, "site/map": 1,
			},
		},
	}
}

// editsBeside are writes to what is no page, and one that is rolled back.
func (town *town) editsBeside(gorod site.Page) []edit {
	return []edit{
		{
			"the foot of pages",
			func() {
				town.write(func(tx *data.Tx) error { return site.Set(tx, "footer", locale.Russian, "Пишите нам.") })
			},
			map[string]uint64{"site/footer": 1},
		},
		{
			"the foot of pages in another language",
			func() {
				town.write(func(tx *data.Tx) error { return site.Set(tx, "footer", locale.English, "Write.") })
			},
			map[string]uint64{},
		},
		{
			"the template of children",
			func() {
				town.write(func(tx *data.Tx) error {
					return data.Create(tx, &veche.Template{Name: "site/children", Text: "<p>{{len .}}</p>"})
				})
			},
			map[string]uint64{"site/children": 2},
		},
		{
			"a write that is rolled back",
			func() {
				_, err := data.Write(town.ctx, func(tx *data.Tx) error {
					p, err := data.ByID[site.Page](tx, gorod.ID)
					if err != nil {
						return err
					}
					p.Title, p.Slug = "Пригород", "prigorod"
					return errors.Join(site.UpdatePage(tx, &p), errChanged)
				})
				if !errors.Is(err, errChanged) {
					town.t.Fatal(err)
				}
			},
			map[string]uint64{},
		},
	}
}

var errChanged = errors.New("changed my mind")

func TestMachinesFindPublishedPages(t *testing.T) {
	town := found(t)
	gorod := town.page(0, "Город", nil)
	town.page(gorod.ID, "История", nil)
	guest := town.guest(locale.English)
	var index struct {
		Maps []string `xml:"sitemap>loc"`
	}
	if err := xml.Unmarshal(guest.get("/sitemap.xml").Body.Bytes(), &index); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"http://veche.test/pages.xml"}, index.Maps); diff != "" {
		t.Errorf("the index of maps (-want +got):\n%s", diff)
	}
	var pages struct {
		Pages []string `xml:"url>loc"`
	}
	if err := xml.Unmarshal(guest.get("/pages.xml").Body.Bytes(), &pages); err != nil {
		t.Fatal(err)
	}
	want := []string{"http://veche.test/", "http://veche.test/gorod", "http://veche.test/gorod/istoriya"}
	if diff := cmp.Diff(want, pages.Pages); diff != "" {
		t.Errorf("the map (-want +got):\n%s", diff)
	}
	if got := guest.get("/robots.txt").Body.String(); !strings.Contains(got, "Sitemap: http://veche.test/sitemap.xml\n") {
		t.Errorf("robots.txt reads %q", got)
	}
}
