package news_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche"
	"veche/data"
	"veche/fault"
	"veche/modules/news"
)

// printed is a town with news whose pages have all been read.
type printed struct {
	*town
	first, second, third news.Item // of the bridge section, in the order of their times; the second has a comment
	dig                  news.Item // of the other one, older than all
	draft                news.Item
	remark               news.Comment
	pages                []string
}

// press prints a town anew: whatever was there goes.
func press(town *town) *printed {
	town.t.Helper()
	town.write(func(tx *data.Tx) error {
		for _, rows := range []any{&news.Comment{}, &news.Tagging{}, &news.Tag{}, &news.Address{}, &news.Item{}, &news.Section{}, &veche.Template{}} {
			if err := tx.DB().Where("id > ?", 0).Delete(rows).Error; err != nil {
				return err
			}
		}
		return nil
	})
	town.divide()
	at := func(hours int) func(i *news.Item) {
		return func(i *news.Item) { i.PublishedAt = town.now().Add(-time.Duration(hours) * time.Hour) }
	}
	p := &printed{town: town}
	p.dig = town.publish("A letter", func(i *news.Item) {
		at(9)(i)
		i.SectionID, i.Language = town.digs.ID, "ru"
	}, "z")
	p.first = town.publish("First", at(8), "x")
	p.second = town.publish("Second", at(7), "x")
	p.third = town.publish("Third", at(6), "y")
	p.draft = town.publish("Draft", func(i *news.Item) { i.Status = news.StatusDraft }, "x", "y")
	p.remark = town.comment(p.second.ID, 0, "Well said")
	p.pages = []string{
		"/", "/news", "/news/section/bridges-and-roads", "/news/section/raskopki", "/news/tag/x", "/news/tag/y", "/news/tag/z",
		"/news/a-letter", "/news/first", "/news/second", "/news/third", "/news/nothing", "/news/sitemap.xml",
		"/news/feed.rss", "/news/section/bridges-and-roads/feed.atom", "/news/section/raskopki/feed.json",
	}
	return p
}

// published is what shows a publication in the bridge section with the tags x
// and y: the lists of all, of the section and of the tags; the feeds of all and
// of the section; the neighbour that was the last.
func published() map[string]uint64 {
	return map[string]uint64{
		"news/list": 4, "news/front": 1, "news/latest": 1, "news/digest": 1, "news/feed": 2, "news/sitemap-part": 1,
		"news/neighbours": 1, "news/tag-cloud": 1,
	}
}

// with returns the counts with another one.
func with(counts map[string]uint64, name string, n uint64) map[string]uint64 {
	counts[name] = n
	return counts
}

// A write is what may happen to a printed town, and which fragments show it.
type write struct {
	change func(p *printed)
	want   map[string]uint64
}

// edits are writes to items that are published before and after.
func edits() map[string]write {
	tagged := map[string]uint64{"news/list": 1, "news/tags": 1, "news/feed": 2, "news/tag-cloud": 1}
	return map[string]write{
		"body edit": {func(p *printed) {
			p.edit(p.second.ID, func(i *news.Item) { i.Body = "Anew" }, "x")
		}, map[string]uint64{"news/item": 1, "news/item-head": 1, "news/feed": 2, "news/sitemap-part": 1}},
		"title edit": {func(p *printed) {
			p.edit(p.second.ID, func(i *news.Item) { i.Title = "Anew" }, "x")
		}, map[string]uint64{
			"news/item": 1, "news/item-head": 1, "news/list": 3, "news/front": 1, "news/latest": 1, "news/digest": 1,
			"news/neighbours": 2, "news/remarks": 1, "news/feed": 2, "news/sitemap-part": 1,
		}},
		"nothing edited": {func(p *printed) { p.edit(p.second.ID, func(*news.Item) {}, "x") }, map[string]uint64{}},
		"move to another section": {func(p *printed) {
			p.edit(p.second.ID, func(i *news.Item) { i.SectionID = p.digs.ID }, "x")
		}, map[string]uint64{
			"news/item": 1, "news/list": 4, "news/front": 1, "news/digest": 1, "news/neighbours": 4, "news/feed": 3,
		}},
		"tag added":   {func(p *printed) { p.edit(p.second.ID, func(*news.Item) {}, "x", "y") }, tagged},
		"tag removed": {func(p *printed) { p.edit(p.second.ID, func(*news.Item) {}) }, tagged},
		"comments closed": {func(p *printed) {
			p.edit(p.second.ID, func(i *news.Item) { i.CommentsOpen = false }, "x")
		}, map[string]uint64{"news/page": 1, "news/thread": 1}},
		"address changed": {func(p *printed) {
			p.edit(p.first.ID, func(i *news.Item) { i.Slug = "former" }, "x")
		}, map[string]uint64{
			"news/page": 1, "news/item-head": 1, "news/list": 3, "news/front": 1, "news/latest": 1, "news/digest": 1,
			"news/neighbours": 1, "news/feed": 2, "news/sitemap-part": 1,
		}},
	}
}

// publications are writes to items that are drafts before or after.
func publications() map[string]write {
	return map[string]write{
		"publication": {func(p *printed) {
			p.edit(p.draft.ID, func(i *news.Item) { i.Status, i.PublishedAt = news.StatusPublished, p.now() }, "x", "y")
		}, with(published(), "news/comment-count", 1)},
		"unpublication": {func(p *printed) {
			p.edit(p.third.ID, func(i *news.Item) { i.Status = news.StatusDraft }, "y")
		}, map[string]uint64{
			"news/list": 3, "news/front": 1, "news/latest": 1, "news/digest": 1, "news/feed": 2, "news/sitemap-part": 1,
			"news/neighbours": 1, "news/tag-cloud": 1, "news/page": 1, "news/item-head": 1,
		}},
		"draft written": {func(p *printed) {
			p.publish("Another draft", func(i *news.Item) { i.Status = news.StatusDraft }, "x")
		}, map[string]uint64{}},
		"draft edited": {func(p *printed) {
			p.edit(p.draft.ID, func(i *news.Item) { i.Title, i.Body = "New", "New" }, "x", "z")
		}, map[string]uint64{}},
		"publication scheduled": {func(p *printed) {
			p.edit(p.draft.ID, func(i *news.Item) { i.Status, i.PublishedAt = news.StatusPublished, p.now().Add(time.Hour) }, "x", "y")
		}, published()},
	}
}

// others are all other writes.
func others() map[string]write {
	commented := map[string]uint64{"news/thread": 1, "news/comment-count": 1, "news/remarks": 1}
	return map[string]write{
		"comment": {func(p *printed) { p.comment(p.second.ID, 0, "Hear, hear") }, commented},
		"reply":   {func(p *printed) { p.comment(p.second.ID, p.remark.ID, "Hear, hear") }, commented},
		"comment removed": {func(p *printed) {
			p.remark.Status = news.CommentRemoved
			p.write(func(tx *data.Tx) error { return data.Update(tx, &p.remark, "status") })
		}, commented},
		"comment that waits": {func(p *printed) {
			c := news.Comment{ItemID: p.second.ID, AuthorName: "Onfim", Body: "Hm", Status: news.CommentPending}
			p.write(func(tx *data.Tx) error { return news.AddComment(tx, &c) })
		}, map[string]uint64{}},
		"section renamed": {func(p *printed) {
			p.roads.Title = "Ways"
			p.write(func(tx *data.Tx) error { return news.SaveSection(tx, &p.roads) })
		}, map[string]uint64{"news/section-link": 1, "news/sections": 3, "news/heading": 1, "news/list-head": 1, "news/feed": 2}},
		"write rolled back": {func(p *printed) {
			_, err := data.Write(p.ctx, func(tx *data.Tx) error {
				p.second.Title = "Never"
				if err := news.Save(tx, &p.second, []string{"y"}); err != nil {
					return err
				}
				return fault.New(fault.Conflict, "")
			})
			if !fault.Is(err, fault.Conflict) {
				p.t.Errorf("the write fails with %v", err)
			}
		}, map[string]uint64{}},
		"template edit": {func(p *printed) {
			p.write(func(tx *data.Tx) error {
				return data.Create(tx, &veche.Template{Name: "news/tags", Text: "<p>{{len .}}</p>"})
			})
		}, map[string]uint64{"news/tags": 4}},
	}
}

func TestWritesRemakeWhatShowsThem(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		for _, writes := range []map[string]write{edits(), publications(), others()} {
			for name, w := range writes {
				t.Run(name, func(t *testing.T) {
					town.t = t
					p := press(town)
					got := p.remade(p.readers(p.pages...), func() { w.change(p) })
					if diff := cmp.Diff(w.want, got); diff != "" {
						t.Errorf("what was remade differs from what shows it (-want +got):\n%s", diff)
					}
				})
			}
		}
	})
}

func TestTimeRemakesWhatShowsTheItem(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		p := press(town)
		p.edit(p.draft.ID, func(i *news.Item) { i.Status, i.PublishedAt = news.StatusPublished, p.now().Add(time.Hour) }, "x", "y")
		read := p.readers(p.pages...)
		if got := p.remade(read, func() { p.wait(time.Hour - time.Microsecond) }); len(got) > 0 {
			t.Errorf("before its time, %v is remade", got)
		}
		got := p.remade(read, func() { p.wait(time.Microsecond) })
		if diff := cmp.Diff(with(published(), "news/comment-count", 1), got); diff != "" {
			t.Errorf("what was remade differs from what shows it (-want +got):\n%s", diff)
		}
	})
}

// TestOldPagesStand shows that a publication remakes the first page of a list,
// and no other.
func TestOldPagesStand(t *testing.T) {
	town := found(t, "")
	for n := range 3 * news.PageSize {
		town.publish("Item", func(i *news.Item) { i.PublishedAt = town.now().Add(-time.Duration(n+1) * time.Minute) }, "all")
	}
	var pages []string
	for _, list := range []string{"/news", "/news/section/bridges-and-roads", "/news/tag/all"} {
		for to := list; to != ""; {
			pages = append(pages, to)
			next := town.guest().get(to).attrs("a[rel=next]", "href")
			if to = ""; len(next) > 0 {
				to = next[0]
			}
		}
	}
	if len(pages) != 9 {
		t.Fatalf("the lists have %d pages, want 9", len(pages))
	}
	got := town.remade(town.readers(pages...), func() { town.publish("New", func(i *news.Item) { i.PublishedAt = town.now() }, "all") })
	if got["news/list"] != 3 {
		t.Errorf("a publication remakes %d pages of lists, want the three first ones", got["news/list"])
	}
}
