package wxr

import (
	"strconv"
	"strings"
	"time"
)

// An Item is anything WordPress keeps as a post: posts, pages, attachments,
// entries of menus and the site's own types.
//
// Dates are zero if absent, unreadable or "0000-00-00 00:00:00", which
// WordPress writes for drafts. Date and Modified are what the clock on the
// site's wall showed, in an unnamed zone, given here as UTC.
type Item struct {
	ID            int64
	Type          string // "post", "page", "attachment", "nav_menu_item", ...
	Status        string // "publish", "draft", "private", "inherit", ...
	Title         string
	Slug          string // wp:post_name, decoded if it was percent-encoded
	Link          string
	GUID          string
	PermaLink     bool   // the GUID is the item's address
	Creator       string // login of the author
	Description   string
	Content       string // HTML, block markup or text with shortcodes
	Excerpt       string
	PubDate       time.Time
	Date          time.Time
	DateGMT       time.Time
	Modified      time.Time
	ModifiedGMT   time.Time
	Parent        int64 // ID of the parent item; 0 at the top
	MenuOrder     int
	CommentStatus string // "open" or "closed"
	PingStatus    string
	Password      string // set on items shown only to those who know it
	Sticky        bool
	AttachmentURL string // where the file of an attachment lies
	Terms         []TermRef
	Meta          []Meta
	Comments      []Comment
	Line          int // where the item begins in the file
}

// A TermRef says that an item carries a term.
type TermRef struct {
	Taxonomy string // "category", "post_tag", "post_format", "nav_menu", ...
	Slug     string // decoded; empty in a few very old exports
	Name     string
}

// A Comment is a comment, a pingback or a trackback on an item.
type Comment struct {
	ID          int64
	Author      string
	AuthorEmail string
	AuthorURL   string
	AuthorIP    string
	Date        time.Time // the wall clock of the site, as for items
	DateGMT     time.Time
	Content     string
	Approved    string // "1" shown, "0" waiting, "spam", "trash"
	Type        string // "" or "comment", "pingback", "trackback"
	Parent      int64  // ID of the comment that this one answers; 0 if none
	UserID      int64  // 0 for guests
	Meta        []Meta
}

// IsApproved reports whether the comment was shown on the site.
func (c *Comment) IsApproved() bool { return c.Approved == "1" || c.Approved == "approved" }

// Published returns the best date the item has: DateGMT, else PubDate, else
// Date as if the site kept UTC. Zero if it has none.
func (it *Item) Published() time.Time {
	for _, t := range []time.Time{it.DateGMT, it.PubDate, it.Date} {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// MetaValue returns the first value of a metadata key, and whether the item
// has it.
func (it *Item) MetaValue(key string) (string, bool) {
	for _, m := range it.Meta {
		if m.Key == key {
			return m.Value, true
		}
	}
	return "", false
}

// A MenuEntry is an item of type nav_menu_item, put together from its
// metadata.
type MenuEntry struct {
	Menu     string // slug of the menu
	Title    string // empty: the title of what it points to
	Kind     string // "post_type", "taxonomy", "custom"
	Object   string // "page", "category", ...
	ObjectID int64  // ID of the item or term it points to
	Parent   int64  // ID of the parent entry; 0 at the top
	Order    int
	URL      string // for Kind "custom"
}

// MenuEntry returns the item as an entry of a menu, and false if it is not
// one.
func (it *Item) MenuEntry() (MenuEntry, bool) {
	if it.Type != "nav_menu_item" {
		return MenuEntry{}, false
	}
	e := MenuEntry{Title: it.Title, Order: it.MenuOrder}
	for _, t := range it.Terms {
		if t.Taxonomy == "nav_menu" {
			e.Menu = t.Slug
			break
		}
	}
	e.Kind, _ = it.MetaValue("_menu_item_type")
	e.Object, _ = it.MetaValue("_menu_item_object")
	e.URL, _ = it.MetaValue("_menu_item_url")
	e.ObjectID = it.metaID("_menu_item_object_id")
	e.Parent = it.metaID("_menu_item_menu_item_parent")
	return e, true
}

// metaID returns a metadata value as an ID, 0 if it is none.
func (it *Item) metaID(key string) int64 {
	v, _ := it.MetaValue(key)
	id, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
	if err != nil {
		return 0
	}
	return id
}
