package site_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"veche/data"
	"veche/fault"
	"veche/locale"
	"veche/modules/site"
)

// plan is the tree as it should be: a plain one, in memory.
type plan struct {
	parent map[int64]int64
	slug   map[int64]string
	below  map[int64][]int64 // in order
	holder map[string]int64  // of each address ever given, who held it last
}

func newPlan() *plan {
	return &plan{parent: map[int64]int64{}, slug: map[int64]string{}, below: map[int64][]int64{}, holder: map[string]int64{}}
}

func (p *plan) path(id int64) string {
	if id == 0 {
		return ""
	}
	return p.path(p.parent[id]) + "/" + p.slug[id]
}

// taken reports whether another page than id would be at the slug.
func (p *plan) taken(parent int64, slug string, id int64) bool {
	return parent == 0 && slug == "news" ||
		slices.ContainsFunc(p.below[parent], func(c int64) bool { return c != id && p.slug[c] == slug })
}

func (p *plan) free(parent int64, slug string, id int64) string {
	free := slug
	for n := 2; p.taken(parent, free, id); n++ {
		free = fmt.Sprintf("%s-%d", slug, n)
	}
	return free
}

// within reports whether id is root or hangs below it.
func (p *plan) within(id, root int64) bool {
	for ; id != 0; id = p.parent[id] {
		if id == root {
			return true
		}
	}
	return false
}

func (p *plan) hang(id, parent int64, place int) {
	old := p.parent[id]
	p.below[old] = slices.DeleteFunc(p.below[old], func(c int64) bool { return c == id })
	p.parent[id] = parent
	p.below[parent] = slices.Insert(p.below[parent], min(place, len(p.below[parent])), id)
}

func (p *plan) ids() []int64 {
	var ids []int64
	for id := range p.slug {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// hold notes who is where now.
func (p *plan) hold() {
	for id := range p.slug {
		p.holder[p.path(id)] = id
	}
}

// gardener changes the tree and the plan alike.
type gardener struct {
	town *town
	plan *plan
}

// someone draws a page, or 0 for none.
func (g *gardener) someone(t *rapid.T, label string) int64 {
	return rapid.SampledFrom(append(g.plan.ids(), 0)).Draw(t, label)
}

var slugs = rapid.SampledFrom([]string{"a", "b", "c", "news"})

// want holds the error of a write against what the plan says of it, and reports
// whether the write was done.
func (g *gardener) want(t *rapid.T, err error, kind fault.Kind, refused bool) bool {
	if refused != (err != nil) || err != nil && !fault.Is(err, kind) {
		t.Fatalf("got %v, want refused = %v, as %v", err, refused, kind)
	}
	return !refused
}

func (g *gardener) create(t *rapid.T) {
	parent, slug := g.someone(t, "parent"), slugs.Draw(t, "slug")
	p := site.Page{ParentID: parent, Title: "Страница", Slug: slug, Language: "ru", Format: site.Markdown, Status: site.Published}
	refused := g.plan.taken(parent, slug, 0)
	if rapid.Bool().Draw(t, "slug from the title") {
		p.Title, p.Slug = slug, ""
		slug, refused = g.plan.free(parent, slug, 0), false
	}
	_, err := data.Write(g.town.ctx, func(tx *data.Tx) error { return site.CreatePage(tx, &p) })
	if g.want(t, err, fault.Invalid, refused) {
		g.plan.slug[p.ID] = slug
		g.plan.hang(p.ID, parent, 1<<30)
	}
}

func (g *gardener) rename(t *rapid.T) {
	id, slug := g.someone(t, "page"), slugs.Draw(t, "slug")
	if id == 0 {
		t.Skip("nobody to rename")
	}
	_, err := data.Write(g.town.ctx, func(tx *data.Tx) error {
		p, err := data.ByID[site.Page](tx, id)
		if err != nil {
			return err
		}
		p.Slug = slug
		return site.UpdatePage(tx, &p)
	})
	if g.want(t, err, fault.Invalid, g.plan.taken(g.plan.parent[id], slug, id)) {
		g.plan.slug[id] = slug
	}
}

func (g *gardener) move(t *rapid.T) {
	id, parent, place := g.someone(t, "page"), g.someone(t, "parent"), rapid.IntRange(0, 4).Draw(t, "place")
	if id == 0 {
		t.Skip("nobody to move")
	}
	_, err := data.Write(g.town.ctx, func(tx *data.Tx) error { return site.MovePage(tx, id, 0, parent, place) })
	if g.want(t, err, fault.Invalid, g.plan.within(parent, id) || g.plan.taken(parent, g.plan.slug[id], id)) {
		g.plan.hang(id, parent, place)
	}
}

func (g *gardener) remove(t *rapid.T) {
	id, lift := g.someone(t, "page"), rapid.Bool().Draw(t, "lift")
	if id == 0 {
		t.Skip("nobody to remove")
	}
	_, err := data.Write(g.town.ctx, func(tx *data.Tx) error {
		p, err := data.ByID[site.Page](tx, id)
		if err != nil {
			return err
		}
		return site.DeletePage(tx, p, lift)
	})
	children := slices.Clone(g.plan.below[id])
	if !g.want(t, err, fault.Conflict, len(children) > 0 && !lift) {
		return
	}
	parent, slug := g.plan.parent[id], g.plan.slug[id]
	g.plan.below[parent] = slices.DeleteFunc(g.plan.below[parent], func(c int64) bool { return c == id })
	delete(g.plan.slug, id)
	slices.SortStableFunc(children, func(a, b int64) int {
		switch {
		case g.plan.slug[a] == slug:
			return 1
		case g.plan.slug[b] == slug:
			return -1
		}
		return 0
	})
	for _, c := range children {
		g.plan.slug[c] = g.plan.free(parent, g.plan.slug[c], c)
		g.plan.hang(c, parent, 1<<30)
	}
	delete(g.plan.below, id)
	delete(g.plan.parent, id)
}

// look holds the tree and the redirects against the plan.
func (g *gardener) look(t *rapid.T) {
	g.plan.hold()
	pages, err := data.All[site.Page](data.Read(g.town.ctx).Order("position, id").Limit(1000))
	if err != nil {
		t.Fatal(err)
	}
	paths, below := map[int64]string{}, map[int64][]int64{}
	for _, p := range pages {
		paths[p.ID] = p.Path
		below[p.ParentID] = append(below[p.ParentID], p.ID)
	}
	wantPaths, wantBelow := map[int64]string{}, map[int64][]int64{}
	for id := range g.plan.slug {
		wantPaths[id] = g.plan.path(id)
	}
	for parent, ids := range g.plan.below {
		if len(ids) > 0 {
			wantBelow[parent] = ids
		}
	}
	if diff := cmp.Diff(wantPaths, paths); diff != "" {
		t.Fatalf("the addresses differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantBelow, below); diff != "" {
		t.Fatalf("the order differs (-want +got):\n%s", diff)
	}
	redirects, err := data.All[site.Redirect](data.Read(g.town.ctx).Limit(1000))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range redirects {
		if now, ok := wantPaths[r.PageID]; !ok || g.plan.holder[r.Path] != r.PageID || now == r.Path {
			t.Fatalf("a redirect is left over from %s to page %d, which is at %q", r.Path, r.PageID, now)
		}
	}
}

// visit asks what every address that was ever given answers.
func (g *gardener) visit(t *rapid.T) {
	guest := g.town.guest(locale.Russian)
	for path, id := range g.plan.holder {
		now := ""
		if g.plan.slug[id] != "" {
			now = g.plan.path(id)
		}
		got := guest.get(path)
		switch {
		case now == path && got.Code != http.StatusOK:
			t.Fatalf("%s is the address of a page and answers %d", path, got.Code)
		case now == "" && got.Code != http.StatusNotFound:
			t.Fatalf("%s was the address of a deleted page and answers %d to %q", path, got.Code, got.to())
		case now != "" && now != path && (got.Code != http.StatusMovedPermanently || got.to() != now):
			t.Fatalf("%s was the address of the page at %s and answers %d to %q", path, now, got.Code, got.to())
		}
	}
}

// Every address ever given leads, by one redirect at most, to the page that held
// it last, or nowhere if that is deleted; whatever is created, renamed, moved
// and deleted, and with everything kept that can be kept. Without the line in
// relocate that takes away the redirect of an address that lives again, or with
// children lifted in their own order, the test fails.
func TestEveryAddressEverGivenLeadsToItsPage(t *testing.T) {
	onEach(t, testEveryAddressEverGivenLeadsToItsPage)
}

func testEveryAddressEverGivenLeadsToItsPage(t *testing.T, town *town) {
	rapid.Check(t, func(t *rapid.T) {
		_, err := data.Write(town.ctx, func(tx *data.Tx) error {
			all := tx.DB().Where("id > ?", 0)
			return errors.Join(all.Delete(&site.Page{}).Error, tx.DB().Where("id > ?", 0).Delete(&site.Redirect{}).Error)
		})
		if err != nil {
			t.Fatal(err)
		}
		g := &gardener{town, newPlan()}
		t.Repeat(map[string]func(*rapid.T){
			"create": g.create, "rename": g.rename, "move": g.move, "remove": g.remove, "visit": g.visit, "": g.look,
		})
		g.visit(t)
	})
}

func TestLiftedPagesTakeTheAddressesThatBecomeFree(t *testing.T) {
	town := found(t)
	var chain []site.Page
	for parent := int64(0); len(chain) < 5; parent = chain[len(chain)-1].ID {
		chain = append(chain, town.page(parent, "А", nil))
	}
	// The second of these takes the address of the first, which is behind it in
	// the order of the alphabet.
	town.page(chain[1].ID, "Б", nil)
	town.page(chain[2].ID, "Б", nil)
	town.write(func(tx *data.Tx) error { return site.DeletePage(tx, chain[0], true) })
	guest := town.guest(locale.Russian)
	for _, path := range []string{"/a", "/a/a", "/a/a/a", "/a/a/a/a", "/a/b", "/a/a/b"} {
		if got := guest.get(path); got.Code != http.StatusOK {
			t.Errorf("%s answers %d to %q", path, got.Code, got.to())
		}
	}
	if got := guest.get(chain[4].Path); got.to() != "/a/a/a/a" {
		t.Errorf("the last page's former address answers %d to %q", got.Code, got.to())
	}
}

// Writers who change the tree at once leave every page where its parent is: the
// lock keeps them apart where the database lets several write.
func TestTreeHoldsWhileManyChangeIt(t *testing.T) {
	onEach(t, func(t *testing.T, town *town) {
		var ids []int64
		for i := range 6 {
			ids = append(ids, town.page(0, fmt.Sprintf("Страница %d", i), nil).ID)
		}
		var writers sync.WaitGroup
		for w := range 4 {
			chance := rand.New(rand.NewPCG(1, uint64(w)))
			writers.Go(func() {
				for n := range 12 {
					id, parent := ids[chance.IntN(len(ids))], ids[chance.IntN(len(ids))]
					_, err := data.Write(town.ctx, func(tx *data.Tx) error {
						switch n % 3 {
						case 0:
							return site.CreatePage(tx, &site.Page{ParentID: parent, Title: "Новая", Language: "ru"})
						case 1:
							if err := site.Lock(tx); err != nil {
								return err
							}
							p, err := data.ByID[site.Page](tx, id)
							if err != nil {
								return err
							}
							p.Slug = fmt.Sprintf("p%d-%d", w, n)
							return site.UpdatePage(tx, &p)
						}
						return site.MovePage(tx, id, 0, parent, 0)
					})
					// A page below itself, or one that another writer changed meanwhile.
					if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
						t.Error(err)
					}
				}
			})
		}
		writers.Wait()
		pages, err := data.All[site.Page](data.Read(town.ctx).Limit(1000))
		if err != nil {
			t.Fatal(err)
		}
		paths := map[int64]string{0: ""}
		for _, p := range pages {
			paths[p.ID] = p.Path
		}
		for _, p := range pages {
			if want := paths[p.ParentID] + "/" + p.Slug; p.Path != want {
				t.Errorf("page %d is at %s, want %s", p.ID, p.Path, want)
			}
		}
	})
}
