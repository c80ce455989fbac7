package house

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

func checkNoInit(t *Tree) []Finding {
	var found []Finding
	t.eachFunction(func(p *Package, f *File, fn *ast.FuncDecl) {
		if fn.Recv == nil && fn.Name.Name == "init" {
			found = append(found, Finding{
				File: f.Path, Line: t.line(fn.Pos()), Subject: p.Path + ".init",
				Text: "init runs behind everybody's back: let the caller construct what it needs",
			})
		}
	})
	return found
}

// checkPackageVariables holds package variables to what can be checked without running: outside tests, a variable declared at
// package level is never written again anywhere in the tree, tests included. To write is to assign to it, to its fields or
// elements; to count it up or down; to delete from, clear or copy into it; or to take an address in it, since who holds the address
// may write. Nor may it be of a kind that is made to change: a channel, a lock or pool of sync, an atomic, a flag, a buffer;
// sync.OnceValue and its like are constants that are late. What a method does with its receiver stays for readers to see.
func checkPackageVariables(t *Tree) []Finding {
	v := variableCheck{tree: t, declared: make(map[string]Finding)}
	for _, p := range t.Packages {
		v.declarations(p)
	}
	for _, p := range t.Packages {
		internal, external := splitTests(p)
		v.writes(p, append(internal, p.Files...))
		v.writes(p, external)
	}
	return v.found
}

type variableCheck struct {
	tree     *Tree
	declared map[string]Finding // by package.name: where each variable is declared
	found    []Finding

	pkg  *Package // being checked for writes
	info *types.Info
}

func (v *variableCheck) declarations(p *Package) {
	for _, f := range p.Files {
		for _, decl := range f.Syntax.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.VAR {
				continue
			}
			for _, spec := range group.Specs {
				spec := spec.(*ast.ValueSpec)
				for _, name := range spec.Names {
					at := Finding{File: f.Path, Line: v.tree.line(name.Pos()), Subject: p.Path + "." + name.Name}
					v.declared[at.Subject] = at
					if kind := changing(f, spec); kind != "" {
						at.Text = fmt.Sprintf("%s is %s and so made to change: keep it in a value that a constructor returns", name.Name, kind)
						v.found = append(v.found, at)
					}
				}
			}
		}
	}
}

// changing names the kind of variable that is made to change, if the declaration shows one.
func changing(f *File, spec *ast.ValueSpec) (kind string) {
	visit := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.FuncType:
			return false
		case *ast.ChanType:
			kind = "a channel"
		case *ast.SelectorExpr:
			if from := changingKind(f, n); from != "" {
				kind = from
			}
		}
		return true
	}
	if spec.Type != nil {
		ast.Inspect(spec.Type, visit)
	}
	for _, value := range spec.Values {
		ast.Inspect(value, visit)
	}
	return kind
}

func changingKind(f *File, selector *ast.SelectorExpr) string {
	x, ok := selector.X.(*ast.Ident)
	if !ok {
		return ""
	}
	name := x.Name + "." + selector.Sel.Name
	switch imported(f, x.Name) {
	case "sync":
		if !strings.HasPrefix(selector.Sel.Name, "Once") || selector.Sel.Name == "Once" {
			return "a " + name
		}
	case "sync/atomic":
		return "an " + name
	case "flag":
		return "a flag"
	case "bytes", "strings":
		if selector.Sel.Name == "Buffer" || selector.Sel.Name == "Builder" {
			return "a " + name
		}
	}
	return ""
}

// imported returns the path the file imports under the name; the name must be the path's last element or given in the import.
func imported(f *File, name string) string {
	for _, spec := range f.Syntax.Imports {
		p := importPath(spec)
		if spec.Name != nil && spec.Name.Name == name || spec.Name == nil && strings.HasSuffix("/"+p, "/"+name) {
			return p
		}
	}
	return ""
}

// writes resolves names with go/types. Imports are not followed: an unknown import leaves types unknown, but which package or
// variable a name stands for is known all the same, and that is all the rule asks.
func (v *variableCheck) writes(p *Package, files []*File) {
	if len(files) == 0 {
		return
	}
	v.pkg, v.info = p, &types.Info{Uses: make(map[*ast.Ident]types.Object)}
	config := types.Config{Importer: blindImporter{}, Error: func(error) {}}
	var syntax []*ast.File
	for _, f := range files {
		syntax = append(syntax, f.Syntax)
	}
	_, _ = config.Check(p.Path, v.tree.set, syntax, v.info) // what is unresolved for want of imports is expected
	for _, f := range files {
		ast.Inspect(f.Syntax, func(n ast.Node) bool { v.visit(f, n); return true })
	}
}

type blindImporter struct{}

func (blindImporter) Import(string) (*types.Package, error) { return nil, errors.New("not followed") }

func (v *variableCheck) visit(f *File, n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, left := range n.Lhs {
			v.written(f, left, "assigned to")
		}
	case *ast.IncDecStmt:
		v.written(f, n.X, "counted")
	case *ast.RangeStmt:
		v.written(f, n.Key, "assigned to")
		v.written(f, n.Value, "assigned to")
	case *ast.UnaryExpr:
		if _, literal := n.X.(*ast.CompositeLit); n.Op == token.AND && !literal {
			v.written(f, n.X, "exposed by its address")
		}
	case *ast.CallExpr:
		name, ok := n.Fun.(*ast.Ident)
		if ok && len(n.Args) > 0 && (name.Name == "delete" || name.Name == "clear" || name.Name == "copy") {
			v.written(f, n.Args[0], "changed by "+name.Name)
		}
	}
}

// written reports the expression if the variable at its root is one of the declared.
func (v *variableCheck) written(f *File, e ast.Expr, how string) {
	name := v.root(e)
	declared, ok := v.declared[name]
	if !ok {
		return
	}
	_, short, _ := strings.Cut(name[strings.LastIndex(name, "/")+1:], ".")
	declared.Text = fmt.Sprintf("%s is %s at %s:%d: keep it in a value that a constructor returns", short, how, f.Path, v.tree.line(e.Pos()))
	v.found = append(v.found, declared)
}

// root returns the package variable, as package.name, into which an expression reaches, or nothing.
func (v *variableCheck) root(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.SelectorExpr:
			if name, ok := x.X.(*ast.Ident); ok {
				if pkg, ok := v.info.Uses[name].(*types.PkgName); ok {
					ours, _ := v.tree.relative(pkg.Imported().Path())
					return ours + "." + x.Sel.Name
				}
			}
			e = x.X
		case *ast.Ident:
			if o, ok := v.info.Uses[x].(*types.Var); ok && o.Pkg() != nil && o.Parent() == o.Pkg().Scope() {
				return v.pkg.Path + "." + x.Name
			}
			return ""
		default:
			return ""
		}
	}
}
