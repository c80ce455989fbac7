// Package syntax parses the text of one SQL statement, as applications write
// it for SQLite, PostgreSQL and MariaDB/MySQL, into a small tree.
//
// The tree holds what matters to somebody who wants to know which rows and
// columns a statement looks at: sources and joins, conditions down to single
// comparisons, select lists, order, limits. Expressions that compute are kept
// only as the columns, calls and sub-queries inside them.
//
// # Grammar
//
// In outline; words in capitals are keywords, ? is an option, * repetition,
// "list" what commas separate.
//
//	statement  = query | write | transaction | schema | other, with semicolons behind
//	query      = (WITH RECURSIVE? list of name columns? AS "(" query ")")?
//	             member ((UNION | INTERSECT | EXCEPT) ALL? member)*
//	             (ORDER BY list of key)? limits? locking*
//	member     = selection | VALUES list of row | TABLE name | "(" query ")"
//	selection  = SELECT DISTINCT? list of item (FROM sources)? (WHERE expr)?
//	             (GROUP BY list of expr)? (HAVING expr)? (WINDOW list of window)?
//	sources    = source (("," | NATURAL? kind? JOIN) source condition?)*
//	source     = name alias? | LATERAL? "(" query ")" alias? | call alias? | "(" sources ")"
//	condition  = ON expr | USING "(" list of name ")"
//	limits     = LIMIT expr ("," expr)? | OFFSET expr | FETCH FIRST count ROWS (ONLY | WITH TIES)
//	write      = INSERT ... | REPLACE ... | UPDATE ... | DELETE ..., after a WITH or not
//	expr       = conj (OR conj)*
//	conj       = NOT* predicate (AND NOT* predicate)*
//	predicate  = operand (comparison operand | IS NOT? test | NOT? BETWEEN operand AND operand
//	             | NOT? IN list | NOT? LIKE operand | ...)*
//	operand    = sign* primary postfix* (operator sign* primary postfix*)*
//	primary    = literal | placeholder | column | call | CASE ... END | CAST "(" ... ")"
//	             | EXISTS "(" query ")" | "(" query ")" | "(" list of expr ")" | ...
//
// A comma binds like JOIN in SQLite and weaker elsewhere. Where dialects differ
// about precedence between comparisons, or between operators inside an operand,
// the tree does not say: a comparison of comparisons has no meaning to its user.
//
// Placeholders are numbered from 1 as the database numbers them: $n in
// PostgreSQL, one after the other in MySQL; in SQLite ?n is n, and ? or a new
// name is one more than the largest number so far.
//
// # Guarantees
//
//   - A table that a query names is in the tree, or the text is an error.
//   - AND, OR and NOT, and what they join, are as the database has them.
//   - No text makes Parse panic, and none costs more than a large honest one: a
//     text has at most 1 MiB, 262 144 words, 65 535 parameters, 120 levels.
//
// # Limits
//
// The server's modes are taken to be the usual ones: MySQL's without
// ANSI_QUOTES and NO_BACKSLASH_ESCAPES, PostgreSQL's with
// standard_conforming_strings. SQLite's texts in double quotes are read as
// names. MERGE, CALL, DO, COPY, EXECUTE, writes inside WITH, writes to several
// tables and what few write are errors.
package syntax
