package members

import (
	"net/http"

	"veche"
	"veche/account"
	"veche/web"
)

func (o Options) signInForm(to string) *form {
	f := newForm(loginField(""), currentField("password"))
	f.To, f.SignUp = to, !o.SignUpClosed
	return f
}

func (o Options) viewSignIn(r *http.Request) veche.View {
	f := o.signInForm(web.Local(r.URL.Query().Get("to")))
	f.Keep = true
	return sheet("members/sign-in", "members.sign_in", f, 0)
}

func (o Options) signIn(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	c := account.Credentials{Login: values.Get("login"), Password: values.Get("password"), Keep: values.Get("keep") != ""}
	member, err := account.SignIn(w, r, c)
	if err == nil {
		speak(w, r, member)
		return web.SeeOther(w, r, values.Get("to"))
	}
	f := o.signInForm(web.Local(values.Get("to")))
	f.Keep = c.Keep
	f.typed(values)
	status, err := f.refuse(w, r, err)
	if err != nil {
		return err
	}
	return veche.Show(w, r, sheet("members/sign-in", "members.sign_in", f, status))
}

// speak has the site use the language that the member chose once.
func speak(w http.ResponseWriter, r *http.Request, m account.Member) {
	if m.Locale != "" {
		veche.SetLocale(w, r, m.Locale)
	}
}

func signOut(w http.ResponseWriter, r *http.Request) error {
	if err := account.SignOut(w, r); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/")
}
