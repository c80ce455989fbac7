package statement_test

import (
	"strconv"

	"veche/data/sqltrack/statement"
)

// param makes a parameter of the value.
func (g *generator) param(v any) string {
	g.values = append(g.values, v)
	return "\x01" + strconv.Itoa(len(g.values)-1) + "\x01"
}

// constant makes a literal or a parameter.
func (g *generator) constant(k kind) string {
	n := g.IntN(5)
	s := texts[g.IntN(len(texts))]
	switch k {
	case truth:
		if g.d == statement.Postgres && g.chance(40) {
			return g.param(n%2 == 0)
		}
		return g.one("TRUE", "FALSE")
	case text:
		if g.chance(50) {
			if g.d == statement.Postgres {
				return g.param(s) + "::text"
			}
			return g.param(s)
		}
		return "'" + s + "'"
	}
	if g.chance(50) {
		if g.d == statement.Postgres {
			return g.param(int64(n)) + "::bigint"
		}
		if g.chance(5) {
			return g.param(nil)
		}
		return g.param(int64(n))
	}
	return g.one(strconv.Itoa(n), strconv.Itoa(n), "-1", strconv.Itoa(n)+".5")
}

// name makes a column of the kind, with its table or, where no other relation
// has the name, without.
func (g *generator) name(seen []relation, k kind) string {
	var found []string
	for _, r := range seen {
		for _, c := range r.columns {
			if c.kind != k || c.name == "" {
				continue
			}
			shared := 0
			for _, other := range seen {
				for _, o := range other.columns {
					if o.name == c.name {
						shared++
					}
				}
			}
			if shared == 1 && !g.qualify && g.chance(60) {
				found = append(found, c.name)
				continue
			}
			found = append(found, r.name+"."+c.name)
		}
	}
	if found == nil {
		return g.constant(k)
	}
	return g.one(found...)
}

// value makes an expression.
func (g *generator) value(depth int, seen []relation, k kind) string {
	if depth <= 0 || g.chance(60) {
		return g.name(seen, k)
	}
	switch k {
	case number:
		switch g.IntN(7) {
		case 0:
			return g.value(depth-1, seen, number) + g.one(" + ", " * ", " - ") + g.constant(number)
		case 1:
			return "coalesce(" + g.value(depth-1, seen, number) + ", " + g.constant(number) + ")"
		case 2:
			return "CASE WHEN " + g.condition(depth-1, seen) + " THEN " + g.value(depth-1, seen, number) + " ELSE 7 END"
		case 3:
			return "length(" + g.value(depth-1, seen, text) + ")"
		case 4:
			return g.scalar(depth, seen)
		case 5:
			if g.d != statement.MySQL {
				return "CAST(" + g.value(depth-1, seen, number) + " AS integer)"
			}
		}
	case text:
		switch g.IntN(4) {
		case 0:
			return "lower(" + g.value(depth-1, seen, text) + ")"
		case 1:
			if g.d != statement.MySQL {
				return "(" + g.value(depth-1, seen, text) + " || " + g.constant(text) + ")"
			}
		case 2:
			return "coalesce(" + g.value(depth-1, seen, text) + ", " + g.constant(text) + ")"
		}
	}
	return g.name(seen, k)
}

// scalar makes a sub-query of one value.
func (g *generator) scalar(depth int, seen []relation) string {
	t := tables[g.IntN(len(tables))]
	name := g.alias()
	here := []relation{{name, t.columns}}
	if g.chance(30) {
		here[0].name, name = t.name, ""
	}
	body := "(SELECT " + g.one("count", "max", "sum") + "(" + g.value(0, here, number) + ") FROM " + t.name + " " + name
	if g.chance(80) {
		body += " WHERE " + g.condition(depth-1, append(here, seen...))
	}
	return body + ")"
}

// condition makes a condition.
func (g *generator) condition(depth int, seen []relation) string {
	if depth > 0 && g.chance(45) {
		switch g.IntN(6) {
		case 0, 1:
			return g.condition(depth-1, seen) + " OR " + g.condition(depth, seen)
		case 2:
			return g.condition(depth, seen) + " AND " + g.condition(depth, seen)
		case 3:
			return "NOT (" + g.condition(depth-1, seen) + ")"
		case 4:
			return "(" + g.condition(depth-1, seen) + g.one(" OR ", " AND ") + g.condition(depth-1, seen) + ")"
		}
		return g.subCondition(depth, seen)
	}
	return g.one("", "", "", "NOT ") + g.test(depth, seen)
}

// test makes one comparison.
func (g *generator) test(depth int, seen []relation) string {
	n := g.name(seen, number)
	s := g.name(seen, text)
	f := g.name(seen, truth)
	c := func() string { return g.constant(number) }
	switch g.IntN(20) {
	case 0:
		return n + g.one(" BETWEEN ", " NOT BETWEEN ") + c() + " AND " + c()
	case 1:
		return n + g.one(" IN (", " NOT IN (") + c() + ", " + g.one(c(), "NULL") + ")"
	case 2:
		return g.name(seen, kind(g.IntN(3))) + g.one(" IS NULL", " IS NOT NULL")
	case 3:
		return s + g.one(" LIKE '", " NOT LIKE '") + g.one("a%", "A%", "a", "%b", "_b%", "б%", "b%") + "'"
	case 4:
		return f
	case 5:
		return f + g.one(" IS TRUE", " IS NOT TRUE", " IS FALSE", " IS NOT FALSE", " = TRUE", " <> FALSE")
	case 6:
		return g.value(1, seen, number) + g.one(" = ", " < ") + g.value(1, seen, number)
	case 7:
		return c() + g.one(" = ", " < ", " >= ", " <> ") + n
	case 8:
		switch g.d {
		case statement.MySQL:
			return n + " <=> " + g.one("NULL", c())
		case statement.SQLite:
			return n + g.one(" IS ", " IS NOT ", " == ", " IS DISTINCT FROM ", " IS NOT DISTINCT FROM ") + g.one("NULL", c())
		}
		return n + g.one(" IS DISTINCT FROM ", " IS NOT DISTINCT FROM ") + g.one("NULL", c())
	case 9:
		return g.one(n+" = NULL", "("+n+", "+g.name(seen, number)+") = (1, 2)", n+" <> NULL")
	case 10:
		return s + g.one(" < ", " > ", " <= ", " BETWEEN 'a' AND ") + g.constant(text)
	case 11:
		return s + g.one(" IN (", " NOT IN (") + g.constant(text) + ", " + g.constant(text) + ")"
	case 12, 13, 14:
		return s + g.one(" = ", " = ", " <> ") + g.constant(text)
	}
	return n + g.one(" = ", " = ", " <> ", " < ", " > ", " <= ", " >= ", " != ") + c()
}

// subCondition makes a condition with a sub-query, which may look at the outer
// relations by names with and without a table.
func (g *generator) subCondition(depth int, seen []relation) string {
	t := tables[g.IntN(len(tables))]
	name := g.alias()
	here := []relation{{name, t.columns}}
	if g.chance(40) {
		here[0].name, name = t.name, ""
	}
	body := " FROM " + t.name + " " + name
	if g.chance(85) {
		body += " WHERE " + g.condition(depth-1, append(append([]relation{}, here...), seen...))
	}
	switch g.IntN(5) {
	case 0, 1:
		return g.one("", "NOT ") + "EXISTS (SELECT " + g.one("1", "*", g.value(0, here, number)) + body + ")"
	case 2:
		if g.d == statement.SQLite && g.chance(20) {
			return g.name(seen, number) + " IN (SELECT id FROM sound0 UNION SELECT c" + " FROM sound2)"
		}
		return g.name(seen, number) + g.one(" = ", " < ") + "(SELECT " + g.one("max", "count", "sum") + "(" + g.value(0, here, number) + ")" + body + ")"
	}
	return g.name(seen, number) + g.one(" IN ", " NOT IN ") + "(SELECT " + g.value(0, here, number) + body + ")"
}
