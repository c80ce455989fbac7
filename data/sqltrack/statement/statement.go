package statement

import (
	"cmp"
	"slices"

	"veche/data/sqltrack/statement/syntax"
	"veche/track"
)

// A Dialect is the SQL of one database.
type Dialect = syntax.Dialect

// The dialects understood.
const (
	SQLite   = syntax.SQLite
	Postgres = syntax.Postgres
	MySQL    = syntax.MySQL // and MariaDB
)

// A Kind is what a statement does.
type Kind = syntax.Kind

// The kinds of statements.
const (
	Other      = syntax.Other      // neither rows nor schema: PRAGMA, SET, SHOW, EXPLAIN ...
	Select     = syntax.Select     // reads only
	Insert     = syntax.Insert     // INSERT and REPLACE
	Update     = syntax.Update     // UPDATE
	Delete     = syntax.Delete     // DELETE
	Schema     = syntax.Schema     // CREATE, ALTER, DROP, TRUNCATE ...: everything kept is in doubt
	Begin      = syntax.Begin      // BEGIN, START TRANSACTION
	Commit     = syntax.Commit     // COMMIT, END
	Rollback   = syntax.Rollback   // ROLLBACK, without TO
	Savepoint  = syntax.Savepoint  // SAVEPOINT name
	Release    = syntax.Release    // RELEASE name
	RollbackTo = syntax.RollbackTo // ROLLBACK TO name
)

// A Statement is what one text says. It does not change and may be shared.
// Table and column names are bare and in lower case.
type Statement struct {
	Kind Kind
	Text string
	// Params is the number of parameters the text binds. Names are the names of
	// those that have one, "" for the others; it may be shorter than Params. An
	// argument with a name belongs to the parameter of that name, any other to the
	// parameter with its number.
	Params int
	Names  []string
	// Reads is what the statement's result depends on, one for each mention of a
	// table. Only Select has reads that are used.
	Reads []Read
	// Volatile is why the result can differ without any change of the tables
	// ("random()", "FOR UPDATE", "now()"), "" where it cannot.
	Volatile string
	// Calls is a function the statement calls about which nothing is known, so
	// that it might even write; "" where there is none.
	Calls string
	// Fallback is why some of Reads are of whole tables, "" where all were
	// understood. The debug page shows it.
	Fallback string
	// Name is that of the savepoint for Savepoint, Release and RollbackTo.
	Name string
	// Write is what Insert, Update and Delete do to their table.
	Write Write
}

// Parse reads the text of one statement. A text that is not understood as to
// its kind and its tables, that says more than one statement or is beyond the
// bounds is an error: it may read and write anything.
func Parse(d Dialect, text string) (*Statement, error) {
	t, err := syntax.Parse(d, text)
	if err != nil {
		return nil, err
	}
	st := &Statement{Kind: t.Kind, Text: text, Params: t.Params, Names: t.Names, Name: t.Name}
	a := &analysis{d: d}
	switch {
	case t.Query != nil:
		a.query(t.Query, nil, nil)
		a.window(t.Query)
		st.Reads = a.queries(text)
		st.Fallback = a.fallback
	case t.Write != nil:
		st.Write = a.written(t.Write)
	}
	if a.err != nil {
		return nil, a.err
	}
	st.Volatile = cmp.Or(t.Volatile, a.volatile)
	st.Calls = a.calls
	return st, nil
}

// A Read is one of the statement's reads. The arguments of its query are the
// values of all the statement's parameters, by their numbers.
type Read struct {
	Query *track.Query
	// Window is set where the result is the first rows of one table in an order
	// whose columns are all among the result's columns.
	Window *Window
	// Doubtful are those of Query.Columns that the text names without a table
	// and that may belong to another one: see Settle.
	Doubtful []string
}

// Settle takes from the query's columns the doubtful ones that the table does
// not have: an update of a column that does not exist cannot be seen, so each of
// them makes every update of the table count. It is for a caller who knows the
// table's columns, and must come before the query's first use.
func (r *Read) Settle(has func(column string) bool) {
	r.Query.Columns = slices.DeleteFunc(r.Query.Columns, func(c string) bool {
		return slices.Contains(r.Doubtful, c) && !has(c)
	})
	r.Doubtful = nil
}

// A Window says how to find the edge of a result with ORDER BY and LIMIT.
type Window struct {
	// Limit is how many rows make the window full: a constant or a parameter.
	Limit track.Operand
	// Results are the places in the result's columns, from 0, of the query's
	// Order columns; or nil where the result is "SELECT *" and the caller finds
	// them by name among the result's columns.
	Results []int
}

// A Write is what a statement does to the rows of its table.
type Write struct {
	Table string
	// Where selects the rows of an Update or Delete: SQL text from after the
	// word WHERE, "" where there is none. Alias is the name under which it
	// speaks of the table, if not Table. WhereArgs are the numbers, from 1, of
	// the statement's parameters that it binds, in the order of the text; its own
	// placeholders are ? or, in PostgreSQL's dialect, $1, $2 ... to match.
	Where     string
	Alias     string
	WhereArgs []int
	// Opaque is why the rows cannot be found by Where ("UPDATE ... FROM",
	// "LIMIT", "WITH"), "" where they can. An opaque write is a change of the
	// whole table.
	Opaque string
	// Sets are the columns an Update assigns.
	Sets []string
	// Columns are the columns an Insert names, in order; nil where it names none.
	Columns []string
	// Rows are the values of an INSERT ... VALUES, nil for INSERT ... SELECT; an
	// expression other than a literal or a parameter has Known false.
	Rows [][]InsertValue
	// Upsert is set where an Insert may change rows that exist.
	Upsert bool
	// Returning is set where the statement returns rows.
	Returning bool
}

// An InsertValue is one value of an INSERT ... VALUES.
type InsertValue struct {
	Operand track.Operand
	Known   bool
}
