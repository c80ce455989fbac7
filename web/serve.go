package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// ServeOptions bound what one connection may take. The zero value works.
type ServeOptions struct {
	HeaderMax  int           // bytes of a request's header; default 32 KiB
	HeaderWait time.Duration // for the header to arrive; default 10 s
	ReadWait   time.Duration // for its body to arrive after that; default 60 s
	WriteWait  time.Duration // for the response to be taken; default 60 s
	IdleWait   time.Duration // between requests; default 120 s
	StopWait   time.Duration // for requests under way when the server stops; default 15 s
	Log        *slog.Logger  // is told, at level debug, of connections that failed; default: standard error
}

// Serve answers requests on the listener until ctx is done; then it takes no
// more, waits for those under way, and returns nil. It closes the listener.
// The contexts of requests hold the values of ctx.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, o ServeOptions) error {
	orElse := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	orElse(&o.HeaderWait, 10*time.Second)
	orElse(&o.ReadWait, time.Minute)
	orElse(&o.WriteWait, time.Minute)
	orElse(&o.IdleWait, 2*time.Minute)
	orElse(&o.StopWait, 15*time.Second)
	if o.HeaderMax <= 0 {
		o.HeaderMax = 32 << 10
	}
	server := &http.Server{
		Handler: patient{handler, o.ReadWait}, MaxHeaderBytes: o.HeaderMax,
		ReadTimeout: o.HeaderWait, WriteTimeout: o.WriteWait, IdleTimeout: o.IdleWait,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ConnContext: withJoined,
	}
	if o.Log != nil {
		server.ErrorLog = slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug)
	}
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.StopWait)
		defer cancel()
		err := server.Shutdown(wait)
		if err != nil {
			err = errors.Join(err, server.Close())
		}
		stopped <- err
	}()
	err := server.Serve(&joining{Listener: listener})
	cancel()
	if stop := <-stopped; errors.Is(err, http.ErrServerClosed) {
		return stop
	}
	return err
}

// patient gives the bodies of requests their time to arrive. The server's own
// ReadTimeout is for the header; to have it set two deadlines would cost each
// request without a body, which most are, the second for nothing.
type patient struct {
	http.Handler
	wait time.Duration
}

// ServeHTTP passes the request on.
func (p patient) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		// Where it fails the connection is already gone, or keeps the shorter time.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(p.wait))
	}
	p.Handler.ServeHTTP(w, r)
}
