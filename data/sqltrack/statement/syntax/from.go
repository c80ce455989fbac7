package syntax

// sources reads what follows FROM. In SQLite a comma binds like JOIN, from left
// to right; elsewhere JOIN binds closer.
func (p *parser) sources() *Source { return p.sourcesFrom(p.source()) }

// sourcesFrom reads what follows the first source.
func (p *parser) sourcesFrom(first *Source) *Source {
	left := p.joined(first)
	for n := 0; p.takeMark(","); n++ {
		if n > maxDepth {
			p.fail("more than %d tables", maxDepth)
		}
		right := p.source()
		if p.d != SQLite {
			left = &Source{Kind: SourceJoin, Left: left, Right: p.joined(right)}
			continue
		}
		left = p.joined(&Source{Kind: SourceJoin, Left: left, Right: right})
	}
	return left
}

// joined reads the joins that follow a source.
func (p *parser) joined(left *Source) *Source {
	for n := 0; ; n++ {
		j := &Source{Kind: SourceJoin, Left: left, Natural: p.take("NATURAL")}
		closed := j.Natural || p.d == SQLite // it needs no condition
		switch {
		case p.take("LEFT"):
			j.Join = JoinLeft
		case p.take("RIGHT"):
			j.Join = JoinRight
		case p.take("FULL"):
			j.Join = JoinFull
		case p.take("CROSS"):
			closed = true
		case p.take("INNER"), p.is("JOIN"):
		case p.d == MySQL && p.is("STRAIGHT_JOIN"):
		default:
			if j.Natural {
				p.unexpected("JOIN")
			}
			return left
		}
		if j.Join != JoinInner {
			p.take("OUTER")
		}
		if p.takeAny("JOIN", "STRAIGHT_JOIN") == "" {
			p.unexpected("JOIN")
		}
		if n > maxDepth {
			p.fail("more than %d joins", maxDepth)
		}
		j.Right = p.source()
		if !closed {
			p.innerJoins(j)
		}
		p.joinCondition(j)
		left = j
	}
}

// innerJoins reads joins that stand between a join and its condition: in
// "a JOIN b JOIN c ON x ON y" the first condition is that of b and c.
func (p *parser) innerJoins(j *Source) {
	if !p.startsJoin() || !p.enter() {
		return
	}
	j.Right = p.joined(j.Right)
	if !p.is("ON") && !p.is("USING") {
		p.unexpected("the condition of a join")
	}
	p.leave()
}

func (p *parser) joinCondition(j *Source) {
	switch {
	case p.take("ON"):
		j.On = p.expr()
	case p.take("USING"):
		j.Using = p.names("a column")
		if p.d == Postgres && p.is("AS") {
			p.fail("an alias for USING")
		}
	}
}

func (p *parser) startsJoin() bool {
	t := p.tok()
	return t.kind == tokWord && joins[t.word]
}

var joins = words("JOIN LEFT RIGHT FULL INNER CROSS NATURAL STRAIGHT_JOIN")

// source reads one source: a table, a derived table, a call, or sources in
// parentheses.
func (p *parser) source() *Source {
	lateral := p.take("LATERAL")
	if p.isMark("(") {
		return p.sourceParen(lateral)
	}
	if p.d == Postgres && p.take("ROWS", "FROM") {
		p.fail("ROWS FROM")
	}
	return p.table()
}

// sourceParen reads sources in parentheses, and like paren finds out only after
// an inner pair whether it was a query or a join.
func (p *parser) sourceParen(lateral bool) *Source {
	s := p.parenthesized()
	if s.Kind == SourceQuery && !s.Alias.Given() {
		s.Lateral = lateral
		p.sourceAlias(s)
	}
	return s
}

// parenthesized reads a pair of parentheses. A query comes back as a derived
// table that has no alias yet.
func (p *parser) parenthesized() *Source {
	p.needMark("(")
	if !p.enter() {
		return &Source{}
	}
	defer p.leave()
	if p.startsQuery() {
		q := p.query(nil)
		p.needMark(")")
		return &Source{Kind: SourceQuery, Query: q}
	}
	if !p.isMark("(") {
		s := p.sources()
		p.needMark(")")
		return s
	}
	s := p.parenthesized()
	if s.Kind == SourceQuery && !s.Alias.Given() {
		if p.continuesQuery() {
			s.Query = p.query(s.Query)
		}
		if p.takeMark(")") {
			return s
		}
		p.sourceAlias(s)
	}
	s = p.sourcesFrom(s)
	p.needMark(")")
	return s
}

// table reads the name of a table or the call of a table-valued function.
func (p *parser) table() *Source {
	s := &Source{}
	only := p.d == Postgres && p.is("ONLY") && p.ahead(1).kind != tokOp
	if only {
		p.step()
	}
	if t := p.tok(); t.kind == tokString && p.d == SQLite {
		p.step()
		s.Table = p.identOf(t)
	} else {
		s.Table = p.ident("a table")
	}
	for p.takeMark(".") {
		s.Schema = s.Table
		s.Table = p.label()
	}
	if p.isMark("(") {
		s.Kind = SourceCall
		call := p.call(s.Table.Key, s.Schema.Given() && s.Schema.Key != "pg_catalog")
		s.Calls = []*Expr{call}
		p.take("WITH", "ORDINALITY")
	}
	if p.d == Postgres && !only {
		p.takeMark("*")
	}
	if p.d == MySQL && p.take("PARTITION") {
		p.names("a partition")
	}
	p.sourceAlias(s)
	p.hints()
	if p.d == Postgres && p.is("TABLESAMPLE") {
		p.note("TABLESAMPLE")
		p.step()
		s.Calls = append(s.Calls, p.call(p.ident("a method").Key, false))
		if p.take("REPEATABLE") {
			s.Calls = append(s.Calls, p.row()...)
		}
	}
	return s
}

func (p *parser) sourceAlias(s *Source) {
	a, ok := p.alias()
	if !ok {
		return
	}
	s.Alias = a
	if p.isMark("(") {
		if s.Kind == SourceCall && p.ahead(2).kind != tokOp {
			p.step() // a list of columns with their types
			p.balanced()
			return
		}
		s.Columns = p.names("a column")
	}
}

// hints passes what a dialect may say about indexes.
func (p *parser) hints() {
	if p.d == SQLite {
		if p.take("INDEXED", "BY") {
			p.ident("an index")
		}
		p.take("NOT", "INDEXED")
		return
	}
	for p.d == MySQL && p.takeAny("USE", "FORCE", "IGNORE") != "" {
		if p.takeAny("INDEX", "KEY") == "" {
			p.unexpected("INDEX")
		}
		if p.take("FOR") {
			if !p.take("JOIN") && !p.take("ORDER", "BY") {
				p.need("GROUP", "BY")
			}
		}
		p.needMark("(")
		p.balanced()
	}
}
