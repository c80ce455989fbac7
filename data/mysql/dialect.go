package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	engine "github.com/go-sql-driver/mysql"

	"veche/data/sqltrack"
	"veche/data/sqltrack/statement"
	"veche/track"
)

// dialect is MariaDB and MySQL for sqltrack.
type dialect struct{}

// Statements is the SQL of MariaDB and MySQL.
func (dialect) Statements() statement.Dialect { return statement.MySQL }

// The server's error numbers that decide what became of a statement.
const (
	shutdown        = 1053
	duringCommit    = 1180
	duringRollback  = 1181
	lockWaitTimeout = 1205
	deadlock        = 1213
)

// Fate: an error of the server undoes its statement; a deadlock, and perhaps the
// end of a wait for a lock, the whole transaction.
func (dialect) Fate(err error) sqltrack.Fate {
	var server *engine.MySQLError
	switch {
	case errors.Is(err, driver.ErrBadConn):
		return sqltrack.Undone
	case !errors.As(err, &server):
		return sqltrack.Unknown
	}
	switch server.Number {
	case deadlock, lockWaitTimeout:
		return sqltrack.Ended
	case shutdown, duringCommit, duringRollback:
		return sqltrack.Unknown
	}
	return sqltrack.Undone
}

// Open begins a session.
func (dialect) Open(ctx context.Context, conn driver.Conn, _ *sqltrack.Log) (sqltrack.Session, error) {
	r, err := sqltrack.QueryAll(ctx, conn, "SELECT @@auto_increment_increment")
	if err != nil {
		return nil, err
	}
	return &session{conn: conn, step: text(r.Row(0)[0])}, nil
}

// session is one connection.
type session struct {
	conn driver.Conn
	step string // between generated keys
}

// InTransaction asks the server. MySQL cannot say, MariaDB can.
func (s *session) InTransaction(ctx context.Context) (bool, error) {
	r, err := sqltrack.QueryAll(ctx, s.conn, "SELECT @@in_transaction")
	if err != nil {
		return false, err
	}
	return text(r.Row(0)[0]) != "0", nil
}

// Write carries the write out and reads its rows before and after.
func (s *session) Write(ctx context.Context, w *sqltrack.Write) (sqltrack.Outcome, error) {
	write := &w.Statement.Write
	why, run := w.Coarse, s.update
	switch {
	case why != "":
	case w.Statement.Volatile != "" || strings.Contains(strings.ToLower(write.Where), "select"):
		why = "a write whose rows are found anew each time"
	case w.Statement.Kind == statement.Insert:
		run = s.insert
		if write.Upsert {
			why = "an upsert"
		} else if write.Rows == nil {
			why = "an insert of a query's rows"
		}
	case w.Statement.Kind == statement.Delete:
		run = s.remove
		if write.Where == "" {
			why = "a delete of all rows"
		}
	case slices.ContainsFunc(w.Table.Key, func(i int) bool { return slices.Contains(write.Sets, w.Table.Columns.Names()[i]) }):
		why = "an update of a primary key"
	}
	if why == "" && len(w.Table.Key) == 0 && w.Statement.Kind != statement.Delete {
		why = "a write to a table without a primary key"
	}
	if why != "" {
		return w.Coarsely(ctx, why)
	}
	out, err := w.Atomically(ctx, func() (sqltrack.Outcome, error) { return run(ctx, w) })
	if failed := (*sqltrack.ImageError)(nil); errors.As(err, &failed) && !w.InTransaction() {
		w.Reconsider(err)
		return w.Coarsely(ctx, "its rows could not be found")
	}
	return out, err
}

// remove reads and locks the rows, and deletes them.
func (s *session) remove(ctx context.Context, w *sqltrack.Write) (sqltrack.Outcome, error) {
	before, err := s.before(ctx, w)
	if err != nil {
		return sqltrack.Outcome{}, err
	}
	if len(before) > w.Limit() {
		return w.Coarsely(ctx, "more rows than Options.MaxImages")
	}
	out, err := w.Run(ctx)
	if err != nil {
		return out, err
	}
	if affected(out) != len(before) {
		w.Whole("a delete that was overtaken")
	}
	for _, row := range before {
		if w.Log().Wants(w.Table.Name) {
			w.Log().Row(w.Table.Name, row, track.Row{})
		}
	}
	if len(before) > 0 {
		w.Reach()
	}
	return out, nil
}

// update reads and locks the rows, updates them, and reads them again by key.
func (s *session) update(ctx context.Context, w *sqltrack.Write) (sqltrack.Outcome, error) {
	rows, err := s.before(ctx, w)
	if err != nil {
		return sqltrack.Outcome{}, err
	}
	if len(rows) > w.Limit() {
		return w.Coarsely(ctx, "more rows than Options.MaxImages")
	}
	before := make(map[string]track.Row, len(rows))
	var keys []driver.Value
	for _, row := range rows {
		before[key(w.Table, row)] = row
		for _, i := range w.Table.Key {
			v, _ := row.Value(w.Table.Columns.Names()[i])
			argument, ok := argumentOf(v)
			if !ok {
				return w.Coarsely(ctx, "a primary key of a type that cannot be looked up")
			}
			keys = append(keys, argument)
		}
	}
	out, err := w.Run(ctx)
	if err != nil || len(rows) == 0 && affected(out) == 0 {
		return out, err
	}
	after, err := s.byKey(ctx, w, keys)
	if err != nil {
		return sqltrack.Outcome{}, err
	}
	if affected(out) != len(rows) || len(after) != len(rows) {
		w.Whole("an update that was overtaken")
	}
	for _, row := range after {
		if w.Log().Wants(w.Table.Name) {
			w.Log().Row(w.Table.Name, before[key(w.Table, row)], row)
		}
	}
	w.Reach()
	return out, nil
}

// insert inserts, and reads the rows by the keys that the statement gives or the
// server generated.
func (s *session) insert(ctx context.Context, w *sqltrack.Write) (sqltrack.Outcome, error) {
	n := len(w.Statement.Write.Rows)
	keys, generated, ok := s.givenKeys(w)
	if !ok || n > w.Limit() || generated && s.step != "1" {
		return w.Coarsely(ctx, "an insert whose keys are not known")
	}
	out, err := w.Run(ctx)
	if err != nil {
		return out, err
	}
	if generated {
		first, err := s.lastInsert(ctx, w, out)
		if err != nil {
			return sqltrack.Outcome{}, err
		}
		for i := range n {
			keys = append(keys, first+int64(i))
		}
	}
	after, err := s.byKey(ctx, w, keys)
	if err != nil {
		return sqltrack.Outcome{}, err
	}
	if affected(out) != n || len(after) != n {
		w.Whole("an insert whose rows could not be found")
	}
	for _, row := range after {
		if w.Log().Wants(w.Table.Name) {
			w.Log().Row(w.Table.Name, track.Row{}, row)
		}
	}
	w.Reach()
	return out, nil
}

// givenKeys returns the primary keys of the rows to be inserted, one value after
// the other, or that the server generates them.
func (s *session) givenKeys(w *sqltrack.Write) (keys []driver.Value, generated, ok bool) {
	write := &w.Statement.Write
	columns := write.Columns
	if columns == nil {
		columns = w.Table.Columns.Names()
	}
	for _, row := range write.Rows {
		for _, i := range w.Table.Key {
			v, known := given(w, row, slices.Index(columns, w.Table.Columns.Names()[i]))
			switch {
			case !known:
				return nil, false, false
			case v == nil:
				generated = true
			default:
				keys = append(keys, v)
			}
		}
	}
	return keys, generated, !generated || len(keys) == 0 && len(w.Table.Key) == 1
}

// given returns the value of an inserted row at a place, nil for one that the
// server generates, and whether it is known.
func given(w *sqltrack.Write, row []statement.InsertValue, at int) (driver.Value, bool) {
	if at < 0 {
		return nil, true
	}
	if at >= len(row) || !row[at].Known {
		return nil, false
	}
	o := row[at].Operand
	v := o.Const
	if o.Param > 0 {
		v = w.Args[o.Param-1].Value
	}
	if v == int64(0) { // generated or not, as sql_mode says
		return nil, false
	}
	return argumentOf(v)
}

// lastInsert returns the first key that the server generated for an insert.
func (s *session) lastInsert(ctx context.Context, w *sqltrack.Write, out sqltrack.Outcome) (first int64, err error) {
	if out.Result != nil {
		return out.Result.LastInsertId()
	}
	err = w.Query(ctx, "SELECT LAST_INSERT_ID()", nil, func(r *sqltrack.Result) {
		first, _ = strconv.ParseInt(text(r.Row(0)[0]), 10, 64)
	})
	return first, err
}

// affected returns the number of rows that a statement wrote.
func affected(out sqltrack.Outcome) int {
	if out.Rows != nil {
		return out.Rows.Len()
	}
	n, err := out.Result.RowsAffected()
	if err != nil {
		return -1
	}
	return int(n)
}

// before reads and locks the rows that the statement is about to change, and one
// more than the limit at most.
func (s *session) before(ctx context.Context, w *sqltrack.Write) ([]track.Row, error) {
	write := &w.Statement.Write
	from := w.Table.Quoted
	if write.Alias != "" {
		from += " AS `" + strings.ReplaceAll(write.Alias, "`", "``") + "`"
	}
	if write.Where != "" {
		from += " WHERE " + write.Where
	}
	args := make([]driver.NamedValue, len(write.WhereArgs))
	for i, n := range write.WhereArgs {
		args[i] = driver.NamedValue{Ordinal: i + 1, Value: w.Args[n-1].Value}
	}
	rows, err := s.images(ctx, w, "SELECT * FROM "+from+"\nLIMIT "+strconv.Itoa(w.Limit()+1)+" FOR UPDATE", args)
	const unknownColumn, syntax, unknownTable, notUnique = 1054, 1064, 1109, 1052
	var server *engine.MySQLError
	if errors.As(err, &server) && slices.Contains([]uint16{unknownColumn, syntax, unknownTable, notUnique}, server.Number) {
		err = &sqltrack.ImageError{Err: err}
	}
	return rows, err
}

// byKey reads the rows of the given keys, whose values come one after the other.
func (s *session) byKey(ctx context.Context, w *sqltrack.Write, keys []driver.Value) ([]track.Row, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	names := make([]string, len(w.Table.Key))
	for i, at := range w.Table.Key {
		names[i] = "`" + strings.ReplaceAll(w.Table.Columns.Names()[at], "`", "``") + "`"
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", ") + ")"
	list := strings.TrimSuffix(strings.Repeat(one+", ", len(keys)/len(names)), ", ")
	args := make([]driver.NamedValue, len(keys))
	for i, v := range keys {
		args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return s.images(ctx, w, "SELECT * FROM "+w.Table.Quoted+" WHERE ("+strings.Join(names, ", ")+") IN ("+list+")", args)
}

// images reads rows of the table.
func (s *session) images(ctx context.Context, w *sqltrack.Write, q string, args []driver.NamedValue) ([]track.Row, error) {
	var rows []track.Row
	t := w.Table
	err := w.Query(ctx, q, args, func(r *sqltrack.Result) {
		if !slices.EqualFunc(r.Columns(), t.Columns.Names(), strings.EqualFold) {
			w.Whole("a table of another shape than the catalog says")
			return
		}
		for i := range r.Len() {
			values := make([]track.Value, len(t.Types))
			for j, v := range r.Row(i) {
				values[j] = s.Value(t.Types[j], v)
			}
			rows = append(rows, track.NewRow(t.Columns, values))
		}
	})
	return rows, err
}

// key tells the rows of a table apart by their primary key.
func key(t *sqltrack.Table, row track.Row) string {
	var b strings.Builder
	for _, i := range t.Key {
		v, _ := row.Value(t.Columns.Names()[i])
		fmt.Fprintf(&b, "%T %q ", v, fmt.Sprint(v))
	}
	return b.String()
}

// argumentOf returns a canonical value as an argument, and whether it can be one
// that finds exactly the row it is from.
func argumentOf(v any) (driver.Value, bool) {
	switch v := v.(type) {
	case nil, int64, string, time.Time:
		return v, true
	case track.Blob:
		return []byte(v), true
	case []byte:
		return v, true
	}
	return nil, false
}

// Value returns a value as it is compared. Of the types that are not listed,
// values may be equal though they look different (DECIMAL, JSON, BIT), or
// different though the argument looks equal (FLOAT).
func (s *session) Value(typ string, v driver.Value) track.Value {
	if v == nil {
		return nil
	}
	switch strings.TrimPrefix(typ, "UNSIGNED ") {
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT":
		switch v := v.(type) {
		case int64, uint64:
			return track.Canon(v)
		case []byte:
			if n, err := strconv.ParseInt(string(v), 10, 64); err == nil {
				return n
			}
		}
	case "CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET":
		return text(v)
	case "DOUBLE":
		if f, ok := v.(float64); ok {
			return f
		}
	case "DATE", "DATETIME", "TIMESTAMP":
		if at, ok := v.(time.Time); ok && !at.IsZero() {
			return track.Canon(at)
		}
	case "BINARY", "VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB":
		if b, ok := v.([]byte); ok {
			return track.Canon(b)
		}
	}
	return sqltrack.Unclear(text(v))
}

// text returns what the server sent as text.
func text(v any) string {
	switch v := v.(type) {
	case []byte:
		return string(v)
	case string:
		return v
	}
	return fmt.Sprint(v)
}
