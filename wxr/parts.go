package wxr

import (
	"encoding/xml"
	"fmt"
	"slices"
)

// fields maps the names of child elements, with prefix, to targets of field.
type fields map[string]any

// each reads the children of the element just entered: those named in known
// into their targets, those handled by special there (it says whether it took
// the element), all others are passed over.
func (r *Reader) each(known fields, special func(name string, start xml.StartElement) (bool, error)) error {
	for {
		start, err := r.nextStart()
		if err != nil {
			return err
		}
		if start == nil {
			return nil
		}
		name := start.Name.Local
		if start.Name.Space != "" {
			name = start.Name.Space + ":" + name
		}
		if target, ok := known[name]; ok {
			if err := r.field(target); err != nil {
				return err
			}
			continue
		}
		if special != nil {
			taken, err := special(name, *start)
			if err != nil {
				return err
			}
			if taken {
				continue
			}
		}
		if err := r.skip(); err != nil {
			return err
		}
	}
}

// readHeader reads one child of the channel that is not an item.
func (r *Reader) readHeader(start xml.StartElement) error {
	s := &r.site
	name := start.Name.Local
	if start.Name.Space != "" {
		name = start.Name.Space + ":" + name
	}
	switch name {
	case "title":
		return r.field(&s.Title)
	case "description":
		return r.field(&s.Description)
	case "link":
		return r.field((*tidy)(&s.Link))
	case "language":
		return r.field((*tidy)(&s.Language))
	case "generator":
		return r.field((*tidy)(&s.Generator))
	case "pubDate":
		return r.field((*pub)(&s.PubDate))
	case "wp:wxr_version":
		return r.field((*tidy)(&s.Version))
	case "wp:base_site_url":
		return r.field((*tidy)(&s.BaseSiteURL))
	case "wp:base_blog_url":
		return r.field((*tidy)(&s.BaseBlogURL))
	case "wp:author", "wp:category", "wp:tag", "wp:term":
		if r.terms++; r.terms > r.opts.MaxTerms {
			return &Error{Kind: TooLarge, Text: fmt.Sprintf("the header holds more than %d authors and terms", r.opts.MaxTerms)}
		}
		return r.readListed(name)
	}
	return r.skip()
}

// readListed reads an author or a term of the header.
func (r *Reader) readListed(name string) error {
	s := &r.site
	if name == "wp:author" {
		var a Author
		err := r.each(fields{
			"wp:author_id": &a.ID, "wp:author_login": (*tidy)(&a.Login), "wp:author_email": (*tidy)(&a.Email),
			"wp:author_display_name": &a.DisplayName, "wp:author_first_name": &a.FirstName,
			"wp:author_last_name": &a.LastName, "wp:author_description": &a.Description,
		}, nil)
		s.Authors = append(s.Authors, a)
		return err
	}
	var t Term
	known := fields{"wp:term_id": &t.ID}
	switch name {
	case "wp:category":
		t.Taxonomy = "category"
		known["wp:category_nicename"], known["wp:category_parent"] = (*slug)(&t.Slug), (*slug)(&t.Parent)
		known["wp:cat_name"], known["wp:category_description"] = &t.Name, &t.Description
	case "wp:tag":
		t.Taxonomy = "post_tag"
		known["wp:tag_slug"] = (*slug)(&t.Slug)
		known["wp:tag_name"], known["wp:tag_description"] = &t.Name, &t.Description
	default:
		known["wp:term_taxonomy"] = (*tidy)(&t.Taxonomy)
		known["wp:term_slug"], known["wp:term_parent"] = (*slug)(&t.Slug), (*slug)(&t.Parent)
		known["wp:term_name"], known["wp:term_description"] = &t.Name, &t.Description
	}
	err := r.each(known, func(name string, _ xml.StartElement) (bool, error) {
		return r.readMeta(name, "wp:termmeta", &t.Meta)
	})
	switch name {
	case "wp:category":
		s.Categories = append(s.Categories, t)
	case "wp:tag":
		s.Tags = append(s.Tags, t)
	default:
		s.Terms = append(s.Terms, t)
	}
	return err
}

// readMeta reads a metadata pair if the element is one.
func (r *Reader) readMeta(name, want string, into *[]Meta) (bool, error) {
	if name != want {
		return false, nil
	}
	if len(*into) >= r.opts.MaxMeta {
		return true, &Error{Kind: TooLarge, Text: fmt.Sprintf("more than %d metadata pairs stand together", r.opts.MaxMeta)}
	}
	var m Meta
	err := r.each(fields{"wp:meta_key": (*tidy)(&m.Key), "wp:meta_value": &m.Value}, nil)
	*into = append(*into, m)
	return true, err
}

// readItem reads the item just entered.
func (r *Reader) readItem() (Item, error) {
	it := Item{Line: r.source.line, PermaLink: true}
	known := fields{
		"title": &it.Title, "link": (*tidy)(&it.Link), "pubDate": (*pub)(&it.PubDate),
		"dc:creator": (*tidy)(&it.Creator), "description": &it.Description,
		"content:encoded": &it.Content, "excerpt:encoded": &it.Excerpt,
		"wp:post_id": &it.ID, "wp:post_date": (*wall)(&it.Date), "wp:post_date_gmt": (*wall)(&it.DateGMT),
		"wp:post_modified": (*wall)(&it.Modified), "wp:post_modified_gmt": (*wall)(&it.ModifiedGMT),
		"wp:comment_status": (*tidy)(&it.CommentStatus), "wp:ping_status": (*tidy)(&it.PingStatus),
		"wp:post_name": (*slug)(&it.Slug), "wp:status": (*tidy)(&it.Status),
		"wp:post_parent": &it.Parent, "wp:menu_order": &it.MenuOrder, "wp:post_type": (*tidy)(&it.Type),
		"wp:post_password": &it.Password, "wp:is_sticky": &it.Sticky,
		"wp:attachment_url": (*tidy)(&it.AttachmentURL),
	}
	err := r.each(known, func(name string, start xml.StartElement) (bool, error) {
		switch name {
		case "guid":
			it.PermaLink = attr(start, "isPermaLink") != "false"
			return true, r.field((*tidy)(&it.GUID))
		case "category":
			return true, r.readTermRef(start, &it)
		case "wp:comment":
			if len(it.Comments) >= r.opts.MaxComments {
				return true, &Error{Kind: TooLarge, Text: fmt.Sprintf("an item has more than %d comments", r.opts.MaxComments)}
			}
			c, err := r.readComment()
			it.Comments = append(it.Comments, c)
			return true, err
		}
		return r.readMeta(name, "wp:postmeta", &it.Meta)
	})
	if it.GUID == "" {
		it.PermaLink = false
	}
	if err == nil && r.site.Version == "1.0" {
		it.Terms = dropShadows(it.Terms)
	}
	return it, err
}

// readTermRef reads a category element of an item.
func (r *Reader) readTermRef(start xml.StartElement, it *Item) error {
	if len(it.Terms) >= r.opts.MaxMeta {
		return &Error{Kind: TooLarge, Text: fmt.Sprintf("an item carries more than %d terms", r.opts.MaxMeta)}
	}
	ref := TermRef{Taxonomy: attr(start, "domain"), Slug: decodeSlug(attr(start, "nicename"))}
	switch ref.Taxonomy {
	case "":
		ref.Taxonomy = "category"
	case "tag": // the name in version 1.0
		ref.Taxonomy = "post_tag"
	}
	err := r.field(&ref.Name)
	it.Terms = append(it.Terms, ref)
	return err
}

// dropShadows removes what version 1.0 writes twice: a term without slug
// before the same term with its slug.
func dropShadows(refs []TermRef) []TermRef {
	type key struct{ taxonomy, name string }
	slugged := map[key]bool{}
	for _, ref := range refs {
		if ref.Slug != "" {
			slugged[key{ref.Taxonomy, ref.Name}] = true
		}
	}
	return slices.DeleteFunc(refs, func(ref TermRef) bool {
		return ref.Slug == "" && slugged[key{ref.Taxonomy, ref.Name}]
	})
}

// readComment reads the comment just entered.
func (r *Reader) readComment() (Comment, error) {
	var c Comment
	err := r.each(fields{
		"wp:comment_id": &c.ID, "wp:comment_author": &c.Author,
		"wp:comment_author_email": (*tidy)(&c.AuthorEmail), "wp:comment_author_url": (*tidy)(&c.AuthorURL),
		"wp:comment_author_IP": (*tidy)(&c.AuthorIP), "wp:comment_date": (*wall)(&c.Date),
		"wp:comment_date_gmt": (*wall)(&c.DateGMT), "wp:comment_content": &c.Content,
		"wp:comment_approved": (*tidy)(&c.Approved), "wp:comment_type": (*tidy)(&c.Type),
		"wp:comment_parent": &c.Parent, "wp:comment_user_id": &c.UserID,
	}, func(name string, _ xml.StartElement) (bool, error) {
		return r.readMeta(name, "wp:commentmeta", &c.Meta)
	})
	return c, err
}

// attr returns an attribute of an element, "" if it has none of that name.
func attr(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
