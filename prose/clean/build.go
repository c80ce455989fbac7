package clean

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Bounds of the builder. Deeper blocks and more phrasing elements around one
// text than any author means are passed over, and keep their text.
const (
	maxFrames  = 100
	maxInlines = 16
)

// A frame is an open block.
type frame struct {
	tag     string // the name in the source, for its end tag; "" if there will be none
	n       *node  // nil for a ghost: a block that is passed over, but whose end tag will come
	implied bool   // made by the builder, to be closed as it needs
	inlines int    // phrasing elements that were open around it
}

// An inline is an open phrasing element. It gets a node when there is content
// to hold, and another one in each block that it reaches into.
type inline struct {
	tag, name string
	attrs     []attr
	n         *node // nil while there is none in this block
	made      bool  // it had a node before
	bytes     int   // what one more node costs in the result
}

// A builder makes a tree out of events, and never a tree that is not valid:
// before it adds anything, it opens and closes what must be open or closed
// for it. It does what browsers do where that is valid, and otherwise what
// keeps the text in its place.
//
// Its work is linear in the source: a phrasing element that reaches into many
// blocks is written again in each, but all such repetitions together may not
// outgrow the source.
type builder struct {
	opts    *Options
	report  Report
	anchors map[string]bool
	root    *node
	frames  []frame
	inlines []inline
	repeats int // bytes that may still be spent on repetitions
	pending int // line ends seen since the last content, when they count
	lastBr  bool
}

// run builds the tree of all events.
func (b *builder) run(events []event) {
	b.root = &node{name: "div"}
	b.frames = []frame{{n: b.root}}
	b.repeats = 4 << 10
	for _, e := range events {
		b.repeats += len(e.text) + len(e.tag) + 8
	}
	for i := 0; i < len(events); i++ {
		switch e := events[i]; e.kind {
		case html.TextToken:
			b.text(e.text)
		case html.EndTagToken:
			b.end(e)
		default:
			i = b.start(events, i)
		}
	}
}

// start takes the start tag at i and returns the index of the last event it
// used up.
func (b *builder) start(events []event, i int) int {
	e := events[i]
	switch {
	case dropped[e.tag]:
		b.report.Elements++
		if e.end > 0 {
			return e.end
		}
		if i+1 < len(events) && rawText(e.tag) {
			return i + 1
		}
		return i
	case e.tag == "iframe" || e.tag == "embed" || e.tag == "frame":
		b.embed(e)
		if e.tag == "iframe" && i+1 < len(events) && events[i+1].kind == html.TextToken {
			return i + 1
		}
		return i
	case e.tag == "rt":
		b.text("(")
		return i
	case e.name == "":
		b.report.Elements++
		return i
	}
	switch elements[e.name] {
	case phrase:
		b.openInline(e)
	case void:
		b.single(e)
	case media:
		return b.recordingAt(events, i)
	case inMedia: // outside of audio and video
		b.report.Elements++
	default:
		b.openBlock(e)
	}
	return i
}

// rawText reports whether the tokenizer gives an element's content as text.
func rawText(tag string) bool {
	switch tag {
	case "script", "style", "noscript", "noembed", "noframes", "title", "textarea":
		return true
	}
	return false
}

// end takes an end tag.
func (b *builder) end(e event) {
	switch {
	case e.tag == "rt":
		b.text(")")
	case e.tag == "p" || e.name != "" && isBlock(e.name) && e.name != "hr":
		b.closeBlock(e.tag, e.name)
	case elements[e.name] == phrase:
		b.closeInline(e.tag)
	case e.tag == "br":
		b.single(event{name: "br"})
	}
}

// embed puts a link in the place of a frame.
func (b *builder) embed(e event) {
	b.report.Embeds++
	src, ok := address(e.attrs["src"])
	if !ok {
		src, ok = address(e.attrs["data-src"])
	}
	if !ok {
		b.report.Addresses++
		return
	}
	src = watchPage(src)
	words := tidy(e.attrs["title"])
	if words == "" {
		_, words, _ = strings.Cut(src, "//")
	}
	b.openBlock(event{tag: "p", name: "p"})
	b.openInline(event{tag: "a", name: "a", attrs: map[string]string{"href": src}})
	b.text(words)
	b.closeInline("a")
	b.closeBlock("p", "p")
}

// openInline notes a phrasing element. Its node is made when content comes.
func (b *builder) openInline(e event) {
	attrs, ok := b.attributes(e.name, e.attrs)
	if e.name == "a" || e.name == "dfn" { // these may not nest
		b.closeInline(e.name)
	}
	if !ok || len(b.inlines) >= maxInlines {
		if e.name != "span" { // which says nothing by itself
			b.report.Elements++
		}
		return
	}
	in := inline{tag: e.tag, name: e.name, attrs: attrs, bytes: len(e.name)*2 + 5}
	for _, a := range attrs {
		in.bytes += len(a.name) + len(a.value) + 4
	}
	b.inlines = append(b.inlines, in)
}

// closeInline ends the nearest phrasing element of that name. Those opened
// inside it go on after it.
func (b *builder) closeInline(tag string) {
	for i := len(b.inlines) - 1; i >= 0; i-- {
		if b.inlines[i].tag == tag {
			b.suspend(i)
			b.inlines = append(b.inlines[:i], b.inlines[i+1:]...)
			return
		}
	}
}

// suspend closes the nodes of the phrasing elements from i on; they are made
// anew when content comes.
func (b *builder) suspend(i int) {
	for ; i < len(b.inlines); i++ {
		b.inlines[i].n = nil
	}
}

// place returns the node that takes phrasing content now. With open set, it
// makes the nodes of all open phrasing elements first.
func (b *builder) place(open bool) *node {
	if open && b.repeats < 0 {
		b.inlines = slices.DeleteFunc(b.inlines, func(in inline) bool { return in.n == nil && in.made })
	}
	at := b.top()
	for i := range b.inlines {
		in := &b.inlines[i]
		if in.n == nil {
			if !open {
				break
			}
			if in.made {
				b.repeats -= in.bytes
				in.attrs = slices.DeleteFunc(slices.Clone(in.attrs), func(a attr) bool { return a.name == "id" })
			}
			in.made = true
			in.n = &node{name: in.name, attrs: in.attrs}
			at.add(in.n)
		}
		at = in.n
	}
	return at
}

// top returns the innermost open block.
func (b *builder) top() *node {
	for i := len(b.frames) - 1; ; i-- {
		if n := b.frames[i].n; n != nil {
			return n
		}
	}
}

// text takes text.
func (b *builder) text(s string) {
	if b.top().name == "pre" {
		b.place(true).add(&node{text: s})
		return
	}
	if !b.opts.Breaks {
		b.words(s)
		return
	}
	for s != "" {
		i := strings.IndexFunc(s, notSpace)
		if i < 0 {
			i = len(s)
		}
		lines := strings.Count(s[:i], "\n")
		if b.pending += lines; lines == 0 && i > 0 {
			b.words(s[:i])
		}
		s = s[i:]
		if s == "" {
			return
		}
		b.breakLines()
		j := strings.IndexByte(s, '\n')
		if j < 0 {
			j = len(s)
		}
		b.words(strings.TrimRight(s[:j], " \t"))
		if words := len(strings.TrimRight(s[:j], " \t")); j == len(s) && words < j {
			b.words(s[words:]) // what follows may be on the same line
		}
		s = s[j:]
	}
}

func notSpace(c rune) bool { return c != ' ' && c != '\t' && c != '\n' }

func blank(s string) bool { return strings.IndexFunc(s, notSpace) < 0 }

// breakLines makes of the line ends before this content what they mean.
func (b *builder) breakLines() {
	n := b.pending
	b.pending = 0
	if n == 0 {
		return
	}
	top := b.top()
	running := len(top.kids) > 0 && !isBlock(top.kids[len(top.kids)-1].name)
	switch {
	case !running:
	case heading(top.name) || top.name == "summary" || elements[top.name] == skeleton:
		b.words(" ")
	case n > 1:
		b.newParagraph(top)
	case !b.lastBr:
		b.place(true).add(&node{name: "br"})
	}
}

// newParagraph ends the paragraph that runs and begins another.
func (b *builder) newParagraph(top *node) {
	if top.name == "p" {
		b.pop(false)
	} else { // a block with bare phrasing: what ran so far becomes a paragraph
		b.suspend(0)
		i := len(top.kids)
		for i > 0 && !isBlock(top.kids[i-1].name) {
			i--
		}
		p := &node{name: "p", kids: append([]*node(nil), top.kids[i:]...)}
		top.kids = append(top.kids[:i:i], p)
	}
	b.push("p", &node{name: "p"}, true)
}

// words takes text in which white space is only space.
func (b *builder) words(s string) {
	if blank(s) {
		top := b.top()
		if elements[top.name] == skeleton || len(top.kids) == 0 || isBlock(top.kids[len(top.kids)-1].name) {
			return
		}
		b.place(false).add(&node{text: s})
		return
	}
	b.admitPhrase()
	b.place(true).add(&node{text: s})
	b.lastBr = false
}

// single takes br, wbr and img.
func (b *builder) single(e event) {
	attrs, ok := b.attributes(e.name, e.attrs)
	if !ok {
		b.report.Elements++
		return
	}
	if b.pending == 1 && e.name == "br" {
		b.pending = 0
	}
	b.breakLines()
	b.admitPhrase()
	b.place(true).add(&node{name: e.name, attrs: attrs})
	b.lastBr = e.name == "br"
}

// recordingAt takes an audio or video element with everything in it, of which
// only sources are kept. Links may not hold it, so they end before it.
func (b *builder) recordingAt(events []event, i int) int {
	e := events[i]
	attrs, _ := b.attributes(e.name, e.attrs)
	n := &node{name: e.name, attrs: attrs}
	_, direct := n.get("src")
	for j := i + 1; j < e.end; j++ {
		if events[j].name != "source" || events[j].kind != html.StartTagToken || direct || len(n.kids) >= 8 {
			continue
		}
		if attrs, ok := b.attributes("source", events[j].attrs); ok {
			n.add(&node{name: "source", attrs: attrs})
		}
	}
	last := max(i, e.end)
	if !direct && len(n.kids) == 0 {
		b.report.Elements++
		return last
	}
	b.closeInline("a")
	b.breakLines()
	b.admitPhrase()
	b.place(true).add(n)
	b.lastBr = false
	return last
}
