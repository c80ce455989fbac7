package account

import (
	"context"
	"net/http"

	"veche/account/password"
	"veche/data"
	"veche/fault"
)

// Credentials are what a visitor signs in with.
type Credentials struct {
	Login    string
	Password string
	// Keep has the browser remember the session when it is closed.
	Keep bool
}

// SignIn begins a session for the visitor, in place of one that there may be,
// and returns who they are.
// What does not fit is an Invalid fault that does not say whether the name or
// the password is wrong; too many attempts are a TooMany fault; a member who is
// disabled and has the right password is told so, by a Forbidden fault.
func SignIn(w http.ResponseWriter, r *http.Request, c Credentials) (Member, error) {
	ctx := r.Context()
	k := from(ctx)
	attempt := k.newAttempt(r, c.Login)
	if err := attempt.take(); err != nil {
		return Member{}, err
	}
	m, result, err := k.verify(ctx, loginKey(c.Login), c.Password)
	switch {
	case err != nil:
		return Member{}, err
	case !result.Match:
		k.counts.failed.Add(1)
		k.Log.Info("somebody could not sign in", "address", attempt.address)
		return Member{}, fault.New(fault.Invalid, "account.wrong")
	case m.Disabled:
		return Member{}, fault.New(fault.Forbidden, "account.disabled")
	}
	attempt.giveBack()
	if err := k.begin(w, r, m, c, result.Stale); err != nil {
		return Member{}, err
	}
	k.counts.signedIn.Add(1)
	k.Log.Info("a member signed in", "member", m.ID, "address", attempt.address)
	m.Password = ""
	return m, nil
}

// begin begins the session of a member whose password was verified. A stale hash
// is made anew, as long as it is still the one that was verified.
func (k *Keeper) begin(w http.ResponseWriter, r *http.Request, m Member, c Credentials, stale bool) error {
	e, err := k.newEntrance(r, c.Keep)
	if err != nil {
		return err
	}
	fresh := ""
	if stale {
		if fresh, err = k.hasher.Hash(r.Context(), c.Password); err != nil {
			return err
		}
	}
	_, err = data.Write(r.Context(), func(tx *data.Tx) error {
		if fresh != "" {
			err := tx.DB().Model(&Member{}).Where("id = ? AND password = ?", m.ID, m.Password).UpdateColumn("password", fresh).Error
			if err != nil {
				return err
			}
		}
		return e.open(tx, k, r, m.ID)
	})
	if err == nil {
		e.give(w, r, k)
	}
	return err
}

// verify holds a password against that of the member with the login, doing the
// same work if there is none.
func (k *Keeper) verify(ctx context.Context, key, given string) (Member, password.Result, error) {
	var found []Member
	err := data.Read(ctx).Select(append(shownColumns(), "password")).Where("login_key = ?", key).Find(&found).Error
	if err != nil {
		return Member{}, password.Result{}, err
	}
	var m Member
	if len(found) > 0 {
		m = found[0]
	}
	result, err := k.hasher.Verify(ctx, m.Password, given)
	return m, result, err
}

// SignOut ends the visitor's session, if there is one.
func SignOut(w http.ResponseWriter, r *http.Request) error {
	k := from(r.Context())
	if token := k.cookie.Value(r); wellFormed(token) {
		_, err := data.Write(r.Context(), func(tx *data.Tx) error {
			return tx.DB().Where("hash = ?", hashOf(token)).Delete(&Session{}).Error
		})
		if err != nil {
			return err
		}
	}
	k.cookie.Clear(w, r)
	return nil
}

// attempt is one try to sign in, as the limits see it.
type attempt struct {
	keeper        *Keeper
	address, name string
}

func (k *Keeper) newAttempt(r *http.Request, login string) attempt {
	return attempt{k, neighbourhood(k.Address(r)), loginKey(login)}
}

func (a attempt) take() error {
	l, now := &a.keeper.limits, a.keeper.Now()
	if err := l.byAddress.take(now, a.address); err != nil {
		return err
	}
	if err := l.byBoth.take(now, a.address+" "+a.name); err != nil {
		return err
	}
	return l.byName.take(now, a.name)
}

// giveBack takes back what a good attempt counted.
func (a attempt) giveBack() {
	l := &a.keeper.limits
	l.byAddress.giveBack(a.address)
	l.byBoth.giveBack(a.address + " " + a.name)
	l.byName.giveBack(a.name)
}
