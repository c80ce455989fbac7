package veche

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"veche/account"
	"veche/data"
)

// DemoLogin is the name of a demonstration's administrator.
const DemoLogin = "posadnik"

// Demo fills an empty site with a demonstration, whole or not at all, and
// returns the password of its administrator, [DemoLogin]. On a site that has
// members it does nothing and returns "".
func (n *Node) Demo(ctx context.Context) (password string, err error) {
	ctx = n.Context(ctx)
	password = strings.ToLower(rand.Text()[:16])
	_, err = data.Write(ctx, func(tx *data.Tx) error {
		members, err := n.accounts.Count(tx)
		if err != nil {
			return err
		}
		if members > 0 {
			password = ""
			return nil
		}
		admin, err := n.accounts.Create(tx, account.Draft{
			Login: DemoLogin, Name: "Твердислав", Password: password, Role: account.RoleAdministrator,
		})
		if err != nil {
			return err
		}
		return n.fill(data.WithAuthor(tx, admin.ID))
	})
	return password, err
}

func (n *Node) fill(ctx context.Context) error {
	for _, m := range n.Modules {
		if m.Demo == nil {
			continue
		}
		if err := m.Demo(ctx); err != nil {
			return fmt.Errorf("filling the demonstration of %s: %w", m.Name, err)
		}
	}
	return nil
}
