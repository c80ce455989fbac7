package prose

import (
	"html"
	"regexp"
	"strings"
)

// Bounds of shortcodes: what is longer or deeper is text.
const (
	maxShortcode = 2 << 10  // bytes of a start tag
	maxInner     = 16 << 10 // bytes between start and end tag
	maxNesting   = 4
)

// An expander replaces shortcodes.
type expander struct {
	from   Source
	report *Report
}

// A shortcode is one that was found: [name key="value" words]inner[/name].
type shortcode struct {
	name  string
	attrs map[string]string
	words []string // values without a key
	inner string
}

// known are the shortcodes of WordPress' core, and what prints them.
var known = map[string]func(*expander, shortcode) string{
	"caption": (*expander).caption, "wp_caption": (*expander).caption, "gallery": (*expander).gallery,
	"embed": (*expander).embed, "audio": (*expander).audio, "video": (*expander).video, "playlist": (*expander).playlist,
}

// enclosing are those that may have content and an end tag.
const enclosing = " caption wp_caption embed audio video "

var (
	openTag   = regexp.MustCompile(`^\[([a-zA-Z][a-zA-Z0-9_-]{0,40})([\s\]/])`)
	pairs     = regexp.MustCompile(`([A-Za-z0-9_-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))|"([^"]*)"|'([^']*)'|(\S+)`)
	leadImage = regexp.MustCompile(`(?s)^\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)$`)
)

// expand replaces the shortcodes of s.
func (x *expander) expand(s string, depth int) string {
	if depth > maxNesting || !strings.Contains(s, "[") {
		return s
	}
	var out strings.Builder
	for {
		i := strings.IndexByte(s, '[')
		if i < 0 {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:i])
		s = s[i:]
		if strings.HasPrefix(s, "[[") {
			if end := strings.Index(s[:min(len(s), maxShortcode)], "]]"); end > 0 && openTag.MatchString(s[1:end+1]) {
				out.WriteString(s[1 : end+1]) // [[name]] is how one writes about [name]
				s = s[end+2:]
				continue
			}
		}
		code, length := x.parse(s)
		if length == 0 {
			out.WriteByte('[')
			s = s[1:]
			continue
		}
		code.inner = x.expand(code.inner, depth+1)
		out.WriteString(known[code.name](x, code))
		s = s[length:]
	}
}

// parse reads the shortcode at the beginning of s and returns its length, 0 if
// there is none we know.
func (x *expander) parse(s string) (shortcode, int) {
	m := openTag.FindStringSubmatch(s[:min(len(s), 64)])
	if m == nil {
		return shortcode{}, 0
	}
	end := closingBracket(s[:min(len(s), maxShortcode)])
	code := shortcode{name: m[1], attrs: map[string]string{}}
	if known[code.name] == nil {
		if end > 0 && (strings.ContainsAny(s[:end], "=_-") || strings.Contains(s[end:min(len(s), end+maxShortcode)], "[/"+code.name+"]")) {
			x.report.Shortcodes = append(x.report.Shortcodes, code.name)
		}
		return shortcode{}, 0
	}
	if end == 0 {
		return shortcode{}, 0
	}
	inside := strings.TrimSuffix(s[1+len(code.name):end], "/")
	for _, p := range pairs.FindAllStringSubmatch(inside, 64) {
		if p[1] != "" {
			code.attrs[strings.ToLower(p[1])] = html.UnescapeString(p[2] + p[3] + p[4])
		} else if word := p[5] + p[6] + p[7]; word != "" {
			code.words = append(code.words, html.UnescapeString(word))
		}
	}
	length := end + 1
	if strings.Contains(enclosing, " "+code.name+" ") && s[end-1] != '/' {
		closing := "[/" + code.name + "]"
		near := s[length:min(len(s), length+maxInner)]
		if n := strings.Index(near, closing); n >= 0 && !strings.Contains(near[:n], "["+code.name) {
			code.inner = near[:n]
			length += n + len(closing)
		}
	}
	return code, length
}

// closingBracket returns where the start tag ends, 0 if it does not. Brackets
// within quotes do not count.
func closingBracket(s string) int {
	var quote byte
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && s[i-1] == '=':
			quote = c
		case c == ']':
			return i
		case c == '[':
			return 0
		}
	}
	return 0
}
