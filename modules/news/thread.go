package news

import (
	"context"
	"html/template"
	"slices"
	"time"
	"unicode/utf8"

	"veche/account"
	"veche/data"
	"veche/entity"
	"veche/locale"
)

// The states of a comment.
const (
	CommentApproved = "approved"
	CommentPending  = "pending" // awaits an administrator
	CommentRemoved  = "removed"
)

// A Comment is what somebody says about an item, or in reply to a comment.
type Comment struct {
	entity.Base `entity:"table=news_comment"`
	ItemID      int64 `entity:"ref=news_item,required,index=item"`
	// ParentID is the comment that this one answers, RootID the first of the
	// thread in which it stands; both are 0 for one that answers the item.
	ParentID   int64  `entity:"ref=news_comment,index=item"`
	RootID     int64  `entity:"ref=news_comment,index"`
	AuthorName string `entity:"title,required,max=120,list"`
	// Language is that of the item; Save keeps it in step.
	Language locale.Tag `entity:"enum=en|ru,required,hidden,index=language"`
	Body     string     `entity:"markdown,required,max=10000"`
	HTML     string     `entity:"html,max=200000,hidden"`
	Status   string     `entity:"enum=approved|pending|removed,default=approved,required,list,index,index=language"`
	PostedAt time.Time  `entity:"required,list,readonly"`
}

// Stamp is when the comment was posted, as a machine reads it.
func (c Comment) Stamp() string { return stamp(c.PostedAt) }

// Content is the body as a page shows it: it was cleaned when it was saved.
func (c Comment) Content() template.HTML { return template.HTML(c.HTML) }

// Initial is the first letter of the author's name.
func (c Comment) Initial() string {
	r, _ := utf8.DecodeRuneInString(c.AuthorName)
	return string(r)
}

// showCommentCount makes the number of an item's comments in words.
func showCommentCount(ctx context.Context, p About) (any, error) {
	var n int64
	err := data.Read(ctx).Model(&Comment{}).Where("item_id = ? AND status = ?", p.Item, CommentApproved).Count(&n).Error
	return n, err
}

// Thread says whose comments are shown: those that answer the item with an ID
// less than Before, or the newest, and all replies to them. Open says that there
// may be more.
type Thread struct {
	Item, Before int64
	Open         bool
}

// thread is the data of the template news/thread.
type thread struct {
	Thread
	Comments []*reply
	Older    int64 // the Before of the next page, if there is one
	Newest   bool  // whether this is not the first page
}

// reply is a comment with the answers to it.
type reply struct {
	Comment
	To      *reply // the comment answered, if it stands too deep to be seen
	Open    bool
	Replies []*reply
}

const (
	repliesMax = 1000 // replies of one page of a thread
	deepest    = 6    // levels that are indented
)

// spoken are the columns of comments that threads show.
func spoken() []string {
	return []string{"id", "parent_id", "root_id", "author_name", "html", "status", "posted_at"}
}

// showThread makes a page of an item's comments.
func showThread(ctx context.Context, p Thread) (any, error) {
	query := func(before int64, n int, columns ...string) ([]Comment, error) {
		q := data.Read(ctx).Select(columns).
			Where("item_id = ? AND parent_id = ? AND status IN ?", p.Item, 0, visible())
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		return data.All[Comment](q.Order("id DESC").Limit(n))
	}
	roots, err := query(p.Before, ThreadSize, spoken()...)
	if err != nil || len(roots) == 0 {
		return thread{Thread: p, Newest: p.Before > 0}, err
	}
	t := thread{Thread: p, Newest: p.Before > 0}
	ids := make([]int64, len(roots))
	for i := range roots {
		ids[i] = roots[i].ID
	}
	replies, err := data.All[Comment](data.Read(ctx).Select(spoken()).
		Where("root_id IN ? AND status IN ?", ids, visible()).Order("id").Limit(repliesMax))
	if err != nil {
		return nil, err
	}
	t.Comments = grow(roots, replies, p.Open)
	if len(roots) == ThreadSize {
		last := roots[ThreadSize-1].ID
		beyond, err := query(last, 1, "id")
		if err != nil {
			return nil, err
		}
		if len(beyond) > 0 {
			t.Older = last
		}
	}
	return t, nil
}

// visible are the states in which a comment has a place: a removed one keeps it
// for the replies.
func visible() []string { return []string{CommentApproved, CommentRemoved} }

// grow makes trees of comments, without the removed ones that nobody answered.
// Replies come in the order in which they were written, so each after what it
// answers.
func grow(roots, replies []Comment, open bool) []*reply {
	byID := make(map[int64]*reply)
	depth := make(map[int64]int)
	var trees []*reply
	for i := range roots {
		r := &reply{Comment: roots[i], Open: open}
		byID[r.ID] = r
		trees = append(trees, r)
	}
	for i := range replies {
		r := &reply{Comment: replies[i], Open: open}
		parent := byID[r.ParentID]
		if parent == nil {
			continue // an answer to what is not shown is not shown either
		}
		byID[r.ID], depth[r.ID] = r, depth[parent.ID]+1
		if depth[r.ID] >= deepest {
			r.To = parent
		}
		parent.Replies = append(parent.Replies, r)
	}
	return prune(trees)
}

// prune leaves out removed comments without replies.
func prune(trees []*reply) []*reply {
	return slices.DeleteFunc(trees, func(r *reply) bool {
		r.Replies = prune(r.Replies)
		return r.Removed() && len(r.Replies) == 0
	})
}

// Removed reports whether an administrator removed the comment.
func (c Comment) Removed() bool { return c.Status == CommentRemoved }

// CommentForm says for which item, and in reply to which comment, a form is
// shown. Said says that a comment awaits approval.
type CommentForm struct {
	Item, Reply int64
	Slug        string
	Said        bool
}

// commentForm is the data of the template news/comment-form.
type commentForm struct {
	CommentForm
	Member bool
	To     string // the name of who is answered
	Body   string
	Wrong  string // what is wrong with the body
}

// showCommentForm makes the form for a comment: for guests, the way to sign in.
func showCommentForm(ctx context.Context, p CommentForm) (any, error) {
	f := commentForm{CommentForm: p, Member: account.RoleOf(ctx).Includes(account.RoleMember)}
	return f, f.answer(ctx)
}

// answer finds out who is answered; nobody, if the comment is not to be seen.
func (f *commentForm) answer(ctx context.Context) error {
	if f.Reply == 0 {
		return nil
	}
	found, err := data.All[Comment](data.Read(ctx).Select("author_name").
		Where("id = ? AND item_id = ? AND status = ?", f.Reply, f.Item, CommentApproved))
	if len(found) == 0 {
		f.Reply = 0
		return err
	}
	f.To = found[0].AuthorName
	return err
}

// commentPage is the form alone, on a page of its own.
type commentPage struct {
	Form commentForm
	Item *Item
}
