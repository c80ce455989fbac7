package account

import (
	"context"
	"strings"
	"unicode"

	"veche/data"
	"veche/entity"
	"veche/locale"
)

// Schema numbers the form of the tables.
const Schema = 1

// Entities returns the tables that the package keeps.
func Entities() []any { return []any{&Member{}, &Session{}, &SetupToken{}} }

// A Member is somebody with an account.
type Member struct {
	entity.Base
	// Name is what others see.
	Name string `entity:"title,required,max=60,list,search"`
	// Login is the name to sign in with, as the member writes it.
	Login string `entity:"required,max=40,readonly,list,search"`
	// LoginKey is equal for logins that people would take for each other.
	LoginKey string `entity:"required,max=160,hidden,unique"`
	Email    string `entity:"email,null,list"`
	// Password is an argon2id hash, empty for a member who cannot sign in. What
	// this package returns leaves it out.
	Password string `entity:"secret"`
	Role     Role   `entity:"enum=member|administrator,default=member,readonly,index,list"`
	// Locale is the language of what the site sends to the member.
	Locale locale.Tag `entity:"enum=en|ru"`
	// Disabled says that the member may not sign in.
	Disabled bool `entity:"readonly,list"`
}

// shownColumns are those of a member that others than this package may see. The
// rest change without anybody noticing.
func shownColumns() []string {
	return []string{"id", "created_at", "name", "login", "email", "role", "locale", "disabled"}
}

// memberByID reads what may be seen of a member; false if there is none.
func memberByID(ctx context.Context, id int64) (Member, bool, error) {
	var found []Member
	err := data.Read(ctx).Select(shownColumns()).Where("id = ?", id).Find(&found).Error
	if err != nil || len(found) == 0 {
		return Member{}, false, err
	}
	return found[0], true, nil
}

// tidyName returns a display name without needless spaces.
func tidyName(name string) string { return strings.Join(strings.Fields(name), " ") }

// deceptive reports whether the text holds characters that cannot be seen and
// change how the text around them is: directions, joiners, tags.
func deceptive(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Co, unicode.Cc) })
}
