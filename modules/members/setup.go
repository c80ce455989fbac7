package members

import (
	"net/http"

	"veche"
	"veche/account"
	"veche/fault"
	"veche/web"
)

func setupForm(token string) *form {
	f := newForm(loginField("members.hint.login"), newPasswordField())
	f.Token = token
	return f
}

// showSetup shows the form to whoever has a good token, and to nobody else.
func showSetup(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	open, err := account.SetupOpen(r.Context(), token)
	if err != nil {
		return err
	}
	if !open {
		return fault.New(fault.Forbidden, "account.setup.closed")
	}
	return veche.Show(w, r, sheet("members/setup", "members.setup", setupForm(token), 0))
}

func setup(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	token := values.Get("token")
	_, err = account.Setup(w, r, token, draft(r, values))
	switch {
	case err == nil:
		return web.SeeOther(w, r, "/")
	case fault.Is(err, fault.Forbidden):
		return err
	}
	f := setupForm(token)
	f.typed(values)
	status, err := f.refuse(w, r, err)
	if err != nil {
		return err
	}
	return veche.Show(w, r, sheet("members/setup", "members.setup", f, status))
}
