package clean

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// address returns a web address in the form in which it may stand in an
// attribute, and false if it may not: scripts, data, unknown schemes,
// passwords before the host, hosts that are none.
//
// It follows the URL standard's idea of a valid URL string, so that a checker
// has nothing to say: what may not stand there bare is percent-encoded.
func address(raw string) (string, bool) {
	raw = strings.Map(func(c rune) rune {
		if c == '\t' || c == '\n' || c == '\r' || forbidden(c) {
			return -1
		}
		return c
	}, strings.TrimSpace(raw))
	if raw == "" || len(raw) > 8<<10 {
		return "", false
	}
	u, err := url.Parse(escapeStray(raw))
	if err != nil || u.User != nil || !asciiHost(u) {
		return "", false
	}
	switch u.Scheme {
	case "http", "https":
		if u.Opaque != "" || !validHost(u.Host) {
			return "", false
		}
	case "mailto", "tel":
		if u.Opaque == "" || u.Host != "" {
			return "", false
		}
	case "":
		if u.Host != "" && !validHost(u.Host) {
			return "", false
		}
		if u.Host == "" && strings.HasPrefix(raw, "//") {
			return "", false
		}
	default:
		return "", false
	}
	out := escapeStray(u.String())
	// The result must mean the same when read again.
	again, err := url.Parse(out)
	if err != nil || out == "" || again.String() != out || again.Scheme != u.Scheme || again.Host != u.Host {
		return "", false
	}
	return out, true
}

// escapeStray percent-encodes the bytes of an address that may stand nowhere
// in it: percent signs that encode nothing, quotes, brackets outside a host,
// everything outside ASCII, a second "#".
func escapeStray(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s))
	authority := strings.Index(s, "//")
	end := len(s)
	if authority >= 0 {
		if n := strings.IndexAny(s[authority+2:], "/?#"); n >= 0 {
			end = authority + 2 + n
		}
	}
	inHost := func(i int) bool {
		return authority >= 0 && i >= authority+2 && i < end && !strings.ContainsAny(s[:authority], "/?#")
	}
	fragment := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		ok := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("!$&'()*+,-./:;=?@_~", c) >= 0
		switch {
		case ok:
		case c == '#':
			ok, fragment = !fragment, true
		case c == '%':
			ok = i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
		case inHost(i):
			ok = c == '[' || c == ']' || c >= 0x80
		}
		if ok {
			b.WriteByte(c)
		} else {
			b.WriteString(string([]byte{'%', hex[c>>4], hex[c&15]}))
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// asciiHost writes a host with letters outside ASCII in its xn-- form, and
// returns false if it has none.
func asciiHost(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	if !strings.Contains(host, "xn--") && strings.IndexFunc(host, func(c rune) bool { return c >= 0x80 }) < 0 {
		return true
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return false
	}
	if port := u.Port(); port != "" {
		ascii += ":" + port
	}
	u.Host = ascii
	return true
}

// validHost reports whether host, with or without a port, is a name or an IP
// address that browsers accept.
func validHost(hostPort string) bool {
	host, port := hostPort, ""
	if i := strings.LastIndexByte(hostPort, ':'); i >= 0 && !strings.HasSuffix(hostPort, "]") {
		host, port = hostPort[:i], hostPort[i+1:]
		if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 || port[0] == '+' {
			return false
		}
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		ip := net.ParseIP(strings.TrimSuffix(inner, "]"))
		return ip != nil && strings.Contains(inner, ":")
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, c := range label {
			ok := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_'
			if !ok {
				return false
			}
		}
	}
	if last := labels[len(labels)-1]; last[0] >= '0' && last[0] <= '9' {
		return net.ParseIP(host) != nil // what ends in a number must be an IP address
	}
	return len(host) <= 253
}

// watchPage returns the page that a person opens instead of a player made for
// embedding.
func watchPage(src string) string {
	u, err := url.Parse(src)
	if err != nil {
		return src
	}
	host := strings.TrimPrefix(u.Hostname(), "www.")
	if id, ok := strings.CutPrefix(u.Path, "/embed/"); ok && (host == "youtube.com" || host == "youtube-nocookie.com") {
		return "https://www.youtube.com/watch?v=" + url.QueryEscape(id)
	}
	if id, ok := strings.CutPrefix(u.Path, "/video/"); ok && host == "player.vimeo.com" {
		return "https://vimeo.com/" + url.PathEscape(id)
	}
	return src
}
