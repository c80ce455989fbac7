package browsertest_test

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"testing"

	"veche"
	"veche/modules/all"
	"veche/theme"
)

// A site is a node that answers on the loopback address.
type site struct {
	node     *veche.Node
	address  string // http://127.0.0.1:port
	password string // of the demonstration's administrator
}

// startSite starts a node in an empty folder, as "veche serve" does.
func startSite(t *testing.T) *site {
	t.Helper()
	folder := t.TempDir()
	node, err := veche.New(t.Context(), veche.Options{
		Folder: folder, DSN: filepath.Join(folder, "veche.db"), Modules: all.Modules(), Theme: theme.Default(), CacheBytes: 64 << 20,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	stopped := make(chan error, 1)
	go func() { stopped <- node.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Errorf("serving: %v", err)
		}
		if err := node.Close(); err != nil {
			t.Errorf("closing the node: %v", err)
		}
	})
	return &site{node: node, address: "http://" + listener.Addr().String()}
}

// startDemo starts a node with the demonstration.
func startDemo(t *testing.T) *site {
	t.Helper()
	s := startSite(t)
	var err error
	if s.password, err = s.node.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// setup returns the path that "veche serve" prints at its first start.
func (s *site) setup(t *testing.T) string {
	t.Helper()
	token, needed, err := s.node.Accounts().SetupToken(s.node.Context(t.Context()))
	if err != nil || !needed {
		t.Fatalf("there is no setup token: needed %v, %v", needed, err)
	}
	return "/setup?token=" + token
}
