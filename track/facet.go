package track

import (
	"context"
	"fmt"
	"slices"
)

// MaxFacets bounds the facets of one recording: a result that looked at more is
// volatile.
const MaxFacets = 64

// Facets tell the value of a facet of the request: who looks, in which
// language. A facet that the request does not have is "". Facets must give the
// same answer for the same name as long as the request lasts, and may be asked
// from many goroutines.
type Facets func(name string) string

// A FacetRead is a facet of the request that the computation looked at, and the
// value it saw.
type FacetRead struct {
	Name  string
	Value string
}

type facetsKey struct{}

// WithFacets returns a context whose request has the given facets.
func WithFacets(ctx context.Context, f Facets) context.Context {
	return context.WithValue(ctx, facetsKey{}, f)
}

// Facet returns the value of a facet and notes that the computation looked at
// it: its result will be kept for requests with this value only.
func Facet(ctx context.Context, name string) string {
	value := Peek(ctx, name)
	r := From(ctx)
	if r == nil {
		return value
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case slices.ContainsFunc(r.facets, func(f FacetRead) bool { return f.Name == name }):
	case len(r.facets) < MaxFacets:
		r.facets = append(r.facets, FacetRead{name, value})
	default:
		r.volatile = fmt.Sprintf("it looked at more than %d facets", MaxFacets)
	}
	return value
}

// Peek returns the value of a facet without noting it. It is for the one who
// looks a kept result up, never for a computation.
func Peek(ctx context.Context, name string) string {
	f, _ := ctx.Value(facetsKey{}).(Facets)
	if f == nil {
		return ""
	}
	return f(name)
}
