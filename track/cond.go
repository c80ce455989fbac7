package track

import (
	"strings"
	"unicode/utf8"
)

// An Op is the kind of a [Cond].
type Op uint8

// The operators of conditions. Those from Eq to Like compare the column with
// operands; And, Or and Not combine the conditions in Kids. A condition that
// lacks its operand or kid is Unknown.
const (
	True      Op = iota // holds for every row: the zero Cond
	Unknown             // may hold or not: what was not understood; its columns belong in Query.Columns
	Eq                  // Column = Operands[0]
	Ne                  // Column <> Operands[0]
	Less                // Column < Operands[0]
	LessEq              // Column <= Operands[0]
	Greater             // Column > Operands[0]
	GreaterEq           // Column >= Operands[0]
	In                  // Column equals one of Operands
	Like                // Column LIKE Operands[0], a text that ends in its only wildcard, %
	IsNull              // Column IS NULL
	And                 // all Kids hold
	Or                  // one of Kids holds
	Not                 // Kids[0] does not hold
)

// A Cond is a condition on the row of one table: a tree. Its zero value holds
// for every row. A Cond does not change once it is part of a [Query].
type Cond struct {
	Op       Op
	Column   string
	Operands []Operand
	Kids     []Cond
	// Fold makes Like ignore case, of ASCII letters alone where texts are Binary
	// (SQLite's LIKE), of whatever letters elsewhere (PostgreSQL's ILIKE).
	Fold bool
}

// An Operand is a constant, or a parameter whose value each [Read] brings.
type Operand struct {
	// Param is the number of the parameter, from 1; 0 means Const.
	Param int
	Const Value
}

// Param is the n-th argument of a read, counted from 1.
func Param(n int) Operand { return Operand{Param: n} }

// Const is a fixed value.
func Const(v any) Operand { return Operand{Const: Canon(v)} }

// Cmp is the condition that column stands in relation op to the operands.
func Cmp(column string, op Op, operands ...Operand) Cond {
	return Cond{Op: op, Column: column, Operands: operands}
}

// All is the condition that every one of conds holds.
func All(conds ...Cond) Cond { return Cond{Op: And, Kids: conds} }

// Any is the condition that at least one of conds holds.
func Any(conds ...Cond) Cond { return Cond{Op: Or, Kids: conds} }

// Negate is the condition that cond is false; where cond is NULL, so is Negate.
func Negate(cond Cond) Cond { return Cond{Op: Not, Kids: []Cond{cond}} }

// truth is the set of the outcomes that a condition may have.
type truth uint8

const (
	isTrue  truth = 1 << iota // it may be true
	isFalse                   // it may be false
	isNull                    // it may be NULL
	isAny   = isTrue | isFalse | isNull
)

// maybe reports whether a row with this outcome may belong to a result.
func (t truth) maybe() bool { return t&isTrue != 0 }

// surely reports whether a row with this outcome must belong to a result.
func (t truth) surely() bool { return t == isTrue }

func (t truth) not() truth {
	n := t & isNull
	if t&isTrue != 0 {
		n |= isFalse
	}
	if t&isFalse != 0 {
		n |= isTrue
	}
	return n
}

// and returns every outcome that a conjunction of t and u may have.
func (t truth) and(u truth) truth {
	n := (t | u) & isFalse
	if t&isTrue != 0 && u&isTrue != 0 {
		n |= isTrue
	}
	if t&isNull != 0 && u&(isTrue|isNull) != 0 || u&isNull != 0 && t&(isTrue|isNull) != 0 {
		n |= isNull
	}
	return n
}

func (t truth) or(u truth) truth { return t.not().and(u.not()).not() }

// eval returns the outcomes that c may have on row with the given arguments.
func (c *Cond) eval(row Row, args []Value, texts Collation) truth {
	switch c.Op {
	case True:
		return isTrue
	case And:
		t := isTrue
		for i := range c.Kids {
			if t = t.and(c.Kids[i].eval(row, args, texts)); t == isFalse {
				break
			}
		}
		return t
	case Or:
		t := isFalse
		for i := range c.Kids {
			if t = t.or(c.Kids[i].eval(row, args, texts)); t == isTrue {
				break
			}
		}
		return t
	case Not:
		if len(c.Kids) == 0 {
			return isAny
		}
		return c.Kids[0].eval(row, args, texts).not()
	}
	v, ok := row.Value(c.Column)
	if !ok || c.Op == Unknown || c.Op > Not {
		return isAny
	}
	return c.compareWith(v, args, texts)
}

// compareWith evaluates a comparison for a column whose value is v.
func (c *Cond) compareWith(v Value, args []Value, texts Collation) truth {
	if c.Op == IsNull {
		return known(v == nil)
	}
	operands := c.Operands
	if c.Op != In {
		if len(operands) == 0 {
			return isAny
		}
		operands = operands[:1]
	}
	t := isFalse
	for _, o := range operands {
		w, ok := o.value(args)
		switch {
		case !ok:
			t = t.or(isAny)
		case v == nil || w == nil:
			t = t.or(isNull)
		case c.Op == Like:
			t = t.or(c.like(v, w, texts))
		default:
			t = t.or(outcome(c.Op, compare(v, w, texts)))
		}
	}
	return t
}

func (o Operand) value(args []Value) (Value, bool) {
	if o.Param == 0 {
		return o.Const, true
	}
	if o.Param > len(args) {
		return nil, false
	}
	return args[o.Param-1], true
}

// outcome says whether relation op holds between values that compare as rel.
func outcome(op Op, rel order) truth {
	if rel == unordered {
		return isTrue | isFalse
	}
	switch op {
	case Eq, In:
		return known(rel == equal)
	case Ne:
		return known(rel != equal)
	}
	if rel == different {
		return isTrue | isFalse
	}
	switch op {
	case Less:
		return known(rel == less)
	case LessEq:
		return known(rel != greater)
	case Greater:
		return known(rel == greater)
	case GreaterEq:
		return known(rel != less)
	}
	return isAny
}

func known(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// like decides the patterns whose only wildcard is a % at the end. Texts that
// databases read each in their own way, with a NUL or broken UTF-8, are left.
func (c *Cond) like(v, pattern Value, texts Collation) truth {
	s, ok := v.(string)
	p, okP := pattern.(string)
	if !ok || !okP {
		return isTrue | isFalse
	}
	prefix, ok := strings.CutSuffix(p, "%")
	if !ok || strings.ContainsAny(prefix, "%_\\\x00") || strings.Contains(s, "\x00") ||
		!utf8.ValidString(prefix) || !utf8.ValidString(s) {
		return isTrue | isFalse
	}
	if strings.HasPrefix(s, prefix) {
		return isTrue
	}
	if !c.Fold && texts != Folded {
		return isFalse
	}
	folded := strings.HasPrefix(lowerASCII(s), lowerASCII(prefix))
	if texts == Binary {
		return known(folded)
	}
	_, okS := foldASCII(s)
	_, okP = foldASCII(prefix)
	if okS && okP && !folded {
		return isFalse
	}
	return isTrue | isFalse
}

func lowerASCII(s string) string {
	lower := []byte(s)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return string(lower)
}

// anyColumn reports whether is holds for a column that c looks at.
func (c *Cond) anyColumn(is func(string) bool) bool {
	if c.Column != "" && is(c.Column) {
		return true
	}
	for i := range c.Kids {
		if c.Kids[i].anyColumn(is) {
			return true
		}
	}
	return false
}

// conjuncts calls yield with conditions that must all hold for c to hold.
func (c *Cond) conjuncts(yield func(*Cond)) {
	if c.Op != And {
		yield(c)
		return
	}
	for i := range c.Kids {
		c.Kids[i].conjuncts(yield)
	}
}
