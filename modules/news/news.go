// Package news is the module of news: sections, items, tags, comments in
// threads, feeds and a map for search engines, with the forms by which
// administrators write.
//
// # Usage
//
//	veche.Options{Modules: []veche.Module{news.Module(), ...}}
//
// Programs that bring news from elsewhere write them with [Save], [SaveSection] and
// [AddComment], as the forms do.
//
// # Guarantees
//
//   - What is not published, or not yet, does not exist for anybody but an
//     administrator: not as a page, nor in lists, feeds, counts or neighbours
//     (TestDraftsDoNotExistForOthers).
//   - An item whose time comes appears at that moment, by itself
//     (TestScheduledItemAppearsAtItsTime).
//   - A write remakes the fragments that show what it changed, and no others
//     (TestWritesRemakeWhatShowsThem).
//   - A list read page by page shows every item once
//     (TestPagesShowEveryItemOnce).
//   - Nobody's edit is lost (TestTwoEditorsLoseNothing).
//
// # Limits
//
// Where no section or tag is asked for, readers see what is in their language,
// or everything if nothing is. Feeds and the map hold all languages.
//
// A list shows [PageSize] items at a time, a thread [ThreadSize] comments with
// their replies, a feed [FeedSize] items. The map names the newest 50 000 items.
package news

import (
	"embed"
	"io/fs"

	"veche"
	"veche/mosaic"
)

// How much is shown at a time.
const (
	PageSize   = 20 // items of a list
	FrontSize  = 7  // items of the front page, the lead among them
	FeedSize   = 20 // items of a feed
	ThreadSize = 50 // comments of a thread that answer the item itself
)

//go:embed templates words
var files embed.FS

// Module returns the module.
func Module() veche.Module {
	return veche.Module{
		Name:       "news",
		Schema:     1,
		Entities:   []any{&Section{}, &Item{}, &Address{}, &Tag{}, &Tagging{}, &Comment{}},
		Components: components(),
		Pages:      pages(),
		Routes:     routes(),
		Blocks: []veche.Block{
			{Frames: []string{veche.Front}, Slot: "main", Order: 20, Fragment: mosaic.Place("news/front", nil)},
			{Frames: []string{veche.Front}, Slot: "main", Order: 30, Fragment: mosaic.Place("news/digests", nil)},
			{Frames: []string{veche.Main}, Slot: "aside", Order: 20, Fragment: mosaic.Place("news/latest", Latest{Count: 6})},
			{Frames: []string{veche.Front, veche.Main}, Slot: "aside", Order: 30, Fragment: mosaic.Place("news/remarks", nil)},
			{Frames: []string{veche.Front}, Slot: "aside", Order: 40, Fragment: mosaic.Place("news/tag-cloud", nil)},
		},
		Templates: folder("templates"),
		Words:     folder("words"),
		Demo:      demo,
	}
}

// folder returns a folder of the embedded files, whose names are constants.
func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic("news: " + err.Error())
	}
	return sub
}

func components() []mosaic.Component {
	return []mosaic.Component{
		mosaic.New("news/front", showFront),
		mosaic.New("news/digests", showDigests),
		mosaic.New("news/digest", showDigest),
		mosaic.New("news/latest", showLatest),
		mosaic.New("news/list", showList),
		mosaic.New("news/heading", showHeading),
		mosaic.New("news/list-head", showListHead),
		mosaic.New("news/sections", showSections),
		mosaic.New("news/section-link", showSectionLink),
		mosaic.New("news/tag-cloud", showTagCloud),
		mosaic.New("news/page", showPage),
		mosaic.New("news/item", showItem),
		mosaic.New("news/item-head", showItemHead),
		mosaic.New("news/tags", showTags),
		mosaic.New("news/neighbours", showNeighbours),
		mosaic.New("news/comment-count", showCommentCount),
		mosaic.New("news/thread", showThread),
		mosaic.New("news/comment-form", showCommentForm),
		mosaic.New("news/remarks", showRemarks),
		mosaic.New("news/edit-link", showEditLink),
		mosaic.New("news/write-link", showWriteLink),
		mosaic.New("news/feed", makeFeed),
		mosaic.New("news/sitemap", showSitemap),
		mosaic.New("news/sitemap-sections", makeSitemapSections),
		mosaic.New("news/sitemap-part", makeSitemapPart),
	}
}
