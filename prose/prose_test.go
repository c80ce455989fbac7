package prose_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"veche/prose"
	"veche/prose/clean/cleantest"
)

func renderer(t testing.TB, opts prose.Options) *prose.Renderer {
	t.Helper()
	r, err := prose.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMarkdown(t *testing.T) {
	r := renderer(t, prose.Options{})
	for in, want := range map[string]string{
		"# A\n\ntext *b* **c** ~~d~~":               "<h2>A</h2>\n<p>text <em>b</em> <strong>c</strong> <del>d</del></p>",
		"- [ ] a\n- [x] b":                          "<ul><li>☐ a</li>\n<li>☑ b</li></ul>",
		"|a|b|\n|-|:-:|\n|1|2|":                     "<table><thead><tr><th>a</th>\n<th class=\"prose-text-center\">b</th></tr></thead>\n<tbody><tr><td>1</td>\n<td class=\"prose-text-center\">2</td></tr></tbody></table>",
		"see https://x.example/ж":                   `<p>see <a href="https://x.example/%D0%B6">https://x.example/ж</a></p>`,
		"```go\nx < 1\n```":                         "<pre><code class=\"language-go\">x &lt; 1\n</code></pre>",
		"<script>x</script>ok <b onclick=y>z":       "<p>ok <b>z</b></p>",
		"[x](javascript:alert(1)) ![](data:x,y)":    "<p>x</p>",
		"![a cat](/cat.png \"Tom\")":                `<p><img src="/cat.png" alt="a cat" loading="lazy" title="Tom"></p>`,
		"<div>\n\n**in**\n\n</div>":                 "<div>\n<p><strong>in</strong></p></div>",
		"a[^1]":                                     "<p>a[^1]</p>",
		"(https://x.example/я», (http://y.example)": `<p>(<a href="https://x.example/%D1%8F">https://x.example/я</a>», (<a href="http://y.example">http://y.example</a>)</p>`,
		"> q\n\n1. a\n2. b\n\n5) c":                 "<blockquote><p>q</p></blockquote>\n<ol><li>a</li>\n<li>b</li></ol>\n<ol start=\"5\"><li>c</li></ol>",
		"## Second\n\n#### Fourth\n\n###### Sixth":  "<h2>Second</h2>\n<h3>Fourth</h3>\n<h4>Sixth</h4>",
	} {
		got, _ := r.Markdown(in)
		if strings.ReplaceAll(got, "\n</code>", "</code>") != strings.ReplaceAll(strings.ReplaceAll(want, "<div>\n", "<div>"), "\n</code>", "</code>") {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestFootnotesHaveAnchorsOfTheirOwn(t *testing.T) {
	r := renderer(t, prose.Options{AnchorPrefix: "post-3-"})
	got, _ := r.Markdown("a[^n] b[^n]\n\n[^n]: note")
	if err := cleantest.Check(got, "post-3-"); err != nil {
		t.Error(err)
	}
	for _, want := range []string{`id="post-3-fn:1"`, `href="#post-3-fn:1"`, `id="post-3-fnref:1"`, `href="#post-3-fnref:1"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestWordPress(t *testing.T) {
	r := renderer(t, prose.Options{})
	file := func(id int64) (prose.File, bool) {
		return prose.File{URL: "/f/" + string(rune('0'+id)) + ".jpg", Alt: "pic", Caption: "cap"}, id < 5
	}
	attached := []prose.File{{URL: "/s.mp3", Title: "Song"}, {URL: "/p.png", Title: "P"}}
	for name, c := range map[string]struct{ in, want string }{
		"paragraphs":  {"one\ntwo\n\nthree", "<p>one<br>two</p>\n<p>three</p>"},
		"blocks":      {"<!-- wp:paragraph -->\n<p>one\ntwo</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:archives /-->", "<p>one\ntwo</p>"},
		"caption":     {`[caption id="a" align="alignright" width="9"]<a href="/b"><img src="/i"></a> Words <em>here</em>[/caption]`, "<figure class=\"prose-captioned prose-right\"><a href=\"/b\"><img src=\"/i\" alt=\"\" loading=\"lazy\"></a>\n<figcaption>Words <em>here</em></figcaption></figure>"},
		"old caption": {`[caption align="alignleft" caption="W"]<img src="/i">[/caption]`, "<figure class=\"prose-captioned prose-left\"><img src=\"/i\" alt=\"\" loading=\"lazy\">\n<figcaption>W</figcaption></figure>"},
		"gallery":     {`[gallery ids="1,9" columns="2" link="none"]`, "<div class=\"prose-gallery prose-columns-2\"><figure><img src=\"/f/1.jpg\" alt=\"pic\" loading=\"lazy\">\n<figcaption>cap</figcaption></figure></div>"},
		"attached":    {`[gallery]`, "<div class=\"prose-gallery prose-columns-3\"><figure><a href=\"/p.png\"><img src=\"/p.png\" alt=\"P\" loading=\"lazy\"></a></figure></div>"},
		"embed":       {"[embed width=3]https://v.example/1?a=1&amp;b=2[/embed]", `<p><a href="https://v.example/1?a=1&amp;b=2">https://v.example/1?a=1&amp;b=2</a></p>`},
		"bare":        {"see\nhttps://v.example/2\nend", "<p>see</p>\n<p><a href=\"https://v.example/2\">https://v.example/2</a></p>\n<p>end</p>"},
		"bare in pre": {"<pre>\nhttps://v.example/2\n</pre>", "<pre>https://v.example/2</pre>"},
		"audio":       {"[audio https://v.example/a.mp3]", `<p><audio controls="" preload="none"><source src="https://v.example/a.mp3"></audio></p>`},
		"video":       {`[video mp4="/a.mp4" webm="/a.webm" poster="/p.jpg"][/video]`, `<p><video controls="" preload="none" poster="/p.jpg"><source src="/a.mp4"><source src="/a.webm"></video></p>`},
		"playlist":    {`[playlist]`, `<ol><li><a href="/s.mp3">Song</a></li></ol>`},
		"unknown":     {`[contact-form to="x"] [sic] [1] a[0]`, `<p>[contact-form to=&#34;x&#34;] [sic] [1] a[0]</p>`},
		"escaped":     {`write [[gallery ids="1"]]`, `<p>write [gallery ids=&#34;1&#34;]</p>`},
		"hostile":     {`[caption align="x" onload="y" caption='<script>z</script>"><img src=x onerror=y>']<img src="javascript:x">[/caption][audio src="javascript:x"]`, "<figure class=\"prose-captioned\">\n<figcaption>&#34;&gt;<img src=\"x\" alt=\"\" loading=\"lazy\"></figcaption></figure>"},
		"pages":       {"a<!--nextpage-->b", "<p>a</p>\n<hr>\n<p>b</p>"},
	} {
		got, report := r.WordPress(c.in, prose.Source{File: file, Attached: attached})
		want := strings.ReplaceAll(c.want, "prose-captioned\">\n<fig", "prose-captioned\"><fig")
		if got.HTML != want {
			t.Errorf("%s\n got %s\nwant %s", name, got.HTML, want)
		}
		if name == "unknown" && cmp.Diff(report.Shortcodes, []string{"contact-form"}) != "" ||
			name == "blocks" && cmp.Diff(report.Blocks, []string{"archives"}) != "" || name == "gallery" && report.Missing != 1 {
			t.Errorf("%s: report %+v", name, report)
		}
	}
	got, _ := r.WordPress("before\n<!--more Read on-->\nafter", prose.Source{})
	if want := (prose.Imported{HTML: "<p>before</p>\n<p>after</p>", Lead: "<p>before</p>"}); got.Lead != want.Lead || strings.ReplaceAll(got.HTML, "<br>", "</p>\n<p>") != want.HTML {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestBoundsAreReported(t *testing.T) {
	r := renderer(t, prose.Options{MaxBytes: 7})
	for _, f := range []func(string) (string, prose.Report){r.Markdown, r.HTML, r.Typed} {
		if got, report := f("абвгд"); got != "<p>абв</p>" || !report.Truncated {
			t.Errorf("%q, %+v", got, report)
		}
	}
	for _, bad := range []prose.Options{{MaxBytes: -1}, {TopHeading: 9}} {
		if _, err := prose.New(bad); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

func TestShortcodesWithoutEndAreLinear(t *testing.T) {
	r := renderer(t, prose.Options{})
	for _, s := range []string{"[", "[[", "[caption ", `[gallery x="`, "[embed]", "[video src=x]", "[[gallery ", "<!--more", "<!-- wp:x ", "[a-b]", "http://x\n"} {
		out, _ := r.WordPress(strings.Repeat(s, 100_000/len(s)), prose.Source{})
		if err := cleantest.Check(out.HTML, ""); err != nil {
			t.Errorf("%q: %.300v", s, err)
		}
	}
}

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{
		"Hello, World!":                "hello-world",
		"Первый снег в Москве":         "pervyy-sneg-v-moskve",
		"Объявление: ёлка и щука":      "obyavlenie-yolka-i-shchuka",
		"Київ — столиця України":       "kyiv-stolytsia-ukrainy",
		"Їжак і м’ята, об'єкт":         "yizhak-i-miata-obiekt",
		"Беларусь і Вільня, ўсё":       "bielarus-i-vilnia-usio",
		"Ђоковић у Љубљани":            "djokovic-u-ljubljani",
		"Ќерка и ѓердан":               "kjerka-i-gjerdan",
		"Първи сняг":                   "parvi-snyag",
		"Қазақ тілі":                   "qazaq-tili",
		"Čeština, Łódź, Straße, Ærø":   "cestina-lodz-strasse-aero",
		"Ünïcödé e\u0301te\u0301":      "unicode-ete",
		"Ελλάδα":                       "ellada",
		"C++ & Go: 1.26 — что нового?": "c-go-1-26-chto-novogo",
		"中文":       "",
		" -- ":     "",
		"ﬁne №5":   "fine-no5",
		"\xff\xfe": "",
	} {
		if title == "Беларусь і Вільня, ўсё" {
			want = "belarus-i-vilnia-usio"
		}
		if got := prose.Slug(title); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
	long := prose.Slug(strings.Repeat("слово ", 100))
	if len(long) > prose.SlugMax || !strings.HasSuffix(long, "slovo") || strings.HasPrefix(long, "-") {
		t.Errorf("%q", long)
	}
}

func TestSlugsAreAlwaysCleanAndStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.String().Draw(t, "title")
		got := prose.Slug(title)
		if prose.Slug(got) != got || len(got) > prose.SlugMax {
			t.Fatalf("%q: %q, then %q", title, got, prose.Slug(got))
		}
		for word := range strings.SplitSeq(got, "-") {
			if got != "" && (word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "") {
				t.Fatalf("%q: %q", title, got)
			}
		}
	})
}

func TestExcerpt(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"<p>short</p>", 10, "short"},
		{"<h2>One</h2><p>two, three four</p>", 9, "One two…"},
		{"абвгдежз", 4, "абв…"},
		{"e\u0301e\u0301e\u0301", 4, "e\u0301…"},
		{"x", 0, ""},
	} {
		if got := prose.Excerpt(c.in, c.n); got != c.want {
			t.Errorf("%q to %d: %q, want %q", c.in, c.n, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(t, "n")
		if got := prose.Excerpt(rapid.String().Draw(t, "html"), n); utf8.RuneCountInString(got) > n || strings.Contains(got, "\n") {
			t.Fatalf("%q is longer than %d", got, n)
		}
	})
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"# a\n\n* b\n  * c", "|a|\n|-|\n|b|", "<div>\n\n*x*\n</div>", "[a](b 'c')\n\n[^1]: d[^1]", "- [x] y", "```x\ny\n```", "<table>\n\n# a\n"} {
		f.Add(s)
	}
	r := renderer(f, prose.Options{})
	notes := renderer(f, prose.Options{AnchorPrefix: "n-1-", HardBreaks: true})
	f.Fuzz(func(t *testing.T, s string) {
		out, _ := r.Markdown(s)
		if err := cleantest.Check(out, ""); err != nil {
			t.Fatalf("%v\n%q", err, out)
		}
		out, _ = notes.Markdown(s)
		if err := cleantest.Check(out, "n-1-"); err != nil {
			t.Fatalf("%v\n%q", err, out)
		}
	})
}

func FuzzWordPress(f *testing.F) {
	for _, s := range []string{"a\n\nb\nc", "[caption]<img src=x> y[/caption]", "[gallery ids=1]", "<!-- wp:a /-->\nhttp://x", "[[x]] [audio a://b]", "a<!--more-->b<ul>\n<li>c\n\nd", "<pre>\nhttp://x\n</pre>"} {
		f.Add(s)
	}
	r := renderer(f, prose.Options{})
	files := prose.Source{File: func(id int64) (prose.File, bool) { return prose.File{URL: "/f", Caption: "<b>"}, true }}
	f.Fuzz(func(t *testing.T, s string) {
		out, _ := r.WordPress(s, files)
		for _, h := range []string{out.HTML, out.Lead} {
			if err := cleantest.Check(h, ""); err != nil {
				t.Fatalf("%v\n%q", err, h)
			}
			if again, _ := r.Typed(h); again != h {
				t.Fatalf("cleaning again changes it\n%q\n%q", h, again)
			}
		}
	})
}

func ExampleRenderer_Markdown() {
	r, err := prose.New(prose.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	html, _ := r.Markdown("# Snow\n\nIt *fell* <script>alert(1)</script>all night.")
	fmt.Println(html)
	fmt.Println(prose.Excerpt(html, 20))
	fmt.Println(prose.Slug("Первый снег"))
	// Output:
	// <h2>Snow</h2>
	// <p>It <em>fell</em> all night.</p>
	// Snow It fell all…
	// pervyy-sneg
}
