package house

import (
	"fmt"
	"go/ast"
)

// The budgets are the point where a reader loses the thread, found in the trees we like best. They count every line, comments
// included, so that nobody saves one by leaving the reason out.
const (
	functionLinesMax = 70
	fileLinesMax     = 500
	parametersMax    = 6
	packageLinesMax  = 3000
)

func checkFunctionLines(t *Tree) []Finding {
	var found []Finding
	t.eachFunction(func(p *Package, f *File, fn *ast.FuncDecl) {
		first, last := t.line(fn.Pos()), t.line(fn.End())
		if n := last - first + 1; n > functionLinesMax {
			found = append(found, Finding{
				File: f.Path, Line: first, Subject: functionName(p, fn),
				Text: fmt.Sprintf("%s has %d lines of %d: split it where its name stops describing it",
					fn.Name.Name, n, functionLinesMax),
			})
		}
	})
	return found
}

// checkParameters counts every signature that is written out: of functions, methods, literals and the methods of interfaces.
func checkParameters(t *Tree) []Finding {
	var found []Finding
	for _, p := range t.Packages {
		for _, f := range p.all() {
			for _, decl := range f.Syntax.Decls {
				ast.Inspect(decl, func(n ast.Node) bool {
					signature, ok := n.(*ast.FuncType)
					if ok && signature.Params.NumFields() > parametersMax {
						found = append(found, Finding{
							File: f.Path, Line: t.line(n.Pos()), Subject: declarationName(p, decl),
							Text: fmt.Sprintf("a function takes %d parameters of %d: give those that travel together a type",
								signature.Params.NumFields(), parametersMax),
						})
					}
					return true
				})
			}
		}
	}
	return found
}

func checkFileLines(t *Tree) []Finding {
	var found []Finding
	for _, p := range t.Packages {
		for _, f := range p.all() {
			if f.Lines > fileLinesMax {
				found = append(found, Finding{
					File: f.Path, Subject: f.Path,
					Text: fmt.Sprintf("the file has %d lines of %d: move a type and its methods to a file of their own",
						f.Lines, fileLinesMax),
				})
			}
		}
	}
	return found
}

func checkPackageLines(t *Tree) []Finding {
	var found []Finding
	for _, p := range t.Packages {
		n := 0
		for _, f := range p.Files {
			n += f.Lines
		}
		if n > packageLinesMax {
			found = append(found, Finding{
				File: p.Dir, Subject: p.Path,
				Text: fmt.Sprintf("the package has %d lines of %d: find the second noun in it", n, packageLinesMax),
			})
		}
	}
	return found
}

func (t *Tree) eachFunction(visit func(*Package, *File, *ast.FuncDecl)) {
	for _, p := range t.Packages {
		for _, f := range p.all() {
			for _, d := range f.Syntax.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok {
					visit(p, f, fn)
				}
			}
		}
	}
}

// functionName names a function as exceptions do: package.Function or package.Type.Method.
func functionName(p *Package, fn *ast.FuncDecl) string {
	if r := receiver(fn); r != "" {
		return p.Path + "." + r + "." + fn.Name.Name
	}
	return p.Path + "." + fn.Name.Name
}

// declarationName names a declaration as exceptions do; a group goes by its first name.
func declarationName(p *Package, decl ast.Decl) string {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		return functionName(p, decl)
	case *ast.GenDecl:
		switch spec := decl.Specs[0].(type) {
		case *ast.TypeSpec:
			return p.Path + "." + spec.Name.Name
		case *ast.ValueSpec:
			return p.Path + "." + spec.Names[0].Name
		}
	}
	return p.Path
}

// receiver returns the name of the type a method belongs to, or nothing for a function.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv.NumFields() == 0 {
		return ""
	}
	e := fn.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
