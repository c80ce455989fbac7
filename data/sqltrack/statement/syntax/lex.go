package syntax

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The bounds of what is read. A text beyond them is an error, so that a
// hostile one costs no more than a large honest one.
const (
	maxText   = 1 << 20 // bytes
	maxTokens = 1 << 18
	maxParams = 1<<16 - 1 // what PostgreSQL and MySQL can bind
)

// A tokenKind is the kind of a token.
type tokenKind uint8

const (
	tokEnd      tokenKind = iota
	tokWord               // a name or keyword without quotes
	tokName               // a quoted name
	tokString             // a text literal
	tokNumber             // a number
	tokBlob               // x'..', with its value known where the dialect holds it to be a blob
	tokParam              // a placeholder
	tokVariable           // MySQL's @x and @@x
	tokOp                 // an operator or a mark
)

// A token is one word of the text.
type token struct {
	kind     tokenKind
	odd      bool // a text literal whose value needs decoding that this package does not do
	pos, end int32
	param    int32  // the number of a placeholder
	word     string // a word in upper case, an operator as it stands
}

// A lexer cuts a text into tokens and numbers its placeholders.
type lexer struct {
	d       Dialect
	text    string
	at      int
	tokens  []token
	params  int
	names   []string
	byName  map[string]int
	counted int
}

var errEnd = errors.New("the text ends inside a literal or comment")

// cut returns the tokens of the text, ended by one of kind tokEnd.
func (l *lexer) cut() error {
	if len(l.text) > maxText {
		return fmt.Errorf("the text has %d bytes, more than %d", len(l.text), maxText)
	}
	l.tokens = make([]token, 0, len(l.text)/4+8)
	for {
		if err := l.skip(); err != nil {
			return err
		}
		if l.at == len(l.text) {
			l.add(tokEnd, l.at)
			return nil
		}
		if len(l.tokens) >= maxTokens {
			return fmt.Errorf("the text has more than %d words", maxTokens)
		}
		if err := l.next(); err != nil {
			return err
		}
	}
}

// add appends the token that runs from the current place to end.
func (l *lexer) add(kind tokenKind, end int) *token {
	t := token{kind: kind, pos: int32(l.at), end: int32(end)}
	switch kind {
	case tokWord:
		t.word = upperASCII(l.text[l.at:end])
	case tokOp:
		t.word = l.text[l.at:end]
	}
	l.tokens = append(l.tokens, t)
	l.at = end
	return &l.tokens[len(l.tokens)-1]
}

func (l *lexer) peek(n int) byte {
	if l.at+n < len(l.text) {
		return l.text[l.at+n]
	}
	return 0
}

// skip passes white space and comments.
func (l *lexer) skip() error {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == ' ' || '\t' <= c && c <= '\r':
			l.at++
		case c == '-' && l.peek(1) == '-' && (l.d != MySQL || l.peek(2) <= ' '), c == '#' && l.d == MySQL:
			n := strings.IndexByte(l.text[l.at:], '\n')
			if n < 0 {
				n = len(l.text) - l.at - 1
			}
			l.at += n + 1
		case c == '/' && l.peek(1) == '*':
			if err := l.comment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

// comment passes a bracketed comment; PostgreSQL's nest. MySQL runs what stands
// in /*! and MariaDB in /*M!, so those are not comments.
func (l *lexer) comment() error {
	if l.d == MySQL && (l.peek(2) == '!' || l.peek(2) == 'M' && l.peek(3) == '!') {
		return errors.New("a comment that is run")
	}
	depth := 0
	for l.at < len(l.text) {
		switch {
		case l.text[l.at] == '*' && l.peek(1) == '/':
			l.at += 2
			if depth--; depth == 0 {
				return nil
			}
		case l.text[l.at] == '/' && l.peek(1) == '*' && (depth == 0 || l.d == Postgres):
			l.at += 2
			depth++
		default:
			l.at++
		}
	}
	return errEnd
}

// next reads one token.
func (l *lexer) next() error {
	switch c := l.text[l.at]; {
	case isNameStart(c):
		return l.name()
	case '0' <= c && c <= '9', c == '.' && isDigit(l.peek(1)):
		return l.number()
	case c == '\'':
		return l.quoted(tokString, '\'', l.d == MySQL)
	case c == '"':
		if l.d == MySQL {
			return l.quoted(tokString, '"', true)
		}
		return l.quoted(tokName, '"', false)
	case c == '`' && l.d != Postgres:
		return l.quoted(tokName, '`', false)
	case c == '[' && l.d == SQLite:
		n := strings.IndexByte(l.text[l.at:], ']')
		if n < 0 {
			return errEnd
		}
		l.add(tokName, l.at+n+1)
		return nil
	case c == '?' && l.d != Postgres, c == '$' && l.d != MySQL, (c == ':' || c == '@') && l.d == SQLite:
		return l.param()
	case c == '@' && l.d == MySQL:
		return l.variable()
	}
	return l.operator()
}

// name reads a word, or a literal that begins with one.
func (l *lexer) name() error {
	end := l.at + 1
	for end < len(l.text) && isNamePart(l.text[end]) {
		end++
	}
	if end < len(l.text) && l.text[end] == '\'' && end == l.at+1 {
		switch l.text[l.at] | 0x20 {
		case 'x':
			return l.blob()
		case 'e':
			if l.d == Postgres {
				l.at++
				return l.quoted(tokString, '\'', true)
			}
		case 'b', 'n':
			if l.d != SQLite {
				l.at++
				if err := l.quoted(tokString, '\'', l.d == MySQL); err != nil {
					return err
				}
				l.tokens[len(l.tokens)-1].odd = true
				return nil
			}
		}
	}
	if l.d == Postgres && end == l.at+1 && l.text[l.at]|0x20 == 'u' && strings.HasPrefix(l.text[end:], "&") &&
		end+1 < len(l.text) && (l.text[end+1] == '\'' || l.text[end+1] == '"') {
		return errors.New("literals of the form U& are not understood")
	}
	l.add(tokWord, end)
	return nil
}

func (l *lexer) blob() error {
	n := strings.IndexByte(l.text[l.at+2:], '\'')
	if n < 0 {
		return errEnd
	}
	l.add(tokBlob, l.at+2+n+1)
	return nil
}

// quoted reads a literal or name whose closing mark is doubled inside it.
func (l *lexer) quoted(kind tokenKind, mark byte, backslash bool) error {
	odd := false
	for i := l.at + 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == 0:
			return errors.New("a NUL in a literal")
		case c == '\\' && backslash:
			odd = true
			i++
		case c == mark:
			if i+1 < len(l.text) && l.text[i+1] == mark {
				i++
				continue
			}
			l.add(kind, i+1).odd = odd
			return nil
		}
	}
	return errEnd
}

func (l *lexer) number() error {
	end := l.at
	if l.text[end] == '0' && (l.peek(1)|0x20 == 'x') {
		end += 2
		for end < len(l.text) && isNamePart(l.text[end]) {
			end++
		}
		l.add(tokNumber, end)
		return nil
	}
	digits := func() {
		for end < len(l.text) && isDigit(l.text[end]) {
			end++
		}
	}
	digits()
	if end < len(l.text) && l.text[end] == '.' {
		end++
		digits()
	}
	if end < len(l.text) && l.text[end]|0x20 == 'e' {
		mark := end
		end++
		if end < len(l.text) && (l.text[end] == '+' || l.text[end] == '-') {
			end++
		}
		if end == len(l.text) || !isDigit(l.text[end]) {
			end = mark
		}
		digits()
	}
	if end < len(l.text) && isNamePart(l.text[end]) {
		return fmt.Errorf("a number runs into a name at byte %d", l.at)
	}
	l.add(tokNumber, end)
	return nil
}

// param reads a placeholder and gives it its number: PostgreSQL's is written,
// MySQL's is its place, and SQLite's follows SQLite's own rule (a bare ? and a
// new name get the number after the largest so far).
func (l *lexer) param() error {
	end := l.at + 1
	for end < len(l.text) && isNamePart(l.text[end]) && l.text[end] != '$' {
		end++
	}
	body := l.text[l.at+1 : end]
	if l.d == Postgres && (body == "" || !isDigit(body[0])) {
		return l.dollarQuoted(end)
	}
	n, err := l.paramNumber(l.text[l.at], body, &end)
	if err != nil {
		return err
	}
	if l.counted++; n > maxParams || l.counted > maxParams {
		return fmt.Errorf("more than %d parameters", maxParams)
	}
	l.params = max(l.params, n)
	l.add(tokParam, end).param = int32(n)
	return nil
}

func (l *lexer) paramNumber(mark byte, body string, end *int) (int, error) {
	switch {
	case l.d == MySQL || mark == '?' && body == "":
		if l.d == MySQL {
			*end = l.at + 1
		}
		return l.params + 1, nil
	case mark == '?' || l.d == Postgres:
		n := 0
		for i := range len(body) {
			if !isDigit(body[i]) || n > maxParams {
				return 0, fmt.Errorf("the parameter %q has no usable number", body)
			}
			n = n*10 + int(body[i]-'0')
		}
		if n == 0 {
			return 0, errors.New("parameters are numbered from 1")
		}
		return n, nil
	case body == "":
		return 0, fmt.Errorf("a lone %q", mark)
	case l.text[*end:] != "" && (strings.HasPrefix(l.text[*end:], "::") || l.text[*end] == '$' || l.text[*end] == '(' && mark == '$'):
		return 0, errors.New("names of parameters as Tcl has them are not understood")
	}
	name := l.text[l.at:*end]
	if n := l.byName[name]; n != 0 {
		return n, nil
	}
	n := l.params + 1
	if mark == '$' && isDigit(body[0]) && body != strconv.Itoa(n) {
		// SQLite takes $2 for a name like any other, its drivers for the second
		// argument.
		return 0, fmt.Errorf("the parameter %q out of order", name)
	}
	if l.byName == nil {
		l.byName = make(map[string]int)
	}
	l.byName[name] = n
	for len(l.names) < n {
		l.names = append(l.names, "")
	}
	if !isDigit(body[0]) {
		l.names[n-1] = body
	}
	return n, nil
}

// dollarQuoted reads PostgreSQL's $tag$text$tag$, whose tag ends at end.
func (l *lexer) dollarQuoted(end int) error {
	if end >= len(l.text) || l.text[end] != '$' {
		return fmt.Errorf("a lone $ at byte %d", l.at)
	}
	tag := l.text[l.at : end+1]
	n := strings.Index(l.text[end+1:], tag)
	if n < 0 {
		return errEnd
	}
	l.add(tokString, end+1+n+len(tag)).odd = true
	return nil
}

func (l *lexer) variable() error {
	end := l.at + 1
	for end < len(l.text) && l.text[end] == '@' {
		end++
	}
	for end < len(l.text) && (isNamePart(l.text[end]) || l.text[end] == '.') {
		end++
	}
	if end < len(l.text) && strings.IndexByte("'\"`", l.text[end]) >= 0 {
		return errors.New("quoted variables are not understood")
	}
	l.add(tokVariable, end)
	return nil
}

// The operators of more than one byte, the longest first.
var (
	operatorsSQLite = []string{"->>", "||", "->", "<<", ">>", "<=", ">=", "==", "<>", "!="}
	operatorsMySQL  = []string{"<=>", "->>", "->", "||", "&&", "<<", ">>", "<=", ">=", "<>", "!=", ":="}
)

func (l *lexer) operator() error {
	c := l.text[l.at]
	if strings.IndexByte("(),;.[]", c) >= 0 {
		l.add(tokOp, l.at+1)
		return nil
	}
	if l.d == Postgres {
		return l.operatorPostgres()
	}
	known := operatorsSQLite
	if l.d == MySQL {
		known = operatorsMySQL
	}
	for _, op := range known {
		if strings.HasPrefix(l.text[l.at:], op) {
			l.add(tokOp, l.at+len(op))
			return nil
		}
	}
	if strings.IndexByte("+-*/%&|~<>=!^:", c) < 0 {
		return fmt.Errorf("an unexpected %q at byte %d", c, l.at)
	}
	l.add(tokOp, l.at+1)
	return nil
}

// operatorPostgres follows PostgreSQL's rule for operators: as many operator
// characters as there are, though a + or - ends one only beside certain others.
func (l *lexer) operatorPostgres() error {
	if l.text[l.at] == ':' {
		n := 1
		if l.peek(1) == ':' || l.peek(1) == '=' {
			n = 2
		}
		l.add(tokOp, l.at+n)
		return nil
	}
	end := l.at
	for end < len(l.text) && strings.IndexByte("+-*/<>=~!@#%^&|`?", l.text[end]) >= 0 {
		if rest := l.text[end:]; end > l.at && (strings.HasPrefix(rest, "--") || strings.HasPrefix(rest, "/*")) {
			break
		}
		end++
	}
	if end == l.at {
		return fmt.Errorf("an unexpected %q at byte %d", l.text[l.at], l.at)
	}
	if !strings.ContainsAny(l.text[l.at:end], "~!@#%^&|`?") {
		for end > l.at+1 && (l.text[end-1] == '+' || l.text[end-1] == '-') {
			end--
		}
	}
	l.add(tokOp, end)
	return nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80
}

func isNamePart(c byte) bool { return isNameStart(c) || isDigit(c) || c == '$' }

// upperASCII folds the letters of keywords, and those only: no other letter
// makes a keyword in any of the dialects.
func upperASCII(s string) string {
	for i := range len(s) {
		if 'a' <= s[i] && s[i] <= 'z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'a' <= b[i] && b[i] <= 'z' {
					b[i] -= 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
