package account

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of a login, in characters.
const (
	loginMin = 2
	loginMax = 40
)

// loginBytesMax is more bytes than any login takes, combining marks included.
const loginBytesMax = 8 * loginMax

// tidyLogin returns the login without needless spaces, and the words that say
// why it is not one, or "".
//
// A login is made of Latin and Cyrillic letters and digits; between them may
// stand single spaces and . _ - @ +. Other scripts wait until look-alikes in
// them are told apart as well.
func tidyLogin(login string) (tidy, words string) {
	tidy = composed(strings.Join(strings.Fields(login), " "))
	last := ' '
	for _, r := range tidy {
		mark := strings.ContainsRune(" ._-@+", r)
		letter := r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) || cyrillic(r)
		if !mark && !letter || mark && strings.ContainsRune(" ._-@+", last) {
			return tidy, "account.login.characters"
		}
		last = r
	}
	switch n := utf8.RuneCountInString(tidy); {
	case n == 0:
		return tidy, "entity.required"
	case strings.ContainsRune(" ._-@+", last):
		return tidy, "account.login.characters"
	case n < loginMin, len(loginKey(tidy)) < loginMin:
		return tidy, "account.login.short"
	case n > loginMax:
		return tidy, "account.login.long"
	}
	return tidy, ""
}

// cyrillic reports whether r is a letter of an alphabet in use: Ѐ to џ, and Ґ ґ.
func cyrillic(r rune) bool { return 'Ѐ' <= r && r <= 'џ' || r == 'Ґ' || r == 'ґ' }

// composed writes letters with a separate breve or diaeresis, as some systems
// send them, in one character.
func composed(s string) string {
	return strings.NewReplacer(
		"и\u0306", "й", "И\u0306", "Й", "е\u0308", "ё", "Е\u0308", "Ё",
		"і\u0308", "ї", "І\u0308", "Ї", "у\u0306", "ў", "У\u0306", "Ў",
	).Replace(s)
}

// loginKey returns what is equal for logins that people would take for each
// other: letters alike in Latin and Cyrillic are one, and so are small and
// capital ones; marks and spaces do not count. It is an own, stricter kin of the
// skeletons of Unicode Technical Standard 39.
func loginKey(login string) string {
	if len(login) > loginBytesMax {
		return "" // no login is as long
	}
	var b strings.Builder
	for _, r := range composed(login) {
		r = unicode.ToLower(r)
		if to, ok := alike(r); ok {
			b.WriteString(to)
		} else if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// alike returns what stands for all characters that look like r.
func alike(r rune) (string, bool) {
	switch r {
	case 'а':
		return "a", true
	case 'в', 'ь':
		return "b", true
	case 'е', 'ё', 'ѐ':
		return "e", true
	case 'з':
		return "3", true
	case 'б':
		return "6", true
	case 'г', 'ґ', 'ѓ':
		return "r", true
	case 'и', 'й', 'ѝ':
		return "и", true
	case 'і', 'ї', 'i', 'l', '1':
		return "l", true
	case 'ј':
		return "j", true
	case 'к', 'ќ':
		return "k", true
	case 'м', 'm':
		return "rn", true
	case 'н', 'ћ', 'ђ':
		return "h", true
	case 'о', '0':
		return "o", true
	case 'п':
		return "n", true
	case 'р':
		return "p", true
	case 'с':
		return "c", true
	case 'т':
		return "t", true
	case 'у', 'ў':
		return "y", true
	case 'х':
		return "x", true
	case 'ѕ':
		return "s", true
	}
	return "", false
}
