package account

import (
	"context"
	"errors"

	"veche/account/password"
	"veche/data"
	"veche/entity"
	"veche/fault"
	"veche/locale"
)

// PasswordMin is the fewest characters of a password.
const PasswordMin = password.MinCharacters

// A Draft is what a new member says about themselves.
type Draft struct {
	// Login is the name to sign in with. Required.
	Login string
	// Name is what others see. Default: Login.
	Name string
	// Email is the address for letters. It may be empty.
	Email string
	// Password is required unless NoPassword says that nobody will sign in.
	Password   string
	NoPassword bool
	// Locale is the language of letters. Default: none in particular.
	Locale locale.Tag
	// Role is what the member may do. Default and, where visitors make their own
	// accounts, always: RoleMember.
	Role Role
}

// Create makes a member for the one who runs the site: it asks for no right. An
// administrator made so ends the setup. Wrong values are an Invalid fault with
// words for the fields "login", "name", "email" and "password".
func (k *Keeper) Create(ctx context.Context, d Draft) (Member, error) {
	m, err := k.member(ctx, d)
	if err != nil {
		return Member{}, err
	}
	_, err = data.Write(ctx, func(tx *data.Tx) error {
		if m.Role == RoleAdministrator {
			if err := endSetup(tx); err != nil {
				return err
			}
		}
		return create(tx, &m)
	})
	if err != nil {
		return Member{}, err
	}
	m.Password = ""
	return m, nil
}

// Count returns how many members the site has, for the one who runs it.
func (k *Keeper) Count(ctx context.Context) (int64, error) {
	var n int64
	err := data.Read(ctx).Model(&Member{}).Count(&n).Error
	return n, err
}

// member returns the member of the draft, not yet written, or what is wrong with
// it. The password is hashed last, since that is dear.
func (k *Keeper) member(ctx context.Context, d Draft) (Member, error) {
	login, words := tidyLogin(d.Login)
	m := Member{Login: login, LoginKey: loginKey(login), Name: tidyName(d.Name), Email: d.Email, Role: d.Role, Locale: d.Locale}
	if m.Name == "" {
		m.Name = login
	}
	if m.Role == "" {
		m.Role = RoleMember
	}
	p, err := problemsOf(ctx, &m, "name", "email", "role", "locale")
	if err != nil {
		return m, err
	}
	switch {
	case words != "":
		delete(p, "name") // it is the login once more
		p.add("login", words, loginBound(words))
	default:
		taken, err := loginTaken(ctx, m.LoginKey)
		if err != nil {
			return m, err
		}
		if taken {
			p.add("login", "account.login.taken")
		}
	}
	if !d.NoPassword {
		p.addPassword("password", d.Password, login, m.Name, m.Email)
	}
	if err := p.fault(); err != nil || d.NoPassword {
		return m, err
	}
	m.Password, err = k.hasher.Hash(ctx, d.Password)
	return m, err
}

func loginTaken(ctx context.Context, key string) (bool, error) {
	var n int64
	err := data.Read(ctx).Model(&Member{}).Where("login_key = ?", key).Count(&n).Error
	return n > 0, err
}

// loginBound is the number in the words about a login's length.
func loginBound(words string) int {
	if words == "account.login.long" {
		return loginMax
	}
	return loginMin
}

// create writes the member. Somebody may have taken the login meanwhile.
func create(tx *data.Tx, m *Member) error {
	err := data.Create(tx, m)
	if err != nil && fault.Of(err).Fields["login_key"] != "" {
		p := problems{}
		p.add("login", "account.login.taken")
		return p.fault()
	}
	return err
}

// problems are what is wrong with the fields of a form.
type problems map[string]*entity.Problem

// problemsOf returns what is wrong with the columns of the member, after
// bringing it into its normal form.
func problemsOf(ctx context.Context, m *Member, columns ...string) (problems, error) {
	e, err := data.From(ctx).EntityOf(m)
	if err != nil {
		return nil, err
	}
	e.Normalise(m)
	p := problems{}
	err = e.Validate(m, columns...)
	if wrong, ok := errors.AsType[*entity.Invalid](err); ok {
		p, err = wrong.Fields, nil
	}
	if err == nil && deceptive(m.Name) {
		p.add("name", "account.name.hidden")
	}
	return p, err
}

func (p problems) add(field, words string, args ...any) {
	p[field] = &entity.Problem{Key: words, Args: args}
}

// addPassword adds what is wrong with a new password.
func (p problems) addPassword(field, given string, names ...string) {
	words := password.Check(given, names...)
	switch {
	case given == "":
		p.add(field, "entity.required")
	case words != "":
		p.add(field, words, password.MinCharacters)
	}
}

// fault returns the problems as a fault whose cause has the arguments of the
// words, nil if there are none.
func (p problems) fault() error {
	if len(p) == 0 {
		return nil
	}
	words := make(map[string]string, len(p))
	for field, problem := range p {
		words[field] = problem.Key
	}
	f := fault.InFields(words)
	f.Cause = &entity.Invalid{Entity: "member", Fields: p}
	return f
}

// ResetPassword gives the member of the login a new password and ends all their
// sessions, for the one who runs the site: it asks for no right. A bad password
// is an Invalid fault with words for the field "password"; a login that nobody
// has is a NotFound fault.
func (k *Keeper) ResetPassword(ctx context.Context, login, next string) error {
	m, err := data.First[Member](data.Read(ctx).Where("login_key = ?", loginKey(login)))
	if err != nil {
		return err
	}
	p := problems{}
	p.addPassword("password", next, m.Login, m.Name, m.Email)
	if err := p.fault(); err != nil {
		return err
	}
	hash, err := k.hasher.Hash(ctx, next)
	if err != nil {
		return err
	}
	_, err = data.Write(ctx, func(tx *data.Tx) error {
		if err := tx.DB().Model(&Member{}).Where("id = ?", m.ID).UpdateColumn("password", hash).Error; err != nil {
			return err
		}
		return tx.DB().Where("member_id = ?", m.ID).Delete(&Session{}).Error
	})
	return err
}
