package wxr

import (
	"bufio"
	"fmt"
	"io"
	"sync/atomic"
	"unicode/utf8"
)

// A scrubber stands between the stream and the XML decoder. It hands out bytes
// one by one (so that positions are exact), replaces what XML forbids, and
// enforces the byte limits before the decoder has buffered anything.
type scrubber struct {
	in       *bufio.Reader
	opts     Options
	taken    int64        // bytes taken from in
	offset   atomic.Int64 // taken, as of a few kilobytes ago, for other goroutines
	line     int          // lines begun, from 1
	replaced int64

	pending [utf8.UTFMax]byte // the rest of the character being handed out
	have    int
	at      int

	budget int64  // bytes left for what is being read
	limit  int64  // what budget began with
	what   string // what is being read, for the error
	header int64  // bytes left for everything outside the items, while inItem
	inItem bool
	lex    lexer
	err    error
}

func newScrubber(source io.Reader, opts Options) *scrubber {
	return &scrubber{
		in: bufio.NewReaderSize(source, 64<<10), opts: opts, line: 1,
		budget: opts.MaxHeaderBytes, limit: opts.MaxHeaderBytes, what: outside,
	}
}

// outside is how errors call the header and what stands between items.
const outside = "the part outside the items"

// restart gives a fresh budget to what begins now, an item.
func (s *scrubber) restart(limit int64, what string) {
	s.header, s.inItem = s.budget, true
	s.budget, s.limit, s.what = limit, limit, what
}

// resume goes back to the budget of everything outside the items, which is
// never refilled.
func (s *scrubber) resume() {
	if s.inItem {
		s.budget, s.inItem = s.header, false
	}
	s.limit, s.what = s.opts.MaxHeaderBytes, outside
}

// ReadByte implements io.ByteReader, which makes the decoder read no further
// than it needs.
func (s *scrubber) ReadByte() (byte, error) {
	if s.at < s.have {
		b := s.pending[s.at]
		s.at++
		return b, nil
	}
	if s.err != nil {
		return 0, s.err
	}
	b, err := s.fill()
	if err != nil {
		s.err = err
		s.offset.Store(s.taken)
		return 0, err
	}
	return b, nil
}

// Read implements io.Reader, which the decoder's charset hook asks for.
func (s *scrubber) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := s.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// fill takes one character from the stream, leaves all but its first byte
// pending and returns that first byte.
func (s *scrubber) fill() (byte, error) {
	if s.taken == 0 {
		if err := s.start(); err != nil {
			return 0, err
		}
	}
	c, size, err := s.next()
	if err == io.EOF {
		return 0, io.EOF
	}
	if err != nil {
		return 0, &Error{Kind: ReadFailed, Text: "the file could not be read", Err: err}
	}
	s.taken += int64(size)
	if s.taken-s.offset.Load() >= published {
		s.offset.Store(s.taken)
	}
	if c == '\n' {
		s.line++
	}
	if s.budget -= int64(size); s.budget < 0 {
		return 0, &Error{Kind: TooLarge, Text: fmt.Sprintf("%s is longer than %d bytes", s.what, s.limit)}
	}
	if s.taken > s.opts.MaxBytes {
		return 0, &Error{Kind: TooLarge, Text: fmt.Sprintf("the file is longer than %d bytes", s.opts.MaxBytes)}
	}
	if (c == utf8.RuneError && size == 1) || !legal(c) {
		if s.opts.Strict {
			return 0, &Error{Kind: Encoding, Text: "the file contains a byte or character that XML forbids"}
		}
		s.replaced++
		if c == '\v' || c == '\f' {
			c = ' '
		} else {
			c = utf8.RuneError
		}
	}
	if s.lex.feed(c) > s.opts.MaxTagBytes {
		return 0, &Error{Kind: TooLarge, Text: fmt.Sprintf("a tag is longer than %d bytes", s.opts.MaxTagBytes)}
	}
	if c < utf8.RuneSelf {
		return byte(c), nil
	}
	s.have, s.at = utf8.EncodeRune(s.pending[:], c), 1
	return s.pending[0], nil
}

// published is how far the offset that others see may lag behind.
const published = 4 << 10

// next takes one character from the stream. Most are ASCII.
func (s *scrubber) next() (rune, int, error) {
	b, err := s.in.ReadByte()
	if err != nil {
		return 0, 0, err
	}
	if b < utf8.RuneSelf {
		return rune(b), 1, nil
	}
	if err := s.in.UnreadByte(); err != nil {
		return 0, 0, err
	}
	return s.in.ReadRune()
}

// start looks at the first bytes: a UTF-8 mark is skipped, that of another
// encoding is refused.
func (s *scrubber) start() error {
	head, _ := s.in.Peek(3)
	switch {
	case len(head) >= 3 && string(head) == "\xEF\xBB\xBF":
		n, _ := s.in.Discard(3)
		s.taken += int64(n)
	case len(head) >= 2 && (string(head[:2]) == "\xFE\xFF" || string(head[:2]) == "\xFF\xFE"),
		len(head) >= 2 && (head[0] == 0 || head[1] == 0):
		return &Error{Kind: Encoding, Text: "the file is encoded in UTF-16 or UTF-32; save it as UTF-8 first"}
	case len(head) >= 2 && string(head[:2]) == "\x1f\x8b", len(head) >= 2 && string(head[:2]) == "PK":
		return &Error{Kind: NotWXR, Text: "the file is compressed; unpack it first"}
	}
	return nil
}

// legal reports whether XML 1.0 allows the character (its production Char).
func legal(c rune) bool {
	return c == '\t' || c == '\n' || c == '\r' ||
		c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD || c >= 0x10000 && c <= 0x10FFFF
}

// A lexer follows the stream just closely enough to know how long the tag is
// that it stands in. The decoder keeps every attribute of a tag, which costs
// many times the tag's bytes; text, comments and CDATA cost about their bytes
// and are bounded by the item.
type lexer struct {
	state lexState
	tail  string // what followed "<", while that is undecided
	run   int    // closing characters just seen
	quote rune   // the quote that is open in a tag, or 0
	size  int64  // characters of the tag so far
}

type lexState uint8

const (
	inText lexState = iota
	afterOpen
	inTag
	inComment
	inCDATA
	inInstruction
	inDeclaration
)

// feed takes the next character and returns the length of the tag so far, 0
// outside tags.
func (l *lexer) feed(c rune) int64 {
	switch l.state {
	case inText:
		if c == '<' {
			l.state, l.tail, l.size, l.quote = afterOpen, "", 1, 0
		}
		return 0
	case afterOpen:
		l.size++
		l.decide(c)
		return 0
	case inTag, inDeclaration:
		l.size++
		switch {
		case l.quote != 0:
			if c == l.quote {
				l.quote = 0
			}
		case c == '"' || c == '\'':
			l.quote = c
		case c == '>':
			l.state = inText
		}
		return l.size
	default:
		l.follow(c)
		return 0
	}
}

// follow looks for the end of a comment, a CDATA section or an instruction:
// ">" after a run of the closing character.
func (l *lexer) follow(c rune) {
	closing, need := '?', 1
	switch l.state {
	case inComment:
		closing, need = '-', 2
	case inCDATA:
		closing, need = ']', 2
	}
	switch {
	case c == closing:
		l.run++
	case c == '>' && l.run >= need:
		l.state, l.run = inText, 0
	default:
		l.run = 0
	}
}

// decide chooses what a "<" has begun, once enough of it is seen.
func (l *lexer) decide(c rune) {
	l.tail += string(c)
	switch {
	case l.tail == "?":
		l.state, l.tail = inInstruction, ""
	case l.tail == "!--":
		l.state, l.tail = inComment, ""
	case l.tail == "![CDATA[":
		l.state, l.tail = inCDATA, ""
	case len(l.tail) <= len("![CDATA[") && ("![CDATA["[:len(l.tail)] == l.tail || l.tail == "!-"):
		// Not enough seen yet.
	case l.tail[0] == '!':
		l.state = inDeclaration
	case c == '>':
		l.state = inText
	default:
		l.state = inTag
	}
}
