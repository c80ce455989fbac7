package clean

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
)

// Options say how content is cleaned. The zero value works.
type Options struct {
	// TopHeading is the level of the highest heading in the result, 1 to 6.
	// Default 2: the page's own title is its only h1. Headings are ranked
	// by their place in the outline, so that no level is skipped.
	TopHeading int
	// UGC marks links as the words of strangers: rel="nofollow ugc".
	UGC bool
	// Breaks makes line ends count, as they do in plain text and in
	// WordPress: one is a line break, an empty line begins a paragraph.
	Breaks bool
	// AnchorPrefix, when set, keeps an id that begins with it (once each).
	// By default every id is dropped. It must look like "post-17-".
	AnchorPrefix string
	// Rewrite, when set, is asked about every address that passed the
	// rules, with the element that carries it; what it returns is held
	// against the rules again, and "" drops the attribute. It must be safe
	// for concurrent use and must return what it once returned unchanged.
	Rewrite func(element, address string) string
	// MaxBytes bounds the input; what is beyond is cut off and reported.
	// Default 4 MiB.
	MaxBytes int
}

// A Report counts what cleaning took away.
type Report struct {
	Elements   int  // elements dropped with their content, or without
	Attributes int  // attributes dropped; classes without meaning here count as one
	Addresses  int  // addresses refused
	Embeds     int  // iframes and objects replaced by links
	Truncated  bool // the input was longer than MaxBytes
}

// A Cleaner makes safe, valid HTML of anything. It is made by [New] and may be
// used by many goroutines at once.
type Cleaner struct {
	opts   Options
	policy *bluemonday.Policy
}

var anchorPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_:.-]{0,99}$`)

// New returns a cleaner, or an error that names the option that is wrong.
func New(opts Options) (*Cleaner, error) {
	if opts.TopHeading == 0 {
		opts.TopHeading = 2
	}
	if opts.TopHeading < 1 || opts.TopHeading > 6 {
		return nil, fmt.Errorf("clean: TopHeading is %d, not 1 to 6", opts.TopHeading)
	}
	if opts.AnchorPrefix != "" && (len(opts.AnchorPrefix) < 3 || len(opts.AnchorPrefix) > 40 || !anchorPattern.MatchString(opts.AnchorPrefix)) {
		return nil, fmt.Errorf("clean: AnchorPrefix %q does not look like \"post-17-\"", opts.AnchorPrefix)
	}
	if opts.MaxBytes < 0 {
		return nil, fmt.Errorf("clean: MaxBytes is negative")
	}
	if opts.MaxBytes == 0 {
		opts.MaxBytes = 4 << 20
	}
	return &Cleaner{opts: opts, policy: newPolicy(opts)}, nil
}

// HTML returns the cleaned source and what was taken away. The result is ""
// if nothing of substance is left.
func (c *Cleaner) HTML(source string) (string, Report) {
	b := &builder{opts: &c.opts}
	if len(source) > c.opts.MaxBytes {
		source, b.report.Truncated = cut(source, c.opts.MaxBytes), true
	}
	b.run(scan(plainText(source)))
	repair(b.root)
	rank(b.root, c.opts.TopHeading)
	var out strings.Builder
	out.Grow(len(source) + len(source)/4)
	render(&out, b.root)
	return c.policy.Sanitize(out.String()), b.report
}

// cut returns at most n bytes of s, and no broken character.
func cut(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// plainText makes the source UTF-8 of characters that HTML allows.
func plainText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\f' || c == '\v':
			return ' '
		case forbidden(c):
			return -1
		}
		return c
	}, s)
}

// forbidden reports whether HTML forbids the character in text: controls that
// are not white space, and noncharacters.
func forbidden(c rune) bool {
	return c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c >= 0x7F && c <= 0x9F ||
		c >= 0xFDD0 && c <= 0xFDEF || c&0xFFFE == 0xFFFE
}
