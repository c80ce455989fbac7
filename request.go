package veche

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"veche/fault"
	"veche/locale"
	"veche/mosaic"
	"veche/track"
	"veche/web"
)

// nodeKey is where a context holds the node.
type nodeKey struct{}

// localeCookie remembers the language that a visitor chose.
const (
	localeCookie = "veche-locale"
	localeLife   = 365 * 24 * time.Hour
)

// enter gives every request its context: the database, who asks, and in which
// language.
func (n *Node) enter(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if ctx.Value(nodeKey{}) != any(n) { // the server's own contexts have it
			ctx = n.Context(ctx)
		}
		ctx, visit, err := n.accounts.Identify(ctx, r)
		ctx = track.WithFacets(ctx, n.facets(r, visit.Facet))
		r = r.WithContext(ctx)
		if err != nil {
			n.showFault(w, r, fault.Of(err))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// facets are what the pages of a request may depend on.
func (n *Node) facets(r *http.Request, visit func(string) string) track.Facets {
	tag := n.preferred(r)
	return func(name string) string {
		if name == mosaic.LocaleFacet {
			return string(tag)
		}
		return visit(name)
	}
}

// preferred returns the language that the visitor chose, or that the browser
// asks for.
func (n *Node) preferred(r *http.Request) locale.Tag {
	if cookie, err := r.Cookie(localeCookie); err == nil {
		if tag, ok := locale.Parse(cookie.Value); ok {
			return tag
		}
	}
	return locale.Match(r.Header.Get("Accept-Language"))
}

// chooseLocale remembers the language of the form's field "locale".
func chooseLocale(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	tag, ok := locale.Parse(form.Get("locale"))
	if !ok {
		return fault.New(fault.Invalid, "")
	}
	SetLocale(w, r, tag)
	to := form.Get("to")
	if from, err := url.Parse(r.Referer()); to == "" && err == nil && strings.EqualFold(from.Host, r.Host) {
		to = from.RequestURI() // back to the page that asked
	}
	return web.SeeOther(w, r, to)
}

// SetLocale has the visitor's browser ask for pages in the language from now on.
func SetLocale(w http.ResponseWriter, r *http.Request, tag locale.Tag) {
	http.SetCookie(w, &http.Cookie{
		Name: localeCookie, Value: string(tag), Path: "/", MaxAge: int(localeLife / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	})
}

// Locale returns the visitor's language. In a component it makes the fragment
// one of that language.
func Locale(ctx context.Context) locale.Tag {
	if tag, ok := locale.Parse(track.Facet(ctx, mosaic.LocaleFacet)); ok {
		return tag
	}
	return locale.English
}

// Until says that what a component makes is true only until t.
func Until(ctx context.Context, t time.Time) { track.Until(ctx, t) }

// address returns the address of the visitor: the other end of the connection,
// or what the site's own proxies say of it.
func (n *Node) address(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	visitor := at.Addr().Unmap().WithZone("")
	if !n.proxied(visitor) {
		return visitor.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		said, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		if visitor = said.Unmap().WithZone(""); !n.proxied(visitor) {
			break
		}
	}
	return visitor.String()
}

// proxied reports whether the address is that of a proxy of the site.
func (n *Node) proxied(a netip.Addr) bool {
	return slices.ContainsFunc(n.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Origin returns the public address of the site, without a slash at its end: the
// one that it was told, or else the one that the request names.
func Origin(r *http.Request) string {
	if n, ok := r.Context().Value(nodeKey{}).(*Node); ok && n.Options.Origin != "" {
		return strings.TrimSuffix(n.Options.Origin, "/")
	}
	if r.TLS != nil {
		return "https://" + strings.ToLower(r.Host)
	}
	return "http://" + strings.ToLower(r.Host)
}

// Zone returns the time zone in which the site's dates are written and read.
func Zone(ctx context.Context) *time.Location {
	if n, ok := ctx.Value(nodeKey{}).(*Node); ok {
		return n.Options.Zone
	}
	return time.UTC
}
