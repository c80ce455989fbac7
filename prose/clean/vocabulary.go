package clean

// A shape says where an element may stand and what it may hold.
type shape uint8

const (
	_        shape = iota
	phrase         // a phrasing element: em, a, code
	void           // a phrasing element without content: br, img
	media          // audio and video
	line           // a block that holds phrasing only: p, h2, pre, summary
	flow           // a block that holds blocks and phrasing
	skeleton       // a block that holds certain blocks only: ul, table, tr
	bar            // hr
	inMedia        // source
)

// elements is everything that can leave, and its shape.
var elements = map[string]shape{
	"a": phrase, "abbr": phrase, "b": phrase, "bdi": phrase, "bdo": phrase, "cite": phrase, "code": phrase,
	"del": phrase, "dfn": phrase, "em": phrase, "i": phrase, "ins": phrase, "kbd": phrase, "mark": phrase,
	"q": phrase, "s": phrase, "samp": phrase, "small": phrase, "span": phrase, "strong": phrase,
	"sub": phrase, "sup": phrase, "time": phrase, "u": phrase, "var": phrase,
	"br": void, "wbr": void, "img": void, "audio": media, "video": media, "source": inMedia,
	"p": line, "h1": line, "h2": line, "h3": line, "h4": line, "h5": line, "h6": line, "pre": line, "summary": line,
	"div": flow, "blockquote": flow, "li": flow, "dt": flow, "dd": flow, "figure": flow, "figcaption": flow,
	"td": flow, "th": flow, "caption": flow, "details": flow, "address": flow,
	"ul": skeleton, "ol": skeleton, "dl": skeleton, "table": skeleton, "thead": skeleton, "tbody": skeleton,
	"tfoot": skeleton, "tr": skeleton, "hr": bar,
}

// renamed maps obsolete elements, and those that only a whole page needs, to
// what they are here.
var renamed = map[string]string{
	"center": "div", "section": "div", "article": "div", "aside": "div", "header": "div", "footer": "div",
	"main": "div", "nav": "div", "hgroup": "div", "form": "div", "fieldset": "div", "legend": "p", "search": "div",
	"strike": "s", "acronym": "abbr", "tt": "code", "dir": "ul", "menu": "ul", "listing": "pre", "xmp": "pre",
	"plaintext": "pre", "image": "img",
}

// dropped is what goes away with everything in it.
var dropped = map[string]bool{
	"script": true, "style": true, "template": true, "svg": true, "math": true, "noscript": true, "noembed": true,
	"noframes": true, "title": true, "textarea": true, "select": true, "datalist": true, "head": true,
	"canvas": true, "applet": true, "rp": true,
}

// heading reports whether the name is one of h1 to h6.
func heading(name string) bool {
	return len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'
}

// isBlock reports whether an element stands among blocks.
func isBlock(name string) bool {
	s := elements[name]
	return s == line || s == flow || s == skeleton || s == bar
}

// A node is an element of the result, or text if it has no name.
type node struct {
	name  string
	text  string
	attrs []attr
	kids  []*node
}

type attr struct{ name, value string }

// get returns an attribute.
func (n *node) get(name string) (string, bool) {
	for _, a := range n.attrs {
		if a.name == name {
			return a.value, true
		}
	}
	return "", false
}

// unset removes an attribute.
func (n *node) unset(name string) {
	for i, a := range n.attrs {
		if a.name == name {
			n.attrs = append(n.attrs[:i:i], n.attrs[i+1:]...)
			return
		}
	}
}

// add appends a kid and merges text with text.
func (n *node) add(kid *node) {
	if kid.name == "" && len(n.kids) > 0 {
		if last := n.kids[len(n.kids)-1]; last.name == "" {
			last.text += kid.text
			return
		}
	}
	n.kids = append(n.kids, kid)
}
