package prose

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

// A File is a picture, sound, film or document that WordPress content names by
// its number.
type File struct {
	URL           string
	Type          string // media type; empty if unknown, then the name's ending decides
	Title         string
	Alt           string
	Caption       string // HTML
	Width, Height int    // 0 if unknown
}

// Source is what WordPress content refers to beyond itself.
type Source struct {
	// File returns the file of a number. Nil knows none.
	File func(id int64) (File, bool)
	// Attached are the files attached to the item, in order: what a
	// gallery without numbers shows.
	Attached []File
}

// Imported is WordPress content made HTML.
type Imported struct {
	HTML string
	Lead string // what stands before the "more" mark; "" if there is none
}

var (
	moreMark    = regexp.MustCompile(`<!--\s*more(\s[^>]*)?-->`)
	pageMark    = regexp.MustCompile(`<!--\s*nextpage\s*-->`)
	serverBlock = regexp.MustCompile(`<!--\s+wp:([a-z][a-z0-9_/-]{0,60})\s[^>]*/-->`)
	bareAddress = regexp.MustCompile(`^https?://[^\s<>"'\[\]]+$`)
)

// WordPress renders the content of a WordPress item: classic content, in which
// line ends count, and block content, in which they do not. Shortcodes of the
// core become figures, links and players; others stay as text and are
// reported. An address alone on its line becomes a link. Page breaks become
// rules.
func (r *Renderer) WordPress(content string, from Source) (Imported, Report) {
	content, truncated := r.bound(content)
	var report Report
	for _, m := range serverBlock.FindAllStringSubmatch(content, -1) {
		report.Blocks = append(report.Blocks, m[1])
	}
	cleaner := r.typed
	if strings.Contains(content, "<!-- wp:") {
		cleaner = r.exact
	}
	x := &expander{from: from, report: &report}
	expand := func(s string) string {
		s = pageMark.ReplaceAllString(s, "<hr>")
		return linkLines(x.expand(s, 0))
	}
	var out Imported
	if at := moreMark.FindStringIndex(content); at != nil {
		out.Lead, _ = cleaner.HTML(expand(content[:at[0]]))
		content = content[:at[0]] + content[at[1]:]
		report.Missing = 0 // counted again with the whole
	}
	out.HTML, report.Report = cleaner.HTML(expand(content))
	report.Truncated = report.Truncated || truncated
	report.Shortcodes, report.Blocks = once(report.Shortcodes), once(report.Blocks)
	return out, report
}

// once sorts names and keeps each once.
func once(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// linkLines makes links of addresses that stand alone on a line, where
// WordPress would ask that address for something to embed.
func linkLines(s string) string {
	if !strings.Contains(s, "http") {
		return s
	}
	lines := strings.Split(s, "\n")
	verbatim := 0
	for i, line := range lines {
		if address := strings.TrimSpace(line); verbatim <= 0 && bareAddress.MatchString(address) {
			lines[i] = "<p>" + link(html.UnescapeString(address), "") + "</p>"
			continue
		}
		lower := strings.ToLower(line)
		verbatim += strings.Count(lower, "<pre") + strings.Count(lower, "<code") - strings.Count(lower, "</pre") - strings.Count(lower, "</code")
		verbatim = max(verbatim, 0)
	}
	return strings.Join(lines, "\n")
}

// link returns a link; without words it shows its address.
func link(address, words string) string {
	if words == "" {
		words = address
	}
	return `<a href="` + html.EscapeString(address) + `">` + html.EscapeString(words) + `</a>`
}
