package clean

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

// newPolicy returns the gate that everything passes last. It says once more,
// in the words of another library, which elements and attributes may leave; on
// what the builder made it has nothing to do.
func newPolicy(opts Options) *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	var names []string
	for name := range elements {
		names = append(names, name)
	}
	p.AllowElements(names...)
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(prose-[a-z0-9-]+|language-[a-z0-9+#.-]+)( (prose-[a-z0-9-]+|language-[a-z0-9+#.-]+))*$`)).Globally()
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^(ltr|rtl|auto)$`)).Globally()
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[a-z]{2}$`)).Globally()
	p.AllowAttrs("title").Globally()
	if opts.AnchorPrefix != "" {
		p.AllowAttrs("id").Matching(regexp.MustCompile(`^` + regexp.QuoteMeta(opts.AnchorPrefix) + `[A-Za-z0-9_:.-]+$`)).Globally()
	}
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^nofollow ugc$`)).OnElements("a")
	p.AllowAttrs("src").OnElements("img", "audio", "video", "source")
	p.AllowAttrs("poster").OnElements("video")
	p.AllowAttrs("cite").OnElements("blockquote", "q", "ins", "del")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("loading").Matching(regexp.MustCompile(`^lazy$`)).OnElements("img")
	digits := regexp.MustCompile(`^-?[0-9]{1,9}$`)
	p.AllowAttrs("width", "height").Matching(digits).OnElements("img", "video")
	p.AllowAttrs("start").Matching(digits).OnElements("ol")
	p.AllowAttrs("value").Matching(digits).OnElements("li")
	p.AllowAttrs("colspan", "rowspan").Matching(digits).OnElements("td", "th")
	p.AllowAttrs("scope").Matching(regexp.MustCompile(`^(row|col)$`)).OnElements("th")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^([1aAiI])$`)).OnElements("ol")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^(audio|video)/[a-z0-9.+-]+$`)).OnElements("source")
	p.AllowAttrs("reversed").Matching(regexp.MustCompile(`^$`)).OnElements("ol")
	p.AllowAttrs("open").Matching(regexp.MustCompile(`^$`)).OnElements("details")
	p.AllowAttrs("controls").Matching(regexp.MustCompile(`^$`)).OnElements("audio", "video")
	p.AllowAttrs("preload").Matching(regexp.MustCompile(`^none$`)).OnElements("audio", "video")
	p.AllowAttrs("datetime").Matching(regexp.MustCompile(`^[0-9T:+Z-]+$`)).OnElements("time", "ins", "del")
	return p
}
