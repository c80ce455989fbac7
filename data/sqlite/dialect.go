package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	engine "modernc.org/sqlite"

	"veche/data/sqltrack"
	"veche/data/sqltrack/statement"
	"veche/track"
)

// dialect is SQLite for sqltrack.
type dialect struct {
	busy   time.Duration
	writer chan struct{} // held by the connection that may write
	odd    atomic.Bool   // a time was stored in a form that reads back like ours
}

func newDialect(busy time.Duration) *dialect {
	return &dialect{busy: busy, writer: make(chan struct{}, 1)}
}

// Statements is SQLite's SQL.
func (d *dialect) Statements() statement.Dialect { return statement.SQLite }

// Fate is always known: the hooks of the engine say what was committed.
func (d *dialect) Fate(error) sqltrack.Fate { return sqltrack.Undone }

// Open sets the hooks of a new connection.
func (d *dialect) Open(_ context.Context, conn driver.Conn, log *sqltrack.Log) (sqltrack.Session, error) {
	hooks, ok := conn.(engine.HookRegisterer)
	if !ok {
		return nil, fmt.Errorf("the SQLite driver %T has no hooks", conn)
	}
	s := &session{d: d, conn: conn, log: log}
	hooks.RegisterPreUpdateHook(s.changing)
	hooks.RegisterCommitHook(func() int32 {
		if !s.probing {
			log.Committed()
		}
		return 0
	})
	hooks.RegisterRollbackHook(func() {
		if !s.probing {
			log.RolledBack()
		}
	})
	return s, nil
}

// session is one connection.
type session struct {
	d       *dialect
	conn    driver.Conn
	log     *sqltrack.Log
	probing bool
}

// Enter waits for the other writers of this process, in the order of coming.
func (s *session) Enter(ctx context.Context) error {
	select {
	case s.d.writer <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(s.d.busy)
	defer timer.Stop()
	select {
	case s.d.writer <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return fmt.Errorf("the database is busy: another transaction has been writing for more than %v", s.d.busy)
	}
}

// Leave lets the next writer in.
func (s *session) Leave() { <-s.d.writer }

// InTransaction tries to begin a transaction, which fails inside another.
func (s *session) InTransaction(ctx context.Context) (bool, error) {
	s.probing = true
	defer func() { s.probing = false }()
	x, ok := s.conn.(driver.ExecerContext)
	if !ok {
		return false, errors.New("the SQLite driver cannot execute")
	}
	if _, err := x.ExecContext(ctx, "BEGIN", nil); err != nil {
		if strings.Contains(err.Error(), "within a transaction") {
			return true, nil
		}
		return false, err
	}
	_, err := x.ExecContext(ctx, "ROLLBACK", nil)
	return false, err
}

// Write carries the write out; the hook sees its rows.
func (s *session) Write(ctx context.Context, w *sqltrack.Write) (sqltrack.Outcome, error) {
	for _, a := range w.Args {
		if text, ok := a.Value.(string); ok && strings.IndexByte(text, 0) >= 0 {
			return sqltrack.Outcome{}, fmt.Errorf("argument %d of the statement holds the character NUL, which a text must not", a.Ordinal)
		}
	}
	return w.Run(ctx)
}

// The engine's codes of the operations in the pre-update hook.
const (
	opDelete = 9
	opInsert = 18
	opUpdate = 23
)

// changing is the pre-update hook: a row is about to change.
func (s *session) changing(data engine.SQLitePreUpdateData) {
	name := strings.ToLower(data.TableName)
	if !s.log.Wants(name) {
		return
	}
	t := s.log.Known(name)
	switch {
	case t == nil || data.DatabaseName != "main":
		s.log.Table(name, "a table that the catalog does not have")
		return
	case t.Coarse != "":
		s.log.Table(name, t.Coarse)
		return
	case data.Count() != len(t.Types):
		s.log.Table(name, "a table of another shape than the catalog says")
		return
	}
	var before, after track.Row
	var err error
	if data.Op != opInsert {
		before, err = s.image(t, data.Old)
	}
	if data.Op != opDelete && err == nil {
		after, err = s.image(t, data.New)
	}
	if err != nil {
		s.log.Table(name, "the engine gave no image of the row")
		return
	}
	s.log.Row(name, before, after)
}

// image reads the row that scan gives.
func (s *session) image(t *sqltrack.Table, scan func(...any) error) (track.Row, error) {
	values := make([]any, len(t.Types))
	if err := scan(values...); err != nil {
		return track.Row{}, err
	}
	for i, v := range values {
		values[i] = s.stored(t, i, v)
	}
	return track.NewRow(t.Columns, values), nil
}

// stored returns a value of column i, as the engine stores it, in the form in
// which conditions compare it.
func (s *session) stored(t *sqltrack.Table, i int, v any) track.Value {
	switch v := v.(type) {
	case []byte:
		if len(v) == 0 { // read back as NULL
			return sqltrack.Unclear("")
		}
	case string:
		switch {
		case t.Types[i] == collated:
			return sqltrack.Unclear(v)
		case !isTime(t.Types[i]):
			return v
		}
		if at, ok := parseTime(v); ok {
			return at
		}
		if strings.HasSuffix(v, "+00:00") {
			s.d.odd.Store(true)
		}
		return sqltrack.Unclear(v)
	}
	return v
}

// timeForm is the form in which the driver stores times with _time_format=sqlite.
// In UTC its order is that of the times: '+' < '.' < '0'.
const timeForm = "2006-01-02 15:04:05.999999999-07:00"

// parseTime reads a time in exactly the form in which times are stored.
func parseTime(v string) (time.Time, bool) {
	if !strings.HasSuffix(v, "+00:00") {
		return time.Time{}, false
	}
	at, err := time.Parse(timeForm, v)
	if err != nil || at.Year() < 1 || at.UTC().Format(timeForm) != v {
		return time.Time{}, false
	}
	return at.UTC(), true
}

// isTime reports whether the driver reads text in a column declared so as time.
func isTime(declared string) bool {
	switch declared {
	case "DATE", "DATETIME", "TIMESTAMP":
		return true
	}
	return false
}

// Value returns the value of a result as it is compared. A time counts only if
// it was stored in our form, which its zone shows: the driver gives a time
// without an offset in UTC, and one with it in another location.
func (s *session) Value(declared string, v driver.Value) track.Value {
	switch v := v.(type) {
	case time.Time:
		_, offset := v.Zone()
		if v.Location() == time.UTC || offset != 0 || !isTime(declared) || s.d.odd.Load() {
			return sqltrack.Unclear("")
		}
	case []byte:
		if len(v) == 0 {
			return sqltrack.Unclear("")
		}
	}
	return track.Canon(v)
}
