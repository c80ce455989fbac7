package postgres

import (
	"context"
	"database/sql/driver"
	"strings"

	"veche/data/sqltrack"
)

// columnsQuery lists the columns of all relations that a bare name finds. A text
// of a collation that takes different bytes for equal is of no type we know.
const columnsQuery = `SELECT c.relname::text, quote_ident(c.relname), c.relkind::text,
	a.attname::text, CASE WHEN co.collisdeterministic = false THEN 'collated' ELSE t.typname::text END,
	c.relispartition OR EXISTS (SELECT FROM pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)),
	c.relrowsecurity,
	EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgenabled <> 'D')
		OR EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type <> '1'),
	coalesce((SELECT a.attnum = ANY (x.indkey) FROM pg_index x WHERE x.indrelid = c.oid AND x.indisprimary), false)
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation co ON co.oid = a.attcollation
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND pg_table_is_visible(c.oid)
	AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
ORDER BY c.oid, a.attnum`

const keysQuery = `SELECT child.relname::text, parent.relname::text,
	f.confdeltype IN ('c', 'n', 'd'), f.confupdtype IN ('c', 'n', 'd'),
	(SELECT string_agg(a.attname::text, chr(10)) FROM pg_attribute a WHERE a.attrelid = parent.oid AND a.attnum = ANY (f.confkey))
FROM pg_constraint f
JOIN pg_class child ON child.oid = f.conrelid
JOIN pg_class parent ON parent.oid = f.confrelid
WHERE f.contype = 'f'`

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
	if rows, err = sqltrack.QueryAll(ctx, s.conn, keysQuery); err != nil {
		return nil, err
	}
	var keys []sqltrack.ForeignKey
	for i := range rows.Len() {
		r := rows.Row(i)
		keys = append(keys, sqltrack.ForeignKey{
			Table: strings.ToLower(str(r[0])), Parent: strings.ToLower(str(r[1])),
			OnDelete: r[2] == true, OnUpdate: r[3] == true,
			Columns: strings.Split(strings.ToLower(str(r[4])), "\n"),
		})
	}
	sqltrack.Link(tables, keys)
	return tables, nil
}

// addColumn takes one row of columnsQuery.
func addColumn(shapes map[string]*sqltrack.Shape, r []driver.Value) {
	name, quoted, kind := strings.ToLower(str(r[0])), str(r[1]), str(r[2])
	t := shapes[name]
	if t == nil {
		t = &sqltrack.Shape{Table: &sqltrack.Table{Name: name, Quoted: quoted}}
		shapes[name] = t
	}
	switch {
	case t.Quoted != quoted:
		t.Coarse = "tables whose names differ in case only"
		return
	case r[5] == true:
		t.Coarse, t.Derived = "a partition, or a table with heirs", true
	}
	t.Derived = t.Derived || kind != "r" || r[6] == true
	t.Triggers = t.Triggers || r[7] == true
	if r[8] == true {
		t.Key = append(t.Key, len(t.Types))
	}
	t.Add(str(r[3]), str(r[4]))
}

func str(v any) string {
	s, _ := v.(string)
	return s
}
