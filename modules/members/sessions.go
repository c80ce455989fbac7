package members

import (
	"context"
	"net/http"
	"strconv"

	"veche"
	"veche/account"
	"veche/fault"
	"veche/mosaic"
	"veche/web"
)

// sessions is the page of a member's sessions.
type sessions struct {
	Done     string
	Sessions []session
	Others   bool // whether there is another one than this
}

type session struct {
	account.Session
	Device device
	This   bool
}

func viewSessions(r *http.Request) veche.View {
	return wide("members.sessions", mosaic.Place("members/sessions", said{done(r, "one", "others")}), 0)
}

func makeSessions(ctx context.Context, p said) (any, error) {
	all, err := account.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	page := sessions{Done: p.Done}
	for _, s := range all {
		one := session{Session: s, Device: deviceOf(s.Agent), This: s.ID == account.SessionID(ctx)}
		page.Sessions = append(page.Sessions, one)
		page.Others = page.Others || !one.This
	}
	return page, nil
}

func revokeSession(w http.ResponseWriter, r *http.Request) error {
	id, err := idIn(r)
	if err != nil {
		return err
	}
	if err := account.Revoke(r.Context(), id); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/me/sessions?done=one")
}

func revokeOthers(w http.ResponseWriter, r *http.Request) error {
	if err := account.RevokeOthers(r.Context()); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/me/sessions?done=others")
}

// idIn returns the ID in the request's address.
func idIn(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "")
	}
	return id, nil
}
