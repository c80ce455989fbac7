package wordpress

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"veche/prose"
	"veche/wxr"
)

// The kinds of things in an export.
const (
	kindAuthor     = "author"
	kindCategory   = "category"
	kindTag        = "tag"
	kindPost       = "post"
	kindPage       = "page"
	kindComment    = "comment"
	kindAttachment = "attachment"
	kindMenu       = "menu entry"
	kindOther      = "other item"
)

// fate is what becomes of an item.
type fate uint8

const (
	fateSkip fate = iota
	fateDraft
	fatePublish // at its time
)

// entry is what is known of an item all the time.
type entry struct {
	kind        string
	key         string // in the ledger
	id, parent  int64  // on the old site
	order       int
	title, slug string
	path        string // the old address, decoded; "" if it is only a query
	date        time.Time
	creator     string
	fate        fate
	why         string // of a fate that is worth reporting
	sections    []string
	rank        int // of a page in the menu, from 1; 0 if it is not there
	menuTitle   string

	row    int64  // here
	to     string // the new address; "" if there is none
	public bool   // everybody sees it
	lost   bool   // it was imported, and deleted here
}

// file is an attachment.
type file struct{ address, alt, title, caption string }

// index is what is known of the whole export all the time.
type index struct {
	site    *wxr.Site
	name    string // host and path of the site
	host    string
	root    string // the path of the site, "" or "/blog"
	entries []entry
	byID    map[int64]int  // by the old number
	byPath  map[string]int // by the old address, in lower case
	files   map[int64]file
	belongs map[int64][]int64 // the files attached to an item
	menus   []menuEntry
	terms   map[string]wxr.TermRef // those of items, by taxonomy and slug
	used    map[string]int         // posts of a term
	kinds   map[string]int
}

func newIndex() *index {
	return &index{
		byID: make(map[int64]int), byPath: make(map[string]int), files: make(map[int64]file),
		belongs: make(map[int64][]int64), terms: make(map[string]wxr.TermRef), used: make(map[string]int),
		kinds: make(map[string]int),
	}
}

// add notes an item.
func (x *index) add(it *wxr.Item) {
	e := entry{kind: kindOf(it), id: it.ID, parent: it.Parent, order: it.MenuOrder, path: it.Link}
	x.kinds[e.kind]++
	switch e.kind {
	case kindPost, kindPage:
		e.title, e.slug, e.creator = line(it.Title, 200), it.Slug, creatorOf(it)
		e.date = since(cmp.Or(it.Published(), it.ModifiedGMT, it.Modified))
		e.fate, e.why = fateOf(it)
		x.addTerms(&e, it)
	case kindAttachment:
		alt, _ := it.MetaValue("_wp_attachment_image_alt")
		x.files[it.ID] = file{it.AttachmentURL, line(alt, 300), line(it.Title, 200), it.Excerpt}
		x.belongs[it.Parent] = append(x.belongs[it.Parent], it.ID)
		e.to = it.AttachmentURL
	case kindMenu:
		if m, ok := it.MenuEntry(); ok {
			x.menus = append(x.menus, menuEntry{m, it.ID})
		}
	}
	x.entries = append(x.entries, e)
}

// addTerms notes the categories and tags of an item; old exports name them
// nowhere else.
func (x *index) addTerms(e *entry, it *wxr.Item) {
	for _, t := range it.Terms {
		if t.Taxonomy != "category" && t.Taxonomy != "post_tag" {
			continue
		}
		key := termKey(t.Taxonomy, t.Slug, t.Name)
		if _, ok := x.terms[key]; !ok {
			x.terms[key] = t
		}
		if t.Taxonomy == "category" && e.kind == kindPost {
			e.sections = append(e.sections, key)
		}
	}
}

// at returns the entry of the item that stands at a place of the export, nil if
// it is another one.
func (x *index) at(n int, it *wxr.Item) *entry {
	if n >= len(x.entries) || x.entries[n].id != it.ID || x.entries[n].kind != kindOf(it) {
		return nil
	}
	return &x.entries[n]
}

// complete finds out, once all items are there, which address is whose.
func (x *index) complete(site *wxr.Site, now time.Time) {
	x.site = site
	for _, address := range []string{site.BaseBlogURL, site.Link, site.BaseSiteURL} {
		if u, err := url.Parse(strings.TrimSpace(address)); err == nil && u.Host != "" && x.host == "" {
			x.host, x.root = hostKey(u.Host), strings.TrimRight(u.Path, "/")
		}
	}
	x.name = cmp.Or(cut(x.host+x.root, 180), "unknown")
	seen := make(map[string]int)
	for i := range x.entries {
		e := &x.entries[i]
		e.path = x.oldPath(e.path)
		if e.id != 0 {
			if _, ok := x.byID[e.id]; !ok {
				x.byID[e.id] = i
			}
		}
		if key := strings.ToLower(e.path); key != "" && e.kind != kindMenu {
			if _, ok := x.byPath[key]; !ok {
				x.byPath[key] = i
			}
		}
		if e.kind != kindPost && e.kind != kindPage {
			continue
		}
		e.public = e.fate == fatePublish && !e.date.After(now)
		// An old number is enough, unless the export repeats or lacks it.
		e.key = strconv.FormatInt(e.id, 10)
		if e.id == 0 || seen[e.kind+e.key] > 0 {
			e.key += ":" + cmp.Or(e.path, e.slug, e.title)
		}
		seen[e.kind+e.key]++
		if n := seen[e.kind+e.key]; n > 1 {
			e.key += fmt.Sprintf(":%d", n)
		}
	}
}

// oldPath returns the path of an address of the old site, decoded and without
// the slash at its end; "" for other addresses and those that are only a query.
func (x *index) oldPath(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host != "" && hostKey(u.Host) != x.host || u.Path == "" {
		return ""
	}
	p := path.Clean("/" + u.Path)
	if p == "/" || p == x.root {
		return ""
	}
	return p
}

// hostKey is equal for hosts that are one site.
func hostKey(host string) string { return strings.TrimPrefix(strings.ToLower(host), "www.") }

// file returns an attachment as the content names it.
func (x *index) file(id int64) (prose.File, bool) {
	f, ok := x.files[id]
	return prose.File{URL: f.address, Title: f.title, Alt: f.alt, Caption: f.caption}, ok && f.address != ""
}

// attached returns the files of an item, in order.
func (x *index) attached(id int64) []prose.File {
	if id == 0 {
		return nil
	}
	ids := slices.Clone(x.belongs[id])
	slices.SortStableFunc(ids, func(a, b int64) int {
		return cmp.Or(cmp.Compare(x.orderOf(a), x.orderOf(b)), cmp.Compare(a, b))
	})
	var files []prose.File
	for _, one := range ids {
		if f, ok := x.file(one); ok {
			files = append(files, f)
		}
	}
	return files
}

func (x *index) orderOf(id int64) int {
	if i, ok := x.byID[id]; ok {
		return x.entries[i].order
	}
	return 0
}

// creatorOf returns the login of who wrote an item. Real exports have remains of
// markup around it.
func creatorOf(it *wxr.Item) string { return strings.Trim(it.Creator, "<> \t\n") }

func kindOf(it *wxr.Item) string {
	switch it.Type {
	case "post", "":
		return kindPost
	case "page":
		return kindPage
	case "attachment":
		return kindAttachment
	case "nav_menu_item":
		return kindMenu
	}
	return kindOther
}

// fateOf says what becomes of a post or page, and why if that is worth telling.
// Whatever is not known to be public is not made public.
func fateOf(it *wxr.Item) (f fate, why string) {
	switch {
	case it.Status == "trash":
		return fateSkip, "in the trash: left out"
	case it.Status == "auto-draft" || it.Status == "inherit":
		return fateSkip, "never saved by their authors: left out"
	case it.Password != "":
		return fateDraft, "protected by a password: drafts here, since pages here have none"
	case it.Status == "private":
		return fateDraft, "private: drafts here"
	case it.Status == "publish":
		return fatePublish, ""
	case it.Status == "future" && it.Type == "page":
		return fateDraft, "pages whose time has not come: drafts here"
	case it.Status == "future":
		return fatePublish, ""
	case it.Status == "pending":
		return fateDraft, "awaiting review: drafts here"
	case it.Status == "draft":
		return fateDraft, ""
	}
	return fateDraft, "with the status " + line(it.Status, 40) + ": drafts here"
}
