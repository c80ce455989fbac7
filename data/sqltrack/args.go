package sqltrack

import (
	"database/sql/driver"
	"encoding/binary"
	"math"
	"reflect"
	"slices"
	"time"

	"veche/data/sqltrack/statement"
	"veche/track"
)

// normal returns the arguments with their times in UTC and whole microseconds,
// which all databases hold, so that what is compared is what was stored.
func normal(args []driver.NamedValue) []driver.NamedValue {
	copied := false
	for i := range args {
		t, ok := timeOf(args[i].Value)
		if !ok {
			continue
		}
		if !copied {
			args = append([]driver.NamedValue(nil), args...)
			copied = true
		}
		args[i].Value = t.UTC().Truncate(time.Microsecond)
	}
	return args
}

// timeOf returns the time that an argument stands for.
func timeOf(v any) (time.Time, bool) {
	switch v := v.(type) {
	case nil, int64, string, bool, []byte, float64, int:
		return time.Time{}, false
	case time.Time:
		return v, true
	case *time.Time:
		if v == nil {
			return time.Time{}, false
		}
		return *v, true
	case driver.Valuer:
		t, ok := valueOf(v).(time.Time)
		return t, ok
	}
	return time.Time{}, false
}

// valueOf returns what a Valuer stands for, nil for a nil pointer, or the Valuer
// itself where it fails: the driver will then say so.
func valueOf(v driver.Valuer) any {
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && r.IsNil() {
		return nil
	}
	value, err := v.Value()
	if err != nil {
		return v
	}
	return value
}

// canonical returns the values of the statement's parameters in the forms in
// which conditions compare them, and whether all are of kinds that a result may
// be kept for. It returns none where an argument cannot be told its parameter.
func canonical(args []driver.NamedValue, st *statement.Statement) (values []track.Value, known bool) {
	if len(args) != st.Params {
		return nil, false
	}
	values, known = make([]track.Value, len(args)), true
	for i := range args {
		at := args[i].Ordinal - 1
		if args[i].Name != "" {
			at = slices.Index(st.Names, args[i].Name)
		}
		if at < 0 || at >= len(values) {
			return nil, false
		}
		v, ok := canonicalValue(args[i].Value)
		values[at], known = v, known && ok
	}
	return values, known
}

// canonicalValue returns one argument as conditions compare it. A value of
// another kind is Unclear, and equal to nothing.
func canonicalValue(v any) (track.Value, bool) {
	switch x := v.(type) {
	case nil, int64, float64, string, bool, time.Time:
		return track.Canon(x), true
	case []byte:
		if x == nil { // NULL to some drivers, empty to others
			return Unclear(""), false
		}
		return track.Canon(x), true
	case driver.Valuer:
		inner := valueOf(x)
		if _, again := inner.(driver.Valuer); again {
			return Unclear(""), false
		}
		return canonicalValue(inner)
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer:
		if r.IsNil() {
			return nil, true
		}
		return canonicalValue(r.Elem().Interface())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int(), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if u := r.Uint(); u <= math.MaxInt64 {
			return int64(u), true
		}
	case reflect.Bool:
		return track.Canon(r.Bool()), true
	case reflect.String:
		return r.String(), true
	}
	return Unclear(""), false
}

// resultKey names the result of a statement with arguments in the store.
func resultKey(query string, values []track.Value) string {
	b := make([]byte, 0, len(query)+16*len(values)+8)
	b = binary.AppendUvarint(b, uint64(len(query)))
	b = append(b, query...)
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			b = append(b, 'n')
		case int64:
			b = binary.AppendVarint(append(b, 'i'), v)
		case float64:
			b = binary.BigEndian.AppendUint64(append(b, 'f'), math.Float64bits(v))
		case string:
			b = append(binary.AppendUvarint(append(b, 's'), uint64(len(v))), v...)
		case track.Blob:
			b = append(binary.AppendUvarint(append(b, 'b'), uint64(len(v))), v...)
		case time.Time:
			b = binary.AppendVarint(append(b, 't'), v.Unix())
			b = binary.AppendVarint(b, int64(v.Nanosecond()))
		}
	}
	return string(b)
}
