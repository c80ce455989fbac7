package news

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"veche"
	"veche/account"
	"veche/data"
	"veche/fault"
	"veche/mosaic"
	"veche/web"
)

// A member may post so many comments in so long.
const (
	commentsMax   = 10
	commentsPause = 10 * time.Minute
)

// postComment adds a member's comment to an item, at once or to await approval,
// as the section has it. The same words sent twice are one comment.
func postComment(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := account.Require(ctx, account.RoleMember); err != nil {
		return err
	}
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	item, err := commentable(r)
	if err != nil {
		return err
	}
	viewer, ok := account.Viewer(ctx)
	if !ok {
		return fault.New(fault.Unauthorized, "")
	}
	typed := Comment{ItemID: item.ID, ParentID: number(values.Get("parent")), AuthorName: viewer.Name, Body: values.Get("body")}
	var c Comment
	_, err = data.Write(ctx, func(tx *data.Tx) error {
		c = typed
		return post(tx, &c, &item, viewer.ID)
	})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooMany) {
		return refuseComment(w, r, &item, &typed, err)
	}
	if err != nil {
		return err
	}
	to, err := placeOf(ctx, &item, &c)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, to)
}

// commentable returns the item of the address, if it can be seen and is open for
// comments.
func commentable(r *http.Request) (Item, error) {
	id, err := pathID(r)
	if err != nil {
		return Item{}, err
	}
	ctx := r.Context()
	item, err := data.First[Item](data.Read(ctx).Select("id", "section_id", "title", "slug", "language", "status", "published_at", "comments_open").
		Where("id = ?", id))
	switch {
	case err != nil:
		return item, err
	case !item.shown(ctx):
		return item, fault.New(fault.NotFound, "")
	case !item.CommentsOpen:
		return item, fault.New(fault.Forbidden, "news.comment.closed")
	}
	return item, nil
}

// post writes the comment, if the author has not written too many, or these
// words just now.
func post(tx *data.Tx, c *Comment, item *Item, author int64) error {
	since := data.From(tx).Now().Add(-commentsPause)
	recent, err := data.All[Comment](data.Read(tx).Where("author_id = ? AND posted_at > ?", author, since).Order("id DESC").Limit(commentsMax))
	if err != nil {
		return err
	}
	for i := range recent {
		if same := &recent[i]; same.ItemID == c.ItemID && same.ParentID == c.ParentID && same.Body == c.Body {
			*c = *same
			return nil
		}
	}
	if len(recent) == commentsMax {
		return fault.New(fault.TooMany, "news.comment.often", commentsMax, int(commentsPause/time.Minute))
	}
	if c.ParentID != 0 {
		parent, err := data.ByID[Comment](tx, c.ParentID)
		if err != nil {
			return err
		}
		if parent.Status != CommentApproved {
			return fault.New(fault.NotFound, "")
		}
	}
	section, err := data.ByID[Section](tx, item.SectionID)
	if err != nil {
		return err
	}
	c.Status = CommentApproved
	if section.Moderated && !administrates(tx) {
		c.Status = CommentPending
	}
	return AddComment(tx, c)
}

// placeOf is where the comment is seen, or what its author is told if it is not
// seen yet. A reply may stand on a later page of the thread.
func placeOf(ctx context.Context, item *Item, c *Comment) (string, error) {
	if c.Status != CommentApproved {
		return item.Link() + "?said=1#say", nil
	}
	to := item.Link()
	if c.RootID != 0 {
		var newer int64
		err := data.Read(ctx).Model(&Comment{}).
			Where("item_id = ? AND parent_id = ? AND id > ? AND status IN ?", c.ItemID, 0, c.RootID, visible()).Count(&newer).Error
		if err != nil {
			return "", err
		}
		if newer >= ThreadSize {
			to += fmt.Sprintf("?talk=%d", c.RootID+1)
		}
	}
	return to + fmt.Sprintf("#c%d", c.ID), nil
}

// refuseComment shows the form again with what was typed and what is wrong.
func refuseComment(w http.ResponseWriter, r *http.Request, item *Item, c *Comment, cause error) error {
	ctx := r.Context()
	form := commentForm{CommentForm: CommentForm{Item: item.ID, Reply: c.ParentID, Slug: item.Slug}, Member: true, Body: c.Body}
	if err := form.answer(ctx); err != nil {
		return err
	}
	f := formOf("body")
	status, err := f.fail(ctx, cause, []string{"body"})
	if err != nil { // too many: words for the whole form
		problem := fault.Of(cause)
		status, f.Wrong = problem.Kind.Status(), veche.Text(ctx, problem.Words, problem.Args...)
	}
	form.Wrong = f.Fields["body"].Wrong + f.Wrong
	return show(w, r, status, "news.comment.title", mosaic.Fresh("news/comment-page", commentPage{form, item}))
}

// formOf returns a form of one field.
func formOf(name string) *form {
	return &form{Fields: map[string]*field{name: {Name: name}}}
}
