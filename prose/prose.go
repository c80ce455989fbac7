// Package prose makes of what people write what a page can show: Markdown,
// HTML and WordPress content become safe, valid HTML; titles become slugs;
// texts become summaries.
//
// # Usage
//
//	r, err := prose.New(prose.Options{UGC: true})
//	if err != nil {
//		return err
//	}
//	body, report := r.Markdown(comment)
//
// and for words alone: [Plain], [Excerpt], [Slug].
//
// # Guarantees
//
// All HTML passes package clean, and everything promised there holds: it is
// safe under a strict Content Security Policy, valid as flow content of an
// article or div, stable and bounded.
//
// Markdown is CommonMark with GitHub's tables, strikethrough, task lists and
// bare links. Raw HTML in it is cleaned like everything else. Input beyond
// [Options.MaxBytes] is cut off and reported.
//
// # Limits
//
// Footnotes need anchors and are off unless [Options.AnchorPrefix] is set, so
// that two texts on a page cannot meet. Of WordPress, the shortcodes of its
// core are understood and blocks that the server computes are left out; both
// are listed in [Report]. A slug holds Latin letters and digits only: a title
// in Chinese has none, and the caller decides what then.
package prose

import (
	"bytes"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"veche/prose/clean"
)

// Options say how a text is rendered. The zero value works.
type Options struct {
	// TopHeading is the level of the highest heading, 1 to 6. Default 2.
	TopHeading int
	// UGC marks links rel="nofollow ugc", for the words of guests.
	UGC bool
	// HardBreaks makes a single line end in Markdown a line break, as
	// people expect in comments and chats.
	HardBreaks bool
	// AnchorPrefix, such as "post-17-", turns on footnotes in Markdown;
	// their ids begin with it.
	AnchorPrefix string
	// Rewrite is asked about every address; see clean.Options.
	Rewrite func(element, address string) string
	// MaxBytes bounds a source. Default 1 MiB.
	MaxBytes int
}

// A Report says what was not carried over.
type Report struct {
	clean.Report
	Shortcodes []string // names of WordPress shortcodes left as text, each once, sorted
	Blocks     []string // names of WordPress blocks that only the server fills, each once, sorted
	Missing    int      // pictures and files that a shortcode names and nobody knows
}

// A Renderer renders texts. It is made by [New] and may be used by many
// goroutines at once.
type Renderer struct {
	opts     Options
	markdown goldmark.Markdown
	exact    *clean.Cleaner // line ends are white space
	typed    *clean.Cleaner // line ends count
}

// New returns a renderer, or an error that names the option that is wrong.
func New(opts Options) (*Renderer, error) {
	if opts.MaxBytes < 0 {
		return nil, fmt.Errorf("prose: MaxBytes is negative")
	}
	if opts.MaxBytes == 0 {
		opts.MaxBytes = 1 << 20
	}
	r := &Renderer{opts: opts, markdown: newMarkdown(opts)}
	// What is rendered from a source of MaxBytes may be longer than it.
	co := clean.Options{
		TopHeading: opts.TopHeading, UGC: opts.UGC, AnchorPrefix: opts.AnchorPrefix, Rewrite: opts.Rewrite,
		MaxBytes: 8*opts.MaxBytes + 64<<10,
	}
	var err error
	if r.exact, err = clean.New(co); err != nil {
		return nil, fmt.Errorf("prose: %w", err)
	}
	co.Breaks = true
	if r.typed, err = clean.New(co); err != nil {
		return nil, fmt.Errorf("prose: %w", err)
	}
	return r, nil
}

var (
	// bareLink is an address in running text, in any script, up to white
	// space or a quote; the parser takes punctuation off its end.
	bareLink = regexp.MustCompile(`^https?://[\p{L}\p{N}][\p{L}\p{N}.-]*(?::[0-9]+)?(?:[/?#][^\s<>«»“”„"]*)?`)
	noLink   = regexp.MustCompile(`^\z.`) // "www." alone is no address
)

// newMarkdown returns the Markdown parser and printer.
func newMarkdown(opts Options) goldmark.Markdown {
	extensions := []goldmark.Extender{
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
		extension.Strikethrough,
		taskList{},
		extension.NewLinkify(extension.WithLinkifyURLRegexp(bareLink), extension.WithLinkifyWWWRegexp(noLink)),
	}
	if opts.AnchorPrefix != "" {
		extensions = append(extensions, extension.NewFootnote(extension.WithFootnoteIDPrefix(opts.AnchorPrefix)))
	}
	printer := []goldmark.Option{goldmark.WithExtensions(extensions...), goldmark.WithRendererOptions(html.WithUnsafe())}
	if opts.HardBreaks {
		printer = append(printer, goldmark.WithRendererOptions(html.WithHardWraps()))
	}
	return goldmark.New(printer...)
}

// Markdown renders Markdown.
func (r *Renderer) Markdown(source string) (string, Report) {
	source, truncated := r.bound(source)
	var out bytes.Buffer
	if err := r.markdown.Convert([]byte(source), &out); err != nil {
		// A buffer does not fail, so neither does the conversion; if it
		// ever does, the words are worth more than their form.
		return r.typedText(source, truncated)
	}
	safe, report := r.exact.HTML(out.String())
	report.Truncated = report.Truncated || truncated
	return safe, Report{Report: report}
}

// HTML cleans HTML.
func (r *Renderer) HTML(source string) (string, Report) {
	source, truncated := r.bound(source)
	safe, report := r.exact.HTML(source)
	report.Truncated = report.Truncated || truncated
	return safe, Report{Report: report}
}

// Typed renders text typed without any markup in mind, in which line ends
// count and HTML is cleaned, as WordPress treats comments.
func (r *Renderer) Typed(source string) (string, Report) {
	source, truncated := r.bound(source)
	return r.typedText(source, truncated)
}

func (r *Renderer) typedText(source string, truncated bool) (string, Report) {
	safe, report := r.typed.HTML(source)
	report.Truncated = report.Truncated || truncated
	return safe, Report{Report: report}
}

// bound cuts a source to MaxBytes.
func (r *Renderer) bound(s string) (string, bool) {
	n := r.opts.MaxBytes
	if len(s) <= n {
		return s, false
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], true
}
