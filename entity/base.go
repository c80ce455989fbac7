package entity

import "time"

// Base is what every entity has. Embed it.
type Base struct {
	// ID is given by the database, from 1, and never given again.
	ID int64 `entity:"readonly"`
	// Version counts the states of the row, from 1. Whoever writes says which
	// state was read, so that nobody's edit is lost.
	Version int64 `entity:"hidden"`
	// CreatedAt is when the row was first written.
	CreatedAt time.Time `entity:"readonly"`
	// UpdatedAt is when the row was last written.
	UpdatedAt time.Time `entity:"readonly"`
	// AuthorID is the member who created the row, 0 for nobody.
	AuthorID int64 `entity:"readonly,index"`
}

// A Row is a pointer to a struct that embeds [Base]. The struct has the method
// by embedding; nobody writes it.
type Row interface {
	// BaseRow returns the row's Base.
	BaseRow() *Base
}

// BaseRow returns b, which makes whatever embeds a Base a [Row].
func (b *Base) BaseRow() *Base { return b }
