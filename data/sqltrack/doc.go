// Package sqltrack wraps a database/sql driver so that every statement of every
// API above it leaves what it read and tells what it changed.
//
// It parses the final text of a statement once, notes its reads in the
// track.Recording of the context, keeps the results of queries for as long as no
// change touches them, collects the row images of writes, and applies them to
// the track.Tracker when, and only when, their transaction has committed.
// Nothing above has to be annotated, and nothing above can get round it:
// sql.Conn.Raw shows this wrapper, not the driver.
//
// # Usage
//
//	base, err := sqlite.Open(ctx, "veche.db", sqlite.Options{})
//	connector, err := sqltrack.New(base.Connector(), sqltrack.Options{
//		Dialect: base.Dialect(),
//		Tracker: tracker,
//		Results: store, // or nil: reads are noted, results not kept
//	})
//	db := sql.OpenDB(connector)
//	base.Configure(db)
//
//	ctx, rec := tracker.Record(ctx)
//	rows, err := db.QueryContext(ctx, "SELECT title FROM news WHERE id = ?", 7)
//
// # Guarantees
//
// The tests named here are in the conformance suite, sqltracktest.
//
//   - When a statement or a COMMIT that wrote has returned, no kept result and no
//     entry shows the state before it ("Cached equals computed"). A change is
//     applied after the database has committed and before the caller goes on; one
//     whose commit is of unknown outcome is applied too ("A commit of unknown
//     outcome counts").
//   - What is rolled back drops nothing, be it a transaction or what follows a
//     savepoint ("What is rolled back has not happened", "A savepoint takes back
//     what it covers").
//   - A result that a change overtakes between the query and its keeping is not
//     kept ("A change between fetch and fill refuses the fill").
//   - A result is kept neither from inside a transaction nor between the rows of
//     another query on one connection, nor where it is volatile, of a view, or of
//     the catalog. A recording that meets such a read is volatile.
//   - A kept result is served as it was made, column types included, and is
//     nobody's to change ("A kept result is the same to the last byte").
//   - A statement that is not understood counts as a change of everything; one
//     whose rows cannot be told, as a change of its table and of those that
//     constraints lead to. [Connector.Stats] counts both, with the reasons.
//
// Times, as arguments and in results, are in UTC; arguments are cut to whole
// microseconds, which all databases hold.
//
// # How reads are noted
//
// The rows of a query whose context carries a recording, or whose result may be
// kept, are read into memory before the caller sees them, and the reads are
// noted then, with the edge of a window if it was full. That is sound although
// it is after the fetch: an admission holds every read against every change
// since the recording began. Rows that take more than Options.MaxResultBytes
// stream through; their reads are noted before the first of them is seen.
//
// # Limits
//
// Parsed texts, images per table and transaction, results in memory, fallbacks
// remembered: each has its bound in [Options] or is a constant. The store bounds
// itself. The rows that a statement returns which also writes (RETURNING) are
// held in memory until the caller has read them.
//
// Writers that do not pass here, in this process or another, are not seen.
package sqltrack
