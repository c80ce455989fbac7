// Package mosaic makes pages of fragments, and keeps each fragment from the
// moment it is made until something it read changes.
//
// # Usage
//
// A [Component] makes fragments: a name, a struct of parameters and a function.
// The data it returns is given to the template of its name.
//
//	latest := mosaic.New("news/latest", func(ctx context.Context, p Latest) (any, error) {
//		var items []Item
//		err := data.Read(ctx).Order("published_at desc").Limit(p.Count).Find(&items).Error
//		return items, err
//	})
//
//	<ul>{{range .}}<li>{{.Title}} {{fragment "news/comment-count" "Item" .ID}}{{end}}</ul>
//
// A [Page] is a frame, a template with slots, and the fragments that fill them:
//
//	err := store.Serve(w, r, mosaic.Page{
//		Frame: "main",
//		Main:  mosaic.Place("news/item", Item{Slug: slug}),
//		Slots: map[string][]mosaic.Fragment{"aside": {mosaic.Place("news/latest", Latest{Count: 10})}},
//	})
//
// Nothing here mentions a cache. While a component runs, package track notes
// what it reads; the facets of the request it looks at become a small decision
// tree by which later requests find the fragment made for them.
//
// A fragment inside another one is a hole in its bytes, not a copy: a change of
// the inner one never makes the outer one again.
//
// # Guarantees
//
//   - A fragment is shown only while everything it read is unchanged
//     (TestPageShowsTheWriteThatReturned), and only to requests whose facets
//     have the values it saw (TestFacetsAreFoundByReading): whatever is written
//     and whatever the memory lets go of, a page is what it would be if it were
//     made for its visitor alone (TestKeptEqualsComputed).
//   - Equal misses are made once (TestEqualMissesAreMadeOnce), the misses of a
//     page side by side (TestMissesOfAPageAreMadeInParallel). Nobody is shown
//     what was made, or what failed, for another
//     (TestFollowerNeverTakesWhatWasMadeForAnother).
//   - A component that fails, panics or hangs leaves its place marked and the
//     page whole (TestFailingFragmentsAreContained); only the failure of the
//     page's main fragment is the page's own. Components that hang for ever
//     leave the others their places
//     (TestComponentsThatHangLeaveTheOthersTheirPlaces).
//   - A page is one write, with Content-Length and ETag; an unchanged page is
//     answered with 304 (TestPageIsOneWriteWithLengthAndETag).
//
// # Limits
//
// Fragments nest at most [MaxDepth] deep; a page holds at most [MaxFragments].
// A component may take [Options.MakeMax]; at most [Options.Parallel] run at once.
// Templates put fragments in text, not in attributes or scripts, and name assets
// in full. A fragment that looks at more than 15 facets is not kept.
package mosaic
