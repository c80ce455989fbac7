// Package clean makes safe, valid HTML of anything that calls itself HTML:
// what editors paste, what guests write, what an import brings.
//
// # Usage
//
//	c, err := clean.New(clean.Options{UGC: true})
//	if err != nil {
//		return err
//	}
//	safe, report := c.HTML(source)
//
// The result goes inside an article or a div of a page. [Text] gives the plain
// words of HTML. Package cleantest holds results against what is promised
// here.
//
// # Guarantees
//
// Safe: only the elements, attributes and classes listed in this package
// leave; addresses are http, https, mailto, tel or relative; there is no
// script, style, frame, form, id or name (so a text cannot pose as a variable
// of the page's scripts), and no style attribute, so that a strict Content
// Security Policy holds. Two mechanisms see to it, one after the other: a tree
// that is built of allowed parts only, and bluemonday as the last gate.
//
// Valid: every element is closed and stands where HTML5 allows it inside flow
// content. Blocks leave paragraphs, items get their lists, cells their tables,
// captions their figures; links and headings do not nest; headings skip no
// level; table spans fit; pictures have an alt and load late.
//
// Stable: cleaning what is clean changes nothing.
//
// Bounded: time and result are linear in the source, of which at most
// [Options.MaxBytes] are read; blocks nest at most about 120 deep.
//
// Text is kept wherever an element is not, except inside scripts, styles,
// drawings, formulas and form fields. Frames become links to what they showed.
// What is dropped is counted in [Report].
//
// # Limits
//
// Ruby annotations become parentheses. Links around blocks are written again
// inside each. Column groups, srcset, and languages beyond the two letters of
// ISO 639-1 are dropped. A definition list that begins with a definition loses
// it to a block before the list.
package clean
