package prose

import (
	"strings"
	"unicode"

	"veche/prose/clean"
)

// Plain returns the words of HTML, one line per block, for search, mail and
// descriptions. Scripts and styles have no words.
func Plain(html string) string { return clean.Text(html) }

// Excerpt returns the beginning of the words of HTML on one line, at most the
// given number of runes long, the ellipsis included. It ends after a whole
// word; a word longer than that is cut, but never before a combining mark.
// With runes below 1 it returns "".
func Excerpt(html string, runes int) string {
	if runes < 1 {
		return ""
	}
	text := []rune(strings.ReplaceAll(Plain(html), "\n", " "))
	if len(text) <= runes {
		return string(text)
	}
	end := runes - 1 // room for the ellipsis
	word := end
	for word > 0 && !unicode.IsSpace(text[word]) {
		word--
	}
	if word > 0 {
		end = word
	} else {
		for end > 0 && joined(text[end]) {
			end--
		}
	}
	kept := strings.TrimRightFunc(string(text[:end]), func(c rune) bool {
		return unicode.IsSpace(c) || strings.ContainsRune(",;:–—-(«", c)
	})
	return kept + "…"
}

// joined reports whether a rune belongs to the one before it.
func joined(c rune) bool {
	return unicode.Is(unicode.M, c) || c == '\u200d' || c >= 0x1F3FB && c <= 0x1F3FF
}
