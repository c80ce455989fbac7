package clean_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"pgregory.net/rapid"

	"veche/prose/clean"
	"veche/prose/clean/cleantest"
)

// cleaner returns a cleaner, or ends the test.
func cleaner(t testing.TB, opts clean.Options) *clean.Cleaner {
	t.Helper()
	c, err := clean.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// settings are the options under which everything promised must hold.
var settings = []clean.Options{
	{}, {Breaks: true}, {UGC: true, TopHeading: 4, AnchorPrefix: "post-7-"},
}

// promised checks all that clean promises of one source.
func promised(t interface {
	Helper()
	Fatalf(string, ...any)
}, c *clean.Cleaner, anchors, source string,
) {
	t.Helper()
	out, _ := c.HTML(source)
	if err := cleantest.Check(out, anchors); err != nil {
		t.Fatalf("%v\nsource %q\nresult %q", err, source, out)
	}
	if again, _ := c.HTML(out); again != out {
		t.Fatalf("cleaning again changes it\nsource %q\nresult %q\nagain  %q", source, out, again)
	}
	root := &html.Node{Type: html.ElementNode, DataAtom: atom.Div, Data: "div"}
	nodes, err := html.ParseFragment(strings.NewReader(out), root)
	if err != nil {
		t.Fatalf("%v\nsource %q", err, source)
	}
	var b strings.Builder
	for _, n := range nodes {
		if err := html.Render(&b, n); err != nil {
			t.Fatalf("%v\nsource %q", err, source)
		}
	}
	if got := strings.ReplaceAll(b.String(), "/>", ">"); got != strings.ReplaceAll(out, "/>", ">") {
		t.Fatalf("a parser and its printer change it\nresult %q\nparsed %q", out, got)
	}
	if len(out) > 12*len(source)+16<<10 {
		t.Fatalf("%d bytes became %d", len(source), len(out))
	}
}

// pieces are what hostile and careless texts are made of.
var pieces = strings.Fields(`<p> </p> <div> </div> <b> </b> <i> <em> </em> <span> <span~class=alignleft> </span> <a~href=/x> <a~href=javascript:x> </a>
<ul> </ul> <ol~start=3> </ol> <li> <li~value=4> </li> <dl> </dl> <dt> </dt> <dd> </dd> <table> </table> <caption> </caption> <thead> </thead> <tbody> </tbody>
<tfoot> </tfoot> <tr> </tr> <td> <td~colspan=2> <td~rowspan=3> </td> <th~scope=row> </th> <col> <colgroup> <h1> </h1> <h3> </h3> <h6> <blockquote> </blockquote>
<pre> </pre> <code> </code> <figure> </figure> <figcaption> </figcaption> <details~open> </details> <summary> </summary> <address> </address> <hr> <br> <img~src=/i>
<img> <video~src=v> </video> <audio> <source~src=s> </audio> <iframe~src=//y.example/z></iframe> <object> </object> <svg> </svg> <math> <style> </style> <script>
</script> <template> </template> <form> </form> <input> <button> </button> <select> <option> </select> <textarea> </textarea> <title> <center> </center> <font> </font>
<rt> </rt> <ins> </ins> <time> <bdo~dir=rtl> <bdo> </bdo> <plaintext> <xmp> </xmp> <noscript> </noscript> <!--c--> <!doctype~html> <body> </html> <p~id=post-7-a>
<sup~id=post-7-b> </sup> <dfn> </dfn> word слово &lt; &nbsp; & < > " ' ~ ~~ \n \n\n \n\n\n x~y ]]> --> &#0; &#x80; <q> </q> <menu> <legend>`)

func anyMarkup() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40).Draw(t, "parts")
		return strings.NewReplacer("~", " ", `\n`, "\n").Replace(strings.Join(parts, ""))
	})
}

func TestWhateverGoesInComesOutValidAndStable(t *testing.T) {
	for i, opts := range settings {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			c := cleaner(t, opts)
			rapid.Check(t, func(t *rapid.T) {
				promised(t, c, opts.AnchorPrefix, anyMarkup().Draw(t, "source"))
			})
		})
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, uint8(0))
	}
	for _, row := range examples {
		f.Add(row.in, uint8(1))
	}
	var cleaners []*clean.Cleaner
	for _, opts := range settings {
		cleaners = append(cleaners, cleaner(f, opts))
	}
	f.Fuzz(func(t *testing.T, source string, which uint8) {
		i := int(which) % len(settings)
		promised(t, cleaners[i], settings[i].AnchorPrefix, source)
	})
}

// hostile is our own list of ways to smuggle a script, an overlay or a
// clobbered name into a page.
var hostile = []string{
	`<script>alert(1)</script>`, `<SCRIPT SRC=//evil.example/x.js></SCRIPT>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`,
	`<img src=x onerror=alert(1)>`, `<img src="javascript:alert(1)">`, `<img/src='x'/onerror='alert(1)'>`, `<body onload=alert(1)>`,
	`<a href="javascript:alert(1)">x</a>`, `<a href=" jAvA&Tab;script:alert(1)">x</a>`, `<a href="java&#10;script:alert(1)">x</a>`,
	`<a href="&#1;javascript:alert(1)">x</a>`, `<a href="data:text/html,<script>alert(1)</script>">x</a>`, `<a href="vbscript:x">x</a>`,
	`<a href="//evil.example\@good.example">x</a>`, `<a href="https://user:pass@evil.example/">x</a>`, `<a href="\\evil.example">x</a>`,
	`<a href='x' style='position:fixed;inset:0' target=_blank id=location name=document class="btn admin">x</a>`,
	`<svg onload=alert(1)><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`, `<svg><style><img src=x onerror=alert(1)></style></svg>`,
	`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`, `<math><mi//xlink:href="data:x,<script>alert(1)</script>">`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	`<iframe srcdoc="<script>alert(1)</script>"></iframe>`, `<iframe src="javascript:alert(1)"></iframe>`, `<object data="data:text/html,x"></object>`,
	`<embed src="javascript:alert(1)">`, `<meta http-equiv=refresh content="0;url=javascript:alert(1)">`, `<base href="//evil.example/">`,
	`<link rel=stylesheet href=//evil.example/x.css>`, `<style>@import '//evil.example'</style>`, `<p style="background:url(javascript:alert(1))">x</p>`,
	`<input onfocus=alert(1) autofocus>`, `<details open ontoggle=alert(1)><summary>x</summary></details>`, `<video><source onerror=alert(1)></video>`,
	`<video src=x onerror=alert(1)>`, `<audio src="data:audio/mp3;base64,x">`, `<video poster="javascript:alert(1)" src=/v>`,
	`<img name=body id=getElementById src=/x>`, `<form id=x><input name=attributes></form>`, `<a id=x><a id=x name=y href="cid:alert(1)">`,
	`<template><script>alert(1)</script></template>`, `<textarea><img src=x onerror=alert(1)></textarea>`, `<title><img src=x onerror=alert(1)></title>`,
	`<xmp><img src=x onerror=alert(1)></xmp>`, `<plaintext><img src=x onerror=alert(1)>`, `<!--><img src=x onerror=alert(1)>-->`,
	`<![CDATA[<img src=x onerror=alert(1)>]]>`, `<?php echo "<script>"; ?>`, `<p/onclick=alert(1)//title=">">x`, "<img src=`x`onerror=alert(1)>",
	`<img srcset="x onerror=alert(1)" src=/a sizes=x>`, `<div contenteditable autofocus onfocus=alert(1) tabindex=1>x</div>`,
	`<p title='"><script>alert(1)</script>'>x</p>`, `<p title="&quot;&gt;&lt;script&gt;">x</p>`, `<q cite="javascript:alert(1)">x</q>`,
	`<table background="javascript:alert(1)"><tr><td>x</table>`, `<a href="https://[::1">x</a>`, `<a href="http://%00evil">x</a>`, `<a href="mailto:">x</a>`,
	"<p>\x00\x01\u202e\ufffe\xff\xed\xa0\x80</p>", `<a href="https:evil.example">x</a>`, `<a href="http:///x">x</a>`, `<a href=":">x</a>`, `<a href="%">x</a>`,
}

func TestHostileTextsAreHarmless(t *testing.T) {
	for i, opts := range settings {
		c := cleaner(t, opts)
		for _, source := range hostile {
			promised(t, c, opts.AnchorPrefix, source)
			out, _ := c.HTML(source)
			for _, bad := range []string{"<script", "onerror=\"", "style=", "javascript:", "srcdoc", "name=", "<svg", "<form", "target", "evil.example\\"} {
				if strings.Contains(out, bad) && !strings.Contains(out, "&lt;") && !strings.Contains(out, "title=") {
					t.Errorf("settings %d: %q left %q in %q", i, source, bad, out)
				}
			}
		}
	}
}

func TestOversizeAndDeepSourcesStayBounded(t *testing.T) {
	for _, source := range []string{
		strings.Repeat("<div>", 50000) + "x", strings.Repeat("<b>", 50000) + "x", strings.Repeat("<ul><li>", 20000) + "x",
		strings.Repeat("<table><tr><td>", 20000) + "x", strings.Repeat("<a href=/"+strings.Repeat("y", 2000)+">x<p>x<p>x", 20) + strings.Repeat("<p>x", 20000),
		strings.Repeat("<svg>", 50000) + "x", strings.Repeat("</div></li>", 50000), strings.Repeat("<blockquote>", 50000) + strings.Repeat("</ul>", 50000),
		"<table>" + strings.Repeat("<tr><td colspan=1000 rowspan=1000>", 5000), strings.Repeat(`<font color="x">`, 500) + strings.Repeat("<p>x", 20000),
		strings.Repeat("<i class=alignleft><p>x", 5000), strings.Repeat("<p><pre><h1>", 10000) + strings.Repeat("<div></h1>", 10000), strings.Repeat("[", 50000),
	} {
		promised(t, cleaner(t, clean.Options{}), "", source)
	}
	c := cleaner(t, clean.Options{MaxBytes: 5})
	if out, report := c.HTML("абвгд"); out != "<p>аб</p>" || !report.Truncated {
		t.Errorf("%q, %+v", out, report)
	}
}

// examples say what becomes of what.
var examples = []struct{ in, want string }{
	{"hello", "<p>hello</p>"},
	{"", ""},
	{"<p> &nbsp; </p><h2></h2><div><span></span></div>", ""},
	{"<p>a<div>b</div>c</p>", "<p>a</p>\n<div>b</div>\n<p>c</p>"},
	{"<b>x<p>y</b>z", "<p><b>x</b></p>\n<p><b>y</b>z</p>"},
	{"<h1>A</h1><h4>B</h4><h4>C</h4><h2>D</h2>", "<h2>A</h2>\n<h3>B</h3>\n<h3>C</h3>\n<h3>D</h3>"},
	{"<li>x<li>y</li>tail", "<ul><li>x</li>\n<li>y</li></ul>\n<p>tail</p>"},
	{"<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a\n<ul><li>b</li></ul></li></ul>"},
	{"<table><td>a<tfoot><tr><td>f</tfoot><tr><td>b</table>", "<table><tbody><tr><td>a</td></tr></tbody>\n<tbody><tr><td>b</td></tr></tbody>\n<tfoot><tr><td>f</td></tr></tfoot></table>"},
	{"<table><tr><td colspan=3>a<tr><td>b</table>", "<table><tbody><tr><td>a</td></tr>\n<tr><td>b</td></tr></tbody></table>"},
	{"<a href=https://good.example@evil.example/>x</a>", "<p>x</p>"},
	{"<td>a</td><td>b</td>", "<div>a</div>\n<div>b</div>"},
	{"<dl><dd>x<dt>y</dl>", "<div>x</div>\n<dl><dt>y</dt>\n<dd></dd></dl>"},
	{"<a href=/1>x<a href=/2>y</a>z</a>", `<p><a href="/1">x</a><a href="/2">y</a>z</p>`},
	{"<a href=/1><div>x</div><h2>y</h2></a>", "<div><a href=\"/1\">x</a></div>\n<h2><a href=\"/1\">y</a></h2>"},
	{"<figcaption>c</figcaption>", "<div>c</div>"},
	{"<figure><figcaption>c</figcaption><img src=/i></figure>", "<figure><figcaption>c</figcaption>\n<img src=\"/i\" alt=\"\" loading=\"lazy\"></figure>"},
	{"<center><font color=red><big>x</big></font></center>", `<div class="prose-text-center">x</div>`},
	{"<tt>a</tt><strike>b</strike><acronym title=x>c</acronym>", `<p><code>a</code><s>b</s><abbr title="x">c</abbr></p>`},
	{`<p style="text-align: center" id=x name=y>a</p>`, `<p class="prose-text-center">a</p>`},
	{`<img class="alignright size-full wp-image-9" src=/i width=30 height=2em>`, `<p><img class="prose-right" src="/i" alt="" width="30" loading="lazy"></p>`},
	{`<iframe src="https://www.youtube.com/embed/abc?x=1" title="A film"></iframe>`, `<p><a href="https://www.youtube.com/watch?v=abc">A film</a></p>`},
	{`<a href="https://x.example/a b[1]?q=100%#a#b">x</a>`, `<p><a href="https://x.example/a%20b%5B1%5D?q=100%25#a%23b">x</a></p>`},
	{`<a href="https://пример.рф/путь" target=_blank>x</a>`, `<p><a href="https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C">x</a></p>`},
	{"<pre>\n\na\n  b\n</pre>", "<pre>a\n  b</pre>"},
	{"<details open><p>z</p><summary>S</summary></details>", "<details open=\"\"><summary>S</summary>\n<p>z</p></details>"},
	{"<ins datetime='2013-07-11T21:51:38+00:00'>a</ins><time>x</time>", `<p><ins datetime="2013-07-11T21:51:38Z">a</ins>x</p>`},
	{"<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "<p>漢(kan)</p>"},
	{"<video width=9 controls><source src=/a.mp4 type=video/mp4>old</video>", `<p><video controls="" preload="none" width="9"><source src="/a.mp4" type="video/mp4"></video></p>`},
}

func TestExamples(t *testing.T) {
	c := cleaner(t, clean.Options{})
	for _, row := range examples {
		if got, _ := c.HTML(row.in); got != row.want {
			t.Errorf("%s\n got %s\nwant %s", row.in, got, row.want)
		}
	}
}

func TestLineEndsCountWhenAsked(t *testing.T) {
	c := cleaner(t, clean.Options{Breaks: true})
	for in, want := range map[string]string{
		"a\nb\n\nc":                         "<p>a<br>b</p>\n<p>c</p>",
		"a<br>\nb\r\nc":                     "<p>a<br>b<br>c</p>",
		"<li>a\n\nb</li>":                   "<ul><li><p>a</p>\n<p>b</p></li></ul>",
		"<b>x\n\ny</b>z":                    "<p><b>x</b></p>\n<p><b>y</b>z</p>",
		"<h2>a\nb</h2>\nc\n\n<ul>\n<li>d\n": "<h2>a b</h2>\n<p>c</p>\n<ul><li>d</li></ul>",
		"<pre>a\n\nb</pre>":                 "<pre>a\n\nb</pre>",
		"a <!-- x -->\n<!-- y -->\nb":       "<p>a </p>\n<p>b</p>",
		"<blockquote>a\n\nb</blockquote>":   "<blockquote><p>a</p>\n<p>b</p></blockquote>",
	} {
		if got, _ := c.HTML(in); strings.ReplaceAll(got, " </p>", "</p>") != strings.ReplaceAll(want, " </p>", "</p>") {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestOptions(t *testing.T) {
	c := cleaner(t, clean.Options{UGC: true, TopHeading: 3, AnchorPrefix: "post-7-", Rewrite: func(element, address string) string {
		if element == "img" {
			return "/files" + strings.TrimPrefix(address, "/files")
		}
		return address
	}})
	in := `<h1 id=post-7-top>T</h1><a href=/x id=other>x</a><img src=/a.png><p id="post-7-top">again</p>`
	want := "<h3 id=\"post-7-top\">T</h3>\n<p><a href=\"/x\" rel=\"nofollow ugc\">x</a><img src=\"/files/a.png\" alt=\"\" loading=\"lazy\"></p>\n<p>again</p>"
	if got, _ := c.HTML(in); got != want {
		t.Errorf(" got %s\nwant %s", got, want)
	}
	for _, bad := range []clean.Options{{TopHeading: 7}, {AnchorPrefix: "x y"}, {MaxBytes: -1}} {
		if _, err := clean.New(bad); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

func TestWhatIsDroppedIsCounted(t *testing.T) {
	c := cleaner(t, clean.Options{})
	_, got := c.HTML(`<script>x</script><blink>y</blink><a href="javascript:x" onclick=y>z</a><iframe src=//y.example></iframe>`)
	want := clean.Report{Elements: 3, Attributes: 2, Addresses: 1, Embeds: 1}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestText(t *testing.T) {
	in := "<h2>A</h2><p>b  <b>c</b>&amp;<br>d<script>x</script><style>y</style><img src=/i alt='a cat'></p><ul><li>1<li>2"
	if got, want := clean.Text(in), "A\nb c&\nd a cat\n1\n2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTheCheckerSeesFaults(t *testing.T) {
	for _, bad := range []string{
		"<p><div>x</div></p>", "<ul>x</ul>", "<li>x</li>", "<b>x", "<a href=/x><a href=/y>z</a></a>", "<script>x</script>", "<p id=x>y</p>",
		"<p onclick=x>y</p>", `<a href="javascript:x">y</a>`, "<dl><dd>x</dd></dl>", "<table><tr><td>x</td></tr></table>", "<img src=/x>",
		"<p class=admin>x</p>", "<!-- x -->", "<details>x</details>", "<figure><figcaption>x</figcaption><p>y</p><figcaption>z</figcaption></figure>",
		"<table><tbody><tr><th><h2>x</h2></th></tr></tbody></table>", "<p>\x01</p>", "<svg></svg>",
	} {
		if cleantest.Check(bad, "") == nil {
			t.Errorf("%q passes the checker", bad)
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	c := cleaner(b, clean.Options{})
	var source strings.Builder
	for _, row := range examples {
		source.WriteString(row.in + "\n<p>" + strings.Repeat("words and <b>more</b> words ", 20) + "</p>")
	}
	b.SetBytes(int64(source.Len()))
	b.ReportAllocs()
	for b.Loop() {
		c.HTML(source.String())
	}
}

func ExampleCleaner_HTML() {
	c, err := clean.New(clean.Options{UGC: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	safe, _ := c.HTML(`<a href="/x" onclick="evil()">a<div>b</a><script>evil()</script>`)
	fmt.Println(safe)
	// Output:
	// <p><a href="/x" rel="nofollow ugc">a</a></p>
	// <div><a href="/x" rel="nofollow ugc">b</a></div>
}

func TestEveryClassListedIsKeptAndNoOther(t *testing.T) {
	c := cleaner(t, clean.Options{})
	for _, class := range clean.Classes() {
		in := `<p class="` + class + `">x</p>`
		if got, _ := c.HTML(in); got != in {
			t.Errorf("%s becomes %s", in, got)
		}
	}
	if got, _ := c.HTML(`<p class="prose-other button language-go wp-block-x">x</p>`); got != "<p>x</p>" {
		t.Errorf("unlisted classes stay: %s", got)
	}
}
