package data

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"veche/fault"
	"veche/track"
)

// Committed is the proof that a transaction was committed, and where its
// changes stand in the change clock. Only [Write] makes one. Whatever tells
// others of a change asks for it, so that nothing can be announced which may
// still be rolled back.
type Committed struct {
	valid    bool
	position track.Position
}

// Valid reports whether there was a commit. The zero Committed is not valid.
func (c Committed) Valid() bool { return c.valid }

// Position is a place on the change clock at which the transaction's changes
// have been applied.
func (c Committed) Position() track.Position { return c.position }

// A Tx is a transaction. It is also the context of what happens in it: give it
// to Read, ByID and a nested Write. It belongs to one goroutine, and is over
// when the function that got it returns.
type Tx struct {
	context.Context
	data  *DB
	db    *gorm.DB
	depth int      // of nested writes; 0 for the transaction itself
	whole *txState // shared by all depths

	failed    error // the first statement of this write that failed
	reverting bool  // it is being rolled back to its savepoint
}

// txState is what one attempt at a transaction collects.
type txState struct {
	undo   []func()                                 // gives rows in memory their state back, latest last
	after  []func(ctx context.Context, c Committed) // to run after the commit
	doomed error                                    // why the database will not commit it any more
}

type txKey struct{}

// txFrom returns the transaction of the context, if it is one of the context's
// database.
func txFrom(ctx context.Context) *Tx {
	tx, _ := ctx.Value(txKey{}).(*Tx)
	if tx == nil || tx.data != ctx.Value(dbKey{}) {
		return nil
	}
	return tx
}

// DB returns the transaction's GORM session, which may write. Rows of entities
// are better written with Create, Update and Delete: what a statement made here
// writes is neither validated nor versioned, and leaves UpdatedAt as it is, which
// suits counters.
func (tx *Tx) DB() *gorm.DB { return tx.db.Session(&gorm.Session{NewDB: true, Context: tx}) }

// AfterCommit has fn called once the transaction is committed, before the outer
// Write returns and with its context, in the order of the calls. If the
// transaction, or the nested write in which AfterCommit was called, is rolled
// back, fn is not called.
func (tx *Tx) AfterCommit(fn func(ctx context.Context, c Committed)) {
	tx.whole.after = append(tx.whole.after, fn)
}

// Write runs fn in a transaction and commits it, or rolls it back if fn returns
// an error or panics. It is the only way to write. When it returns, everything
// kept that the changes touch is gone.
//
// If the database gives the transaction up because of others (a deadlock, a
// serialization failure, a busy file), fn is called again, a bounded number of
// times: what fn does besides the database it must be able to do twice. Rows
// that Create, Update and Delete changed in memory get their former ID, version
// and times back first.
//
// A statement that fails ends the write it is in, whether or not fn returns the
// error: later statements are refused and nothing is committed. (A query that
// finds nothing has not failed.) What may fail alone is put into a nested Write.
//
// A Write with the context of a transaction is part of that one: it may fail
// alone, behind a savepoint, and what it returns is not Valid, since nothing is
// committed yet. Inside a computation that is recorded, Write is refused.
//
// If the connection is lost in the middle of the commit, the outcome is unknown;
// Write then fails, and kept results are dropped as if it had been committed.
func Write(ctx context.Context, fn func(tx *Tx) error) (Committed, error) {
	if track.From(ctx) != nil {
		return Committed{}, errors.New("data: what is recorded may not write")
	}
	if tx := txFrom(ctx); tx != nil {
		return Committed{}, tx.nested(ctx, fn)
	}
	db := From(ctx)
	c, after, err := db.attempts(ctx, fn)
	if err != nil {
		return Committed{}, err
	}
	for _, f := range after {
		f(ctx, c)
	}
	return c, nil
}

// attempts makes the transaction until it is committed, fails for a reason of
// its own, or has been made often enough.
func (db *DB) attempts(ctx context.Context, fn func(tx *Tx) error) (c Committed, after []func(context.Context, Committed), err error) {
	for n := 1; ; n++ {
		state := &txState{}
		err = db.attempt(ctx, state, fn)
		if err == nil {
			return Committed{true, db.options.Tracker.Now()}, state.after, nil
		}
		state.revert(0)
		if !db.engine.overturned(err) {
			return c, nil, err
		}
		if n >= db.options.AttemptsMax {
			return c, nil, fault.Because(err, fault.Unavailable, "data.busy")
		}
		db.options.Log.DebugContext(ctx, "transaction made again", "attempt", n)
		if err := db.pause(ctx, n); err != nil {
			return c, nil, err
		}
	}
}

// pause waits before attempt n+1: a random part of a time that doubles.
func (db *DB) pause(ctx context.Context, n int) error {
	longest := min(time.Millisecond<<n, 250*time.Millisecond)
	t := time.NewTimer(time.Duration(db.options.Chance() * float64(longest)))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// attempt makes the transaction once.
func (db *DB) attempt(ctx context.Context, state *txState, fn func(tx *Tx) error) (err error) {
	begun := db.gorm.WithContext(ctx).Begin()
	if begun.Error != nil {
		return fmt.Errorf("beginning a transaction: %w", begun.Error)
	}
	tx := &Tx{data: db, db: begun, whole: state}
	tx.Context = context.WithValue(context.WithValue(ctx, dbKey{}, db), txKey{}, tx)
	done := false
	defer func() {
		if !done { // fn panicked
			begun.Rollback()
			state.revert(0)
		}
	}()
	if err = fn(tx); err == nil {
		err = tx.failed
	}
	if state.doomed != nil {
		err = state.doomed
	}
	if err == nil {
		err = begun.Commit().Error
		done = true
		if err != nil {
			return fmt.Errorf("committing: %w", err)
		}
		return nil
	}
	done = true
	begun.Rollback() // its failure changes nothing: what is not committed is not kept
	return err
}

// nested runs fn behind a savepoint.
func (tx *Tx) nested(ctx context.Context, fn func(tx *Tx) error) (err error) {
	inner := &Tx{data: tx.data, db: tx.db, depth: tx.depth + 1, whole: tx.whole}
	inner.Context = context.WithValue(ctx, txKey{}, inner)
	name := fmt.Sprintf("veche_%d", inner.depth)
	undo, after := len(tx.whole.undo), len(tx.whole.after)
	if err := inner.DB().SavePoint(name).Error; err != nil {
		return err
	}
	failed := true
	defer func() {
		if !failed {
			return
		}
		tx.whole.revert(undo)
		tx.whole.after = tx.whole.after[:after]
		inner.reverting = true
		if e := inner.DB().RollbackTo(name).Error; e != nil && tx.whole.doomed == nil {
			tx.whole.doomed = fmt.Errorf("rolling back to a savepoint: %w", e)
		}
	}()
	if err := fn(inner); err != nil {
		return err
	}
	failed = inner.failed != nil
	return inner.failed
}

// revert gives the rows in memory the state they had when n changes were noted.
func (s *txState) revert(n int) {
	for i := len(s.undo) - 1; i >= n; i-- {
		s.undo[i]()
	}
	s.undo = s.undo[:n]
}
