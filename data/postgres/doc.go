// Package postgres opens PostgreSQL databases for tracking.
//
// # Usage
//
//	base, err := postgres.Open(ctx, "postgres://veche@localhost/veche", postgres.Options{})
//	connector, err := sqltrack.New(base.Connector(), sqltrack.Options{
//		Dialect: base.Dialect(), Tracker: tracker,
//	})
//	db := sql.OpenDB(connector)
//	base.Configure(db)
//	orm, err := gorm.Open(base.Gorm(db), &gorm.Config{})
//
// # Guarantees
//
// The rows that a statement inserts and deletes are returned by that statement
// itself; the rows that it updates are read and locked before it, in the same
// transaction, and returned by it. Upserts, statements over several tables,
// changes of a primary key and tables without one count as changes of the whole
// table. What foreign keys alter is followed through the catalog; a table with
// triggers or rules, or a view, may alter anything.
//
// # Limits
//
// Changes that other programs make are not seen. Temporary tables must not have
// the names of permanent ones. A connection whose settings a statement changes
// (SET) keeps nothing and is not used again. Tables with row security, and those
// that are inherited or partitioned, are not tracked: what is read of them is
// not kept.
package postgres
