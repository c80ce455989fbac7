// Package data keeps entities in a database: it opens SQLite, PostgreSQL, MySQL
// or MariaDB, creates the tables that the entities need, and is the way through
// which all rows are read and written.
//
// It stands on GORM, and on package sqltrack below it, which sees every
// statement: what a computation reads is noted while it reads, and what a
// commit changes drops exactly the kept results that it touches. Nobody who
// uses this package says what depends on what.
//
// # Usage
//
//	db, err := data.Open(ctx, data.Options{DSN: "veche.db", Tracker: tracker})
//	err = db.Register(data.Schema{Module: "news", Number: 1, Entities: []any{News{}, Section{}}})
//	err = db.Migrate(ctx)
//	ctx = data.With(ctx, db)
//
// Whoever has that context reads and writes, and needs to know no more:
//
//	item, err := data.ByID[News](ctx, id)
//	items, err := data.All[News](data.Read(ctx).Where("section_id = ?", section).
//		Scopes(data.Due(ctx, "publish_at")).Order("publish_at DESC, id DESC").Limit(20))
//
//	committed, err := data.Write(ctx, func(tx *data.Tx) error {
//		item.Title = title
//		return data.Update(tx, &item) // fails with a Conflict if somebody was faster
//	})
//
// # Guarantees
//
//   - There is one way to write, [Write]. GORM sessions of [Read] refuse to, and
//     inside a computation that is recorded Write itself is refused.
//   - When Write returns, no kept result shows the state before it. A write that
//     was rolled back has changed nothing and told nobody; rows in memory that
//     Create, Update and Delete gave an ID, a version or a time have their
//     former ones.
//   - What tells others of a change asks for a [Committed], which only Write can
//     make. There is nothing in a transaction with which to announce.
//   - [Update] and [Delete] of a row that has been written since it was read fail
//     with a Conflict: no edit is lost.
//   - Every row written through [Create] and [Update] is in its entity's normal
//     form and valid. What GORM statements of [Tx.DB] write is not looked at.
//   - A result in which time plays a part, through [Due] and [NotDue], is kept
//     until the very moment at which the next row's time comes.
//   - Texts compare by their bytes and times are kept in UTC to the microsecond
//     in every database.
//   - Migrate only adds, and a database of a newer program is refused untouched.
//
// # Limits
//
// Texts are in the order of their code points, which is not that of a dictionary.
// On servers that know neither utf8mb4_0900_bin nor utf8mb4_nopad_bin, texts that
// differ only in spaces at the end are equal to MySQL. Two writers of rows that
// refer to each other are not held together by foreign keys: there are none. A
// Tx belongs to one goroutine. Whoever begins a Write inside another one must
// give it the Tx as its context; on SQLite it would otherwise wait for itself
// until its time is over.
//
// Errors that a visitor can understand are faults: NotFound for a row that does
// not exist, Conflict for an edit of an old version, Invalid with words for the
// fields for values that are wrong or taken, Unavailable for a database that is
// away or busy. Their words are the keys data.not_found, data.conflict (the
// present version), data.duplicate, data.busy, data.unavailable and data.newer
// (module, its version in the database, the version known), and those of package
// entity.
package data
