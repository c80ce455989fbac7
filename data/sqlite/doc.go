// Package sqlite opens SQLite databases for tracking: files in WAL mode, or
// memory, by a pure Go engine that reports every row it changes.
//
// # Usage
//
//	base, err := sqlite.Open(ctx, "veche.db", sqlite.Options{})
//	connector, err := sqltrack.New(base.Connector(), sqltrack.Options{
//		Dialect: base.Dialect(), Tracker: tracker,
//	})
//	db := sql.OpenDB(connector)
//	base.Configure(db)
//	orm, err := gorm.Open(base.Gorm(db), &gorm.Config{})
//
// # Guarantees
//
//   - Row images come from the engine's pre-update hook: triggers, cascades,
//     REPLACE and raw SQL are seen like everything else.
//   - Times are stored in UTC as text whose order is the order of the times.
//   - One writer at a time: transactions that may write begin as such
//     (BEGIN IMMEDIATE) and wait for each other in the order of their coming,
//     not by polling the file. A transaction that only reads says so
//     (sql.TxOptions.ReadOnly) and waits for nobody.
//
// # Limits
//
// The hook sees this process only: a file that another program writes to must
// not be tracked here. A text argument may not hold the character NUL, where
// the hook would cut it off (PostgreSQL refuses it too). In a column of times, a
// text that is not of the form above compares as unknown; the form with T in
// place of the space, written by another program, must not be mixed with it.
package sqlite
