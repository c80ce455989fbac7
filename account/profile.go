package account

import (
	"context"
	"net/http"

	"veche/data"
	"veche/fault"
	"veche/locale"
)

// A Profile is what a member may change about themselves at any time.
type Profile struct {
	Name   string
	Email  string
	Locale locale.Tag
}

// SetProfile changes the viewer's profile. Wrong values are an Invalid fault
// with words for the fields "name", "email" and "locale".
func SetProfile(ctx context.Context, p Profile) error {
	viewer := ViewerID(ctx)
	if viewer == 0 {
		return fault.New(fault.Unauthorized, "")
	}
	_, err := data.Write(ctx, func(tx *data.Tx) error {
		m, err := data.ByID[Member](tx, viewer)
		if err != nil {
			return err
		}
		m.Name, m.Email, m.Locale = tidyName(p.Name), p.Email, p.Locale
		wrong, err := problemsOf(tx, &m, "name", "email", "locale")
		if err != nil {
			return err
		}
		if err := wrong.fault(); err != nil {
			return err
		}
		return data.Update(tx, &m, "name", "email", "locale")
	})
	return err
}

// SetPassword changes the viewer's password and ends all their sessions but this
// one, which gets a new token. A wrong password or a bad new one is an Invalid
// fault with words for the fields "current" and "password".
func SetPassword(w http.ResponseWriter, r *http.Request, current, next string) error {
	ctx := r.Context()
	k := from(ctx)
	viewer, ok := Viewer(ctx)
	if !ok {
		return fault.New(fault.Unauthorized, "")
	}
	attempt := k.newAttempt(r, viewer.Login)
	if err := attempt.take(); err != nil {
		return err
	}
	p := problems{}
	p.addPassword("password", next, viewer.Login, viewer.Name, viewer.Email)
	m, result, err := k.verify(ctx, loginKey(viewer.Login), current)
	if err != nil {
		return err
	}
	if result.Match && m.ID == viewer.ID {
		attempt.giveBack()
	} else {
		p.add("current", "account.password.wrong")
	}
	if err := p.fault(); err != nil {
		return err
	}
	hash, err := k.hasher.Hash(ctx, next)
	if err != nil {
		return err
	}
	return k.replacePassword(w, r, m, hash)
}

func (k *Keeper) replacePassword(w http.ResponseWriter, r *http.Request, m Member, hash string) error {
	ctx := r.Context()
	e, err := k.newEntrance(r, true)
	if err != nil {
		return err
	}
	_, err = data.Write(ctx, func(tx *data.Tx) error {
		now, err := data.ByID[Session](tx, SessionID(ctx))
		if err != nil {
			return err
		}
		e.session.Kept, e.session.ExpiresAt = now.Kept, now.ExpiresAt
		changed := tx.DB().Model(&Member{}).Where("id = ? AND password = ?", m.ID, m.Password).UpdateColumn("password", hash)
		switch {
		case changed.Error != nil:
			return changed.Error
		case changed.RowsAffected == 0:
			return fault.New(fault.Conflict, "")
		}
		if err := tx.DB().Where("member_id = ?", m.ID).Delete(&Session{}).Error; err != nil {
			return err
		}
		return e.open(tx, k, r, m.ID)
	})
	if err != nil {
		return err
	}
	e.give(w, r, k)
	k.Log.Info("a member changed the password", "member", m.ID)
	return nil
}
