// Package wordpress brings a WordPress export into a site: its pages as a tree,
// its posts as news with tags and comments, its authors as members, its
// addresses as redirects, and a report of what was not carried over.
//
// # Usage
//
//	report, err := wordpress.Import(node.Context(ctx), file, wordpress.Options{
//		Accounts: node.Accounts(),
//	})
//
// The node must have the modules site and news, and [Module], whose one table
// remembers what came from where.
//
// # What becomes what
//
//	authors        members who cannot sign in; a login that is taken gets a number
//	categories     sections, in the order of their tree, the busiest first
//	tags           tags
//	posts          news: published, scheduled or drafts, in the section of their
//	               first category; their further categories become tags
//	pages          the tree of pages, with order, and the menu that shows most of them
//	comments       comments in threads, approved or awaiting approval
//	attachments    addresses: files stay where they lie
//	old addresses  redirects, and links within the site lead to the new ones
//
// What was private or behind a password becomes a draft. The site's name and
// tagline are taken if it has none of its own.
//
// # Guarantees
//
//   - Everything or nothing: the export is read to its end before anything is
//     written, and written in one transaction
//     (TestBrokenExportsChangeNothing).
//   - What was not public never becomes public (TestPrivateStaysPrivate).
//   - An import can be repeated. What is the same in the export is left alone,
//     what is new is added, what changed there is changed here, unless somebody
//     has edited or deleted it here: then it is left and reported
//     (TestImportAgainChangesNothing, TestEditsHereAreKept).
//   - Every item of the export is counted once in the report
//     (TestRealExportsAreImportedWhole).
//
// # Limits
//
// Contents are held one item at a time. What grows with the export is an index
// of addresses and identities, and what the transaction remembers of each row:
// about 2 KiB for each post, page, attachment and comment, so 300 MiB for 50 000
// posts with 100 000 comments (TestMemoryHoldsNoTexts). Pages have no comments
// here. Addresses are given at the first import and stay; old addresses that are
// only a query, such as /?p=12, cannot be forwarded.
package wordpress

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"veche"
	"veche/account"
	"veche/data"
	"veche/fault"
	"veche/locale"
	"veche/prose"
	"veche/wxr"
)

// Module returns what a site must have for imports: a table.
func Module() veche.Module {
	return veche.Module{Name: "wordpress", Schema: 1, Entities: []any{&Imported{}}}
}

// Options say how an export is imported. Accounts is required.
type Options struct {
	// Accounts makes the members.
	Accounts *account.Keeper
	// Forward makes an address of the old site lead to one of this site, both
	// paths. Default: only the addresses of pages are forwarded, by the module
	// site, and the report counts the others.
	Forward func(tx *data.Tx, path, to string) error
	// Progress is told how far the import is, after every item. Default: nobody.
	Progress func(Progress)
	// ItemsMax bounds the items of an export. Default 1 000 000.
	ItemsMax int
	// Limits bound the export otherwise; its MaxItems is ItemsMax.
	Limits wxr.Options
}

// A Progress is how far an import is. It reads the export twice: to see that it
// is whole, and to write.
type Progress struct {
	Writing bool
	Bytes   int64 // of the export, read in this pass
	Items   int   // in this pass
}

// Check reads an export to its end and returns the error that Import would meet
// in it, for those who make a site only for a sound one. It needs no site.
func Check(ctx context.Context, source io.ReadSeeker, o Options) error {
	o.complete()
	im := &importer{o: o}
	_, err := im.each(ctx, source, false, func(*wxr.Item) error { return nil })
	return explain(ctx, err)
}

// Import brings the export into the site of the context. It returns what was
// carried over and what not, or an error, and then the site is as it was. An
// error of the export itself is a *wxr.Error: one sentence with its place.
func Import(ctx context.Context, source io.ReadSeeker, o Options) (*Report, error) {
	if o.Accounts == nil {
		return nil, errors.New("wordpress: Options.Accounts is required")
	}
	o.complete()
	var report *Report
	_, err := data.Write(ctx, func(tx *data.Tx) error {
		// A transaction that others overturned is made again, from the start.
		im, err := survey(ctx, source, o)
		if err != nil {
			return err
		}
		report, err = im.run(tx, source)
		return err
	})
	if err != nil {
		return nil, explain(ctx, err)
	}
	return report, nil
}

func (o *Options) complete() {
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	o.Limits.MaxItems = cmp.Or(o.ItemsMax, 1_000_000)
}

// explain says what a person must know of an error that is not the export's.
func explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("the import was interrupted, and nothing was changed: %w", cause)
	}
	if _, ok := errors.AsType[*wxr.Error](err); ok || fault.Is(err, fault.Unavailable) {
		return err
	}
	return fmt.Errorf("nothing was imported: %w", err)
}

// importer is one import. It belongs to one goroutine.
type importer struct {
	o      Options
	tx     *data.Tx
	index  *index
	ledger *ledger
	report *Report
	tag    locale.Tag // the language of the export

	people   map[string]person     // by login
	sections map[string]*termPlace // by the key of the category
	tags     map[string]*termPlace
	own      map[string]bool // every address of this site that the import gave
	picked   pick            // what becomes the menu

	body, talk *prose.Renderer
	here       *entry // whose content is rendered
}

// survey reads the export to its end.
func survey(ctx context.Context, source io.ReadSeeker, o Options) (*importer, error) {
	im := &importer{
		o: o, report: newReport(), index: newIndex(),
		people: make(map[string]person), sections: make(map[string]*termPlace), tags: make(map[string]*termPlace),
		own: make(map[string]bool),
	}
	r, err := im.each(ctx, source, false, func(it *wxr.Item) error {
		im.index.add(it)
		return nil
	})
	if err != nil {
		return nil, err
	}
	im.index.complete(r.Site(), data.From(ctx).Now())
	im.tag = im.tongue(r.Site())
	im.report.Site, im.report.Title = im.index.name, line(r.Site().Title, 200)
	im.report.odd(r.Stats())
	im.body, err = prose.New(prose.Options{Rewrite: im.rewrite})
	if err != nil {
		return nil, err
	}
	im.talk, err = prose.New(prose.Options{Rewrite: im.rewrite, UGC: true, TopHeading: 4})
	return im, err
}

// each reads the export and calls do for every item.
func (im *importer) each(ctx context.Context, source io.ReadSeeker, writing bool, do func(*wxr.Item) error) (*wxr.Reader, error) {
	if _, err := source.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("the export cannot be read: %w", err)
	}
	r, err := wxr.NewReader(source, im.o.Limits)
	if err != nil {
		return nil, err
	}
	items := 0
	for it, err := range r.Items() {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			err = do(&it)
		}
		if err != nil {
			return nil, err
		}
		items++
		im.o.Progress(Progress{Writing: writing, Bytes: r.Offset(), Items: items})
	}
	return r, nil
}

// run writes what the survey found. The order matters: links can only be made
// once every address is known.
func (im *importer) run(tx *data.Tx, source io.ReadSeeker) (_ *Report, err error) {
	im.tx = tx
	if im.ledger, err = openLedger(tx, im.index.name); err != nil {
		return nil, err
	}
	for _, step := range []struct {
		doing string
		do    func() error
	}{
		{"making the authors", im.makePeople},
		{"making the sections and tags", im.makeTerms},
		{"finding the places of the pages", im.placePages},
		{"finding the addresses of the posts", im.placePosts},
		{"counting the menus", im.countMenus},
		{"writing", func() error { return im.write(source) }},
		{"forwarding the addresses of sections and tags", im.forwardTerms},
		{"naming the site", im.nameSite},
		{"noting what was imported", im.ledger.flush},
	} {
		if err := step.do(); err != nil {
			return nil, fmt.Errorf("%s: %w", step.doing, err)
		}
	}
	im.report.complete()
	return im.report, nil
}

// write reads the export again and writes every item.
func (im *importer) write(source io.ReadSeeker) error {
	at := 0
	_, err := im.each(im.tx, source, true, func(it *wxr.Item) error {
		e := im.index.at(at, it)
		at++
		if e == nil {
			return errors.New("the export was changed while it was read")
		}
		if err := im.writeItem(e, it); err != nil {
			return fmt.Errorf("the item %q in line %d: %w", line(it.Title, 60), it.Line, err)
		}
		return nil
	})
	if err == nil && at != len(im.index.entries) {
		err = errors.New("the export was changed while it was read")
	}
	return err
}

func (im *importer) writeItem(e *entry, it *wxr.Item) error {
	im.here = e
	switch e.kind {
	case kindPage:
		return im.writePage(e, it)
	case kindPost:
		return im.writePost(e, it)
	case kindAttachment:
		im.report.count(kindAttachment).Skipped++
		im.report.note("files stay at their old addresses; fetch those that you want to keep", it.AttachmentURL)
	case kindMenu: // counted with its menu
	default:
		im.report.count(kindOther).Skipped++
		im.report.note("items of the type "+line(it.Type, 60)+" have no counterpart here", nameOf(it))
	}
	im.skipComments(it, "comments on items that are not carried over")
	return nil
}

// since returns a time that every database can hold, the zero time otherwise.
func since(t time.Time) time.Time {
	if t.Year() < 1000 || t.Year() > 9999 {
		return time.Time{}
	}
	return t.UTC()
}
