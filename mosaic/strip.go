package mosaic

import "crypto/sha256"

// strip is a run of the page's bytes in order. A part whose bytes are still
// being made is a strip of its own, which one goroutine fills.
type strip struct{ parts []part }

type part struct {
	bytes []byte
	from  *piece // set on the first part of a piece
	later *strip
}

// slotEnd stands behind the last fragment of a slot, so that the sums of a page
// tell a fragment at the end of one slot from the same at the begin of the next.
var slotEnd = &piece{sum: [16]byte{1}}

// size returns the length of the page in bytes.
func (s *strip) size() int {
	n := 0
	for i := range s.parts {
		if s.parts[i].later != nil {
			n += s.parts[i].later.size()
		}
		n += len(s.parts[i].bytes)
	}
	return n
}

// appendTo appends the page's bytes to buf.
func (s *strip) appendTo(buf []byte) []byte {
	for i := range s.parts {
		if s.parts[i].later != nil {
			buf = s.parts[i].later.appendTo(buf)
		}
		buf = append(buf, s.parts[i].bytes...)
	}
	return buf
}

// appendSums appends the sums of the page's pieces, in order, to buf.
func (s *strip) appendSums(buf []byte) []byte {
	for i := range s.parts {
		if s.parts[i].later != nil {
			buf = s.parts[i].later.appendSums(buf)
		}
		if s.parts[i].from != nil {
			buf = append(buf, s.parts[i].from.sum[:]...)
		}
	}
	return buf
}

// tag returns the sum of the page, made in buf: equal for equal pages on every
// node, whoever asks. The sum of each piece says how many places it has, so no
// two pages have the same sums in the same order.
func (s *strip) tag(buf []byte) [sha256.Size]byte { return sha256.Sum256(s.appendSums(buf)) }
