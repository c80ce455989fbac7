package browsertest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// What the administrator of the story writes.
const (
	password  = "the veche bell 1136"
	headline  = "Мост через реку открыт"
	firstText = "Плотники закончили настил на рассвете."
	secret    = "Тайный черновик о пошлинах"
)

// TestFirstStartToTalk is the way of a new site: its setup address makes the
// administrator, who writes news that is on the front page at once; guests see
// it and never what is a draft; members talk about it.
func TestFirstStartToTalk(t *testing.T) {
	c, s := startChromium(t), startSite(t)
	admin, guest, reader := c.profile(t, s, "en"), c.profile(t, s, "en"), c.profile(t, s, "ru")

	becomeAdministrator(t, admin)
	makeSection(admin, "Город")
	writeItem(admin, headline, firstText, true)

	admin.open("/")
	admin.says("main", headline)
	guest.open("/")
	guest.says("main", headline)
	guest.press("main article a[href^='/news/most']")
	guest.says("main", firstText)
	guest.says("main", "Members can comment.")

	reader.open("/")
	reader.says("main", headline)
	reader.says("main", "Последние новости")
	reader.says("header", "Войти")

	publishDraft(t, admin, guest, reader)
	editItem(t, admin, guest)
	talk(t, admin, guest, reader)

	admin.open("/")
	admin.click(".account summary")
	admin.press("form[action='/sign-out'] button")
	admin.says("header", "Sign in")
	if admin.has(".account") {
		t.Error("the administrator is still signed in")
	}
	admin.open("/admin", 200)
	if !strings.HasPrefix(admin.path(), "/sign-in") {
		t.Errorf("a guest who asks for the administration comes to %s", admin.path())
	}
}

// becomeAdministrator opens the setup address as it is printed, and signs out
// and in again.
func becomeAdministrator(t *testing.T, admin *tab) {
	address := admin.site.setup(t)
	admin.open(address)
	admin.write("#login", "marfa")
	admin.write("#password", password)
	admin.press("main button.primary")
	admin.says(".account summary", "marfa")
	admin.open(address, 403) // it was good once

	admin.open("/")
	admin.click(".account summary")
	admin.press("form[action='/sign-out'] button")
	admin.press("header a[href='/sign-in']")
	admin.write("#login", "marfa")
	admin.write("#password", password)
	admin.press("main button.primary")
	admin.says(".account summary", "marfa")
}

// makeSection goes the way a newcomer finds: from the footer to the
// administration, to news, to sections.
func makeSection(admin *tab, title string) {
	admin.press("footer a[href='/admin']")
	admin.press("main a[href='/admin/news']")
	admin.press("main a[href='/admin/news/sections']")
	admin.write("#title", title)
	admin.choose("#language", "Русский")
	admin.press("main form[action='/admin/news/sections'] button.primary")
	admin.says("table", title)
}

// writeItem writes news from the list of news.
func writeItem(admin *tab, title, body string, published bool) {
	admin.open("/admin/news")
	admin.press("main a.button.primary")
	admin.write("#title", title)
	admin.choose("#section_id", "Город")
	admin.choose("#language", "Русский")
	admin.write("#body", body)
	admin.write("#tags", "мосты")
	if published {
		admin.click("input[name=status][value=published]")
	}
	admin.press("main button[value=save]")
	admin.says("main", "Saved")
}

// publishDraft writes a draft that nobody else sees anywhere, and publishes it.
func publishDraft(t *testing.T, admin, guest, reader *tab) {
	writeItem(admin, secret, "Пошлину на соль отменят.", false)
	edit := strings.TrimSuffix(strings.Split(admin.path(), "?")[0], "/preview")
	address := "/news/taynyy-chernovik-o-poshlinakh"
	lists := []string{"/", "/news", "/news/section/gorod", "/news/tag/mosty"}
	feeds := []string{"/news/feed.rss", "/news/feed.atom", "/news/feed.json", "/news/sitemap.xml"}
	for _, other := range []*tab{guest, reader} {
		for _, path := range lists {
			other.open(path)
			other.silent(secret)
		}
		other.open(address, 404)
	}
	for _, path := range feeds {
		if answer := get(t, guest.site, path); strings.Contains(answer, "черновик") || strings.Contains(answer, "chernovik") {
			t.Errorf("%s tells of a draft:\n%s", path, answer)
		}
	}

	guest.open("/")
	admin.open(edit)
	admin.click("input[name=status][value=published]")
	admin.press("main button[value=save]")
	guest.reload()
	guest.says("main", secret)
	for _, path := range append(lists, address) {
		reader.open(path)
		reader.says("main", secret)
	}
	for _, path := range feeds {
		if answer := get(t, guest.site, path); !strings.Contains(answer, "chernovik") {
			t.Errorf("%s does not tell of what was published:\n%s", path, answer)
		}
	}
}

// editItem changes what a guest is looking at.
func editItem(t *testing.T, admin, guest *tab) {
	const second = "Настил выдержал сорок возов."
	guest.open("/news/most-cherez-reku-otkryt")
	admin.open("/news/most-cherez-reku-otkryt")
	admin.press("main a[href^='/admin/news/item/']")
	admin.write("#body", second)
	admin.press("main button[value=save]")
	guest.reload()
	guest.says("main", second)
	guest.silent(firstText)
}

// talk has a reader become a member and comment, and the administrator answer.
func talk(t *testing.T, admin, guest, reader *tab) {
	const item, said, answered = "/news/most-cherez-reku-otkryt", "Сорок? Я насчитал сорок один.", "Последний был пустой."
	reader.open("/sign-up")
	reader.write("#login", "Онфим")
	reader.write("#password", password)
	reader.press("main button.primary")
	reader.says(".account summary", "Онфим")
	reader.open(item)
	reader.write("#comment-body", said)
	reader.press("form[action$='/comments'] button.primary")
	reader.says("#talk", said)

	admin.open(item)
	admin.says("#talk", said)
	admin.press("#talk article footer a.button")
	admin.says("#say", "Онфим")
	admin.write("#comment-body", answered)
	admin.press("form[action$='/comments'] button.primary")
	if reply := admin.text("#talk ol ol"); !strings.Contains(reply, answered) {
		t.Errorf("the answer does not stand under what it answers but:\n%s", admin.text("#talk"))
	}

	guest.open("/")
	guest.says("main", "2 comments")
	guest.says("aside", answered)
	guest.open(item)
	guest.says("#talk", said)
	guest.says("#talk", answered)
}

// answerMax bounds the answers that are read outside the browser, in bytes.
const answerMax = 1 << 20

// get asks for what is no page, as a guest.
func get(t *testing.T, s *site, path string) string {
	t.Helper()
	response, err := http.Get(s.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerMax))
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %s, %v", path, response.Status, err)
	}
	return string(body)
}
