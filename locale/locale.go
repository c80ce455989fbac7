// Package locale says things in the reader's language: it chooses one of the
// languages a site speaks, looks texts up in catalogues of words with plural
// forms, and writes dates as that language does.
//
// # Usage
//
//	words, err := locale.Load(os.DirFS("words")) // en.txt, ru.txt
//	tag := locale.Match(r.Header.Get("Accept-Language"))
//	words.Text(tag, "news.comments", 5) // "5 комментариев"
//
// A catalogue is a text file for each language, named by its tag. A line is
// "key = text"; {0}, {1} ... are places for arguments; "key[few] = ..." is the
// plural form for the first argument, of the forms one, few, many and other as
// Unicode CLDR defines them for the language. Empty lines and lines that begin
// with # are passed over.
//
// # Guarantees
//
// Every key exists in every language or loading fails, so that no page is half
// translated. A [Words] does not change and may be used from many goroutines.
package locale

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Tag names a language as in the lang attribute of HTML.
type Tag string

// The languages spoken.
const (
	English Tag = "en"
	Russian Tag = "ru"
)

// Tags returns the languages spoken, the one for everybody else first.
func Tags() []Tag { return []Tag{English, Russian} }

// Parse returns the language of the given tag, and false if it is not spoken.
func Parse(tag string) (Tag, bool) {
	t := Tag(strings.ToLower(tag))
	return t, slices.Contains(Tags(), t)
}

// Words are the texts of a program in every language it speaks.
type Words struct {
	texts map[Tag]map[string]string
}

// maxLine bounds a line of a catalogue, in bytes.
const maxLine = 16 << 10

// Load reads the catalogues of the folders and merges them; two folders may not
// give the same key. Every language of Tags must be there with the same keys.
func Load(folders ...fs.FS) (*Words, error) {
	w := &Words{texts: make(map[Tag]map[string]string)}
	for _, tag := range Tags() {
		w.texts[tag] = make(map[string]string)
		for _, folder := range folders {
			if err := w.read(folder, tag); err != nil {
				return nil, fmt.Errorf("reading the words of %q: %w", tag, err)
			}
		}
	}
	return w, w.complete()
}

func (w *Words) read(folder fs.FS, tag Tag) error {
	f, err := folder.Open(string(tag) + ".txt")
	if err != nil {
		return err
	}
	defer f.Close()
	texts := w.texts[tag]
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\uFEFF"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, text, ok := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		switch {
		case !ok || key == "":
			return fmt.Errorf("line %d: want \"key = text\"", n)
		case texts[key] != "":
			return fmt.Errorf("line %d: %q is there twice", n, key)
		}
		texts[key] = strings.TrimSpace(text)
	}
	return lines.Err()
}

// complete reports the keys that some language lacks. Plural forms count as
// their key, since languages differ in the forms they have.
func (w *Words) complete() error {
	all := make(map[string]bool)
	for _, texts := range w.texts {
		for key := range texts {
			all[stem(key)] = true
		}
	}
	var problems []error
	for _, tag := range Tags() {
		have := make(map[string]bool)
		for key := range w.texts[tag] {
			have[stem(key)] = true
		}
		for _, key := range slices.Sorted(maps.Keys(all)) {
			if !have[key] {
				problems = append(problems, fmt.Errorf("locale: %q has no text for %q", tag, key))
			}
		}
	}
	return errors.Join(problems...)
}

func stem(key string) string {
	key, _, _ = strings.Cut(key, "[")
	return key
}

// Has reports whether there is a text for the key.
func (w *Words) Has(key string) bool {
	_, ok := w.texts[English][key]
	return ok || w.texts[English][key+"[other]"] != ""
}

// Text returns the text for the key in the language, its places filled with the
// arguments. If the first argument is an integer and the key has plural forms,
// its form is used. A key without a text is returned as it is, so that it can
// be seen and mended.
func (w *Words) Text(tag Tag, key string, args ...any) string {
	texts := w.texts[tag]
	if texts == nil {
		tag, texts = English, w.texts[English]
	}
	text, ok := texts[key]
	if len(args) > 0 {
		if n, isInt := integer(args[0]); isInt {
			if form, has := texts[key+"["+Plural(tag, n)+"]"]; has {
				text, ok = form, true
			}
		}
	}
	if !ok {
		return key
	}
	return fill(text, args)
}

func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case int32:
		return int64(v), true
	}
	return 0, false
}

// fill puts the arguments in their places. A place without an argument stays.
func fill(text string, args []any) string {
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		inside, after, closed := strings.Cut(rest, "}")
		n, err := strconv.Atoi(inside)
		if !closed || err != nil || n < 0 || n >= len(args) {
			b.WriteByte('{')
			text = rest
			continue
		}
		fmt.Fprint(&b, args[n])
		text = after
	}
}

// Plural returns the plural form of the integer n in the language, as Unicode
// CLDR names it: "one", "few", "many" or "other".
func Plural(tag Tag, n int64) string {
	if n < 0 {
		n = -n
	}
	if tag != Russian {
		if n == 1 {
			return "one"
		}
		return "other"
	}
	ones, tens := n%10, n%100
	switch {
	case ones == 1 && tens != 11:
		return "one"
	case 2 <= ones && ones <= 4 && (tens < 12 || tens > 14):
		return "few"
	}
	return "many"
}
