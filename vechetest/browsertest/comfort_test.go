package browsertest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestComforts holds what makes pages good to use: menus, keyboard, forms that
// say what is wrong, the look of one's choice.
func TestComforts(t *testing.T) {
	c, s := startChromium(t), startDemo(t)
	for name, test := range map[string]func(*testing.T, *chromium, *site){
		"menu on a phone":     menuOnPhone,
		"menu without script": menuWithoutScript,
		"keyboard":            keyboard,
		"keyboard on a phone": keyboardOnPhone,
		"errors in forms":     errorsInForms,
		"appearance":          appearance,
		"language":            language,
	} {
		t.Run(name, func(t *testing.T) { test(t, c, s) })
	}
}

// shown is whether the element takes room and the visitor sees it.
func shown(tab *tab, selector string) bool {
	tab.t.Helper()
	return evaluate[bool](tab, fmt.Sprintf(`document.querySelector(%q)?.checkVisibility({visibilityProperty: true}) ?? false`, selector))
}

// menuOnPhone opens the menu, its second level, and goes to a page of it.
func menuOnPhone(t *testing.T, c *chromium, s *site) {
	guest := c.profile(t, s, "en")
	guest.resize(phone)
	guest.open("/")
	useMenu(t, guest)
}

// menuWithoutScript does the same where no script runs.
func menuWithoutScript(t *testing.T, c *chromium, s *site) {
	guest := c.profile(t, s, "en")
	guest.scripts(false)
	guest.resize(phone)
	guest.open("/")
	if guest.has("html[data-theme]") || shown(guest, "form.theme") {
		t.Fatal("scripts run, so this shows nothing")
	}
	useMenu(t, guest)
	guest.resize(screen)
	guest.open("/")
	if !shown(guest, "#menu a[href='/town']") || shown(guest, "#menu a[href='/town/history']") {
		t.Error("on a wide screen the first level of the menu is shown, and the second is not")
	}
	guest.click("#menu details summary")
	guest.press("#menu a[href='/town/history']")
	guest.says("h1", "History")
}

func useMenu(t *testing.T, guest *tab) {
	t.Helper()
	if shown(guest, "#menu") {
		t.Error("the menu is open before anybody asked")
	}
	guest.click(".menu-button")
	if !shown(guest, "#menu a[href='/town']") || shown(guest, "#menu a[href='/town/history']") {
		t.Error("the menu shows its first level, and not its second")
	}
	guest.click("#menu details summary")
	if !shown(guest, "#menu a[href='/town/history']") {
		t.Error("the second level does not open")
	}
	guest.press("#menu a[href='/town/history']")
	guest.says("h1", "History")
}

// A stop is where the focus stands.
type stop struct {
	Where   string // "skip", "header", "main", "aside" or "footer"
	What    string // the element, for people
	Name    string // of a form's field
	Outline bool   // whether the focus is seen
	Inside  bool   // whether it is within the window
}

// focused describes where the focus stands.
const focused = `(() => {
	const e = document.activeElement;
	if (e === document.body || e === document.documentElement) return {};
	const style = getComputedStyle(e), box = e.getBoundingClientRect();
	return {
		Where: e.matches(".skip") ? "skip" : e.closest("header, main, aside, footer")?.closest("body > *")?.localName ?? "",
		What: e.cloneNode().outerHTML + " " + e.textContent.trim().slice(0, 30), Name: e.name ?? "",
		Outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
		Inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
	};
})()`

// walk presses Tab through the page until the focus leaves it.
func walk(t *testing.T, tab *tab) []stop {
	t.Helper()
	const stopsMax = 300
	var stops []stop
	for range stopsMax {
		tab.keys(kb.Tab)
		s := evaluate[stop](tab, focused)
		if s.What == "" {
			return stops
		}
		if !s.Outline || !s.Inside {
			t.Errorf("%s: the focus is not seen (outline %v, in the window %v): %s", tab.path(), s.Outline, s.Inside, s.What)
		}
		stops = append(stops, s)
	}
	t.Fatalf("%s: the focus does not come out after %d stops", tab.path(), stopsMax)
	return nil
}

// keyboard goes through pages by Tab: the skip link, the header with the menu,
// main, and what stands beside and below, in this order, always seen.
func keyboard(t *testing.T, c *chromium, s *site) {
	guest := c.profile(t, s, "en")
	for _, path := range []string{"/", "/news", "/town/history"} {
		guest.open(path)
		var parts []string
		for _, stop := range walk(t, guest) {
			parts = append(parts, stop.Where)
		}
		want := []string{"skip", "header", "main", "aside", "footer"}
		if path == "/town/history" { // a text alone has nothing to stop at
			want = slices.DeleteFunc(want, func(part string) bool { return part == "main" && !slices.Contains(parts, "main") })
		}
		if got := slices.Compact(parts); !slices.Equal(got, want) {
			t.Errorf("%s: Tab goes through %v, want %v", path, got, want)
		}
	}
	guest.open("/news")
	guest.keys(kb.Tab)
	guest.keys(kb.Enter)
	if at := evaluate[string](guest, `document.activeElement.id`); at != "main" {
		t.Errorf("the skip link brings the focus to %q", at)
	}
	guest.keys(kb.Tab)
	if at := evaluate[stop](guest, focused); at.Where != "main" {
		t.Errorf("behind the skip link the focus goes to %s", at.What)
	}
	keyboardForm(t, guest)
}

// keyboardForm signs in without a mouse.
func keyboardForm(t *testing.T, guest *tab) {
	guest.open("/sign-in")
	var names []string
	for _, stop := range walk(t, guest) {
		if stop.Where == "main" && stop.Name != "" {
			names = append(names, stop.Name)
		}
	}
	if want := []string{"login", "password", "keep"}; !slices.Equal(names, want) {
		t.Errorf("Tab goes through the fields %v, want %v", names, want)
	}
	guest.open("/sign-in")
	for range 50 {
		guest.keys(kb.Tab)
		if evaluate[stop](guest, focused).Name == "login" {
			break
		}
	}
	guest.keys("posadnik")
	guest.keys(kb.Tab)
	guest.keys(guest.site.password)
	guest.load("pressing Enter", keyEnter())
	guest.says(".account summary", "Твердислав")
	walk(t, guest) // with what a member sees
}

// keyboardOnPhone opens the menu, goes into it and closes it.
func keyboardOnPhone(t *testing.T, c *chromium, s *site) {
	guest := c.profile(t, s, "en")
	guest.resize(phone)
	guest.open("/news")
	var at stop
	for range 50 {
		guest.keys(kb.Tab)
		if at = evaluate[stop](guest, focused); strings.Contains(at.What, "menu-button") {
			break
		}
	}
	guest.keys(kb.Enter)
	if !shown(guest, "#menu a") {
		t.Fatalf("Enter on %s does not open the menu", at.What)
	}
	guest.keys(kb.Tab)
	if at = evaluate[stop](guest, focused); !strings.Contains(at.What, "Front page") || !at.Outline || !at.Inside {
		t.Errorf("from the button of the open menu Tab goes to %+v", at)
	}
	guest.keys(kb.Escape)
	if at = evaluate[stop](guest, focused); shown(guest, "#menu") || !strings.Contains(at.What, "menu-button") {
		t.Errorf("Escape leaves the menu shown: %v, and the focus on %q", shown(guest, "#menu"), at.What)
	}
}

// errorsInForms sends forms that cannot be accepted: each field that is wrong is
// marked and described, and the summary leads to it.
func errorsInForms(t *testing.T, c *chromium, s *site) {
	admin := c.profile(t, s, "en")
	admin.open("/sign-up")
	refused(t, admin, map[string]string{"login": "a", "password": "short"}, "login", "password")
	admin.signIn("posadnik", s.password)
	for _, form := range []struct{ path, field string }{
		{"/admin/pages/new", "title"},
		{"/admin/news/new", "title"},
		{"/admin/news/sections", "title"},
		{"/me", "name"},
	} {
		admin.open(form.path)
		refused(t, admin, map[string]string{form.field: ""}, form.field)
	}
	admin.open("/admin/settings")
	refused(t, admin, map[string]string{"title.ru": strings.Repeat("а", 1000)}, "title.ru")
	admin.open("/admin/templates/news/list")
	refused(t, admin, map[string]string{"text": "{{if"}, "text")
	admin.open("/news/the-great-bridge-will-hold-the-whole-town-again")
	refused(t, admin, map[string]string{"body": " "}, "body")
}

// refused sends the form with the values, and wants the fields to be named as
// wrong.
func refused(t *testing.T, tab *tab, values map[string]string, fields ...string) {
	t.Helper()
	tab.submit(values)
	tab.wantStatus(tab.path(), 422)
	if !tab.has("[role=alert]") {
		t.Errorf("%s: nothing announces the errors", tab.path())
	}
	for _, name := range fields {
		state := evaluate[struct{ Invalid, Described string }](tab, fmt.Sprintf(`(() => {
			const e = document.querySelector('main form [name=%q]');
			const said = (e?.getAttribute("aria-describedby") ?? "").split(" ").map(id => document.getElementById(id));
			return {Invalid: e?.ariaInvalid ?? "", Described: said.find(n => n?.matches(".error"))?.innerText ?? ""};
		})()`, name))
		if state.Invalid != "true" || state.Described == "" {
			t.Errorf("%s: the field %s is not told to be wrong: %+v", tab.path(), name, state)
		}
	}
	if !tab.has(".errors a") {
		if len(fields) > 1 {
			t.Errorf("%s: there is no summary of errors", tab.path())
		}
		return // one field, one error: it may stand there alone
	}
	tab.click(".errors li:first-child a")
	if at := evaluate[stop](tab, focused); at.Name != fields[0] || !at.Inside {
		t.Errorf("%s: the summary leads to %+v, want the field %s", tab.path(), at, fields[0])
	}
}

// appearance is chosen below, acts at once, on every page, and is remembered.
func appearance(t *testing.T, c *chromium, s *site) {
	const paper = `getComputedStyle(document.documentElement).backgroundColor`
	guest := c.profile(t, s, "en")
	guest.open("/")
	light := evaluate[string](guest, paper)
	guest.click("form.theme input[value=dark]")
	dark := evaluate[string](guest, paper)
	if light == dark {
		t.Fatalf("the page stays %s", light)
	}
	for _, path := range []string{"/news", "/sign-in"} {
		guest.open(path)
		if got := evaluate[string](guest, paper); got != dark {
			t.Errorf("%s is %s, not dark: %s", path, got, dark)
		}
	}
	guest.open("/news")
	if !evaluate[bool](guest, `document.querySelector("form.theme input[value=dark]").checked`) {
		t.Error("the choice is not marked on the next page")
	}
	guest.click("form.theme input[value='']")
	guest.open("/")
	if got := evaluate[string](guest, paper); got != light {
		t.Errorf("as the system has it, light, the page is %s, not %s", got, light)
	}
	guest.wear("dark")
	if got := evaluate[string](guest, paper); got != dark {
		t.Errorf("as the system has it, dark, the page is %s, not %s", got, dark)
	}
}

// language is chosen above, and stays.
func language(t *testing.T, c *chromium, s *site) {
	guest := c.profile(t, s, "en")
	guest.open("/news")
	guest.press("form.locale button[value=ru]")
	guest.open("/news")
	guest.says("h1", "Новости")
	guest.open("/sitemap")
	guest.says("h1", "Карта сайта")
	if got := evaluate[string](guest, `document.documentElement.lang`); got != "ru" {
		t.Errorf("the page says it is in %q", got)
	}
}
