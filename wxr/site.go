package wxr

import (
	"slices"
	"time"
)

// A Site is the header of an export.
type Site struct {
	Version     string // "1.0", "1.1" or "1.2"
	Title       string
	Link        string // the address of the front page
	Description string
	Language    string    // such as "en-US"; empty in old exports
	PubDate     time.Time // when the export was written; zero if absent
	Generator   string
	BaseSiteURL string // the network's address, or the site's
	BaseBlogURL string // the site's address, the prefix of its links
	Authors     []Author
	Categories  []Term // wp:category, nested by Parent
	Tags        []Term // wp:tag
	Terms       []Term // wp:term: custom taxonomies, menus; newer exports repeat categories and tags here
}

// Menus returns the navigation menus: the terms of the taxonomy nav_menu.
// Their entries are the items of type nav_menu_item, see [Item.MenuEntry].
func (s *Site) Menus() []Term {
	var menus []Term
	for _, t := range s.Terms {
		if t.Taxonomy == "nav_menu" {
			menus = append(menus, t)
		}
	}
	return menus
}

// AllTerms returns categories, tags and custom terms together, each taxonomy
// and slug once, in the order of the file. The first description found wins,
// since some versions write it in one of the two places only.
func (s *Site) AllTerms() []Term {
	type key struct{ taxonomy, slug string }
	place := map[key]int{}
	var all []Term
	for _, t := range slices.Concat(s.Categories, s.Tags, s.Terms) {
		k := key{t.Taxonomy, t.Slug}
		i, seen := place[k]
		if !seen {
			place[k] = len(all)
			all = append(all, t)
		} else if all[i].Description == "" {
			all[i].Description = t.Description
		}
	}
	return all
}

// An Author is someone who wrote items of the export. Version 1.0 lists none;
// then only [Item.Creator] names them.
type Author struct {
	ID          int64 // 0 in old exports
	Login       string
	Email       string
	DisplayName string
	FirstName   string
	LastName    string
	Description string // written by some hosts only
}

// A Term is a category, a tag or a value of a custom taxonomy.
type Term struct {
	ID          int64
	Taxonomy    string // "category", "post_tag", "nav_menu" or the site's own
	Slug        string // decoded if it was percent-encoded
	Parent      string // slug of the parent; empty at the top
	Name        string
	Description string
	Meta        []Meta
}

// A Meta is one pair of metadata. Values are as WordPress stored them; complex
// ones are serialized PHP.
type Meta struct {
	Key, Value string
}
