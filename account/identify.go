package account

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"veche/data"
)

// The facets of a request that this package knows. A computation that looks at
// one by the functions below is kept for requests with the same value.
const (
	viewerFacet  = "viewer"  // the member's ID, "" for a guest
	roleFacet    = "role"    // the role
	sessionFacet = "session" // the session's ID, "" for a guest
)

// A Visit is who asks. The zero Visit is a guest's.
type Visit struct {
	member, session int64
	role            Role
}

// Facet returns the value of a facet of the request; "" for one that this
// package does not know.
func (v Visit) Facet(name string) string {
	switch name {
	case viewerFacet:
		return number(v.member)
	case sessionFacet:
		return number(v.session)
	case roleFacet:
		if v.member == 0 {
			return string(RoleGuest)
		}
		return string(v.role)
	}
	return ""
}

// number writes an ID, none as "".
func number(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// Identify returns who asks, and a context in which rows are created by them. An
// error means that it could not be found out; the visit is then a guest's.
func (k *Keeper) Identify(ctx context.Context, r *http.Request) (context.Context, Visit, error) {
	token := k.cookie.Value(r)
	if !wellFormed(token) {
		return ctx, Visit{}, nil
	}
	visit, err := k.visit(ctx, token)
	if err != nil {
		return ctx, Visit{}, fmt.Errorf("finding out who asks: %w", err)
	}
	if visit.member == 0 {
		return ctx, visit, nil
	}
	k.seen.note(visit.session, k.Now())
	return data.WithAuthor(ctx, visit.member), visit, nil
}
