package data

import (
	"fmt"
	"strconv"
	"strings"

	"veche/entity"
)

// mysqlEngine is MySQL 8.0.13 or MariaDB 10.2, and later ones.
type mysqlEngine struct {
	// collation compares texts by their bytes, as far as the server can.
	collation string
}

// collations are those that would do, the best first: the first two do not even
// ignore spaces at the end.
var collations = [...]string{"utf8mb4_0900_bin", "utf8mb4_nopad_bin", "utf8mb4_bin"}

func (mysqlEngine) name() string { return "mysql" }

func (mysqlEngine) quote(name string) string { return "`" + name + "`" }

func (mysqlEngine) key() string { return "bigint NOT NULL AUTO_INCREMENT PRIMARY KEY" }

// varcharMax bounds the characters of a text that is kept in the row itself,
// of whose 65 535 bytes each character may take four.
const varcharMax = 512

func (mysqlEngine) columnType(f *entity.Field) string {
	switch kind := kindOf(f); {
	case kind == numbers:
		return "double"
	case kind == texts && f.Max <= varcharMax:
		return fmt.Sprintf("varchar(%d)", f.Max)
	case kind == texts && f.Max <= 4<<20:
		return "mediumtext"
	case kind == texts:
		return "longtext"
	case kind == blobs && f.Max <= varcharMax:
		return fmt.Sprintf("varbinary(%d)", f.Max)
	case kind == blobs && f.Max < 16<<20:
		return "mediumblob"
	case kind == blobs:
		return "longblob"
	case kind == bools:
		return "boolean"
	case kind == times:
		return "datetime(6)"
	}
	return "bigint"
}

func (mysqlEngine) kindOf(typ string) columnKind {
	switch strings.ToLower(typ) {
	case "bigint":
		return integers
	case "double":
		return numbers
	case "varchar", "mediumtext", "longtext":
		return texts
	case "varbinary", "mediumblob", "longblob":
		return blobs
	case "tinyint":
		return bools
	case "datetime":
		return times
	}
	return others
}

// fits compares the sizes of the catalog, which are in characters for varchar
// and in bytes else.
func (g mysqlEngine) fits(c *column, f *entity.Field) bool {
	if !f.Sized() {
		return true
	}
	switch strings.ToLower(c.Type) {
	case "mediumtext":
		return f.Max <= 4<<20
	case "mediumblob":
		return f.Max < 16<<20
	case "varchar", "varbinary":
		return f.Max <= c.Size
	}
	return true
}

func (g mysqlEngine) modify(table, definition string) string {
	return "ALTER TABLE " + g.quote(table) + " MODIFY COLUMN " + definition
}

// literal puts the defaults of long columns into parentheses: they are allowed
// as expressions only.
func (g mysqlEngine) literal(f *entity.Field) string {
	text := plainLiteral(f)
	switch kindOf(f) {
	case texts:
		text = quoted(strings.ReplaceAll(f.Default, `\`, `\\`))
	case blobs:
		text = "''"
	}
	if f.Sized() && f.Max > varcharMax {
		return "(" + text + ")"
	}
	return text
}

func (g mysqlEngine) tableOptions() string {
	return " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE " + g.collation
}

func (mysqlEngine) columns() string {
	return `SELECT column_name, data_type, COALESCE(character_maximum_length, 0) FROM information_schema.columns
		WHERE table_schema = DATABASE() AND table_name = ?`
}

func (mysqlEngine) indexes() string {
	return `SELECT index_name, non_unique = 0, column_name FROM information_schema.statistics
		WHERE table_schema = DATABASE() AND table_name = ? ORDER BY index_name, seq_in_index`
}

// mysqlNumber returns the number in "Error 1213 (40001): ...", 0 if there is none.
func mysqlNumber(err error) int {
	for e := err; e != nil; e = unwrap(e) {
		rest, ok := strings.CutPrefix(e.Error(), "Error ")
		if !ok {
			continue
		}
		digits, _, _ := strings.Cut(rest, " ")
		n, _ := strconv.Atoi(strings.TrimSuffix(digits, ":"))
		return n
	}
	return 0
}

func unwrap(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return nil
}

// overturned knows deadlocks, waits for locks that were given up, and rows that
// changed since they were read (MariaDB's snapshot isolation).
func (mysqlEngine) overturned(err error) bool {
	switch mysqlNumber(err) {
	case 1213, 1205, 1020:
		return true
	}
	return false
}

// duplicate reads "Duplicate entry 'x' for key 'table.index'"; the value may hold
// anything, the index stands last.
func (mysqlEngine) duplicate(err error) (string, []string, bool) {
	if n := mysqlNumber(err); n != 1062 && n != 1586 {
		return "", nil, false
	}
	text := strings.TrimSuffix(err.Error(), "'")
	name := text[strings.LastIndexByte(text, '\'')+1:]
	return name[strings.LastIndexByte(name, '.')+1:], nil, true
}

// away knows servers that are full, stop, or have gone.
func (mysqlEngine) away(err error) bool {
	switch mysqlNumber(err) {
	case 1040, 1053, 1203, 1021, 1290:
		return true
	}
	return unconnected(err)
}
