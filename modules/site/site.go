// Package site is the module of a site's pages: a tree of them with menus,
// breadcrumbs and redirects, the front page, what stands at the head and the
// foot of every page, and the forms by which administrators change all that.
//
// # Usage
//
//	node, err := veche.New(ctx, veche.Options{Modules: []veche.Module{site.Module()}, ...})
//
// A page is at the addresses of its ancestors and its own: "/town/history". A
// page that moves takes those below it along, and every address that a page
// ever had leads to it by one redirect, until another page takes the address or
// the page is deleted. Programs write pages by [CreatePage], [UpdatePage],
// [MovePage] and [DeletePage], which see to that.
//
// # Other modules
//
// The head of every page shows the fragment "members/box": who is signed in. The
// foot is made of blocks, to which others may add theirs. The main menu leads to
// what is no page by pages with a Link.
//
// A page of another module takes its title from the fragment "site/head", with
// the key of a text or the title itself:
//
//	mosaic.Named("site/head", "Key", "members.sign_in")
//
// # Limits
//
// A menu shows three levels; a list of pages at most 500. Addresses are at most
// 500 bytes long.
package site

import (
	"embed"
	"io/fs"
	"net/http"

	"veche"
	"veche/mosaic"
)

//go:embed templates words demo
var files embed.FS

// schema is the version of the module's tables.
const schema = 1

// Module returns the module. Its catch-all address is the weakest of all: the
// addresses of other modules go before pages.
func Module() veche.Module {
	return veche.Module{
		Name: "site", Schema: schema,
		Entities:   []any{Page{}, Redirect{}, Setting{}},
		Components: components(),
		Pages:      pages(),
		Routes:     routes(),
		Blocks:     blocks(),
		Templates:  sub("templates"),
		Words:      sub("words"),
		Demo:       fillDemo,
	}
}

func components() []mosaic.Component {
	return []mosaic.Component{
		mosaic.New("site/page", showPage),
		mosaic.New("site/page-head", showPageHead),
		mosaic.New("site/crumbs-data", showCrumbsData),
		mosaic.New("site/breadcrumbs", showBreadcrumbs),
		mosaic.New("site/children", showChildren),
		mosaic.New("site/siblings", showSiblings),
		mosaic.New("site/edit-link", showEditLink),
		mosaic.New("site/head", showHead),
		mosaic.New("site/name", showName),
		mosaic.New("site/header", showHeader),
		mosaic.New("site/tools", showTools),
		mosaic.New("site/menu", showMenu),
		mosaic.New("site/locale", showLocale),
		mosaic.New("site/footer", showFooter),
		mosaic.New("site/sections", showSections),
		mosaic.New("site/admin-link", showAdminLink),
		mosaic.New("site/admin-menu", showAdminMenu),
		mosaic.New("site/appearance", showAppearance),
		mosaic.New("site/front", showFront),
		mosaic.New("site/front-head", showFrontHead),
		mosaic.New("site/welcome", showWelcome),
		mosaic.New("site/tree", showTree),
		mosaic.New("site/map", showMap),
		mosaic.New("site/sitemap", showSitemap),
		mosaic.New("site/pages-map", showPagesMap),
		mosaic.New("site/robots", showRobots),
	}
}

func pages() []veche.Page {
	plain := func(pattern string, v veche.View) veche.Page {
		return veche.Page{Pattern: pattern, View: func(*http.Request) veche.View { return v }}
	}
	return []veche.Page{
		plain("/{$}", veche.View{
			Frame: veche.Front,
			Head:  mosaic.Place("site/front-head", mosaic.None{}),
			Main:  mosaic.Place("site/front", mosaic.None{}),
		}),
		{Pattern: "/{path...}", View: viewPage},
		plain("/sitemap", veche.View{
			Frame: veche.Wide,
			Head:  mosaic.Place("site/head", Head{Key: "site.map"}),
			Main:  mosaic.Place("site/map", mosaic.None{}),
		}),
		{Pattern: "/sitemap.xml", View: machine("site/sitemap", "application/xml; charset=utf-8")},
		{Pattern: "/pages.xml", View: machine("site/pages-map", "application/xml; charset=utf-8")},
		{Pattern: "/robots.txt", View: machine("site/robots", "text/plain; charset=utf-8")},
	}
}

// blocks are what the module puts on every page.
func blocks() []veche.Block {
	full := []string{veche.Main, veche.Front, veche.Wide}
	bare := []string{veche.Bare}
	block := func(frames []string, slot string, order int, name string) veche.Block {
		return veche.Block{Frames: frames, Slot: slot, Order: order, Fragment: mosaic.Place(name, mosaic.None{})}
	}
	return []veche.Block{
		block(full, "header", 10, "site/header"),
		block(full, "footer", 10, "site/footer"),
		block(full, "footer", 20, "site/sections"),
		block(full, "footer", 90, "site/appearance"),
		block(bare, "header", 10, "site/name"),
		block(bare, "footer", 10, "site/locale"),
		block([]string{veche.Front}, "aside", 10, "site/tree"),
	}
}

func routes() []veche.Route {
	return []veche.Route{
		{Pattern: "GET /admin", Do: listPages},
		{Pattern: "GET /admin/pages", Do: listPages},
		{Pattern: "GET /admin/pages/new", Do: newPage},
		{Pattern: "POST /admin/pages/new", Do: createPage},
		{Pattern: "GET /admin/pages/{id}", Do: editPage},
		{Pattern: "POST /admin/pages/{id}", Do: savePage},
		{Pattern: "GET /admin/pages/{id}/move", Do: askMove},
		{Pattern: "POST /admin/pages/{id}/move", Do: movePage},
		{Pattern: "GET /admin/pages/{id}/delete", Do: askDelete},
		{Pattern: "POST /admin/pages/{id}/delete", Do: deletePage},
		{Pattern: "GET /admin/settings", Do: editSettings},
		{Pattern: "POST /admin/settings", Do: saveSettings},
		{Pattern: "GET /admin/templates", Do: listTemplates},
		{Pattern: "GET /admin/templates/{name...}", Do: editTemplate},
		{Pattern: "POST /admin/templates/{name...}", Do: saveTemplate},
	}
}

// sub is a folder of the module's files; its name is a constant.
func sub(folder string) fs.FS {
	part, err := fs.Sub(files, folder)
	if err != nil {
		panic("site: " + err.Error())
	}
	return part
}
