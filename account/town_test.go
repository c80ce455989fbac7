package account_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"veche/account"
	"veche/account/password"
	"veche/data"
	"veche/data/datatest"
	"veche/fault"
	"veche/track"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// town is a site with accounts, and nothing else.
type town struct {
	*account.Keeper
	t      *testing.T
	db     *data.DB
	passed atomic.Int64 // since noon
}

// eachTown runs the test on a site on every database.
func eachTown(t *testing.T, f func(t *testing.T, town *town)) {
	t.Helper()
	datatest.EachDSN(t, func(t *testing.T, dsn string) { f(t, found(t, dsn, account.Options{})) })
}

// found opens a site on the database.
func found(t *testing.T, dsn string, o account.Options) *town {
	t.Helper()
	town := &town{t: t}
	town.db = datatest.Open(t, data.Options{DSN: dsn, Now: town.now}, data.Schema{
		Module: "account", Number: account.Schema, Entities: account.Entities(),
	})
	o.Now = town.now
	if o.Memory == nil {
		o.Memory = &memory{kept: make(map[string]any)}
	}
	o.Hash = password.Options{MemoryKiB: 64, Passes: 1}
	keeper, err := account.New(o)
	if err != nil {
		t.Fatal(err)
	}
	town.Keeper = keeper
	return town
}

// memory keeps everything.
type memory struct {
	mu   sync.Mutex
	kept map[string]any
}

func (m *memory) Get(key string) (any, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.kept[key]
	return value, ok
}

func (m *memory) Set(key string, value any, _ int64, _ time.Duration) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[key] = value
	return true
}

func (m *memory) Delete(key string) {
	m.mu.Lock()
	value := m.kept[key]
	delete(m.kept, key)
	m.mu.Unlock()
	if kept, ok := value.(interface{ Removed() }); ok {
		kept.Removed()
	}
}

func (town *town) now() time.Time { return noon.Add(time.Duration(town.passed.Load())) }

// wait lets time pass.
func (town *town) wait(d time.Duration) { town.passed.Add(int64(d)) }

// ctx is the context of whoever runs the site.
func (town *town) ctx() context.Context { return town.With(data.With(town.t.Context(), town.db)) }

// member makes a member whose password is the login twice, with "the" between.
func (town *town) member(login string, role account.Role) account.Member {
	town.t.Helper()
	m, err := town.Create(town.ctx(), account.Draft{Login: login, Password: secretOf(login), Role: role})
	if err != nil {
		town.t.Fatal(err)
	}
	return m
}

func secretOf(login string) string { return login + " the " + login }

// browser is what one visitor browses with.
type browser struct {
	town    *town
	address string
	https   bool
	cookies map[string]*http.Cookie
}

func (town *town) browser() *browser {
	return &browser{town: town, address: "203.0.113.7:4711", cookies: make(map[string]*http.Cookie)}
}

// do makes a request that is answered by f.
func (b *browser) do(f func(w http.ResponseWriter, r *http.Request) error) error {
	b.town.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	if b.https {
		r = httptest.NewRequest(http.MethodPost, "https://town.example/", nil)
	}
	r.RemoteAddr = b.address
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	ctx, visit, err := b.town.Identify(b.town.With(data.With(r.Context(), b.town.db)), r)
	if err != nil {
		return err
	}
	w := httptest.NewRecorder()
	err = f(w, r.WithContext(track.WithFacets(ctx, visit.Facet)))
	for _, c := range w.Result().Cookies() {
		if b.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return err
}

// in runs f in the context of a request.
func (b *browser) in(f func(ctx context.Context) error) error {
	b.town.t.Helper()
	return b.do(func(_ http.ResponseWriter, r *http.Request) error { return f(r.Context()) })
}

func (b *browser) signIn(login, password string) error {
	b.town.t.Helper()
	return b.do(func(w http.ResponseWriter, r *http.Request) error {
		_, err := account.SignIn(w, r, account.Credentials{Login: login, Password: password, Keep: true})
		return err
	})
}

// signedIn returns a browser in which the member is signed in.
func (town *town) signedIn(login string) *browser {
	town.t.Helper()
	b := town.browser()
	if err := b.signIn(login, secretOf(login)); err != nil {
		town.t.Fatal(err)
	}
	return b
}

// who returns the viewer's login and role as the next request sees them.
func (b *browser) who() (login string, role account.Role) {
	b.town.t.Helper()
	err := b.in(func(ctx context.Context) error {
		viewer, ok := account.Viewer(ctx)
		if ok != (account.ViewerID(ctx) != 0) || viewer.Password != "" {
			b.town.t.Errorf("Viewer = %+v, %v", viewer, ok)
		}
		login, role = viewer.Login, account.RoleOf(ctx)
		return nil
	})
	if err != nil {
		b.town.t.Fatal(err)
	}
	return login, role
}

func (b *browser) is(login string, role account.Role) {
	b.town.t.Helper()
	if gotLogin, gotRole := b.who(); gotLogin != login || gotRole != role {
		b.town.t.Errorf("the viewer is %q, a %s; want %q, a %s", gotLogin, gotRole, login, role)
	}
}

// token returns the token that the browser has.
func (b *browser) token() string {
	for _, c := range b.cookies {
		return c.Value
	}
	return ""
}

// refused verifies that the error is a fault of the kind with the words.
func refused(t *testing.T, err error, kind fault.Kind, words string) {
	t.Helper()
	if !fault.Is(err, kind) || fault.Of(err).Words != words {
		t.Errorf("got %v, want %s: %s", err, kind, words)
	}
}

// fields verifies that the error names exactly these fields with these words.
func fields(t *testing.T, err error, want map[string]string) {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid || len(f.Fields) != len(want) {
		t.Errorf("got %v, want %v", err, want)
		return
	}
	for field, words := range want {
		if f.Fields[field] != words {
			t.Errorf("the field %q has %q, want %q", field, f.Fields[field], words)
		}
	}
}
