package news_test

import (
	"net/http"
	"strings"
	"testing"

	"veche/data"
	"veche/modules/news"
)

func TestDemoIsALivelyTown(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		if _, err := town.Demo(town.ctx); err != nil {
			t.Fatal(err)
		}
		count := func(rows any, where string, args ...any) (n int64) {
			t.Helper()
			if err := data.Read(town.ctx).Model(rows).Where(where, args...).Count(&n).Error; err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, language := range []string{"ru", "en"} {
			if n := count(&news.Item{}, "language = ? AND status = ? AND published_at <= ?", language, news.StatusPublished, town.now()); n < 15 {
				t.Errorf("there are %d items in %q", n, language)
			}
		}
		if n := count(&news.Comment{}, "parent_id > 0"); n < 10 {
			t.Errorf("there are %d replies", n)
		}
		if n := count(&news.Item{}, "published_at > ?", town.now()); n != 1 {
			t.Errorf("%d items are scheduled", n)
		}
		seen := map[string]bool{}
		for _, language := range []string{"ru", "en"} {
			guest := town.guest()
			guest.tag = language
			walk(guest, language, seen)
		}
		if len(seen) < 100 {
			t.Errorf("%d pages were walked", len(seen))
		}
	})
}

// walk reads every page of the news that the visitor finds from the front page.
func walk(v *visitor, language string, seen map[string]bool) {
	for todo := []string{"/", "/news"}; len(todo) > 0; todo = todo[1:] {
		path, _, _ := strings.Cut(todo[0], "#")
		if seen[language+path] {
			continue
		}
		seen[language+path] = true
		p := v.get(path).answers(http.StatusOK)
		todo = append(todo, p.attrs("main a[href^='/news'], aside a[href^='/news'], link[href^='/news']", "href")...)
	}
}
