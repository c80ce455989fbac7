package mosaic

import (
	"crypto/sha256"
	"fmt"
	"time"

	"veche/fault"
	"veche/track"
)

// A piece is a made fragment or frame: bytes with holes, or the fault that is
// its result. It does not change once others see it.
type piece struct {
	key   string // the leaf of the decision tree at which it is kept
	html  []byte
	holes []hole
	sum   [16]byte // of the bytes and the holes
	// personal says that it was made for who looks, not only for everybody who
	// reads its language; or that nobody knows for whom.
	personal bool
	fault    *fault.Error
	moved    *Moved

	store *Store
	entry *track.Entry // nil for a piece that is not kept
}

// hole is a place in a piece for a fragment, or, in a frame, for all that a page
// puts in a slot.
type hole struct {
	at        int
	slot      string
	component *component
	id        *identity
}

// What a piece costs in memory besides its bytes.
const (
	pieceOverhead = 512
	holeOverhead  = 256
	readOverhead  = 400 // of one read in the tracker's index
)

// Bytes is about the memory that the piece holds.
func (p *piece) Bytes() int64 {
	size := int64(pieceOverhead + len(p.key) + cap(p.html))
	for i := range p.holes {
		size += holeOverhead
		if id := p.holes[i].id; id != nil {
			size += 2 * int64(len(id.key)) // the key, and the texts in the parameters
		}
	}
	if p.entry != nil {
		size += int64(len(p.entry.Reads())) * readOverhead
	}
	return size
}

// Dropped lets go of the piece: what it read has changed.
func (p *piece) Dropped(*track.Entry, *track.Change) { p.store.dropped(p) }

// Removed tells the tracker that the memory let go of the piece.
func (p *piece) Removed() {
	if p.entry != nil {
		p.store.tracker.Forget(p.entry)
	}
}

// live reports whether the piece may be shown at the time now.
func (p *piece) live(now time.Time) bool { return p.entry != nil && p.entry.Live(now) }

// seal computes the sum: equal for equal pieces on every node.
func (p *piece) seal() {
	h := sha256.New()
	h.Write(p.html)
	for i := range p.holes {
		fmt.Fprintf(h, "\x00%d %s", p.holes[i].at, p.holes[i].slot)
		if id := p.holes[i].id; id != nil {
			h.Write([]byte("\x00" + id.key))
		}
	}
	fmt.Fprintf(h, "\x00%d", len(p.html))
	copy(p.sum[:], h.Sum(nil))
}
