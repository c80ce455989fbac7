// Package mysql opens MariaDB and MySQL databases for tracking.
//
// # Usage
//
//	base, err := mysql.Open(ctx, "mysql://veche@localhost/veche", mysql.Options{})
//	connector, err := sqltrack.New(base.Connector(), sqltrack.Options{
//		Dialect: base.Dialect(), Tracker: tracker,
//	})
//	db := sql.OpenDB(connector)
//	base.Configure(db)
//	orm, err := gorm.Open(base.Gorm(db), &gorm.Config{})
//
// # Guarantees
//
// The rows that a statement deletes or updates are read and locked before it, in
// the same transaction, and those that it inserts or updates are read after it
// by their primary key. Whatever does not add up, as upserts, inserts of a
// query's rows, statements over several tables and changes of a primary key,
// counts as a change of the whole table. What foreign keys alter is followed
// through the catalog; a table with triggers, or a view, may alter anything.
//
// The number of rows affected is that of the rows found, as in other databases,
// not of those that became different.
//
// # Limits
//
// Changes that other programs make are not seen. SET autocommit is refused:
// transactions begin with BEGIN. All connections use UTC. A connection whose
// settings a statement changes (SET, USE) keeps nothing and is not used again.
package mysql
