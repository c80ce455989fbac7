package data

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"veche/entity"
)

// A Schema is what a module keeps in the database.
type Schema struct {
	// Module is the name of the module.
	Module string
	// Number is the version of the module's tables, from 1. Raise it when an
	// older program could no longer work with them: it will then refuse to.
	Number int
	// Entities are structs that embed entity.Base: News{}, Comment{}.
	Entities []any
	// Upgrade changes what the tables hold, not their shape, when a database of
	// an older Number (from, at least 1) meets this one. The tables are in their
	// new shape by then. It runs in the migration's transaction. May be nil.
	Upgrade func(tx *Tx, from int) error
}

// Register adds modules to the database's description. It comes before Migrate
// and before any read or write of their entities; errors name what is wrong.
func (db *DB) Register(schemas ...Schema) error {
	for _, s := range schemas {
		if s.Module == "" || s.Number < 1 {
			return fmt.Errorf("data: schema %q with number %d: want a module and a number from 1", s.Module, s.Number)
		}
		for _, other := range db.schemas {
			if other.Module == s.Module {
				return fmt.Errorf("data: module %s is registered twice", s.Module)
			}
		}
		for _, example := range s.Entities {
			if err := db.registerEntity(reflect.TypeOf(example)); err != nil {
				return fmt.Errorf("data: module %s: %w", s.Module, err)
			}
		}
		db.schemas = append(db.schemas, s)
	}
	return nil
}

// Entities returns the descriptions of all entities, in the order in which they
// were registered. The caller does not change them.
func (db *DB) Entities() []*entity.Entity { return db.entities }

// Entity returns the description of the entity of the given name, or nil.
func (db *DB) Entity(name string) *entity.Entity {
	for _, e := range db.entities {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// EntityOf returns the description of a row's entity, or an error if nobody
// registered it.
func (db *DB) EntityOf(row entity.Row) (*entity.Entity, error) {
	t := reflect.TypeOf(row)
	if e := db.byType[t.Elem()]; e != nil {
		return e, nil
	}
	return nil, fmt.Errorf("data: nobody registered %v", t.Elem())
}

func (db *DB) registerEntity(t reflect.Type) error {
	e, err := entity.OfType(t)
	if err != nil {
		return err
	}
	if other := db.Entity(e.Name); other != nil {
		return fmt.Errorf("%v and %v are both called %s", other.Type, e.Type, e.Name)
	}
	if strings.HasPrefix(e.Table, "veche_") {
		return fmt.Errorf("%v: tables veche_... are not for modules", e.Type)
	}
	if err := db.adapt(e); err != nil {
		return err
	}
	db.entities = append(db.entities, e)
	db.byType[e.Type] = e
	for i := range e.Indexes {
		if x := &e.Indexes[i]; x.Unique {
			db.uniques[indexName(e, x)] = x.Columns
		}
	}
	return nil
}

// checkReferences verifies that what fields refer to exists.
func (db *DB) checkReferences() error {
	for _, e := range db.entities {
		for i := range e.Fields {
			if f := &e.Fields[i]; f.Ref != "" && db.Entity(f.Ref) == nil {
				return fmt.Errorf("data: field %s of %s refers to %s, which nobody registered", f.Name, e.Name, f.Ref)
			}
		}
	}
	return nil
}

// names makes GORM call columns as entities do.
type names struct{ schema.NamingStrategy }

func (names) TableName(structName string) string { return entity.SnakeCase(structName) }

func (names) ColumnName(_, fieldName string) string { return entity.SnakeCase(fieldName) }

// adapt makes GORM's own description of the struct say what the entity says.
// GORM keeps one description for each type, so this holds from now on.
func (db *DB) adapt(e *entity.Entity) error {
	if err := checkLeftOut(e.Type); err != nil {
		return fmt.Errorf("%v: %w", e.Type, err)
	}
	stmt := &gorm.Statement{DB: db.gorm}
	if err := stmt.Parse(reflect.New(e.Type).Interface()); err != nil {
		return fmt.Errorf("%v: %w", e.Type, err)
	}
	s := stmt.Schema
	s.Table = e.Table
	for i := range e.Fields {
		f := &e.Fields[i]
		g := s.FieldsByDBName[f.Column]
		if g == nil {
			return fmt.Errorf("%v: GORM does not see field %s", e.Type, f.Name)
		}
		// Times are set where rows are written, from the database's own clock.
		g.AutoCreateTime, g.AutoUpdateTime = 0, 0
		adaptValues(g, f)
	}
	return nil
}

// checkLeftOut verifies that GORM leaves out what the entity leaves out.
func checkLeftOut(t reflect.Type) error {
	for i := range t.NumField() {
		field := t.Field(i)
		switch {
		case field.Tag.Get("entity") == "-" && field.Tag.Get("gorm") != "-":
			return fmt.Errorf("field %s is not part of the entity: tag it `gorm:\"-\"` too", field.Name)
		case field.Anonymous && field.Type.Kind() == reflect.Struct:
			if err := checkLeftOut(field.Type); err != nil {
				return err
			}
		}
	}
	return nil
}

// adaptValues makes values travel as the tables keep them: what is empty as
// NULL where the entity says so and nowhere else, times in UTC to the microsecond both ways.
func adaptValues(g *schema.Field, f *entity.Field) {
	if !f.Null {
		return
	}
	valueOf := g.ValueOf
	g.ValueOf = func(ctx context.Context, row reflect.Value) (any, bool) {
		v, zero := valueOf(ctx, row)
		if t, ok := v.(time.Time); ok {
			v, zero = t.UTC().Truncate(time.Microsecond), t.IsZero()
		}
		if bytes, ok := v.([]byte); ok && len(bytes) == 0 {
			zero = true
		}
		if zero {
			return nil, true
		}
		return v, false
	}
}

// typeOf returns the type of a struct, or of that to which a pointer points.
func typeOf(example any) reflect.Type {
	t := reflect.TypeOf(example)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
