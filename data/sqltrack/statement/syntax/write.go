package syntax

import (
	"cmp"
	"strconv"
	"strings"
)

// write reads INSERT, REPLACE, UPDATE or DELETE. with are the queries before it.
func (p *parser) write(with []CTE) (kind Kind, w *Write) {
	w = &Write{With: with}
	switch {
	case p.take("INSERT"):
		kind = Insert
		p.insert(w)
	case p.d != Postgres && p.take("REPLACE"):
		kind = Insert
		w.Upsert = true
		p.insert(w)
	case p.take("UPDATE"):
		kind = Update
		p.update(w)
	case p.take("DELETE"):
		kind = Delete
		p.delete(w)
	default:
		p.unexpected("SELECT, INSERT, UPDATE or DELETE")
	}
	if with != nil && kind != Insert {
		w.opaqueFor("WITH")
	}
	return kind, w
}

func (w *Write) opaqueFor(reason string) {
	if w.Opaque == "" {
		w.Opaque = reason
	}
}

// target reads the table that is written and its alias, which some statements
// give after AS only.
func (p *parser) target(w *Write, bareAlias bool) {
	if p.d == Postgres {
		p.take("ONLY")
	}
	t := &Source{Table: p.ident("a table")}
	w.Target = t
	for p.takeMark(".") {
		t.Schema, t.Table = t.Table, p.label()
		w.opaqueFor("a schema's name")
	}
	if p.d == Postgres {
		p.takeMark("*")
	}
	if bareAlias || p.is("AS") {
		t.Alias, _ = p.alias()
	}
}

func (p *parser) insert(w *Write) {
	if p.d == SQLite && p.take("OR") {
		w.Upsert = p.take("REPLACE")
		if !w.Upsert && p.takeAny("IGNORE", "ABORT", "FAIL", "ROLLBACK") == "" {
			p.unexpected("REPLACE or IGNORE")
		}
	}
	for p.d == MySQL && p.takeAny("LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "IGNORE") != "" {
	}
	if !p.take("INTO") && p.d != MySQL {
		p.unexpected("INTO")
	}
	p.target(w, false)
	if p.isMark("(") && !(p.ahead(1).word1("SELECT") || p.ahead(1).word1("WITH") || p.ahead(1).mark("(")) {
		p.insertColumns(w)
	}
	if p.d == Postgres && p.take("OVERRIDING") {
		p.step()
		p.need("VALUE")
	}
	p.insertRows(w)
	p.conflict(w)
	p.returning(w)
}

func (p *parser) insertColumns(w *Write) {
	p.needMark("(")
	w.Columns = []Ident{}
	for !p.takeMark(")") && p.err == nil {
		c := p.label()
		for p.takeMark(".") {
			c = p.label()
		}
		if p.isMark("[") {
			p.fail("an element of an array")
		}
		w.Columns = append(w.Columns, c)
		if !p.isMark(")") {
			p.needMark(",")
		}
	}
}

func (p *parser) insertRows(w *Write) {
	switch {
	case p.take("DEFAULT", "VALUES"):
		w.Columns = []Ident{}
		w.Rows = [][]*Expr{{}}
	case p.is("VALUES"), p.d == MySQL && p.is("VALUE"):
		p.step()
		for {
			p.take("ROW")
			w.Rows = append(w.Rows, p.insertRow())
			if !p.takeMark(",") {
				break
			}
		}
	case p.d == MySQL && p.take("SET"):
		w.Columns = []Ident{}
		w.Rows = [][]*Expr{{}}
		p.assignments(func(columns []Ident, e *Expr) {
			w.Columns = append(w.Columns, columns...)
			w.Rows[0] = append(w.Rows[0], e)
		})
	case p.startsQuery(), p.isMark("("):
		w.Query = p.query(nil)
	default:
		p.unexpected("VALUES or a query")
	}
	if p.d == MySQL && w.Rows != nil && p.take("AS") {
		p.ident("the name of the row")
		if p.isMark("(") {
			p.names("a column")
		}
	}
}

func (p *parser) insertRow() []*Expr {
	p.needMark("(")
	row := []*Expr{}
	for !p.takeMark(")") && p.err == nil {
		row = append(row, p.assigned())
		if !p.isMark(")") {
			p.needMark(",")
		}
	}
	return row
}

// assigned reads the value of a column, which may be DEFAULT.
func (p *parser) assigned() *Expr {
	if p.is("DEFAULT") && !p.ahead(1).mark("(") {
		p.step()
		return &Expr{Op: OpLiteral}
	}
	return p.expr()
}

// conflict reads what an INSERT does about rows that exist.
func (p *parser) conflict(w *Write) {
	use := func(_ []Ident, e *Expr) { w.Uses = append(w.Uses, e) }
	if p.d == MySQL {
		if p.take("ON", "DUPLICATE", "KEY", "UPDATE") {
			w.Upsert = true
			p.assignments(use)
		}
		return
	}
	for p.take("ON", "CONFLICT") {
		if p.takeMark("(") {
			for !p.takeMark(")") && p.err == nil {
				w.Uses = append(w.Uses, p.expr())
				for p.takeMark(",") || p.takeAny("ASC", "DESC") != "" {
				}
				if t := p.tok(); t.kind == tokWord && !reserved[t.word] && p.d == Postgres && !p.ahead(1).mark("(") {
					p.step() // the class of an operator
				}
			}
			if p.take("WHERE") {
				w.Uses = append(w.Uses, p.expr())
			}
		} else if p.take("ON", "CONSTRAINT") {
			p.ident("a constraint")
		}
		p.need("DO")
		if p.take("NOTHING") {
			continue
		}
		p.need("UPDATE", "SET")
		w.Upsert = true
		p.assignments(use)
		if p.take("WHERE") {
			w.Uses = append(w.Uses, p.expr())
		}
	}
}

// assignments reads column = value, or (columns) = values, as often as it comes.
func (p *parser) assignments(yield func(columns []Ident, value *Expr)) {
	for {
		var columns []Ident
		if p.takeMark("(") {
			for !p.takeMark(")") && p.err == nil {
				columns = append(columns, p.label())
				if !p.isMark(")") {
					p.needMark(",")
				}
			}
		} else {
			c := p.label()
			for p.takeMark(".") {
				c = p.label()
			}
			columns = []Ident{c}
			if p.d == Postgres && p.takeMark("[") {
				yield(nil, p.subscript(opaque()))
			}
		}
		if p.d != MySQL || !p.takeMark(":=") {
			p.needMark("=")
		}
		e := p.assigned()
		if p.err != nil {
			return
		}
		yield(columns, e)
		if !p.takeMark(",") {
			return
		}
	}
}

func (p *parser) update(w *Write) {
	if p.d == SQLite && p.take("OR") {
		if p.takeAny("REPLACE", "ROLLBACK") != "" {
			w.opaqueFor("UPDATE OR") // it may delete rows that WHERE does not select
		} else if p.takeAny("IGNORE", "ABORT", "FAIL") == "" {
			p.unexpected("REPLACE or IGNORE")
		}
	}
	for p.d == MySQL && p.takeAny("LOW_PRIORITY", "IGNORE") != "" {
	}
	p.target(w, p.d != SQLite)
	p.hints()
	p.need("SET")
	p.assignments(func(columns []Ident, e *Expr) {
		w.Sets = append(w.Sets, columns...)
		w.Uses = append(w.Uses, e)
	})
	if p.d != MySQL && p.take("FROM") {
		p.writeFrom(w, "UPDATE ... FROM")
	}
	p.writeWhere(w)
}

func (p *parser) delete(w *Write) {
	for p.d == MySQL && p.takeAny("LOW_PRIORITY", "QUICK", "IGNORE") != "" {
	}
	p.need("FROM")
	p.target(w, p.d != SQLite)
	p.hints()
	if p.d == Postgres && p.take("USING") {
		p.writeFrom(w, "DELETE ... USING")
	}
	p.writeWhere(w)
}

// writeFrom reads the further tables that choose the rows to write.
func (p *parser) writeFrom(w *Write, reason string) {
	w.opaqueFor(reason)
	w.From = p.sources()
}

// writeWhere reads WHERE and what follows it, and keeps the text of the
// condition.
func (p *parser) writeWhere(w *Write) {
	if p.take("WHERE") {
		p.writeCondition(w)
	}
	if p.d != Postgres {
		q := &Query{}
		if p.take("ORDER", "BY") {
			q.Order = p.sortKeys()
		}
		p.limits(q)
		if q.Limit != nil {
			w.opaqueFor("LIMIT")
			w.Uses = append(w.Uses, q.Limit)
		}
		for _, k := range q.Order {
			w.Uses = append(w.Uses, k.Expr)
		}
	}
	p.returning(w)
}

// writeCondition reads the condition after WHERE. One that may select other
// rows when it is asked again does not serve to find them.
func (p *parser) writeCondition(w *Write) {
	first := p.at
	if p.d == Postgres && p.take("CURRENT", "OF") {
		p.ident("a cursor")
		w.opaqueFor("WHERE CURRENT OF")
		return
	}
	before := p.volatile
	p.volatile = ""
	w.Where = p.expr()
	w.Moment, p.volatile = p.volatile, cmp.Or(before, p.volatile)
	p.condition(w, first)
}

// condition keeps the text from the token at first up to the current one. Its
// placeholders become those of a statement of its own.
func (p *parser) condition(w *Write, first int) {
	var b strings.Builder
	at := p.tokens[first-1].end
	numbers := make(map[int32]int)
	for _, t := range p.tokens[first:p.at] {
		if t.kind != tokParam {
			continue
		}
		b.WriteString(p.text[at:t.pos])
		at = t.end
		if p.d != Postgres {
			w.Args = append(w.Args, int(t.param))
			b.WriteByte('?')
			continue
		}
		if numbers[t.param] == 0 {
			w.Args = append(w.Args, int(t.param))
			numbers[t.param] = len(w.Args)
		}
		b.WriteString("$" + strconv.Itoa(numbers[t.param]))
	}
	b.WriteString(p.text[at:p.tokens[p.at-1].end])
	w.Text = strings.TrimSpace(b.String())
}

func (p *parser) returning(w *Write) {
	if !p.take("RETURNING") {
		return
	}
	w.Returning = true
	s := &Selection{}
	p.items(s)
	for _, it := range s.Items {
		w.Uses = append(w.Uses, it.Expr)
	}
}
