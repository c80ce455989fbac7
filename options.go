package veche

import (
	"io"
	"io/fs"
	"log/slog"
	"net/netip"
	"path/filepath"
	"time"

	"veche/web"
)

// Options configure a node. Only Modules and Theme are required.
type Options struct {
	// Folder is where the node keeps what it writes: the embedded database, and
	// the folder "theme" whose files override the theme. Default "data".
	Folder string
	// DSN names the database: "" or a path for the embedded one, or
	// "postgres://...", or "mysql://...".
	DSN string
	// Modules are the parts of the site. Their order is that of their demos.
	Modules []Module
	// Theme holds the folders "templates", "assets" and "words".
	Theme fs.FS
	// Origin is the public address of the site, such as https://town.example. It
	// may be empty while the site is tried out.
	Origin string
	// Proxies are the addresses of the proxies in front of the site. The address
	// of a visitor who comes through one of them is the last that X-Forwarded-For
	// names and that is none of theirs. Default: nobody is believed.
	Proxies []netip.Prefix
	// CacheBytes bounds the memory for what is kept. Default 256 MiB; negative
	// for none: then every fragment is made anew for every request.
	CacheBytes int64
	// Zone is the time zone in which dates are written. Default UTC.
	Zone *time.Location
	// Limits bound requests; Origin goes for its own.
	Limits web.Limits
	// ThemeLook is how often the theme's folder is looked at for edits. Default 1 s.
	ThemeLook time.Duration
	// Now tells the time. Default time.Now.
	Now func() time.Time
	// Log is told what happens. Default: nobody.
	Log *slog.Logger
}

func (o *Options) complete() {
	if o.Folder == "" {
		o.Folder = "data"
	}
	if o.DSN == "" {
		o.DSN = filepath.Join(o.Folder, "veche.db")
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = 256 << 20
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	o.Limits.Origin = o.Origin
}
