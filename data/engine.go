package data

import (
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"veche/entity"
)

// An engine is what differs between the databases in the SQL that creates
// tables, and in what their errors say.
type engine interface {
	// name is the engine's in GORM.
	name() string
	// quote returns a name as SQL text has it.
	quote(name string) string
	// key is the type of the column of row IDs.
	key() string
	// columnType is the type of the field's column.
	columnType(f *entity.Field) string
	// kindOf returns which of the kinds of columns a type of the catalog is.
	kindOf(typ string) columnKind
	// fits reports whether a column of the catalog has room for the field.
	fits(c *column, f *entity.Field) bool
	// modify is the statement that gives the column room.
	modify(table, definition string) string
	// literal returns a value as SQL text has it in a default of the field.
	literal(f *entity.Field) string
	// tableOptions end a CREATE TABLE.
	tableOptions() string
	// columns and indexes are queries of the catalog for the table given as
	// the only argument: column_name, data_type, size and index_name,
	// is_unique, column_name in order.
	columns() string
	indexes() string
	// overturned reports whether a transaction failed because of others and may
	// succeed when it is made again. It was certainly not committed.
	overturned(err error) bool
	// duplicate returns the name of the unique index that an error speaks of,
	// or its columns, and whether it does.
	duplicate(err error) (index string, columns []string, ok bool)
	// away reports whether err says that the database cannot be used for now.
	away(err error) bool
}

// columnKind is what a column holds, whatever its exact type.
type columnKind string

const (
	integers columnKind = "whole numbers"
	numbers  columnKind = "numbers"
	texts    columnKind = "texts"
	blobs    columnKind = "bytes"
	bools    columnKind = "truth values"
	times    columnKind = "times"
	others   columnKind = "something else"
)

// kindOf returns the kind of the column that a field needs.
func kindOf(f *entity.Field) columnKind {
	switch {
	case f.Binary():
		return blobs
	case f.Sized():
		return texts
	}
	switch f.Domain {
	case entity.Number:
		return numbers
	case entity.Bool:
		return bools
	case entity.Time, entity.Date:
		return times
	}
	return integers
}

// definition is a column as CREATE TABLE and ADD COLUMN have it. Every column
// has a default, so that a program which does not know the column yet can go
// on writing rows.
func definition(g engine, f *entity.Field) string {
	text := g.quote(f.Column) + " " + g.columnType(f)
	if f.Null {
		return text
	}
	return text + " NOT NULL DEFAULT " + g.literal(f)
}

// createTable is the statement for a table that does not exist.
func createTable(g engine, e *entity.Entity) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (%s %s", g.quote(e.Table), g.quote("id"), g.key())
	for i := range e.Fields {
		if f := &e.Fields[i]; f.Column != "id" {
			b.WriteString(", " + definition(g, f))
		}
	}
	return b.String() + ")" + g.tableOptions()
}

// createIndex is the statement for an index that does not exist.
func createIndex(g engine, e *entity.Entity, x *entity.Index) string {
	unique := ""
	if x.Unique {
		unique = "UNIQUE "
	}
	quoted := make([]string, len(x.Columns))
	for i, column := range x.Columns {
		quoted[i] = g.quote(column)
	}
	return fmt.Sprintf("CREATE %sINDEX %s ON %s (%s)", unique, g.quote(indexName(e, x)), g.quote(e.Table), strings.Join(quoted, ", "))
}

// dropIndex is the statement for an index that has other columns by now.
func dropIndex(g engine, e *entity.Entity, index string) string {
	if g.name() == "mysql" {
		return "DROP INDEX " + g.quote(index) + " ON " + g.quote(e.Table)
	}
	return "DROP INDEX " + g.quote(index)
}

// nameMax bounds names of indexes, for PostgreSQL.
const nameMax = 63

// indexName is the name of an index in the database, where it must differ from
// those of all other tables.
func indexName(e *entity.Entity, x *entity.Index) string {
	prefix := "ix_"
	if x.Unique {
		prefix = "ux_"
	}
	name := prefix + e.Table + "_" + x.Name
	if len(name) > nameMax {
		name = fmt.Sprintf("%s_%08x", name[:nameMax-9], crc32.ChecksumIEEE([]byte(name)))
	}
	return name
}

// quoted returns text as an SQL literal.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// plainLiteral is the default of a field whose kind needs no special text:
// entities have checked it.
func plainLiteral(f *entity.Field) string {
	switch kindOf(f) {
	case texts:
		return quoted(f.Default)
	case bools:
		return strconv.FormatBool(isTrue(f.Default))
	}
	if f.Default == "" {
		return "0"
	}
	return f.Default
}

// isTrue reports whether a Bool's default, as a form writes it, is yes.
func isTrue(text string) bool { return text == "1" || text == "true" || text == "on" || text == "yes" }

// stated returns the SQLSTATE of an error, "" if it has none.
func stated(err error) string {
	var s interface{ SQLState() string }
	if errors.As(err, &s) {
		return s.SQLState()
	}
	return ""
}
