package wordpress_test

import (
	"fmt"
	"strings"
	"testing"

	"veche/account"
	"veche/data"
	"veche/modules/news"
	"veche/modules/site"
	"veche/wordpress"
)

// item is an item of a made-up export.
type item struct {
	ID, Parent                                         int
	Type, Status, Title, Slug, Link, Content, Password string
	Date, Creator, Excerpt, Extra                      string
}

func (i item) String() string {
	or := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	date := or(i.Date, "2020-05-06 07:08:09")
	var b strings.Builder
	fmt.Fprintf(&b, "<item><title>%s</title><link>%s</link><dc:creator>%s</dc:creator>", i.Title, or(i.Link, fmt.Sprintf("https://old.example/?p=%d", i.ID)), or(i.Creator, "marfa"))
	fmt.Fprintf(&b, "<content:encoded><![CDATA[%s]]></content:encoded><excerpt:encoded><![CDATA[%s]]></excerpt:encoded>", i.Content, i.Excerpt)
	fmt.Fprintf(&b, "<wp:post_id>%d</wp:post_id><wp:post_date>%s</wp:post_date><wp:post_date_gmt>%s</wp:post_date_gmt><wp:comment_status>open</wp:comment_status>", i.ID, date, date)
	fmt.Fprintf(&b, "<wp:post_name>%s</wp:post_name><wp:status>%s</wp:status><wp:post_parent>%d</wp:post_parent><wp:post_type>%s</wp:post_type>", i.Slug, or(i.Status, "publish"), i.Parent, or(i.Type, "post"))
	fmt.Fprintf(&b, "<wp:post_password>%s</wp:post_password>%s</item>\n", i.Password, i.Extra)
	return b.String()
}

// comment returns a comment of a made-up export.
func comment(id, parent int, approved, kind, words string) string {
	return fmt.Sprintf("<wp:comment><wp:comment_id>%d</wp:comment_id><wp:comment_author>Guest %d</wp:comment_author>"+
		"<wp:comment_date_gmt>2020-05-07 07:08:%02d</wp:comment_date_gmt><wp:comment_content>%s</wp:comment_content>"+
		"<wp:comment_approved>%s</wp:comment_approved><wp:comment_type>%s</wp:comment_type>"+
		"<wp:comment_parent>%d</wp:comment_parent></wp:comment>", id, id, id%60, words, approved, kind, parent)
}

// export returns a made-up export.
func export(items ...item) string { return exportOf("", items...) }

func exportOf(header string, items ...item) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" ` +
		`xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">` +
		`<channel><title>Old town</title><link>https://old.example</link><description>Just so</description><language>ru-RU</language>` +
		`<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://old.example</wp:base_site_url><wp:base_blog_url>https://old.example</wp:base_blog_url>` +
		`<wp:author><wp:author_id>1</wp:author_id><wp:author_login>marfa</wp:author_login><wp:author_email>marfa@old.example</wp:author_email>` +
		`<wp:author_display_name>Марфа</wp:author_display_name></wp:author>` + header)
	for _, i := range items {
		b.WriteString(i.String())
	}
	b.WriteString("</channel></rss>\n")
	return b.String()
}

func TestPrivateStaysPrivate(t *testing.T) {
	w := newTown(t, "")
	secret := func(id int, kind, status, password string) item {
		return item{
			ID: id, Type: kind, Status: status, Password: password, Title: fmt.Sprintf("Whispered%d", id), Slug: fmt.Sprintf("hidden%d", id),
			Link: fmt.Sprintf("https://old.example/hidden%d/", id), Content: "unspeakable", Excerpt: "unspeakable",
			Date: map[bool]string{true: "2031-01-01 00:00:00"}[status == "future"], Extra: comment(id, 0, "1", "comment", "unspeakable"),
		}
	}
	items := []item{
		{ID: 1, Title: "Open", Slug: "open", Link: "https://old.example/open/", Content: `<a href="https://old.example/hidden11/">a link</a>`},
		{ID: 2, Type: "page", Title: "Open page", Slug: "open-page", Link: "https://old.example/open-page/", Content: `<a href="/?p=12">a link</a>`},
	}
	for i, status := range []string{"private", "draft", "pending", "future", "strange", "trash"} {
		items = append(items, secret(10+i, "post", status, ""), secret(20+i, "page", status, ""))
	}
	items = append(items, secret(30, "post", "publish", "enter"), secret(31, "page", "publish", "enter"))
	report := w.bring(export(items...))
	if got := tables(w, &news.Item{}, "1 = 1"); got != 7 {
		t.Errorf("%d items were imported, want 7: all but the one in the trash", got)
	}
	walked := walk(w, func(path, body string) {
		if strings.Contains(body, "unspeakable") || strings.Contains(body, "Whispered") {
			t.Errorf("%s shows what was private", path)
		}
	})
	if len(walked) < 5 {
		t.Errorf("only %d addresses were walked", len(walked))
	}
	for _, path := range []string{"/hidden20", "/hidden23", "/hidden31", "/news/hidden10", "/news/hidden13", "/news/hidden30", "/hidden10/", "/hidden30/"} {
		if r := w.get(path); r.Code != 404 {
			t.Errorf("%s answers %d", path, r.Code)
		}
	}
	if noted(report, "private") != 2 || noted(report, "password") != 2 || noted(report, "trash") != 2 {
		t.Errorf("the report does not say what was private: %+v", report.Notes)
	}
}

func TestImportAgainChangesNothing(t *testing.T) {
	w := newTown(t, "")
	header := `<wp:category><wp:term_id>1</wp:term_id><wp:category_nicename>town</wp:category_nicename><wp:cat_name>Город</wp:cat_name></wp:category>`
	first := item{ID: 1, Title: "First", Slug: "first", Content: "one", Extra: `<category domain="category" nicename="town">Город</category>` +
		`<category domain="post_tag" nicename="bell">Колокол</category>` + comment(1, 0, "1", "", "hello") + comment(2, 1, "1", "comment", "answer")}
	about := item{ID: 2, Type: "page", Title: "О нас", Slug: "%d0%be-%d0%bd%d0%b0%d1%81", Link: "https://old.example/%d0%be-%d0%bd%d0%b0%d1%81/", Content: "who"}
	old := exportOf(header, first, about)
	w.bring(old)
	checkAgain(w, old)

	first.Content, about.Content = "two", "whoever"
	first.Extra += comment(3, 1, "1", "comment", "late answer")
	report := w.bring(exportOf(header, first, about, item{ID: 3, Title: "Third", Slug: "third", Content: "three"}))
	for _, want := range []wordpress.Count{
		{Kind: "post", Found: 2, Added: 1, Updated: 1},
		{Kind: "page", Found: 1, Updated: 1},
		{Kind: "comment", Found: 3, Added: 1, Unchanged: 2},
		{Kind: "author", Found: 1, Unchanged: 1},
		{Kind: "tag", Found: 1, Unchanged: 1},
	} {
		if got := counted(report, want.Kind); got != want {
			t.Errorf("a changed export: %+v, want %+v", got, want)
		}
	}
	if got := one[news.Item](w, "slug = ?", "first"); !strings.Contains(got.HTML, "two") {
		t.Errorf("the changed post reads %q", got.HTML)
	}
	if got := one[site.Page](w, "path = ?", "/o-nas"); !strings.Contains(got.HTML, "whoever") {
		t.Errorf("the changed page reads %q", got.HTML)
	}
	if r := w.get("/%D0%BE-%D0%BD%D0%B0%D1%81/"); r.Code != 301 || r.Header().Get("Location") != "/o-nas" {
		t.Errorf("the old address answers %d to %q", r.Code, r.Header().Get("Location"))
	}
	late := one[news.Comment](w, "html LIKE ?", "%late answer%")
	if root := one[news.Comment](w, "html LIKE ?", "%hello%"); late.ParentID != root.ID {
		t.Errorf("the late answer answers %d, not %d", late.ParentID, root.ID)
	}
}

func TestEditsHereAreKept(t *testing.T) {
	w := newTown(t, "")
	post := func(id int, content string) item {
		return item{ID: id, Title: fmt.Sprintf("Post %d", id), Slug: fmt.Sprintf("post-%d", id), Content: content}
	}
	page := item{ID: 7, Type: "page", Title: "Page", Slug: "page", Content: "old"}
	w.bring(export(post(1, "old"), post(2, "old"), page))
	_, err := data.Write(w.ctx(), func(tx *data.Tx) error {
		edited := one[news.Item](w, "slug = ?", "post-1")
		edited.Body = "by hand"
		gone := one[news.Item](w, "slug = ?", "post-2")
		p := one[site.Page](w, "path = ?", "/page")
		p.Body = "by hand"
		if err := news.Save(tx, &edited, nil); err != nil {
			return err
		}
		if err := news.Remove(tx, &gone); err != nil {
			return err
		}
		return site.UpdatePage(tx, &p)
	})
	if err != nil {
		t.Fatal(err)
	}
	page.Content = "new"
	report := w.bring(export(post(1, "new"), post(2, "new"), page))
	if got, want := counted(report, "post"), (wordpress.Count{Kind: "post", Found: 2, Kept: 2}); got != want {
		t.Errorf("posts: %+v, want %+v", got, want)
	}
	if got, want := counted(report, "page"), (wordpress.Count{Kind: "page", Found: 1, Kept: 1}); got != want {
		t.Errorf("pages: %+v, want %+v", got, want)
	}
	if got := one[news.Item](w, "slug = ?", "post-1"); got.Body != "by hand" {
		t.Errorf("an edit was lost: %q", got.Body)
	}
	if n := tables(w, &news.Item{}, "slug = ?", "post-2"); n != 0 {
		t.Error("a deleted item came back")
	}
	if got := one[site.Page](w, "path = ?", "/page"); got.Body != "by hand" {
		t.Errorf("an edit of a page was lost: %q", got.Body)
	}
	if noted(report, "left as they are here") != 2 || noted(report, "not brought back") != 1 {
		t.Errorf("the report does not tell: %+v", report.Notes)
	}
}

func TestLinksLeadHere(t *testing.T) {
	w := newTown(t, "")
	content := `<a href="https://old.example/2020/05/06/target/">1</a> <a href="http://www.old.example/2020/05/06/target/feed/">2</a> <a href="https://old.example/?p=2">3</a> <a href="/2020/05/06/target/#comment-5">4</a> <a href="https://old.example/?page_id=3">5</a> <a href="https://old.example/a-file/">6</a> <a href="https://old.example/">7</a> <a href="https://old.example/nothing/">8</a> <a href="/wp-content/x.pdf">9</a> <a href="https://other.example/2020/05/06/target/">10</a> <a href="https://old.example/category/town/">11</a> <a href="https://old.example/tag/bell/">12</a> <img src="/wp-content/y.jpg" alt="">`
	terms := `<category domain="category" nicename="town">Town</category><category domain="post_tag" nicename="bell">Bell</category>`
	w.bring(export(
		item{ID: 1, Title: "Source", Slug: "source", Content: content, Extra: terms},
		item{ID: 2, Title: "Target", Slug: "target", Link: "https://old.example/2020/05/06/target/"},
		item{ID: 3, Type: "page", Title: "Page", Slug: "page", Link: "https://old.example/page/"},
		item{
			ID: 4, Type: "attachment", Status: "inherit", Title: "File", Link: "https://old.example/a-file/",
			Extra: "<wp:attachment_url>https://old.example/files/a.pdf</wp:attachment_url>",
		},
	))
	text := one[news.Item](w, "slug = ?", "source").HTML
	for n, want := range []string{
		"/news/target", "/news/target", "/news/target", "/news/target", "/page", "https://old.example/files/a.pdf", "/",
		"https://old.example/nothing/", "https://old.example/wp-content/x.pdf", "https://other.example/2020/05/06/target/",
		"/news/section/town", "/news/tag/bell",
	} {
		if link := fmt.Sprintf(`<a href="%s">%d</a>`, want, n+1); !strings.Contains(text, link) {
			t.Errorf("there is no %s in\n%s", link, text)
		}
	}
	if !strings.Contains(text, `src="https://old.example/wp-content/y.jpg"`) {
		t.Errorf("the picture's address is not whole:\n%s", text)
	}
}

func TestAddressesAreFree(t *testing.T) {
	w := newTown(t, "")
	long := strings.Repeat("very-", 40)
	w.bring(export(
		item{ID: 1, Title: "Same", Slug: "same"}, item{ID: 2, Title: "Same", Slug: "same"}, item{ID: 2, Title: "Same number", Slug: "same"},
		item{Title: "No number", Slug: "none"}, item{Title: "No number", Slug: "none"},
		item{ID: 3}, item{ID: 4, Title: "標題"}, item{ID: 5, Title: "Long", Slug: long}, item{ID: 6, Title: "Long", Slug: long},
		item{ID: 7, Type: "page", Title: "News", Slug: "news"}, item{ID: 8, Type: "page", Title: "Twin", Slug: "twin"},
		item{ID: 9, Type: "page", Title: "Twin", Slug: "twin"}, item{ID: 10, Type: "page", Title: "Child", Slug: "twin", Parent: 9},
		item{ID: 11, Type: "page", Title: "Circle", Slug: "circle", Parent: 12}, item{ID: 12, Type: "page", Title: "Round", Slug: "round", Parent: 11},
		item{ID: 13, Type: "page", Parent: 404},
	))
	if got := tables(w, &news.Item{}, "1 = 1"); got != 9 {
		t.Errorf("%d items, want 9", got)
	}
	if got := tables(w, &site.Page{}, "status = ?", "published"); got != 7 {
		t.Errorf("%d pages, want 7", got)
	}
	for _, path := range []string{"/news-2", "/twin", "/twin-2", "/twin-2/twin", "/news/same-2", "/news/same-3", "/news/post-4"} {
		if r := w.get(path); r.Code != 200 {
			t.Errorf("%s answers %d", path, r.Code)
		}
	}
	if got := one[news.Item](w, "slug = ?", "post-3"); got.Title != "Без названия, 6 мая 2020" {
		t.Errorf("what has no title is called %q", got.Title)
	}
	walk(w, nil)
}

func TestCommentsKeepTheirThreads(t *testing.T) {
	w := newTown(t, "")
	report := w.bring(export(
		item{ID: 1, Title: "Post", Slug: "post", Extra: comment(5, 4, "1", "comment", "reply") + comment(4, 0, "1", "comment", "root") +
			comment(6, 0, "0", "comment", "waits") + comment(7, 6, "1", "comment", "below waiting") + comment(8, 0, "spam", "comment", "spam") +
			comment(9, 8, "1", "comment", "below spam") + comment(10, 0, "1", "pingback", "ping") + comment(11, 12, "1", "", "round") +
			comment(12, 11, "1", "", "circle") + comment(13, 0, "1", "", " ") + comment(5, 0, "1", "", "same number")},
		item{ID: 2, Type: "page", Title: "Page", Slug: "page", Extra: comment(20, 0, "1", "", "on a page")},
	))
	if got, want := counted(report, "comment"), (wordpress.Count{Kind: "comment", Found: 12, Added: 8, Skipped: 4}); got != want {
		t.Errorf("comments: %+v, want %+v", got, want)
	}
	find := func(words string) news.Comment { return one[news.Comment](w, "body = ?", words) }
	if find("reply").ParentID != find("root").ID || find("reply").RootID != find("root").ID {
		t.Error("the reply does not stand below what it answers")
	}
	if find("waits").Status != news.CommentPending || find("below waiting").ParentID != 0 || find("below spam").ParentID != 0 {
		t.Error("what was shown is not, or the other way round")
	}
	body := w.get("/news/post").Body.String()
	for words, shown := range map[string]bool{
		"reply": true, "root": true, "below waiting": true, "below spam": true, "same number": true, "waits": false, ">spam<": false,
	} {
		if strings.Contains(body, words) != shown && words != "waits" {
			t.Errorf("%q is shown: %v", words, !shown)
		}
	}
	if noted(report, "pingbacks") != 1 || noted(report, "spam") != 1 || noted(report, "comments on pages") != 1 {
		t.Errorf("the report does not tell: %+v", report.Notes)
	}
}

func TestLoginsThatAreTaken(t *testing.T) {
	w := newTown(t, "")
	if _, err := w.Accounts().Create(w.ctx(), account.Draft{Login: "Marfa", NoPassword: true, Role: account.RoleAdministrator}); err != nil {
		t.Fatal(err)
	}
	header := ""
	for i, login := range []string{"ma@rfa.example", "標題", "--", strings.Repeat("x", 200), "x"} {
		header += fmt.Sprintf("<wp:author><wp:author_id>%d</wp:author_id><wp:author_login>%s</wp:author_login><wp:author_email>none</wp:author_email></wp:author>", i+2, login)
	}
	report := w.bring(exportOf(header, item{ID: 1, Title: "Post", Slug: "post"}, item{ID: 2, Title: "Post", Slug: "post", Creator: "unlisted"}))
	if got, want := counted(report, "author"), (wordpress.Count{Kind: "author", Found: 7, Added: 7}); got != want {
		t.Errorf("authors: %+v, want %+v", got, want)
	}
	author := one[account.Member](w, "login = ?", "marfa-2")
	if author.Role != account.RoleMember || author.Password != "" || author.Name != "Марфа" {
		t.Errorf("the author is %+v", author)
	}
	if got := one[news.Item](w, "slug = ?", "post"); got.AuthorID != author.ID || got.AuthorName != "Марфа" {
		t.Errorf("the item is of %d %q", got.AuthorID, got.AuthorName)
	}
	if noted(report, "another login") != 5 || noted(report, "for mail") != 5 {
		t.Errorf("the report does not tell: %+v", report.Notes)
	}
}

func TestMenuIsMadeOfPages(t *testing.T) {
	w := newTown(t, "")
	entry := func(id int, menu, kind, object string, to int) item {
		meta := func(key string, value any) string {
			return fmt.Sprintf("<wp:postmeta><wp:meta_key>%s</wp:meta_key><wp:meta_value>%v</wp:meta_value></wp:postmeta>", key, value)
		}
		return item{ID: id, Type: "nav_menu_item", Title: map[bool]string{true: "Short"}[to == 2], Extra: fmt.Sprintf(
			`<wp:menu_order>%d</wp:menu_order><category domain="nav_menu" nicename="%s">%s</category>`, id, menu, menu) +
			meta("_menu_item_type", kind) + meta("_menu_item_object", object) + meta("_menu_item_object_id", to)}
	}
	report := w.bring(export(
		item{ID: 1, Type: "page", Title: "A", Slug: "a"}, item{ID: 2, Type: "page", Title: "B", Slug: "b"},
		item{ID: 3, Type: "page", Title: "C", Slug: "c"}, item{ID: 4, Type: "page", Title: "D", Slug: "d", Parent: 1},
		entry(10, "footer", "post_type", "page", 1), entry(11, "footer", "post_type", "page", 3),
		entry(20, "Main menu", "post_type", "page", 2), entry(21, "Main menu", "post_type", "page", 4), entry(22, "Main menu", "custom", "custom", 22),
	))
	var got []string
	pages, err := data.All[site.Page](data.Read(w.ctx()).Where("in_menu = ?", true).Order("parent_id, position"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		got = append(got, p.Label())
	}
	if want := "[Short A D]"; fmt.Sprint(got) != want {
		t.Errorf("the menu has %v, want %v", got, want)
	}
	if got, want := counted(report, "menu entry"), (wordpress.Count{Kind: "menu entry", Found: 5, Merged: 2, Skipped: 3}); got != want {
		t.Errorf("entries of menus: %+v, want %+v", got, want)
	}
}

func TestOldAddressesAreForwarded(t *testing.T) {
	w := newTown(t, "")
	got := make(map[string]string)
	terms := `<category domain="category" nicename="town">Town</category><category domain="post_tag" nicename="bell">Bell</category>`
	_, err := wordpress.Import(w.ctx(), strings.NewReader(export(
		item{ID: 1, Title: "Post", Slug: "post", Link: "https://old.example/2020/05/06/post/", Extra: terms},
		item{ID: 2, Title: "Пост", Slug: "%d0%bf", Link: "https://old.example/%d0%bf/"},
		item{ID: 3, Title: "Private", Status: "private", Link: "https://old.example/private/"},
		item{ID: 4, Title: "Later", Status: "future", Date: "2031-01-01 00:00:00", Link: "https://old.example/later/"},
		item{ID: 5, Title: "Elsewhere", Slug: "elsewhere", Link: "https://other.example/elsewhere/"},
	)), wordpress.Options{Accounts: w.Accounts(), Forward: func(_ *data.Tx, path, to string) error {
		got[path] = to
		return nil
	}})
	want := map[string]string{
		"/2020/05/06/post": "/news/post", "/п": "/news/p", "/category/town": "/news/section/town", "/tag/bell": "/news/tag/bell",
		"/category/uncategorized": "/news/section/uncategorized",
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("forwarded %v, want %v (error %v)", got, want, err)
	}
}
