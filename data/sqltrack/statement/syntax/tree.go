package syntax

// An Ident is a name: Name as the dialect folds it, Key in lower case. Two
// whose Names are equal are the same for the database; two whose Keys are equal
// may be.
type Ident struct {
	Name string
	Key  string
}

// Given reports whether there is a name at all.
func (i Ident) Given() bool { return i.Name != "" }

// An Op is the kind of an expression. Only what can become part of a condition
// that is evaluated has a kind of its own.
type Op uint8

// The kinds of expressions, with the fields of [Expr] they use.
const (
	OpOpaque  Op = iota // anything else: what counts is what Kids look at
	OpColumn            // Table.Name, or Name
	OpStar              // * or Table.*
	OpConst             // a literal of the known Value, nil for NULL
	OpLiteral           // a literal of unknown value, or DEFAULT
	OpParam             // the placeholder of number Param
	OpAnd               // all Kids
	OpOr                // one of Kids
	OpNot               // not Kids[0]
	OpCompare           // Kids[0] Word Kids[1]
	OpBetween           // Kids[0] between Kids[1] and Kids[2]
	OpIn                // Kids[0] is among the other Kids
	OpLike              // Kids[0] like Kids[1]
	OpNull              // Kids[0] is null
	OpTrue              // Kids[0] is true
	OpFalse             // Kids[0] is false
	OpCall              // the function Word of Kids
	OpQuery             // the sub-query Query
	OpExists            // exists (Query)
	OpMember            // Kids[0] in the table Name, SQLite's shorthand
	OpMatch             // MySQL's match (columns) against (...)
)

// An Expr is a node of an expression.
type Expr struct {
	Op     Op
	Kids   []*Expr
	Word   string // the operator of a comparison; the name of a function in lower case
	Schema bool   // the name had a schema in front
	Over   bool   // a call is that of a window function
	Table  Ident
	Name   Ident
	Value  any // nil, int64, float64, string or []byte
	Param  int // from 1
	Query  *Query
}

// A Query is a SELECT with all that may stand around it.
type Query struct {
	With    []CTE
	Members []Member // one, or the operands of UNION, INTERSECT and EXCEPT
	Order   []SortKey
	Limit   *Expr
	Offset  *Expr
	Ties    bool   // WITH TIES
	Locking string // "FOR UPDATE" ...
}

// Single returns the query's only SELECT, nil where it is another thing.
func (q *Query) Single() *Selection {
	if len(q.Members) == 1 {
		return q.Members[0].Select
	}
	return nil
}

// A CTE is one of the queries of a WITH.
type CTE struct {
	Name      Ident
	Columns   []Ident // the new names of the query's columns, if given
	Query     *Query
	Recursive bool // the query may speak of itself
}

// A Member is a SELECT or a query in parentheses.
type Member struct {
	Select *Selection
	Nested *Query
}

// A Selection is one SELECT from its select list to HAVING.
type Selection struct {
	Distinct bool
	Counted  bool // it stands in EXISTS: its star is not looked at
	Items    []Item
	From     *Source // nil where there is none
	Where    *Expr
	Group    []*Expr
	Having   *Expr
	Windows  []*Expr // what named windows and DISTINCT ON look at
}

// An Item is one column of a result.
type Item struct {
	Expr  *Expr
	Alias Ident
}

// A SortKey is one key of ORDER BY.
type SortKey struct {
	Expr *Expr
	Desc bool
	Odd  bool // sorted by an operator
}

// A SourceKind is a kind of [Source].
type SourceKind uint8

// The kinds of sources.
const (
	SourceTable SourceKind = iota
	SourceQuery            // a derived table
	SourceCall             // a table-valued function
	SourceJoin
)

// A JoinKind says which sides of a join are kept without a partner.
type JoinKind uint8

// The kinds of joins.
const (
	JoinInner JoinKind = iota
	JoinLeft
	JoinRight
	JoinFull
)

// A Source is what a FROM reads: a table, a derived table, a table-valued
// function or a join of two sources.
type Source struct {
	Kind    SourceKind
	Schema  Ident
	Table   Ident
	Alias   Ident
	Columns []Ident // the new names of the columns after an alias
	Lateral bool
	Query   *Query
	Calls   []*Expr // the call of a table-valued function, the arguments of TABLESAMPLE

	Join        JoinKind
	Left, Right *Source
	Natural     bool
	Using       []Ident
	On          *Expr
}

// Called is the name under which the query speaks of the source.
func (s *Source) Called() Ident {
	if s.Alias.Given() {
		return s.Alias
	}
	return s.Table
}

// A Write is an INSERT, UPDATE or DELETE.
type Write struct {
	With      []CTE
	Target    *Source
	Opaque    string // why the condition does not tell which rows are written
	Columns   []Ident
	Rows      [][]*Expr // of VALUES
	Query     *Query    // of INSERT ... SELECT
	Sets      []Ident   // the columns an UPDATE assigns, in order
	Uses      []*Expr   // every expression but those of Rows and the condition
	From      *Source   // of UPDATE ... FROM and DELETE ... USING
	Where     *Expr
	Upsert    bool // the INSERT may change rows that exist
	Returning bool
	// Moment is what makes the condition volatile without being a call, "" where
	// nothing does.
	Moment string
	// Text is the text of the condition with placeholders of its own, Args the
	// numbers of the statement's parameters that they stand for.
	Text string
	Args []int
}

// A Tree is what a text says.
type Tree struct {
	Kind     Kind
	Params   int
	Names    []string // of the parameters, "" for one without
	Query    *Query   // of a Select
	Write    *Write   // of an Insert, Update or Delete
	Name     string   // of a savepoint
	Volatile string   // what in the text answers differently each time, but for calls
}
