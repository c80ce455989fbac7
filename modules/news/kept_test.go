package news_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"veche"
	"veche/data"
	"veche/modules/members"
	"veche/modules/news"
	"veche/modules/site"
	"veche/theme"
)

// TestKeptEqualsComputed compares, through random histories of writes and of
// time, the pages of a site that keeps what it made with those of one that makes
// everything anew. It fails if a fragment does not know until when it is true, as
// when "due" leaves veche.Until out.
func TestKeptEqualsComputed(t *testing.T) {
	dsn := filepath.Join(t.TempDir(), "town.db")
	kept := found(t, dsn)
	bare, err := veche.New(t.Context(), veche.Options{
		Folder: t.TempDir(), DSN: dsn, Modules: []veche.Module{site.Module(), members.Module(), news.Module()},
		Theme: theme.Default(), Now: kept.now, CacheBytes: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := bare.Close(); err != nil {
			t.Error(err)
		}
	})
	computed := &town{Node: bare, t: t}
	h := &history{town: kept, items: make(map[int64]bool)}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 5).Draw(r, "steps") {
			name := rapid.SampledFrom(slices.Sorted(maps.Keys(h.steps()))).Draw(r, "step")
			h.steps()[name](r)
			for range 3 {
				path := rapid.SampledFrom(h.paths(t)).Draw(r, "path")
				got, want := kept.guest().get(path), computed.guest().get(path)
				if got.status != want.status || got.body != want.body {
					r.Fatalf("after %q, %s is kept as\n%d %s\n\nand computed as\n%d %s", name, path, got.status, got.body, want.status, want.body)
				}
			}
		}
	})
}

// history is what has happened to a town.
type history struct {
	*town
	items map[int64]bool
}

// steps are what may happen next.
func (h *history) steps() map[string]func(r *rapid.T) {
	return map[string]func(r *rapid.T){
		"write": func(r *rapid.T) {
			item := h.publish(rapid.SampledFrom([]string{"Bridge", "Wells", "Fair"}).Draw(r, "title"), h.shape(r), h.tags(r)...)
			h.items[item.ID] = true
		},
		"edit": func(r *rapid.T) {
			if id := h.item(r); id > 0 {
				h.town.edit(id, h.shape(r), h.tags(r)...)
			}
		},
		"comment": func(r *rapid.T) {
			if id := h.item(r); id > 0 {
				c := news.Comment{
					ItemID: id, AuthorName: "Onfim", Body: fmt.Sprint("Said at ", h.now()),
					Status: rapid.SampledFrom([]string{news.CommentApproved, news.CommentPending, news.CommentRemoved}).Draw(r, "state"),
				}
				h.write(func(tx *data.Tx) error { return news.AddComment(tx, &c) })
			}
		},
		"remove": func(r *rapid.T) {
			if id := h.item(r); id > 0 {
				h.write(func(tx *data.Tx) error {
					item, err := data.ByID[news.Item](tx, id)
					if err != nil {
						return err
					}
					return news.Remove(tx, &item)
				})
				delete(h.items, id)
			}
		},
		"rename": func(r *rapid.T) {
			h.roads.Title = rapid.SampledFrom([]string{"Bridges", "Roads"}).Draw(r, "section")
			h.write(func(tx *data.Tx) error { return news.SaveSection(tx, &h.roads) })
		},
		"wait": func(r *rapid.T) { h.wait(time.Duration(rapid.IntRange(1, 90).Draw(r, "minutes")) * time.Minute) },
	}
}

// shape changes an item at random.
func (h *history) shape(r *rapid.T) func(i *news.Item) {
	return func(i *news.Item) {
		i.SectionID = rapid.SampledFrom([]int64{h.roads.ID, h.digs.ID}).Draw(r, "section")
		i.Status = rapid.SampledFrom([]string{news.StatusDraft, news.StatusPublished, news.StatusPublished}).Draw(r, "status")
		i.PublishedAt = h.now().Add(time.Duration(rapid.IntRange(-200, 60).Draw(r, "at")) * time.Minute)
		i.Dek = rapid.SampledFrom([]string{"", "A dek."}).Draw(r, "dek")
		i.Body = fmt.Sprint("Body ", rapid.IntRange(0, 3).Draw(r, "body"))
		i.CommentsOpen = rapid.Bool().Draw(r, "open")
	}
}

func (h *history) tags(r *rapid.T) []string {
	return rapid.SliceOfDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), rapid.ID[string]).Draw(r, "tags")
}

// item is one of those written, 0 before the first.
func (h *history) item(r *rapid.T) int64 {
	if len(h.items) == 0 {
		return 0
	}
	return rapid.SampledFrom(slices.Sorted(maps.Keys(h.items))).Draw(r, "item")
}

// paths are the addresses of the town.
func (h *history) paths(t *testing.T) []string {
	t.Helper()
	paths := []string{
		"/", "/news", "/news/section/" + h.roads.Slug, "/news/section/" + h.digs.Slug, "/news/tag/x", "/news/tag/y",
		"/news/feed.rss", "/news/section/" + h.digs.Slug + "/feed.atom", "/news/feed.json", "/news/sitemap.xml",
	}
	items, err := data.All[news.Item](data.Read(h.ctx).Select("slug").Order("id"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range items {
		paths = append(paths, items[i].Link())
	}
	return paths
}
