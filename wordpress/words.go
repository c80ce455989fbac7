package wordpress

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"veche/locale"
	"veche/prose"
	"veche/wxr"
)

// line returns the words of a text on one line of at most max characters.
func line(text string, max int) string { return prose.Excerpt(printable(text), max) }

// printable leaves out control characters, which no field may hold.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// cut returns the beginning of a text, at most max bytes, ending with a whole
// character.
func cut(text string, max int) string {
	if len(text) <= max {
		return text
	}
	for max > 0 && !utf8.RuneStart(text[max]) {
		max--
	}
	return text[:max]
}

// untitled names what has no title.
func untitled(tag locale.Tag, t time.Time) string {
	name := "Untitled"
	if tag == locale.Russian {
		name = "Без названия"
	}
	if !t.IsZero() {
		name += ", " + locale.Date(tag, t)
	}
	return name
}

// nobody is the name of a commentator without one.
func nobody(tag locale.Tag) string {
	if tag == locale.Russian {
		return "Без имени"
	}
	return "Anonymous"
}

// uncategorized is the section of what has no category.
func uncategorized(tag locale.Tag) string {
	if tag == locale.Russian {
		return "Без рубрики"
	}
	return "Uncategorized"
}

// nameOf is how the report calls an item.
func nameOf(it *wxr.Item) string {
	for _, name := range []string{line(it.Title, 80), it.Link, it.GUID} {
		if name != "" {
			return name
		}
	}
	return "an item without a name"
}

// tongue returns the language of the export: the one that it names, if the site
// speaks it, else that of its letters.
func (im *importer) tongue(site *wxr.Site) locale.Tag {
	named, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(site.Language, "_", "-")), "-")
	if tag, ok := locale.Parse(named); ok {
		return tag
	}
	sample := site.Title + site.Description
	for i := 0; i < len(im.index.entries) && i < 200; i++ {
		sample += im.index.entries[i].title
	}
	cyrillic, latin := 0, 0
	for _, r := range sample {
		switch {
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
		case unicode.Is(unicode.Latin, r):
			latin++
		}
	}
	tag := locale.English
	if cyrillic > latin {
		tag = locale.Russian
	}
	if named != "" {
		im.report.note("the site was in a language that is not spoken here; its texts are marked as "+string(tag), site.Language)
	}
	return tag
}
