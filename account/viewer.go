package account

import (
	"context"
	"strconv"

	"veche/data"
	"veche/fault"
	"veche/track"
)

// Viewer returns the member who looks; false for a guest. What is made of it is
// for this viewer alone, and is dropped when the member changes.
func Viewer(ctx context.Context) (Member, bool) {
	id := ViewerID(ctx)
	if id == 0 {
		return Member{}, false
	}
	member, ok, err := memberByID(ctx, id)
	if err != nil {
		from(ctx).Log.Error("the viewer's row could not be read", "err", err)
		track.Volatile(ctx, "the viewer's row could not be read")
	}
	return member, ok && !member.Disabled
}

// ViewerID returns the ID of the member who looks, 0 for a guest. What is made
// of it is for this viewer alone.
func ViewerID(ctx context.Context) int64 { return idOf(track.Facet(ctx, viewerFacet)) }

// SessionID returns the ID of the session in use, 0 for a guest. What is made of
// it is for this session alone.
func SessionID(ctx context.Context) int64 { return idOf(track.Facet(ctx, sessionFacet)) }

// RoleOf returns the role of who looks. What is made of it is shared by all who
// have that role.
func RoleOf(ctx context.Context) Role {
	if role := Role(track.Facet(ctx, roleFacet)); role.rank() > 0 {
		return role
	}
	return RoleGuest
}

// Require returns nil if who looks has the role or a greater one; else a fault
// of kind Unauthorized for a guest, who may sign in, and Forbidden for others.
// In a component, what is made after it is shared by all who have that role.
func Require(ctx context.Context, role Role) error {
	switch have := RoleOf(ctx); {
	case have.Includes(role):
		return nil
	case have == RoleGuest:
		return fault.New(fault.Unauthorized, "")
	}
	return fault.New(fault.Forbidden, "")
}

// Names returns the names of the members with the IDs, by ID: what stands beside
// what they wrote. Members who are no more are left out.
func Names(ctx context.Context, ids ...int64) (map[int64]string, error) {
	names := make(map[int64]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	var members []Member
	if err := data.Read(ctx).Select("id", "name").Where("id IN ?", ids).Find(&members).Error; err != nil {
		return nil, err
	}
	for i := range members {
		names[members[i].ID] = members[i].Name
	}
	return names, nil
}

// idOf reads a facet that number wrote.
func idOf(facet string) int64 {
	id, err := strconv.ParseInt(facet, 10, 64)
	if err != nil {
		return 0
	}
	return id
}
