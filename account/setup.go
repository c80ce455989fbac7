package account

import (
	"context"
	"net/http"
	"time"

	"veche/data"
	"veche/entity"
	"veche/fault"
)

// A SetupToken lets whoever has it become the first administrator. It is in the
// database, so that every node knows it, and it is its hash that is.
type SetupToken struct {
	entity.Base
	Hash      string    `entity:"secret,required,unique,max=64"`
	ExpiresAt time.Time `entity:"readonly,index"`
}

// setupTokensMax bounds the tokens that are good at one time: every start of a
// node without an administrator makes one.
const setupTokensMax = 16

// SetupToken returns a new token for [Setup] if the site has no administrator
// yet, and false if it has. Tokens made before stay good until they expire, so
// that several nodes may start at once.
func (k *Keeper) SetupToken(ctx context.Context) (token string, needed bool, err error) {
	token, hash, err := k.token()
	if err != nil {
		return "", false, err
	}
	_, err = data.Write(ctx, func(tx *data.Tx) error {
		n, err := administrators(tx)
		if needed = n == 0; err != nil || !needed {
			return err
		}
		var old []int64
		err = tx.DB().Model(&SetupToken{}).Order("id desc").Offset(setupTokensMax-1).Limit(setupTokensMax).Pluck("id", &old).Error
		if err != nil {
			return err
		}
		if len(old) > 0 {
			if err := tx.DB().Where("id IN ?", old).Delete(&SetupToken{}).Error; err != nil {
				return err
			}
		}
		return data.Create(tx, &SetupToken{Hash: hash, ExpiresAt: k.Now().Add(k.SetupLife)})
	})
	if err != nil || !needed {
		return "", false, err
	}
	return token, true, nil
}

// SetupOpen reports whether the token is good: whether [Setup] would take it.
func SetupOpen(ctx context.Context, token string) (bool, error) {
	if !wellFormed(token) {
		return false, nil
	}
	var found []SetupToken
	err := data.Read(ctx).Select("expires_at").Where("hash = ?", hashOf(token)).Find(&found).Error
	return err == nil && len(found) > 0 && from(ctx).Now().Before(found[0].ExpiresAt), err
}

// Setup makes the visitor who has the token the first administrator, signs them
// in, and ends the setup: no token is good any more. A token that is not good is
// a Forbidden fault, wrong values are a fault as in [Keeper.Create].
func Setup(w http.ResponseWriter, r *http.Request, token string, d Draft) (Member, error) {
	ctx := r.Context()
	open, err := SetupOpen(ctx, token)
	if err != nil {
		return Member{}, err
	}
	if !open {
		return Member{}, errSetupClosed()
	}
	d.Role, d.NoPassword = RoleAdministrator, false
	return from(ctx).enter(w, r, d, func(tx *data.Tx) error { return consume(tx, token) })
}

func errSetupClosed() error { return fault.New(fault.Forbidden, "account.setup.closed") }

// consume ends the setup if the token is still there. Who deletes its row has
// the turn; all others wait for the commit and find nothing.
func consume(tx *data.Tx, token string) error {
	done := tx.DB().Where("hash = ?", hashOf(token)).Delete(&SetupToken{})
	if done.Error != nil {
		return done.Error
	}
	if done.RowsAffected == 0 {
		return errSetupClosed()
	}
	if err := endSetup(tx); err != nil {
		return err
	}
	n, err := administrators(tx)
	if err == nil && n > 0 {
		return errSetupClosed()
	}
	return err
}

// endSetup makes all tokens useless.
func endSetup(tx *data.Tx) error { return tx.DB().Where("id > ?", 0).Delete(&SetupToken{}).Error }

// administrators counts those who can sign in.
func administrators(tx *data.Tx) (int64, error) {
	var n int64
	err := tx.DB().Model(&Member{}).Where("role = ? AND disabled = ?", string(RoleAdministrator), false).Count(&n).Error
	return n, err
}
