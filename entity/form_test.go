package entity_test

import (
	"errors"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"veche/entity"
)

// editable are the columns of News that a form may change.
func editable(e *entity.Entity) []string {
	var columns []string
	for i := range e.Fields {
		if e.Fields[i].Editable() {
			columns = append(columns, e.Fields[i].Column)
		}
	}
	return columns
}

// problems returns the keys of the problems in err by column; an err of another
// kind fails the test.
func problems(t testing.TB, err error) map[string]string {
	t.Helper()
	keys := make(map[string]string)
	if err == nil {
		return keys
	}
	wrong, ok := errors.AsType[*entity.Invalid](err)
	if !ok {
		t.Fatalf("got %v, want an *entity.Invalid", err)
	}
	for column, p := range wrong.Fields {
		keys[column] = strings.TrimPrefix(p.String(), "entity.")
	}
	return keys
}

func TestDecodeSetsTheNamedFieldsAndNoOthers(t *testing.T) {
	e := describe[News](t)
	form := url.Values{
		"title": {"Вече"}, "id": {"7"}, "version": {"9"}, "author_id": {"1"}, "views": {"1000"},
		"password": {"x"}, "state": {"published"}, "pinned": {"on"}, "body": {"a\r\nb"},
	}
	n := News{Password: "kept"}
	if err := e.Decode(&n, form, "title", "body"); err != nil {
		t.Fatal(err)
	}
	if want := (News{Title: "Вече", Body: "a\r\nb", Password: "kept"}); !cmp.Equal(n, want) {
		t.Errorf("got %+v", n)
	}
	for _, column := range []string{"id", "version", "created_at", "author_id", "views", "password", "file", "comments", "nonsense"} {
		err := e.Decode(&n, form, "state", column)
		if _, isInvalid := errors.AsType[*entity.Invalid](err); err == nil || isInvalid {
			t.Errorf("%s: got %v, want an error for the programmer", column, err)
		}
	}
	if n.State != "" {
		t.Error("a refused Decode set a field")
	}
	if err := e.Decode(&n, form); err != nil || n.State != "" {
		t.Error("Decode without columns set a field")
	}
}

func TestDecodeSaysWhatItCannotRead(t *testing.T) {
	e := describe[News](t)
	n := News{Weight: 3, SectionID: 5, Pinned: true, Site: "/kept"}
	form := url.Values{
		"weight": {"heavy"}, "section_id": {"9999999999999999999999"}, "pinned": {"maybe"}, "publish_at": {"soon"},
		"day": {"2026-02-30"}, "stars": {"-1"}, "title": {"T"},
	}
	err := e.Decode(&n, form, "weight", "section_id", "pinned", "publish_at", "day", "stars", "title", "site")
	want := map[string]string{
		"weight": "not_number", "section_id": "not_number", "pinned": "not_bool", "publish_at": "not_time", "day": "not_date", "stars": "not_number",
	}
	if diff := cmp.Diff(want, problems(t, err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if n.Weight != 3 || n.SectionID != 5 || !n.Pinned || n.Title != "T" || n.Site != "/kept" {
		t.Errorf("got %+v", n)
	}
	if err := e.Decode(&n, url.Values{}, "pinned"); err != nil || n.Pinned {
		t.Error("a box that was not marked is not read as no")
	}
}

func TestTimesAreReadInTheZoneOfTheReader(t *testing.T) {
	moscow := time.FixedZone("MSK", 3*3600)
	e := describe[News](t).In(moscow)
	for text, want := range map[string]time.Time{
		"2026-11-21T13:30":             time.Date(2026, 11, 21, 10, 30, 0, 0, time.UTC),
		"2026-11-21T13:30:05.25":       time.Date(2026, 11, 21, 10, 30, 5, 250e6, time.UTC),
		"2026-11-21T13:30:00Z":         time.Date(2026, 11, 21, 13, 30, 0, 0, time.UTC),
		"2026-11-21T01:30:00.5+05:00 ": time.Date(2026, 11, 20, 20, 30, 0, 500e6, time.UTC),
		"":                             {},
	} {
		var n News
		if err := e.Decode(&n, url.Values{"publish_at": {text}}, "publish_at"); err != nil || !n.PublishAt.Equal(want) {
			t.Errorf("%q: got %v, %v, want %v", text, n.PublishAt, err, want)
		}
	}
	n := News{PublishAt: time.Date(2026, 11, 21, 22, 30, 0, 0, time.UTC), Day: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
	got, err := e.Encode(&n, "publish_at", "day")
	if want := (url.Values{"publish_at": {"2026-11-22T01:30"}, "day": {"2026-11-21"}}); err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestSecretsAreNotEncoded(t *testing.T) {
	e := describe[News](t)
	got, err := e.Encode(&News{Password: "hash", File: []byte("x")})
	if err != nil || got.Has("password") || got.Has("file") {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := e.Encode(&News{}, "nonsense"); err == nil {
		t.Error("an unknown column passes")
	}
}

// text draws what people and attackers type.
func text() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringN(0, 20, -1),
		rapid.StringMatching(`[а-яё a-z]{0,30}`),
		rapid.SampledFrom([]string{"", " ", "a\x00b", "\xff", "a\tb", "a\r\nb\n", "\u202e", "ru", "draft", "a@b.example", "/x", "http://h/", "-s-", "слово"}),
	)
}

func moment() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		seconds := rapid.Int64Range(-70000000000, 260000000000).Draw(t, "seconds")
		return time.Unix(seconds, rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
	})
}

func anyNews() *rapid.Generator[News] {
	return rapid.Custom(func(t *rapid.T) News {
		return News{
			Title: text().Draw(t, "title"), Slug: text().Draw(t, "slug"), Locale: text().Draw(t, "locale"),
			Email: text().Draw(t, "email"), Site: text().Draw(t, "site"), Lead: text().Draw(t, "lead"),
			Body: text().Draw(t, "body"), Markup: text().Draw(t, "markup"), State: Status(text().Draw(t, "state")),
			SectionID: rapid.Int64().Draw(t, "section"), PublishAt: moment().Draw(t, "publish"), Day: moment().Draw(t, "day"),
			Pinned: rapid.Bool().Draw(t, "pinned"), Weight: rapid.Float64().Draw(t, "weight"), Stars: rapid.Uint8().Draw(t, "stars"),
		}
	})
}

// TestEncodedValuesAreDecodedToTheSame holds for what Validate accepts; texts
// need nothing for it, times a year that can be written.
func TestEncodedValuesAreDecodedToTheSame(t *testing.T) {
	e := describe[News](t)
	rapid.Check(t, func(rt *rapid.T) {
		n := anyNews().Draw(rt, "row")
		e.Normalise(&n)
		once := n
		if e.Normalise(&n); !cmp.Equal(once, n) {
			rt.Fatalf("normal form is not stable:\n%s", cmp.Diff(once, n))
		}
		zone := time.FixedZone("", rapid.IntRange(-12*3600, 14*3600).Draw(rt, "zone"))
		bad := problems(t, e.Validate(&n))
		for _, column := range []string{"publish_at", "day"} {
			if _, ok := bad[column]; ok {
				rt.Skip("a year that cannot be written")
			}
		}
		if y := n.PublishAt.In(zone).Year(); y > 9999 || !n.PublishAt.IsZero() && y < 1000 {
			rt.Skip("a year that cannot be written in the zone")
		}
		form, err := e.In(zone).Encode(&n, editable(e)...)
		if err != nil {
			rt.Fatal(err)
		}
		var got News
		if err := e.In(zone).Decode(&got, form, editable(e)...); err != nil {
			rt.Fatal(err)
		}
		e.Normalise(&got)
		if diff := cmp.Diff(n, got); diff != "" {
			rt.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// TestValidRowsKeepTheirBounds holds Validate against the rules said again in
// the simplest way.
func TestValidRowsKeepTheirBounds(t *testing.T) {
	e := describe[News](t)
	clean := func(s string, lines bool) bool {
		for _, r := range s {
			if (r < ' ' || 0x7f <= r && r < 0xa0) && !(lines && (r == '\n' || r == '\t')) {
				return false
			}
		}
		return utf8.ValidString(s)
	}
	rapid.Check(t, func(rt *rapid.T) {
		n := anyNews().Draw(rt, "row")
		if rapid.Bool().Draw(rt, "long") {
			n.Title += strings.Repeat("ы", rapid.IntRange(190, 210).Draw(rt, "length"))
		}
		bad := problems(t, e.Validate(&n))
		want := map[string]bool{
			"title":      n.Title == "" || utf8.RuneCountInString(n.Title) > 200 || !clean(n.Title, false),
			"body":       n.Body != "" && (utf8.RuneCountInString(n.Body) < 3 || !clean(n.Body, true)),
			"lead":       !clean(n.Lead, true),
			"locale":     !slices.Contains([]string{"", "ru", "en"}, n.Locale),
			"state":      !slices.Contains([]Status{"", "draft", "review", "published"}, n.State),
			"section_id": n.SectionID <= 0,
			"weight":     !(n.Weight >= -10 && n.Weight <= 10),
			"stars":      n.Stars > 5,
		}
		for column, isBad := range want {
			if _, got := bad[column]; got != isBad {
				rt.Errorf("%s: got problem %q, want one: %t, in %+v", column, bad[column], isBad, n)
			}
		}
	})
}

func TestValidateNamesTheProblem(t *testing.T) {
	e := describe[News](t)
	n := News{
		Title: "two\nlines", Slug: "Not a slug", Locale: "de", Email: "Someone <a@b.example>", Site: "javascript:alert(1)",
		Body: "ab", PublishAt: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), Weight: math.NaN(), Views: -1, Stars: 6, File: make([]byte, 101),
	}
	want := map[string]string{
		"title": "control", "slug": "not_slug", "locale": "not_enum", "email": "not_email", "site": "not_url", "body": "too_short[3]",
		"section_id": "required", "publish_at": "not_time", "weight": "not_number", "views": "too_small[0]", "stars": "too_large[5]", "file": "too_long[100]",
	}
	if diff := cmp.Diff(want, problems(t, e.Validate(&n))); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if got := problems(t, e.Validate(&n, "slug", "file")); len(got) != 2 {
		t.Errorf("two columns: got %v", got)
	}
	if err := e.Validate(&n, "nonsense"); err == nil {
		t.Error("an unknown column passes")
	}
}

func TestAddressesThatAreAllowed(t *testing.T) {
	e := describe[News](t)
	check := func(column, value string, set func(*News), want bool) {
		t.Helper()
		var n News
		set(&n)
		e.Normalise(&n)
		if got := e.Validate(&n, column) == nil; got != want {
			t.Errorf("%s %q: allowed %t, want %t", column, value, got, want)
		}
	}
	sites := map[string]bool{
		"https://example.org/путь?x=1#y": true, "http://h": true, "/news/1": true, "//evil.example": false, `/\evil.example`: false,
		"https://user@example.org": false, "data:text/html,x": false, "mailto:a@b.example": false, "example.org": false, "https://": false,
	}
	mails := map[string]bool{
		" a.b+c@Example.ORG ": true, "a@localhost": false, "a@b.example, c@d.example": false, "@b.example": false, "вече@пример.рф": true, "a b@c.example": false,
	}
	slugs := map[string]bool{"veche-2026": true, "вече_1": true, "-a": false, "a/b": false, "a.b": false, "Вече": true /* lower-cased */}
	for _, v := range slices.Sorted(maps.Keys(sites)) {
		check("site", v, func(n *News) { n.Site = v }, sites[v])
	}
	for _, v := range slices.Sorted(maps.Keys(mails)) {
		check("email", v, func(n *News) { n.Email = v }, mails[v])
	}
	for _, v := range slices.Sorted(maps.Keys(slugs)) {
		check("slug", v, func(n *News) { n.Slug = v }, slugs[v])
	}
}

// FuzzDecode feeds whole forms: nothing that a browser can send breaks Decode, and
// what it reads without complaint it reads from its own form again.
func FuzzDecode(f *testing.F) {
	e := describe[News](f)
	columns := editable(e)
	f.Add("title=Вече&slug=veche&pinned=on&weight=1.5&publish_at=2026-11-21T10:00&day=2026-11-21&section_id=3&stars=2")
	f.Add("title=%00&weight=Inf&stars=-0&section_id=+1&publish_at=0000-01-01T00:00&day=9999-12-31")
	f.Add("publish_at=2026-11-21T10:00:00.123456789%2B03:00&body=a%0D%0Ab&id=1&password=x")
	f.Fuzz(func(t *testing.T, query string) {
		form, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		var n News
		if e.Decode(&n, form, columns...) != nil {
			return
		}
		e.Normalise(&n)
		if n.ID != 0 || n.Password != "" || n.Version != 0 {
			t.Fatalf("mass assignment: %+v", n)
		}
		if e.Validate(&n, columns...) != nil {
			return
		}
		again, err := e.Encode(&n, columns...)
		if err != nil {
			t.Fatal(err)
		}
		var got News
		if err := e.Decode(&got, again, columns...); err != nil {
			t.Fatalf("its own form is not read: %v", err)
		}
		e.Normalise(&got)
		if diff := cmp.Diff(n, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
