package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"veche/fault"
)

// A Handler answers a request, or returns why it could not; then it has
// written nothing.
type Handler func(w http.ResponseWriter, r *http.Request) error

// A Router sends requests to handlers by the patterns of http.ServeMux, and
// their errors to one place. Routes are added before it serves.
type Router struct {
	mux     *http.ServeMux
	methods []string // that patterns name, each once
	onError func(w http.ResponseWriter, r *http.Request, f *fault.Error)
}

// NewRouter returns a router without routes. onError answers a request whose
// handler failed, that no pattern matches, or whose method none allows: then
// the header Allow is set. Should a handler fail after it began to write, onError
// is told with a writer that goes nowhere, and the connection is closed. A nil
// onError answers with the kind's name.
func NewRouter(onError func(w http.ResponseWriter, r *http.Request, f *fault.Error)) *Router {
	if onError == nil {
		onError = func(w http.ResponseWriter, _ *http.Request, f *fault.Error) { plain(w, f.Kind) }
	}
	t := &Router{mux: http.NewServeMux(), onError: onError}
	t.mux.HandleFunc(everywhere, func(w http.ResponseWriter, r *http.Request) { t.run(w, r, t.unmatched) })
	return t
}

// everywhere is the pattern of what no other pattern matches.
const everywhere = "/"

// Handle adds a route. A pattern that conflicts with another one is an error of
// the program, and returned.
func (t *Router) Handle(pattern string, h Handler) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("web: the route %q: %v", pattern, r)
		}
	}()
	t.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { t.run(w, r, h) })
	if method, _, ok := strings.Cut(pattern, " "); ok && !slices.Contains(t.methods, method) {
		t.methods = append(t.methods, method)
		slices.Sort(t.methods)
	}
	return nil
}

// ServeHTTP answers the request.
func (t *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) { t.mux.ServeHTTP(w, r) }

// unmatched is the fault of a request that no pattern matches: there is no such
// address, or not for its method.
func (t *Router) unmatched(w http.ResponseWriter, r *http.Request) error {
	var allowed []string
	for _, method := range t.methods {
		other := *r
		other.Method = method
		if _, pattern := t.mux.Handler(&other); pattern == everywhere {
			continue
		}
		allowed = append(allowed, method)
		if method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	if len(allowed) == 0 {
		return fault.New(fault.NotFound, "")
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return fault.New(fault.NotAllowed, "")
}

// run is the one place where a request's panic ends.
func (t *Router) run(w http.ResponseWriter, r *http.Request, h Handler) {
	watched := &watchedWriter{ResponseWriter: w, conn: joinedOf(r)}
	err := call(h, watched, r)
	switch {
	case err == nil:
	case errors.Is(err, http.ErrAbortHandler):
		panic(http.ErrAbortHandler)
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil: // the visitor went away
	case watched.began:
		t.answer(nowhere{}, r, err)
		panic(http.ErrAbortHandler) // half a page is worse than none
	default:
		t.answer(watched, r, err)
	}
}

// call runs the handler. A panic is an error like others.
func call(h Handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if caught := recover(); caught == http.ErrAbortHandler {
			err = http.ErrAbortHandler
		} else if caught != nil {
			err = fault.Because(fmt.Errorf("panic: %v\n%s", caught, debug.Stack()), fault.Internal, "")
		}
	}()
	return h(w, r)
}

// answer has onError answer, and if that fails too, says what there is to say.
func (t *Router) answer(w http.ResponseWriter, r *http.Request, err error) {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = fault.Because(tooLarge, fault.TooLarge, "")
	}
	answer := func(w http.ResponseWriter, r *http.Request) error { t.onError(w, r, fault.Of(err)); return nil }
	if call(answer, w, r) == nil {
		return
	}
	if watched, ok := w.(*watchedWriter); !ok || watched.began {
		panic(http.ErrAbortHandler)
	}
	plain(w, fault.Internal)
}

func plain(w http.ResponseWriter, kind fault.Kind) { http.Error(w, kind.String(), kind.Status()) }

// watchedWriter knows whether the response has begun.
type watchedWriter struct {
	http.ResponseWriter
	conn  *joined
	began bool
}

func (w *watchedWriter) WriteHeader(status int) {
	w.began = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedWriter) Write(b []byte) (int, error) {
	w.began = true
	if w.conn == nil || len(b) < bufferBytes {
		return w.ResponseWriter.Write(b)
	}
	w.conn.hold()
	n, err := w.ResponseWriter.Write(b)
	return n, errors.Join(err, w.conn.release())
}

// FlushError sends what was written so far, for http.ResponseController.
func (w *watchedWriter) FlushError() error {
	w.began = true
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Hijack gives the connection away, for http.ResponseController.
func (w *watchedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	w.began = w.began || err == nil
	return conn, rw, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// nowhere is the response to nobody.
type nowhere struct{}

// Header returns a header that is not sent.
func (nowhere) Header() http.Header { return make(http.Header) }

// Write drops the bytes.
func (nowhere) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader does nothing.
func (nowhere) WriteHeader(int) {}

// SeeOther sends the visitor to a page of this site after a change, with
// status 303, so that reloading does not repeat the change.
func SeeOther(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, Local(to), http.StatusSeeOther)
	return nil
}

// Local returns the address if it is one of this site, else "/": a target that
// came from outside must not lead away.
func Local(to string) string {
	if len(to) == 0 || to[0] != '/' || len(to) > 1 && (to[1] == '/' || to[1] == '\\') {
		return "/"
	}
	for i := range len(to) {
		if to[i] < ' ' || to[i] == '\\' || to[i] == 0x7f {
			return "/"
		}
	}
	return to
}
