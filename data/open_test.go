package data_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"veche/data"
	"veche/data/datatest"
	"veche/fault"
)

// refused opens a database that cannot be opened and returns the sentence for
// the operator.
func refused(t *testing.T, dsn string) string {
	t.Helper()
	db, err := data.Open(t.Context(), data.Options{DSN: dsn, WaitMax: 5 * time.Second})
	if err == nil {
		db.Close()
		t.Fatalf("%s: it opens", dsn)
	}
	f := fault.Of(err)
	if f.Kind != fault.Unavailable || f.Words != "data.unavailable" || f.Cause == nil {
		t.Fatalf("%s: got %v, want an Unavailable fault", dsn, err)
	}
	return f.Cause.Error()
}

func TestFileThatCannotBeADatabaseIsSaidSo(t *testing.T) {
	dir := t.TempDir()
	text, folder := filepath.Join(dir, "text.db"), filepath.Join(dir, "folder.db")
	if err := errors.Join(os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600), os.Mkdir(folder, 0o700)); err != nil {
		t.Fatal(err)
	}
	for dsn, want := range map[string]string{
		text:                                text,
		folder:                              folder,
		filepath.Join(dir, "none", "a.db"):  "does not exist",
		filepath.Join(text, "a.db"):         "not a folder",
		"/proc/veche-has-no-rights-here.db": "/proc",
	} {
		if got := refused(t, dsn); !strings.Contains(got, want) || strings.Contains(got, "\n") {
			t.Errorf("%s: got %q, want %q in one line", dsn, got, want)
		}
	}
	if _, err := data.Open(t.Context(), data.Options{}); err == nil {
		t.Error("a database without a name opens")
	}
	if got, err := os.ReadFile(text); err != nil || len(got) != 1500 {
		t.Errorf("the file was touched: %d bytes, %v", len(got), err)
	}
}

func TestServerThatCannotBeUsedIsSaidSo(t *testing.T) {
	datatest.EachDSN(t, func(t *testing.T, dsn string) {
		u, err := url.Parse(dsn)
		if err != nil || u.Host == "" {
			return // SQLite has no server
		}
		away, stranger, absent := *u, *u, *u
		away.Host = "127.0.0.1:1"
		stranger.User = url.UserPassword("veche_nobody", "s3cret")
		absent.Path = "/veche_absent"
		for _, dsn := range []string{away.String(), stranger.String(), absent.String(), u.Scheme + "://127.0.0.1:port/x"} {
			if got := refused(t, dsn); strings.Contains(got, "s3cret") || strings.Contains(got, "\n") {
				t.Errorf("%s: got %q", dsn, got)
			}
		}
	})
}

func TestSlowStatementsAreLoggedWithoutTheirValues(t *testing.T) {
	var log bytes.Buffer
	o := data.Options{SlowAfter: time.Nanosecond, Log: slog.New(slog.NewTextHandler(&log, nil))}
	db := datatest.SQLite(t, o, schema())
	create(t, db, item("secret-word"))
	ctx := data.With(t.Context(), db)
	if _, err := data.All[News](data.Read(ctx).Where("slug = ?", "secret-word")); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); !strings.Contains(got, "slow statement") || !strings.Contains(got, "slug = ?") || strings.Contains(got, "secret-word") {
		t.Errorf("got %s", got)
	}
}

func TestDatabaseOfTheContext(t *testing.T) {
	db := datatest.SQLite(t, data.Options{}, schema())
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if data.From(data.With(t.Context(), db)) != db {
		t.Error("the context has another database")
	}
	if e := db.Entity("news"); e == nil || db.Entity("nonsense") != nil || len(db.Entities()) != 2 {
		t.Errorf("got entities %v", db.Entities())
	}
	defer func() {
		if recover() == nil {
			t.Error("a context without a database is taken for one")
		}
	}()
	data.Read(context.Background())
}

func TestLostDatabaseIsUnavailable(t *testing.T) {
	datatest.EachDSN(t, func(t *testing.T, dsn string) {
		db, err := open(t, dsn, schema())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(data.With(t.Context(), db))
		cancel()
		if _, err := data.ByID[News](ctx, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: got %v", err)
		}
		if _, err := data.Write(ctx, func(*data.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: got %v", err)
		}
	})
}
