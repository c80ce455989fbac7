package data

import (
	"errors"
	"strings"

	"veche/entity"
)

type sqliteEngine struct{}

func (sqliteEngine) name() string { return "sqlite" }

func (sqliteEngine) quote(name string) string { return `"` + name + `"` }

// key never gives an ID twice: what was kept of a deleted row must not be taken
// for a new one.
func (sqliteEngine) key() string { return "integer PRIMARY KEY AUTOINCREMENT" }

func (g sqliteEngine) columnType(f *entity.Field) string {
	switch kindOf(f) {
	case numbers:
		return "real"
	case texts:
		return "text"
	case blobs:
		return "blob"
	case bools:
		return "boolean"
	case times:
		return "datetime"
	}
	return "integer"
}

func (sqliteEngine) kindOf(typ string) columnKind {
	switch strings.ToLower(typ) {
	case "integer":
		return integers
	case "real":
		return numbers
	case "text":
		return texts
	case "blob":
		return blobs
	case "boolean":
		return bools
	case "datetime":
		return times
	}
	return others
}

func (sqliteEngine) fits(*column, *entity.Field) bool { return true }

func (sqliteEngine) modify(string, string) string { return "" }

func (sqliteEngine) literal(f *entity.Field) string {
	switch kindOf(f) {
	case blobs:
		return "x''"
	case bools:
		if isTrue(f.Default) {
			return "1"
		}
		return "0"
	}
	return plainLiteral(f)
}

func (sqliteEngine) tableOptions() string { return "" }

func (sqliteEngine) columns() string {
	return `SELECT name, type, 0 FROM pragma_table_info(?)`
}

func (sqliteEngine) indexes() string {
	return `SELECT l.name, l."unique", i.name FROM pragma_index_list(?) l, pragma_index_info(l.name) i ORDER BY l.name, i.seqno`
}

// The primary result codes of SQLite that we tell apart.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteReadOnly   = 8
	sqliteIO         = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteCannotOpen = 14
	sqliteNoDatabase = 26
)

func sqliteCode(err error) int {
	var c interface{ Code() int }
	if errors.As(err, &c) {
		return c.Code() & 0xff
	}
	return 0
}

// overturned knows a snapshot that is too old to write on, a log that another
// program is repairing, and tables that are locked. A file that is merely busy
// has been waited for.
func (sqliteEngine) overturned(err error) bool {
	const recovering, snapshot = sqliteBusy | 1<<8, sqliteBusy | 2<<8
	var c interface{ Code() int }
	if !errors.As(err, &c) {
		return false
	}
	code := c.Code()
	return code == recovering || code == snapshot || code&0xff == sqliteLocked
}

// duplicate reads "UNIQUE constraint failed: news.section_id, news.slug (2067)".
func (sqliteEngine) duplicate(err error) (string, []string, bool) {
	_, list, ok := strings.Cut(err.Error(), "UNIQUE constraint failed: ")
	if !ok || sqliteCode(err) == 0 {
		return "", nil, false
	}
	list, _, _ = strings.Cut(list, " (")
	var columns []string
	for name := range strings.SplitSeq(list, ",") {
		columns = append(columns, name[strings.LastIndexByte(name, '.')+1:])
	}
	return "", columns, true
}

// away knows files that are busy, locked by rights, damaged or on a disk that is
// full or failing.
func (sqliteEngine) away(err error) bool {
	switch sqliteCode(err) {
	case sqliteBusy, sqliteReadOnly, sqliteIO, sqliteCorrupt, sqliteFull, sqliteCannotOpen, sqliteNoDatabase:
		return true
	}
	return false
}
