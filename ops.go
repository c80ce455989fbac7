package veche

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"veche/fault"
	"veche/web"
)

// readyWait bounds how long the database may take to say that it is there.
const readyWait = 2 * time.Second

// healthy answers that the process runs.
func (n *Node) healthy(w http.ResponseWriter, _ *http.Request) error {
	_, err := io.WriteString(w, "ok\n")
	return err
}

// ready answers that the process can do its work.
func (n *Node) ready(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), readyWait)
	defer cancel()
	if err := n.db.Ping(ctx); err != nil {
		return fault.Because(fmt.Errorf("%w: %w", errNotReady, err), fault.Unavailable, "")
	}
	_, err := io.WriteString(w, "ready\n")
	return err
}

// ServeOps answers those who look after the node, on a listener of their own:
// /healthz, /readyz and /metrics in the text form of Prometheus (exposition
// format 0.0.4).
func (n *Node) ServeOps(ctx context.Context, listener net.Listener) error {
	router := web.NewRouter(func(w http.ResponseWriter, _ *http.Request, f *fault.Error) {
		http.Error(w, f.Kind.String(), f.Kind.Status())
	})
	for pattern, do := range map[string]web.Handler{"GET /healthz": n.healthy, "GET /readyz": n.ready, "GET /metrics": n.metrics} {
		if err := router.Handle(pattern, do); err != nil {
			return err
		}
	}
	return web.Serve(ctx, listener, router, web.ServeOptions{Log: n.Log})
}

func (n *Node) metrics(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	var m meter
	n.measure(&m)
	_, err := io.WriteString(w, m.String())
	return err
}

// measure reads every counter of the node.
func (n *Node) measure(m *meter) {
	made := n.Stats()
	names := slices.Sorted(maps.Keys(made.Components))
	m.family("veche_fragments_made_total", "counter", "Fragments computed.")
	for _, name := range names {
		m.add(float64(made.Components[name].Made), "component", name)
	}
	m.family("veche_fragments_served_total", "counter", "Fragments put into pages, computed or kept.")
	for _, name := range names {
		m.add(float64(made.Components[name].Served), "component", name)
	}
	m.family("veche_fragments_failed_total", "counter", "Fragments that could not be computed.")
	for _, name := range names {
		m.add(float64(made.Components[name].Failed), "component", name)
	}
	m.family("veche_entries_dropped_total", "counter", "Kept entries dropped by changes.")
	m.add(float64(made.DroppedFragments), "kind", "fragment")
	m.add(float64(made.DroppedFrames), "kind", "frame")
	m.add(float64(made.DroppedQueries), "kind", "query")
	m.family("veche_fragments_refused_total", "counter", "Computed fragments not kept: overtaken by a change, volatile, or too slow.")
	m.add(float64(made.Refused))
	m.family("veche_fragments_stuck_total", "counter", "Fragments that took longer than they may.")
	m.add(float64(made.Stuck))
	m.family("veche_cache_bytes", "gauge", "Memory held by kept entries.")
	m.add(float64(made.CacheBytes))
	m.family("veche_cache_entries", "gauge", "Kept entries.")
	m.add(float64(made.CacheEntries))
	m.family("veche_changes_total", "counter", "Committed writes.")
	m.add(float64(made.Tracker.Clock))
	m.family("veche_reads_kept", "gauge", "Reads by which kept entries are found.")
	m.add(float64(made.Tracker.Reads))
	m.family("veche_requests_refused_total", "counter", "Requests not let in: forged, oversized, or too many at once.")
	m.add(float64(n.guard.Refused()))
}

// meter writes the text form of Prometheus.
type meter struct {
	strings.Builder
	name string
}

// family begins the samples of one name.
func (m *meter) family(name, kind, help string) {
	m.name = name
	fmt.Fprintf(m, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// add writes a sample with labels, given as names and values in turn.
func (m *meter) add(value float64, labels ...string) {
	m.WriteString(m.name)
	for i := 0; i+1 < len(labels); i += 2 {
		m.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
		fmt.Fprintf(m, "%s=%q", labels[i], labels[i+1])
	}
	if len(labels) > 0 {
		m.WriteByte('}')
	}
	fmt.Fprintf(m, " %g\n", value)
}
