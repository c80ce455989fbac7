package news

import (
	"context"
	"slices"

	"veche"
	"veche/data"
	"veche/mosaic"
	"veche/prose"
)

// front is the data of the template news/front.
type front struct {
	Lead   Item
	Latest []Item
}

// showFront makes the news of the front page: the newest item large, and those
// after it. Before the first item there is nothing.
func showFront(ctx context.Context, _ mosaic.None) (any, error) {
	of, err := everywhere(ctx)
	if err != nil {
		return nil, err
	}
	items, err := newest[Item](ctx, of, "id", FrontSize, listed()...)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return front{items[0], items[1:]}, nil
}

// digestsMax bounds the sections shown on the front page.
const digestsMax = 12

// showDigests makes the place of every section's digest.
func showDigests(ctx context.Context, _ mosaic.None) (any, error) {
	sections, err := sectionsFor(ctx, digestsMax, "id", "position")
	if err != nil || len(sections) == 0 {
		return nil, err
	}
	return sections, nil
}

// Digest says of which section a digest is.
type Digest struct{ Section int64 }

// digest is the data of the template news/digest.
type digest struct {
	Section int64
	Items   []Item
}

// digestSize is how many titles a digest has.
const digestSize = 4

func showDigest(ctx context.Context, p Digest) (any, error) {
	of := where("section_id = ? AND status = ?", p.Section, StatusPublished)
	items, err := newest[Item](ctx, of, "id", digestSize, titled()...)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return digest{p.Section, items}, nil
}

// titled are the columns that lists of titles show.
func titled() []string { return []string{"id", "title", "slug", "language", "published_at"} }

// Latest says how many items are named.
type Latest struct{ Count int }

// latestMax bounds the items that are named.
const latestMax = 50

func showLatest(ctx context.Context, p Latest) (any, error) {
	of, err := everywhere(ctx)
	if err != nil {
		return nil, err
	}
	items, err := newest[Item](ctx, of, "id", min(max(p.Count, 1), latestMax), titled()...)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return items, nil
}

// Sections says which section the page is about, by its slug; "" for none.
type Sections struct{ Current string }

// sections is the data of the template news/sections.
type sections struct {
	Current string
	All     []Section
}

// sectionsMax bounds the sections of the menu.
const sectionsMax = 100

func showSections(ctx context.Context, p Sections) (any, error) {
	columns := []string{"id", "title", "slug", "language", "position"}
	all, err := sectionsFor(ctx, sectionsMax, columns...)
	if err != nil || p.Current == "" || slices.ContainsFunc(all, func(s Section) bool { return s.Slug == p.Current }) {
		return sections{p.Current, all}, err
	}
	current, err := data.All[Section](data.Read(ctx).Select(columns).Where("slug = ?", p.Current))
	return sections{p.Current, append(all, current...)}, err
}

// sectionsFor returns the first sections in the reader's language, or of all if
// there is none in it.
func sectionsFor(ctx context.Context, n int, columns ...string) ([]Section, error) {
	found, err := data.All[Section](data.Read(ctx).Select(columns).Where("language = ?", veche.Locale(ctx)).
		Order("position").Order("id").Limit(n))
	if err != nil || len(found) > 0 {
		return found, err
	}
	return data.All[Section](data.Read(ctx).Select(columns).Order("position").Order("id").Limit(n))
}

// SectionLink says which section is named.
type SectionLink struct{ Section int64 }

// showSectionLink makes the name of a section with its link, as it stands beside
// items: renaming a section remakes this alone, and no list.
func showSectionLink(ctx context.Context, p SectionLink) (any, error) {
	found, err := data.All[Section](data.Read(ctx).Select("title", "slug", "language").Where("id = ?", p.Section))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// cloudSize is how many tags a cloud shows.
const cloudSize = 30

// cloudTag is a tag in a cloud.
type cloudTag struct {
	TagID       int64
	Count       int64
	Title, Slug string `gorm:"-"`
	Weight      int    `gorm:"-"` // 1 to 5
}

// showTagCloud makes the tags that most items have.
func showTagCloud(ctx context.Context, _ mosaic.None) (any, error) {
	of, err := everywhere(ctx)
	if err != nil {
		return nil, err
	}
	var cloud []cloudTag
	err = data.Read(ctx).Model(&Tagging{}).Select("tag_id, COUNT(*) AS count").
		Where(of.sql, of.args...).Scopes(data.Due(ctx, "published_at")).
		Group("tag_id").Order("count DESC").Order("tag_id").Limit(cloudSize).Find(&cloud).Error
	if err != nil || len(cloud) == 0 {
		return nil, err
	}
	ids := make([]int64, len(cloud))
	for i := range cloud {
		ids[i] = cloud[i].TagID
	}
	tags, err := data.All[Tag](data.Read(ctx).Select("id", "title", "slug").Where("id IN ?", ids))
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]Tag, len(tags))
	for i := range tags {
		byID[tags[i].ID] = tags[i]
	}
	most := cloud[0].Count
	for i := range cloud {
		t := &cloud[i]
		t.Title, t.Slug = byID[t.TagID].Title, byID[t.TagID].Slug
		t.Weight = int(1 + 4*t.Count/most)
		if most == 1 {
			t.Weight = 1
		}
	}
	return cloud, nil
}

// remark is a comment as it stands beside pages.
type remark struct {
	ID         int64
	AuthorName string
	Text       string
	Item       Item
}

const (
	remarksSize  = 5
	remarksMax   = 25 // comments looked at to find so many that may be seen
	remarkLength = 120
)

// showRemarks makes the latest comments on items that are shown.
func showRemarks(ctx context.Context, _ mosaic.None) (any, error) {
	comments, err := latestComments(ctx)
	if err != nil || len(comments) == 0 {
		return nil, err
	}
	var ids []int64
	for i := range comments {
		ids = append(ids, comments[i].ItemID)
	}
	items, err := itemsByID(ctx, ids, append(titled(), "status")...)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]Item)
	for i := range items {
		byID[items[i].ID] = items[i]
	}
	var remarks []remark
	for i := range comments {
		c := &comments[i]
		item, ok := byID[c.ItemID]
		if ok && len(remarks) < remarksSize && item.shown(ctx) {
			remarks = append(remarks, remark{ID: c.ID, AuthorName: c.AuthorName, Text: prose.Excerpt(c.HTML, remarkLength), Item: item})
		}
	}
	if len(remarks) == 0 {
		return nil, nil
	}
	return remarks, nil
}

// latestComments returns the newest comments on items in the reader's language,
// or on all if there is none.
func latestComments(ctx context.Context) ([]Comment, error) {
	columns := []string{"id", "item_id", "author_name", "html"}
	found, err := data.All[Comment](data.Read(ctx).Select(columns).
		Where("language = ? AND status = ?", veche.Locale(ctx), CommentApproved).Order("id DESC").Limit(remarksMax))
	if err != nil || len(found) > 0 {
		return found, err
	}
	return data.All[Comment](data.Read(ctx).Select(columns).Where("status = ?", CommentApproved).Order("id DESC").Limit(remarksMax))
}
