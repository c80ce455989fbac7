package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"veche"
	"veche/account"
	"veche/fault"
)

// passwordFileMax bounds how much of a password's file is read, in bytes.
const passwordFileMax = 4096

// userAdd makes a member.
func userAdd(ctx context.Context, c *call) error {
	draft := account.Draft{Login: c.args[0], Role: account.RoleMember}
	if c.settings.admin {
		draft.Role = account.RoleAdministrator
	}
	err := c.withPassword(ctx, func(ctx context.Context, accounts *account.Keeper, password string) error {
		draft.Password = password
		member, err := accounts.Create(ctx, draft)
		draft.Login = member.Login
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is now %s\n", draft.Login, roleInWords(draft.Role))
	return nil
}

// userPassword gives a member a new password.
func userPassword(ctx context.Context, c *call) error {
	err := c.withPassword(ctx, func(ctx context.Context, accounts *account.Keeper, password string) error {
		err := accounts.ResetPassword(ctx, c.args[0], password)
		if fault.Is(err, fault.NotFound) {
			return fmt.Errorf("there is no member %q", c.args[0])
		}
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s has a new password and is signed out everywhere\n", c.args[0])
	return nil
}

// withPassword opens the site and has f work on its accounts with the password
// of the file that --password-file names.
func (c *call) withPassword(ctx context.Context, f func(ctx context.Context, accounts *account.Keeper, password string) error) error {
	if c.settings.passwordFile == "" {
		return errors.New("say with --password-file where the password is; on the command line others would see it")
	}
	password, err := firstLine(c.settings.passwordFile)
	if err != nil {
		return err
	}
	node, err := c.node(ctx)
	if err != nil {
		return err
	}
	err = f(node.Context(ctx), node.Accounts(), password)
	if wrong, ok := errors.AsType[*fault.Error](err); ok && len(wrong.Fields) > 0 {
		err = errors.New(explain(node, wrong))
	}
	return errors.Join(err, node.Close())
}

// node opens the site for work that serves no requests.
func (c *call) node(ctx context.Context) (*veche.Node, error) {
	options, err := c.settings.node(c.err)
	if err != nil {
		return nil, err
	}
	return veche.New(ctx, options)
}

// explain says what is wrong with the fields of a draft.
func explain(node *veche.Node, f *fault.Error) string {
	var all []string
	for field, key := range f.Fields {
		all = append(all, field+": "+node.Words(key))
	}
	return strings.Join(all, "; ")
}

func roleInWords(role account.Role) string {
	if role == account.RoleAdministrator {
		return "an administrator"
	}
	return "a member"
}

// firstLine returns the first line of the file without its end.
func firstLine(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("the file with the password cannot be read: %w", err)
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, passwordFileMax)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("the file with the password cannot be read: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
