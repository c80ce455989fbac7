package wordpress

import (
	"net/url"
	"path"
	"strconv"
	"strings"
)

// rewrite gives an address in a text its new form: links to what was imported
// lead to it here, and what was relative to the old site and is not here leads
// to the old site. Everything else stays.
func (im *importer) rewrite(element, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return address
	}
	relative := u.Host == ""
	switch {
	case relative && u.Path == "" && u.RawQuery == "":
		return address // within the text
	case relative && u.RawQuery == "" && im.own[u.Path]:
		return address // it has its new form already
	case !relative && hostKey(u.Host) != im.index.host:
		return address
	}
	if relative && !strings.HasPrefix(u.Path, "/") {
		u.Path = path.Join("/", im.here.path, u.Path)
	}
	if to, ok := im.whither(element, u); ok {
		return to
	}
	if relative && im.index.host != "" {
		u.Scheme, u.Host = "https", im.index.host
		if from, err := url.Parse(im.index.site.Link); err == nil && from.Host != "" {
			u.Scheme, u.Host = from.Scheme, from.Host
		}
		return u.String()
	}
	return address
}

// whither returns where an address of the old site leads now.
func (im *importer) whither(element string, u *url.URL) (string, bool) {
	e := im.sought(u)
	switch {
	case e != nil && e.kind == kindAttachment:
		return e.to, e.to != ""
	case element != "a":
		return "", false // a picture is no page
	case e != nil && e.to != "" && e.public && !e.lost:
		return e.to, true
	case e != nil:
		im.report.note("links lead to the old site, since what they lead to is not public or not here", nameOr(e, u))
		return "", false
	}
	p := strings.TrimPrefix(path.Clean("/"+u.Path), im.index.root)
	switch {
	case u.RawQuery != "":
		return "", false
	case p == "" || p == "/":
		return "/", true
	case p == "/feed":
		return "/news/feed.rss", true
	}
	return im.whitherTerm(p)
}

func nameOr(e *entry, u *url.URL) string {
	if e.title != "" {
		return e.title
	}
	return u.String()
}

// whitherTerm returns the address of the section or tag that lived at the path,
// where WordPress has them by default.
func (im *importer) whitherTerm(p string) (string, bool) {
	places, prefix, rest := im.sections, "category", ""
	if after, ok := strings.CutPrefix(p, "/category/"); ok {
		rest, prefix = "/news/section/", "category:"+path.Base(after)
	} else if after, ok := strings.CutPrefix(p, "/tag/"); ok {
		places, rest, prefix = im.tags, "/news/tag/", "post_tag:"+path.Base(after)
	}
	place := places[prefix]
	if rest == "" || place == nil || place.row == 0 {
		return "", false
	}
	return rest + place.slug, true
}

// sought returns the entry at an address of the old site, nil if there is none.
func (im *importer) sought(u *url.URL) *entry {
	query := u.Query()
	for _, name := range []string{"p", "page_id", "attachment_id"} {
		if id, err := strconv.ParseInt(query.Get(name), 10, 64); err == nil && id != 0 {
			if i, ok := im.index.byID[id]; ok {
				return &im.index.entries[i]
			}
		}
	}
	p := strings.ToLower(path.Clean("/" + u.Path))
	for range 3 { // pages of a post, of its comments, its feed
		if i, ok := im.index.byPath[p]; ok {
			return &im.index.entries[i]
		}
		last := path.Base(p)
		_, err := strconv.Atoi(last)
		if err != nil && last != "feed" && last != "page" && !strings.HasPrefix(last, "comment-page-") {
			return nil
		}
		p = path.Dir(p)
	}
	return nil
}

// forward makes an old address lead to a new one, if the site can do that.
func (im *importer) forward(from, to string) error {
	if from == "" || from == to || len(from) > 480 {
		return nil
	}
	if im.o.Forward == nil {
		im.report.note("old addresses of posts lead nowhere", from)
		return nil
	}
	return im.o.Forward(im.tx, from, to)
}
