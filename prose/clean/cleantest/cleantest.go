// Package cleantest holds HTML against what package clean promises. It shares
// no table and no code with it: it parses with the parser of the HTML
// standard and walks the tree by the content models as the standard words
// them, so that tests of clean, and of whatever serves its results, have an
// opinion of their own.
package cleantest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	phrasing = " a abbr audio b bdi bdo br cite code del dfn em i img ins kbd mark q s samp small span strong sub sup time u var video wbr "
	blocks   = " p h1 h2 h3 h4 h5 h6 pre div blockquote figure details address ul ol dl table hr "
	sections = " caption thead tbody tfoot "
	flow     = phrasing + blocks
)

// inside says what each element may hold: names of elements, and text where
// "#" is among them.
var inside = map[string]string{
	"p": phrasing + "#", "h1": phrasing + "#", "h2": phrasing + "#", "h3": phrasing + "#", "h4": phrasing + "#",
	"h5": phrasing + "#", "h6": phrasing + "#", "pre": phrasing + "#", "summary": phrasing + "#",
	"div": flow + "#", "blockquote": flow + "#", "li": flow + "#", "dt": flow + "#", "dd": flow + "#", "td": flow + "#",
	"th": flow + "#", "address": flow + "#", "figcaption": flow + "#", "caption": flow + "#",
	"figure": flow + "figcaption #", "details": flow + "summary #",
	"ul": " li ", "ol": " li ", "dl": " dt dd ", "table": sections, "thead": " tr ", "tbody": " tr ", "tfoot": " tr ", "tr": " td th ",
	"audio": " source ", "video": " source ", "br": "", "wbr": "", "img": "", "hr": "", "source": "",
}

// attributes says which attributes an element may have besides those of all.
var attributes = map[string]string{
	"": " class title lang dir id ", "a": " href rel ", "img": " src alt width height loading ",
	"audio": " src controls preload ", "video": " src controls preload poster width height ", "source": " src type ",
	"blockquote": " cite ", "q": " cite ", "ins": " cite datetime ", "del": " cite datetime ", "time": " datetime ",
	"ol": " start type reversed ", "li": " value ", "td": " colspan rowspan ", "th": " colspan rowspan scope ", "details": " open ",
}

var (
	className  = regexp.MustCompile(`^(prose-[a-z]+(-[a-z0-9]+)*|language-[a-z0-9+#.-]+)$`)
	scheme     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)
	goodScheme = regexp.MustCompile(`^(https?://[^/?#]|mailto:.|tel:.)`)
	badControl = regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\ufdd0-\ufdef\ufffe\uffff]")
)

// Check returns nil if fragment, as the content of an element for flow
// content, is safe, well-formed and valid, and else an error that names every
// fault (at most 20). anchors is the prefix of permitted ids, "" for none.
func Check(fragment, anchors string) error {
	c := &checker{anchors: anchors, ids: map[string]bool{}}
	root := &html.Node{Type: html.ElementNode, DataAtom: atom.Div, Data: "div"}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), root)
	if err != nil {
		return fmt.Errorf("cleantest: %w", err)
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	c.children(root, flow+"#", nil)
	c.wellFormed(fragment, nodes)
	if badControl.MatchString(fragment) {
		c.fault("a forbidden character")
	}
	return errors.Join(c.faults...)
}

type checker struct {
	anchors string
	ids     map[string]bool
	faults  []error
}

func (c *checker) fault(format string, args ...any) {
	if len(c.faults) < 20 {
		c.faults = append(c.faults, fmt.Errorf(format, args...))
	}
}

// wellFormed compares the source's tags with the parsed elements: a parser
// that closed, opened, moved or ignored something would not agree with the
// tags as written.
func (c *checker) wellFormed(fragment string, nodes []*html.Node) {
	var written, parsed []string
	z := html.NewTokenizer(strings.NewReader(fragment))
	for z.Next() != html.ErrorToken {
		switch t := z.Token(); t.Type {
		case html.StartTagToken, html.SelfClosingTagToken:
			written = append(written, t.Data)
			if inside[t.Data] == "" && !strings.Contains(phrasing, " "+t.Data+" ") || t.Data == "br" || t.Data == "wbr" || t.Data == "img" {
				written = append(written, "/")
			}
		case html.EndTagToken:
			written = append(written, "/")
		case html.CommentToken, html.DoctypeToken:
			c.fault("a comment or doctype")
		}
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			parsed = append(parsed, n.Data)
		}
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			walk(k)
		}
		if n.Type == html.ElementNode {
			parsed = append(parsed, "/")
		}
	}
	for _, n := range nodes {
		walk(n)
	}
	if a, b := strings.Join(written, " "), strings.Join(parsed, " "); a != b {
		c.fault("not well-formed: the tags are %.300s, a parser makes %.300s", a, b)
	}
}

// children checks the children of n; above names its ancestors.
func (c *checker) children(n *html.Node, allowed string, above []string) {
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		switch k.Type {
		case html.TextNode:
			if strings.TrimSpace(k.Data) != "" && !strings.Contains(allowed, "#") {
				c.fault("text %.20q in <%s>", k.Data, n.Data)
			}
		case html.ElementNode:
			if k.Namespace != "" || !strings.Contains(allowed, " "+k.Data+" ") {
				c.fault("<%s> in <%s>", k.Data, n.Data)
			}
			c.element(k, above)
			model, known := inside[k.Data]
			if !known { // a phrasing element
				model = phrasing + "#"
			}
			c.children(k, model, append(above[:len(above):len(above)], k.Data))
		default:
			c.fault("a node of type %d", k.Type)
		}
	}
}

// element checks what concerns one element.
func (c *checker) element(n *html.Node, above []string) {
	has := map[string]string{}
	for _, a := range n.Attr {
		has[a.Key] = a.Val
		if !strings.Contains(attributes[""]+attributes[n.Data], " "+a.Key+" ") {
			c.fault("attribute %s of <%s>", a.Key, n.Data)
		}
		switch a.Key {
		case "href", "src", "poster", "cite":
			if scheme.MatchString(a.Val) && !goodScheme.MatchString(a.Val) || strings.ContainsAny(a.Val, " \t\n<>\"\\^`{|}") || a.Val == "" {
				c.fault("address %q", a.Val)
			}
		case "class":
			for class := range strings.SplitSeq(a.Val, " ") {
				if !className.MatchString(class) {
					c.fault("class %q", class)
				}
			}
		case "id":
			if c.anchors == "" || !strings.HasPrefix(a.Val, c.anchors) || c.ids[a.Val] || strings.ContainsAny(a.Val, " \t\n") {
				c.fault("id %q", a.Val)
			}
			c.ids[a.Val] = true
		}
	}
	for _, up := range above {
		switch {
		case n.Data == "a" && up == "a", (n.Data == "audio" || n.Data == "video" || n.Data == "details") && up == "a",
			n.Data == "address" && up == "address", n.Data == "table" && up == "caption" && !inCell(above),
			isHeading(n.Data) && strings.Contains(" th dt address caption ", " "+up+" "),
			n.Data == "dfn" && up == "dfn":
			c.fault("<%s> within <%s>", n.Data, up)
		}
	}
	c.required(n, has)
	c.order(n)
}

// inCell reports whether the innermost table part among the ancestors is a
// cell.
func inCell(above []string) bool {
	for i := len(above) - 1; i >= 0; i-- {
		if above[i] == "caption" {
			return false
		}
		if above[i] == "td" || above[i] == "th" {
			return true
		}
	}
	return false
}

func isHeading(name string) bool { return len(name) == 2 && name[0] == 'h' && name != "hr" }

// required checks the attributes an element cannot be without.
func (c *checker) required(n *html.Node, has map[string]string) {
	need := map[string]string{"a": "href", "img": "src", "bdo": "dir", "time": "datetime", "source": "src"}[n.Data]
	if _, ok := has[need]; need != "" && !ok {
		c.fault("<%s> without %s", n.Data, need)
	}
	if _, ok := has["alt"]; n.Data == "img" && (!ok || has["loading"] != "lazy") {
		c.fault("<img> without alt, or not lazy")
	}
	if _, ok := has["value"]; ok && n.Data == "li" && n.Parent.Data != "ol" {
		c.fault("value of <li> in <%s>", n.Parent.Data)
	}
	if _, ok := has["src"]; (n.Data == "audio" || n.Data == "video") && ok == (n.FirstChild != nil) {
		c.fault("<%s> with both or neither of src and sources", n.Data)
	}
}

// order checks which children an element has, and in which order.
func (c *checker) order(n *html.Node) {
	var names []string
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if k.Type == html.ElementNode {
			names = append(names, k.Data)
		} else if strings.TrimSpace(k.Data) != "" {
			names = append(names, "#")
		}
	}
	pattern := map[string]string{
		"dl": `^(dt )+(dd )+((dt )+(dd )+)*$`, "table": `^(caption )?(thead )?(tbody )*(tfoot )?$`,
		"tr": `^(t[dh] )+$`, "thead": `^(tr )+$`, "tbody": `^(tr )+$`, "tfoot": `^(tr )+$`, "ul": `^(li )+$`, "ol": `^(li )+$`,
		"details": `^summary ([^s]|s |s[^u]|su[^m])*$`, "figure": `^(figcaption )?([^f]|figure |f[^i])*(figcaption )?$`,
	}[n.Data]
	if got := strings.Join(append(names, ""), " "); pattern != "" && !regexp.MustCompile(pattern).MatchString(got) {
		c.fault("<%s> holds %.100s", n.Data, got)
	}
	if n.Data == "figure" && strings.Count(strings.Join(names, " "), "figcaption") > 1 {
		c.fault("<figure> with two captions")
	}
	if n.Data == "table" && n.FirstChild != nil && len(names) == 1 && names[0] == "caption" {
		c.fault("<table> without rows")
	}
}
