package sqlite

import (
	"context"
	"strings"

	"veche/data/sqltrack"
	"veche/track"
)

// collated is the type, for us, of every column of a table in whose definition a
// collation is named: the catalog does not say which column has it.
const collated = "COLLATED"

// columnsQuery lists the columns of all tables, in order. Views are left out:
// one that is broken would break the query.
const columnsQuery = `SELECT m.name, m.sql, c.name, c.type, c.hidden, c.pk
FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS c
WHERE m.type = 'table' AND m.sql NOT LIKE 'create virtual%' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY m.name, c.cid`

const derivedQuery = `SELECT name FROM sqlite_master
WHERE type = 'view' OR type = 'table' AND sql LIKE 'create virtual%'`

// Tables reads the catalog. What other tables a write reaches does not matter
// here, since the hook sees them.
func (s *session) Tables(ctx context.Context) (map[string]*sqltrack.Table, error) {
	tables := make(map[string]*sqltrack.Table)
	rows, err := sqltrack.QueryAll(ctx, s.conn, columnsQuery)
	if err != nil {
		return nil, err
	}
	names := make(map[string][]string)
	for i := range rows.Len() {
		r := rows.Row(i)
		name, definition := strings.ToLower(str(r[0])), strings.ToLower(str(r[1]))
		t := tables[name]
		if t == nil {
			t = &sqltrack.Table{Name: name, Quoted: `"` + strings.ReplaceAll(str(r[0]), `"`, `""`) + `"`}
			tables[name] = t
		}
		declared := strings.ToUpper(str(r[3]))
		if strings.Contains(definition, "collate") {
			declared = collated
		}
		const virtual = 2
		if r[4] == int64(virtual) {
			t.Coarse = "a table with a virtual generated column"
		}
		if r[5] != int64(0) {
			t.Key = append(t.Key, len(t.Types))
		}
		names[name] = append(names[name], strings.ToLower(str(r[2])))
		t.Types = append(t.Types, declared)
	}
	for name, t := range tables {
		t.Columns = track.NewColumns(names[name]...)
	}
	rows, err = sqltrack.QueryAll(ctx, s.conn, derivedQuery)
	if err != nil {
		return nil, err
	}
	for i := range rows.Len() {
		name := strings.ToLower(str(rows.Row(i)[0]))
		tables[name] = &sqltrack.Table{Name: name, Derived: true}
	}
	return tables, nil
}

func str(v any) string {
	s, _ := v.(string)
	return s
}
