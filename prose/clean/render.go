package clean

import (
	"html"
	"strings"
)

// render writes the content of a node: one line per block, so that the result
// can be read and compared.
func render(out *strings.Builder, n *node) {
	for i, kid := range n.kids {
		if i > 0 && (isBlock(kid.name) || isBlock(n.kids[i-1].name)) {
			out.WriteByte('\n')
		}
		if kid.name == "" {
			out.WriteString(html.EscapeString(kid.text))
			continue
		}
		out.WriteByte('<')
		out.WriteString(kid.name)
		for _, a := range kid.attrs {
			out.WriteByte(' ')
			out.WriteString(a.name)
			out.WriteString(`="`)
			out.WriteString(html.EscapeString(a.value))
			out.WriteByte('"')
		}
		out.WriteByte('>')
		switch elements[kid.name] {
		case void, bar, inMedia:
			continue
		}
		render(out, kid)
		out.WriteString("</")
		out.WriteString(kid.name)
		out.WriteByte('>')
	}
}
