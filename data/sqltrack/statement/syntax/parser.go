package syntax

import (
	"fmt"
	"strings"
)

// maxDepth bounds how deep expressions, sub-queries and joins may nest.
const maxDepth = 120

// A parser walks the tokens of one text by recursive descent. The first
// failure is kept, and from then on the parser stands at the end of the text,
// where every loop stops.
type parser struct {
	d      Dialect
	text   string
	tokens []token
	at     int
	depth  int
	err    error
	// seed is a primary that has been read already: what stood in parentheses
	// and proved to be the beginning of an expression.
	seed *Expr
	// volatile is the first thing met that answers differently each time without
	// being a function.
	volatile string
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("%s at byte %d", fmt.Sprintf(format, args...), p.tokens[p.at].pos)
	}
	p.at = len(p.tokens) - 1
}

// unexpected fails with what stands at the current place.
func (p *parser) unexpected(wanted string) {
	t := &p.tokens[p.at]
	if t.kind == tokEnd {
		p.fail("the end where %s should be", wanted)
		return
	}
	p.fail("%q where %s should be", p.text[t.pos:t.end], wanted)
}

// enter counts one level of nesting; leave ends it.
func (p *parser) enter() bool {
	if p.depth++; p.depth > maxDepth {
		p.fail("more than %d levels of nesting", maxDepth)
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

func (p *parser) tok() *token { return &p.tokens[p.at] }

// ahead is the n-th token after the current one.
func (p *parser) ahead(n int) *token { return &p.tokens[min(p.at+n, len(p.tokens)-1)] }

// step passes the current token.
func (p *parser) step() {
	if p.at < len(p.tokens)-1 {
		p.at++
	}
}

func (t *token) word1(word string) bool { return t.kind == tokWord && t.word == word }

func (t *token) mark(op string) bool { return t.kind == tokOp && t.word == op }

// is reports whether the coming tokens are these keywords.
func (p *parser) is(words ...string) bool {
	for i, w := range words {
		if !p.ahead(i).word1(w) {
			return false
		}
	}
	return true
}

// take passes the keywords if they come now.
func (p *parser) take(words ...string) bool {
	if !p.is(words...) {
		return false
	}
	for range words {
		p.step()
	}
	return true
}

// takeAny passes one of the keywords and returns it.
func (p *parser) takeAny(words ...string) string {
	for _, w := range words {
		if p.take(w) {
			return w
		}
	}
	return ""
}

func (p *parser) need(words ...string) {
	if !p.take(words...) {
		p.unexpected(strings.Join(words, " "))
	}
}

func (p *parser) isMark(op string) bool { return p.tok().mark(op) }

func (p *parser) takeMark(op string) bool {
	if p.isMark(op) {
		p.step()
		return true
	}
	return false
}

func (p *parser) needMark(op string) {
	if !p.takeMark(op) {
		p.unexpected(op)
	}
}

// ident reads a name, quoted or not.
func (p *parser) ident(what string) Ident {
	t := p.tok()
	switch {
	case t.kind == tokName:
	case t.kind == tokWord && !reserved[t.word]:
	default:
		p.unexpected(what)
		return Ident{}
	}
	p.step()
	return p.identOf(t)
}

// identOf returns the name that a token spells, as the dialect folds it.
func (p *parser) identOf(t *token) Ident {
	s := p.text[t.pos:t.end]
	if t.kind != tokWord {
		s = p.unquote(t)
	}
	lower := strings.ToLower(s)
	if p.d == SQLite || p.d == Postgres && t.kind == tokWord {
		return Ident{Name: lower, Key: lower}
	}
	return Ident{Name: s, Key: lower}
}

// unquote returns what a literal or quoted name says.
func (p *parser) unquote(t *token) string {
	s := p.text[t.pos:t.end]
	mark := s[:1]
	s = s[1 : len(s)-1]
	if mark == "[" || !strings.Contains(s, mark) {
		return s
	}
	return strings.ReplaceAll(s, mark+mark, mark)
}

// alias reads a name after AS, or one without it.
func (p *parser) alias() (a Ident, ok bool) {
	as := p.take("AS")
	t := p.tok()
	switch {
	case t.kind == tokName,
		t.kind == tokWord && (!reserved[t.word] && (as || !notAlias[t.word])),
		t.kind == tokString && !t.odd && p.d != Postgres:
		p.step()
		return p.identOf(t), true
	case as:
		p.unexpected("a name after AS")
	}
	return Ident{}, false
}

// names reads a list of names in parentheses.
func (p *parser) names(what string) []Ident {
	p.needMark("(")
	list := []Ident{p.ident(what)}
	for p.takeMark(",") {
		list = append(list, p.ident(what))
	}
	p.needMark(")")
	return list
}

// balanced passes tokens up to the parenthesis that closes the one passed last.
func (p *parser) balanced() {
	for depth := 1; ; {
		switch {
		case p.tok().kind == tokEnd:
			p.unexpected(")")
			return
		case p.isMark("("):
			depth++
		case p.isMark(")"):
			if depth--; depth == 0 {
				p.step()
				return
			}
		}
		p.step()
	}
}

// words makes a set of the words in a text.
func words(text string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// reserved are the keywords that are never names without quotes. A word that
// begins a clause must be among them: taken for a column it would hide the
// tables behind it. A database may allow some of them as names; then its text
// is an error here, which is safe.
var reserved = words(`ALL ALTER AND ANALYZE AS ASC BETWEEN BY CASE CHECK COLLATE CONSTRAINT CREATE CROSS DEFAULT DELETE DESC
	DISTINCT DROP ELSE END ESCAPE EXCEPT EXISTS FETCH FOR FOREIGN FROM FULL GROUP HAVING IN INNER INSERT INTERSECT INTO IS
	ISNULL JOIN LATERAL LEFT LIKE LIMIT NATURAL NOT NOTNULL NULL OFFSET ON OR ORDER OUTER PRIMARY REFERENCES RETURNING RIGHT
	SELECT SET STRAIGHT_JOIN TABLE THEN TO TRUE FALSE UNION UNIQUE UPDATE USING VALUES WHEN WHERE WINDOW WITH`)

// notAlias are the further words that follow a table, an expression or an item
// as something else than its alias.
var notAlias = words(`AGAINST AT DIV FORCE GLOB IGNORE ILIKE INDEXED LOCK MATCH MEMBER MOD OVERLAPS PARTITION PROCEDURE REGEXP
	RLIKE SIMILAR SOUNDS TABLESAMPLE USE XOR`)
