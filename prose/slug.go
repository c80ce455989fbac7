package prose

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// SlugMax is the greatest length of a slug, in bytes.
const SlugMax = 80

// Slug returns a readable name for an address, made of a title: small Latin
// letters, digits and single hyphens between words, at most [SlugMax] bytes,
// cut between words. Letters with diacritics lose them; Cyrillic and Greek are
// transliterated, as the language of the title does it, which its letters
// show: Russian, Ukrainian, Belarusian, Bulgarian, Serbian, Macedonian,
// Kazakh. A title without such letters and digits gives "".
//
// Slug(Slug(title)) is Slug(title).
func Slug(title string) string {
	words := slugWords(title)
	var b strings.Builder
	for _, word := range words {
		if b.Len() == 0 {
			b.WriteString(word[:min(len(word), SlugMax)])
			continue
		}
		if b.Len()+1+len(word) > SlugMax {
			break
		}
		b.WriteByte('-')
		b.WriteString(word)
	}
	return b.String()
}

// slugWords returns the words of a title in Latin letters.
func slugWords(title string) []string {
	title = strings.ToLower(norm.NFC.String(strings.ToValidUTF8(title, " ")))
	letters := alphabetOf(title)
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	begins := true // the next letter begins a word
	for _, c := range title {
		latin, known := letters.latin(c, begins)
		switch {
		case known:
			word.WriteString(latin)
			begins = false
		case apostrophe(c) || unicode.Is(unicode.M, c):
			// Part of the word, but no letter of it.
		default:
			if plain := decomposed(c, letters); plain != "" {
				word.WriteString(plain)
				begins = false
			} else {
				flush()
				begins = true
			}
		}
		if len(words) > SlugMax {
			break
		}
	}
	flush()
	return words
}

func apostrophe(c rune) bool { return strings.ContainsRune("'’ʼ`´\u00ad\u200b\u200c\u200d", c) }

// decomposed returns what is left of a letter when its marks are taken away.
func decomposed(c rune, letters alphabet) string {
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(c)) {
		for _, lower := range strings.ToLower(string(part)) {
			if latin, known := letters.latin(lower, false); known {
				b.WriteString(latin)
			}
		}
	}
	return b.String()
}

// An alphabet is the way one language writes its letters in Latin ones: over
// the letters that all share, its own, and those that differ at the beginning
// of a word.
type alphabet struct {
	own     map[rune]string
	initial map[rune]string
}

// latin returns a letter or digit in Latin, and whether it has such a form.
func (a alphabet) latin(c rune, begins bool) (string, bool) {
	if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
		return string(c), true
	}
	if begins {
		if s, ok := a.initial[c]; ok {
			return s, true
		}
	}
	if s, ok := a.own[c]; ok {
		return s, true
	}
	s, ok := shared[c]
	return s, ok
}

// alphabetOf finds the alphabet of a title by letters that only it has.
func alphabetOf(title string) alphabet {
	has := func(letters string) bool { return strings.ContainsAny(title, letters) }
	switch {
	case has("ђћ") || has("јљњџ") && !has("ѓќѕ"):
		return alphabet{own: serbian}
	case has("ѓќѕ"):
		return alphabet{own: macedonian}
	case has("әғқңөұүһ"):
		return alphabet{own: kazakh}
	case has("їєґ"):
		return alphabet{own: ukrainian, initial: ukrainianInitial}
	case has("ў"), has("і") && has("ыэё"):
		return alphabet{own: belarusian}
	case has("і"):
		return alphabet{own: ukrainian, initial: ukrainianInitial}
	case bulgarianYer(title):
		return alphabet{own: bulgarian}
	}
	return alphabet{}
}

// bulgarianYer reports whether ъ stands where Russian never has it: not before
// a vowel that begins with a y.
func bulgarianYer(title string) bool {
	runes := []rune(title)
	for i, c := range runes {
		if c == 'ъ' && (i+1 == len(runes) || !strings.ContainsRune("еёюя", runes[i+1])) {
			return !strings.ContainsAny(title, "ыэё")
		}
	}
	return false
}

// shared holds the letters that are written the same way wherever they occur,
// and Cyrillic as Russian writes it.
var shared = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "yo", 'ж': "zh", 'з': "z", 'и': "i", 'й': "y",
	'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f",
	'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
	'і': "i", 'ї': "yi", 'є': "ye", 'ґ': "g", 'ў': "u", 'ј': "j", 'љ': "lj", 'њ': "nj", 'ђ': "dj", 'ћ': "c", 'џ': "dz",
	'ѓ': "gj", 'ќ': "kj", 'ѕ': "dz", 'ә': "a", 'ғ': "g", 'қ': "q", 'ң': "n", 'ө': "o", 'ұ': "u", 'ү': "u", 'һ': "h",
	'җ': "j", 'ѣ': "e", 'ѳ': "f", 'ѵ': "i",
	'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l",
	'μ': "m", 'ν': "n", 'ξ': "x", 'ο': "o", 'π': "p", 'ρ': "r", 'σ': "s", 'ς': "s", 'τ': "t", 'υ': "y", 'φ': "f",
	'χ': "ch", 'ψ': "ps", 'ω': "o",
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i", 'ŋ': "n", 'ħ': "h",
	'ŧ': "t", 'ə': "e", 'ĸ': "k", 'ƒ': "f",
}

var (
	ukrainian        = map[rune]string{'г': "h", 'и': "y", 'є': "ie", 'ї': "i", 'й': "i", 'ю': "iu", 'я': "ia"}
	ukrainianInitial = map[rune]string{'є': "ye", 'ї': "yi", 'й': "y", 'ю': "yu", 'я': "ya"}
	belarusian       = map[rune]string{'г': "h", 'ў': "u", 'ё': "io", 'ю': "iu", 'я': "ia"}
	bulgarian        = map[rune]string{'ъ': "a", 'щ': "sht", 'х': "h"}
	serbian          = map[rune]string{'ж': "z", 'х': "h", 'ц': "c", 'ч': "c", 'ш': "s"}
	macedonian       = map[rune]string{'х': "h", 'ц': "c", 'џ': "dj"}
	kazakh           = map[rune]string{'х': "h", 'и': "i", 'ы': "y"}
)
