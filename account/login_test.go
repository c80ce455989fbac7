package account_test

import (
	"strings"
	"testing"
	"unicode"

	"veche/account"
	"veche/data"
	"veche/data/datatest"
	"veche/fault"
)

// A login is accepted or refused with words for its field, and what differs from
// it by case and marks alone is taken.
func FuzzLogin(f *testing.F) {
	for _, login := range []string{"marfa", "Марфа Борецкая", "и\u0306", "a@b", "rn", "\u202e", "--", "lI1", "\xff", strings.Repeat("ы", 41)} {
		f.Add(login)
	}
	keeper, err := account.New(account.Options{})
	if err != nil {
		f.Fatal(err)
	}
	db := datatest.SQLite(f, data.Options{}, data.Schema{Module: "account", Number: account.Schema, Entities: account.Entities()})
	f.Fuzz(func(t *testing.T, login string) {
		ctx := keeper.With(data.With(t.Context(), db))
		m, err := keeper.Create(ctx, account.Draft{Login: login, Name: "Somebody", NoPassword: true})
		if err != nil {
			if words := fault.Of(err).Fields; len(words) != 1 || words["login"] == "" {
				t.Fatalf("Create(%q) = %v", login, err)
			}
			return
		}
		bare := strings.Map(func(r rune) rune {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return -1
			}
			return unicode.ToUpper(r)
		}, m.Login)
		_, err = keeper.Create(ctx, account.Draft{Login: bare, NoPassword: true})
		if f := fault.Of(err); f == nil || f.Fields["login"] != "account.login.taken" {
			t.Errorf("%q beside %q: %v", bare, m.Login, err)
		}
	})
}
