package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"strings"
)

// purposeWordsMin is the fewest words that can say what a package is for.
const purposeWordsMin = 6

func checkPackageComments(t *Tree) []Finding {
	var found []Finding
	for _, p := range t.Packages {
		var first *File
		for _, f := range p.Files {
			if f.Syntax.Doc == nil {
				continue
			}
			if first != nil {
				found = append(found, Finding{File: f.Path, Line: t.line(f.Syntax.Doc.Pos()), Subject: p.Path, Text: fmt.Sprintf(
					"%s holds a package comment already: keep one, or part this from the package clause by an empty line", first.Path)})
				continue
			}
			first = f
			opening, text := opening(p), f.Syntax.Doc.Text()
			if !strings.HasPrefix(text, opening+" ") || len(strings.Fields(text)) < len(strings.Fields(opening))+purposeWordsMin {
				found = append(found, Finding{File: f.Path, Line: t.line(f.Syntax.Doc.Pos()), Subject: p.Path, Text: fmt.Sprintf(
					"the package comment does not say what the package is for: begin it with %q", opening+" ...")})
			}
		}
		if first == nil && len(p.Files) > 0 {
			found = append(found, Finding{File: p.Files[0].Path, Subject: p.Path, Text: fmt.Sprintf(
				"the package has no comment: say what it is for, beginning with %q", opening(p)+" ...")})
		}
	}
	return found
}

// opening is how the comment of a package has to begin, so that godoc lists it well.
func opening(p *Package) string {
	if p.Name == "main" {
		return "Command " + path.Base(p.Path)
	}
	return "Package " + p.Name
}

// checkExportedDocs wants a comment on every exported name that strangers can reach, beginning with the name where one comment
// speaks for one name. Fields need a comment of their own only in options and configurations, where each says its default, and methods
// of interfaces only where there are several: elsewhere the type's comment may speak for them.
func checkExportedDocs(t *Tree) []Finding {
	var found []Finding
	for _, p := range t.Packages {
		if p.Name == "main" {
			continue
		}
		for _, f := range p.Files {
			d := docCheck{tree: t, pkg: p, file: f}
			for _, decl := range f.Syntax.Decls {
				d.declaration(decl)
			}
			found = append(found, d.found...)
		}
	}
	return found
}

type docCheck struct {
	tree  *Tree
	pkg   *Package
	file  *File
	found []Finding
}

func (d *docCheck) declaration(decl ast.Decl) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		owner := receiver(decl)
		if ast.IsExported(decl.Name.Name) && (owner == "" || ast.IsExported(owner)) {
			d.begins(decl.Name, functionName(d.pkg, decl), decl.Doc)
		}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				d.typeSpec(decl, spec)
			case *ast.ValueSpec:
				d.valueSpec(decl, spec)
			}
		}
	}
}

func (d *docCheck) typeSpec(decl *ast.GenDecl, spec *ast.TypeSpec) {
	if !spec.Name.IsExported() {
		return
	}
	name := d.pkg.Path + "." + spec.Name.Name
	doc := spec.Doc
	if doc == nil && !decl.Lparen.IsValid() {
		doc = decl.Doc
	}
	d.begins(spec.Name, name, doc)
	switch x := spec.Type.(type) {
	case *ast.InterfaceType:
		if x.Methods.NumFields() > 1 {
			d.fields(name, x.Methods, "say its contract")
		}
	case *ast.StructType:
		if strings.HasSuffix(spec.Name.Name, "Options") || strings.HasSuffix(spec.Name.Name, "Config") {
			d.fields(name, x.Fields, "say its unit, its bounds and its default")
		}
	}
}

func (d *docCheck) fields(owner string, list *ast.FieldList, advice string) {
	for _, field := range list.List {
		for _, name := range field.Names {
			if name.IsExported() && field.Doc == nil && field.Comment == nil {
				d.complain(name, owner+"."+name.Name, "has no comment: "+advice)
			}
		}
	}
}

func (d *docCheck) valueSpec(decl *ast.GenDecl, spec *ast.ValueSpec) {
	for _, name := range spec.Names {
		if name.IsExported() && spec.Doc == nil && spec.Comment == nil && decl.Doc == nil {
			d.complain(name, d.pkg.Path+"."+name.Name, "has no comment, nor has its group: say what it means and its unit")
		}
	}
}

// begins wants the comment to begin with the name, after an article if need be.
func (d *docCheck) begins(name *ast.Ident, subject string, doc *ast.CommentGroup) {
	if doc == nil {
		d.complain(name, subject, "has no comment: say its contract, beginning with the name")
		return
	}
	text := doc.Text()
	for _, article := range []string{"A ", "An ", "The "} {
		text = strings.TrimPrefix(text, article)
	}
	rest, ok := strings.CutPrefix(text, name.Name)
	if !ok || rest == "" || token.IsIdentifier("x"+rest[:1]) {
		d.complain(name, subject, "has a comment that does not begin with the name, as godoc readers expect")
	}
}

func (d *docCheck) complain(name *ast.Ident, subject, text string) {
	d.found = append(d.found, Finding{
		File: d.file.Path, Line: d.tree.line(name.Pos()), Subject: subject, Text: name.Name + " " + text,
	})
}
