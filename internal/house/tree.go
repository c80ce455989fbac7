package house

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Tree is the source of one module as the rules see it: its Go files parsed, and the texts beside them.
type Tree struct {
	Module   string     // the module's path
	Requires []string   // the modules it requires, from go.mod
	Packages []*Package // by path
	Texts    []Text     // by path: documents, styles, scripts, whatever is read by people and is not Go

	files fs.FS
	set   *token.FileSet
}

// A Package is one folder of Go files.
type Package struct {
	Path  string // relative to the module; the root package has the module's path
	Dir   string // folder relative to the root
	Name  string // from the package clause; empty if the folder holds tests only
	Files []*File
	Tests []*File // internal and external alike
}

// A File is one parsed Go file.
type File struct {
	Path   string // relative to the root
	Lines  int
	Syntax *ast.File
}

// A Text is a file that is not Go.
type Text struct {
	Path  string // relative to the root
	Lines []string
}

// Load reads the tree whose root, the folder of go.mod, is files. As the go command does, it passes over testdata, vendor, nested
// modules and what begins with a dot or an underscore, save the scripts in .ci. Build constraints are ignored: a file for another
// system has to keep the rules as well. A Go file that does not parse is an error.
func Load(files fs.FS) (*Tree, error) {
	mod, err := fs.ReadFile(files, "go.mod")
	if err != nil {
		return nil, fmt.Errorf("reading the module file: %w", err)
	}
	t := &Tree{files: files, set: token.NewFileSet()}
	if t.Module, t.Requires = readModuleFile(mod); t.Module == "" {
		return nil, errors.New("go.mod names no module")
	}
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && t.passesOver(name):
			return fs.SkipDir
		case d.Type().IsRegular():
			return t.add(name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the tree: %w", err)
	}
	slices.SortFunc(t.Packages, func(a, b *Package) int { return strings.Compare(a.Path, b.Path) })
	return t, nil
}

var requirement = regexp.MustCompile(`^\s*(?:require\s+)?(\S+)\s+v\d\S*`)

func readModuleFile(mod []byte) (module string, requires []string) {
	for line := range strings.Lines(string(mod)) {
		if name, ok := strings.CutPrefix(line, "module "); ok {
			module = strings.TrimSpace(name)
		} else if m := requirement.FindStringSubmatch(line); m != nil {
			requires = append(requires, m[1])
		}
	}
	return module, requires
}

func (t *Tree) passesOver(dir string) bool {
	base := path.Base(dir)
	switch {
	case dir == "." || dir == ".ci":
		return false
	case strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_"):
		return true
	case base == "testdata" || base == "vendor" || base == "node_modules":
		return true
	}
	_, err := fs.Stat(t.files, path.Join(dir, "go.mod"))
	return err == nil
}

func (t *Tree) add(name string) error {
	data, err := fs.ReadFile(t.files, name)
	if err != nil {
		return err
	}
	if path.Ext(name) != ".go" {
		if isText(name, data) {
			t.Texts = append(t.Texts, Text{Path: name, Lines: strings.Split(string(data), "\n")})
		}
		return nil
	}
	syntax, err := parser.ParseFile(t.set, name, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	p := t.packageIn(path.Dir(name))
	file := &File{Path: name, Lines: bytes.Count(data, []byte("\n")), Syntax: syntax}
	if strings.HasSuffix(name, "_test.go") {
		p.Tests = append(p.Tests, file)
	} else {
		p.Files = append(p.Files, file)
		p.Name = syntax.Name.Name
	}
	return nil
}

// isText tells texts written here from data, from binaries and from what tools wrote.
func isText(name string, data []byte) bool {
	if strings.HasPrefix(path.Base(name), "go.") || strings.HasSuffix(name, "package-lock.json") {
		return false
	}
	return !bytes.ContainsRune(data[:min(len(data), 8000)], 0)
}

func (t *Tree) packageIn(dir string) *Package {
	for _, p := range t.Packages {
		if p.Dir == dir {
			return p
		}
	}
	p := &Package{Path: dir, Dir: dir}
	if dir == "." {
		p.Path = t.Module
	}
	t.Packages = append(t.Packages, p)
	return p
}

// all yields the package's files, the product's before the tests'.
func (p *Package) all() []*File { return slices.Concat(p.Files, p.Tests) }

// relative returns the path of one of the tree's own packages, as floors.txt writes it, and false for a foreign path.
func (t *Tree) relative(importPath string) (string, bool) {
	if importPath == t.Module {
		return t.Module, true
	}
	return strings.CutPrefix(importPath, t.Module+"/")
}

// moduleOf returns the required module that holds a foreign package, or the path itself if none does.
func (t *Tree) moduleOf(importPath string) string {
	best := ""
	for _, m := range t.Requires {
		if within(importPath, m) && len(m) > len(best) {
			best = m
		}
	}
	return cmp.Or(best, importPath)
}

func (t *Tree) line(pos token.Pos) int { return t.set.Position(pos).Line }

func within(importPath, module string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return p
}
