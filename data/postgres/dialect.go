package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"veche/data/sqltrack"
	"veche/data/sqltrack/statement"
	"veche/track"
)

// dialect is PostgreSQL for sqltrack.
type dialect struct{}

// Statements is PostgreSQL's SQL.
func (dialect) Statements() statement.Dialect { return statement.Postgres }

// Fate: what the server reports as an error has not been done, unless the error
// is that the server goes away.
func (dialect) Fate(err error) sqltrack.Fate {
	if errors.Is(err, pgx.ErrTxCommitRollback) || errors.Is(err, driver.ErrBadConn) {
		return sqltrack.Undone
	}
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		return sqltrack.Unknown
	}
	lost := server.Code == "40003" || strings.HasPrefix(server.Code, "08") || strings.HasPrefix(server.Code, "57P")
	if lost || server.Severity == "FATAL" || server.Severity == "PANIC" {
		return sqltrack.Unknown
	}
	return sqltrack.Undone
}

// Open begins a session.
func (dialect) Open(_ context.Context, conn driver.Conn, _ *sqltrack.Log) (sqltrack.Session, error) {
	c, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("the PostgreSQL driver is %T, not pgx", conn)
	}
	return &session{conn: c}, nil
}

// session is one connection.
type session struct{ conn *stdlib.Conn }

// InTransaction asks the protocol, which tells after every statement.
func (s *session) InTransaction(context.Context) (bool, error) {
	return s.conn.Conn().PgConn().TxStatus() != 'I', nil
}

// Write carries the write out and logs the rows that it returns.
func (s *session) Write(ctx context.Context, w *sqltrack.Write) (sqltrack.Outcome, error) {
	write := &w.Statement.Write
	switch {
	case w.Coarse != "":
		return w.Coarsely(ctx, w.Coarse)
	case w.Statement.Kind == statement.Insert && write.Upsert:
		return w.Coarsely(ctx, "an upsert")
	case w.Statement.Kind == statement.Insert && write.Rows == nil:
		return w.Coarsely(ctx, "an insert of a query's rows")
	case w.Statement.Kind == statement.Insert:
		return s.returning(ctx, w, func(row track.Row) { w.Log().Row(w.Table.Name, track.Row{}, row) })
	case w.Statement.Kind == statement.Delete && write.Where == "":
		return w.Coarsely(ctx, "a delete of all rows")
	case w.Statement.Kind == statement.Delete:
		return s.returning(ctx, w, func(row track.Row) { w.Log().Row(w.Table.Name, row, track.Row{}) })
	case len(w.Table.Key) == 0:
		return w.Coarsely(ctx, "an update of a table without a primary key")
	case slices.ContainsFunc(w.Table.Key, func(i int) bool { return slices.Contains(write.Sets, w.Table.Columns.Names()[i]) }):
		return w.Coarsely(ctx, "an update of a primary key")
	}
	out, err := w.Atomically(ctx, func() (sqltrack.Outcome, error) { return s.update(ctx, w) })
	if failed := (*sqltrack.ImageError)(nil); errors.As(err, &failed) && !w.InTransaction() {
		w.Reconsider(err)
		return w.Coarsely(ctx, "its rows could not be found")
	}
	return out, err
}

// returning runs the write so that it returns its rows whole, and calls image
// for each as far as images are wanted.
func (s *session) returning(ctx context.Context, w *sqltrack.Write, image func(track.Row)) (sqltrack.Outcome, error) {
	var rows *sqltrack.Result
	var affected int64
	width := len(w.Table.Types)
	err := w.Query(ctx, returningAll(w.Statement), w.Args, func(r *sqltrack.Result) {
		affected += int64(r.Len())
		n := len(r.Columns()) - width
		if n < 0 || !s.sameShape(r.Columns()[n:], w.Table) {
			w.Whole("a table of another shape than the catalog says")
			n = max(0, n)
		}
		if w.Rows {
			rows = rows.AppendHead(r, n)
		}
		for i := range r.Len() {
			if !w.Log().Wants(w.Table.Name) {
				break
			}
			image(s.image(w.Table, r.Row(i)[n:]))
		}
	})
	if err != nil {
		return sqltrack.Outcome{}, err
	}
	if affected > 0 {
		w.Reach()
	}
	if w.Rows {
		return sqltrack.Outcome{Rows: rows}, nil
	}
	return sqltrack.Outcome{Result: driver.RowsAffected(affected)}, nil
}

// returningAll is the statement's text, made to return whole rows after what it
// returns by itself.
func returningAll(st *statement.Statement) string {
	text := strings.TrimRight(st.Text, " \t\r\n;")
	if st.Write.Returning {
		return text + "\n, *"
	}
	return text + "\nRETURNING *"
}

// update reads and locks the rows, updates them, and pairs what they were with
// what they are.
func (s *session) update(ctx context.Context, w *sqltrack.Write) (sqltrack.Outcome, error) {
	before := make(map[string]track.Row)
	text, args := s.selection(w)
	err := w.Query(ctx, text, args, func(r *sqltrack.Result) {
		if !s.sameShape(r.Columns(), w.Table) {
			w.Whole("a table of another shape than the catalog says")
			return
		}
		for i := range r.Len() {
			row := s.image(w.Table, r.Row(i))
			before[key(w.Table, row)] = row
		}
	})
	if err != nil {
		var server *pgconn.PgError
		if errors.As(err, &server) && strings.HasPrefix(server.Code, "42") {
			err = &sqltrack.ImageError{Err: err}
		}
		return sqltrack.Outcome{}, err
	}
	if len(before) > w.Limit() {
		return w.Coarsely(ctx, "more rows than Options.MaxImages")
	}
	return s.returning(ctx, w, func(after track.Row) {
		was, ok := before[key(w.Table, after)]
		if !ok { // it came to match between the two statements
			w.Whole("an update that was overtaken")
			return
		}
		w.Log().Row(w.Table.Name, was, after)
	})
}

// selection is the query for the rows that an update is about to change.
func (s *session) selection(w *sqltrack.Write) (string, []driver.NamedValue) {
	write := &w.Statement.Write
	text := "SELECT * FROM " + w.Table.Quoted
	if write.Alias != "" {
		text += " AS " + pgx.Identifier{write.Alias}.Sanitize()
	}
	if write.Where != "" {
		text += " WHERE " + write.Where
	}
	args := make([]driver.NamedValue, len(write.WhereArgs))
	for i, n := range write.WhereArgs {
		args[i] = driver.NamedValue{Ordinal: i + 1, Value: w.Args[n-1].Value}
	}
	return text + "\nLIMIT " + strconv.Itoa(w.Limit()+1) + " FOR UPDATE", args
}

// sameShape reports whether the columns of a result are those of the table.
func (s *session) sameShape(columns []string, t *sqltrack.Table) bool {
	return slices.EqualFunc(columns, t.Columns.Names(), strings.EqualFold)
}

// image makes the image of a row.
func (s *session) image(t *sqltrack.Table, row []driver.Value) track.Row {
	values := make([]track.Value, len(row))
	for i, v := range row {
		values[i] = s.Value(t.Types[i], v)
	}
	return track.NewRow(t.Columns, values)
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

// Value returns a value as it is compared. Of the types that are not listed,
// values may be equal though they look different (numeric, char, citext, uuid in
// its spellings), or different though the argument looks equal (real, date).
func (s *session) Value(typ string, v driver.Value) track.Value {
	if v == nil {
		return nil
	}
	ok := false
	switch strings.ToUpper(typ) {
	case "INT2", "INT4", "INT8":
		_, ok = v.(int64)
	case "TEXT", "VARCHAR":
		_, ok = v.(string)
	case "BOOL":
		_, ok = v.(bool)
	case "FLOAT8":
		_, ok = v.(float64)
	case "TIMESTAMP", "TIMESTAMPTZ":
		_, ok = v.(time.Time)
	case "BYTEA":
		_, ok = v.([]byte)
	}
	if !ok {
		return sqltrack.Unclear(fmt.Sprint(v))
	}
	return track.Canon(v)
}
