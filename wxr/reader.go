package wxr

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Options bounds what a reader accepts. The zero value works. A negative
// bound is an error of [NewReader].
type Options struct {
	// MaxItemBytes bounds one item with its comments, in bytes of the file.
	// Default 64 MiB. A longer item ends the reading with [TooLarge].
	MaxItemBytes int64
	// MaxHeaderBytes bounds everything outside the items: the site's
	// fields, authors and terms. Default 64 MiB.
	MaxHeaderBytes int64
	// MaxBytes bounds the whole file. Default 16 GiB.
	MaxBytes int64
	// MaxTagBytes bounds one start or end tag with its attributes.
	// Default 64 KiB; exports stay below one.
	MaxTagBytes int64
	// MaxDepth bounds the nesting of elements. Default 32; exports use 6.
	MaxDepth int
	// MaxItems bounds the number of items. Default 10 million.
	MaxItems int
	// MaxComments bounds the comments of one item. Default 200 000.
	MaxComments int
	// MaxMeta bounds the metadata pairs of one item, one comment or one
	// term, and the term references of one item. Default 20 000.
	MaxMeta int
	// MaxTerms bounds the header's authors and terms together.
	// Default 500 000.
	MaxTerms int
	// Strict refuses bytes that XML forbids instead of replacing them.
	Strict bool
}

// withDefaults fills the fields left zero and refuses negative ones.
func (o Options) withDefaults() (Options, error) {
	for _, b := range []struct {
		name  string
		value *int64
		def   int64
	}{
		{"MaxItemBytes", &o.MaxItemBytes, 64 << 20},
		{"MaxHeaderBytes", &o.MaxHeaderBytes, 64 << 20},
		{"MaxBytes", &o.MaxBytes, 16 << 30},
		{"MaxTagBytes", &o.MaxTagBytes, 64 << 10},
	} {
		if *b.value < 0 {
			return o, fmt.Errorf("wxr: option %s is negative", b.name)
		}
		if *b.value == 0 {
			*b.value = b.def
		}
	}
	for _, b := range []struct {
		name  string
		value *int
		def   int
	}{
		{"MaxDepth", &o.MaxDepth, 32},
		{"MaxItems", &o.MaxItems, 10_000_000},
		{"MaxComments", &o.MaxComments, 200_000},
		{"MaxMeta", &o.MaxMeta, 20_000},
		{"MaxTerms", &o.MaxTerms, 500_000},
	} {
		if *b.value < 0 {
			return o, fmt.Errorf("wxr: option %s is negative", b.name)
		}
		if *b.value == 0 {
			*b.value = b.def
		}
	}
	return o, nil
}

// Stats counts what a reader met, so that an import can report what was not
// carried over exactly.
type Stats struct {
	Items    int   // items returned
	Comments int   // comments of those items
	Meta     int   // metadata pairs of those items
	Replaced int64 // forbidden characters and invalid bytes replaced
	Unknown  int   // elements of a kind this package does not know, skipped
	BadValue int   // numbers and dates that could not be read, left zero
}

// A Reader reads one export from a stream. It is made by [NewReader].
type Reader struct {
	opts   Options
	source *scrubber
	dec    *xml.Decoder
	site   Site
	stats  Stats
	depth  int
	terms  int   // authors and terms of the header so far
	err    error // sticky; io.EOF after the last item
}

// NewReader reads the header, up to the first item, and returns a reader that
// stands before that item. It returns an [*Error] if the stream is not a sound
// export, and a plain error for a negative option.
func NewReader(source io.Reader, opts Options) (*Reader, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	r := &Reader{opts: opts, source: newScrubber(source, opts)}
	r.dec = xml.NewDecoder(r.source)
	r.dec.CharsetReader = r.charset
	if err := r.open(); err != nil {
		return nil, r.fail(err)
	}
	if err := r.advance(); err != nil && !errors.Is(err, io.EOF) {
		return nil, r.fail(err)
	} else if err != nil {
		r.err = io.EOF
	}
	if err := r.settleVersion(); err != nil {
		return nil, r.fail(err)
	}
	return r, nil
}

// Site returns what the header says. WordPress writes the whole header before
// the first item; authors and terms that come later in a rearranged file are
// added as they are met, so that the value is complete after the last item.
// The caller must not change it.
func (r *Reader) Site() *Site { return &r.site }

// Next returns the next item, or io.EOF after the last one, or an [*Error].
// An item, once returned, belongs to the caller.
func (r *Reader) Next() (Item, error) {
	if r.err != nil {
		return Item{}, r.err
	}
	item, err := r.readItem()
	if err != nil {
		return Item{}, r.fail(err)
	}
	r.stats.Items++
	r.stats.Comments += len(item.Comments)
	r.stats.Meta += len(item.Meta)
	if err := r.advance(); err != nil {
		if !errors.Is(err, io.EOF) {
			// The item itself is whole: it is returned now, the
			// error by the next call.
			_ = r.fail(err) // kept in r.err
			return item, nil
		}
		r.err = io.EOF
	}
	return item, nil
}

// Items returns the remaining items as a sequence. An error ends it and comes
// with a zero item.
func (r *Reader) Items() iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for {
			item, err := r.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// Offset returns how many bytes of the stream have been read, to within a few
// kilobytes, and exactly at the end: the position of a progress bar. It may be
// called from any goroutine.
func (r *Reader) Offset() int64 { return r.source.offset.Load() }

// Stats returns the counts so far.
func (r *Reader) Stats() Stats {
	s := r.stats
	s.Replaced = r.source.replaced
	return s
}

// Survey reads an export to its end and returns the site and the counts, or
// the error that a reader with the same options would meet. Item counts by
// type are in the returned map.
func Survey(source io.Reader, opts Options) (*Site, Stats, map[string]int, error) {
	r, err := NewReader(source, opts)
	if err != nil {
		return nil, Stats{}, nil, err
	}
	types := map[string]int{}
	for item, err := range r.Items() {
		if err != nil {
			return r.Site(), r.Stats(), types, err
		}
		types[item.Type]++
	}
	return r.Site(), r.Stats(), types, nil
}

// open reads up to the channel element.
func (r *Reader) open() error {
	root, err := r.nextStart()
	if err != nil {
		return err
	}
	if root == nil || root.Name.Local != "rss" {
		name := "nothing"
		if root != nil {
			name = "<" + clip(root.Name.Local) + ">"
		}
		return &Error{Kind: NotWXR, Text: "the file begins with " + name + ", a WordPress export begins with <rss>"}
	}
	for _, a := range root.Attr {
		if v, ok := exportVersion(a.Value); ok && r.site.Version == "" {
			r.site.Version = v
		}
	}
	channel, err := r.nextStart()
	if err != nil {
		return err
	}
	if channel == nil || channel.Name.Local != "channel" {
		return &Error{Kind: NotWXR, Text: "the <rss> element holds no <channel>"}
	}
	return nil
}

// advance reads header elements until the next item starts (then nil)
// or the document is over (then io.EOF).
func (r *Reader) advance() error {
	r.source.resume()
	for {
		before := r.source.budget
		start, err := r.nextStart()
		if err != nil {
			return err
		}
		if start == nil { // </channel>
			return r.close()
		}
		if start.Name.Space == "" && start.Name.Local == "item" {
			if r.stats.Items >= r.opts.MaxItems {
				return &Error{Kind: TooLarge, Text: fmt.Sprintf("the file holds more than %d items", r.opts.MaxItems)}
			}
			// The item's own tag is not the header's to pay for.
			r.source.budget = before
			r.source.restart(r.opts.MaxItemBytes, "an item")
			return nil
		}
		if err := r.readHeader(*start); err != nil {
			return err
		}
	}
}

// close reads what may follow the channel: nothing but its ends.
func (r *Reader) close() error {
	for {
		start, err := r.nextStart()
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		if err != nil {
			return err
		}
		if start != nil {
			if err := r.skip(); err != nil {
				return err
			}
		}
	}
}

// settleVersion decides whether the header is that of an export we can read.
func (r *Reader) settleVersion() error {
	switch v := r.site.Version; {
	case v == "":
		return &Error{Kind: NotWXR, Text: "the file is an RSS feed, not a WordPress export: it names no WXR version"}
	case v != "1.0" && v != "1.1" && v != "1.2":
		return &Error{Kind: NotWXR, Text: fmt.Sprintf("the export has WXR version %q; versions 1.0, 1.1 and 1.2 are read", clip(v))}
	}
	return nil
}

// charset refuses every declared encoding but the subset of UTF-8 that the
// decoder does not accept by itself.
func (r *Reader) charset(label string, input io.Reader) (io.Reader, error) {
	if strings.EqualFold(label, "us-ascii") || strings.EqualFold(label, "utf8") {
		return input, nil
	}
	return nil, &Error{Kind: Encoding, Text: fmt.Sprintf("the file is encoded in %q; save it as UTF-8 first", clip(label))}
}
