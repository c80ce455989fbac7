package account

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"veche/data"
	"veche/entity"
	"veche/fault"
)

// A Session is one browser in which a member is signed in.
type Session struct {
	entity.Base
	MemberID int64 `entity:"ref=member,required,index,readonly"`
	// Hash is the SHA-256 of the token that the browser has.
	Hash string `entity:"secret,required,unique,max=64"`
	// SeenAt is when the session was last used, to a few minutes.
	SeenAt    time.Time `entity:"readonly"`
	ExpiresAt time.Time `entity:"readonly,index"`
	// Kept says that the browser keeps the session when it is closed.
	Kept bool `entity:"readonly"`
	// Agent is the browser's name for itself.
	Agent string `entity:"max=255,readonly"`
	// Address is where the member signed in from.
	Address string `entity:"max=64,readonly"`
}

// tokenBytes is how much chance is in a token, and tokenLength how long it is
// when written.
const (
	tokenBytes  = 32
	tokenLength = 43
)

// token returns a new token and its hash.
func (k *Keeper) token() (token, hash string, err error) {
	secret := make([]byte, tokenBytes)
	if _, err := io.ReadFull(k.Random, secret); err != nil {
		return "", "", fmt.Errorf("making a token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(secret)
	return token, hashOf(token), nil
}

// hashOf returns what the database knows a token by.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// wellFormed reports whether a text can be a token; others need no query.
func wellFormed(token string) bool { return len(token) == tokenLength }

// sessionsMax bounds the sessions of a member: the oldest go.
const sessionsMax = 50

// entrance is what is needed to begin a session, whoever begins it.
type entrance struct {
	token   string
	session Session
}

// newEntrance returns a session that is not yet written, for the browser of the
// request.
func (k *Keeper) newEntrance(r *http.Request, kept bool) (entrance, error) {
	token, hash, err := k.token()
	if err != nil {
		return entrance{}, err
	}
	life, now := k.SessionLife, k.Now()
	if !kept {
		life = min(life, visitLife)
	}
	return entrance{token, Session{
		Hash: hash, SeenAt: now, ExpiresAt: now.Add(life), Kept: kept,
		Agent: clip(r.UserAgent(), 255), Address: clip(k.Address(r), 64),
	}}, nil
}

// open writes the session for the member, in place of the one that the browser
// had before.
func (e *entrance) open(tx *data.Tx, k *Keeper, r *http.Request, member int64) error {
	if former := k.cookie.Value(r); wellFormed(former) {
		if err := tx.DB().Where("hash = ?", hashOf(former)).Delete(&Session{}).Error; err != nil {
			return err
		}
	}
	e.session.MemberID = member
	if err := data.Create(tx, &e.session); err != nil {
		return err
	}
	var surplus []int64
	err := tx.DB().Model(&Session{}).Where("member_id = ?", member).
		Order("id desc").Offset(sessionsMax).Limit(sessionsMax).Pluck("id", &surplus).Error
	if err != nil || len(surplus) == 0 {
		return err
	}
	return tx.DB().Where("id IN ?", surplus).Delete(&Session{}).Error
}

// give gives the browser the token.
func (e *entrance) give(w http.ResponseWriter, r *http.Request, k *Keeper) {
	var life time.Duration
	if e.session.Kept {
		life = e.session.ExpiresAt.Sub(k.Now())
	}
	k.cookie.Set(w, r, e.token, life)
}

// Sessions returns the viewer's sessions, the last used first, at most 50. What
// is made of them is kept until one of them changes or expires.
func Sessions(ctx context.Context) ([]Session, error) {
	viewer := ViewerID(ctx)
	if viewer == 0 {
		return nil, fault.New(fault.Unauthorized, "")
	}
	return data.All[Session](data.Read(ctx).
		Select("id", "member_id", "created_at", "seen_at", "expires_at", "kept", "agent", "address").
		Where("member_id = ?", viewer).Scopes(data.NotDue(ctx, "expires_at")).
		Order("seen_at desc, id desc").Limit(sessionsMax))
}

// Revoke ends one of the viewer's sessions.
func Revoke(ctx context.Context, id int64) error {
	viewer := ViewerID(ctx)
	if viewer == 0 {
		return fault.New(fault.Unauthorized, "")
	}
	_, err := data.Write(ctx, func(tx *data.Tx) error {
		done := tx.DB().Where("id = ? AND member_id = ?", id, viewer).Delete(&Session{})
		if done.Error == nil && done.RowsAffected == 0 {
			return fault.New(fault.NotFound, "account.session.none")
		}
		return done.Error
	})
	return err
}

// RevokeOthers ends all of the viewer's sessions but the one in use.
func RevokeOthers(ctx context.Context) error {
	viewer := ViewerID(ctx)
	if viewer == 0 {
		return fault.New(fault.Unauthorized, "")
	}
	_, err := data.Write(ctx, func(tx *data.Tx) error {
		return tx.DB().Where("member_id = ? AND id <> ?", viewer, SessionID(ctx)).Delete(&Session{}).Error
	})
	return err
}

// clip returns at most max characters of text that the database can hold.
func clip(text string, max int) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > max {
		text = string(runes[:max])
	}
	return strings.TrimSpace(text)
}

// peer returns the address of the other end of the request's connection.
func peer(r *http.Request) string {
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return at.Addr().Unmap().WithZone("").String()
	}
	return r.RemoteAddr
}

// neighbourhood returns what counts as one address: the /64 of an IPv6 address,
// which one person can have all of.
func neighbourhood(address string) string {
	if a, err := netip.ParseAddr(address); err == nil && a.Is6() {
		if prefix, err := a.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return address
}
