package account_test

import (
	"testing"

	"veche/account"
	"veche/fault"
)

func TestResetPasswordEndsEverySessionAndOpensWithTheNewOne(t *testing.T) {
	eachTown(t, func(t *testing.T, town *town) {
		town.member("marfa", account.RoleMember)
		b := town.browser()
		if err := b.signIn("marfa", secretOf("marfa")); err != nil {
			t.Fatal(err)
		}
		const next = "one hundred oak planks"
		if err := town.ResetPassword(town.ctx(), "Marfa", next); err != nil {
			t.Fatal(err)
		}
		b.is("", account.RoleGuest)
		if err := b.signIn("marfa", secretOf("marfa")); !fault.Is(err, fault.Invalid) {
			t.Errorf("the old password: %v", err)
		}
		if err := b.signIn("marfa", next); err != nil {
			t.Errorf("the new password: %v", err)
		}
		if err := town.ResetPassword(town.ctx(), "nobody", next); !fault.Is(err, fault.NotFound) {
			t.Errorf("a login that nobody has: %v", err)
		}
		if err := town.ResetPassword(town.ctx(), "marfa", "short"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a bad password: %v", err)
		}
	})
}
