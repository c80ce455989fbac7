package locale_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"veche/locale"
)

func folder(en, ru string) fstest.MapFS {
	return fstest.MapFS{"en.txt": {Data: []byte(en)}, "ru.txt": {Data: []byte(ru)}}
}

func load(t *testing.T, en, ru string) *locale.Words {
	t.Helper()
	w, err := locale.Load(folder(en, ru))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTextFillsItsPlacesInTheReadersLanguage(t *testing.T) {
	w := load(t, "# greeting\nhi = Hello, {0} of {1}! {x} {9}", "hi = Здравствуйте, {0} из {1}!")
	if got, want := w.Text(locale.Russian, "hi", "Марфа", "Новгород"), "Здравствуйте, Марфа из Новгород!"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := w.Text(locale.English, "hi", "Martha", "Novgorod"), "Hello, Martha of Novgorod! {x} {9}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := w.Text(locale.English, "no.such"); got != "no.such" {
		t.Errorf("a key without a text reads %q", got)
	}
}

func TestPluralFormsFollowCLDR(t *testing.T) {
	w := load(t,
		"n[one] = {0} comment\nn[other] = {0} comments",
		"n[one] = {0} комментарий\nn[few] = {0} комментария\nn[many] = {0} комментариев")
	ru := map[int]string{
		0: "0 комментариев", 1: "1 комментарий", 2: "2 комментария", 4: "4 комментария", 5: "5 комментариев",
		11: "11 комментариев", 12: "12 комментариев", 14: "14 комментариев", 21: "21 комментарий", 22: "22 комментария",
		111: "111 комментариев", 112: "112 комментариев", 121: "121 комментарий",
	}
	for n, want := range ru {
		if got := w.Text(locale.Russian, "n", n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for n, want := range map[int]string{0: "0 comments", 1: "1 comment", 2: "2 comments"} {
		if got := w.Text(locale.English, "n", n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestLoadRefusesHalfATranslation(t *testing.T) {
	for _, c := range []struct{ en, ru, want string }{
		{"a = x\nb = y", "a = x", `"ru" has no text for "b"`},
		{"a = x", "a = x\nb[few] = y", `"en" has no text for "b"`},
		{"a = x\na = y", "a = x", "twice"},
		{"a", "a = x", "line 1"},
	} {
		_, err := locale.Load(folder(c.en, c.ru))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Load(%q, %q) = %v, want %q in it", c.en, c.ru, err, c.want)
		}
	}
}

func TestMatchTakesTheLanguageLikedBest(t *testing.T) {
	for header, want := range map[string]locale.Tag{
		"":                               locale.English,
		"ru":                             locale.Russian,
		"ru-RU,ru;q=0.9,en;q=0.8":        locale.Russian,
		"en-GB,ru;q=0.9":                 locale.English,
		"de,fr;q=0.9,ru;q=0.1":           locale.Russian,
		"en;q=0.1, RU;q=0.2":             locale.Russian,
		"ru;q=0":                         locale.English,
		"ru;q=7":                         locale.English,
		strings.Repeat("de,", 99) + "ru": locale.English,
	} {
		if got := locale.Match(header); got != want {
			t.Errorf("Match(%q) = %q, want %q", header, got, want)
		}
	}
}

func TestDateSpeaksTheLanguage(t *testing.T) {
	at := time.Date(2026, 11, 21, 18, 5, 0, 0, time.UTC)
	if got, want := locale.DateTime(locale.Russian, at), "21 ноября 2026, 18:05"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := locale.Date(locale.English, at), "21 November 2026"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("a = b\nn[one] = {0}", "x")
	f.Fuzz(func(t *testing.T, text, arg string) {
		w, err := locale.Load(folder(text, text))
		if err != nil {
			return
		}
		for line := range strings.Lines(text) {
			key, _, _ := strings.Cut(line, "=")
			w.Text(locale.English, strings.TrimSpace(key), arg)
		}
	})
}

func FuzzMatch(f *testing.F) {
	f.Add("ru-RU,ru;q=0.9,en;q=0.8")
	f.Fuzz(func(t *testing.T, header string) {
		if _, ok := locale.Parse(string(locale.Match(header))); !ok {
			t.Errorf("Match(%q) is not a spoken language", header)
		}
	})
}
