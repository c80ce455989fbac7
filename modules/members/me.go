package members

import (
	"context"
	"net/http"

	"veche"
	"veche/account"
	"veche/fault"
	"veche/locale"
	"veche/mosaic"
	"veche/web"
)

// said is the parameter of pages that say what was done last.
type said struct{ Done string }

// me is the page of a member's own profile.
type me struct {
	Done     string
	Login    string
	Locale   locale.Tag
	Profile  *form
	Password *form
}

func viewMe(r *http.Request) veche.View {
	return wide("members.me", mosaic.Place("members/me", said{done(r, "profile", "password")}), 0)
}

// wide returns the view of a page for members.
func wide(key string, main mosaic.Fragment, status int) veche.View {
	return veche.View{Frame: veche.Wide, Head: title(key), Main: main, Status: status}
}

func makeMe(ctx context.Context, p said) (any, error) {
	page, err := newMe(ctx)
	if err != nil {
		return nil, err
	}
	page.Done = p.Done
	return page, nil
}

func newMe(ctx context.Context) (*me, error) {
	viewer, ok := account.Viewer(ctx)
	if !ok {
		return nil, fault.New(fault.Unauthorized, "")
	}
	page := &me{
		Login: viewer.Login, Locale: viewer.Locale,
		Profile: newForm(nameField(), emailField()), Password: newForm(currentField("current"), newPasswordField()),
	}
	page.Profile.Fields["name"].Value = viewer.Name
	page.Profile.Fields["email"].Value = viewer.Email
	return page, nil
}

func changeProfile(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	p := account.Profile{Name: values.Get("name"), Email: values.Get("email"), Locale: locale.Tag(values.Get("locale"))}
	if err = account.SetProfile(r.Context(), p); err == nil {
		speak(w, r, account.Member{Locale: p.Locale})
		return web.SeeOther(w, r, "/me?done=profile")
	}
	page, other := newMe(r.Context())
	if other != nil {
		return other
	}
	page.Locale = p.Locale
	page.Profile.typed(values)
	status, err := page.Profile.refuse(w, r, err)
	if err != nil {
		return err
	}
	return veche.Show(w, r, wide("members.me", mosaic.Fresh("members/me", page), status))
}

func changePassword(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	if err = account.SetPassword(w, r, values.Get("current"), values.Get("password")); err == nil {
		return web.SeeOther(w, r, "/me?done=password")
	}
	page, other := newMe(r.Context())
	if other != nil {
		return other
	}
	status, err := page.Password.refuse(w, r, err)
	if err != nil {
		return err
	}
	return veche.Show(w, r, wide("members.me", mosaic.Fresh("members/me", page), status))
}
