package house

import (
	"go/ast"
	"strings"
)

func checkExternalTests(t *Tree) []Finding {
	var found []Finding
	for _, p := range t.Packages {
		if p.Name == "main" {
			continue // nobody can import a program
		}
		internal, _ := splitTests(p)
		for _, f := range internal {
			found = append(found, Finding{
				File: f.Path, Line: t.line(f.Syntax.Name.Pos()), Subject: f.Path,
				Text: "the test sits inside the package: make it package " + f.Syntax.Name.Name + "_test and use what a stranger can",
			})
		}
	}
	return found
}

// splitTests parts the test files that belong to the package from those of its external test package.
func splitTests(p *Package) (internal, external []*File) {
	for _, f := range p.Tests {
		if strings.HasSuffix(f.Syntax.Name.Name, "_test") {
			external = append(external, f)
		} else {
			internal = append(internal, f)
		}
	}
	return internal, external
}

// checkNoSleep looks at whole files: within a synctest bubble time is fake and sleep is exact, so a file that imports
// testing/synctest is trusted with it.
func checkNoSleep(t *Tree) []Finding {
	var found []Finding
	for _, p := range t.Packages {
		for _, f := range p.Tests {
			if imported(f, "synctest") != "" {
				continue
			}
			ast.Inspect(f.Syntax, func(n ast.Node) bool {
				if selector, ok := n.(*ast.SelectorExpr); ok && selector.Sel.Name == "Sleep" {
					if x, ok := selector.X.(*ast.Ident); ok && imported(f, x.Name) == "time" {
						found = append(found, Finding{
							File: f.Path, Line: t.line(n.Pos()), Subject: f.Path,
							Text: "the test sleeps: wait for the event itself, or run in a testing/synctest bubble",
						})
					}
				}
				return true
			})
		}
	}
	return found
}
