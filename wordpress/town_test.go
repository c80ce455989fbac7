package wordpress_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"veche"
	"veche/data"
	"veche/modules/members"
	"veche/modules/news"
	"veche/modules/site"
	"veche/theme"
	"veche/wordpress"
)

// noon is the time at which all tests happen.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// town is a site to import into.
type town struct {
	*veche.Node
	t      *testing.T
	errors *errorLog
}

func newTown(t *testing.T, dsn string) *town {
	t.Helper()
	log := &errorLog{}
	folder := t.TempDir()
	if dsn == "" {
		dsn = filepath.Join(folder, "town.db")
	}
	node, err := veche.New(t.Context(), veche.Options{
		Folder: folder, DSN: dsn, Theme: theme.Default(), CacheBytes: 16 << 20, Now: func() time.Time { return noon },
		Modules: []veche.Module{site.Module(), news.Module(), members.Module(), wordpress.Module()},
		Log:     slog.New(slog.NewTextHandler(io.MultiWriter(log, t.Output()), &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := node.Close(); err != nil {
			t.Error(err)
		}
	})
	return &town{node, t, log}
}

// errorLog collects what is logged as an error.
type errorLog struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *errorLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *errorLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (w *town) ctx() context.Context { return w.Context(w.t.Context()) }

func (w *town) try(export string) (*wordpress.Report, error) {
	return wordpress.Import(w.ctx(), strings.NewReader(export), wordpress.Options{Accounts: w.Accounts()})
}

func (w *town) bring(export string) *wordpress.Report {
	w.t.Helper()
	report, err := w.try(export)
	if err != nil {
		w.t.Fatalf("importing: %v", err)
	}
	return report
}

// get asks for a page as a guest.
func (w *town) get(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "town.example"
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "en")
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

// rows counts the rows of every table that an import writes.
func (w *town) rows() map[string]int64 {
	w.t.Helper()
	rows := make(map[string]int64)
	for name, model := range map[string]any{
		"pages": &site.Page{}, "redirects": &site.Redirect{}, "settings": &site.Setting{}, "items": &news.Item{},
		"sections": &news.Section{}, "tags": &news.Tag{}, "taggings": &news.Tagging{}, "comments": &news.Comment{},
		"imported": &wordpress.Imported{},
	} {
		var n int64
		if err := data.Read(w.ctx()).Model(model).Count(&n).Error; err != nil {
			w.t.Fatal(err)
		}
		rows[name] = n
	}
	n, err := w.Accounts().Count(w.ctx())
	if err != nil {
		w.t.Fatal(err)
	}
	rows["members"] = n
	return rows
}

// one returns the only row that meets the condition.
func one[T any](w *town, where string, args ...any) T {
	w.t.Helper()
	found, err := data.All[T](data.Read(w.ctx()).Where(where, args...).Limit(2))
	if err != nil || len(found) != 1 {
		w.t.Fatalf("%T where %s %v: %d rows, error %v", *new(T), where, args, len(found), err)
	}
	return found[0]
}

// counted returns the counts of a kind.
func counted(r *wordpress.Report, kind string) wordpress.Count {
	for _, c := range r.Counts {
		if c.Kind == kind {
			return *c
		}
	}
	return wordpress.Count{Kind: kind}
}

// noted returns how often the report notes something that holds the words.
func noted(r *wordpress.Report, words string) int {
	n := 0
	for _, note := range r.Notes {
		if strings.Contains(note.What, words) {
			n += note.Count
		}
	}
	return n
}

// realExports returns the real exports, or skips (fails, under
// VECHE_TEST_STRICT=1) where they are absent. VECHE_TEST_WXR names their folder.
func realExports(t *testing.T) []string {
	t.Helper()
	folder := os.Getenv("VECHE_TEST_WXR")
	if folder == "" {
		folder = filepath.Join("..", "..", "shared", "data", "wordpress")
	}
	files, _ := filepath.Glob(filepath.Join(folder, "*.xml"))
	if len(files) == 0 {
		const why = "SKIPPED: no real exports here; set VECHE_TEST_WXR to a folder of *.xml exports"
		if os.Getenv("VECHE_TEST_STRICT") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	return files
}
