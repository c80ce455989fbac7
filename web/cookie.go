package web

import (
	"net/http"
	"time"
)

// A Cookie names a cookie of the site that scripts cannot read. On https it is
// bound to the host and the scheme by the prefix __Host- (RFC 6265bis); on
// plain http, where browsers refuse that prefix, it goes without.
type Cookie struct {
	Name string
	// Secure says that the site is reached by https though the request does not
	// show it, behind a proxy.
	Secure bool
}

func (c Cookie) named(r *http.Request) (name string, secure bool) {
	if c.Secure || r.TLS != nil {
		return "__Host-" + c.Name, true
	}
	return c.Name, false
}

// Value returns the cookie's value in the request, "" if it has none.
func (c Cookie) Value(r *http.Request) string {
	name, _ := c.named(r)
	cookie, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// Set gives the visitor the cookie for so long; a lifetime of zero lasts as
// long as the browser is open.
func (c Cookie) Set(w http.ResponseWriter, r *http.Request, value string, lifetime time.Duration) {
	name, secure := c.named(r)
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(lifetime / time.Second),
		Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Clear takes the cookie away.
func (c Cookie) Clear(w http.ResponseWriter, r *http.Request) {
	name, secure := c.named(r)
	http.SetCookie(w, &http.Cookie{
		Name: name, Path: "/", MaxAge: -1,
		Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
