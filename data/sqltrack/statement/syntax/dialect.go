package syntax

// A Dialect is the SQL of one database.
type Dialect uint8

// The dialects understood.
const (
	SQLite Dialect = iota
	Postgres
	MySQL // and MariaDB
)

// A Kind is what a statement does.
type Kind uint8

// The kinds of statements.
const (
	Other      Kind = iota // neither rows nor schema: PRAGMA, SET, SHOW, EXPLAIN ...
	Select                 // reads only
	Insert                 // INSERT, with ON CONFLICT / ON DUPLICATE KEY / REPLACE if Upsert is set
	Update                 // UPDATE
	Delete                 // DELETE
	Schema                 // CREATE, ALTER, DROP, TRUNCATE ...: everything kept is in doubt
	Begin                  // BEGIN, START TRANSACTION
	Commit                 // COMMIT, END
	Rollback               // ROLLBACK, without TO
	Savepoint              // SAVEPOINT name
	Release                // RELEASE name
	RollbackTo             // ROLLBACK TO name
)
