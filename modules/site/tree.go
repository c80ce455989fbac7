package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"veche/data"
	"veche/fault"
	"veche/prose"
)

// Bounds of the tree.
const (
	pathMax     = 500   // bytes of an address
	branchMax   = 10000 // pages that one move may take along
	siblingsMax = 5000  // pages of one parent
	namesMax    = 1000  // numbers tried behind a slug that is taken
)

// reserved are first parts of addresses that are not for pages: the program
// itself answers there, or its modules do.
var reserved = []string{
	"admin", "assets", "healthz", "readyz", "locale", "sitemap", "search", "setup", "news",
	"sign-in", "sign-out", "sign-up", "account", "members", "me",
}

// CreatePage adds the page below its parent, behind the pages that are there,
// and gives it its address. A page without a slug gets one from its title, with
// a number if it is taken. Wrong values are an Invalid fault with words for the
// fields; so is a slug that was given and is taken.
func CreatePage(tx *data.Tx, p *Page) error {
	if err := Lock(tx); err != nil {
		return err
	}
	if err := p.settle(); err != nil {
		return err
	}
	above, err := parentPath(tx, p.ParentID)
	if err != nil {
		return err
	}
	if err := p.address(tx, above); err != nil {
		return err
	}
	var last []int64
	err = tx.DB().Model(&Page{}).Where("parent_id = ?", p.ParentID).Order("position DESC").Limit(1).Pluck("position", &last).Error
	if err != nil {
		return err
	}
	p.Position = 0
	if len(last) > 0 {
		p.Position = last[0] + 1
	}
	if err := free(tx, p.Path); err != nil {
		return err
	}
	return data.Create(tx, p)
}

// edited are the columns that an editor changes.
var edited = []string{
	"title", "slug", "path", "menu_title", "in_menu", "link", "language", "summary", "description", "format", "body", "html", "status",
}

// UpdatePage writes what an editor changed of the page, but not where it hangs
// in the tree. Its Version must be that of the state that was edited, else the
// fault is a Conflict. If the slug changed, the page and those below it move,
// and their former addresses lead to them.
func UpdatePage(tx *data.Tx, p *Page) error {
	if err := Lock(tx); err != nil {
		return err
	}
	if err := p.settle(); err != nil {
		return err
	}
	now, err := data.ByID[Page](tx, p.ID)
	if err != nil {
		return err
	}
	if now.Version != p.Version {
		return fault.New(fault.Conflict, "data.conflict", now.Version)
	}
	above, err := parentPath(tx, now.ParentID)
	if err != nil {
		return err
	}
	if err := p.address(tx, above); err != nil {
		return err
	}
	if err := relocate(tx, now, p.Path); err != nil {
		return err
	}
	return data.Update(tx, p, edited...)
}

// MovePage hangs the page below another one, 0 for none, at the given place
// among the pages there, from 0; a place beyond the end is the end. The pages
// below it come along. A page cannot move below itself; a move to where its
// slug is taken is refused. Version 0 moves the page in whatever state it is.
func MovePage(tx *data.Tx, id, version, parent int64, place int) error {
	if err := Lock(tx); err != nil {
		return err
	}
	p, err := data.ByID[Page](tx, id)
	if err != nil {
		return err
	}
	if version != 0 && version != p.Version {
		return fault.New(fault.Conflict, "data.conflict", p.Version)
	}
	above, err := parentPath(tx, parent)
	if err != nil {
		return err
	}
	if parent == id || strings.HasPrefix(above+"/", p.Path+"/") {
		return fault.InFields(map[string]string{"parent_id": "site.page.below_itself"})
	}
	to := above + "/" + p.Slug
	if err := available(tx, to, id); err != nil {
		return err
	}
	if err := relocate(tx, p, to); err != nil {
		return err
	}
	p.ParentID, p.Path = parent, to
	if err := data.Update(tx, &p, "parent_id", "path"); err != nil {
		return err
	}
	return arrange(tx, p, place)
}

// DeletePage deletes the page, and the redirects to it. If there are pages below
// it they move to its parent, behind those that are there, if lift says so;
// else the page is not deleted, and the fault is a Conflict.
func DeletePage(tx *data.Tx, p Page, lift bool) error {
	if err := Lock(tx); err != nil {
		return err
	}
	now, err := data.ByID[Page](tx, p.ID)
	if err != nil {
		return err
	}
	children, err := data.All[Page](tx.DB().Where("parent_id = ?", now.ID).Order("position, id").Limit(siblingsMax))
	if err != nil {
		return err
	}
	if len(children) > 0 && !lift {
		return fault.New(fault.Conflict, "site.page.has_children", len(children))
	}
	if err := data.Delete(tx, &p); err != nil {
		return err
	}
	if err := tx.DB().Where("page_id = ?", now.ID).Delete(&Redirect{}).Error; err != nil {
		return err
	}
	above, err := parentPath(tx, now.ParentID)
	if err != nil {
		return err
	}
	// A child called as its parent was takes the parent's address, and what is
	// below it the addresses of its siblings: they go first.
	same := slices.IndexFunc(children, func(c Page) bool { return c.Slug == now.Slug })
	if same >= 0 {
		c := children[same]
		children = append(slices.Delete(children, same, same+1), c)
	}
	for i := range children {
		if err := liftPage(tx, children[i], now.ParentID, above); err != nil {
			return err
		}
	}
	return nil
}

// liftPage moves a page to the parent of its former parent. A slug that is taken
// there gets a number.
func liftPage(tx *data.Tx, p Page, parent int64, above string) error {
	slug, err := freeSlug(tx, above, p.Slug, p.ID)
	if err != nil {
		return err
	}
	to := above + "/" + slug
	if err := relocate(tx, p, to); err != nil {
		return err
	}
	p.ParentID, p.Slug, p.Path = parent, slug, to
	if err := data.Update(tx, &p, "parent_id", "slug", "path"); err != nil {
		return err
	}
	return arrange(tx, p, siblingsMax)
}

// Forward makes an address that no page of this site had, such as one of the
// site that was here before, lead to the page. It does nothing if a page lives
// there; whoever forwards an address last has it.
func Forward(tx *data.Tx, path string, id int64) error {
	path = "/" + strings.Trim(path, "/")
	if err := Lock(tx); err != nil {
		return err
	}
	taken, err := occupied(tx, path, 0)
	if err != nil || taken {
		return err
	}
	return forward(tx, path, id, "")
}

// ForwardTo is [Forward] to an address of this site that is no page of the tree,
// such as that of a piece of news. It must not lead back.
func ForwardTo(tx *data.Tx, path, to string) error {
	path = "/" + strings.Trim(path, "/")
	taken, err := occupied(tx, path, 0)
	if err != nil || taken || path == to {
		return err
	}
	return forward(tx, path, 0, to)
}

// forward writes the redirect from the address to the page, or else to another
// address.
func forward(tx *data.Tx, path string, id int64, to string) error {
	had, err := data.All[Redirect](tx.DB().Where("path = ?", path).Limit(1))
	switch {
	case err != nil:
		return err
	case len(had) == 0:
		return data.Create(tx, &Redirect{Path: path, PageID: id, Target: to})
	case had[0].PageID == id && had[0].Target == to:
		return nil
	}
	had[0].PageID, had[0].Target = id, to
	return data.Update(tx, &had[0], "page_id", "target")
}

// free takes away the redirect at an address where a page will live.
func free(tx *data.Tx, path string) error {
	return tx.DB().Where("path = ?", path).Delete(&Redirect{}).Error
}

// relocate gives the page and those below it the addresses that follow from the
// page's new one, and makes the former addresses lead to them. It does not touch
// the versions of those below, whose editors changed nothing.
func relocate(tx *data.Tx, p Page, to string) error {
	if p.Path == to {
		return nil
	}
	// Addresses hold no wildcards of LIKE: letters, digits, hyphens and slashes.
	below, err := data.All[Page](tx.DB().Select("id", "path").Where("path LIKE ?", p.Path+"/%").Limit(branchMax + 1))
	if err != nil {
		return err
	}
	if len(below) > branchMax {
		return fault.New(fault.TooLarge, "site.page.branch_large", branchMax)
	}
	// A page may take the address of another of the branch, which is a shorter one:
	// that one leaves it first.
	slices.SortFunc(below, func(a, b Page) int { return cmp.Compare(len(a.Path), len(b.Path)) })
	for _, page := range append([]Page{p}, below...) {
		moved := to + strings.TrimPrefix(page.Path, p.Path)
		if len(moved) > pathMax {
			return fault.InFields(map[string]string{"slug": "site.page.path_long"})
		}
		if err := free(tx, moved); err != nil {
			return err
		}
		if err := forward(tx, page.Path, page.ID, ""); err != nil {
			return err
		}
		if err := tx.DB().Model(&Page{}).Where("id = ?", page.ID).Update("path", moved).Error; err != nil {
			return err
		}
	}
	return nil
}

// arrange gives the page its place among its siblings.
func arrange(tx *data.Tx, p Page, place int) error {
	siblings, err := data.All[Page](tx.DB().Select("id", "position").
		Where("parent_id = ? AND id <> ?", p.ParentID, p.ID).Order("position, id").Limit(siblingsMax))
	if err != nil {
		return err
	}
	place = min(max(place, 0), len(siblings))
	for i, page := range slices.Insert(siblings, place, p) {
		if page.Position == int64(i) {
			continue
		}
		if err := tx.DB().Model(&Page{}).Where("id = ?", page.ID).Update("position", i).Error; err != nil {
			return err
		}
	}
	return nil
}

// parentPath returns the address below which the pages of a parent live.
func parentPath(tx *data.Tx, parent int64) (string, error) {
	if parent == 0 {
		return "", nil
	}
	p, err := data.ByID[Page](tx, parent)
	if fault.Is(err, fault.NotFound) {
		return "", fault.InFields(map[string]string{"parent_id": "site.page.parent_gone"})
	}
	return p.Path, err
}

// address makes the page's slug and path.
func (p *Page) address(tx *data.Tx, above string) error {
	given := prose.Slug(p.Slug)
	slug := cmp.Or(given, prose.Slug(p.Title))
	if slug == "" {
		if strings.TrimSpace(p.Title) == "" {
			return fault.InFields(map[string]string{"title": "entity.required"})
		}
		return fault.InFields(map[string]string{"slug": "site.page.slug_needed"})
	}
	if given == "" {
		var err error
		if slug, err = freeSlug(tx, above, slug, p.ID); err != nil {
			return err
		}
	}
	p.Slug, p.Path = slug, above+"/"+slug
	if len(p.Path) > pathMax {
		return fault.InFields(map[string]string{"slug": "site.page.path_long"})
	}
	return available(tx, p.Path, p.ID)
}

// available returns the fault of an address that the page cannot have.
func available(tx *data.Tx, path string, id int64) error {
	if slices.Contains(reserved, path[1:]) {
		return fault.InFields(map[string]string{"slug": "site.page.slug_reserved"})
	}
	taken, err := occupied(tx, path, id)
	if err == nil && taken {
		return fault.InFields(map[string]string{"slug": "site.page.slug_taken"})
	}
	return err
}

// occupied reports whether another page than that of the ID lives there.
func occupied(tx *data.Tx, path string, id int64) (bool, error) {
	var n int64
	err := tx.DB().Model(&Page{}).Where("path = ? AND id <> ?", path, id).Count(&n).Error
	return n > 0, err
}

// freeSlug returns the slug, with a number behind it if it is taken.
func freeSlug(tx *data.Tx, above, slug string, id int64) (string, error) {
	for n := 1; n <= namesMax; n++ {
		candidate := slug
		if n > 1 {
			number := fmt.Sprintf("-%d", n)
			candidate = strings.TrimRight(slug[:min(len(slug), prose.SlugMax-len(number))], "-") + number
		}
		err := available(tx, above+"/"+candidate, id)
		if err == nil || !fault.Is(err, fault.Invalid) {
			return candidate, err
		}
	}
	return "", fault.InFields(map[string]string{"slug": "site.page.slug_taken"})
}

// treeLock names the row that whoever changes the tree writes first, so that on
// databases with many writers no two of them work on addresses at once.
const treeLock = "tree"

// Lock keeps others from changing the tree until the transaction ends. The
// functions that change it begin with it; a transaction that reads before it
// calls them calls Lock first, since MySQL shows it the rows as they were at its
// first reading, whoever changed them while it waited.
func Lock(tx *data.Tx) error {
	res := tx.DB().Model(&Setting{}).Where("name = ?", treeLock).Update("version", data.Expr("version + ?", 1))
	if res.Error != nil || res.RowsAffected > 0 {
		return res.Error
	}
	err := data.Create(tx, &Setting{Name: treeLock})
	if fault.Is(err, fault.Invalid) { // somebody else changes the tree for the first time, too
		return fault.Because(err, fault.Conflict, "data.conflict")
	}
	return err
}
