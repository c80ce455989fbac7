package account

import (
	"net/http"

	"veche/data"
)

// SignUp makes a member of the visitor and begins a session. It returns the
// member. The draft's role
// does not count: visitors become members. Wrong values are a fault as in
// [Keeper.Create]; too many new members from one address are a TooMany fault.
func SignUp(w http.ResponseWriter, r *http.Request, d Draft) (Member, error) {
	k := from(r.Context())
	if err := k.limits.signUps.take(k.Now(), neighbourhood(k.Address(r))); err != nil {
		return Member{}, err
	}
	d.Role, d.NoPassword = RoleMember, false
	return k.enter(w, r, d, nil)
}

// enter makes a member and begins their session in one transaction, which
// begins with first, if that is not nil.
func (k *Keeper) enter(w http.ResponseWriter, r *http.Request, d Draft, first func(tx *data.Tx) error) (Member, error) {
	m, err := k.member(r.Context(), d)
	if err != nil {
		return Member{}, err
	}
	e, err := k.newEntrance(r, true)
	if err != nil {
		return Member{}, err
	}
	_, err = data.Write(r.Context(), func(tx *data.Tx) error {
		if first != nil {
			if err := first(tx); err != nil {
				return err
			}
		}
		if err := create(tx, &m); err != nil {
			return err
		}
		return e.open(tx, k, r, m.ID)
	})
	if err != nil {
		return Member{}, err
	}
	k.Log.Info("a member was made", "member", m.ID, "role", string(m.Role), "address", e.session.Address)
	e.give(w, r, k)
	m.Password = ""
	return m, nil
}
