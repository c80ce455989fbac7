package syntax

// startsQuery reports whether a query begins here.
func (p *parser) startsQuery() bool {
	t, next := p.tok(), p.ahead(1)
	if t.kind != tokWord {
		return false
	}
	switch t.word {
	case "SELECT", "WITH":
		return true
	case "VALUES":
		return p.d == MySQL && next.word1("ROW") || p.d != MySQL && next.mark("(")
	case "TABLE":
		return p.d != SQLite && (next.kind == tokName || next.kind == tokWord)
	}
	return false
}

// continuesQuery reports whether what comes now makes a longer query of the
// query in parentheses before it.
func (p *parser) continuesQuery() bool {
	t := p.tok()
	return t.kind == tokWord && continuations[t.word]
}

var continuations = words("UNION INTERSECT EXCEPT ORDER LIMIT OFFSET FETCH")

// query reads a query. If first is given, it is the query's first operand, read
// already.
func (p *parser) query(first *Query) *Query {
	q := &Query{}
	if !p.enter() {
		q.Members = []Member{{Select: &Selection{}}}
		return q
	}
	defer p.leave()
	if first == nil && p.take("WITH") {
		q.With = p.ctes()
	}
	if first != nil {
		q.Members = []Member{{Nested: first}}
	} else {
		q.Members = []Member{p.member()}
	}
	for p.takeAny("UNION", "INTERSECT", "EXCEPT") != "" {
		p.takeAny("ALL", "DISTINCT")
		q.Members = append(q.Members, p.member())
	}
	if p.take("ORDER", "BY") {
		q.Order = p.sortKeys()
	}
	p.limits(q)
	p.locking(q)
	if m := q.Members[0]; len(q.Members) == 1 && m.Nested != nil && q.bare() {
		return m.Nested
	}
	return q
}

// bare reports whether the query adds nothing to its members.
func (q *Query) bare() bool {
	return q.With == nil && q.Order == nil && q.Limit == nil && q.Offset == nil && !q.Ties && q.Locking == ""
}

func (p *parser) ctes() []CTE {
	recursive := p.take("RECURSIVE") || p.d == SQLite // which needs no word for it
	var list []CTE
	for {
		c := CTE{Name: p.ident("the name of a WITH"), Recursive: recursive}
		if p.isMark("(") {
			c.Columns = p.names("a column")
		}
		p.need("AS")
		if !p.take("MATERIALIZED") {
			p.take("NOT", "MATERIALIZED")
		}
		p.needMark("(")
		if !p.startsQuery() && !p.isMark("(") {
			p.unexpected("a query") // PostgreSQL's WITH that writes, among others
		}
		c.Query = p.query(nil)
		p.needMark(")")
		list = append(list, c)
		if !p.takeMark(",") {
			return list
		}
	}
}

func (p *parser) member() Member {
	switch {
	case p.isMark("("):
		e := p.paren()
		if e.Op != OpQuery {
			p.fail("an expression where a query should be")
			return Member{Select: &Selection{}}
		}
		return Member{Nested: e.Query}
	case p.take("VALUES"):
		s := &Selection{}
		for {
			p.take("ROW")
			for _, e := range p.row() {
				s.Items = append(s.Items, Item{Expr: e})
			}
			if !p.takeMark(",") {
				return Member{Select: s}
			}
		}
	case p.d != SQLite && p.take("TABLE"):
		s := &Selection{Items: []Item{{Expr: &Expr{Op: OpStar}}}}
		s.From = p.table()
		return Member{Select: s}
	}
	return Member{Select: p.selection()}
}

// row reads expressions in parentheses.
func (p *parser) row() []*Expr {
	p.needMark("(")
	kids := p.list()
	p.needMark(")")
	return kids
}

func (p *parser) selection() *Selection {
	s := &Selection{}
	p.need("SELECT")
	if w := p.takeAny("DISTINCT", "ALL", "DISTINCTROW"); w != "" && w != "ALL" {
		s.Distinct = true
		if p.d == Postgres && p.take("ON") {
			s.Windows = p.row()
		}
	}
	for p.d == MySQL && p.takeAny("HIGH_PRIORITY", "STRAIGHT_JOIN", "SQL_SMALL_RESULT", "SQL_BIG_RESULT",
		"SQL_BUFFER_RESULT", "SQL_NO_CACHE", "SQL_CACHE") != "" {
	}
	if !(p.d == Postgres && (p.is("FROM") || p.isMark(")"))) {
		p.items(s)
	}
	if p.take("FROM") {
		s.From = p.sources()
	}
	if p.take("WHERE") {
		s.Where = p.expr()
	}
	if p.take("GROUP", "BY") {
		p.grouping(s)
	}
	if p.take("HAVING") {
		s.Having = p.expr()
	}
	if p.take("WINDOW") {
		for {
			p.ident("a window")
			p.need("AS")
			s.Windows = append(s.Windows, p.window()...)
			if !p.takeMark(",") {
				break
			}
		}
	}
	return s
}

func (p *parser) items(s *Selection) {
	for {
		var it Item
		if p.takeMark("*") {
			it.Expr = &Expr{Op: OpStar}
		} else {
			it.Expr = p.expr()
			it.Alias = p.itemAlias(it.Expr)
		}
		s.Items = append(s.Items, it)
		if !p.takeMark(",") {
			return
		}
	}
}

// itemAlias reads the name of a result's column. After AS PostgreSQL takes
// every word.
func (p *parser) itemAlias(e *Expr) Ident {
	if e.Op == OpStar {
		return Ident{}
	}
	if p.d == Postgres && p.is("AS") && p.ahead(1).kind == tokWord {
		p.step()
		return p.label()
	}
	a, _ := p.alias()
	return a
}

// grouping reads the keys of GROUP BY. GROUPING SETS, ROLLUP and CUBE look like
// calls and rows, of which only the columns matter.
func (p *parser) grouping(s *Selection) {
	p.takeAny("ALL", "DISTINCT")
	for {
		if p.take("GROUPING", "SETS") || p.takeAny("ROLLUP", "CUBE") != "" || p.isMark("(") && p.ahead(1).mark(")") {
			s.Group = append(s.Group, p.groupingSet()...)
		} else {
			s.Group = append(s.Group, p.expr())
			p.takeAny("ASC", "DESC")
		}
		if !p.takeMark(",") {
			break
		}
	}
	p.take("WITH", "ROLLUP")
}

func (p *parser) groupingSet() []*Expr {
	p.needMark("(")
	var kids []*Expr
	for !p.takeMark(")") && p.err == nil {
		switch {
		case p.takeMark(","), p.takeAny("ROLLUP", "CUBE") != "":
		case p.isMark("(") && p.ahead(1).mark(")"):
			p.step()
			p.step()
		default:
			kids = append(kids, p.expr())
		}
	}
	return kids
}

func (p *parser) sortKeys() []SortKey {
	var keys []SortKey
	for {
		k := SortKey{Expr: p.expr()}
		switch {
		case p.take("ASC"):
		case p.take("DESC"):
			k.Desc = true
		case p.d == Postgres && p.take("USING"):
			k.Odd = true
			p.step()
		}
		if p.take("NULLS") && p.takeAny("FIRST", "LAST") == "" {
			p.unexpected("FIRST or LAST")
		}
		keys = append(keys, k)
		if !p.takeMark(",") {
			return keys
		}
	}
}

// limits reads LIMIT, OFFSET and FETCH in any order.
func (p *parser) limits(q *Query) {
	for {
		switch {
		case q.Limit == nil && p.take("LIMIT"):
			if p.take("ALL") {
				q.Limit = &Expr{Op: OpConst}
				break
			}
			q.Limit = p.expr()
			if p.takeMark(",") {
				q.Offset = q.Limit
				q.Limit = p.expr()
			}
		case q.Offset == nil && p.take("OFFSET"):
			q.Offset = p.expr()
			p.takeAny("ROW", "ROWS")
		case p.d != SQLite && q.Limit == nil && p.take("FETCH"):
			p.fetch(q)
		default:
			return
		}
	}
}

func (p *parser) fetch(q *Query) {
	if p.takeAny("FIRST", "NEXT") == "" {
		p.unexpected("FIRST or NEXT")
	}
	q.Limit = &Expr{Op: OpConst, Value: int64(1)}
	if !p.is("ROW") && !p.is("ROWS") {
		q.Limit = p.operand()
	}
	p.takeAny("ROW", "ROWS")
	if p.take("WITH", "TIES") {
		q.Ties = true
		return
	}
	p.need("ONLY")
}

// locking reads FOR UPDATE and its like.
func (p *parser) locking(q *Query) {
	for p.d != SQLite {
		switch {
		case p.take("FOR"):
			q.Locking = "FOR UPDATE"
			if p.take("NO", "KEY", "UPDATE") || p.take("UPDATE") {
				break
			}
			q.Locking = "FOR SHARE"
			if !p.take("KEY", "SHARE") {
				p.need("SHARE")
			}
		case p.d == MySQL && p.take("LOCK", "IN", "SHARE", "MODE"):
			q.Locking = "LOCK IN SHARE MODE"
			continue
		default:
			return
		}
		if p.take("OF") {
			p.qualified("a table")
			for p.takeMark(",") {
				p.qualified("a table")
			}
		}
		if !p.take("NOWAIT") && !p.take("SKIP", "LOCKED") && p.d == MySQL && p.take("WAIT") {
			p.step()
		}
		p.limits(q) // PostgreSQL takes them in this order too
	}
}
