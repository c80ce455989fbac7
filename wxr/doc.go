// Package wxr reads WordPress exports: the WXR files (WordPress eXtended RSS,
// versions 1.0, 1.1 and 1.2) that the "Tools, Export" page of a WordPress
// site writes. It reads them as a stream, one item at a time, and carries
// everything they hold: the site, its authors, categories, tags, custom terms
// and menus; posts, pages, attachments and every other type of item with
// their terms, metadata and comments.
//
// # Usage
//
//	r, err := wxr.NewReader(file, wxr.Options{})
//	if err != nil {
//		return err // one sentence, with the line
//	}
//	fmt.Println(r.Site().Title)
//	for item, err := range r.Items() {
//		if err != nil {
//			return err
//		}
//		fmt.Println(item.Type, item.Title, r.Offset())
//	}
//
// A program that must not stop half-way reads the file twice: [Survey] first,
// which reports the counts or the error, then the real pass.
//
// # Guarantees
//
// Memory is bounded by one item: while an item is read, the reader holds at
// most about four times [Options.MaxItemBytes], however long the file is, and
// the header about four times [Options.MaxHeaderBytes].
//
// A file that is not a sound export ends in one [*Error], which says what is
// wrong in one sentence, of which [Kind], and at which line and byte. The same
// error is returned for ever after.
//
// Nothing is expanded: a document type declaration is refused, so entities
// cannot be declared, and undeclared entities are refused too. Nothing is
// fetched.
//
// Real exports contain bytes that XML forbids, because WordPress writes what
// its database holds. They are replaced and counted ([Stats.Replaced]):
// vertical tab and form feed become a space, every other forbidden character
// and every byte that is not UTF-8 becomes U+FFFD. [Options.Strict] refuses
// them instead.
//
// # Limits
//
// Only UTF-8 (and its subset US-ASCII) is read; other encodings are refused by
// name. Values are returned as written: content is neither cleaned nor
// rendered, serialized PHP in metadata is left alone. A reader belongs to one
// goroutine, except [Reader.Offset].
package wxr
