package data

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// errOutside says what to do instead.
var errOutside = errors.New("data: a write outside of data.Write; write in it, with the transaction that it gives")

// guard has GORM refuse writes that are not part of a Write, and statements
// behind one that failed.
func (db *DB) guard() error {
	calls := db.gorm.Callback()
	return errors.Join(
		calls.Create().Before("*").Register("veche:before", inside),
		calls.Update().Before("*").Register("veche:before", inside),
		calls.Delete().Before("*").Register("veche:before", inside),
		calls.Raw().Before("*").Register("veche:before", inside),
		calls.Query().Before("*").Register("veche:before", sound),
		calls.Row().Before("*").Register("veche:before", sound),
		calls.Create().After("*").Register("veche:after", db.judge),
		calls.Update().After("*").Register("veche:after", db.judge),
		calls.Delete().After("*").Register("veche:after", db.judge),
		calls.Raw().After("*").Register("veche:after", db.judge),
		calls.Query().After("*").Register("veche:after", db.judge),
		calls.Row().After("*").Register("veche:after", db.judge),
	)
}

// inside refuses a write that is not part of a transaction of ours.
func inside(g *gorm.DB) {
	if txOf(g) == nil {
		_ = g.AddError(errOutside)
		return
	}
	sound(g)
}

// sound refuses a statement behind one that failed. PostgreSQL would refuse it;
// MySQL, after a deadlock, would run it outside of any transaction. That it is
// so everywhere lets a mistake be seen on whichever database the tests use.
func sound(g *gorm.DB) {
	tx := txOf(g)
	switch {
	case tx == nil || tx.reverting:
	case tx.whole.doomed != nil:
		_ = g.AddError(tx.whole.doomed)
	case tx.failed != nil:
		_ = g.AddError(fmt.Errorf("data: a statement before this one failed: %w", tx.failed))
	}
}

// judge notes that a statement failed in a transaction, and whether that was the
// end of the transaction.
func (db *DB) judge(g *gorm.DB) {
	tx := txOf(g)
	if tx == nil || g.Error == nil || errors.Is(g.Error, gorm.ErrRecordNotFound) {
		return
	}
	if tx.failed == nil {
		tx.failed = g.Error
	}
	if tx.whole.doomed == nil && db.engine.overturned(g.Error) {
		tx.whole.doomed = g.Error
	}
}

// txOf returns the innermost write that a statement is part of, or nil.
func txOf(g *gorm.DB) *Tx {
	tx, _ := g.Statement.Context.Value(txKey{}).(*Tx)
	return tx
}
