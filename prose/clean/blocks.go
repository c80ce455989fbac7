package clean

// push opens a block.
func (b *builder) push(tag string, n *node, implied bool) {
	b.suspend(0)
	b.pending, b.lastBr = 0, false
	if n != nil {
		b.top().add(n)
	}
	b.frames = append(b.frames, frame{tag: tag, n: n, implied: implied, inlines: len(b.inlines)})
}

// pop closes the innermost block. Phrasing elements opened inside it end with
// it, if scoped; they go on after an implied block, whose bounds the author
// never wrote.
func (b *builder) pop(scoped bool) {
	last := b.frames[len(b.frames)-1]
	b.frames = b.frames[:len(b.frames)-1]
	b.suspend(0)
	b.pending, b.lastBr = 0, false
	if scoped && !last.implied && last.n != nil && len(b.inlines) > last.inlines {
		b.inlines = b.inlines[:last.inlines]
	}
}

// popTo closes blocks until the frame at i is the innermost.
func (b *builder) popTo(i int) {
	for len(b.frames) > i+1 {
		b.pop(true)
	}
}

// nearest returns the innermost frame whose element is among the names, and 0
// (the root) if there is none before one of the bounds.
func (b *builder) nearest(names, bounds string) int {
	for i := len(b.frames) - 1; i > 0; i-- {
		n := b.frames[i].n
		switch {
		case n == nil:
		case among(n.name, names):
			return i
		case among(n.name, bounds):
			return 0
		}
	}
	return 0
}

// among reports whether name is one of the words of list.
func among(name, list string) bool {
	for len(list) > 0 {
		i := 0
		for i < len(list) && list[i] != ' ' {
			i++
		}
		if list[:i] == name {
			return true
		}
		list = list[min(i+1, len(list)):]
	}
	return false
}

// Where the search for an open element ends.
const (
	cells      = "td th caption"
	cellRow    = "td th"
	sections   = "thead tbody tfoot"
	tableParts = "caption thead tbody tfoot tr td th"
)

// openBlock takes the start tag of a block.
func (b *builder) openBlock(e event) {
	if len(b.frames) >= maxFrames {
		b.report.Elements++
		return
	}
	name := e.name
	switch {
	case heading(name) && b.nearest("th dt address caption", "") > 0:
		name = "p"
	case name == "address" && b.nearest("address", "") > 0, name == "figcaption" && b.top().name != "figure",
		name == "summary" && b.top().name != "details":
		name = "div"
	case among(name, tableParts):
		if b.nearest("table", "") > 0 {
			b.openTablePart(e)
			return
		}
		name = "div"
	}
	switch name {
	case "li":
		b.openItem(e, "ul ol", "li")
		return
	case "dt", "dd":
		b.openItem(e, "dl", "dt dd")
		return
	}
	if !b.admitBlock(name) {
		b.push(e.tag, nil, false)
		return
	}
	attrs, _ := b.attributes(name, e.attrs)
	if name == "hr" {
		b.suspend(0)
		b.pending = 0
		b.top().add(&node{name: "hr", attrs: attrs})
		return
	}
	b.push(e.tag, &node{name: name, attrs: attrs}, false)
}

// openItem takes the start tag of an item of a list: it ends the item before
// it, and makes a list if there is none.
func (b *builder) openItem(e event, lists, items string) {
	if i := b.nearest(items, lists+" table blockquote figure details "+cells); i > 0 {
		b.popTo(i - 1)
	} else if i := b.nearest(lists, "li dd dt table blockquote figure details "+cells); i > 0 {
		b.popTo(i)
	}
	if !among(b.top().name, lists) {
		if !b.admitBlock("ul") {
			b.push(e.tag, nil, false)
			return
		}
		list := "ul"
		if lists == "dl" {
			list = "dl"
		}
		if !among(b.top().name, lists) {
			b.push("", &node{name: list}, true)
		}
	}
	attrs, _ := b.attributes(e.name, e.attrs)
	n := &node{name: e.name, attrs: attrs}
	if b.top().name != "ol" {
		n.unset("value")
	}
	b.push(e.tag, n, false)
}

// openTablePart takes the start tag of a part of a table, inside a table.
func (b *builder) openTablePart(e event) {
	attrs, _ := b.attributes(e.name, e.attrs)
	table := b.nearest("table", "")
	row, section := 0, 0
	for i := len(b.frames) - 1; i > table; i-- {
		if n := b.frames[i].n; n != nil && n.name == "tr" {
			row = i
		} else if n != nil && among(n.name, sections) {
			section = i
		}
	}
	switch {
	case among(e.name, cellRow) && row > 0:
		b.popTo(row)
	case among(e.name, "td th tr") && section > 0:
		b.popTo(section)
	default:
		b.popTo(table)
	}
	if top := b.top().name; among(e.name, "td th tr") && top == "table" {
		b.push("", &node{name: "tbody"}, true)
	}
	if among(e.name, cellRow) && b.top().name != "tr" {
		b.push("", &node{name: "tr"}, true)
	}
	b.push(e.tag, &node{name: e.name, attrs: attrs}, false)
}

// admitBlock prepares the innermost block for a block inside it. It returns
// false where that cannot be: then the block is passed over, and its text goes
// on where it stands.
func (b *builder) admitBlock(name string) bool {
	for {
		top := b.top()
		switch {
		case top.name == "p":
			b.popGhosts()
			b.pop(true)
		case top.name == "pre":
			return false
		case elements[top.name] == line: // a heading or a summary
			if !substance(top) {
				return false
			}
			b.popGhosts()
			b.pop(true)
		case elements[top.name] == skeleton:
			b.enterSkeleton(top, name)
		default:
			return true
		}
	}
}

// popGhosts closes the passed-over blocks inside the innermost block.
func (b *builder) popGhosts() {
	for b.frames[len(b.frames)-1].n == nil {
		b.pop(false)
	}
}

// enterSkeleton makes, inside a list or a table, the item or cell that other
// content needs; or leaves a list that the builder itself has made.
func (b *builder) enterSkeleton(top *node, name string) {
	b.popGhosts()
	if b.frames[len(b.frames)-1].implied && among(top.name, "ul ol dl") && name != "li" {
		b.pop(true)
		return
	}
	switch top.name {
	case "ul", "ol":
		if last := len(top.kids) - 1; last >= 0 && (name == "ul" || name == "ol") {
			// A list inside a list belongs to the item before it.
			b.frames = append(b.frames, frame{n: top.kids[last], implied: true, inlines: len(b.inlines)})
			return
		}
		b.push("", &node{name: "li"}, true)
	case "dl":
		b.push("", &node{name: "dd"}, true)
	case "table":
		b.push("", &node{name: "tbody"}, true)
	case "tr":
		b.push("", &node{name: "td"}, true)
	default:
		b.push("", &node{name: "tr"}, true)
	}
}

// admitPhrase prepares the innermost block for phrasing content.
func (b *builder) admitPhrase() {
	for elements[b.top().name] == skeleton {
		b.enterSkeleton(b.top(), "")
	}
	if top := b.top(); top == b.root || top.name == "blockquote" {
		// Paragraphs are implied where they are the usual content. The
		// phrasing elements open now stay open after it.
		b.popGhosts()
		b.push("p", &node{name: "p"}, true)
	}
}

// closeBlock takes the end tag of a block.
func (b *builder) closeBlock(tag, name string) {
	bounds := cells
	switch {
	case among(name, tableParts):
		bounds = "table"
	case name == "table":
		bounds = ""
	case name == "li":
		bounds += " ul ol"
	case name == "dt" || name == "dd":
		bounds += " dl"
	}
	for i := len(b.frames) - 1; i > 0; i-- {
		f := b.frames[i]
		if f.tag == tag || heading(tag) && heading(f.tag) {
			if f.n == nil {
				b.words(" ") // words of neighbouring blocks stay apart
			}
			b.popTo(i - 1)
			return
		}
		if f.n != nil && among(f.n.name, bounds) {
			return
		}
	}
}
