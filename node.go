package veche

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"veche/account"
	"veche/data"
	"veche/fault"
	"veche/locale"
	"veche/mosaic"
	"veche/track"
	"veche/web"
)

// A Node is one process of a site.
type Node struct {
	Options
	tracker  *track.Tracker
	memory   *memory // nil if nothing is kept
	results  *results
	db       *data.DB
	words    *locale.Words
	folder   *mosaic.Folder
	assets   *assets
	store    *mosaic.Store
	accounts *account.Keeper
	slots    map[string]map[string][]mosaic.Fragment // by frame and slot
	router   *web.Router
	guard    *web.Guard
	made     []string // folders that New made, the innermost first
}

// New opens the site's database, brings its tables up to date, and returns a
// node ready to serve. The caller closes it. What can be found wrong without the
// database is found first, and a folder made in vain is removed again.
func New(ctx context.Context, o Options) (*Node, error) {
	o.complete()
	n := &Node{Options: o}
	for _, step := range []struct {
		doing string
		do    func(context.Context) error
	}{
		{"checking the modules", n.checkModules},
		{"setting up the cache", n.openMemory},
		{"reading the words", n.readWords},
		{"opening the theme", n.openTheme},
		{"setting up the mosaic", n.openStore},
		{"setting up accounts", n.openAccounts},
		{"setting up the routes", n.openRoutes},
		{"making the data folder", n.makeFolder},
		{"opening the database", n.openData},
	} {
		if err := step.do(ctx); err != nil {
			err = errors.Join(fmt.Errorf("%s: %w", step.doing, err), n.Close())
			for _, folder := range n.made {
				_ = os.Remove(folder) // not if there is anything in it
			}
			return nil, err
		}
	}
	return n, nil
}

func (n *Node) checkModules(context.Context) error {
	seen := make(map[string]bool)
	for _, m := range n.Modules {
		if m.Name == "" || seen[m.Name] {
			return fmt.Errorf("a module has no name of its own: %q", m.Name)
		}
		seen[m.Name] = true
	}
	if n.Theme == nil {
		return errors.New("there is no theme")
	}
	return nil
}

func (n *Node) makeFolder(context.Context) error {
	inner := filepath.Join(n.Folder, "theme")
	for folder := inner; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		n.made = append(n.made, folder)
	}
	if err := os.MkdirAll(inner, 0o750); err != nil {
		return fmt.Errorf("the folder %q cannot be made: %w", n.Folder, errors.Unwrap(err))
	}
	return nil
}

func (n *Node) openMemory(context.Context) (err error) {
	n.tracker = track.New(track.Options{Now: n.Now})
	if n.CacheBytes > 0 {
		n.memory, err = newMemory(n.CacheBytes)
		n.results = &results{memory: n.memory}
	}
	return err
}

func (n *Node) openData(ctx context.Context) (err error) {
	n.db, err = data.Open(ctx, n.dataOptions())
	if err != nil {
		return err
	}
	schemas := []data.Schema{
		{Module: "veche", Number: schemaNumber, Entities: []any{Template{}}},
		{Module: "account", Number: account.Schema, Entities: account.Entities()},
	}
	for _, m := range n.Modules {
		if len(m.Entities) == 0 {
			continue // it keeps nothing of its own
		}
		schemas = append(schemas, data.Schema{Module: m.Name, Number: m.Schema, Entities: m.Entities, Upgrade: m.Upgrade})
	}
	if err := n.db.Register(schemas...); err != nil {
		return err
	}
	return n.db.Migrate(ctx)
}

func (n *Node) dataOptions() data.Options {
	o := data.Options{DSN: n.DSN, Tracker: n.tracker, Now: n.Now, Log: n.Log}
	if n.results != nil {
		o.Results = n.results
	}
	return o
}

// schemaNumber numbers the form of the keystone's own tables.
const schemaNumber = 1

func (n *Node) openAccounts(context.Context) (err error) {
	o := account.Options{Now: n.Now, Log: n.Log, Secure: n.secure(), Address: n.address}
	if n.memory != nil {
		o.Memory = n.memory
	}
	n.accounts, err = account.New(o)
	return err
}

// Serve answers requests on the listener, and looks after the node, until ctx
// is done; then it finishes the requests under way and returns.
func (n *Node) Serve(ctx context.Context, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var caretakers sync.WaitGroup
	caretakers.Go(func() {
		if err := n.folder.Run(ctx); err != nil {
			n.Log.Error("the theme's folder is no longer watched", "err", err)
		}
	})
	caretakers.Go(func() {
		if err := n.accounts.Run(n.Context(ctx)); err != nil {
			n.Log.Error("old sessions are no longer removed", "err", err)
		}
	})
	err := web.Serve(n.Context(ctx), listener, n, web.ServeOptions{Log: n.Log})
	cancel()
	caretakers.Wait()
	return err
}

// ServeHTTP answers one request.
func (n *Node) ServeHTTP(w http.ResponseWriter, r *http.Request) { n.guard.ServeHTTP(w, r) }

// LookAtTheme looks at the theme's folder now: what was made with a file that
// has changed since the last look is dropped when it returns. Serve looks by
// itself, every Options.ThemeLook.
func (n *Node) LookAtTheme() { n.folder.Look() }

// Context returns a context in which package data and package account work on
// this node's site, for code that serves no request.
func (n *Node) Context(ctx context.Context) context.Context {
	return n.accounts.With(data.With(context.WithValue(ctx, nodeKey{}, n), n.db))
}

// Accounts returns the site's keeper of accounts.
func (n *Node) Accounts() *account.Keeper { return n.accounts }

// Close closes the database. The node serves no longer.
func (n *Node) Close() error {
	if n.db == nil {
		return nil
	}
	return n.db.Close()
}

func (n *Node) openRoutes(context.Context) (err error) {
	n.arrange()
	n.router = web.NewRouter(n.showFault)
	routes := []Route{
		{Pattern: "GET /healthz", Do: n.healthy},
		{Pattern: "GET /readyz", Do: n.ready},
		{Pattern: "GET /assets/{hash}/{name...}", Do: n.assets.serve},
		{Pattern: "POST /locale", Do: chooseLocale},
	}
	for _, m := range n.Modules {
		routes = append(routes, m.Routes...)
		for _, p := range m.Pages {
			routes = append(routes, Route{Pattern: "GET " + p.Pattern, Do: n.page(p)})
		}
	}
	for _, r := range routes {
		if err := n.router.Handle(r.Pattern, r.Do); err != nil {
			return err
		}
	}
	n.guard, err = web.Protect(n.enter(n.router), n.Limits)
	return err
}

// page returns the handler of a page.
func (n *Node) page(p Page) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return n.show(w, r, p.View(r)) }
}

// secure reports whether visitors reach the site by https.
func (n *Node) secure() bool { return len(n.Origin) > 6 && n.Origin[:6] == "https:" }

var errNoNode = fault.New(fault.Internal, "")

// Stats are a node's counts.
type Stats struct {
	mosaic.Stats
	// DroppedQueries are the kept query results that changes have dropped.
	DroppedQueries uint64
	// Tracker are the counts of reads and changes.
	Tracker track.Stats
	// CacheBytes and CacheEntries are what is kept now.
	CacheBytes   int64
	CacheEntries int
}

// Stats returns the node's counts.
func (n *Node) Stats() Stats {
	s := Stats{Stats: n.store.Stats(), DroppedQueries: n.results.count(), Tracker: n.tracker.Stats()}
	if n.memory != nil {
		s.CacheBytes, s.CacheEntries = n.memory.kept.Bytes(), n.memory.kept.Len()
	}
	return s
}

// Words returns a text of the catalogue in English, for programs that speak to
// the one who runs the site.
func (n *Node) Words(key string, args ...any) string {
	return n.words.Text(locale.English, key, args...)
}

// Engine returns the kind of the site's database: "sqlite", "postgres" or "mysql".
func (n *Node) Engine() string { return n.db.Engine() }
