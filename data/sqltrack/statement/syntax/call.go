package syntax

import "strings"

// keyword reads the primary that begins with a word without quotes.
func (p *parser) keyword(t *token) *Expr {
	switch t.word {
	case "NULL":
		p.step()
		return &Expr{Op: OpConst}
	case "TRUE", "FALSE":
		p.step()
		v := int64(0)
		if t.word == "TRUE" {
			v = 1
		}
		return &Expr{Op: OpConst, Value: v}
	case "CASE":
		p.step()
		return p.caseOf()
	case "EXISTS":
		p.step()
		return p.exists()
	case "CAST":
		if p.ahead(1).mark("(") {
			return p.castOf()
		}
	case "ANY", "SOME", "ALL", "ROW":
		if p.ahead(1).mark("(") {
			p.step()
			return opaque(p.paren())
		}
	case "ARRAY":
		if p.d == Postgres {
			return p.array()
		}
	case "INTERVAL":
		if p.d != SQLite {
			return p.interval()
		}
	case "MATCH":
		if p.d == MySQL {
			return p.match()
		}
	}
	next := p.ahead(1)
	switch {
	case !next.mark("(") && moments[p.d][t.word]:
		p.step()
		p.note(strings.ToLower(t.word))
		return &Expr{Op: OpLiteral}
	case next.kind == tokString && p.d != SQLite && p.typed(t):
		p.step()
		p.textLiteral()
		return &Expr{Op: OpLiteral}
	case p.d == Postgres && (t.word == "TIMESTAMP" || t.word == "TIME") && next.kind == tokWord:
		if p.take(t.word, "WITH", "TIME", "ZONE") || p.take(t.word, "WITHOUT", "TIME", "ZONE") {
			p.textLiteral()
			return &Expr{Op: OpLiteral}
		}
	case next.mark("(") && callable[t.word]:
		p.step()
		return p.call(strings.ToLower(t.word), false)
	case reserved[t.word]:
		p.unexpected("an expression")
		return opaque()
	}
	return p.named()
}

// callable are the reserved words that name functions as well.
var callable = words("LEFT RIGHT INSERT VALUES DEFAULT")

// moments are the words that are calls of functions without parentheses, or
// names for the session, in each dialect.
var moments = [...]map[string]bool{
	SQLite: words("CURRENT_TIMESTAMP CURRENT_DATE CURRENT_TIME"),
	Postgres: words(`CURRENT_TIMESTAMP CURRENT_DATE CURRENT_TIME LOCALTIME LOCALTIMESTAMP CURRENT_USER CURRENT_ROLE
		CURRENT_CATALOG CURRENT_SCHEMA SESSION_USER SYSTEM_USER USER`),
	MySQL: words(`CURRENT_TIMESTAMP CURRENT_DATE CURRENT_TIME LOCALTIME LOCALTIMESTAMP UTC_DATE UTC_TIME UTC_TIMESTAMP
		CURRENT_USER CURRENT_ROLE`),
}

// typed reports whether the word makes a literal of the text after it. In MySQL
// any other word may be a column with a text for an alias.
func (p *parser) typed(t *token) bool {
	if p.d == Postgres {
		return !reserved[t.word]
	}
	return t.word == "DATE" || t.word == "TIME" || t.word == "TIMESTAMP" || strings.HasPrefix(t.word, "_")
}

func (p *parser) caseOf() *Expr {
	e := opaque()
	if !p.is("WHEN") {
		e.Kids = append(e.Kids, p.expr())
	}
	for p.take("WHEN") {
		e.Kids = append(e.Kids, p.expr())
		p.need("THEN")
		e.Kids = append(e.Kids, p.expr())
	}
	if p.take("ELSE") {
		e.Kids = append(e.Kids, p.expr())
	}
	p.need("END")
	return e
}

func (p *parser) exists() *Expr {
	e := p.paren()
	if e.Op != OpQuery {
		p.fail("EXISTS without a query")
		return e
	}
	if s := e.Query.Single(); s != nil {
		s.Counted = true
	}
	return &Expr{Op: OpExists, Query: e.Query}
}

func (p *parser) castOf() *Expr {
	p.step()
	p.needMark("(")
	e := p.expr()
	p.need("AS")
	typ := ""
	if p.tok().kind == tokWord && p.ahead(1).mark(")") {
		typ = strings.ToLower(p.tok().word)
	}
	p.balanced()
	if p.d != Postgres {
		return opaque(e)
	}
	return cast(e, typ)
}

// array reads PostgreSQL's ARRAY[..] or ARRAY(query).
func (p *parser) array() *Expr {
	p.step()
	if p.isMark("(") {
		return opaque(p.paren())
	}
	p.needMark("[")
	e := opaque()
	for depth := 1; depth > 0 && p.err == nil; {
		switch {
		case p.takeMark("["):
			depth++
		case p.takeMark("]"):
			depth--
		case p.takeMark(","):
		default:
			e.Kids = append(e.Kids, p.expr())
		}
	}
	return e
}

// interval reads INTERVAL 'text' fields, or MySQL's INTERVAL expression unit.
func (p *parser) interval() *Expr {
	next := p.ahead(1)
	if p.d == Postgres {
		if next.kind != tokString {
			return p.named()
		}
		p.step()
		p.textLiteral()
		for p.takeAny("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "TO") != "" {
			if p.takeMark("(") {
				p.balanced()
			}
		}
		return &Expr{Op: OpLiteral}
	}
	p.step()
	e := opaque(p.operand())
	if t := p.tok(); t.kind == tokWord && !reserved[t.word] {
		p.step()
	}
	return e
}

// match reads MySQL's MATCH (columns) AGAINST (text and mode).
func (p *parser) match() *Expr {
	p.step()
	e := &Expr{Op: OpMatch, Kids: []*Expr{p.paren()}}
	p.need("AGAINST")
	p.needMark("(")
	e.Kids = append(e.Kids, p.operand())
	p.balanced()
	return e
}

// named reads a column, a star behind a table's name, or a call.
func (p *parser) named() *Expr {
	e := &Expr{Op: OpColumn, Name: p.ident("an expression")}
	for parts := 1; p.isMark("."); parts++ {
		p.step()
		e.Schema = parts > 1
		e.Table = e.Name
		if p.takeMark("*") {
			e.Op, e.Name = OpStar, Ident{}
			return e
		}
		e.Name = p.label()
	}
	if p.isMark("(") {
		return p.call(e.Name.Key, e.Table.Given() && e.Table.Key != "pg_catalog")
	}
	return e
}

// call reads the arguments of a function, with the words that some functions
// have between them, and the clauses that may follow.
func (p *parser) call(name string, schema bool) *Expr {
	e := &Expr{Op: OpCall, Word: name, Schema: schema}
	p.needMark("(")
	if !p.enter() {
		return e
	}
	defer p.leave()
	p.takeAny("DISTINCT", "ALL", "BOTH", "LEADING", "TRAILING")
	first := p.tok()
	switch {
	case name == "extract" && (first.kind == tokWord || first.kind == tokString) && p.ahead(1).word1("FROM"),
		(name == "timestampdiff" || name == "timestampadd") && p.d == MySQL:
		p.step()
	case name == "position" && p.d != SQLite:
		e.Kids = append(e.Kids, p.operand())
	case name == "convert" && p.d == MySQL:
		e.Kids = append(e.Kids, p.expr())
		p.balanced()
		return e
	}
	for !p.takeMark(")") && p.err == nil {
		p.argument(e)
	}
	p.afterCall(e)
	return e
}

// argument reads one argument of a call or a word between arguments.
func (p *parser) argument(e *Expr) {
	switch {
	case p.takeMark(","), p.takeAny("FROM", "FOR", "IN", "PLACING", "SEPARATOR") != "":
	case p.take("USING"):
		p.ident("a character set")
	case p.isMark("*"):
		p.step()
		if e.Word != "count" {
			e.Kids = append(e.Kids, &Expr{Op: OpStar})
		}
	case p.take("ORDER", "BY"):
		for _, k := range p.sortKeys() {
			e.Kids = append(e.Kids, k.Expr)
		}
	case p.d == MySQL && p.take("LIMIT"):
		e.Kids = append(e.Kids, p.operand())
	default:
		e.Kids = append(e.Kids, p.expr())
		if p.is("AS") {
			p.fail("AS inside %s()", e.Word)
		}
	}
}

// afterCall reads WITHIN GROUP, FILTER and OVER.
func (p *parser) afterCall(e *Expr) {
	if p.take("WITHIN", "GROUP") {
		p.needMark("(")
		p.need("ORDER", "BY")
		for _, k := range p.sortKeys() {
			e.Kids = append(e.Kids, k.Expr)
		}
		p.needMark(")")
	}
	if p.is("FILTER") && p.ahead(1).mark("(") {
		p.step()
		p.step()
		p.need("WHERE")
		e.Kids = append(e.Kids, p.expr())
		p.needMark(")")
	}
	if !p.take("IGNORE", "NULLS") {
		p.take("RESPECT", "NULLS")
	}
	if p.take("OVER") {
		e.Over = true
		if p.isMark("(") {
			e.Kids = append(e.Kids, p.window()...)
		} else {
			p.ident("a window")
		}
	}
}

// window reads the definition of a window and returns what it looks at.
func (p *parser) window() []*Expr {
	p.needMark("(")
	var keys []*Expr
	if t := p.tok(); t.kind == tokName || t.kind == tokWord && !reserved[t.word] && !frames[t.word] {
		p.step()
	}
	if p.take("PARTITION", "BY") {
		keys = p.list()
	}
	if p.take("ORDER", "BY") {
		for _, k := range p.sortKeys() {
			keys = append(keys, k.Expr)
		}
	}
	p.balanced()
	return keys
}

var frames = words("PARTITION ROWS RANGE GROUPS")

// list reads expressions with commas between them.
func (p *parser) list() []*Expr {
	kids := []*Expr{p.expr()}
	for p.takeMark(",") {
		kids = append(kids, p.expr())
	}
	return kids
}
