package news

import (
	"net/http"
	"strconv"

	"veche"
	"veche/account"
	"veche/fault"
	"veche/modules/news/feed"
	"veche/mosaic"
	"veche/web"
)

// pages are the addresses that readers know.
func pages() []veche.Page {
	list := func(r *http.Request) List {
		return List{Before: r.URL.Query().Get("before")}
	}
	pages := []veche.Page{
		{Pattern: "/news", View: func(r *http.Request) veche.View { return viewList(list(r)) }},
		{Pattern: "/news/section/{slug}", View: func(r *http.Request) veche.View {
			l := list(r)
			l.Section = r.PathValue("slug")
			return viewList(l)
		}},
		{Pattern: "/news/tag/{slug}", View: func(r *http.Request) veche.View {
			l := list(r)
			l.Tag = r.PathValue("slug")
			return viewList(l)
		}},
		{Pattern: "/news/{slug}", View: viewItem},
		{Pattern: "/news/sitemap.xml", View: func(r *http.Request) veche.View {
			return veche.View{
				Frame: veche.None, ContentType: feed.ContentType("sitemap"), Main: mosaic.Place("news/sitemap", Sitemap{veche.Origin(r)}),
			}
		}},
	}
	for _, format := range []string{"rss", "atom", "json"} {
		view := func(r *http.Request) veche.View {
			of := Feed{Format: format, Section: r.PathValue("slug"), Origin: veche.Origin(r)}
			return veche.View{Frame: veche.None, ContentType: feed.ContentType(format), Main: mosaic.Place("news/feed", of)}
		}
		pages = append(pages,
			veche.Page{Pattern: "/news/feed." + format, View: view},
			veche.Page{Pattern: "/news/section/{slug}/feed." + format, View: view})
	}
	return pages
}

func viewList(l List) veche.View {
	return veche.View{
		Frame: veche.Main,
		Head:  mosaic.Place("news/list-head", l),
		Main:  mosaic.Place("news/list", l),
		Aside: []mosaic.Fragment{mosaic.Place("news/sections", Sections{l.Section})},
	}
}

func viewItem(r *http.Request) veche.View {
	q := r.URL.Query()
	slug := r.PathValue("slug")
	page := ItemPage{Slug: slug, Talk: number(q.Get("talk")), Reply: number(q.Get("reply")), Said: q.Get("said") == "1"}
	return veche.View{
		Frame: veche.Wide,
		Head:  mosaic.Place("news/item-head", ItemHead{slug, veche.Origin(r)}),
		Main:  mosaic.Place("news/page", page),
	}
}

// number reads an ID from an address; what is none is 0.
func number(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// routes are the addresses where something is done, and those of administrators,
// whose pages are never kept.
func routes() []veche.Route {
	routes := []veche.Route{{Pattern: "POST /news/{id}/comments", Do: postComment}}
	for pattern, do := range map[string]web.Handler{
		"GET /admin/news":                      listItems,
		"GET /admin/news/new":                  newItem,
		"POST /admin/news/new":                 saveItem,
		"GET /admin/news/item/{id}":            editItem,
		"POST /admin/news/item/{id}":           saveItem,
		"GET /admin/news/item/{id}/preview":    previewItem,
		"GET /admin/news/item/{id}/delete":     askRemoveItem,
		"POST /admin/news/item/{id}/delete":    removeItem,
		"GET /admin/news/sections":             listSections,
		"POST /admin/news/sections":            saveSection,
		"GET /admin/news/section/{id}":         editSection,
		"POST /admin/news/section/{id}":        saveSection,
		"POST /admin/news/section/{id}/delete": removeSection,
		"GET /admin/news/comments":             listComments,
		"POST /admin/news/comment/{id}":        moderate,
	} {
		routes = append(routes, veche.Route{Pattern: pattern, Do: forAdministrators(do)})
	}
	return routes
}

// forAdministrators refuses everybody else.
func forAdministrators(do web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := account.Require(r.Context(), account.RoleAdministrator); err != nil {
			return err
		}
		return do(w, r)
	}
}

// pathID is the ID in the address; NotFound if it is none.
func pathID(r *http.Request) (int64, error) {
	if id := number(r.PathValue("id")); id > 0 {
		return id, nil
	}
	return 0, fault.New(fault.NotFound, "")
}

// show answers with the page of a form; the site gives it its title.
func show(w http.ResponseWriter, r *http.Request, status int, title string, main mosaic.Fragment) error {
	return veche.Show(w, r, veche.View{
		Frame: veche.Wide, Status: status, Head: mosaic.Named("site/head", "Key", title), Main: main,
	})
}
