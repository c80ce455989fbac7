package news_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"veche/account"
	"veche/data"
	"veche/data/datatest"
	"veche/fault"
	"veche/modules/news"
)

func eachTown(t *testing.T, f func(t *testing.T, town *town)) {
	t.Helper()
	datatest.EachDSN(t, func(t *testing.T, dsn string) { f(t, found(t, dsn)) })
}

func TestItemsAreSeenEverywhere(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		older := town.publish("Wells", func(i *news.Item) { i.PublishedAt = town.now().Add(-2 * time.Hour) }, "water")
		item := town.publish("The Great Bridge", func(i *news.Item) { i.Body = "Oak *planks*.\n\n## Costs\n\n<script>alert(1)</script>" }, "bridge", "oak")
		town.comment(item.ID, 0, "At last")
		guest := town.guest()
		for path, selector := range map[string]string{
			"/news":                           ".item h2 a",
			"/news/section/bridges-and-roads": ".item h2 a",
			"/news/feed.rss":                  "item > title",
		} {
			guest.get(path).answers(http.StatusOK).says(selector, "The Great Bridge", "Wells")
		}
		guest.get("/").answers(http.StatusOK).says(".lead h2", "The Great Bridge").says(".news .item h3", "Wells").
			says(".remarks b", "Onfim").has(3, "aside .tags li")
		guest.get("/news/tag/oak").answers(http.StatusOK).says(".item h2 a", "The Great Bridge")
		page := guest.get("/news/the-great-bridge").answers(http.StatusOK).
			says(".article h1", "The Great Bridge").says(".article .dek", "About The Great Bridge.").
			says(".article .prose em", "planks").says(".article .prose h2", "Costs").has(0, ".article script").
			says(".article .tags a", "bridge", "oak").says(".article .side a[href='#talk']", "1 comment").
			says(".thread .comment h3", "Onfim").says(".pager a[rel=prev] span", "Wells").has(0, ".pager a[rel=next]").
			has(0, ".side a[href^='/admin']").has(0, "form[action$=comments]")
		if got := page.attrs("link[rel=canonical]", "href"); !slices.Equal(got, []string{"http://veche.test/news/the-great-bridge"}) {
			t.Errorf("the canonical address is %q", got)
		}
		guest.get("/news/wells").says(".pager a[rel=next] span", "The Great Bridge").says(".article h1", older.Title)
		guest.get("/news/nothing").answers(http.StatusNotFound)
		guest.get("/news/section/nothing").answers(http.StatusNotFound)
		guest.get("/news/tag/nothing").answers(http.StatusNotFound)
		guest.get("/news?before=nothing").answers(http.StatusNotFound)
	})
}

func TestDraftsDoNotExistForOthers(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		admin, member := town.member("marfa", account.RoleAdministrator), town.member("onfim", account.RoleMember)
		town.publish("Early", func(i *news.Item) { i.PublishedAt = town.now().Add(-3 * time.Hour) }, "seen")
		draft := town.publish("The Secret", func(i *news.Item) { i.Status = news.StatusDraft }, "hidden", "seen")
		town.publish("Late", nil, "seen")
		unpublished := town.publish("Regretted Secret", nil, "seen")
		town.comment(unpublished.ID, 0, "A comment on the Secret")
		read := func() {
			for _, v := range []*visitor{town.guest(), member, admin} {
				for _, path := range []string{
					"/", "/news", "/news/section/bridges-and-roads", "/news/tag/seen", "/news/early", "/news/late",
					"/news/feed.rss", "/news/feed.atom", "/news/feed.json", "/news/section/bridges-and-roads/feed.atom",
					"/news/sitemap.xml", "/sitemap.xml",
				} {
					v.get(path).answers(http.StatusOK).tells("Secret", false).tells("secret", false)
				}
				v.get("/news/the-secret").answers(http.StatusNotFound).tells("Secret", false)
				v.get("/news/tag/hidden").answers(http.StatusOK).has(0, ".item")
			}
		}
		town.guest().get("/news").tells("Regretted Secret", true)
		town.edit(unpublished.ID, func(i *news.Item) { i.Status = news.StatusDraft }, "seen")
		read()
		town.guest().get("/").has(1, "aside .tags li").says("aside .tags sup", "2")
		town.guest().get("/news/regretted-secret").answers(http.StatusNotFound)
		preview := fmt.Sprintf("/admin/news/item/%d/preview", draft.ID)
		admin.get(preview).answers(http.StatusOK).says(".article h1", "The Secret").says(".badge", "Draft")
		member.get(preview).answers(http.StatusForbidden).tells("Secret", false)
		town.guest().get(preview).goes(http.StatusSeeOther, "/sign-in?to="+strings.ReplaceAll(preview, "/", "%2F"))
		member.post(fmt.Sprintf("/news/%d/comments", draft.ID), "body", "Hm").answers(http.StatusNotFound)
		member.post(fmt.Sprintf("/admin/news/item/%d", draft.ID), "title", "Mine").answers(http.StatusForbidden)
		town.edit(draft.ID, func(i *news.Item) { i.Status = news.StatusPublished }, "hidden")
		town.guest().get("/news/the-secret").answers(http.StatusOK)
		town.guest().get("/news/tag/hidden").says(".item h2", "The Secret")
	})
}

func TestScheduledItemAppearsAtItsTime(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.publish("Now", nil, "fair")
		town.publish("Winter fair", func(i *news.Item) { i.PublishedAt = town.now().Add(time.Hour) }, "fair")
		guest := town.guest()
		paths := []string{
			"/", "/news", "/news/section/bridges-and-roads", "/news/tag/fair", "/news/now", "/news/feed.rss", "/news/feed.atom",
			"/news/feed.json", "/news/sitemap.xml",
		}
		shows := func(want bool) {
			t.Helper()
			for _, path := range paths {
				word := "Winter fair"
				if strings.HasSuffix(path, "xml") {
					word = "winter-fair"
				}
				guest.get(path).answers(http.StatusOK).tells(word, want)
			}
		}
		shows(false)
		guest.get("/news/winter-fair").answers(http.StatusNotFound)
		town.wait(time.Hour - time.Microsecond)
		shows(false)
		made := town.Stats().Components["news/list"].Made
		shows(false)
		if again := town.Stats().Components["news/list"].Made; again != made {
			t.Errorf("waiting for an item makes the list %d times again", again-made)
		}
		town.wait(time.Microsecond)
		shows(true)
		guest.get("/news/winter-fair").answers(http.StatusOK)
		guest.get("/").says("aside .tags sup", "2")
	})
}

func TestReadersSeeTheirLanguage(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		en, ru := town.guest(), town.guest()
		ru.tag = "ru"
		lists := func(v *visitor, want ...string) {
			t.Helper()
			v.get("/news").says(".item h2", want...)
			v.get("/").says(".lead h2", want[0]).says(".remarks b", slices.Repeat([]string{"Onfim"}, len(want))...).
				says("aside .tags li", fmt.Sprint("bridge", len(want)))
		}
		russian := town.publish("Мост", func(i *news.Item) { i.Language, i.SectionID = "ru", town.digs.ID }, "bridge")
		town.comment(russian.ID, 0, "Так")
		lists(en, "Мост")
		lists(ru, "Мост")
		later := town.publish("Bridge", func(i *news.Item) { i.PublishedAt = town.now().Add(time.Hour) }, "bridge")
		lists(en, "Мост")
		town.wait(time.Hour)
		town.comment(later.ID, 0, "Yes")
		lists(en, "Bridge")
		lists(ru, "Мост")
		en.get("/news/tag/bridge").says(".item h2", "Bridge", "Мост")
		en.get("/news/section/raskopki").says(".item h2", "Мост").says("nav.tree [aria-current=true]", "Раскопки")
		town.edit(russian.ID, func(i *news.Item) { i.Language = "en" }, "bridge")
		lists(en, "Bridge", "Мост")
		lists(ru, "Bridge", "Мост")
	})
}

func TestSlugsAreOnesOwn(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		var slugs []string
		for range 3 {
			slugs = append(slugs, town.publish("Большой мост", nil).Slug)
		}
		slugs = append(slugs, town.publish("!!!", nil).Slug)
		if want := []string{"bolshoy-most", "bolshoy-most-2", "bolshoy-most-3", "item"}; !slices.Equal(slugs, want) {
			t.Errorf("the slugs are %q, want %q", slugs, want)
		}
		guest := town.guest()
		guest.get("/news/%D0%91%D0%BE%D0%BB%D1%8C%D1%88%D0%BE%D0%B9-%D0%BC%D0%BE%D1%81%D1%82").goes(http.StatusMovedPermanently, "/news/bolshoy-most")
		item := town.publish("Fair", nil)
		guest.get("/news/market").answers(http.StatusNotFound)
		town.edit(item.ID, func(i *news.Item) { i.Slug = "market" })
		guest.get("/news/market").answers(http.StatusOK)
		guest.get("/news/fair").goes(http.StatusMovedPermanently, "/news/market")
		town.edit(item.ID, func(i *news.Item) { i.Slug = "fair" })
		guest.get("/news/fair").answers(http.StatusOK)
		guest.get("/news/market").goes(http.StatusMovedPermanently, "/news/fair")
		town.edit(item.ID, func(i *news.Item) { i.Status = news.StatusDraft })
		guest.get("/news/market").answers(http.StatusNotFound)
	})
}

func TestPagesShowEveryItemOnce(t *testing.T) {
	town := found(t, "")
	guest := town.guest()
	rapid.Check(t, func(r *rapid.T) {
		count := rapid.IntRange(0, 3*news.PageSize+1).Draw(r, "items")
		moments := rapid.IntRange(1, 30).Draw(r, "moments")
		town.write(func(tx *data.Tx) error {
			for _, rows := range []any{&news.Item{}, &news.Tagging{}, &news.Address{}} {
				if err := tx.DB().Where("id > 0").Delete(rows).Error; err != nil {
					return err
				}
			}
			for i := range count {
				item := news.Item{
					SectionID: town.roads.ID, Title: fmt.Sprintf("Item %d", i), Language: "en", Format: "markdown", Status: news.StatusPublished,
					PublishedAt: town.now().Add(-time.Duration(rapid.IntRange(0, moments).Draw(r, "moment")) * time.Microsecond),
				}
				if rapid.IntRange(0, 9).Draw(r, "draft") == 0 {
					item.Status, item.Title = news.StatusDraft, "Draft"
				}
				if err := news.Save(tx, &item, []string{"all"}); err != nil {
					return err
				}
			}
			return nil
		})
		want, err := data.All[news.Item](data.Read(town.ctx).Where("status = ?", news.StatusPublished).Order("published_at DESC").Order("id DESC"))
		if err != nil {
			r.Fatal(err)
		}
		for _, list := range []string{"/news", "/news/section/bridges-and-roads", "/news/tag/all"} {
			if list == "/news/tag/all" && count == 0 {
				continue
			}
			var got []string
			for to, pages := list, 0; to != ""; pages++ {
				if pages > 5 {
					r.Fatalf("%s does not end", list)
				}
				p := guest.get(to).answers(http.StatusOK)
				got = append(got, p.attrs(".item h2 a", "href")...)
				to = ""
				for _, next := range p.attrs("a[rel=next]", "href") {
					to = next
				}
				if len(want) > 0 && len(p.nodes(".item")) == 0 {
					r.Fatalf("%s has an empty page", list)
				}
			}
			if links := linksOf(want); !slices.Equal(got, links) {
				r.Fatalf("%s shows %q, want %q", list, got, links)
			}
		}
	})
}

func linksOf(items []news.Item) []string {
	var links []string
	for i := range items {
		links = append(links, items[i].Link())
	}
	return links
}

func TestTwoEditorsLoseNothing(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		admin := town.member("marfa", account.RoleAdministrator)
		item := town.publish("Bridge", nil, "oak")
		path := fmt.Sprintf("/admin/news/item/%d", item.ID)
		form := admin.get(path).answers(http.StatusOK)
		version := form.attrs("[name=version]", "value")[0]
		fields := []string{
			"section_id", fmt.Sprint(town.roads.ID), "format", "markdown", "language", "en", "status", "published",
			"published_at", form.attrs("#published_at", "value")[0], "slug", "bridge", "tags", "oak", "dek", "",
		}
		first := append([]string{"version", version, "title", "Bridge", "body", "Written first"}, fields...)
		second := append([]string{"version", version, "title", "Bridge", "body", "Written second"}, fields...)
		admin.post(path, first...).answers(http.StatusSeeOther)
		conflict := admin.post(path, second...).answers(http.StatusConflict).
			says("#body", "Written second").says("#theirs-body", "Written first").has(1, ".errors")
		town.guest().get("/news/bridge").says(".prose p", "Written first")
		again := append([]string{"version", conflict.attrs("[name=version]", "value")[0], "title", "Bridge", "body", "Written by both"}, fields...)
		admin.post(path, again...).answers(http.StatusSeeOther)
		town.guest().get("/news/bridge").says(".prose p", "Written by both").says(".tags a", "oak")
		stored, err := data.ByID[news.Item](town.ctx, item.ID)
		if err != nil || !stored.PublishedAt.Equal(item.PublishedAt) {
			t.Errorf("saving a form moved the publication from %v to %v (%v)", item.PublishedAt, stored.PublishedAt, err)
		}
		admin.post(path+"/delete", "version", version).answers(http.StatusConflict)
		town.guest().get("/news/bridge").answers(http.StatusOK)
		admin.post(path+"/delete", "version", fmt.Sprint(stored.Version)).goes(http.StatusSeeOther, "/admin/news")
		town.guest().get("/news/bridge").answers(http.StatusNotFound)
		for _, rows := range []any{&news.Tagging{}, &news.Comment{}, &news.Address{}} {
			var n int64
			if err := data.Read(town.ctx).Model(rows).Where("item_id = ?", item.ID).Count(&n).Error; err != nil || n != 0 {
				t.Errorf("%d of %T are left (%v)", n, rows, err)
			}
		}
	})
}

func TestFormsOfItems(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		admin := town.member("marfa", account.RoleAdministrator)
		form := admin.get("/admin/news/new").answers(http.StatusOK).has(3, "#section_id option")
		if got := form.attrs("#author_name", "value"); !slices.Equal(got, []string{"marfa"}) {
			t.Errorf("the author of a new item is %q", got)
		}
		wrong := admin.post("/admin/news/new", "title", " ", "body", "Kept <b>words</b>", "language", "xx", "image", "javascript:1", "status", "draft", "format", "markdown").
			answers(http.StatusUnprocessableEntity).says("#body", "Kept <b>words</b>")
		if got := wrong.attrs(".errors a", "href"); !slices.Equal(got, []string{"#title", "#section_id", "#language", "#image"}) {
			t.Errorf("the summary names %q", got)
		}
		fields := []string{
			"title", "Колокол", "dek", "Сорок минут", "section_id", fmt.Sprint(town.digs.ID), "body", "**Звонил**", "format", "markdown",
			"language", "ru", "tags", "колокол, Вече,  вече", "status", "published", "comments_open", "true",
		}
		admin.post("/admin/news/new", append(fields, "do", "preview")...).answers(http.StatusOK).says(".article h3", "Колокол").says(".article .prose strong", "Звонил").says("#body", "**Звонил**")
		town.guest().get("/news/kolokol").answers(http.StatusNotFound)
		saved := admin.post("/admin/news/new", fields...).answers(http.StatusSeeOther)
		admin.get(saved.header.Get("Location")).answers(http.StatusOK).says(".badge", "Published").says(".tags a", "колокол", "Вече").has(1, "[role=status]")
		town.guest().get("/news/kolokol").answers(http.StatusOK).says(".tags a", "колокол", "Вече")
		edit := strings.TrimSuffix(saved.header.Get("Location"), "/preview?saved=1")
		admin.get(edit).answers(http.StatusOK).has(1, "#section_id option[selected]")
		admin.get("/news/kolokol").has(2, ".side a[href^='/admin']")
		admin.get(edit+"/delete").answers(http.StatusOK).says("h1", "Delete this item?")
		admin.get("/admin/news").answers(http.StatusOK).says("tbody th", "Колокол").says("tbody .badge", "Published")
		admin.get("/admin/news?state=draft").has(0, "tbody tr")
		admin.get("/admin/news?state=published&section="+fmt.Sprint(town.roads.ID)).has(0, "tbody tr")
		admin.get("/admin/news?state=published&section="+fmt.Sprint(town.digs.ID)).has(1, "tbody tr")
		ru := town.guest()
		ru.cookies, ru.tag = admin.cookies, "ru"
		ru.get("/admin/news").answers(http.StatusOK).says("h1", "Редактирование новостей")
		ru.get(edit).answers(http.StatusOK)
	})
}

func TestFormsOfSections(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		admin := town.member("marfa", account.RoleAdministrator)
		admin.get("/admin/news/sections").answers(http.StatusOK).says("tbody th", "Bridges and roads", "Раскопки")
		admin.post("/admin/news/sections", "title", "", "language", "en").answers(http.StatusUnprocessableEntity).has(1, ".errors")
		admin.post("/admin/news/sections", "title", "Bridges and roads", "language", "en", "position", "7").goes(http.StatusSeeOther, "/admin/news/sections")
		town.guest().get("/news/section/bridges-and-roads-2").answers(http.StatusOK)
		path := fmt.Sprintf("/admin/news/section/%d", town.roads.ID)
		version := admin.get(path).answers(http.StatusOK).attrs("[name=version]", "value")[0]
		admin.post(path, "title", "Ways", "slug", "ways", "language", "en", "version", version).answers(http.StatusSeeOther)
		admin.post(path, "title", "Roads", "slug", "ways", "language", "en", "version", version).answers(http.StatusConflict)
		town.guest().get("/news/section/ways").says("h1", "Ways")
		town.publish("Bridge", nil)
		admin.post(path+"/delete", "version", "2").answers(http.StatusConflict).tells("still has items (1)", true)
		admin.post(fmt.Sprintf("/admin/news/section/%d/delete", town.digs.ID), "version", "1").answers(http.StatusSeeOther)
		town.guest().get("/news/section/raskopki").answers(http.StatusNotFound)
	})
}

func TestComments(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		admin, member := town.member("marfa", account.RoleAdministrator), town.member("onfim", account.RoleMember)
		item := town.publish("Bridge", nil)
		to := fmt.Sprintf("/news/%d/comments", item.ID)
		town.guest().get("/news/bridge").has(0, "#comment-body").has(1, "a[href='/sign-in?to=/news/bridge%23say']")
		town.guest().post(to, "body", "Hm").answers(http.StatusUnauthorized)
		member.get("/news/bridge").has(1, "#comment-body")
		member.post(to, "body", "  ").answers(http.StatusUnprocessableEntity).has(1, "#comment-error")
		member.post(to, "body", "Look [here](https://spam.example)\n\n# Shout").goes(http.StatusSeeOther, "/news/bridge#c1")
		member.post(to, "body", "Look [here](https://spam.example)\n\n# Shout").goes(http.StatusSeeOther, "/news/bridge#c1")
		page := town.guest().get("/news/bridge").has(1, ".comment").has(1, "#c1 h4")
		if got := page.attrs("#c1 .prose a", "rel"); !slices.Equal(got, []string{"nofollow ugc"}) {
			t.Errorf("links of comments are rel=%q", got)
		}
		member.get("/news/bridge?reply=1").has(1, "[name=parent][value='1']").says("#say", "Reply to onfim")
		member.get("/news/bridge?reply=99").has(0, "[name=parent]")
		admin.post(to, "body", "No shouting", "parent", "1").goes(http.StatusSeeOther, "/news/bridge#c2")
		other := town.publish("Wells", nil)
		member.post(fmt.Sprintf("/news/%d/comments", other.ID), "body", "x", "parent", "1").answers(http.StatusUnprocessableEntity)
		town.guest().get("/news/bridge").has(1, ".thread .thread #c2").says(".side a[href='#talk']", "2 comments")

		admin.post("/admin/news/comment/1", "do", "remove", "to", "/news/bridge").goes(http.StatusSeeOther, "/news/bridge")
		town.guest().get("/news/bridge").has(1, "div#c1[data-state=removed]").has(1, "#c2").tells("Shout", false).
			says(".side a[href='#talk']", "1 comment")
		admin.post("/admin/news/comment/2", "do", "remove").answers(http.StatusSeeOther)
		town.guest().get("/news/bridge").has(0, ".comment").says(".side a[href='#talk']", "No comments")
		member.post("/admin/news/comment/2", "do", "approve").answers(http.StatusForbidden)
		admin.get("/admin/news/comments?state=removed").answers(http.StatusOK).has(2, ".comment")

		town.edit(item.ID, func(i *news.Item) { i.CommentsOpen = false })
		member.get("/news/bridge").has(0, "#comment-body")
		member.post(to, "body", "Late").answers(http.StatusForbidden)
	})
}

func TestModeratedCommentsWait(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		admin, member := town.member("marfa", account.RoleAdministrator), town.member("onfim", account.RoleMember)
		town.roads.Moderated = true
		town.write(func(tx *data.Tx) error { return news.SaveSection(tx, &town.roads) })
		item := town.publish("Bridge", nil)
		to := fmt.Sprintf("/news/%d/comments", item.ID)
		member.post(to, "body", "A pending word").goes(http.StatusSeeOther, "/news/bridge?said=1#say")
		member.get("/news/bridge?said=1").has(1, "[role=status]").tells("pending word", false)
		for _, path := range []string{"/news/bridge", "/", "/news"} {
			town.guest().get(path).tells("pending word", false).tells("1 comment", false)
		}
		member.post(to, "body", "Reply", "parent", "1").answers(http.StatusNotFound)
		admin.get("/admin/news").says(".count", "1")
		admin.get("/admin/news/comments?state=pending").has(1, ".comment")
		admin.post("/admin/news/comment/1", "do", "approve").goes(http.StatusSeeOther, "/admin/news/comments?state=pending")
		town.guest().get("/news/bridge").says("#c1 .prose", "A pending word")
		town.guest().get("/").says(".remarks p", "A pending word")
	})
}

func TestMembersCannotFloodTheTalk(t *testing.T) {
	town := found(t, "")
	member := town.member("onfim", account.RoleMember)
	to := fmt.Sprintf("/news/%d/comments", town.publish("Bridge", nil).ID)
	for n := range 10 {
		member.post(to, "body", fmt.Sprint("Comment ", n)).answers(http.StatusSeeOther)
	}
	member.post(to, "body", "One more").answers(http.StatusTooManyRequests).says("#comment-body", "One more").tells("At most 10", true)
	town.wait(11 * time.Minute)
	member.post(to, "body", "One more").answers(http.StatusSeeOther)
}

func TestThreadsAreReadPageByPage(t *testing.T) {
	town := found(t, "")
	member := town.member("onfim", account.RoleMember)
	item := town.publish("Bridge", nil)
	first := town.comment(item.ID, 0, "The first")
	deep := first
	for n := range 8 {
		deep = town.comment(item.ID, deep.ID, fmt.Sprint("Deeper ", n))
	}
	for n := range news.ThreadSize {
		town.comment(item.ID, 0, fmt.Sprint("Comment ", n))
	}
	guest := town.guest()
	page := guest.get("/news/bridge").has(news.ThreadSize, ".thread > li > .comment").tells("The first", false)
	older := page.attrs(".talk > p > a[href^='?talk=']", "href")
	if len(older) != 1 {
		t.Fatalf("there are %q, want one link to the earlier comments", older)
	}
	guest.get("/news/bridge"+strings.TrimSuffix(older[0], "#talk")).says("#c1 > .prose", "The first").has(9, ".comment").
		has(3, ".comment header a[href^='#c']:not(:has(time))").has(0, "a[href^='?talk=']")
	at := fmt.Sprintf("/news/bridge?talk=%d", first.ID+1)
	member.post(fmt.Sprintf("/news/%d/comments", item.ID), "body", "Late reply", "parent", fmt.Sprint(first.ID)).
		goes(http.StatusSeeOther, fmt.Sprintf("%s#c%d", at, first.ID+9+news.ThreadSize))
	guest.get(at).tells("Late reply", true)
}

func TestSaveFailsWhole(t *testing.T) {
	town := found(t, "")
	item := town.publish("Bridge", nil, "oak")
	_, err := data.Write(town.ctx, func(tx *data.Tx) error {
		item.Title = "Changed"
		if err := news.Save(tx, &item, []string{"stone"}); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "")
	})
	if !fault.Is(err, fault.Conflict) {
		t.Fatalf("the write fails with %v", err)
	}
	town.guest().get("/news/bridge").says("h1", "Bridge").says(".article .tags a", "oak")
}
