package clean

import (
	"slices"
	"strings"
	"unicode"
)

// repair makes valid what only the whole of an element shows: its empty parts
// go, the parts of figures, lists, details and tables get their order.
func repair(n *node) {
	for _, kid := range n.kids {
		repair(kid)
	}
	switch n.name {
	case "h1", "h2", "h3", "h4", "h5", "h6":
		if !audible(n) { // a picture without words heads nothing
			n.name = "p"
		}
	case "pre":
		trimPre(n)
	case "figure":
		repairFigure(n)
	case "details":
		repairDetails(n)
	case "table":
		repairTable(n)
	}
	if s := elements[n.name]; isBlock(n.name) && n.name != "pre" {
		dropEmpty(n)
		hoistTerms(n)
		if s != skeleton {
			trimEdges(n)
		}
	}
}

// substance reports whether there is anything in the node for a reader.
func substance(n *node) bool {
	switch elements[n.name] {
	case media, bar:
		return true
	case void:
		return n.name == "img"
	}
	if n.name == "" {
		return strings.ContainsFunc(n.text, func(c rune) bool { return !unicode.IsSpace(c) && c != '\u200b' && c != '\ufeff' })
	}
	return slices.ContainsFunc(n.kids, substance)
}

// audible reports whether there is anything in the node for a reader who does
// not see it.
func audible(n *node) bool {
	if n.name == "img" {
		alt, _ := n.get("alt")
		return alt != ""
	}
	return n.name == "" && substance(n) || slices.ContainsFunc(n.kids, audible)
}

// mayBeEmpty reports whether an element means something without content.
func mayBeEmpty(name string) bool {
	switch name {
	case "li", "td", "th", "tr", "dt", "dd", "thead", "tbody", "tfoot":
		return true // the parent decides
	}
	return !isBlock(name) || name == "hr"
}

// dropEmpty removes the blocks without substance inside n. Between words they
// leave a space.
func dropEmpty(n *node) {
	kids := n.kids
	n.kids = nil
	for _, kid := range kids {
		empty := !mayBeEmpty(kid.name) && !substance(kid)
		switch {
		case !empty:
			n.add(kid)
		case len(n.kids) > 0 && !isBlock(n.kids[len(n.kids)-1].name) && elements[n.name] == flow:
			n.add(&node{text: " "})
		}
	}
}

// trimEdges removes the white space between phrasing content and the edges of
// the block, or the blocks beside it.
func trimEdges(n *node) {
	kids := n.kids
	for i, kid := range kids {
		if kid.name != "" {
			continue
		}
		if i == 0 || isBlock(kids[i-1].name) {
			kid.text = strings.TrimLeft(kid.text, " \t\n")
		}
		if i == len(kids)-1 || isBlock(kids[i+1].name) {
			kid.text = strings.TrimRight(kid.text, " \t\n")
		}
	}
	n.kids = nil
	for _, kid := range kids {
		if kid.name != "" || kid.text != "" {
			n.add(kid)
		}
	}
}

// trimPre removes the empty lines around preformatted text, the first of which
// a browser would remove anyway.
func trimPre(n *node) {
	first := n
	for len(first.kids) > 0 {
		first = first.kids[0]
		if first.name == "" {
			first.text = strings.TrimLeft(first.text, "\n")
		}
	}
	last := n
	for len(last.kids) > 0 {
		last = last.kids[len(last.kids)-1]
		if last.name == "" {
			last.text = strings.TrimRight(last.text, "\n")
		}
	}
	prune(n)
}

// prune removes texts and phrasing elements that became empty.
func prune(n *node) {
	for _, kid := range n.kids {
		prune(kid)
	}
	n.kids = slices.DeleteFunc(n.kids, func(k *node) bool {
		return k.name == "" && k.text == "" || elements[k.name] == phrase && len(k.kids) == 0
	})
}

// repairFigure leaves a figure one caption, at its beginning or end.
func repairFigure(n *node) {
	var caption *node
	first := false
	rest := []*node{}
	for _, kid := range n.kids {
		switch {
		case kid.name != "figcaption":
			rest = append(rest, kid)
		case !substance(kid):
		case caption == nil:
			caption, first = kid, !slices.ContainsFunc(rest, substance)
		default:
			kid.name = "div"
			rest = append(rest, kid)
		}
	}
	n.kids = rest
	if caption != nil && first {
		n.kids = append([]*node{caption}, rest...)
	} else if caption != nil {
		n.kids = append(n.kids, caption)
	}
}

// repairDetails puts the summary first; details without one become a plain
// block, since a browser would invent a label in its own language.
func repairDetails(n *node) {
	at := slices.IndexFunc(n.kids, func(k *node) bool { return k.name == "summary" && substance(k) })
	if at < 0 {
		n.name = "div"
		n.unset("open")
	} else {
		summary := n.kids[at]
		n.kids = append([]*node{summary}, slices.Delete(n.kids, at, at+1)...)
	}
	for i, kid := range n.kids {
		if kid.name == "summary" && (i > 0 || at < 0) {
			kid.name = "p"
		}
	}
}

// hoistTerms makes the lists of definitions inside n valid: each begins with a
// term and ends with a definition. Definitions without a term move before the
// list; a last term gets an empty definition.
func hoistTerms(n *node) {
	for i := 0; i < len(n.kids); i++ {
		dl := n.kids[i]
		if dl.name != "dl" {
			continue
		}
		lead := 0
		for lead < len(dl.kids) && dl.kids[lead].name == "dd" {
			dl.kids[lead].name = "div"
			lead++
		}
		orphans := slices.DeleteFunc(slices.Clone(dl.kids[:lead]), func(k *node) bool { return !substance(k) })
		dl.kids = dl.kids[lead:]
		if len(dl.kids) > 0 && dl.kids[len(dl.kids)-1].name == "dt" {
			dl.kids = append(dl.kids, &node{name: "dd"})
		}
		if !substance(dl) {
			n.kids = slices.Concat(n.kids[:i:i], orphans, n.kids[i+1:])
			i += len(orphans) - 1
			continue
		}
		n.kids = slices.Insert(n.kids, i, orphans...)
		i += len(orphans)
	}
}

// rank gives the headings their levels: each stands one below the heading it
// belongs to, the highest at top. Ranking what is ranked changes nothing.
func rank(root *node, top int) {
	var above []int // levels, in the source, of the headings that the next may belong to
	var walk func(n *node)
	walk = func(n *node) {
		if heading(n.name) {
			level := int(n.name[1] - '0')
			for len(above) > 0 && above[len(above)-1] >= level {
				above = above[:len(above)-1]
			}
			n.name = "h" + string(rune('0'+min(top+len(above), 6)))
			above = append(above, level)
		}
		for _, kid := range n.kids {
			walk(kid)
		}
	}
	walk(root)
}
