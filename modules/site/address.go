package site

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"veche"
	"veche/account"
	"veche/data"
	"veche/fault"
	"veche/mosaic"
	"veche/prose"
)

// At is the parameter of fragments about the page at an address.
type At struct{ Path string }

// Public is the parameter of fragments that name the page's whole address.
type Public struct{ Path, Origin string }

// Of is the parameter of fragments about a page.
type Of struct{ ID int64 }

// viewPage is every address that nobody else answers.
func viewPage(r *http.Request) veche.View {
	at := At{"/" + r.PathValue("path")}
	if len(at.Path) > pathMax || !utf8.ValidString(at.Path) || strings.Contains(at.Path, "\x00") {
		at.Path = "" // no page has it, and no database is asked for what it cannot hold
	}
	return veche.View{
		Frame: veche.Main,
		Head:  mosaic.Place("site/page-head", Public{at.Path, veche.Origin(r)}),
		Main:  mosaic.Place("site/page", at),
		Aside: []mosaic.Fragment{mosaic.Place("site/siblings", at)},
	}
}

// showPage makes the page at the address, or says where it went.
func showPage(ctx context.Context, at At) (any, error) {
	p, ok, err := visible(ctx, "path = ?", at.Path, "title", "summary", "language", "html")
	if err != nil {
		return nil, err
	}
	// A database that takes capitals for small letters finds more than was asked.
	if ok && p.Path == at.Path {
		return p, nil
	}
	for _, path := range []string{at.Path, strings.TrimRight(at.Path, "/"), readable(at.Path)} {
		to, err := whither(ctx, path)
		if err != nil {
			return nil, err
		}
		if to != "" && to != at.Path {
			return nil, &mosaic.Moved{To: to}
		}
	}
	return nil, errNowhere
}

var errNowhere = fault.New(fault.NotFound, "")

// visible returns the page that meets the condition, with its ID, path, status
// and the columns, if there is one that the viewer may see.
func visible(ctx context.Context, where string, arg any, columns ...string) (Page, bool, error) {
	columns = append([]string{"id", "path", "status"}, columns...)
	found, err := data.All[Page](data.Read(ctx).Select(columns).Where(where, arg).Limit(1))
	if err != nil || len(found) == 0 {
		return Page{}, false, err
	}
	// Who looks matters for drafts only; published pages are the same for all.
	if found[0].Draft() && !administrator(ctx) {
		return Page{}, false, nil
	}
	return found[0], true, nil
}

// whither returns the address of the page that lives at the path, or did last;
// "" if there is none to see.
func whither(ctx context.Context, path string) (string, error) {
	p, ok, err := visible(ctx, "path = ?", path)
	if err != nil || ok {
		return p.Path, err
	}
	redirects, err := data.All[Redirect](data.Read(ctx).Select("path", "page_id", "target").Where("path = ?", path).Limit(1))
	if err != nil || len(redirects) == 0 {
		return "", err
	}
	if redirects[0].PageID == 0 {
		return redirects[0].Target, nil
	}
	p, _, err = visible(ctx, "id = ?", redirects[0].PageID)
	return p.Path, err
}

// readable returns the address with every part as a slug: "/о-нас" is "/o-nas".
func readable(path string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(path, "/") {
		if slug := prose.Slug(part); slug != "" {
			b.WriteByte('/')
			b.WriteString(slug)
		}
	}
	return b.String()
}

func administrator(ctx context.Context) bool {
	return account.RoleOf(ctx).Includes(account.RoleAdministrator)
}

// showEditLink makes the link by which administrators edit the page, and
// nothing for others.
func showEditLink(ctx context.Context, of Of) (any, error) {
	if !administrator(ctx) {
		return nil, nil
	}
	p, ok, err := visible(ctx, "id = ?", of.ID)
	if err != nil || !ok {
		return nil, err
	}
	return p, nil
}
