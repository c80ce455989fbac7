package track

import (
	"cmp"
	"hash/maphash"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// A Value is one field of a row or one argument of a query, in one of the forms
// that [Canon] returns: nil for NULL, int64, float64, string, [Blob] or
// time.Time in UTC. Values of different kinds (number, text, blob, time) compare
// as unknown: to one database '5' equals 5, to another it does not.
//
// A value says how the database compares it, not only how it looks. A string is
// a text that compares by the [Collation] of its query, a time.Time an instant:
// an argument is given with the precision to which the database cuts it. What
// the database compares by other rules (uuid, numeric, an enumeration, a date
// kept as text) is given as a string type of the caller's own, as any value of
// another type: it compares as unknown with everything, and two images of it
// are still known to be the same.
type Value = any

// A Blob is a binary value. It is a type of its own since databases do not hold
// a blob equal to a text of the same bytes.
type Blob string

// Canon returns v in the form in which values are compared: integers as int64,
// floats as float64, truth values as the int64 0 or 1, byte slices as Blob,
// times in UTC without their monotonic part. A value of another type is
// returned as it is.
func Canon(v any) Value {
	switch v := v.(type) {
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case int:
		return int64(v)
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint:
		return canonUint(uint64(v))
	case uint64:
		return canonUint(v)
	case float32:
		return float64(v)
	case []byte:
		if v == nil {
			return nil
		}
		return Blob(v)
	case time.Time:
		return v.Round(0).UTC()
	}
	return v
}

func canonUint(v uint64) Value {
	if v > math.MaxInt64 {
		return v // of no comparable kind: unknown
	}
	return int64(v)
}

// A Collation says how far a database's comparison of texts is known here.
type Collation uint8

const (
	// Binary texts are equal and ordered by their bytes (SQLite's BINARY).
	Binary Collation = iota
	// Exact texts are equal when their bytes are; their order is not known
	// (PostgreSQL's deterministic collations).
	Exact
	// Folded texts may be equal though their bytes differ: case, accents and
	// trailing spaces may count or not (the usual collations of MySQL and
	// MariaDB, which do not agree about that). Texts of the same bytes are
	// equal; texts of printable ASCII that differ by more than case and trailing
	// spaces are different; about others nothing is known. A collation to which
	// two ASCII letters are one (MySQL's roman and lithuanian) is none of these:
	// a condition under it is Unknown.
	Folded
)

// kind groups the values that can be compared with each other.
type kind uint8

const (
	kindOther kind = iota
	kindNull
	kindNumber
	kindText
	kindBlob
	kindTime
)

func kindOf(v Value) kind {
	switch v := v.(type) {
	case nil:
		return kindNull
	case int64:
		return kindNumber
	case float64:
		if math.IsNaN(v) {
			return kindOther
		}
		return kindNumber
	case string:
		return kindText
	case Blob:
		return kindBlob
	case time.Time:
		return kindTime
	}
	return kindOther
}

// order is the outcome of comparing two values that are not NULL.
type order uint8

const (
	unordered order = iota // nothing is known
	less
	equal
	greater
	different // not equal, order unknown
)

func orderOf(c int) order {
	switch {
	case c < 0:
		return less
	case c > 0:
		return greater
	}
	return equal
}

// compare compares two values that are not NULL as the database would, or says
// that it does not know.
func compare(a, b Value, texts Collation) order {
	ka := kindOf(a)
	if ka != kindOf(b) {
		return unordered
	}
	switch ka {
	case kindNumber:
		return compareNumbers(a, b)
	case kindText:
		return compareTexts(a.(string), b.(string), texts)
	case kindBlob:
		return orderOf(strings.Compare(string(a.(Blob)), string(b.(Blob))))
	case kindTime:
		return orderOf(a.(time.Time).Compare(b.(time.Time)))
	}
	return unordered
}

func compareNumbers(a, b Value) order {
	ia, aInt := a.(int64)
	ib, bInt := b.(int64)
	if aInt && bInt {
		return orderOf(cmp.Compare(ia, ib))
	}
	fa, okA := exactFloat(a)
	fb, okB := exactFloat(b)
	if !okA || !okB {
		return unordered
	}
	return orderOf(cmp.Compare(fa, fb))
}

// exactFloat returns a number as a float64 if that loses nothing.
func exactFloat(v Value) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		const exact = 1 << 53
		return float64(v), -exact <= v && v <= exact
	}
	return 0, false
}

func compareTexts(a, b string, texts Collation) order {
	switch {
	case a == b:
		return equal
	case texts == Binary && numeric(a) == numeric(b):
		return orderOf(strings.Compare(a, b))
	case texts != Folded:
		return different
	}
	fa, okA := foldASCII(a)
	fb, okB := foldASCII(b)
	switch {
	case !okA || !okB:
		return unordered
	case fa == fb:
		return unordered
	}
	return different
}

// numeric reports whether a text reads as a number. In a column of numeric
// affinity SQLite compares such an argument as the number, which comes before
// every text.
func numeric(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" || s[0] != '+' && s[0] != '-' && s[0] != '.' && (s[0] < '0' || s[0] > '9') {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// foldASCII returns s without case and trailing spaces, and whether s is all
// printable ASCII: such texts are different to every usual collation if they
// are still different when folded.
func foldASCII(s string) (string, bool) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return "", false
		}
	}
	return strings.ToLower(strings.TrimRight(s, " ")), true
}

// identical reports whether two images of a field are certainly the same to the
// bit, so that nobody could tell them apart: 0 and -0 are not.
func identical(a, b Value) bool {
	switch a := a.(type) {
	case nil, int64, string, Blob:
		return a == b
	case float64:
		b, ok := b.(float64)
		return ok && math.Float64bits(a) == math.Float64bits(b)
	case time.Time:
		b, ok := b.(time.Time)
		return ok && a.Equal(b)
	}
	switch t := reflect.TypeOf(a); t.Kind() {
	case reflect.String, reflect.Uint64:
		return t == reflect.TypeOf(b) && a == b
	}
	return false
}

// hashIdentical adds v to h so that identical values add the same.
func hashIdentical(h *maphash.Hash, v Value) {
	switch v := v.(type) {
	case nil, int64, string, Blob:
		maphash.WriteComparable(h, v)
	case float64:
		maphash.WriteComparable(h, math.Float64bits(v))
	default:
		hashEqual(h, v, Binary)
	}
}

// hashEqual adds v to h so that values which may compare equal add the same. It
// returns false for a value whose equals cannot be found by hash.
func hashEqual(h *maphash.Hash, v Value, texts Collation) bool {
	switch v := v.(type) {
	case int64:
		if _, exact := exactFloat(v); !exact {
			return false
		}
		maphash.WriteComparable(h, float64(v))
	case float64:
		if math.IsNaN(v) || math.Abs(v) > 1<<53 {
			return false
		}
		maphash.WriteComparable(h, v+0) // -0 and 0 are equal
	case string:
		if texts == Folded {
			folded, ok := foldASCII(v)
			if !ok {
				return false
			}
			v = folded
		}
		maphash.WriteComparable(h, v)
	case Blob:
		maphash.WriteComparable(h, string(v))
	case time.Time:
		maphash.WriteComparable(h, [2]int64{v.Unix(), int64(v.Nanosecond())})
	default: // NULL among them, which equals nothing
		return false
	}
	return true
}
