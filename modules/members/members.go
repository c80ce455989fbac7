// Package members is where visitors become members: signing up and in, the
// setup of a site's first administrator, a member's profile and sessions, and the
// administrator's list of members.
//
// # Usage
//
//	veche.Options{Modules: []veche.Module{members.Module(), ...}}
//
// The component "members/box" is for the header of the site: who is signed in,
// and the ways to the pages of this module.
//
// # Limits
//
// A part of the list of members holds 50. There is no letter to a member who
// forgot the password: an administrator gives a new one on the command line.
package members

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"veche"
	"veche/account"
	"veche/mosaic"
)

// Options say what the module offers. The zero value works.
type Options struct {
	// SignUpClosed says that visitors cannot make accounts: an administrator does,
	// on the command line.
	SignUpClosed bool
}

// Module returns the module with its default options.
func Module() veche.Module { return New(Options{}) }

//go:embed templates words
var files embed.FS

// New returns the module with the options.
func New(o Options) veche.Module {
	m := veche.Module{
		Name: "members",
		Components: []mosaic.Component{
			mosaic.New("members/box", makeBox),
			mosaic.New("members/me", makeMe),
			mosaic.New("members/sessions", makeSessions),
			mosaic.New("members/list", makeList),
		},
		Pages: []veche.Page{
			{Pattern: "/sign-in", View: o.viewSignIn},
			{Pattern: "/me", View: viewMe},
			{Pattern: "/me/sessions", View: viewSessions},
			{Pattern: "/members", View: viewList},
		},
		Routes: []veche.Route{
			{Pattern: "POST /sign-in", Do: o.signIn},
			{Pattern: "POST /sign-out", Do: signOut},
			{Pattern: "GET /setup", Do: showSetup},
			{Pattern: "POST /setup", Do: setup},
			{Pattern: "POST /me", Do: changeProfile},
			{Pattern: "POST /me/password", Do: changePassword},
			{Pattern: "POST /me/sessions/{id}/revoke", Do: revokeSession},
			{Pattern: "POST /me/sessions/revoke-others", Do: revokeOthers},
			{Pattern: "POST /members/{id}/role", Do: changeRole},
			{Pattern: "POST /members/{id}/disabled", Do: changeDisabled},
		},
		Templates: folder("templates"),
		Words:     folder("words"),
	}
	if !o.SignUpClosed {
		m.Pages = append(m.Pages, veche.Page{Pattern: "/sign-up", View: viewSignUp})
		m.Routes = append(m.Routes, veche.Route{Pattern: "POST /sign-up", Do: signUp})
	}
	return m
}

// folder returns a folder of the embedded files.
func folder(name string) fs.FS {
	part, err := fs.Sub(files, name)
	if err != nil {
		panic("members: " + err.Error()) // the names are constants
	}
	return part
}

// title returns the head of a page with the title of the key.
func title(key string) mosaic.Fragment { return mosaic.Named("site/head", "Key", key) }

// box is what stands in the header.
type box struct {
	Name          string // "" for a guest
	Initial       string
	Administrator bool
}

// makeBox looks at the role first, so that all guests share one box.
func makeBox(ctx context.Context, _ mosaic.None) (any, error) {
	role := account.RoleOf(ctx)
	if role == account.RoleGuest {
		return box{}, nil
	}
	viewer, ok := account.Viewer(ctx)
	if !ok {
		return box{}, nil
	}
	return box{Name: viewer.Name, Initial: initial(viewer.Name), Administrator: role.Includes(account.RoleAdministrator)}, nil
}

// initial returns the first character of a name.
func initial(name string) string {
	for _, r := range name {
		return string(r)
	}
	return ""
}

// done returns what the page says was done, as its address has it after a
// change; other words in the address are nothing.
func done(r *http.Request, known ...string) string {
	said := r.URL.Query().Get("done")
	for _, word := range known {
		if said == word {
			return said
		}
	}
	return ""
}
