// Package track knows what a computation looked at, and which kept results a
// change makes wrong.
//
// It serves any program that keeps the results of computations over data that
// changes: a page renderer, a query cache, a build system. Nobody declares a
// dependency. While a computation runs, whatever it reads is noted in a
// [Recording]; the result is kept with those reads as an [Entry]; when data
// changes, [Tracker.Apply] drops exactly the entries whose reads the change
// could have altered.
//
// # Usage
//
//	t := track.New(track.Options{})
//
//	// A computation: begin the recording, read, keep.
//	ctx, rec := t.Record(ctx)
//	html := render(ctx)              // notes its reads with track.Note(ctx, ...)
//	entry, err := rec.Admit(owner)   // err says why the result must not be kept
//
//	// A writer: change the data, and only then tell.
//	tx.Commit()
//	t.Apply(track.Change{Table: "news", Before: old, After: new})
//
// A read is a [Query] (a table, a condition with parameters, the columns looked
// at, an order and a window) with its arguments. Data that is not a table is
// read the same way: a template is a row of the table "template" whose column
// "name" has a value. A result made from a kept one notes the reads of that
// entry, and its deadline.
//
// # Guarantees
//
//   - An entry is live only if no change between the start of its recording
//     and its admission touched its reads, and it dies inside the Apply of the
//     first later change that touches them: when Apply has returned, no live
//     entry shows the state before it. A result that was overtaken while it was
//     made is refused, never kept for a moment.
//     `TestNoLiveEntryShowsWhatWasBeforeAnAppliedChange`,
//     `TestTrackerIsAsAModelThatKeepsAllHistory`,
//     `TestALongRecordingIsVerifiedAgainstAll`
//   - Doubt counts as touched. Conditions are evaluated on the row images
//     before and after the change in three-valued logic; where this package
//     cannot be certain that it agrees with the database, the answer is "may
//     match" and the entry goes. `TestWhatIsNotTouchedGivesTheSameResult`,
//     `TestWhatIsMissingCountsAsTouched`, `FuzzTouched`
//   - Where nothing is in doubt no drop is needless; [Read.Touched] says when
//     that is. `TestWhatIsTouchedGivesAnotherResult`
//   - The index changes what a change costs, never what it drops: reads are
//     grouped by query and, inside a query, found by the values of its equality
//     columns. `TestApplyDropsWhatAScanFinds`, `TestApplyLooksOnlyAtWhatMayMatch`
//   - Nothing is held for an entry that is dropped or forgotten.
//     `TestDeadEntriesAreLeftToTheCollector`
//
// # Costs
//
// A change costs a look at each query of its table that has reads and that
// looks at an altered column; and, of the reads of these queries, at those with
// the row's key. It also looks at every read that has no key: one whose query
// has no equality, whose IN list is longer than 64, or with a NULL, an integer
// beyond 2^53 or (under [Folded]) a text that is not ASCII among its keys; and at
// reads whose keys are of another kind than the row's values. `BenchmarkApply`,
// `BenchmarkApplyToOneBucket` and `BenchmarkBytesPerRead` measure it.
//
// # Limits
//
// Nothing grows with history. Changes are remembered, with their row images,
// only while a recording that began before them is open, and at most
// [Options.Log] of them: a recording older than that is refused
// (`TestTheLogLetsGoOfRowImages`). A recording holds at most [MaxReads] different
// reads, then falls back to whole tables (`TestARepeatedReadIsKeptOnce`), and at
// most [MaxFacets] facets. How many entries there are is for their owners to
// bound, who forget those that they let go and those whose deadline has passed.
//
// All methods may be called from many goroutines at once. One mutex orders
// changes and admissions; asking a kept entry whether it is live takes no lock.
package track
