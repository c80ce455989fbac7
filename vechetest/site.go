// Package vechetest runs whole sites inside a test: nodes over real databases,
// a clock that the test moves, and browsers with cookies that talk to a node
// without a network.
package vechetest

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"veche"
	"veche/account"
	"veche/modules/all"
	"veche/theme"
)

// Options say what site a test wants. The zero value is the product as it is
// shipped, on a fresh SQLite database.
type Options struct {
	// DSN names the database. Default: a file in a folder of the test's own.
	DSN string
	// Folder is the data folder. Default: one of the test's own.
	Folder string
	// Modules replace those of the product.
	Modules []veche.Module
	// CacheBytes is the node's budget; negative for none. Default 64 MiB.
	CacheBytes int64
	// Clock replaces a fresh one, for nodes that share it.
	Clock *Clock
}

// A Site is a node and what surrounds it.
type Site struct {
	Node    *veche.Node
	Clock   *Clock
	t       testing.TB
	options Options
}

// New opens a site, which is closed when the test ends.
func New(t testing.TB, o Options) *Site {
	t.Helper()
	if o.Folder == "" {
		o.Folder = t.TempDir()
	}
	if o.DSN == "" {
		o.DSN = filepath.Join(o.Folder, "test.db")
	}
	if o.Modules == nil {
		o.Modules = all.Modules()
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = 64 << 20
	}
	if o.Clock == nil {
		o.Clock = NewClock()
	}
	s := &Site{Clock: o.Clock, t: t, options: o}
	s.open()
	t.Cleanup(s.shut)
	return s
}

// open starts a node as the options have it.
func (s *Site) open() {
	s.t.Helper()
	o := s.options
	node, err := veche.New(s.t.Context(), veche.Options{
		Folder: o.Folder, DSN: o.DSN, Modules: o.Modules, Theme: theme.Default(),
		CacheBytes: o.CacheBytes, Now: o.Clock.Now, Log: logTo(s.t),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.Node = node
}

func (s *Site) shut() {
	if s.Node == nil {
		return
	}
	if err := s.Node.Close(); err != nil {
		s.t.Errorf("closing the node: %v", err)
	}
}

// Restart closes the node, and opens another one on the same folder and
// database, which has kept nothing yet. The site's browsers talk to it from
// then on.
func (s *Site) Restart() {
	s.t.Helper()
	s.shut()
	s.Node = nil
	s.open()
}

// Twin opens another node of the site, over the same folder and database and
// with the same clock. A negative budget makes it one that keeps nothing: what
// it shows is what is so. It does not hear of the changes made on others, so
// one that keeps something soon shows what is no more.
func (s *Site) Twin(cacheBytes int64) *Site {
	s.t.Helper()
	o := s.options
	o.CacheBytes, o.Clock = cacheBytes, s.Clock
	return New(s.t, o)
}

// Folder is the data folder of the site.
func (s *Site) Folder() string { return s.options.Folder }

// Password is that of every member made by Member.
const Password = "the veche bell 1136"

// Member makes a member and returns a browser in which they are signed in.
func (s *Site) Member(login string, role account.Role) *Browser {
	s.t.Helper()
	_, err := s.Node.Accounts().Create(s.Node.Context(s.t.Context()), account.Draft{Login: login, Password: Password, Role: role})
	if err != nil {
		s.t.Fatal(err)
	}
	b := s.Browser()
	b.SignIn(login, Password)
	return b
}

// Made returns how many fragments of each component were computed so far.
func (s *Site) Made() map[string]uint64 {
	made := make(map[string]uint64)
	for name, c := range s.Node.Stats().Components {
		made[name] = c.Made
	}
	return made
}

// A Clock shows the time that the test wants. It may be used from many
// goroutines.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at noon of a certain day.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
