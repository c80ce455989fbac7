package sqltrack

import (
	"context"
	"database/sql/driver"
	"errors"
)

// stmt is a tracked prepared statement.
type stmt struct {
	c     *conn
	inner driver.Stmt
	text  string
}

func (s *stmt) Close() error  { return s.inner.Close() }
func (s *stmt) NumInput() int { return s.inner.NumInput() }

func (s *stmt) Exec([]driver.Value) (driver.Result, error) {
	return nil, errors.New("sqltrack: database/sql calls ExecContext")
}

func (s *stmt) Query([]driver.Value) (driver.Rows, error) {
	return nil, errors.New("sqltrack: database/sql calls QueryContext")
}

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	out, err := s.c.perform(ctx, s.c.k.texts.of(s.text), normal(args), s, false)
	return out.Result, err
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.c.query(ctx, s.c.k.texts.of(s.text), s.text, normal(args), s)
}

func (s *stmt) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := s.inner.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	if n, ok := s.c.inner.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	//lint:ignore SA1019 old drivers have nothing else
	if cc, ok := s.inner.(driver.ColumnConverter); ok {
		if s.inner.NumInput() >= 0 && v.Ordinal > s.inner.NumInput() {
			return nil // database/sql reports the number
		}
		converted, err := cc.ColumnConverter(v.Ordinal - 1).ConvertValue(v.Value)
		v.Value = converted
		return err
	}
	return driver.ErrSkip
}

func (s *stmt) exec(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return execStmt(ctx, s.inner, args)
}

func (s *stmt) query(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return queryStmt(ctx, s.inner, args)
}

func execStmt(ctx context.Context, s driver.Stmt, args []driver.NamedValue) (driver.Result, error) {
	if e, ok := s.(driver.StmtExecContext); ok {
		return e.ExecContext(ctx, args)
	}
	values, err := plain(ctx, args)
	if err != nil {
		return nil, err
	}
	return s.Exec(values) //lint:ignore SA1019 for drivers that have nothing newer
}

func queryStmt(ctx context.Context, s driver.Stmt, args []driver.NamedValue) (driver.Rows, error) {
	if q, ok := s.(driver.StmtQueryContext); ok {
		return q.QueryContext(ctx, args)
	}
	values, err := plain(ctx, args)
	if err != nil {
		return nil, err
	}
	return s.Query(values) //lint:ignore SA1019 for drivers that have nothing newer
}

// plain strips arguments of what old drivers do not know.
func plain(ctx context.Context, args []driver.NamedValue) ([]driver.Value, error) {
	values := make([]driver.Value, len(args))
	for i, a := range args {
		if a.Name != "" {
			return nil, errors.New("sqltrack: the driver does not support named arguments")
		}
		values[i] = a.Value
	}
	return values, ctx.Err()
}
