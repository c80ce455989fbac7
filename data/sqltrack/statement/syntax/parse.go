package syntax

import (
	"cmp"
	"fmt"
)

// Parse reads the text of one statement. A text that is longer, deeper or has
// more parameters than any honest one, or that says more than one statement, is
// an error. Parse may be called from many goroutines.
func Parse(d Dialect, text string) (*Tree, error) {
	if d > MySQL {
		return nil, fmt.Errorf("no dialect has the number %d", d)
	}
	l := lexer{d: d, text: text}
	if err := l.cut(); err != nil {
		return nil, err
	}
	p := &parser{d: d, text: text, tokens: l.tokens}
	t := &Tree{Params: l.params, Names: l.names}
	p.statement(t)
	for p.takeMark(";") {
	}
	if p.tok().kind != tokEnd {
		p.unexpected("the end")
	}
	if p.err != nil {
		return nil, p.err
	}
	t.Volatile = cmp.Or(t.Volatile, p.volatile)
	return t, nil
}

// statement reads one statement by its first word.
func (p *parser) statement(t *Tree) {
	first := p.tok()
	if p.isMark("(") || p.startsQuery() && first.word != "WITH" {
		t.Kind = Select
		t.Query = p.query(nil)
		return
	}
	if first.kind != tokWord {
		p.unexpected("a statement")
		return
	}
	switch first.word {
	case "WITH":
		p.step()
		with := p.ctes()
		if p.startsQuery() || p.isMark("(") {
			t.Kind = Select
			t.Query = p.query(nil)
			t.Query.With = append(with, t.Query.With...)
		} else if p.err == nil {
			t.Kind, t.Write = p.write(with)
		}
	case "INSERT", "REPLACE", "UPDATE", "DELETE":
		t.Kind, t.Write = p.write(nil)
	default:
		if !p.transaction(t) {
			p.other(t)
		}
	}
}

// transaction reads the statements that begin and end transactions. What the
// dialects may add to them and would matter, such as AND CHAIN, is not read and
// thus an error.
func (p *parser) transaction(t *Tree) bool {
	switch {
	case p.take("BEGIN"):
		t.Kind = Begin
		p.takeAny("DEFERRED", "IMMEDIATE", "EXCLUSIVE", "CONCURRENT")
		p.takeAny("TRANSACTION", "WORK")
		p.modes()
	case p.take("START", "TRANSACTION"):
		t.Kind = Begin
		p.modes()
	case p.take("COMMIT"), p.d != MySQL && p.take("END"):
		t.Kind = Commit
		p.takeAny("TRANSACTION", "WORK")
	case p.take("ROLLBACK"), p.d == Postgres && p.take("ABORT"):
		t.Kind = Rollback
		p.takeAny("TRANSACTION", "WORK")
		if p.take("TO") {
			t.Kind = RollbackTo
			p.take("SAVEPOINT")
			t.Name = p.savepoint()
		}
	case p.take("SAVEPOINT"):
		t.Kind = Savepoint
		t.Name = p.savepoint()
	case p.take("RELEASE"):
		t.Kind = Release
		p.take("SAVEPOINT")
		t.Name = p.savepoint()
	default:
		return false
	}
	return true
}

// savepoint reads the name of a savepoint: PostgreSQL alone tells small letters
// from large ones there.
func (p *parser) savepoint() string {
	name := p.ident("a savepoint")
	if p.d == Postgres {
		return name.Name
	}
	return name.Key
}

// modes passes what may be said about a transaction that begins.
func (p *parser) modes() {
	for t := p.tok(); t.kind == tokWord && modes[t.word] || t.mark(","); t = p.tok() {
		p.step()
	}
}

var modes = words(`ISOLATION LEVEL SERIALIZABLE REPEATABLE READ COMMITTED UNCOMMITTED WRITE ONLY NOT DEFERRABLE WITH CONSISTENT
	SNAPSHOT`)

// other reads the statements of which only the first words are looked at.
func (p *parser) other(t *Tree) {
	word := p.tok().word
	switch {
	case schemas[word]:
		t.Kind = Schema
		if word == "CREATE" && p.holdsBody() {
			p.at = len(p.tokens) - 1
			return
		}
	case others[p.d][word]:
		t.Kind = Other
		t.Volatile = word
	default:
		p.unexpected("a statement")
		return
	}
	p.step()
	if word == "ANALYZE" && p.d == MySQL && !p.is("TABLE") && !(p.ahead(1).word1("TABLE")) {
		p.fail("ANALYZE runs a statement")
	}
	for !p.isMark(";") && p.tok().kind != tokEnd {
		if next := p.tok(); next.kind == tokWord && unsafe[word][next.word] {
			p.fail("%s %s", word, next.word)
		}
		p.step()
	}
}

// holdsBody reports whether a CREATE may hold statements with semicolons.
func (p *parser) holdsBody() bool {
	for n := 1; n < 12; n++ {
		switch p.ahead(n).word {
		case "TRIGGER", "FUNCTION", "PROCEDURE", "EVENT", "PACKAGE", "RULE":
			return true
		}
	}
	return false
}

// schemas begin the statements after which tables, or what names mean, may be
// others.
var schemas = words("CREATE ALTER DROP TRUNCATE RENAME ATTACH DETACH GRANT REVOKE COMMENT REFRESH SECURITY USE REINDEX CLUSTER")

// others begin the statements that change neither rows nor tables. What they
// answer is not followed.
var others = [...]map[string]bool{
	SQLite: words("PRAGMA EXPLAIN ANALYZE VACUUM"),
	Postgres: words(`SET RESET SHOW EXPLAIN ANALYZE VACUUM LISTEN UNLISTEN NOTIFY LOCK DECLARE FETCH MOVE CLOSE CHECKPOINT DISCARD
		DEALLOCATE`),
	MySQL: words("SET SHOW EXPLAIN DESCRIBE DESC ANALYZE OPTIMIZE CHECK FLUSH KILL LOCK UNLOCK DEALLOCATE HELP"),
}

// unsafe are the words that make another thing of such a statement: one that
// runs a second one, or changes how later texts are to be read.
var unsafe = map[string]map[string]bool{
	"EXPLAIN":  words("ANALYZE ANALYSE"),
	"DESCRIBE": words("ANALYZE"),
	"DESC":     words("ANALYZE"),
	"SET":      words("STATEMENT AUTOCOMMIT SQL_MODE SEARCH_PATH STANDARD_CONFORMING_STRINGS ROLE AUTHORIZATION"),
	"PRAGMA":   words("CASE_SENSITIVE_LIKE WRITABLE_SCHEMA"),
}
