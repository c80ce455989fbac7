package mysql

import (
	"context"
	"database/sql/driver"
	"strings"

	"veche/data/sqltrack"
)

const columnsQuery = `SELECT t.TABLE_NAME, t.TABLE_TYPE, t.ENGINE, c.COLUMN_NAME, c.DATA_TYPE, c.COLLATION_NAME, c.COLUMN_KEY, c.EXTRA
FROM information_schema.TABLES t
JOIN information_schema.COLUMNS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
WHERE t.TABLE_SCHEMA = DATABASE()
ORDER BY t.TABLE_NAME, c.ORDINAL_POSITION`

const triggersQuery = `SELECT EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = DATABASE()`

const keysQuery = `SELECT r.TABLE_NAME, r.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME,
	r.DELETE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT'), r.UPDATE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
FROM information_schema.REFERENTIAL_CONSTRAINTS r
JOIN information_schema.KEY_COLUMN_USAGE k
	ON k.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA AND k.CONSTRAINT_NAME = r.CONSTRAINT_NAME AND k.TABLE_NAME = r.TABLE_NAME
WHERE r.CONSTRAINT_SCHEMA = DATABASE()`

// Tables reads the catalog.
func (s *session) Tables(ctx context.Context) (map[string]*sqltrack.Table, error) {
	rows, err := sqltrack.QueryAll(ctx, s.conn, columnsQuery)
	if err != nil {
		return nil, err
	}
	shapes := make(map[string]*sqltrack.Shape)
	for i := range rows.Len() {
		addColumn(shapes, rows.Row(i))
	}
	tables := make(map[string]*sqltrack.Table, len(shapes))
	for name, shape := range shapes {
		shape.Done()
		tables[name] = shape.Table
	}
	if rows, err = sqltrack.QueryAll(ctx, s.conn, triggersQuery); err != nil {
		return nil, err
	}
	for i := range rows.Len() {
		if t := tables[strings.ToLower(text(rows.Row(i)[0]))]; t != nil {
			t.Triggers = true
		}
	}
	if rows, err = sqltrack.QueryAll(ctx, s.conn, keysQuery); err != nil {
		return nil, err
	}
	var keys []sqltrack.ForeignKey
	for i := range rows.Len() {
		r := rows.Row(i)
		keys = append(keys, sqltrack.ForeignKey{
			Table: strings.ToLower(text(r[0])), Parent: strings.ToLower(text(r[1])),
			Columns:  []string{strings.ToLower(text(r[2]))},
			OnDelete: text(r[3]) == "1", OnUpdate: text(r[4]) == "1",
		})
	}
	sqltrack.Link(tables, keys)
	return tables, nil
}

// addColumn takes one row of columnsQuery.
func addColumn(shapes map[string]*sqltrack.Shape, r []driver.Value) {
	quoted := "`" + strings.ReplaceAll(text(r[0]), "`", "``") + "`"
	name := strings.ToLower(text(r[0]))
	t := shapes[name]
	if t == nil {
		t = &sqltrack.Shape{Table: &sqltrack.Table{Name: name, Quoted: quoted}}
		shapes[name] = t
	}
	extra := strings.ToUpper(text(r[7]))
	switch {
	case t.Quoted != quoted:
		t.Coarse = "tables whose names differ in case only"
		return
	case strings.Contains(extra, "INVISIBLE"):
		t.Coarse = "a table with an invisible column"
		return
	}
	switch text(r[1]) {
	case "BASE TABLE":
	case "SYSTEM VERSIONED":
		t.Coarse = "a table with a history"
	default:
		t.Derived = true
	}
	t.Immediate = !t.Derived && text(r[2]) != "InnoDB"
	if text(r[6]) == "PRI" {
		t.Key = append(t.Key, len(t.Types))
	}
	typ := strings.ToUpper(text(r[4]))
	if r[5] != nil && !usual(text(r[5])) {
		typ = "COLLATED"
	}
	t.Add(text(r[3]), typ)
}

// usual reports whether texts of the collation compare as track.Folded says: to
// two collations, different ASCII letters are one.
func usual(collation string) bool {
	return !strings.Contains(collation, "roman") && !strings.Contains(collation, "lithuanian")
}
