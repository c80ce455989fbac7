// Package veche makes a site of modules: pages that are mosaics of kept
// fragments, which are never stale and for which nobody ever writes a cache
// rule.
//
// # Usage
//
//	node, err := veche.New(ctx, veche.Options{
//		Folder:  "data",
//		Modules: all.Modules(),
//		Theme:   theme.Default(),
//	})
//	defer node.Close()
//	err = node.Serve(ctx, listener)
//
// A [Module] describes entities, components, pages and actions. This package is
// the keystone of the house: it alone sees the database and the fragments, and
// joins them. What a component reads by package data, the tracker notes; what a
// write changes, the tracker drops; neither knows of the other.
//
// # Guarantees
//
// The promises P1 to P10 of docs/architecture.md, each with the test that
// shows it.
//
// # Limits
//
// One [Node] is one process of a site. Several nodes may live in one process;
// they share nothing.
package veche
