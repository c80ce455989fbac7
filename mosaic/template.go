package mosaic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"slices"
	"sync"
	"text/template/parse"

	"veche/track"
)

// A Source gives the texts of templates by name ("news/latest",
// "frames/main"). A source whose texts can change notes in ctx what it read,
// for a name that it does not have as well, so that an edit drops exactly what
// was made with the text, or without it.
type Source interface {
	Template(ctx context.Context, name string) (text string, ok bool, err error)
}

// Embedded is a Source of texts that never change: the files name.html of a
// file system, as embedded in the program.
type Embedded struct{ FS fs.FS }

// Template reads the file name.html.
func (e Embedded) Template(_ context.Context, name string) (string, bool, error) {
	return readTemplate(e.FS, name)
}

func readTemplate(files fs.FS, name string) (string, bool, error) {
	text, err := fs.ReadFile(files, name+".html")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return "", false, nil
	}
	return string(text), err == nil, err
}

// Bounds of templates: those that one includes, the languages in which one is
// kept compiled, and the bytes that one may write.
const (
	maxIncluded  = 64
	maxLanguages = 64
	maxOutput    = 16 << 20
)

// output is what a template wrote so far, within its bound.
type output struct{ bytes.Buffer }

// Write appends to the output, or fails.
func (o *output) Write(b []byte) (int, error) {
	if o.Len()+len(b) > maxOutput {
		return 0, fmt.Errorf("a template wrote more than %d bytes", maxOutput)
	}
	return o.Buffer.Write(b)
}

// templates compiles the texts of sources, and keeps what it compiled as long
// as the texts stay the same.
type templates struct {
	sources []Source
	markers markers
	words   func(locale string) template.FuncMap
	asset   func(ctx context.Context, name string) (string, error)
	lookup  func(name string) (*component, bool)

	mu       sync.Mutex
	compiled map[string]*compiled
}

// compiled is a template with all it includes.
type compiled struct {
	names     []string // itself and what it includes, in the order found
	texts     []string // their texts
	localized bool     // whether it says anything in the reader's language
	assets    []string // what it refers to by {{asset}}

	mu       sync.Mutex
	byLocale map[string]*template.Template // the one of "" says nothing
}

// execute writes the template of the given name, filled with data. It notes
// the texts it read, and the facet of the reader's language if it used it.
func (t *templates) execute(ctx context.Context, w io.Writer, name string, data any) error {
	c, err := t.current(ctx, name)
	if err != nil {
		return err
	}
	locale := ""
	if c.localized {
		locale = track.Facet(ctx, LocaleFacet)
	}
	for _, asset := range c.assets {
		if _, err := t.asset(ctx, asset); err != nil {
			return err
		}
	}
	tmpl, err := t.in(c, locale)
	if err != nil {
		return err
	}
	return tmpl.Execute(w, data)
}

// current returns the compiled form of the present texts.
func (t *templates) current(ctx context.Context, name string) (*compiled, error) {
	t.mu.Lock()
	c := t.compiled[name]
	t.mu.Unlock()
	if c != nil {
		same, err := t.unchanged(ctx, c)
		if err != nil || same {
			return c, err
		}
	}
	c, err := t.compile(ctx, name)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.compiled[name] = c
	return c, nil
}

// unchanged reads the sources again, so that the reads are noted, and reports
// whether they still say the same.
func (t *templates) unchanged(ctx context.Context, c *compiled) (bool, error) {
	same := true
	for i, name := range c.names {
		text, err := t.text(ctx, name)
		if err != nil {
			return false, err
		}
		same = same && text == c.texts[i]
	}
	return same, nil
}

// text returns the text of the first source that has the template.
func (t *templates) text(ctx context.Context, name string) (string, error) {
	for _, source := range t.sources {
		text, ok, err := source.Template(ctx, name)
		if err != nil {
			return "", fmt.Errorf("reading the template %q: %w", name, err)
		}
		if ok {
			return text, nil
		}
	}
	return "", fmt.Errorf("there is no template %q", name)
}

func (t *templates) compile(ctx context.Context, name string) (*compiled, error) {
	c := &compiled{byLocale: make(map[string]*template.Template)}
	wanted := []string{name}
	words := t.words("")
	for len(wanted) > 0 {
		next := wanted[0]
		wanted = wanted[1:]
		if slices.Contains(c.names, next) {
			continue
		}
		if len(c.names) == maxIncluded {
			return nil, fmt.Errorf("template %q includes more than %d others", name, maxIncluded)
		}
		text, err := t.text(ctx, next)
		if err != nil {
			return nil, err
		}
		c.names, c.texts = append(c.names, next), append(c.texts, text)
		trees, err := parse.Parse(next, text, "", "", t.funcs(words), builtins)
		if err != nil {
			return nil, err
		}
		used := survey(trees)
		if used.asset != len(used.assets) {
			return nil, fmt.Errorf("template %q: asset takes the name of a file, written out: {{asset \"style.css\"}}", next)
		}
		for _, f := range used.funcs {
			_, says := words[f]
			c.localized = c.localized || says
		}
		c.assets = append(c.assets, used.assets...)
		wanted = append(wanted, used.includes...)
	}
	_, err := t.in(c, "")
	return c, err
}

// in returns the template for readers of the locale.
func (t *templates) in(c *compiled, locale string) (*template.Template, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if tmpl := c.byLocale[locale]; tmpl != nil {
		return tmpl, nil
	}
	root, err := t.parse(c, t.words(locale))
	if err == nil && len(c.byLocale) < maxLanguages {
		c.byLocale[locale] = root
	}
	return root, err
}

// parse returns the template that speaks by the words.
func (t *templates) parse(c *compiled, words template.FuncMap) (*template.Template, error) {
	root := template.New(c.names[0]).Funcs(t.funcs(words)).Option("missingkey=error")
	for i, name := range c.names {
		tmpl := root
		if i > 0 {
			tmpl = root.New(name)
		}
		if _, err := tmpl.Parse(c.texts[i]); err != nil {
			return nil, err
		}
	}
	return root, nil
}

// funcs are the functions of templates: ours, and those of the reader's words.
func (t *templates) funcs(words template.FuncMap) template.FuncMap {
	funcs := template.FuncMap{
		"fragment": t.fragment,
		"slot":     t.markers.slot,
		"asset": func(name string) (string, error) {
			return t.asset(context.Background(), name)
		},
	}
	for name, f := range words {
		funcs[name] = f
	}
	return funcs
}

// fragment leaves a hole for another component's fragment.
func (t *templates) fragment(name string, pairs ...any) (template.HTML, error) {
	c, ok := t.lookup(name)
	if !ok {
		return "", fmt.Errorf("there is no component %q", name)
	}
	params, err := c.params.fromPairs(pairs)
	if err != nil {
		return "", err
	}
	return t.markers.hole(c.params.key(name, params)), nil
}

// builtins names the functions that html/template brings along. A value of nil would
// hide its name from the parser.
var builtins = map[string]any{
	"and": true, "call": true, "html": true, "index": true, "slice": true, "js": true, "len": true, "not": true, "or": true,
	"print": true, "printf": true, "println": true, "urlquery": true, "eq": true, "ge": true, "gt": true, "le": true, "lt": true, "ne": true,
}

// usage is what a template's text refers to.
type usage struct {
	funcs, includes []string
	assets          []string // those named in {{asset "name"}}
	asset           int      // how often asset stands in the text
}

// survey finds what the parsed text refers to, leaving out the templates that
// it defines itself.
func survey(trees map[string]*parse.Tree) usage {
	var u usage
	for _, tree := range trees {
		u.walk(tree.Root)
	}
	u.includes = slices.DeleteFunc(u.includes, func(name string) bool { return trees[name] != nil })
	return u
}

func (u *usage) walk(node parse.Node) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				u.walk(child)
			}
		}
	case *parse.ActionNode:
		u.walk(n.Pipe)
	case *parse.PipeNode:
		if n != nil {
			for i, command := range n.Cmds {
				u.command(command, i > 0)
			}
		}
	case *parse.IfNode:
		u.branch(&n.BranchNode)
	case *parse.RangeNode:
		u.branch(&n.BranchNode)
	case *parse.WithNode:
		u.branch(&n.BranchNode)
	case *parse.TemplateNode:
		u.includes = append(u.includes, n.Name)
		u.walk(n.Pipe)
	case *parse.ChainNode:
		u.walk(n.Node)
	case *parse.IdentifierNode:
		u.funcs = append(u.funcs, n.Ident)
		if n.Ident == "asset" {
			u.asset++
		}
	}
}

func (u *usage) branch(n *parse.BranchNode) {
	u.walk(n.Pipe)
	u.walk(n.List)
	u.walk(n.ElseList)
}

// command walks a command of a pipeline; fed says that another one's result is
// its last argument. An asset is known by its name before the template runs.
func (u *usage) command(n *parse.CommandNode, fed bool) {
	for _, arg := range n.Args {
		u.walk(arg)
	}
	f, ok := n.Args[0].(*parse.IdentifierNode)
	if !ok || f.Ident != "asset" || len(n.Args) != 2 || fed {
		return
	}
	if name, ok := n.Args[1].(*parse.StringNode); ok {
		u.assets = append(u.assets, name.Text)
	}
}

// CheckTemplate reports why a text could not be the template of the given name:
// it does not parse, or refers to what is not there.
func (s *Store) CheckTemplate(ctx context.Context, name, text string) error {
	t := &s.templates
	proposed := templates{
		sources: append([]Source{proposal{name, text}}, t.sources...),
		markers: t.markers, words: t.words, asset: t.asset, lookup: t.lookup,
		compiled: make(map[string]*compiled),
	}
	return proposed.check(ctx, name)
}

// check compiles the template, looks its assets up, and has html/template find
// out whether every place where it says something has a meaning in HTML.
func (t *templates) check(ctx context.Context, name string) error {
	c, err := t.current(ctx, name)
	if err != nil {
		return err
	}
	for _, asset := range c.assets {
		if _, err := t.asset(ctx, asset); err != nil {
			return err
		}
	}
	words := make(template.FuncMap)
	for name := range t.words("") {
		words[name] = func(...any) string { return "" }
	}
	tmpl, err := t.parse(c, words)
	if err != nil {
		return err
	}
	// Only what is found before the template runs counts: it runs without data,
	// and not far.
	if escaping, ok := errors.AsType[*template.Error](tmpl.Execute(noRoom{}, nil)); ok {
		return escaping
	}
	return nil
}

// noRoom is a writer that takes nothing.
type noRoom struct{}

// Write fails.
func (noRoom) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// proposal is the source of one text.
type proposal struct{ name, text string }

// Template returns the text for its name.
func (p proposal) Template(_ context.Context, name string) (string, bool, error) {
	return p.text, name == p.name, nil
}
