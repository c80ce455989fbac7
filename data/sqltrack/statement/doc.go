// Package statement understands the text of one SQL statement: what it reads,
// what it writes, and how the rows it writes can be found before it runs. It
// serves what applications say to SQLite, PostgreSQL and MariaDB/MySQL, and
// runs once per statement text, never per execution.
//
// # Usage
//
//	st, err := statement.Parse(statement.SQLite, "SELECT id, title FROM news WHERE lang = ? ORDER BY id LIMIT 5")
//	// st.Reads[0].Query: table news, where lang = ?1, columns id and title, in the order of id
//	// st.Reads[0].Window: full with 5 rows; the edge is in column 0 of the last
//
// An error means that the statement may read and write anything.
//
// # What a read says
//
// Each mention of a table in a query becomes one [Read]. Its condition holds
// the conjuncts that select the mention's rows for certain and that package
// track evaluates exactly: columns against constants and parameters by =, <>,
// <, >, <=, >=, BETWEEN, IN, LIKE, IS NULL, IS TRUE, with AND, OR and NOT
// between them. Whatever else the statement looks at is in the columns: the
// select list, joins, groups, order, functions and every condition not
// understood. Two rows that agree in these columns are the same to the mention.
//
//   - A name without a table may belong to any table in sight, and inside a
//     sub-query to the outer ones too: [Read.Settle] removes the guesses.
//   - A condition of WHERE does not select rows of a table that an outer join
//     fills with NULLs, unless NULLs cannot fulfil it; a condition of ON does
//     not select rows of a side that the join keeps.
//   - Conditions on a derived table or a query of WITH select nothing inside it.
//   - HAVING and aggregates never select rows.
//   - The first rows of one table in an order of its own columns have a
//     [Window], unless they are grouped, distinct or computed from several rows.
//
// # Guarantees
//
// If a change does not touch any of a statement's reads (see track.Read), then
// what the database answered before it is an answer that it may give after it.
// A test follows random statements through random changes on real databases,
// and statements that may answer anew without a change are Volatile.
//
// What a write says of itself is never too little: where the rows cannot be
// found by its condition it is Opaque, and what it says about its table is so,
// or the text is an error. Parse keeps no state; a [Statement] may be shared.
//
// # Limits
//
// The text is all that is known, so what it does not show is the caller's to
// mind:
//
//   - A view is named like a table; triggers, cascades of foreign keys, rules
//     and inheritance write and read what no statement says. A virtual table
//     announces no rows; MATCH is Volatile for that.
//   - A function that is not on the lists here is Volatile, and [Statement].Calls
//     names it, since it might write. Functions and operators that replace
//     built-in ones under their names are not seen.
//   - Values are compared by package track: the caller must give images and
//     arguments in forms whose comparison is the database's (no texts for
//     PostgreSQL's numeric, uuid or char(n), no times finer than the column's), or
//     in forms of which nothing is known. Columns of SQLite with a collation of
//     their own, columns of numbers that hold texts, and MySQL's columns with a
//     binary collation differ from what the dialect's usual texts do.
//   - What SQL leaves open may differ from one answer to the next: the order of
//     rows without ORDER BY, and which rows LIMIT takes among equals.
//   - Settings that change meaning (time zone, case_sensitive_like, sql_mode) are
//     taken to be constant, 'now' in a parameter or column to be a text.
//   - Names are compared in lower case: tables that differ by case count as one,
//     columns of one table that do are not told apart.
package statement
