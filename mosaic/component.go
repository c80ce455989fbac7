package mosaic

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
)

// A Component makes the fragments of one name. It is a value that a program
// declares once and registers in a [Store]; it holds no state.
type Component struct {
	name   string
	params *paramSet
	make   func(ctx context.Context, params any) (any, error)
	err    error // what is wrong with the declaration
}

// HTML is bytes of a page that a component made itself. They are trusted: what
// is in them was escaped before. They must not change once returned.
type HTML []byte

// New declares a component. Its name is "module/noun" in letters, digits, '-',
// '_' and '.', which is also the name of its template. P is a struct of exported
// strings, bools, ints and int64s. [Store.Register] reports what is wrong.
//
// The function computes the fragment's data for the parameters and the request
// in ctx, reading all it needs with ctx. What it returns is executed by the
// template; a result of type [HTML] is the fragment itself, and nil is an empty
// fragment. It may run for one request and its result be shown to another, so
// it must get everything that depends on the request from ctx. It must not
// write. An error of package fault with kind NotFound, Unauthorized or
// Forbidden, and a [Moved], are results like others, kept and all.
func New[P any](name string, make func(ctx context.Context, p P) (any, error)) Component {
	c := Component{name: name}
	c.params, c.err = paramsOf(reflect.TypeFor[P]())
	switch {
	case !wellNamed(name):
		c.err = fmt.Errorf("mosaic: a component is named \"module/noun\", not %q", name)
	case make == nil:
		c.err = fmt.Errorf("mosaic: the component %q has no function", name)
	}
	c.make = func(ctx context.Context, params any) (any, error) { return make(ctx, params.(P)) }
	return c
}

// wellNamed reports whether the name is a component's. Names end up in keys and
// in the output of templates, so nothing in them may mean anything there.
func wellNamed(name string) bool {
	module, noun, ok := strings.Cut(name, "/")
	strange := func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./", r))
	}
	return ok && module != "" && noun != "" && !strings.ContainsFunc(name, strange)
}

// Name returns the component's name.
func (c Component) Name() string { return c.name }

// A Fragment is a place for what a component makes with certain parameters. Its
// copies know the same key, so a fragment that many pages show is best placed
// once. The zero Fragment is no fragment: its place stays empty.
type Fragment struct {
	name  string
	given any   // the parameters, or the data of a fresh fragment
	pairs []any // the parameters of a fragment by Named
	fresh bool
	known *atomic.Pointer[identity] // memory of the last identify; nil: none
}

// None is the type of parameters of a component that has none.
type None struct{}

// Place returns the fragment that the component of the given name makes of the
// parameters: a struct of the component's type, or one whose fields the
// component's has as well; nil for no parameters. Components are named, not
// passed, since a page may show those of any module.
func Place(name string, params any) Fragment {
	return Fragment{name: name, given: params, known: new(atomic.Pointer[identity])}
}

// Named is Place for parameters given by name and value in turn, as templates
// do: for the components of modules whose types the caller does not know.
func Named(name string, pairs ...any) Fragment {
	return Fragment{name: name, pairs: pairs, known: new(atomic.Pointer[identity])}
}

// Fresh returns a fragment that is made of the data by the template of the
// given name, for one page, and not kept: a form with what the visitor typed.
func Fresh(template string, data any) Fragment {
	return Fragment{name: template, given: data, fresh: true}
}

// Exists reports whether the fragment was made by Place, Named or Fresh; a zero
// Fragment is no fragment.
func (f Fragment) Exists() bool { return f.name != "" }

// identity is what a fragment is to a component: its key, the name of the
// component and the parameters other than zero written as a URL, by which it is
// kept; and the parameters. It does not change.
type identity struct {
	set    *paramSet
	key    string
	params any
	err    error // the parameters are none of the component's
}

// identify returns the fragment's identity for the component.
func (f *Fragment) identify(c *component) *identity {
	if f.known != nil {
		if id := f.known.Load(); id != nil && id.set.of == c.params.of {
			return id
		}
	}
	id := &identity{set: c.params, key: f.name}
	if f.pairs != nil {
		id.params, id.err = c.params.fromPairs(f.pairs)
	} else {
		id.params, id.err = c.params.fromStruct(f.given)
	}
	if id.err == nil {
		id.key = c.params.key(f.name, id.params)
	}
	if f.known != nil {
		f.known.Store(id)
	}
	return id
}

// component is a registered component with its counts.
type component struct {
	Component
	made   atomic.Uint64
	served atomic.Uint64
	failed atomic.Uint64
	stuck  atomic.Int32 // makings that go on beyond their time
}

// Moved is the error of a main fragment whose page is at another address. The
// visitor is sent there with status 301.
type Moved struct{ To string }

// Error names the new address.
func (m *Moved) Error() string { return "moved to " + m.To }
