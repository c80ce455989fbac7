package password

import (
	_ "embed"
	"strings"
	"unicode/utf8"
)

// The bounds of a password. The lower one is in characters, as people count, the
// upper one in bytes, as machines do: 128 Cyrillic letters and more.
const (
	MinCharacters = 8
	MaxBytes      = 512
)

// Check returns the key of the words that say why a password is not accepted,
// or "". It must not be one of names, such as the member's own.
//
//	account.password.short   fewer than MinCharacters characters
//	account.password.long    more than MaxBytes bytes
//	account.password.text    not UTF-8
//	account.password.name    one of the names
//	account.password.common  one of those that everybody tries first
func Check(password string, names ...string) string {
	switch {
	case !utf8.ValidString(password):
		return "account.password.text"
	case len(password) > MaxBytes:
		return "account.password.long"
	case utf8.RuneCountInString(password) < MinCharacters:
		return "account.password.short"
	}
	folded := strings.ToLower(strings.TrimSpace(password))
	for _, name := range names {
		if name != "" && folded == strings.ToLower(strings.TrimSpace(name)) {
			return "account.password.name"
		}
	}
	if common(folded) {
		return "account.password.common"
	}
	return ""
}

// commonText lists the passwords that everybody tries first, in lower case, one
// in a line; shorter ones than MinCharacters need not be there.
//
//go:embed common.txt
var commonText string

func common(folded string) bool {
	first, _ := utf8.DecodeRuneInString(folded)
	for line := range strings.Lines(commonText) {
		if strings.TrimSuffix(line, "\n") == folded {
			return true
		}
	}
	return strings.Trim(folded, string(first)) == "" // aaaaaaaa
}
