package news

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"veche/data"
	"veche/fault"
	"veche/mosaic"
	"veche/web"
)

// commentList is the data of the template news/comment-list.
type commentList struct {
	Rows  []commentRow
	State string
	// ItemID is the item whose comments are shown, 0 for all.
	ItemID int64
	Older  string
	Here   string // the address of this page
}

// commentRow is a comment in the administrators' list.
type commentRow struct {
	Comment
	Item Item
}

// Badge is the look of the comment's state.
func (r commentRow) Badge() string {
	return map[string]string{CommentApproved: "published", CommentPending: "pending", CommentRemoved: "rejected"}[r.Status]
}

// listComments shows the comments in a state, the newest first.
func listComments(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := r.URL.Query()
	l := commentList{State: q.Get("state"), ItemID: number(q.Get("item")), Here: r.URL.RequestURI()}
	query := data.Read(ctx).Order("id DESC").Limit(adminSize + 1)
	switch l.State {
	case CommentApproved, CommentPending, CommentRemoved:
		query = query.Where("status = ?", l.State)
	default:
		l.State = ""
	}
	if l.ItemID > 0 {
		query = query.Where("item_id = ?", l.ItemID)
	}
	if before := number(q.Get("before")); before > 0 {
		query = query.Where("id < ?", before)
	}
	comments, err := data.All[Comment](query)
	if err != nil {
		return err
	}
	if len(comments) > adminSize {
		comments = comments[:adminSize]
		l.Older = olderComments(q, comments[adminSize-1].ID)
	}
	var ids []int64
	for i := range comments {
		ids = append(ids, comments[i].ItemID)
	}
	byID := make(map[int64]Item)
	if len(ids) > 0 {
		items, err := data.All[Item](data.Read(ctx).Select("id", "title", "slug", "language").Where("id IN ?", ids))
		if err != nil {
			return err
		}
		for i := range items {
			byID[items[i].ID] = items[i]
		}
	}
	for i := range comments {
		l.Rows = append(l.Rows, commentRow{comments[i], byID[comments[i].ItemID]})
	}
	return show(w, r, http.StatusOK, "news.comment.all", mosaic.Fresh("news/comment-list", l))
}

func olderComments(q url.Values, last int64) string {
	q.Set("before", strconv.FormatInt(last, 10))
	return "/admin/news/comments?" + q.Encode()
}

// moderate approves a comment, or removes it.
func moderate(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	status := map[string]string{"approve": CommentApproved, "remove": CommentRemoved}[values.Get("do")]
	if status == "" {
		return fault.New(fault.Invalid, "")
	}
	_, err = data.Write(r.Context(), func(tx *data.Tx) error {
		c, err := data.ByID[Comment](tx, id)
		if err != nil {
			return err
		}
		c.Status = status
		return data.Update(tx, &c, "status")
	})
	if err != nil {
		return err
	}
	to := values.Get("to")
	if to == "" {
		to = fmt.Sprintf("/admin/news/comments?state=%s", CommentPending)
	}
	return web.SeeOther(w, r, to)
}
