package wordpress

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"veche/data"
	"veche/entity"
	"veche/modules/news"
	"veche/prose"
	"veche/wxr"
)

// The bounds of a comment's text, in bytes: the module keeps a little more.
const (
	remarkMax     = 9_000
	remarkHTMLMax = 150_000
)

// skipComments counts comments that are not carried over.
func (im *importer) skipComments(it *wxr.Item, why string) {
	for range it.Comments {
		im.report.count(kindComment).Skipped++
		im.report.note(why, nameOf(it))
	}
}

// remark is a comment on its way.
type remark struct {
	*wxr.Comment
	status string // here; "" if it is left out
	row    int64
	done   bool
}

// writeComments writes the comments of a post, each after the one it answers,
// else in the order of their times.
func (im *importer) writeComments(e *entry, it *wxr.Item) error {
	if len(it.Comments) == 0 {
		return nil
	}
	remarks := make([]*remark, len(it.Comments))
	byID := make(map[int64]*remark)
	for i := range it.Comments {
		r := &remark{Comment: &it.Comments[i]}
		r.status = im.statusOf(r.Comment, it)
		if remarks[i] = r; byID[r.ID] == nil {
			byID[r.ID] = r
		}
	}
	slices.SortStableFunc(remarks, func(a, b *remark) int { return postedAt(a.Comment).Compare(postedAt(b.Comment)) })
	for _, r := range remarks {
		// Those above it that are not written yet, the uppermost first.
		var above []*remark
		for up := r; up != nil && !up.done && len(above) <= len(remarks); up = byID[up.Parent] {
			up.done = true // so that a circle ends
			above = append(above, up)
			if up.Parent == 0 {
				break
			}
		}
		for _, one := range slices.Backward(above) {
			if one.status == "" {
				continue
			}
			if err := im.writeComment(e, it, one, im.answered(one, byID)); err != nil {
				return err
			}
		}
	}
	return nil
}

// answered returns the row of the comment that one answers: the nearest above it
// that readers see, so that the answer is seen too.
func (im *importer) answered(r *remark, byID map[int64]*remark) int64 {
	up := byID[r.Parent]
	for n := 0; up != nil && r.Parent != 0 && n <= len(byID); n++ {
		if up.row != 0 && (up.status == news.CommentApproved || r.status != news.CommentApproved) {
			if n > 0 {
				im.report.note("answers to comments that are not shown moved up", line(r.Author, 60))
			}
			return up.row
		}
		if up.Parent == 0 {
			break
		}
		up = byID[up.Parent]
	}
	return 0
}

// statusOf says what becomes of a comment; "" if it is left out, which it
// counts.
func (im *importer) statusOf(c *wxr.Comment, it *wxr.Item) string {
	why := ""
	switch {
	case c.Type == "pingback" || c.Type == "trackback":
		why = "pingbacks and trackbacks are not carried over"
	case c.Type != "" && c.Type != "comment":
		why = "comments of the type " + line(c.Type, 40) + " are not carried over"
	case c.Approved == "spam":
		why = "comments marked as spam were left out"
	case c.Approved == "trash" || c.Approved == "post-trashed":
		why = "comments in the trash were left out"
	case strings.TrimSpace(prose.Plain(c.Content)) == "" && !strings.Contains(c.Content, "<img"):
		why = "comments without words were left out"
	case c.IsApproved():
		return news.CommentApproved
	default:
		return news.CommentPending
	}
	im.report.count(kindComment).Skipped++
	im.report.note(why, nameOf(it))
	return ""
}

func postedAt(c *wxr.Comment) time.Time { return since(cmp.Or(c.DateGMT, c.Date)) }

// writeComment adds a comment, or changes it, or leaves it alone.
func (im *importer) writeComment(e *entry, it *wxr.Item, r *remark, parent int64) error {
	count := im.report.count(kindComment)
	name := strconv.FormatInt(r.ID, 10)
	if r.ID == 0 {
		name = e.key + ":" + digest(r.Author, r.Content, postedAt(r.Comment).String())
	}
	key := im.ledger.key(kindComment, name)
	sum := digest(r.Author, r.Content, r.status, postedAt(r.Comment).Format(time.RFC3339))
	rec := im.ledger.find(key)
	if rec != nil {
		r.row = rec.row
		if rec.digest == sum {
			count.Unchanged++
			return nil
		}
	}
	c := im.commentOf(e, it, r)
	if rec == nil {
		c.ParentID = parent
		if err := news.AddComment(im.tx, &c); err != nil {
			return err
		}
		r.row = c.ID
		count.Added++
		err := im.ledger.add(kindComment, key, c.ID, c.Version, sum)
		c = news.Comment{Base: c.Base} // as with items
		return err
	}
	found, err := data.All[news.Comment](data.Read(im.tx).Where("id = ?", rec.row))
	if err != nil {
		return err
	}
	if len(found) == 0 || found[0].Version != rec.version {
		count.Kept++
		im.report.note("comments changed in the export and here: left as they are here", c.AuthorName)
		return nil
	}
	now := found[0]
	now.AuthorName, now.Body, now.HTML, now.Status = c.AuthorName, c.Body, c.HTML, c.Status
	if err := data.Update(im.tx, &now, "author_name", "body", "html", "status"); err != nil {
		return err
	}
	count.Updated++
	return im.ledger.change(rec, now.ID, now.Version, sum)
}

// commentOf returns the comment here.
func (im *importer) commentOf(e *entry, it *wxr.Item, r *remark) news.Comment {
	c := news.Comment{
		Base: entity.Base{CreatedAt: postedAt(r.Comment)}, ItemID: e.row, Status: r.status,
		PostedAt: cmp.Or(postedAt(r.Comment), e.date), AuthorName: cmp.Or(line(r.Author, 120), nobody(im.tag)),
	}
	c.Body = strings.TrimSpace(cut(printable(r.Content), remarkMax))
	if len(r.Content) > remarkMax {
		im.report.note("comments longer than "+strconv.Itoa(remarkMax)+" bytes were cut", nameOf(it))
	}
	html, lost := im.talk.Typed(c.Body)
	im.noteText(lost, "a comment on "+nameOf(it))
	c.HTML = html
	if len(html) > remarkHTMLMax { // markup that grew when it was mended
		c.HTML, _ = im.talk.Typed(prose.Plain(c.Body))
	}
	if r.AuthorURL != "" || r.AuthorEmail != "" {
		im.report.note("addresses of commentators are not carried over", "")
	}
	return c
}
