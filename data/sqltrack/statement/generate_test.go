package statement_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"veche/data/sqltrack/statement"
)

// A kind is the type of a generated column or expression.
type kind uint8

const (
	number kind = iota
	text
	truth
)

type column struct {
	name string
	kind kind
}

// A relation is a table, or anything else a FROM can name.
type relation struct {
	name    string
	columns []column
}

// tables are what the random statements speak of. Some names of columns are
// shared and some are not, so that names without a table are sometimes in doubt.
var tables = []relation{
	{"sound0", []column{{"id", number}, {"a", number}, {"b", number}, {"s", text}, {"f", truth}}},
	{"sound1", []column{{"id", number}, {"a", number}, {"c", number}, {"s", text}, {"g", truth}}},
	{"sound2", []column{{"id", number}, {"b", number}, {"c", number}, {"u", text}, {"f", truth}}},
}

var texts = []string{"a", "b", "A", "ab", "aB", "b ", "", "ба", "10", "9"}

// A generator makes random statements of one dialect. A parameter stands in the
// text as \x01 and its place among values until finish numbers it.
type generator struct {
	*rand.Rand
	d      statement.Dialect
	values []any
	names  int
	// qualify is set inside ON, where SQLite holds a name to be in doubt if a
	// table further on has it too.
	qualify bool
}

// A selected is a generated query.
type selected struct {
	text    string
	columns []column
}

func (g *generator) one(of ...string) string { return of[g.IntN(len(of))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *generator) alias() string {
	g.names++
	return "q" + strconv.Itoa(g.names)
}

// finish numbers the parameters in the order of the text.
func (g *generator) finish(body string) (string, []any) {
	parts := strings.Split(body, "\x01")
	var b strings.Builder
	var args []any
	for i, part := range parts {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		n, _ := strconv.Atoi(part)
		at := slices.Index(args, g.values[n])
		if at >= 0 && n%3 == 0 && g.d != statement.MySQL {
			b.WriteString(map[statement.Dialect]string{statement.SQLite: "?", statement.Postgres: "$"}[g.d] + strconv.Itoa(at+1))
			continue
		}
		args = append(args, g.values[n])
		switch {
		case g.d == statement.Postgres:
			fmt.Fprintf(&b, "$%d", len(args))
		case g.d == statement.SQLite && n%3 == 0:
			fmt.Fprintf(&b, "?%d", len(args))
		default:
			b.WriteString("?")
		}
	}
	return b.String(), args
}

// statement makes a whole statement.
func (g *generator) statement() (string, []any) {
	g.values, g.names = nil, 0
	var body string
	switch n := g.IntN(100); {
	case n < 25:
		body = g.page()
	case n < 45:
		body = g.outer()
	case n < 75:
		body = g.selection(2, nil).text
	case n < 83:
		body = g.compound()
	case n < 92:
		body = g.common()
	default:
		body = g.exists()
	}
	return g.finish(body)
}

// page makes the first rows of one table, the shape that has a window, or one
// that only looks like it.
func (g *generator) page() string {
	t := tables[g.IntN(len(tables))]
	name, prefix := t.name, ""
	here := []relation{{t.name, t.columns}}
	if g.chance(40) {
		name, prefix = t.name+" AS p", "p."
		here[0].name = "p"
	}
	some := func() string { return t.columns[g.IntN(len(t.columns))].name }
	// Rows with the same keys come in any order, so the keys end in the id or are
	// all there is to see.
	keys := []string{prefix + some() + g.one("", " ASC", " DESC")}
	for g.chance(40) {
		keys = append(keys, some()+g.one("", " DESC"))
	}
	items := "*"
	if g.chance(60) {
		var list []string
		for _, k := range keys {
			list = append(list, strings.Fields(k)[0])
		}
		items = strings.Join(list, ", ")
		x := some()
		switch g.IntN(7) {
		case 0:
			items += ", " + g.value(1, here, number)
			keys = append(keys, "id")
		case 1:
			keys[0] = "1"
		case 2:
			items, keys = "id AS "+x+", "+x+" AS id", []string{x + g.one("", " DESC")}
		case 3:
			items, keys = "id", []string{g.value(1, here, number), "coalesce(" + prefix + x + ", " + prefix + x + ")", "id"}
		case 4:
			items = "DISTINCT " + items
		case 5:
			if g.d == statement.SQLite {
				items, keys = "max(id), id", []string{"id"}
			}
		}
	} else {
		keys = append(keys, "id"+g.one("", " DESC"))
	}
	if g.d != statement.MySQL && g.chance(20) {
		keys[0] += g.one(" NULLS FIRST", " NULLS LAST")
	}
	body := "SELECT " + items + " FROM " + name
	if g.chance(70) {
		body += " WHERE " + g.condition(1, here)
	}
	return body + " ORDER BY " + strings.Join(keys, ", ") + g.limit()
}

// outer makes joins of every kind with simple conditions, many of them on what
// is missing.
func (g *generator) outer() string {
	var here []relation
	simple := func(seen []relation) string {
		if g.chance(50) {
			return g.name(seen, kind(g.IntN(3))) + g.one(" IS NULL", " IS NOT NULL")
		}
		if g.chance(20) {
			return "(" + g.test(0, seen) + " OR " + g.test(0, seen) + ")"
		}
		return g.one("", "", "NOT ") + g.test(0, seen)
	}
	add := func(group *[]relation) string {
		t := tables[g.IntN(len(tables))]
		*group = append(*group, relation{g.alias(), t.columns})
		return t.name + " " + (*group)[len(*group)-1].name
	}
	on := func(seen []relation) string {
		g.qualify = true
		defer func() { g.qualify = false }()
		body := " ON " + g.name(seen[:len(seen)-1], number) + " = " + g.name(seen[len(seen)-1:], number)
		if g.chance(50) {
			body += " AND " + simple(seen)
		}
		return body
	}
	kinds := []string{" JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " LEFT OUTER JOIN ", " FULL JOIN "}
	if g.d == statement.MySQL {
		kinds = kinds[:4]
	}
	body := add(&here)
	for i := range 1 + g.IntN(3) {
		switch {
		case i == 0 && g.chance(35) && g.d == statement.SQLite:
			body += ", " + add(&here)
		case g.chance(20):
			var group []relation
			first := add(&group)
			next := first + g.one(kinds...) + add(&group)
			inner := on(group)
			here = append(here, group...)
			body += g.one(kinds...) + "(" + next + inner + ")" + on(here)
		default:
			body += g.one(kinds...) + add(&here)
			body += on(here)
		}
	}
	items := "count(*)"
	if g.chance(70) {
		items = g.name(here, number) + ", " + g.name(here, text)
	}
	body = "SELECT " + items + " FROM " + body
	for _, word := range []string{" WHERE ", " AND "}[:g.IntN(3)] {
		body += word + simple(here)
	}
	return body
}

func (g *generator) limit() string {
	n := strconv.Itoa(g.IntN(5))
	if g.chance(40) {
		n = g.param(int64(g.IntN(5)))
	}
	switch g.IntN(5) {
	case 0:
		return " LIMIT " + n + " OFFSET " + strconv.Itoa(g.IntN(3))
	case 1:
		if g.d != statement.Postgres {
			return " LIMIT " + strconv.Itoa(g.IntN(3)) + ", " + n
		}
		return " OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY"
	}
	return " LIMIT " + n
}

// compound makes a set operation.
func (g *generator) compound() string {
	k := kind(g.IntN(2))
	part := func() string {
		if g.d != statement.SQLite && g.chance(20) {
			t := tables[g.IntN(len(tables))]
			return "(SELECT " + g.pick(t, k) + " FROM " + t.name + " WHERE " + g.condition(1, []relation{t}) + ")"
		}
		from, here := g.from(1)
		body := "SELECT " + g.value(1, here, k) + " FROM " + from
		if g.chance(70) {
			body += " WHERE " + g.condition(1, here)
		}
		return body
	}
	body := part()
	for range 1 + g.IntN(2) {
		body += g.one(" UNION ALL ", " UNION ", " INTERSECT ", " EXCEPT ") + part()
	}
	if g.chance(30) {
		body += " ORDER BY 1"
	}
	return body
}

// common makes a statement with WITH.
func (g *generator) common() string {
	inner := g.selection(1, nil)
	name := g.one("w", "sound1") // it may hide a table
	if g.d == statement.SQLite {
		name = "w" // a query of SQLite's cannot read a table of its own name
	}
	names := make([]string, len(inner.columns))
	columns := make([]column, len(inner.columns))
	for i, c := range inner.columns {
		names[i] = "k" + strconv.Itoa(i)
		columns[i] = column{names[i], c.kind}
	}
	body := "WITH " + name + "(" + strings.Join(names, ", ") + ") AS (" + inner.text + ") "
	if g.chance(25) {
		return "WITH RECURSIVE w(n) AS (SELECT id FROM sound0 WHERE a = " + g.constant(number) +
			" UNION SELECT sound1.c FROM sound1 JOIN w ON sound1.id = w.n) SELECT n, (SELECT max(s) FROM sound2 x2, sound1 WHERE x2.id = w.n) FROM w"
	}
	w := relation{name, columns}
	if g.chance(50) {
		t := tables[2]
		return body + "SELECT count(*), max(" + t.name + ".c) FROM " + name + g.one(" JOIN ", " LEFT JOIN ") + t.name +
			" ON " + g.condition(1, []relation{w, t})
	}
	return body + "SELECT * FROM " + name + " WHERE " + g.condition(1, []relation{w})
}

func (g *generator) exists() string {
	return "SELECT " + g.one("EXISTS", "NOT EXISTS") + " (" + g.selection(2, nil).text + ")"
}

// selection makes one SELECT that may look at the outer relations.
func (g *generator) selection(depth int, outer []relation) selected {
	from, here := g.from(depth)
	seen := append(append([]relation{}, here...), outer...)
	body := " FROM " + from
	if g.chance(75) {
		body += " WHERE " + g.condition(depth, seen)
	}
	switch n := g.IntN(10); {
	case n < 5:
		items, columns := g.items(depth, seen)
		if g.chance(15) {
			items = "DISTINCT " + items
		} else if g.chance(10) {
			items += ", row_number() OVER (PARTITION BY " + g.value(0, here, number) + " ORDER BY " + g.value(0, here, text) + ") - 1"
			columns = append(columns, column{"rn", number})
			items = strings.Replace(items, "row_number() OVER", "count(*) OVER", 1)
		}
		return selected{"SELECT " + items + body, columns}
	case n < 6 && len(here) == 1 && outer == nil:
		columns := here[0].columns
		return selected{"SELECT " + g.one("*", here[0].name+".*") + body, columns}
	case n < 8:
		return selected{
			"SELECT " + g.aggregate(depth, here) + ", count(*)" + body + g.having(depth, here, 20),
			[]column{{"x", number}, {"y", number}},
		}
	}
	key := g.value(0, here, number)
	if g.chance(30) {
		return selected{
			"SELECT count(*) AS k" + body + " GROUP BY " + key + ", " + g.value(0, here, text) + g.having(depth, here, 50),
			[]column{{"x", number}},
		}
	}
	return selected{
		"SELECT " + key + " AS k, " + g.aggregate(depth, here) + body + " GROUP BY " + key + g.having(depth, here, 50),
		[]column{{"x", number}, {"y", number}},
	}
}

func (g *generator) having(depth int, here []relation, percent int) string {
	if !g.chance(percent) {
		return ""
	}
	return " HAVING " + g.aggregate(depth, here) + g.one(" > ", " = ", " < ") + g.constant(number)
}

func (g *generator) aggregate(depth int, here []relation) string {
	v := g.value(depth-1, here, number)
	switch g.IntN(6) {
	case 0:
		return "count(DISTINCT " + v + ")"
	case 1:
		return "sum(CASE WHEN " + g.condition(depth-1, here) + " THEN 1 ELSE 0 END)"
	case 2:
		if g.d != statement.MySQL {
			return "count(*) FILTER (WHERE " + g.condition(0, here) + ")"
		}
	}
	return g.one("count", "sum", "min", "max") + "(" + v + ")"
}

func (g *generator) items(depth int, seen []relation) (string, []column) {
	var items []string
	var columns []column
	for range 1 + g.IntN(3) {
		k := kind(g.IntN(2))
		items = append(items, g.value(depth, seen, k)+g.one("", " AS a", " AS z"))
		columns = append(columns, column{"", k})
	}
	if len(items) > 1 { // two columns of one name could not be spoken of
		for i := range items {
			items[i] = strings.TrimSuffix(strings.TrimSuffix(items[i], " AS a"), " AS z")
		}
	}
	return strings.Join(items, ", "), columns
}

// from makes a FROM and returns what it brings into sight.
func (g *generator) from(depth int) (string, []relation) {
	if g.chance(7) {
		return g.shared()
	}
	body, here := g.source(depth)
	for n := g.IntN(3); n > 0; n-- {
		next, more := g.source(depth)
		join := g.one(", ", " CROSS JOIN ", " JOIN ", " LEFT JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ", " JOIN ")
		if join == " FULL JOIN " && g.d == statement.MySQL {
			join = " LEFT JOIN "
		}
		if strings.HasPrefix(join, ", ") && g.d != statement.SQLite && strings.Contains(body, "JOIN") {
			join = " CROSS JOIN "
		}
		if g.chance(20) && n > 1 {
			last, again := g.source(depth)
			both := append(append([]relation{}, more...), again...)
			next = "(" + next + g.one(" JOIN ", " LEFT JOIN ") + last + " ON " + g.joined(depth, both) + ")"
			more = both
		}
		here = append(here, more...)
		body += join + next
		switch join {
		case ", ", " CROSS JOIN ":
		default:
			body += " ON " + g.joined(depth, here)
		}
	}
	return body, here
}

// joined makes the condition of a join. PostgreSQL joins fully by equality only.
func (g *generator) joined(depth int, here []relation) string {
	before := g.qualify
	g.qualify = true
	defer func() { g.qualify = before }()
	l, r := here[g.IntN(len(here)-1)], here[len(here)-1]
	body := l.name + "." + g.pick(l, number) + " = " + r.name + "." + g.pick(r, number)
	for g.chance(45) {
		body += " AND " + g.condition(depth-1, here)
	}
	return body
}

func (g *generator) pick(r relation, k kind) string {
	var names []string
	for _, c := range r.columns {
		if c.kind == k {
			names = append(names, c.name)
		}
	}
	if names == nil {
		return r.columns[0].name
	}
	return g.one(names...)
}

func (g *generator) source(depth int) (string, []relation) {
	if depth > 0 && g.chance(15) {
		return g.derived(depth - 1)
	}
	t := tables[g.IntN(len(tables))]
	name := g.alias()
	return t.name + g.one(" AS ", " ") + name, []relation{{name, t.columns}}
}

// derived makes a derived table, whose columns have names of their own.
func (g *generator) derived(depth int) (string, []relation) {
	name := g.alias()
	if g.d == statement.Postgres && g.chance(50) {
		sub := g.selection(depth, nil)
		var fresh []string
		var columns []column
		for i, c := range sub.columns {
			fresh = append(fresh, "k"+strconv.Itoa(i))
			columns = append(columns, column{fresh[i], c.kind})
		}
		return "(" + sub.text + ") AS " + name + "(" + strings.Join(fresh, ", ") + ")", []relation{{name, columns}}
	}
	from, here := g.from(depth)
	body := "(SELECT " + g.one("", "DISTINCT ") + g.value(depth, here, number) + " AS n0, " + g.value(depth, here, text) + " AS s0 FROM " + from
	if g.chance(70) {
		body += " WHERE " + g.condition(depth, here)
	}
	return body + ") " + name, []relation{{name, []column{{"n0", number}, {"s0", text}}}}
}

// shared makes a join by the columns that two tables have in common.
func (g *generator) shared() (string, []relation) {
	l, r := tables[g.IntN(len(tables))], tables[g.IntN(len(tables))]
	a, b := g.alias(), g.alias()
	here := []relation{{a, l.columns}, {b, r.columns}}
	join := g.one(" JOIN ", " LEFT JOIN ", " RIGHT JOIN ")
	if g.chance(30) {
		return l.name + " " + a + " NATURAL" + join + r.name + " " + b, here
	}
	return l.name + " " + a + join + r.name + " " + b + " USING (" + g.sharedName(l, r) + ")", here
}

func (g *generator) sharedName(l, r relation) string {
	var names []string
	for _, c := range l.columns {
		if slices.Contains(r.columns, c) {
			names = append(names, c.name)
		}
	}
	return g.one(names...)
}
