// Package password keeps passwords as argon2id hashes (RFC 9106), a bounded
// number of them being computed at once.
//
// # Usage
//
//	hasher, err := password.New(password.Options{})
//	encoded, err := hasher.Hash(ctx, "what the member typed")
//	result, err := hasher.Verify(ctx, encoded, "what somebody typed")
//
// # Guarantees
//
//   - A hash is a string in the PHC form with its parameters and a salt of its
//     own: $argon2id$v=19$m=32768,t=3,p=1$salt$hash. Parameters can be raised at
//     any time; [Result.Stale] says which hashes to make anew.
//   - Verify does the same work for a member who does not exist, who has no hash,
//     or whose password is wrong, and compares in constant time.
//   - At most [Options.AtOnce] hashes are computed at once, each in
//     [Options.MemoryKiB] of memory; who waits longer than [Options.WaitMax] gets
//     a fault of kind TooMany.
//
// # Limits
//
// A password has from [MinCharacters] characters to [MaxBytes] bytes and is taken
// as it is: no characters are demanded, none are changed. The few hundred
// passwords that everybody tries first are refused.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"veche/fault"
)

// Options say what a hash costs. The zero value works: 32 MiB and three passes,
// which is above what OWASP asks for and takes from 60 to 120 ms of a core of a
// small server.
type Options struct {
	// MemoryKiB is the memory of one hash in KiB. Default 32768, at least 8.
	MemoryKiB uint32
	// Passes is how often the memory is gone over. Default 3.
	Passes uint32
	// Lanes is how many threads one hash takes. Default 1.
	Lanes uint8
	// AtOnce bounds the hashes computed at the same time. Default: one for each
	// processor.
	AtOnce int
	// WaitMax bounds the wait for a turn. Default 3 s.
	WaitMax time.Duration
	// Random gives the salts. Default crypto/rand.Reader.
	Random io.Reader
}

// A Hasher makes and verifies hashes. Its methods may be called from many
// goroutines.
type Hasher struct {
	parameters Parameters
	random     io.Reader
	waitMax    time.Duration
	turns      chan struct{}
	computed   atomic.Uint64
	refused    atomic.Uint64
}

// The sizes in bytes of the salts and hashes that are made.
const (
	saltBytes = 16
	hashBytes = 32
)

// New returns a hasher. Parameters beyond the bounds of [Parse] are an error.
func New(o Options) (*Hasher, error) {
	if o.MemoryKiB == 0 {
		o.MemoryKiB = 32 << 10
	}
	if o.Passes == 0 {
		o.Passes = 3
	}
	if o.Lanes == 0 {
		o.Lanes = 1
	}
	if o.AtOnce <= 0 {
		o.AtOnce = runtime.GOMAXPROCS(0)
	}
	if o.WaitMax <= 0 {
		o.WaitMax = 3 * time.Second
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	p := Parameters{MemoryKiB: o.MemoryKiB, Passes: o.Passes, Lanes: o.Lanes}
	if err := p.check(); err != nil {
		return nil, err
	}
	return &Hasher{parameters: p, random: o.Random, waitMax: o.WaitMax, turns: make(chan struct{}, o.AtOnce)}, nil
}

// Hash returns the hash of a password with a salt of its own. It does not judge
// the password; [Check] does.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fmt.Errorf("making a salt: %w", err)
	}
	sum, err := h.sum(ctx, password, hashed{Parameters: h.parameters, salt: salt, sum: make([]byte, hashBytes)})
	if err != nil {
		return "", err
	}
	return hashed{h.parameters, salt, sum}.String(), nil
}

// Result is what a verification found.
type Result struct {
	// Match says that the hash is the password's.
	Match bool
	// Stale says that the hash was made with other parameters than those of now:
	// whoever holds the password should have it hashed anew.
	Stale bool
}

// Verify holds a password against a hash. An empty hash is that of nobody: it
// matches nothing, and costs as much. An error means that it was not verified.
func (h *Hasher) Verify(ctx context.Context, encoded, password string) (Result, error) {
	if len(password) > MaxBytes {
		password = "" // it matches nothing, and costs no more than others
	}
	known := hashed{Parameters: h.parameters, salt: make([]byte, saltBytes), sum: make([]byte, hashBytes)}
	if encoded != "" {
		var err error
		if known, err = parse(encoded); err != nil {
			return Result{}, err
		}
	}
	sum, err := h.sum(ctx, password, known)
	if err != nil {
		return Result{}, err
	}
	same := subtle.ConstantTimeCompare(sum, known.sum) == 1
	return Result{
		Match: same && encoded != "" && password != "",
		Stale: known.Parameters != h.parameters,
	}, nil
}

var errBusy = errors.New("password: too many hashes are being computed")

// sum computes a hash like the known one, when it is its turn.
func (h *Hasher) sum(ctx context.Context, password string, like hashed) ([]byte, error) {
	limit := time.NewTimer(h.waitMax)
	defer limit.Stop()
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-limit.C:
		h.refused.Add(1)
		return nil, fault.Because(errBusy, fault.TooMany, "account.busy")
	}
	h.computed.Add(1)
	return argon2.IDKey([]byte(password), like.salt, like.Passes, like.MemoryKiB, like.Lanes, uint32(len(like.sum))), nil
}

// Stats are the counts of a hasher since it was made.
type Stats struct {
	Computed uint64 // hashes computed
	Refused  uint64 // waits that were too long
}

// Stats returns the counts.
func (h *Hasher) Stats() Stats {
	return Stats{Computed: h.computed.Load(), Refused: h.refused.Load()}
}
