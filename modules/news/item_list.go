package news

import (
	"net/http"
	"strconv"

	"veche/data"
	"veche/mosaic"
)

// itemList is the data of the template news/item-list.
type itemList struct {
	Rows     []itemRow
	State    string
	Section  int64
	Sections []Section
	Older    string
	Pending  int64 // comments that await approval
}

// itemRow is an item in the administrators' list.
type itemRow struct {
	Item
	State   string
	Section string
}

// adminSize is how many rows a page of the administrators' lists has.
const adminSize = 50

// listItems shows the items in every state, the newest first.
func listItems(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := r.URL.Query()
	l := itemList{State: q.Get("state"), Section: number(q.Get("section"))}
	query := data.Read(ctx).Select("id", "version", "section_id", "title", "slug", "language", "author_name", "status", "published_at", "updated_at").
		Order("id DESC").Limit(adminSize + 1)
	now := data.From(ctx).Now()
	switch l.State {
	case StatusDraft:
		query = query.Where("status = ?", StatusDraft)
	case "scheduled":
		query = query.Where("status = ? AND published_at > ?", StatusPublished, now)
	case StatusPublished:
		query = query.Where("status = ? AND published_at <= ?", StatusPublished, now)
	default:
		l.State = ""
	}
	if l.Section > 0 {
		query = query.Where("section_id = ?", l.Section)
	}
	if before := number(q.Get("before")); before > 0 {
		query = query.Where("id < ?", before)
	}
	items, err := data.All[Item](query)
	if err != nil {
		return err
	}
	if len(items) > adminSize {
		items = items[:adminSize]
		q.Set("before", strconv.FormatInt(items[adminSize-1].ID, 10))
		l.Older = "/admin/news?" + q.Encode()
	}
	l.Sections, err = data.All[Section](data.Read(ctx).Select("id", "title", "position").Order("position").Order("id").Limit(sectionsMax))
	if err != nil {
		return err
	}
	titles := make(map[int64]string)
	for i := range l.Sections {
		titles[l.Sections[i].ID] = l.Sections[i].Title
	}
	for i := range items {
		l.Rows = append(l.Rows, itemRow{items[i], state(ctx, &items[i]), titles[items[i].SectionID]})
	}
	if err := data.Read(ctx).Model(&Comment{}).Where("status = ?", CommentPending).Count(&l.Pending).Error; err != nil {
		return err
	}
	return show(w, r, http.StatusOK, "news.admin.title", mosaic.Fresh("news/item-list", l))
}
