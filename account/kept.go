package account

import (
	"context"
	"time"

	"veche/data"
	"veche/track"
)

// Memory is where the site keeps what it need not find out again: a map whose
// bytes are bounded. A value that it lets go of has its method Removed called.
type Memory interface {
	// Get returns the value kept at the key.
	Get(key string) (any, bool)
	// Set keeps a value of so many bytes that took so long to make, or returns
	// false if it is not worth its bytes.
	Set(key string, value any, bytes int64, cost time.Duration) bool
	// Delete lets go of the value at the key.
	Delete(key string)
}

// keptVisit is whose token it is, as long as neither the session nor the member
// changes. Guests' tokens are not kept: anybody can invent as many as they like.
type keptVisit struct {
	Visit
	keeper  *Keeper
	tracker *track.Tracker
	key     string
	entry   *track.Entry // nil until it is kept
}

// visitBytes is about what a kept visit costs with its reads in the tracker.
const visitBytes = 1200

// Dropped lets go of the visit: a row that it was made of has changed.
func (v *keptVisit) Dropped(*track.Entry, *track.Change) { v.keeper.Memory.Delete(v.key) }

// Removed tells the tracker that the memory let go of the visit.
func (v *keptVisit) Removed() { v.tracker.Forget(v.entry) }

// visit returns whose token it is, kept or found out now.
func (k *Keeper) visit(ctx context.Context, token string) (Visit, error) {
	hash := hashOf(token)
	if k.Memory == nil {
		visit, _, err := k.findVisit(ctx, hash)
		return visit, err
	}
	key := "visit\x00" + hash
	if value, ok := k.Memory.Get(key); ok {
		if kept, ok := value.(*keptVisit); ok && kept.entry.Live(k.Now()) {
			return kept.Visit, nil
		}
	}
	tracker := data.From(ctx).Tracker()
	began := k.Now()
	recorded, rec := tracker.Record(ctx)
	defer rec.End()
	visit, expires, err := k.findVisit(recorded, hash)
	if err != nil || visit.member == 0 {
		return visit, err
	}
	track.Until(recorded, expires)
	k.keepVisit(&keptVisit{Visit: visit, keeper: k, tracker: tracker, key: key}, rec, k.Now().Sub(began))
	return visit, nil
}

// keepVisit keeps the visit, unless a change overtook it.
func (k *Keeper) keepVisit(v *keptVisit, rec *track.Recording, cost time.Duration) {
	entry, err := rec.Admit(v)
	if err != nil {
		return // it is right for the request that asked, and found out again by the next
	}
	kept := *v
	kept.entry = entry
	if !k.Memory.Set(v.key, &kept, int64(visitBytes+len(v.key)), cost) {
		v.tracker.Forget(entry)
		return
	}
	if !entry.Live(k.Now()) { // dropped between its admission and now
		k.Memory.Delete(v.key)
	}
}

// findVisit reads whose token it is, and when the session ends. It reads only
// columns that change when the answer does.
func (k *Keeper) findVisit(ctx context.Context, hash string) (Visit, time.Time, error) {
	var sessions []Session
	err := data.Read(ctx).Select("id", "member_id", "expires_at").Where("hash = ?", hash).Find(&sessions).Error
	if err != nil || len(sessions) == 0 || !k.Now().Before(sessions[0].ExpiresAt) {
		return Visit{}, time.Time{}, err
	}
	var members []Member
	err = data.Read(ctx).Select("id", "role", "disabled").Where("id = ?", sessions[0].MemberID).Find(&members).Error
	if err != nil || len(members) == 0 || members[0].Disabled {
		return Visit{}, time.Time{}, err
	}
	return Visit{member: members[0].ID, session: sessions[0].ID, role: members[0].Role}, sessions[0].ExpiresAt, nil
}
