package syntax

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
)

func opaque(kids ...*Expr) *Expr { return &Expr{Op: OpOpaque, Kids: kids} }

// expr reads a whole expression. MySQL's || and XOR stand where OR does, but
// what they mean hangs on its mode, so they make the expression opaque.
func (p *parser) expr() *Expr {
	if !p.enter() {
		return opaque()
	}
	defer p.leave()
	kids := []*Expr{p.conjunction()}
	op := OpOr
	for {
		switch {
		case p.take("OR"):
		case p.d == MySQL && (p.take("XOR") || p.takeMark("||")):
			op = OpOpaque
		case len(kids) == 1:
			return kids[0]
		default:
			return &Expr{Op: op, Kids: kids}
		}
		kids = append(kids, p.conjunction())
	}
}

func (p *parser) conjunction() *Expr {
	kids := []*Expr{p.negation()}
	for p.take("AND") || p.d == MySQL && p.takeMark("&&") {
		kids = append(kids, p.negation())
	}
	if len(kids) == 1 {
		return kids[0]
	}
	return &Expr{Op: OpAnd, Kids: kids}
}

func (p *parser) negation() *Expr {
	negated := false
	for p.seed == nil && p.take("NOT") {
		negated = !negated
	}
	return not(p.predicate(), negated)
}

func not(e *Expr, negated bool) *Expr {
	if !negated {
		return e
	}
	return &Expr{Op: OpNot, Kids: []*Expr{e}}
}

// predicate reads operands with comparisons between them. How two comparisons
// in a row bind differs by dialect; all agree about their extent, and a
// comparison of a comparison is never understood, so the grouping to the left
// that this makes of them does no harm.
func (p *parser) predicate() *Expr {
	left := p.operand()
	for {
		t := p.tok()
		if t.kind == tokOp && comparisons[t.word] {
			p.step()
			left = &Expr{Op: OpCompare, Word: t.word, Kids: []*Expr{left, p.operand()}}
			continue
		}
		next := p.test(left)
		if next == nil {
			return left
		}
		left = next
	}
}

var comparisons = words("= == <> != < > <= >= <=>")

// test reads what may follow an operand in words, and returns nil where
// nothing of the kind does.
func (p *parser) test(left *Expr) *Expr {
	switch {
	case p.take("IS"):
		return p.is1(left)
	case p.take("ISNULL"):
		return &Expr{Op: OpNull, Kids: []*Expr{left}}
	case p.take("NOTNULL"), p.d == SQLite && p.take("NOT", "NULL"):
		return not(&Expr{Op: OpNull, Kids: []*Expr{left}}, true)
	}
	negated := false
	if p.is("NOT") {
		if next := p.ahead(1); next.kind != tokWord || !tests[next.word] {
			return nil
		}
		p.step()
		negated = true
	}
	switch {
	case p.take("BETWEEN"):
		return not(p.between(left), negated)
	case p.take("IN"):
		return not(p.in(left), negated)
	case p.take("LIKE"):
		e := &Expr{Op: OpLike, Kids: []*Expr{left, p.operand()}}
		if p.take("ESCAPE") {
			e = opaque(append(e.Kids, p.operand())...)
		}
		return not(e, negated)
	case p.is("MATCH") && p.d != MySQL:
		p.note("MATCH") // a virtual table, whose rows do not announce their changes
	case p.take("SIMILAR", "TO"), p.take("SOUNDS", "LIKE"), p.take("MEMBER", "OF"):
		return p.rest(left)
	}
	if p.takeAny("GLOB", "REGEXP", "RLIKE", "ILIKE", "MATCH", "OVERLAPS") != "" {
		return p.rest(left)
	}
	if negated {
		p.unexpected("a test after NOT")
	}
	return nil
}

// tests are the words that NOT may stand before.
var tests = words("BETWEEN IN LIKE GLOB REGEXP RLIKE ILIKE MATCH SIMILAR")

// rest reads the right side of a test that is not understood.
func (p *parser) rest(left *Expr) *Expr {
	e := opaque(left, p.operand())
	if p.take("ESCAPE") {
		e.Kids = append(e.Kids, p.operand())
	}
	return e
}

func (p *parser) is1(left *Expr) *Expr {
	negated := p.take("NOT")
	switch {
	case p.take("NULL"), p.d != SQLite && p.take("UNKNOWN"):
		return not(&Expr{Op: OpNull, Kids: []*Expr{left}}, negated)
	case p.take("TRUE"):
		return not(&Expr{Op: OpTrue, Kids: []*Expr{left}}, negated)
	case p.take("FALSE"):
		return not(&Expr{Op: OpFalse, Kids: []*Expr{left}}, negated)
	case p.take("DISTINCT", "FROM"):
		negated = !negated
	case p.d != SQLite:
		p.unexpected("NULL, TRUE or FALSE after IS")
	}
	return not(&Expr{Op: OpCompare, Word: Same, Kids: []*Expr{left, p.operand()}}, negated)
}

// sameWord is the comparison that holds NULL equal to NULL.
const Same = "IS"

func (p *parser) between(left *Expr) *Expr {
	op := OpBetween
	if p.d == Postgres && p.takeAny("SYMMETRIC", "ASYMMETRIC") != "" {
		op = OpOpaque
	}
	low := p.operand()
	p.need("AND")
	return &Expr{Op: op, Kids: []*Expr{left, low, p.operand()}}
}

func (p *parser) in(left *Expr) *Expr {
	if !p.isMark("(") && p.d == SQLite {
		t := p.ident("a table or list")
		for p.takeMark(".") {
			t = p.ident("a table")
		}
		if p.isMark("(") {
			return opaque(left, p.call(t.Key, true))
		}
		return &Expr{Op: OpMember, Name: t, Kids: []*Expr{left}}
	}
	list := p.paren()
	switch {
	case list.Op == OpQuery:
		return opaque(left, list)
	case list.Op == OpOpaque && list.Word == rowWord:
		return &Expr{Op: OpIn, Kids: append([]*Expr{left}, list.Kids...)}
	}
	return &Expr{Op: OpIn, Kids: []*Expr{left, list}}
}

// operand reads what stands between comparisons: primaries and the operators
// that bind closer. What they compute is not understood, so their order is of
// no importance.
func (p *parser) operand() *Expr {
	if !p.enter() {
		return opaque()
	}
	defer p.leave()
	first := p.unary()
	var others []*Expr
	for p.takeOperator() {
		others = append(others, p.unary())
	}
	if others == nil {
		return first
	}
	return opaque(append(others, first)...)
}

var marks = words("( ) , ; . [ ] : := ::")

func (p *parser) takeOperator() bool {
	t := p.tok()
	switch {
	case t.kind == tokWord:
		return p.d == MySQL && p.takeAny("DIV", "MOD") != ""
	case t.kind != tokOp, marks[t.word], comparisons[t.word],
		p.d == MySQL && (t.word == "||" || t.word == "&&"):
		return false
	}
	p.step()
	return true
}

// unary reads a primary with what stands before and after it.
func (p *parser) unary() *Expr {
	signs := 0
	minus := false
	for p.seed == nil && p.tok().kind == tokOp && !marks[p.tok().word] && !comparisons[p.tok().word] && !p.isMark("*") {
		minus = p.isMark("-")
		signs++
		p.step()
	}
	if p.d == MySQL && p.seed == nil && p.take("BINARY") {
		signs = 2
	}
	e := p.postfix(p.primary())
	switch {
	case signs == 0:
		return e
	case signs == 1 && minus && e.Op == OpConst:
		switch v := e.Value.(type) {
		case int64:
			if v != math.MinInt64 {
				return &Expr{Op: OpConst, Value: -v}
			}
		case float64:
			return &Expr{Op: OpConst, Value: -v}
		}
	}
	return opaque(e)
}

func (p *parser) postfix(e *Expr) *Expr {
	for {
		switch {
		case p.take("COLLATE"):
			p.qualified("a collation")
			e = opaque(e)
		case p.take("AT", "TIME", "ZONE"):
			e = opaque(e, p.unaryDeep())
		case p.d != Postgres:
			return e
		case p.takeMark("::"):
			e = cast(e, p.typeAfterColons())
		case p.takeMark("["):
			e = p.subscript(e)
		case p.takeMark("."):
			if !p.takeMark("*") {
				p.label()
			}
			e = opaque(e)
		default:
			return e
		}
	}
}

func (p *parser) unaryDeep() *Expr {
	if !p.enter() {
		return opaque()
	}
	defer p.leave()
	return p.unary()
}

func (p *parser) subscript(e *Expr) *Expr {
	kids := []*Expr{e}
	for !p.isMark("]") && p.err == nil {
		if !p.takeMark(":") {
			kids = append(kids, p.expr())
		}
	}
	p.needMark("]")
	return opaque(kids...)
}

// label reads any word: after a dot or AS the reserved ones are names too.
func (p *parser) label() Ident {
	t := p.tok()
	if t.kind != tokWord && t.kind != tokName {
		p.unexpected("a name")
		return Ident{}
	}
	p.step()
	return p.identOf(t)
}

// qualified passes a name with any number of dots.
func (p *parser) qualified(what string) {
	p.ident(what)
	for p.takeMark(".") {
		p.label()
	}
}

// rowWord marks the opaque expression of a list in parentheses.
const rowWord = "row"

// paren reads what stands in parentheses: a sub-query, an expression or a row.
// It is known only after inner parentheses whether they began a query or an
// expression, so an inner result is handed on as the seed of either.
func (p *parser) paren() *Expr {
	p.needMark("(")
	if !p.enter() {
		return opaque()
	}
	defer p.leave()
	if p.startsQuery() {
		q := p.query(nil)
		p.needMark(")")
		return &Expr{Op: OpQuery, Query: q}
	}
	if p.isMark("(") {
		inner := p.paren()
		if inner.Op == OpQuery && p.continuesQuery() {
			q := p.query(inner.Query)
			p.needMark(")")
			return &Expr{Op: OpQuery, Query: q}
		}
		p.seed = inner
	}
	e := p.expr()
	if p.isMark(",") {
		e = &Expr{Op: OpOpaque, Word: rowWord, Kids: []*Expr{e}}
		for p.takeMark(",") {
			e.Kids = append(e.Kids, p.expr())
		}
	}
	p.needMark(")")
	return e
}

// primary reads the smallest whole of an expression.
func (p *parser) primary() *Expr {
	if e := p.seed; e != nil {
		p.seed = nil
		return e
	}
	t := p.tok()
	switch t.kind {
	case tokNumber:
		p.step()
		return p.number(t)
	case tokString:
		return p.textLiteral()
	case tokBlob:
		p.step()
		return p.blobLiteral(t)
	case tokParam:
		p.step()
		return &Expr{Op: OpParam, Param: int(t.param)}
	case tokVariable:
		p.step()
		p.note(p.text[t.pos:t.end])
		return &Expr{Op: OpLiteral}
	case tokOp:
		if t.word == "(" {
			return p.paren()
		}
	case tokName:
		return p.named()
	case tokWord:
		return p.keyword(t)
	}
	p.unexpected("an expression")
	return opaque()
}

// note remembers why the statement is volatile.
func (p *parser) note(reason string) {
	if p.volatile == "" {
		p.volatile = reason
	}
}

func (p *parser) number(t *token) *Expr {
	s := p.text[t.pos:t.end]
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return &Expr{Op: OpConst, Value: v}
	}
	// A number of up to 15 digits means the same to a database that holds it as
	// a decimal and to one that holds it as a float.
	const digitsExact = 15
	if len(s) <= digitsExact && strings.ContainsAny(s, ".eE") && !strings.ContainsAny(s, "xX") {
		if v, err := strconv.ParseFloat(s, 64); err == nil && !math.IsInf(v, 0) {
			return &Expr{Op: OpConst, Value: v}
		}
	}
	return &Expr{Op: OpLiteral}
}

// textLiteral reads a text, or several in a row where that joins them.
func (p *parser) textLiteral() *Expr {
	t := p.tok()
	p.step()
	if p.d != SQLite && p.tok().kind == tokString {
		for p.tok().kind == tokString {
			p.step()
		}
		return &Expr{Op: OpLiteral}
	}
	if t.odd {
		return &Expr{Op: OpLiteral}
	}
	s := p.unquote(t)
	p.checkMoment(s)
	return &Expr{Op: OpConst, Value: s}
}

// checkMoment notes the texts that PostgreSQL reads as the present when it
// makes a time of them.
func (p *parser) checkMoment(s string) {
	if p.d != Postgres || len(s) > 64 {
		return
	}
	for _, w := range strings.Fields(strings.ToLower(s)) {
		switch w {
		case "now", "today", "tomorrow", "yesterday":
			p.note("'" + w + "'")
		}
	}
}

func (p *parser) blobLiteral(t *token) *Expr {
	if p.d == SQLite {
		if b, err := hex.DecodeString(p.text[t.pos+2 : t.end-1]); err == nil {
			return &Expr{Op: OpConst, Value: b}
		}
	}
	return &Expr{Op: OpLiteral}
}

// cast returns the value of e as of the type, which is understood only where it
// changes nothing that the column's own type would not.
func cast(e *Expr, typ string) *Expr {
	switch typ {
	case "text", "varchar":
		if _, ok := e.Value.(string); ok || e.Op == OpParam {
			return e
		}
	case "int", "int4", "int8", "integer", "bigint":
		if v, ok := e.Value.(int64); ok && v == int64(int32(v)) || e.Op == OpParam {
			return e
		}
	}
	return opaque(e)
}

// typeAfterColons reads the type of PostgreSQL's x::type and returns its name
// if it is one plain word.
func (p *parser) typeAfterColons() string {
	plain := p.tok().kind == tokWord
	name := p.label().Key
	for p.takeMark(".") {
		p.label()
		plain = false
	}
	for {
		switch {
		case name == "double" && p.take("PRECISION"), (name == "character" || name == "bit") && p.take("VARYING"),
			strings.HasPrefix(name, "time") && (p.take("WITH", "TIME", "ZONE") || p.take("WITHOUT", "TIME", "ZONE")):
		case p.isMark("("):
			p.step()
			p.balanced()
		case p.isMark("[") && (p.ahead(1).mark("]") || p.ahead(1).kind == tokNumber && p.ahead(2).mark("]")):
			for !p.takeMark("]") {
				p.step()
			}
		default:
			if !plain {
				return ""
			}
			return name
		}
		plain = false
	}
}
