package data

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"veche/data/sqltrack"
	"veche/track"
)

// Due is a condition for rows whose time has come: those with column <= now.
//
//	items, err := data.All[News](data.Read(ctx).Where("section_id = ?", id).Scopes(data.Due(ctx, "publish_at")))
//
// Inside a computation that is recorded, the result is kept until exactly the
// time at which the next row becomes due among those that meet the query's other
// conditions, and not a moment longer; nobody has to look again before. A row
// without a time is never due. Conditions that are added after the scope run,
// by GORM's hooks, may make the result be made again earlier than needed.
func Due(ctx context.Context, column string) func(*gorm.DB) *gorm.DB {
	return timed(ctx, column, func(c clause.Column, now time.Time) clause.Expression {
		return clause.Lte{Column: c, Value: now}
	})
}

// NotDue is a condition for rows whose time has not come, or that have none:
// what expires at column is there as long. Its result is kept as that of [Due].
func NotDue(ctx context.Context, column string) func(*gorm.DB) *gorm.DB {
	return timed(ctx, column, func(c clause.Column, now time.Time) clause.Expression {
		return clause.Or(clause.Gt{Column: c, Value: now}, clause.Eq{Column: c, Value: nil})
	})
}

// timed adds a condition that compares the column with the time.
//
// A computation that is recorded compares with a hand that stands still: the
// latest time at which any computation found the column to be reached. One
// more read asks for the first row behind the hand. As long as its time has not
// come, comparing with the hand gives what comparing with now would; when it
// has, the hand moves to now. So equal computations between two due times ask
// equal questions with equal arguments, whose answers may be kept, and the read
// of the first row behind the hand is touched by exactly those changes that move
// the deadline. The hand needs no protection from what others write: it is
// never trusted, only asked about.
func timed(ctx context.Context, column string, condition func(clause.Column, time.Time) clause.Expression) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		db := From(ctx)
		table, err := tableOf(q)
		if err != nil {
			_ = q.AddError(fmt.Errorf("data: a time condition on %s: %w", column, err))
			return q
		}
		c := clause.Column{Table: table, Name: column}
		now := db.Now()
		others := takeWhere(q)
		if track.From(ctx) != nil {
			hand, next, err := db.reach(ctx, q, others, c, now)
			if err != nil {
				_ = q.AddError(err)
				return q
			}
			now = hand
			track.Until(ctx, next)
		} else {
			// Nobody will ask for this very moment again.
			q.Statement.Context = sqltrack.Fresh(q.Statement.Context)
		}
		return q.Where(clause.And(append(others, condition(c, now))...))
	}
}

// tableOf returns the table that the query is about.
func tableOf(q *gorm.DB) (string, error) {
	stmt := q.Statement
	if stmt.Table != "" {
		return stmt.Table, nil
	}
	model := stmt.Model
	if model == nil {
		model = stmt.Dest
	}
	s := &gorm.Statement{DB: q}
	if err := s.Parse(model); err != nil {
		return "", err
	}
	return s.Schema.Table, nil
}

// takeWhere takes the query's conditions so far off it, as one condition, or as
// none: what is added to them must not fall under an OR of theirs.
func takeWhere(q *gorm.DB) []clause.Expression {
	where, ok := q.Statement.Clauses["WHERE"].Expression.(clause.Where)
	if !ok || len(where.Exprs) == 0 {
		return nil
	}
	delete(q.Statement.Clauses, "WHERE")
	return []clause.Expression{clause.And(slices.Clone(where.Exprs)...)}
}

// reach returns a time at or before now such that no row of the query lies
// behind it and is due, and the time of the first row that is not due yet, zero
// if there is none.
func (db *DB) reach(ctx context.Context, q *gorm.DB, others []clause.Expression, c clause.Column, now time.Time) (hand, next time.Time, err error) {
	key := handKey{c.Table, c.Name}
	hand = db.hands.get(key, now)
	next, err = db.nextDue(ctx, q, others, c, hand)
	if err == nil && !next.IsZero() && !next.After(now) {
		hand = now
		db.hands.move(key, now)
		next, err = db.nextDue(ctx, q, others, c, hand)
	}
	return hand, next, err
}

// nextDue returns the time of the first row of the query behind the time.
func (db *DB) nextDue(ctx context.Context, q *gorm.DB, others []clause.Expression, c clause.Column, after time.Time) (time.Time, error) {
	probe := Read(ctx).Table(c.Table)
	probe.Statement.Joins = slices.Clone(q.Statement.Joins)
	var found []time.Time
	err := probe.
		Where(clause.And(append(slices.Clone(others), clause.Gt{Column: c, Value: after})...)).
		Order(clause.OrderByColumn{Column: c}).
		Limit(1).
		Select(c.Table + "." + c.Name).
		Find(&found).Error
	if err != nil || len(found) == 0 {
		return time.Time{}, err
	}
	return found[0].UTC(), nil
}

// get returns the hand of the column, at most now: a clock that was set back
// takes it back.
func (h *hands) get(key handKey, now time.Time) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at, ok := h.at[key]; ok && !at.After(now) {
		return at
	}
	if len(h.at) >= handsMax {
		clear(h.at) // any time will do, see timed
	}
	h.at[key] = now
	return now
}

// move moves the hand of the column forward.
func (h *hands) move(key handKey, to time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at[key].Before(to) {
		h.at[key] = to
	}
}

// handsMax bounds the columns with a hand.
const handsMax = 4096
