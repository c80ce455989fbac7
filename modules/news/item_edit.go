package news

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"veche"
	"veche/account"
	"veche/data"
	"veche/fault"
	"veche/mosaic"
	"veche/web"
)

// itemColumns are those of an item's form, in its order.
func itemColumns() []string {
	return []string{
		"title", "dek", "section_id", "body", "format", "language", "image", "image_alt", "author_name", "status", "published_at",
		"comments_open", "slug",
	}
}

// minutes is the form of a time in a form.
const minutes = "2006-01-02T15:04"

// itemForm is the data of the template news/item-form.
type itemForm struct {
	*form
	ID       int64
	Link     string // the address of an item that exists
	Sections []Section
	Tags     *field
	Preview  *Item // what was typed, as it would look
	Theirs   *Item // what another one saved meanwhile
}

// newItemForm returns the form of an item.
func newItemForm(ctx context.Context, item *Item) (*itemForm, error) {
	f, err := newForm(ctx, item, "item", itemColumns(), "dek", "slug", "published_at", "image_alt", "body")
	if err != nil {
		return nil, err
	}
	f.Fields["dek"].Rows, f.Fields["body"].Rows = 2, 16
	f.Fields["slug"].Required = false
	f.Fields["published_at"].Type = "datetime-local"
	if !item.PublishedAt.IsZero() {
		f.Fields["published_at"].Value = item.PublishedAt.Format(minutes)
	}
	sections, err := data.All[Section](data.Read(ctx).Select("id", "title", "position").Order("position").Order("id").Limit(sectionsMax))
	if err != nil {
		return nil, err
	}
	var titles []string
	if item.ID != 0 {
		tags, err := tagsOf(ctx, item.ID)
		if err != nil {
			return nil, err
		}
		for _, tag := range tags[item.ID] {
			titles = append(titles, tag.Title)
		}
	}
	tags := &field{Name: "tags", Label: "news.item.tags", Hint: "news.item.tags.hint", Value: strings.Join(titles, ", "), Max: 1000}
	out := &itemForm{form: f, ID: item.ID, Sections: sections, Tags: tags}
	if item.ID != 0 {
		out.Link = item.Link()
	}
	return out, nil
}

// newItem shows the form for a new item.
func newItem(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	item, err := fresh(ctx)
	if err != nil {
		return err
	}
	item.Language = veche.Locale(ctx)
	if viewer, ok := account.Viewer(ctx); ok {
		item.AuthorName = viewer.Name
	}
	f, err := newItemForm(ctx, item)
	if err != nil {
		return err
	}
	return show(w, r, http.StatusOK, "news.admin.new", mosaic.Fresh("news/item-form", f))
}

// fresh returns a new item with its defaults.
func fresh(ctx context.Context) (*Item, error) {
	e, err := data.From(ctx).EntityOf(&Item{})
	if err != nil {
		return nil, err
	}
	return e.New().(*Item), nil
}

// editItem shows the form of an item.
func editItem(w http.ResponseWriter, r *http.Request) error {
	item, err := pathItem(r)
	if err != nil {
		return err
	}
	f, err := newItemForm(r.Context(), &item)
	if err != nil {
		return err
	}
	return show(w, r, http.StatusOK, "news.admin.edit", mosaic.Fresh("news/item-form", f))
}

func pathItem(r *http.Request) (Item, error) {
	id, err := pathID(r)
	if err != nil {
		return Item{}, err
	}
	return data.ByID[Item](r.Context(), id)
}

// saveItem saves what was typed, or shows how it would look, or what is wrong
// with it.
func saveItem(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	item, err := fresh(ctx)
	if err != nil {
		return err
	}
	if r.PathValue("id") != "" {
		stored, err := pathItem(r)
		if err != nil {
			return err
		}
		item = &stored
		item.Version = number(values.Get("version"))
	}
	before := item.PublishedAt
	err = decode(ctx, item, values, itemColumns())
	if !before.IsZero() && item.PublishedAt.Equal(before.Truncate(time.Minute)) {
		item.PublishedAt = before // forms show minutes
	}
	if err == nil && values.Get("do") == "preview" {
		return previewTyped(w, r, item, values)
	}
	if err == nil {
		saved := *item // Write may run the function more than once
		_, err = data.Write(ctx, func(tx *data.Tx) error {
			saved = *item
			return Save(tx, &saved, strings.Split(values.Get("tags"), ","))
		})
		if err == nil {
			return web.SeeOther(w, r, fmt.Sprintf("/admin/news/item/%d/preview?saved=1", saved.ID))
		}
	}
	return refuseItem(w, r, item, values, err)
}

// refuseItem shows the form again, with what was typed and why it was not saved.
// Of two who edit at once the second sees what the first saved, and may save
// over it knowingly.
func refuseItem(w http.ResponseWriter, r *http.Request, item *Item, values url.Values, cause error) error {
	ctx := r.Context()
	f, err := newItemForm(ctx, item)
	if err != nil {
		return err
	}
	f.typed(values)
	f.Tags.Value = values.Get("tags")
	f.Version = item.Version
	status, err := f.fail(ctx, cause, itemColumns())
	if err != nil {
		return err
	}
	if status == http.StatusConflict && item.ID != 0 {
		theirs, err := data.ByID[Item](ctx, item.ID)
		if err != nil {
			return err
		}
		f.Theirs, f.Version = &theirs, theirs.Version
	}
	return show(w, r, status, "news.admin.edit", mosaic.Fresh("news/item-form", f))
}

// previewTyped shows the form again, and above it what was typed as it would
// look. Nothing is saved.
func previewTyped(w http.ResponseWriter, r *http.Request, item *Item, values url.Values) error {
	f, err := newItemForm(r.Context(), item)
	if err != nil {
		return err
	}
	f.typed(values)
	f.Tags.Value = values.Get("tags")
	look := *item
	if err := look.render(); err != nil {
		return err
	}
	f.Preview = &look
	return show(w, r, http.StatusOK, "news.admin.edit", mosaic.Fresh("news/item-form", f))
}

// itemPreview is the data of the template news/preview.
type itemPreview struct {
	*Item
	Tags  []Tag
	State string // draft, scheduled or published
	Saved bool
}

// previewItem shows an item as readers will see it, whether they do yet or not.
func previewItem(w http.ResponseWriter, r *http.Request) error {
	item, err := pathItem(r)
	if err != nil {
		return err
	}
	tags, err := tagsOf(r.Context(), item.ID)
	if err != nil {
		return err
	}
	p := itemPreview{&item, tags[item.ID], state(r.Context(), &item), r.URL.Query().Get("saved") == "1"}
	return show(w, r, http.StatusOK, "news.admin.preview", mosaic.Fresh("news/preview", p))
}

// state is what an administrator calls the item's state.
func state(ctx context.Context, item *Item) string {
	switch {
	case item.Status != StatusPublished:
		return StatusDraft
	case item.PublishedAt.After(data.From(ctx).Now()):
		return "scheduled"
	}
	return StatusPublished
}

// askRemoveItem shows what is about to be deleted, and asks.
func askRemoveItem(w http.ResponseWriter, r *http.Request) error {
	item, err := pathItem(r)
	if err != nil {
		return err
	}
	return show(w, r, http.StatusOK, "news.admin.delete", mosaic.Fresh("news/item-delete", &item))
}

// removeItem deletes an item in the state that was shown.
func removeItem(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	item, err := pathItem(r)
	if err != nil {
		return err
	}
	version := number(values.Get("version"))
	if version == 0 {
		return fault.New(fault.Invalid, "")
	}
	_, err = data.Write(r.Context(), func(tx *data.Tx) error {
		item.Version = version
		return Remove(tx, &item)
	})
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/admin/news")
}
