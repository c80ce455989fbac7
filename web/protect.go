package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"veche/fault"
)

// Limits say what requests are let in. The zero value works.
type Limits struct {
	// Origin is the public address of the site ("https://town.example"). If it is
	// set, requests to other hosts are refused, and https origins are demanded
	// on an https site. If not, the host that the request names is believed.
	Origin string
	// BodyMax bounds a request's body in bytes. Default 1 MiB. A handler that
	// wants less uses http.MaxBytesReader.
	BodyMax int64
	// URLMax bounds the address in bytes. Default 8 KiB.
	URLMax int
	// AtOnce bounds the requests being answered. Default 4096.
	AtOnce int64
}

// A Guard lets requests in.
type Guard struct {
	next    http.Handler
	limits  Limits
	origin  *url.URL
	forgery *http.CrossOriginProtection
	headers []header
	now     atomic.Int64
	refused atomic.Uint64
}

type header struct {
	name  string
	value []string
}

// policy is the content security policy. Pages load scripts, styles and fonts
// from their own site only, and nothing inline; pictures and recordings may
// come from elsewhere, since people's texts show them.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; " +
	"img-src 'self' https: http:; media-src 'self' https: http:; manifest-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Protect returns a handler that passes to next what the limits let in.
func Protect(next http.Handler, limits Limits) (*Guard, error) {
	if limits.BodyMax <= 0 {
		limits.BodyMax = 1 << 20
	}
	if limits.URLMax <= 0 {
		limits.URLMax = 8 << 10
	}
	if limits.AtOnce <= 0 {
		limits.AtOnce = 4096
	}
	g := &Guard{next: next, limits: limits, forgery: http.NewCrossOriginProtection()}
	if limits.Origin != "" {
		u, err := url.Parse(limits.Origin)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
			return nil, fmt.Errorf("the origin %q is not of the form https://host", limits.Origin)
		}
		g.origin = u
	}
	// No more than these three: with the five of a page they fill one group of the
	// map that net/http copies for every response. What others would add, these
	// and the cookies' SameSite say already: frame-ancestors for X-Frame-Options,
	// default-src for the features of Permissions-Policy, and no response that
	// another site embeds or opens is a personal one.
	g.headers = []header{
		{"Content-Security-Policy", []string{policy}},
		{"X-Content-Type-Options", []string{"nosniff"}},
		{"Referrer-Policy", []string{"strict-origin-when-cross-origin"}},
	}
	if g.origin != nil && g.origin.Scheme == "https" {
		g.headers = append(g.headers, header{"Strict-Transport-Security", []string{"max-age=31536000"}})
	}
	return g, nil
}

// Refused is the number of requests that were not let in.
func (g *Guard) Refused() uint64 { return g.refused.Load() }

// ServeHTTP refuses the request or passes it on.
func (g *Guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for i := range g.headers {
		h[g.headers[i].name] = g.headers[i].value
	}
	defer g.now.Add(-1)
	if status := g.overload(g.now.Add(1), r); status != 0 {
		g.refuse(w, status)
		return
	}
	if err := g.genuine(r); err != nil {
		g.refuse(w, http.StatusForbidden)
		return
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(w, r.Body, g.limits.BodyMax)
	}
	g.next.ServeHTTP(w, r)
}

func (g *Guard) refuse(w http.ResponseWriter, status int) {
	g.refused.Add(1)
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	http.Error(w, http.StatusText(status), status)
}

// overload returns the status for a request that is too much, or 0.
func (g *Guard) overload(now int64, r *http.Request) int {
	switch {
	case now > g.limits.AtOnce:
		return http.StatusServiceUnavailable
	case len(r.URL.RawQuery)+len(r.URL.Path) > g.limits.URLMax:
		return http.StatusRequestURITooLong
	case r.ContentLength > g.limits.BodyMax:
		return http.StatusRequestEntityTooLarge
	case g.origin != nil && !strings.EqualFold(r.Host, g.origin.Host):
		return http.StatusMisdirectedRequest
	}
	return 0
}

var errForged = errors.New("web: the request comes from another site")

// genuine reports why a request may have been forged by another site's page.
func (g *Guard) genuine(r *http.Request) error {
	if err := g.ownOrigin(r); err != nil {
		return err
	}
	if stream(r) && !sameSite(r) {
		return errForged
	}
	return g.forgery.Check(r)
}

// ownOrigin refuses the origins that http.CrossOriginProtection lets pass,
// since it compares hosts alone.
func (g *Guard) ownOrigin(r *http.Request) error {
	origin := r.Header.Get("Origin")
	if origin == "" || !stream(r) && safe(r.Method) {
		return nil
	}
	u, err := url.Parse(origin)
	switch {
	case err != nil || u.User != nil || u.Host == "" || u.Path != "":
		return errForged
	case g.secure(r) && u.Scheme != "https":
		return errForged
	case stream(r) && !strings.EqualFold(u.Host, r.Host):
		return errForged
	}
	return nil
}

// secure reports whether the visitor reached the site by https.
func (g *Guard) secure(r *http.Request) bool {
	return r.TLS != nil || g.origin != nil && g.origin.Scheme == "https"
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// stream reports whether the request opens a stream to a page: a WebSocket or
// an event stream. It is a GET, yet it carries the visitor's cookies to whoever
// opened it.
func stream(r *http.Request) bool {
	return r.Header.Get("Upgrade") != "" || strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}

// sameSite reports whether the browser says that a page of this site asks. A
// client that is no browser says nothing, and has no cookies to abuse.
func sameSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return false
}

// Form returns the fields of a form sent with the request, within the bound on
// bodies. A body that cannot be read is a fault of kind Invalid or TooLarge.
func Form(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, fault.Because(tooLarge, fault.TooLarge, "")
		}
		return nil, fault.Because(err, fault.Invalid, "")
	}
	return r.PostForm, nil
}
