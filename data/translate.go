package data

import (
	"context"
	"database/sql/driver"
	"errors"

	"gorm.io/gorm"

	"veche/fault"
)

// dialector is the database's own, except that errors become faults, which keep
// the error as their cause, and that a failed savepoint is reported.
type dialector struct {
	gorm.Dialector
	db *DB
}

// Translate is what GORM asks about every error.
func (d dialector) Translate(err error) error { return d.db.translate(err) }

func (d dialector) SavePoint(tx *gorm.DB, name string) error {
	return tx.Session(&gorm.Session{NewDB: true}).Exec("SAVEPOINT " + name).Error
}

func (d dialector) RollbackTo(tx *gorm.DB, name string) error {
	return tx.Session(&gorm.Session{NewDB: true}).Exec("ROLLBACK TO SAVEPOINT " + name).Error
}

// translate returns the fault for an error that a visitor can understand, and
// any other error as it is.
func (db *DB) translate(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fault.Because(err, fault.NotFound, "data.not_found")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, driver.ErrBadConn):
		return fault.Because(err, fault.Unavailable, "data.unavailable")
	}
	if index, columns, ok := db.engine.duplicate(err); ok {
		return db.duplicate(err, index, columns)
	}
	if db.engine.away(err) {
		return fault.Because(err, fault.Unavailable, "data.unavailable")
	}
	return err
}

// duplicate names the fields whose values another row has already.
func (db *DB) duplicate(err error, index string, columns []string) error {
	if columns == nil {
		columns = db.uniques[index]
	}
	if len(columns) == 0 {
		return fault.Because(errors.Join(gorm.ErrDuplicatedKey, err), fault.Conflict, "data.duplicate")
	}
	words := make(map[string]string, len(columns))
	for _, column := range columns {
		words[column] = "data.duplicate"
	}
	f := fault.InFields(words)
	f.Cause = errors.Join(gorm.ErrDuplicatedKey, err)
	return f
}
