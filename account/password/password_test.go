package password_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"veche/account/password"
	"veche/fault"
)

// cheap costs next to nothing, so that tests of everything else are quick.
func cheap() password.Options {
	return password.Options{MemoryKiB: 64, Passes: 1, AtOnce: 1}
}

func hasher(t *testing.T, o password.Options) *password.Hasher {
	t.Helper()
	h, err := password.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAHashMatchesItsPasswordAlone(t *testing.T) {
	h := hasher(t, cheap())
	encoded, err := h.Hash(t.Context(), "вече собирается на рассвете")
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]password.Result{
		"вече собирается на рассвете":  {Match: true},
		"вече собирается на закате":    {},
		"вече собирается на рассвете ": {},
		"":                                       {},
		strings.Repeat("x", password.MaxBytes+1): {},
	} {
		got, err := h.Verify(t.Context(), encoded, given)
		if err != nil || got != want {
			t.Errorf("Verify(%.40q) = %+v, %v, want %+v", given, got, err, want)
		}
	}
	again, err := h.Hash(t.Context(), "вече собирается на рассвете")
	if err != nil || again == encoded {
		t.Errorf("two hashes of one password are equal, %v", err)
	}
}

// The values were computed with the reference implementation's test of
// argon2id (version 19, t=2, m=256 KiB, p=1, password "password", salt
// "somesalt").
func TestHashesOfOthersAreUnderstood(t *testing.T) {
	const reference = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	h := hasher(t, cheap())
	got, err := h.Verify(t.Context(), reference, "password")
	if want := (password.Result{Match: true, Stale: true}); err != nil || got != want {
		t.Errorf("Verify = %+v, %v, want %+v", got, err, want)
	}
}

func TestRaisedParametersMakeOldHashesStale(t *testing.T) {
	old, err := hasher(t, cheap()).Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	dearer := cheap()
	dearer.Passes = 2
	got, err := hasher(t, dearer).Verify(t.Context(), old, "correct horse")
	if want := (password.Result{Match: true, Stale: true}); err != nil || got != want {
		t.Errorf("Verify = %+v, %v, want %+v", got, err, want)
	}
}

func TestNobodysHashMatchesNothingAndCostsTheSame(t *testing.T) {
	h := hasher(t, cheap())
	got, err := h.Verify(t.Context(), "", "")
	if err != nil || got.Match {
		t.Errorf("Verify = %+v, %v", got, err)
	}
	if got := h.Stats().Computed; got != 1 {
		t.Errorf("computed %d hashes, want 1", got)
	}
}

func TestDefaultParametersAreThoseOfTheDecision(t *testing.T) {
	encoded, err := hasher(t, password.Options{}).Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	got, err := password.Parse(encoded)
	if want := (password.Parameters{MemoryKiB: 32 << 10, Passes: 3, Lanes: 1}); err != nil || got != want {
		t.Errorf("Parse(%q) = %+v, %v, want %+v", encoded, got, err, want)
	}
}

func TestWhoWaitsTooLongIsToldToComeBack(t *testing.T) {
	o := cheap()
	o.MemoryKiB, o.Passes, o.WaitMax = 32<<10, 3, time.Millisecond
	h := hasher(t, o)
	done := make(chan error, 8)
	for range cap(done) {
		go func() {
			_, err := h.Verify(t.Context(), "", "whatever")
			done <- err
		}()
	}
	var refused int
	for range cap(done) {
		if err := <-done; fault.Is(err, fault.TooMany) {
			refused++
		} else if err != nil {
			t.Error(err)
		}
	}
	s := h.Stats()
	if refused == 0 || s.Refused != uint64(refused) || s.Computed != uint64(cap(done)-refused) {
		t.Errorf("%d were refused, %+v", refused, s)
	}
}

func TestAVisitorWhoLeavesWaitsNoLonger(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	cancel(gone)
	o := cheap()
	o.WaitMax = time.Hour
	h := hasher(t, o)
	// Of two ready ways select takes either, so some of many leave.
	var left bool
	for range 200 {
		_, err := h.Verify(ctx, "", "whatever")
		left = left || errors.Is(err, gone)
	}
	if !left {
		t.Error("nobody left")
	}
}

func TestCheckRefusesWhatIsGuessedFirst(t *testing.T) {
	for given, want := range map[string]string{
		"седьмой":                  "account.password.short",
		"восьмой!":                 "",
		"12345678":                 "account.password.common",
		"PassWord123":              "account.password.common",
		"Пароль123":                "account.password.common",
		"zzzzzzzzzzz":              "account.password.common",
		"Marfa.Boretskaya":         "account.password.name",
		"marfa.boretskaya of town": "",
		"\xff\xfe123456":           "account.password.text",
		strings.Repeat("юг", password.MaxBytes/4):       "",
		"яяяяяяяяяя":                                    "account.password.common",
		strings.Repeat("юг", password.MaxBytes/4) + "x": "account.password.long",
	} {
		if got := password.Check(given, "", "marfa.boretskaya"); got != want {
			t.Errorf("Check(%.40q) = %q, want %q", given, got, want)
		}
	}
}

func TestParametersOutOfBoundsAreRefused(t *testing.T) {
	for _, o := range []password.Options{{MemoryKiB: 7}, {MemoryKiB: 1<<20 + 1}, {Passes: 65}, {Lanes: 65}, {MemoryKiB: 8, Lanes: 2}} {
		if _, err := password.New(o); err == nil {
			t.Errorf("New(%+v) gave no error", o)
		}
	}
	for _, encoded := range []string{
		"", "$", "password", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=64,t=1,p=257$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=64,t=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=64,t=1,p=1$c29t$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$nf65",
	} {
		if p, err := password.Parse(encoded); err == nil {
			t.Errorf("Parse(%q) = %+v", encoded, p)
		}
		if encoded == "" {
			continue
		}
		if r, err := hasher(t, cheap()).Verify(t.Context(), encoded, "password"); err == nil || r.Match {
			t.Errorf("Verify(%q) = %+v, %v", encoded, r, err)
		}
	}
}

func TestSaltsThatCannotBeMadeFail(t *testing.T) {
	o := cheap()
	o.Random = bytes.NewReader(make([]byte, 15))
	if _, err := hasher(t, o).Hash(t.Context(), "correct horse"); err == nil {
		t.Error("hashed with half a salt")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
	f.Add("$argon2id$v=19$m=64,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, encoded string) {
		p, err := password.Parse(encoded)
		if err == nil && (p.MemoryKiB > 1<<20 || p.Passes == 0 || p.Passes > 64 || p.Lanes == 0 || p.Lanes > 64) {
			t.Errorf("Parse(%q) = %+v", encoded, p)
		}
	})
}
