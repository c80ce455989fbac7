package wxr_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/wxr"
)

// readAll reads a whole export.
func readAll(source io.Reader, opts wxr.Options) (*wxr.Site, []wxr.Item, wxr.Stats, error) {
	r, err := wxr.NewReader(source, opts)
	if err != nil {
		return nil, nil, wxr.Stats{}, err
	}
	var items []wxr.Item
	for item, err := range r.Items() {
		if err != nil {
			return r.Site(), items, r.Stats(), err
		}
		items = append(items, item)
	}
	return r.Site(), items, r.Stats(), nil
}

func open(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEveryFieldOfAVersion12ExportIsCarried(t *testing.T) {
	site, items, stats, err := readAll(strings.NewReader(string(open(t, "small12.xml"))), wxr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantSite := &wxr.Site{
		Version: "1.2", Title: "Городской листок", Link: "https://listok.example", Description: "Новости & люди",
		Language: "ru-RU", PubDate: time.Date(2024, 2, 8, 6, 55, 31, 0, time.UTC),
		BaseSiteURL: "https://listok.example/", BaseBlogURL: "https://listok.example",
		Authors: []wxr.Author{{ID: 7, Login: "anna", Email: "anna@listok.example", DisplayName: "Анна"}},
		Categories: []wxr.Term{
			{ID: 2, Taxonomy: "category", Slug: "мир", Name: "Мир"},
			{ID: 3, Taxonomy: "category", Slug: "europe", Parent: "мир", Name: "Европа", Meta: []wxr.Meta{{Key: "color", Value: "red"}}},
		},
		Tags:  []wxr.Term{{ID: 4, Taxonomy: "post_tag", Slug: "snow", Name: "Снег"}},
		Terms: []wxr.Term{{ID: 5, Taxonomy: "nav_menu", Slug: "main", Name: "Main"}},
	}
	if diff := cmp.Diff(site, wantSite); diff != "" {
		t.Errorf("site, got before want:\n%s", diff)
	}
	want := wxr.Item{
		ID: 1, Type: "post", Status: "publish", Title: "Первый снег", Slug: "снег",
		Link: "https://listok.example/?p=1", GUID: "https://listok.example/?p=1", Creator: "anna",
		Content: "<p>a ]]> b</p>", Excerpt: "short", PubDate: time.Date(2023, 1, 16, 7, 8, 31, 0, time.UTC),
		Date: time.Date(2023, 1, 16, 10, 8, 31, 0, time.UTC), DateGMT: time.Date(2023, 1, 16, 7, 8, 31, 0, time.UTC),
		CommentStatus: "open", PingStatus: "closed", Sticky: true, Line: 22,
		Terms: []wxr.TermRef{{Taxonomy: "category", Slug: "europe", Name: "Европа"}, {Taxonomy: "post_tag", Slug: "snow", Name: "Снег"}},
		Meta:  []wxr.Meta{{Key: "_edit_last", Value: "7"}},
		Comments: []wxr.Comment{{
			ID: 11, Author: "Иван", AuthorEmail: "ivan@example.com", AuthorIP: "192.0.2.7",
			Date: time.Date(2023, 1, 17, 10, 0, 0, 0, time.UTC), DateGMT: time.Date(2023, 1, 17, 7, 0, 0, 0, time.UTC),
			Content: "Красиво!", Approved: "1",
		}},
	}
	if diff := cmp.Diff(items[0], want); diff != "" {
		t.Errorf("item, got before want:\n%s", diff)
	}
	entry, ok := items[1].MenuEntry()
	wantEntry := wxr.MenuEntry{Menu: "main", Title: "To the world", Kind: "taxonomy", Object: "category", ObjectID: 2, Order: 3}
	if diff := cmp.Diff(entry, wantEntry); diff != "" || !ok {
		t.Errorf("menu entry (%v), got before want:\n%s", ok, diff)
	}
	if len(site.Menus()) != 1 || len(site.AllTerms()) != 4 || !items[1].Published().IsZero() || !items[0].Comments[0].IsApproved() {
		t.Errorf("menus %v, all terms %v, published %v", site.Menus(), site.AllTerms(), items[1].Published())
	}
	if want := (wxr.Stats{Items: 2, Comments: 1, Meta: 4}); stats != want {
		t.Errorf("stats %+v, want %+v", stats, want)
	}
}

func TestVersion10WritesTermsTwiceAndTheyAreReadOnce(t *testing.T) {
	site, items, _, err := readAll(strings.NewReader(string(open(t, "small10.xml"))), wxr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []wxr.TermRef{{Taxonomy: "category", Slug: "life", Name: "Life"}, {Taxonomy: "post_tag", Slug: "tea", Name: "Tea"}}
	if diff := cmp.Diff(items[0].Terms, want); diff != "" || site.Version != "1.0" {
		t.Errorf("version %q, terms, got before want:\n%s", site.Version, diff)
	}
}

// export wraps header and item fragments in a sound export.
func export(header, items string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="http://purl.org/rss/1.0/modules/content/">` +
		"<channel><wp:wxr_version>1.2</wp:wxr_version>" + header + items + "</channel></rss>\n"
}

func TestHostileInputEndsInOneTypedSentence(t *testing.T) {
	good := export("", "<item><title>x</title></item>")
	nest := strings.Repeat("<a>", 100)
	lol := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><rss>&lol2;</rss>`
	for name, c := range map[string]struct {
		in   string
		opts wxr.Options
		kind wxr.Kind
		say  string
	}{
		"empty":               {in: "", kind: wxr.Truncated, say: "ends"},
		"entities declared":   {in: lol, kind: wxr.Forbidden, say: "document type"},
		"late declaration":    {in: export("", "<!DOCTYPE x><item></item>"), kind: wxr.Forbidden, say: "document type"},
		"undeclared entity":   {in: export("", "<item><title>&lol;</title></item>"), kind: wxr.Forbidden, say: "&lol;"},
		"deep nesting":        {in: export("", "<item>"+nest), kind: wxr.TooLarge, say: "deeper than 32"},
		"deep in text":        {in: export("", "<item><title>"+nest), kind: wxr.TooLarge, say: "deeper than 32"},
		"truncated":           {in: good[:len(good)-20], kind: wxr.Truncated, say: "middle"},
		"truncated in item":   {in: export("", "<item><title>x")[:220], kind: wxr.Truncated, say: "middle"},
		"wrong root":          {in: "<html><body/></html>", kind: wxr.NotWXR, say: "<html>"},
		"plain feed":          {in: `<rss version="2.0"><channel><title>x</title><item/></channel></rss>`, kind: wxr.NotWXR, say: "RSS feed"},
		"no channel":          {in: `<rss version="2.0"></rss>`, kind: wxr.NotWXR, say: "<channel>"},
		"unknown version":     {in: strings.Replace(good, ">1.2<", ">9.9<", 1), kind: wxr.NotWXR, say: "9.9"},
		"other charset":       {in: `<?xml version="1.0" encoding="windows-1251"?><rss/>`, kind: wxr.Encoding, say: "windows-1251"},
		"utf-16":              {in: "\xff\xfe<\x00r\x00", kind: wxr.Encoding, say: "UTF-16"},
		"gzip":                {in: "\x1f\x8b\x08\x00", kind: wxr.NotWXR, say: "unpack"},
		"not XML":             {in: "hello world", kind: wxr.Truncated, say: "ends"},
		"mismatched":          {in: export("", "<item></title></item>"), kind: wxr.Malformed, say: "well-formed"},
		"bad reference":       {in: export("", "<item><title>&#1;</title></item>"), kind: wxr.Encoding, say: "forbids"},
		"huge item":           {in: export("", "<item><title>"+strings.Repeat("x", 5000)), opts: wxr.Options{MaxItemBytes: 1000}, kind: wxr.TooLarge, say: "1000"},
		"huge header":         {in: export("<title>"+strings.Repeat("x", 5000), ""), opts: wxr.Options{MaxHeaderBytes: 1000}, kind: wxr.TooLarge, say: "outside"},
		"huge file":           {in: export("", strings.Repeat("<item/>", 500)), opts: wxr.Options{MaxBytes: 1000}, kind: wxr.TooLarge, say: "file is longer"},
		"huge tag":            {in: export("", "<item "+strings.Repeat(`a="" `, 50000)+"/>"), kind: wxr.TooLarge, say: "tag"},
		"too many items":      {in: export("", "<item/><item/><item/>"), opts: wxr.Options{MaxItems: 2}, kind: wxr.TooLarge, say: "2 items"},
		"too many comments":   {in: export("", "<item><wp:comment/><wp:comment/></item>"), opts: wxr.Options{MaxComments: 1}, kind: wxr.TooLarge, say: "1 comments"},
		"too much metadata":   {in: export("", "<item><wp:postmeta/><wp:postmeta/></item>"), opts: wxr.Options{MaxMeta: 1}, kind: wxr.TooLarge, say: "metadata"},
		"too many terms":      {in: export("<wp:tag/><wp:tag/>", ""), opts: wxr.Options{MaxTerms: 1}, kind: wxr.TooLarge, say: "1 authors"},
		"too many references": {in: export("", "<item><category/><category/></item>"), opts: wxr.Options{MaxMeta: 1}, kind: wxr.TooLarge, say: "terms"},
		"strict control":      {in: export("<title>\x08</title>", ""), opts: wxr.Options{Strict: true}, kind: wxr.Encoding, say: "forbids"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, _, err := readAll(strings.NewReader(c.in), c.opts)
			e, ok := errors.AsType[*wxr.Error](err)
			if !ok {
				t.Fatalf("error %v, want an *Error", err)
			}
			if e.Kind != c.kind || !strings.Contains(e.Error(), c.say) || strings.Contains(e.Error(), "\n") || e.Line < 1 {
				t.Errorf("%v, line %d: %v; want %v with %q", e.Kind, e.Line, e, c.kind, c.say)
			}
		})
	}
}

func TestTheLineOfAFaultIsNamed(t *testing.T) {
	in := export("", "\n\n\n<item>\n<title>a</title>\n<title>&nope;</title></item>")
	_, _, _, err := readAll(strings.NewReader(in), wxr.Options{})
	e, ok := errors.AsType[*wxr.Error](err)
	if !ok || e.Line != 7 || e.Offset < int64(strings.Index(in, "&nope;")) || e.Offset > int64(strings.Index(in, "&nope;")+10) {
		t.Errorf("error %v, want line 7 and the byte of the entity", err)
	}
}

func TestForbiddenCharactersAreReplacedAndCounted(t *testing.T) {
	in := "\xEF\xBB\xBF" + export("", "<item><title>a\x0bb\x08c\xffd\xed\xa0\x80e</title><content:encoded><![CDATA[\x00\uffff<]]></content:encoded></item>")
	_, items, stats, err := readAll(strings.NewReader(in), wxr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := items[0].Title, "a b\ufffdc\ufffdd\ufffd\ufffd\ufffde"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
	if got, want := items[0].Content, "\ufffd\ufffd<"; got != want || stats.Replaced != 8 {
		t.Errorf("content %q, want %q; %d replaced, want 8", got, want, stats.Replaced)
	}
}

func TestUnreadableValuesAreZeroAndCounted(t *testing.T) {
	in := export("", "<item><wp:post_id>many</wp:post_id><wp:post_date>soon</wp:post_date><odd><b/></odd></item>")
	_, items, stats, err := readAll(strings.NewReader(in), wxr.Options{})
	if err != nil || items[0].ID != 0 || stats.BadValue != 2 || stats.Unknown != 1 {
		t.Errorf("%v, %+v, %+v", err, items, stats)
	}
}

func TestAFailingStreamIsReportedAsSuch(t *testing.T) {
	broken := errors.New("the disk went away")
	in := io.MultiReader(strings.NewReader(export("", "<item/>")[:200]), iotest.ErrReader(broken))
	_, _, _, err := readAll(in, wxr.Options{})
	e, ok := errors.AsType[*wxr.Error](err)
	if !ok || e.Kind != wxr.ReadFailed || !errors.Is(err, broken) {
		t.Errorf("error %v, want ReadFailed with its cause", err)
	}
}

func TestTheErrorStaysAndWholeItemsBeforeItAreReturned(t *testing.T) {
	r, err := wxr.NewReader(strings.NewReader(export("", "<item><title>1</title></item><item>&x;")), wxr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if item, err := r.Next(); err != nil || item.Title != "1" {
		t.Fatalf("%v, %v", item, err)
	}
	_, err1 := r.Next()
	_, err2 := r.Next()
	if err1 == nil || err1 != err2 {
		t.Errorf("errors %v and %v, want the same", err1, err2)
	}
}

// A generated stream of any length, which counts what was taken from it.
type endless struct {
	head, body string
	limit      int64
	taken      int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.taken >= e.limit {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) {
		at := e.taken + int64(n)
		if at < int64(len(e.head)) {
			n += copy(p[n:], e.head[at:])
		} else {
			n += copy(p[n:], e.body[(at-int64(len(e.head)))%int64(len(e.body)):])
		}
	}
	e.taken += int64(n)
	return n, nil
}

func TestAHugeElementIsGivenUpAtItsBound(t *testing.T) {
	const bound = 1 << 20
	for _, open := range []string{"<item><title>", "<item><content:encoded><![CDATA[", "<item><!--"} {
		head := strings.TrimSuffix(export("", open), "</channel></rss>\n")
		e := &endless{head: head, body: "0123456789", limit: 1 << 40}
		_, _, _, err := readAll(e, wxr.Options{MaxItemBytes: bound})
		if x, ok := errors.AsType[*wxr.Error](err); !ok || x.Kind != wxr.TooLarge || e.taken > bound+256<<10 {
			t.Errorf("%s: error %v after %d bytes, want TooLarge near %d", open, err, e.taken, bound)
		}
	}
}

func TestManyItemsDoNotAddUp(t *testing.T) {
	// 8 MB of items of 10 kB under a bound of 20 kB: the budget of an
	// item begins anew with each, that of the header is not spent by them.
	item := "<item><title>" + strings.Repeat("x", 10<<10) + "</title></item>"
	e := &endless{head: strings.TrimSuffix(export("", ""), "</channel></rss>\n"), body: item, limit: 8 << 20}
	r, err := wxr.NewReader(e, wxr.Options{MaxItemBytes: 20 << 10, MaxHeaderBytes: 2 << 10})
	if err != nil {
		t.Fatal(err)
	}
	n, last := 0, int64(0)
	for _, err := range r.Items() {
		if err != nil {
			if x, ok := errors.AsType[*wxr.Error](err); !ok || x.Kind != wxr.Truncated {
				t.Fatal(err)
			}
			break
		}
		if r.Offset() <= last {
			t.Fatalf("offset %d after %d: it must grow", r.Offset(), last)
		}
		n, last = n+1, r.Offset()
	}
	if n < 780 {
		t.Errorf("%d items, want about 800", n)
	}
}

func TestNegativeBoundsAreRefused(t *testing.T) {
	for _, opts := range []wxr.Options{{MaxBytes: -1}, {MaxItems: -1}} {
		if _, err := wxr.NewReader(strings.NewReader(""), opts); err == nil || !strings.Contains(err.Error(), "negative") {
			t.Errorf("%+v: error %v", opts, err)
		}
	}
}

func ExampleNewReader() {
	export := `<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>Tea</title><wp:wxr_version>1.2</wp:wxr_version>
<item><title>Green</title><wp:post_type>post</wp:post_type></item>
<item><title>About</title><wp:post_type>page</wp:post_type></item>
</channel></rss>`
	r, err := wxr.NewReader(strings.NewReader(export), wxr.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Site().Title)
	for item, err := range r.Items() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(item.Type, item.Title)
	}
	// Output:
	// Tea
	// post Green
	// page About
}

func FuzzReader(f *testing.F) {
	for _, name := range []string{"small10.xml", "small12.xml"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(export("<wp:tag/>", "<item><wp:comment/>&amp;<![CDATA[]]></item>")))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, items, stats, err := readAll(strings.NewReader(string(data)), wxr.Options{MaxItemBytes: 1 << 16})
		if err != nil {
			if e, ok := errors.AsType[*wxr.Error](err); !ok || e.Kind == 0 || e.Line < 1 {
				t.Fatalf("error %#v, want an *Error with kind and line", err)
			}
		}
		if stats.Items != len(items) && err == nil {
			t.Fatalf("%d items counted, %d returned", stats.Items, len(items))
		}
	})
}

func BenchmarkReader(b *testing.B) {
	item := "<item><title>" + strings.Repeat("x", 100) + "</title><content:encoded><![CDATA[" + strings.Repeat("слово <b>word</b>\n", 500) + "]]></content:encoded></item>"
	in := export("", strings.Repeat(item, 50))
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, _, err := readAll(strings.NewReader(in), wxr.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestSurveyCountsOrFindsTheFault(t *testing.T) {
	in := export("<title>S</title>", "<item><wp:post_type>page</wp:post_type></item><item><wp:post_type>page</wp:post_type></item><item><wp:post_type>post</wp:post_type></item>")
	site, stats, types, err := wxr.Survey(strings.NewReader(in), wxr.Options{})
	if err != nil || site.Title != "S" || stats.Items != 3 || cmp.Diff(types, map[string]int{"page": 2, "post": 1}) != "" {
		t.Errorf("%+v, %+v, %v, %v", site, stats, types, err)
	}
	_, stats, _, err = wxr.Survey(strings.NewReader(in[:len(in)-30]), wxr.Options{})
	if e, ok := errors.AsType[*wxr.Error](err); !ok || e.Kind != wxr.Truncated || e.Kind.String() != "Truncated" || stats.Items != 2 {
		t.Errorf("%+v, %v", stats, err)
	}
}
