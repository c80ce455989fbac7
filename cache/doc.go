// Package cache keeps what is expensive to make, in memory bounded in bytes,
// and chooses what to drop by what it cost.
//
// # Usage
//
// A [Cache] maps keys to values. Every entry has a size, which the caller's
// weigher measures, and a cost, the time it took to make, which the caller
// hands to [Cache.Set]. While the entries together exceed the budget, a
// [Policy] names the next to go; the default, [CARMod], lets costly entries
// outlive cheap ones of the same age and use.
//
//	pages, err := cache.New(cache.Options[string, []byte]{
//		Bytes: 64 << 20,
//		Size:  func(k string, v []byte) int64 { return int64(len(k) + len(v)) },
//	})
//	...
//	page, ok := pages.Get("/news")
//	if !ok {
//		began := time.Now()
//		page = render("/news")
//		pages.Set("/news", page, time.Since(began))
//	}
//
// # Guarantees
//
//   - Bounded: after every operation the account is at most the budget. The
//     account is exact: for each entry the weigher's answer plus
//     [Cache.Overhead], which covers the entry's own structure, its key and
//     value words, and its mean share of the index. There is one budget, not
//     one per shard. The slack, which the account leaves out, is stated under
//     Limits.
//   - Visible: a value is found by every Get that begins after its Set
//     returned true, until it is removed. A Set that returns false has
//     removed the key's former value as well.
//   - Gone: a value is found by no Get that begins after a Delete of its key
//     returned, unless it was set again. Removals are never queued or dropped.
//   - Quiet reads: a hit takes no lock and allocates nothing. It does one
//     atomic addition (the entry's hits, from which every statistic of hits is
//     derived) and whatever the policy's Hit does, for the clock policies one
//     atomic load and at most one store. A miss takes a lock only when it
//     overlapped the growth of the very part of the index it looked in, an
//     entry past its deadline only when it is removed.
//   - Exact counts: Hits + Misses is the number of Gets, and for every entry
//     that left there is one removal with one [Reason].
//   - No surprise calls: the weigher, the hash, the clock and the removal
//     listener run with no lock held and may use the cache.
//
// Writers take turns under one mutex, which is held for the policy's
// bookkeeping and the change of the index only. No other lock is ever taken
// while it is held, so there is no lock order to keep. A caller that holds a
// lock of its own while it calls Set or Delete should know that the listener
// runs inside that call.
//
// # Limits
//
//   - Left out of the account: the rounding of the allocator's size classes;
//     what the index takes beyond its mean of 8 bytes an entry, up to 3 more
//     while the cache grows and up to 24 more after most of it was removed;
//     10 KiB per cache; and the policy's memory of keys that left, for CAR and
//     CARMod at most one record of some 40 bytes for each entry of the fullest
//     moment under the present budget (BenchmarkOverhead measures both).
//   - An entry past its deadline is never returned, but holds its bytes until
//     a Get meets it, the policy names it, or [Cache.DeleteExpired] is called.
//     There is no goroutine, hence nothing to close.
//   - [Cache.Stats] and [Cache.All] visit every entry, a sixty-fourth of them
//     at a time under the mutex.
//   - Values are shared, not copied. A value must not change after Set.
//   - A key that is not equal to itself (a NaN) can be set but never found.
package cache
