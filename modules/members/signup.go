package members

import (
	"net/http"
	"net/url"

	"veche"
	"veche/account"
	"veche/web"
)

func signUpForm() *form {
	return newForm(loginField("members.hint.login"), emailField(), newPasswordField())
}

func viewSignUp(*http.Request) veche.View {
	return sheet("members/sign-up", "members.sign_up", signUpForm(), 0)
}

// draft returns what the visitor says of themselves. Their language is the one
// in which they do.
func draft(r *http.Request, values url.Values) account.Draft {
	return account.Draft{
		Login: values.Get("login"), Email: values.Get("email"), Password: values.Get("password"),
		Locale: veche.Locale(r.Context()),
	}
}

func signUp(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	if _, err = account.SignUp(w, r, draft(r, values)); err == nil {
		return web.SeeOther(w, r, "/")
	}
	f := signUpForm()
	f.typed(values)
	status, err := f.refuse(w, r, err)
	if err != nil {
		return err
	}
	return veche.Show(w, r, sheet("members/sign-up", "members.sign_up", f, status))
}
