package sqltrack

import (
	"bytes"
	"database/sql/driver"
	"errors"
	"io"
	"reflect"
	"time"

	"veche/track"
)

// A Store keeps the results of queries. It is safe for concurrent use, bounds
// itself, and calls [Result.Release] of every result that it lets go of: by Drop,
// by putting another in its place, or by evicting it.
type Store interface {
	// Get returns the result of the key.
	Get(key string) (*Result, bool)
	// Put keeps a result that takes size bytes and took cost to make. It may
	// refuse to, and then releases it.
	Put(key string, r *Result, size int64, cost time.Duration)
	// Drop lets go of the result of the key, if there is one.
	Drop(key string)
}

// A Result is the rows of a query in memory. It does not change, but for being
// released.
type Result struct {
	columns []string
	types   []columnType
	values  []driver.Value // row by row
	size    int64
	last    []driver.Value // the last row as the driver gave it

	tracker *track.Tracker
	entry   *track.Entry
}

// columnType is what the driver says of a column.
type columnType struct {
	name             string
	scan             reflect.Type
	length           int64
	hasLength        bool
	nullable         bool
	knowsNull        bool
	precision, scale int64
	hasDecimal       bool
}

// Release tells the tracker that the result is not kept any more. Releasing
// twice is harmless.
func (r *Result) Release() {
	if r.entry != nil {
		r.tracker.Forget(r.entry)
	}
}

// Columns returns the names of the columns. The caller does not change them.
func (r *Result) Columns() []string { return r.columns }

// Type returns the database's name of the type of column i.
func (r *Result) Type(i int) string { return r.types[i].name }

// Len returns the number of rows.
func (r *Result) Len() int {
	if len(r.columns) == 0 {
		return 0
	}
	return len(r.values) / len(r.columns)
}

// Row returns the values of row i. The caller does not change them.
func (r *Result) Row(i int) []driver.Value {
	n := len(r.columns)
	return r.values[i*n : (i+1)*n : (i+1)*n]
}

// AppendHead adds the first n columns of from to the rows of r, which may be nil,
// and returns it.
func (r *Result) AppendHead(from *Result, n int) *Result {
	if r == nil {
		r = &Result{columns: from.columns[:n], types: from.types[:n]}
	}
	for i := range from.Len() {
		r.values = append(r.values, from.Row(i)[:n]...)
	}
	return r
}

const (
	resultBytes = 256 // what a Result takes besides its values
	columnBytes = 96
	valueBytes  = 16
)

// collect reads rows into memory until they end or take more than bound bytes, 0
// for no bound; more then says that there are more. It does not close them.
func collect(rows driver.Rows, bound int64) (r *Result, more bool, err error) {
	r = &Result{columns: rows.Columns(), size: resultBytes}
	r.types = make([]columnType, len(r.columns))
	for i := range r.types {
		r.types[i] = typeOf(rows, i)
		r.size += columnBytes + int64(len(r.columns[i]))
	}
	row := make([]driver.Value, len(r.columns))
	read := false
	for {
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			if read {
				r.last = lastRow(r, row)
			}
			next, ok := rows.(driver.RowsNextResultSet)
			return r, ok && next.HasNextResultSet(), nil
		case err != nil:
			return nil, false, err
		}
		read = true
		for _, v := range row {
			kept, size := keep(v)
			r.values = append(r.values, kept)
			r.size += size
		}
		if bound > 0 && r.size > bound {
			return r, true, nil
		}
	}
}

// lastRow returns the last row with its times as the driver gave them: where
// they came from can tell how the database holds them.
func lastRow(r *Result, row []driver.Value) []driver.Value {
	for i, v := range r.Row(r.Len() - 1) {
		if _, ok := row[i].(time.Time); !ok {
			row[i] = v
		}
	}
	return row
}

// keep returns a value that stays as it is when the driver goes on, and the
// memory it takes.
func keep(v driver.Value) (driver.Value, int64) {
	switch v := v.(type) {
	case []byte:
		return bytes.Clone(v), valueBytes + 24 + int64(len(v))
	case string:
		return v, valueBytes + 16 + int64(len(v))
	case time.Time:
		return v.UTC(), valueBytes + 24
	}
	return v, valueBytes + 8
}

func typeOf(rows driver.Rows, i int) (t columnType) {
	if r, ok := rows.(driver.RowsColumnTypeDatabaseTypeName); ok {
		t.name = r.ColumnTypeDatabaseTypeName(i)
	}
	t.scan = reflect.TypeFor[any]()
	if r, ok := rows.(driver.RowsColumnTypeScanType); ok {
		t.scan = r.ColumnTypeScanType(i)
	}
	if r, ok := rows.(driver.RowsColumnTypeLength); ok {
		t.length, t.hasLength = r.ColumnTypeLength(i)
	}
	if r, ok := rows.(driver.RowsColumnTypeNullable); ok {
		t.nullable, t.knowsNull = r.ColumnTypeNullable(i)
	}
	if r, ok := rows.(driver.RowsColumnTypePrecisionScale); ok {
		t.precision, t.scale, t.hasDecimal = r.ColumnTypePrecisionScale(i)
	}
	return t
}

// keptRows are the rows of a result in memory.
type keptRows struct {
	r      *Result
	at     int
	shared bool // others see the result too: byte slices are copied
}

func (k *keptRows) Columns() []string { return k.r.columns }

func (k *keptRows) Close() error {
	k.at = len(k.r.values)
	return nil
}

func (k *keptRows) Next(dest []driver.Value) error {
	if k.at >= len(k.r.values) {
		return io.EOF
	}
	for i, v := range k.r.values[k.at : k.at+len(dest)] {
		if b, ok := v.([]byte); ok && k.shared {
			v = bytes.Clone(b)
		}
		dest[i] = v
	}
	k.at += len(dest)
	return nil
}

func (k *keptRows) ColumnTypeDatabaseTypeName(i int) string { return k.r.types[i].name }
func (k *keptRows) ColumnTypeScanType(i int) reflect.Type   { return k.r.types[i].scan }
func (k *keptRows) ColumnTypeNullable(i int) (null, ok bool) {
	return k.r.types[i].nullable, k.r.types[i].knowsNull
}

func (k *keptRows) ColumnTypeLength(i int) (n int64, ok bool) {
	return k.r.types[i].length, k.r.types[i].hasLength
}

func (k *keptRows) ColumnTypePrecisionScale(i int) (p, s int64, ok bool) {
	t := &k.r.types[i]
	return t.precision, t.scale, t.hasDecimal
}

// stream passes rows through: first those that were read ahead, then the rest.
type stream struct {
	inner driver.Rows
	ahead *keptRows // nil once exhausted
	done  func()    // called once, when the rows are closed
}

func (s *stream) Columns() []string { return s.inner.Columns() }

func (s *stream) Close() error {
	err := s.inner.Close()
	if s.done != nil {
		s.done()
		s.done = nil
	}
	return err
}

func (s *stream) Next(dest []driver.Value) error {
	if s.ahead != nil {
		if err := s.ahead.Next(dest); err == nil {
			return nil
		}
		s.ahead = nil
	}
	if err := s.inner.Next(dest); err != nil {
		return err
	}
	for i, v := range dest {
		if t, ok := v.(time.Time); ok {
			dest[i] = t.UTC()
		}
	}
	return nil
}

func (s *stream) HasNextResultSet() bool {
	n, ok := s.inner.(driver.RowsNextResultSet)
	return ok && n.HasNextResultSet()
}

func (s *stream) NextResultSet() error {
	if n, ok := s.inner.(driver.RowsNextResultSet); ok {
		s.ahead = nil
		return n.NextResultSet()
	}
	return io.EOF
}

func (s *stream) ColumnTypeDatabaseTypeName(i int) string { return typeOf(s.inner, i).name }
func (s *stream) ColumnTypeScanType(i int) reflect.Type   { return typeOf(s.inner, i).scan }
func (s *stream) ColumnTypeNullable(i int) (null, ok bool) {
	t := typeOf(s.inner, i)
	return t.nullable, t.knowsNull
}

func (s *stream) ColumnTypeLength(i int) (n int64, ok bool) {
	t := typeOf(s.inner, i)
	return t.length, t.hasLength
}

func (s *stream) ColumnTypePrecisionScale(i int) (p, sc int64, ok bool) {
	t := typeOf(s.inner, i)
	return t.precision, t.scale, t.hasDecimal
}

// stmtRows are the rows of a statement that was prepared for them alone.
type stmtRows struct {
	stream
	s driver.Stmt
}

func (r *stmtRows) Close() error {
	err := r.stream.Close()
	if closing := r.s.Close(); err == nil {
		err = closing
	}
	return err
}
