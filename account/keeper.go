package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"veche/account/password"
	"veche/data"
	"veche/web"
)

// Options say how a site keeps its accounts. The zero value works.
type Options struct {
	// Secure says that visitors reach the site by https.
	Secure bool
	// SessionLife bounds how long a member stays signed in. Default 30 days; one
	// who does not ask to be remembered stays for 24 hours at most.
	SessionLife time.Duration
	// SetupLife is how long a setup token is good for. Default 24 hours.
	SetupLife time.Duration
	// SeenEvery is how exactly the last use of a session is known. Default 5 min.
	SeenEvery time.Duration
	// Hash says what a password's hash costs.
	Hash password.Options
	// Memory keeps whose sessions are in use, so that finding out who asks costs
	// no query until their rows change. Default: nothing is kept.
	Memory Memory
	// Address returns the address that a request comes from. Default: the other
	// end of the connection, which behind a proxy is the proxy.
	Address func(r *http.Request) string
	// Now tells the time. Default time.Now.
	Now func() time.Time
	// Random gives tokens. Default crypto/rand.Reader.
	Random io.Reader
	// Log is told who signed in, and who tried. Default: nobody.
	Log *slog.Logger
}

// visitLife bounds a session that the browser does not keep.
const visitLife = 24 * time.Hour

// A Keeper keeps the accounts of a site. Its methods may be called from many
// goroutines.
type Keeper struct {
	Options
	hasher *password.Hasher
	cookie web.Cookie
	seen   lastSeen
	limits limits
	counts struct{ signedIn, failed atomic.Uint64 }
}

// limits bound attempts to sign in and to sign up. Who knows a member's name can
// use up the attempts on that name from one address, and by far not those from
// all others.
type limits struct {
	byAddress, byName, byBoth, signUps *limiter
}

// New returns a keeper of accounts.
func New(o Options) (*Keeper, error) {
	orElse := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	orElse(&o.SessionLife, 30*24*time.Hour)
	orElse(&o.SetupLife, 24*time.Hour)
	orElse(&o.SeenEvery, 5*time.Minute)
	if o.Address == nil {
		o.Address = peer
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	hasher, err := password.New(o.Hash)
	if err != nil {
		return nil, err
	}
	return &Keeper{
		Options: o,
		hasher:  hasher,
		cookie:  web.Cookie{Name: "veche-session", Secure: o.Secure},
		seen:    lastSeen{every: o.SeenEvery, at: make(map[int64]time.Time)},
		limits: limits{
			byAddress: newLimiter(30, 6*time.Second),
			byName:    newLimiter(50, 30*time.Second),
			byBoth:    newLimiter(10, time.Minute),
			signUps:   newLimiter(20, time.Minute),
		},
	}, nil
}

type keeperKey struct{}

// With returns a context in which the functions of this package use the keeper.
func (k *Keeper) With(ctx context.Context) context.Context {
	return context.WithValue(ctx, keeperKey{}, k)
}

// from returns the keeper of the context. A context without one is a defect of
// whoever made it.
func from(ctx context.Context) *Keeper {
	k, _ := ctx.Value(keeperKey{}).(*Keeper)
	if k == nil {
		panic("account: the context has no keeper; Keeper.With gives it one")
	}
	return k
}

// sweepEvery is how often Run looks after the sessions.
const sweepEvery = time.Minute

// Run looks after the sessions until ctx is done, every minute as [Keeper.Sweep]
// does. What fails is logged and tried again.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := k.Sweep(ctx); err != nil && ctx.Err() == nil {
				k.Log.Error("looking after the sessions failed", "err", err)
			}
		}
	}
}

// sweepMax bounds the rows that one statement of a sweep touches.
const sweepMax = 500

// Sweep writes when sessions were last seen, and removes sessions and setup
// tokens that have expired.
func (k *Keeper) Sweep(ctx context.Context) error {
	now := k.Now()
	var errs []error
	for sessions := range slices.Chunk(k.seen.take(now), sweepMax) {
		_, err := data.Write(ctx, func(tx *data.Tx) error {
			return tx.DB().Model(&Session{}).Where("id IN ? AND seen_at < ?", sessions, now).UpdateColumn("seen_at", now).Error
		})
		errs = append(errs, err)
	}
	return errors.Join(append(errs, removeExpired[Session](ctx, now), removeExpired[SetupToken](ctx, now))...)
}

// removeExpired removes the rows of T that have expired, part by part so that no
// transaction is long.
func removeExpired[T any](ctx context.Context, now time.Time) error {
	for {
		var ids []int64
		err := data.Read(ctx).Model(new(T)).Where("expires_at <= ?", now).Order("id").Limit(sweepMax).Pluck("id", &ids).Error
		if err != nil {
			return fmt.Errorf("looking for what has expired: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		_, err = data.Write(ctx, func(tx *data.Tx) error { return tx.DB().Where("id IN ?", ids).Delete(new(T)).Error })
		if err != nil {
			return fmt.Errorf("removing what has expired: %w", err)
		}
	}
}

// Stats are the counts of a keeper since it was made.
type Stats struct {
	SignedIn  uint64         // sessions begun with a name and a password
	Failed    uint64         // names and passwords that did not fit
	Limited   uint64         // attempts refused since there were too many
	SeenDrops uint64         // uses of sessions not noted since there were too many
	Passwords password.Stats // of the hasher
}

// Stats returns the counts.
func (k *Keeper) Stats() Stats {
	l := &k.limits
	return Stats{
		SignedIn: k.counts.signedIn.Load(), Failed: k.counts.failed.Load(),
		Limited:   l.byAddress.refused.Load() + l.byName.refused.Load() + l.byBoth.refused.Load() + l.signUps.refused.Load(),
		SeenDrops: k.seen.drops(), Passwords: k.hasher.Stats(),
	}
}
