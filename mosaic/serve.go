package mosaic

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Render returns the bytes of the page, or the error of its main fragment.
func (s *Store) Render(ctx context.Context, page Page) ([]byte, error) {
	a, err := s.assemble(ctx, &page)
	defer a.release()
	if err != nil {
		return nil, err
	}
	return a.out.appendTo(make([]byte, 0, a.out.size())), nil
}

// Serve answers a GET or HEAD with the page in one write, or with 304 if the
// client has it, or with 301 if it has moved; other methods with the page, as
// the answer to what was sent. It returns the error of the page's main fragment,
// and then has written nothing.
func (s *Store) Serve(w http.ResponseWriter, r *http.Request, page Page) error {
	a, err := s.assemble(r.Context(), &page)
	defer a.release()
	h := w.Header()
	if moved, ok := errors.AsType[*Moved](err); ok {
		// Without this a browser would believe it for good.
		h["Vary"], h["Cache-Control"] = vary, a.cacheControl()
		http.Redirect(w, r, moved.To, http.StatusMovedPermanently)
		return nil
	}
	if err != nil {
		return err
	}
	h["Content-Type"] = contentType
	if page.ContentType != "" {
		h["Content-Type"] = []string{page.ContentType}
	}
	h["Vary"], h["Cache-Control"] = vary, a.cacheControl()
	status := page.Status
	if status == 0 {
		status = http.StatusOK
	}
	values := new([2]string) // of headers
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if status == http.StatusOK && reads && !a.failed.Load() {
		values[0] = a.tag()
		h["Etag"] = values[0:1:1]
		if known := r.Header["If-None-Match"]; len(known) > 0 && matches(known, values[0]) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	values[1] = strconv.Itoa(a.out.size())
	h["Content-Length"] = values[1:2:2]
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	a.buf = a.out.appendTo(a.buf)
	if _, err := w.Write(a.buf); err != nil {
		s.Log.Debug("a visitor went away while the page was sent", "err", err)
	}
	return nil
}

// The values of headers that every page shares. Nobody changes them. Pages may
// be stored by browsers, and by proxies if they are nobody's own, but are asked
// for again each time: what was kept elsewhere is shown only if it is still so.
// The cookie says who looks, and either header in which language.
var (
	contentType = []string{"text/html; charset=utf-8"}
	vary        = []string{"Accept-Language, Cookie"}
	publicPage  = []string{"no-cache"}
	privatePage = []string{"private, no-cache"}
	noStore     = []string{"no-store"}
)

func (a *assembly) cacheControl() []string {
	switch {
	case a.failed.Load():
		return noStore
	case a.personal.Load():
		return privatePage
	}
	return publicPage
}

// tag returns the ETag of the page.
func (a *assembly) tag() string {
	a.buf = slices.Grow(a.buf, bytesFresh)
	sum := a.out.tag(a.buf)
	var tag [2 + 32]byte
	tag[0], tag[len(tag)-1] = '"', '"'
	hex.Encode(tag[1:], sum[:16])
	return string(tag[:])
}

// matches reports whether an If-None-Match header names the tag (RFC 9110,
// section 13.1.2: weak comparison).
func matches(headers []string, tag string) bool {
	for _, header := range headers {
		for header != "" {
			var one string
			one, header, _ = strings.Cut(header, ",")
			one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
			if one == tag || one == "*" {
				return true
			}
		}
	}
	return false
}
