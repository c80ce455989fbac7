package data

import (
	"errors"
	"slices"

	"veche/entity"
	"veche/fault"
)

// Create inserts a new row. It normalises and validates the row, and gives it
// an ID, version 1, the time and the author of the context. A time, an author or
// an ID that is set already is kept, so that old rows can be imported.
//
// Wrong values are an Invalid fault with words for each field, and so is a value
// that another row has and that must be unique.
func Create(tx *Tx, row entity.Row) error {
	e, err := tx.prepare(row)
	if err != nil {
		return err
	}
	base := row.BaseRow()
	now := tx.data.Now()
	base.Version = 1
	if base.CreatedAt.IsZero() {
		base.CreatedAt = now
	}
	if base.UpdatedAt.IsZero() {
		base.UpdatedAt = now
	}
	if base.AuthorID == 0 {
		base.AuthorID = author(tx)
	}
	if err := tx.valid(e, row); err != nil {
		return err
	}
	return tx.DB().Create(row).Error
}

// Update writes the row as it is in memory: all its fields, or those of the
// columns. The row must be in the state in which it was read: if it has been
// written since, Update fails with a Conflict fault and changes nothing, so
// that nobody's edit is lost. A row that does not exist is a NotFound fault;
// wrong values fail as in Create. The ID and CreatedAt are never changed;
// UpdatedAt always is.
func Update(tx *Tx, row entity.Row, columns ...string) error {
	e, err := tx.prepare(row)
	if err != nil {
		return err
	}
	if err := tx.valid(e, row, columns...); err != nil {
		return err
	}
	base := row.BaseRow()
	if base.ID == 0 {
		return fault.New(fault.NotFound, "data.not_found")
	}
	former := *base
	base.Version++
	base.UpdatedAt = tx.data.Now()
	written := []string{"version", "updated_at"}
	if len(columns) == 0 {
		for i := range e.Fields {
			columns = append(columns, e.Fields[i].Column)
		}
	}
	for _, column := range columns {
		if column != "id" && column != "created_at" && !slices.Contains(written, column) {
			written = append(written, column)
		}
	}
	res := tx.DB().Model(row).Where("version = ?", former.Version).Select(written).Updates(row)
	if res.Error == nil && res.RowsAffected == 1 {
		return nil
	}
	*base = former
	if res.Error != nil {
		return res.Error
	}
	return tx.missed(e, base.ID)
}

// Delete removes the row in the state in which it was read, or fails as Update
// does. A row whose Version is 0 is removed in whatever state it is.
func Delete(tx *Tx, row entity.Row) error {
	e, err := tx.prepare(row)
	if err != nil {
		return err
	}
	base := row.BaseRow()
	query := tx.DB().Where("id = ?", base.ID)
	if base.Version != 0 {
		query = query.Where("version = ?", base.Version)
	}
	res := query.Delete(e.New())
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected == 0 {
		return tx.missed(e, base.ID)
	}
	return nil
}

// prepare finds the row's entity, brings the row into its normal form and sees
// to it that a rollback gives the row its former ID, version and times.
func (tx *Tx) prepare(row entity.Row) (*entity.Entity, error) {
	e, err := tx.data.EntityOf(row)
	if err != nil {
		return nil, err
	}
	base, former := row.BaseRow(), *row.BaseRow()
	tx.whole.undo = append(tx.whole.undo, func() { *base = former })
	e.Normalise(row)
	return e, nil
}

// valid holds the row against its entity.
func (tx *Tx) valid(e *entity.Entity, row entity.Row, columns ...string) error {
	err := e.Validate(row, columns...)
	if wrong, ok := errors.AsType[*entity.Invalid](err); ok {
		return invalid(wrong)
	}
	return err
}

// invalid returns the fault for values that the entity does not allow. Its
// cause has the arguments of the words.
func invalid(wrong *entity.Invalid) error {
	words := make(map[string]string, len(wrong.Fields))
	for column, p := range wrong.Fields {
		words[column] = p.Key
	}
	f := fault.InFields(words)
	f.Cause = wrong
	return f
}

// missed says why no row was written: there is none, or it has another version.
func (tx *Tx) missed(e *entity.Entity, id int64) error {
	var versions []int64
	err := tx.DB().Table(e.Table).Where("id = ?", id).Pluck("version", &versions).Error
	switch {
	case err != nil:
		return err
	case len(versions) == 0:
		return fault.New(fault.NotFound, "data.not_found")
	}
	return fault.New(fault.Conflict, "data.conflict", versions[0])
}
