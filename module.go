package veche

import (
	"context"
	"io/fs"
	"net/http"

	"veche/data"
	"veche/mosaic"
	"veche/web"
)

// A Module is a part of a site, such as its news: entities, components, pages
// and actions, described as a value. Modules do not know each other; they meet
// by the names of fragments and in the database.
type Module struct {
	// Name is a short word in lower case. It begins the names of the module's
	// components and words.
	Name string
	// Schema numbers the form of the module's tables. It grows with every release
	// that changes them; an older program refuses to work on newer tables.
	Schema int
	// Entities are the module's tables: structs that embed entity.Base.
	Entities []any
	// Upgrade changes what the tables hold when a database of an older Schema,
	// from, meets this one; see [data.Schema]. It may be nil.
	Upgrade func(tx *data.Tx, from int) error
	// Components make the module's fragments.
	Components []mosaic.Component
	// Pages are the module's addresses that show something.
	Pages []Page
	// Routes are its other addresses: actions, which change something, and files
	// that are no pages, such as feeds.
	Routes []Route
	// Blocks are fragments that the module offers to pages of all modules.
	Blocks []Block
	// Templates holds the file NAME.html for the component NAME.
	Templates fs.FS
	// Words holds en.txt and ru.txt, in the form that package locale reads.
	Words fs.FS
	// Demo fills a demonstration site. It runs once, in the order of the modules.
	Demo func(ctx context.Context) error
}

// A Page is an address, and what is seen there.
type Page struct {
	// Pattern is the address as http.ServeMux matches it: "/news/{slug}".
	Pattern string
	// View says what the request asks to see. It reads the address and nothing
	// else, so that showing a kept page costs no query.
	View func(r *http.Request) View
}

// A View is what is seen on one page.
type View struct {
	// Frame is the name of the page's frame: Main, Front, Wide, Bare or None.
	// Default Main.
	Frame string
	// Head is the fragment that gives the page its title.
	Head mosaic.Fragment
	// Main is what the page is about. If it fails, the page does.
	Main mosaic.Fragment
	// Aside are fragments beside it, before those that modules offer.
	Aside []mosaic.Fragment
	// Status is the status of the response. Default 200.
	Status int
	// ContentType is that of a view without a frame.
	ContentType string
}

// The frames of a theme: it has a template frames/NAME for each.
const (
	Main  = "main"  // with fragments aside
	Front = "front" // the front page, whose fragments are blocks of the modules
	Wide  = "wide"  // without fragments aside
	Bare  = "bare"  // without the site's menus: signing in, errors
	None  = "none"  // no frame at all: the main fragment is the whole document
)

// frames lists those that are templates.
func frames() []string { return []string{Main, Front, Wide, Bare} }

// A Route is an address that is no page.
type Route struct {
	// Pattern is the method and address: "POST /news/{id}/comments".
	Pattern string
	// Do answers the request. Its errors become pages.
	Do web.Handler
}

// A Block is a fragment on many pages: a menu, the latest news.
type Block struct {
	// Frames are those in which it stands.
	Frames []string
	// Slot is the place in the frame: "header", "aside", "footer".
	Slot string
	// Order sorts the blocks of a slot, lower first.
	Order int
	// Fragment is what stands there.
	Fragment mosaic.Fragment
}
