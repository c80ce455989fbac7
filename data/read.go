package data

import (
	"context"

	"gorm.io/gorm"

	"veche/track"
)

// Read returns a GORM session for reading: of the context's transaction inside
// a [Write], of the database elsewhere. Whatever is read through it is noted in
// the recording of the context. It refuses to write. Errors of the statements
// made from it are faults where a visitor could understand them: a First or Take
// that finds nothing fails with NotFound.
func Read(ctx context.Context) *gorm.DB {
	if tx := txFrom(ctx); tx != nil {
		track.Volatile(ctx, "read inside a transaction")
		return tx.db.Session(&gorm.Session{NewDB: true, Context: ctx})
	}
	return From(ctx).gorm.WithContext(ctx)
}

// ByID returns the row of the entity T with the given ID, or a NotFound fault.
func ByID[T any](ctx context.Context, id int64) (T, error) {
	var row T
	err := Read(ctx).Where("id = ?", id).Take(&row).Error
	return row, err
}

// First returns the first row of the query in the query's own order, or a
// NotFound fault.
func First[T any](query *gorm.DB) (T, error) {
	var row T
	err := query.Limit(1).Take(&row).Error
	return row, err
}

// All returns all rows of the query. Whoever asks bounds it, with Limit or by
// what is asked.
func All[T any](query *gorm.DB) ([]T, error) {
	var rows []T
	err := query.Find(&rows).Error
	return rows, err
}

// Expr is a piece of SQL as a value, for updates such as
//
//	tx.DB().Model(&Topic{}).Where("id = ?", id).Update("posts", data.Expr("posts + ?", 1))
func Expr(sql string, args ...any) any { return gorm.Expr(sql, args...) }

type authorKey struct{}

// WithAuthor returns a context in which rows are created by the member with the
// given ID, 0 for nobody.
func WithAuthor(ctx context.Context, id int64) context.Context {
	return context.WithValue(ctx, authorKey{}, id)
}

func author(ctx context.Context) int64 {
	id, _ := ctx.Value(authorKey{}).(int64)
	return id
}
