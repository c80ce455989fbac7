package data

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"veche/entity"
	"veche/fault"
	"veche/track"
)

// column and index are what the catalog of the database knows.
type column struct {
	Name string
	Type string
	Size int64
}

type index struct {
	unique  bool
	columns []string
}

// lockName is that of the lock which keeps two migrations apart, and lockNumber
// its number where locks have numbers.
const (
	lockName   = "veche_migration"
	lockNumber = 0x7665636865 // "veche"
)

// Migrate brings the tables to what the registered entities say: it creates
// tables, columns and indexes, and gives texts room; it never removes anything.
// A database written by a newer version of a module is refused before anything
// is changed. On SQLite and PostgreSQL all happens or nothing; MySQL commits
// every change of a table by itself, and an interrupted migration goes on where
// it was. Programs that start at once wait for each other.
func (db *DB) Migrate(ctx context.Context) error {
	if track.From(ctx) != nil || txFrom(ctx) != nil {
		return errors.New("data: Migrate inside a recording or a transaction")
	}
	if err := db.checkReferences(); err != nil {
		return err
	}
	if db.engine.name() == "mysql" {
		return db.migrateLocked(ctx)
	}
	_, err := Write(With(ctx, db), func(tx *Tx) error {
		if db.engine.name() == "postgres" {
			wait := fmt.Sprintf("SET LOCAL lock_timeout = %d", db.options.WaitMax.Milliseconds())
			if err := tx.DB().Exec(wait).Exec("SELECT pg_advisory_xact_lock(?)", int64(lockNumber)).Error; err != nil {
				return err
			}
		}
		m := migration{db: db, tx: tx}
		if err := m.shape(); err != nil {
			return err
		}
		for _, s := range db.schemas {
			if err := m.finish(tx, s); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// migrateLocked migrates where changes of tables cannot be part of a
// transaction: under a lock of the server, on the one connection that has it.
func (db *DB) migrateLocked(ctx context.Context) error {
	ctx = With(ctx, db)
	return db.gorm.WithContext(ctx).Connection(func(conn *gorm.DB) (err error) {
		tx := &Tx{data: db, db: conn, whole: &txState{}}
		tx.Context = context.WithValue(ctx, txKey{}, tx)
		var locked int
		seconds := int(db.options.WaitMax.Seconds()) + 1
		if err := tx.DB().Raw("SELECT GET_LOCK(?, ?)", lockName, seconds).Scan(&locked).Error; err != nil {
			return err
		}
		if locked != 1 {
			return fault.Because(errors.New("data: another program is migrating the database and does not finish"), fault.Unavailable, "data.busy")
		}
		defer func() {
			err = errors.Join(err, tx.DB().Exec("DO RELEASE_LOCK(?)", lockName).Error)
		}()
		m := migration{db: db, tx: tx}
		if err := m.shape(); err != nil {
			return err
		}
		for _, s := range db.schemas {
			if _, err := Write(ctx, func(tx *Tx) error { return m.finish(tx, s) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// A migration is one run of Migrate.
type migration struct {
	db   *DB
	tx   *Tx               // in which tables are changed
	have map[string]record // what the database says of each module
}

// record is a row of the table in which the database keeps what it is.
type record struct {
	Module string
	Number int
	// Shape is a digest of the tables' shape, so that a start without anything
	// new need not look at each of them.
	Shape string
}

const recordTable = "veche_schema"

// shape creates and extends the tables of all modules.
func (m *migration) shape() error {
	if err := m.read(); err != nil {
		return err
	}
	for _, s := range m.db.schemas {
		if have := m.have[s.Module]; have.Number > s.Number {
			return newer(s, have.Number)
		}
	}
	for _, s := range m.db.schemas {
		if m.have[s.Module].Shape == m.db.digest(s) {
			continue
		}
		for _, e := range m.db.entitiesOf(s) {
			if err := m.table(e); err != nil {
				return fmt.Errorf("data: table %s: %w", e.Table, err)
			}
		}
	}
	return nil
}

func newer(s Schema, have int) error {
	return fault.Because(
		fmt.Errorf("the tables of module %s are of version %d, this program knows version %d: start the newer program, or restore a backup from before it",
			s.Module, have, s.Number),
		fault.Unavailable, "data.newer", s.Module, have, s.Number)
}

// read makes sure that the table of records is there, and reads it.
func (m *migration) read() error {
	g := m.db.engine
	text := "varchar(100)"
	create := fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (%s %s NOT NULL PRIMARY KEY, %s bigint NOT NULL, %s %s NOT NULL)",
		recordTable, g.quote("module"), text, g.quote("number"), g.quote("shape"), text)
	if err := m.tx.DB().Exec(create + g.tableOptions()).Error; err != nil {
		return err
	}
	var records []record
	if err := m.tx.DB().Table(recordTable).Find(&records).Error; err != nil {
		return err
	}
	m.have = make(map[string]record)
	for _, r := range records {
		m.have[r.Module] = r
	}
	return nil
}

// finish changes what the module's tables hold, and records that it is done.
func (m *migration) finish(tx *Tx, s Schema) error {
	have, known := m.have[s.Module]
	now := record{s.Module, s.Number, m.db.digest(s)}
	if have == now {
		return nil
	}
	if s.Upgrade != nil && known && have.Number < s.Number {
		if err := s.Upgrade(tx, have.Number); err != nil {
			return fmt.Errorf("data: upgrading module %s from version %d: %w", s.Module, have.Number, err)
		}
	}
	if known {
		return tx.DB().Table(recordTable).Where("module = ?", s.Module).
			Updates(map[string]any{"number": now.Number, "shape": now.Shape}).Error
	}
	return tx.DB().Table(recordTable).Create(map[string]any{"module": now.Module, "number": now.Number, "shape": now.Shape}).Error
}

func (db *DB) entitiesOf(s Schema) []*entity.Entity {
	var entities []*entity.Entity
	for _, e := range db.entities {
		for _, example := range s.Entities {
			if typeOf(example) == e.Type {
				entities = append(entities, e)
			}
		}
	}
	return entities
}

// digest tells the shapes of a module's tables apart.
func (db *DB) digest(s Schema) string {
	h := sha256.New()
	for _, e := range db.entitiesOf(s) {
		fmt.Fprintln(h, createTable(db.engine, e))
		for i := range e.Indexes {
			fmt.Fprintln(h, createIndex(db.engine, e, &e.Indexes[i]))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// table creates the entity's table, or gives it what it lacks.
func (m *migration) table(e *entity.Entity) error {
	g := m.db.engine
	have, err := m.columns(e)
	if err != nil {
		return err
	}
	if len(have) == 0 {
		if err := m.tx.DB().Exec(createTable(g, e)).Error; err != nil {
			return err
		}
	}
	for i := range e.Fields {
		if len(have) == 0 {
			break
		}
		if err := m.column(e, &e.Fields[i], have); err != nil {
			return err
		}
	}
	return m.indexes(e)
}

func (m *migration) columns(e *entity.Entity) (map[string]*column, error) {
	rows, err := m.tx.DB().Raw(m.db.engine.columns(), e.Table).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	have := make(map[string]*column)
	for rows.Next() {
		c := new(column)
		if err := rows.Scan(&c.Name, &c.Type, &c.Size); err != nil {
			return nil, err
		}
		have[strings.ToLower(c.Name)] = c
	}
	return have, rows.Err()
}

// column adds the field's column, or sees that the one there will do.
func (m *migration) column(e *entity.Entity, f *entity.Field, have map[string]*column) error {
	g := m.db.engine
	c := have[f.Column]
	switch {
	case c == nil && f.Column == "id":
		return errors.New("the table is there but has no column id: it is not ours")
	case c == nil:
		return m.tx.DB().Exec("ALTER TABLE " + g.quote(e.Table) + " ADD COLUMN " + definition(g, f)).Error
	case g.kindOf(c.Type) != kindOf(f):
		return fmt.Errorf("column %s holds %s (%s), but field %s wants %s: give the field another name and carry the values over in Upgrade",
			f.Column, g.kindOf(c.Type), c.Type, f.Name, kindOf(f))
	case !g.fits(c, f):
		return m.tx.DB().Exec(g.modify(e.Table, definition(g, f))).Error
	}
	return nil
}

// indexes creates the indexes that are missing or have other columns by now.
func (m *migration) indexes(e *entity.Entity) error {
	g := m.db.engine
	rows, err := m.tx.DB().Raw(g.indexes(), e.Table).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	have := make(map[string]*index)
	for rows.Next() {
		var name, column string
		var unique bool
		if err := rows.Scan(&name, &unique, &column); err != nil {
			return err
		}
		if have[name] == nil {
			have[name] = &index{unique: unique}
		}
		have[name].columns = append(have[name].columns, column)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for i := range e.Indexes {
		x := &e.Indexes[i]
		name := indexName(e, x)
		if there := have[name]; there != nil {
			if there.unique == x.Unique && strings.Join(there.columns, ",") == strings.Join(x.Columns, ",") {
				continue
			}
			if err := m.tx.DB().Exec(dropIndex(g, e, name)).Error; err != nil {
				return err
			}
		}
		if err := m.tx.DB().Exec(createIndex(g, e, x)).Error; err != nil {
			return fmt.Errorf("index %s: %w", name, err)
		}
	}
	return nil
}
