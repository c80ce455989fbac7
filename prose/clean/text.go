package clean

import (
	"strings"

	"golang.org/x/net/html"
)

// Text returns the text of HTML, cleaned or not: one line per block or line
// break, white space folded, without what scripts, styles and the like hold.
// Pictures stand as their alternative text.
func Text(source string) string {
	var out strings.Builder
	events := scan(source)
	for i := 0; i < len(events); i++ {
		e := events[i]
		switch {
		case e.kind == html.TextToken:
			out.WriteString(strings.ReplaceAll(e.text, "\n", " "))
		case e.kind == html.StartTagToken && dropped[e.tag]:
			if e.end > 0 {
				i = e.end
			} else if rawText(e.tag) {
				i++
			}
		case e.kind == html.StartTagToken && e.name == "img" && e.attrs["alt"] != "":
			out.WriteString(" " + tidy(e.attrs["alt"]) + " ")
		case e.tag == "iframe" && e.kind == html.StartTagToken && i+1 < len(events) && events[i+1].kind == html.TextToken:
			i++
		case isBlock(e.name) || e.tag == "br":
			out.WriteByte('\n')
		}
	}
	lines := strings.Split(out.String(), "\n")
	kept := lines[:0]
	for _, line := range lines {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}
