package members

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"veche"
	"veche/account"
	"veche/mosaic"
	"veche/web"
)

// part is the parameter of the list: the members made before the one with the ID.
type part struct {
	Before int64
	Done   string
}

// list is a part of the list of members.
type list struct {
	Done    string
	Before  int64
	Members []member
	Next    int64 // the ID before which the next part begins, 0 for none
}

type member struct {
	account.Member
	This bool // whether it is the viewer
}

// listCount is how many members are in a part of the list.
const listCount = 50

func viewList(r *http.Request) veche.View {
	p := part{Done: done(r, "role", "disabled", "enabled")}
	if before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64); err == nil && before > 0 {
		p.Before = before
	}
	return wide("members.list", mosaic.Place("members/list", p), 0)
}

func makeList(ctx context.Context, p part) (any, error) {
	all, err := account.Members(ctx, p.Before, listCount+1)
	if err != nil {
		return nil, err
	}
	l := list{Done: p.Done, Before: p.Before}
	viewer := account.ViewerID(ctx)
	for _, m := range all[:min(len(all), listCount)] {
		l.Members = append(l.Members, member{m, m.ID == viewer})
	}
	if len(all) > listCount {
		l.Next = all[listCount-1].ID
	}
	return l, nil
}

func changeRole(w http.ResponseWriter, r *http.Request) error {
	id, err := idIn(r)
	if err != nil {
		return err
	}
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := account.SetRole(r.Context(), id, account.Role(values.Get("role"))); err != nil {
		return err
	}
	return web.SeeOther(w, r, backTo(values, "role"))
}

func changeDisabled(w http.ResponseWriter, r *http.Request) error {
	id, err := idIn(r)
	if err != nil {
		return err
	}
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	disabled := values.Get("disabled") != ""
	if err := account.SetDisabled(r.Context(), id, disabled); err != nil {
		return err
	}
	if disabled {
		return web.SeeOther(w, r, backTo(values, "disabled"))
	}
	return web.SeeOther(w, r, backTo(values, "enabled"))
}

// backTo returns the address of the part of the list from which a form was sent.
func backTo(values url.Values, done string) string {
	query := url.Values{"done": {done}}
	if before, err := strconv.ParseInt(values.Get("before"), 10, 64); err == nil && before > 0 {
		query.Set("before", strconv.FormatInt(before, 10))
	}
	return "/members?" + query.Encode()
}
