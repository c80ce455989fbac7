package news

import (
	"bufio"
	"context"
	"embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"veche/account"
	"veche/data"
	"veche/locale"
)

// demoFiles hold the news of the demonstration, one file for each language:
//
//	=== TITLE | DESCRIPTION   begins a section
//	--- TITLE                 begins an item of it
//	by: tags: hours: dek:     say more of the item; hours is how long ago it was published
//	@ NAME: TEXT              is a comment; each further @ answers the one above it
//
//go:embed demo
var demoFiles embed.FS

// demoItem is an item of the demonstration.
type demoItem struct {
	Item
	tags     []string
	comments []demoComment
}

type demoComment struct {
	depth      int // from 1
	name, text string
}

// demo fills the news of a demonstration.
func demo(ctx context.Context) error {
	for i, tag := range []locale.Tag{locale.Russian, locale.English} {
		text, err := demoFiles.ReadFile("demo/" + string(tag) + ".txt")
		if err != nil {
			return err
		}
		d := demoReader{ctx: ctx, language: tag, position: int64(100 * i), now: data.From(ctx).Now().Truncate(time.Minute)}
		if err := d.members(); err != nil {
			return err
		}
		_, err = data.Write(ctx, func(tx *data.Tx) error { return d.read(tx, string(text)) })
		if err != nil {
			return fmt.Errorf("the news in %q: %w", tag, err)
		}
	}
	return nil
}

// demoReader writes what it reads.
type demoReader struct {
	ctx      context.Context
	language locale.Tag
	position int64
	now      time.Time
	section  Section
	item     *demoItem
	authors  map[string]int64
}

// members finds the accounts of those who comment, where there are any.
func (d *demoReader) members() error {
	d.authors = make(map[string]int64)
	members, err := data.All[account.Member](data.Read(d.ctx).Select("id", "name").Order("id").Limit(200))
	for i := range members {
		d.authors[members[i].Name] = members[i].ID
	}
	return err
}

func (d *demoReader) read(tx *data.Tx, text string) error {
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		if err := d.line(tx, lines.Text()); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := d.finish(tx); err != nil {
		return err
	}
	return lines.Err()
}

func (d *demoReader) line(tx *data.Tx, line string) error {
	if title, ok := strings.CutPrefix(line, "=== "); ok {
		if err := d.finish(tx); err != nil {
			return err
		}
		title, description, _ := strings.Cut(title, " | ")
		d.position += 10
		d.section = Section{Title: title, Description: description, Language: d.language, Position: d.position}
		return SaveSection(tx, &d.section)
	}
	if title, ok := strings.CutPrefix(line, "--- "); ok {
		if err := d.finish(tx); err != nil {
			return err
		}
		d.item = &demoItem{Item: Item{
			SectionID: d.section.ID, Title: title, Language: d.language, Format: FormatMarkdown, Status: StatusPublished, CommentsOpen: true,
		}}
		return nil
	}
	if d.item == nil {
		return nil
	}
	if said := strings.TrimLeft(line, "@"); len(said) < len(line) {
		name, words, _ := strings.Cut(strings.TrimSpace(said), ": ")
		d.item.comments = append(d.item.comments, demoComment{len(line) - len(said), name, words})
		return nil
	}
	return d.item.add(line, d.now)
}

// add takes up a line of the item.
func (i *demoItem) add(line string, now time.Time) error {
	key, value, ok := strings.Cut(line, ": ")
	if !ok || i.Body != "" {
		key = ""
	}
	switch key {
	case "by":
		i.AuthorName = value
	case "dek":
		i.Dek = value
	case "tags":
		i.tags = strings.Split(value, ",")
	case "draft":
		i.Status = StatusDraft
	case "hours":
		hours, err := strconv.Atoi(value)
		if err != nil {
			return err
		}
		i.PublishedAt = now.Add(-time.Duration(hours) * time.Hour)
	default:
		i.Body += line + "\n"
	}
	return nil
}

// finish writes the item that was read, and its comments: an hour after it, and
// each some minutes after the one before.
func (d *demoReader) finish(tx *data.Tx) error {
	item := d.item
	d.item = nil
	if item == nil {
		return nil
	}
	item.Body = strings.TrimSpace(item.Body)
	if err := Save(tx, &item.Item, item.tags); err != nil {
		return err
	}
	above := []int64{0}
	at := item.PublishedAt.Add(time.Hour)
	for _, said := range item.comments {
		if said.depth > len(above) {
			return fmt.Errorf("%q answers nobody", said.text)
		}
		above = above[:said.depth]
		at = at.Add(7 * time.Minute)
		c := Comment{
			ItemID: item.ID, ParentID: above[said.depth-1], AuthorName: said.name, Body: said.text,
			Status: CommentApproved, PostedAt: at,
		}
		c.AuthorID = d.authors[said.name]
		if err := AddComment(tx, &c); err != nil {
			return err
		}
		above = append(above, c.ID)
	}
	return nil
}
