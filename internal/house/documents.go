package house

import (
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	toDo        = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)
	toDoIssue   = regexp.MustCompile(`\bTODO\(#[0-9]+\)`)
	promiseRow  = regexp.MustCompile(`^\|\s*\**(P[0-9]+)\b`)
	testName    = regexp.MustCompile("`((?:Test|Fuzz|Benchmark|Example)[A-Z][A-Za-z0-9_]*)(?:/[^`]*)?`")
	link        = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	decisionDoc = regexp.MustCompile(`^docs/adr/[0-9]{4}-[a-z0-9-]+\.md$`)
)

// checkToDo wants the number of an issue on whatever is left to do, in comments of Go and anywhere in other texts: TODO(#1).
func checkToDo(t *Tree) []Finding {
	var found []Finding
	look := func(file string, line int, text string) {
		if len(toDo.FindAllString(text, -1)) > len(toDoIssue.FindAllString(text, -1)) {
			found = append(found, Finding{
				File: file, Line: line, Subject: file,
				Text: "what is left to do has no issue: do it, or open one and name it in brackets after the mark, (#1)",
			})
		}
	}
	for _, p := range t.Packages {
		for _, f := range p.all() {
			for _, group := range f.Syntax.Comments {
				for _, c := range group.List {
					look(f.Path, t.line(c.Pos()), c.Text)
				}
			}
		}
	}
	for _, text := range t.Texts {
		for i, line := range text.Lines {
			look(text.Path, i+1, line)
		}
	}
	return found
}

// checkPromises binds documents to tests. A test is named in backquotes, `TestName` or `TestName/case`, and whatever document names
// it, it must exist somewhere in the tree. A promise is a row of a table, `| P1 never stale | ... | TestName |`, and the row must
// name at least one test: what is not tested yet is not promised.
func checkPromises(t *Tree) []Finding {
	exists := make(map[string]bool)
	for _, p := range t.Packages {
		for _, f := range p.Tests {
			for _, decl := range f.Syntax.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok {
					exists[fn.Name.Name] = true
				}
			}
		}
	}
	var found []Finding
	for _, doc := range t.documents() {
		for i, line := range doc.Lines {
			named := testName.FindAllStringSubmatch(line, -1)
			if m := promiseRow.FindStringSubmatch(line); m != nil && len(named) == 0 {
				found = append(found, Finding{
					File: doc.Path, Line: i + 1, Subject: m[1],
					Text: m[1] + " names no test: add one to the row, as `TestName`, or do not promise it yet",
				})
			}
			for _, m := range named {
				if !exists[m[1]] {
					found = append(found, Finding{
						File: doc.Path, Line: i + 1, Subject: m[1],
						Text: fmt.Sprintf("there is no test %s: name the one that shows this, or write it", m[1]),
					})
				}
			}
		}
	}
	return found
}

// checkLinks follows the links between documents and into the tree; those that leave the tree are for readers to follow. Program
// text between fences has none.
func checkLinks(t *Tree) []Finding {
	var found []Finding
	for _, doc := range t.documents() {
		fenced := false
		for i, line := range doc.Lines {
			if strings.HasPrefix(line, "```") {
				fenced = !fenced
			}
			if fenced {
				continue
			}
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				target, _, _ := strings.Cut(m[1], "#")
				if target == "" || strings.Contains(target, ":") {
					continue
				}
				if _, err := fs.Stat(t.files, path.Join(path.Dir(doc.Path), target)); err != nil {
					found = append(found, Finding{
						File: doc.Path, Line: i + 1, Subject: doc.Path,
						Text: "the link to " + m[1] + " leads nowhere: mend or remove it",
					})
				}
			}
		}
	}
	return found
}

// checkDecisions wants every decision record to hold its headings, in order and with words under each, and the list of records
// to link to it.
func checkDecisions(t *Tree) []Finding {
	var found []Finding
	var list string
	if i := slices.IndexFunc(t.Texts, func(x Text) bool { return x.Path == "docs/adr/README.md" }); i >= 0 {
		list = strings.Join(t.Texts[i].Lines, "\n")
	}
	for _, doc := range t.documents() {
		base := path.Base(doc.Path)
		if path.Dir(doc.Path) != "docs/adr" || base == "README.md" {
			continue
		}
		complain := func(text string) {
			found = append(found, Finding{File: doc.Path, Subject: doc.Path, Text: text})
		}
		if !decisionDoc.MatchString(doc.Path) {
			complain("the name of a decision record has the form 0001-what-was-decided.md")
		}
		if got := headings(doc); !slices.Equal(got, []string{"Context", "Decision", "Alternatives", "Consequences"}) {
			complain(fmt.Sprintf("the headings with words under them are %q: they have to be Context, Decision, Alternatives, Consequences", got))
		}
		if !strings.Contains(list, "("+base+")") {
			complain("the list in docs/adr/README.md does not link to the record: add a line")
		}
	}
	return found
}

// headings returns the second-level headings that have text under them.
func headings(doc Text) []string {
	var got []string
	empty := true
	for _, line := range slices.Backward(doc.Lines) {
		heading, ok := strings.CutPrefix(line, "## ")
		switch {
		case ok && !empty:
			got = append(got, heading)
			empty = true
		case !ok && strings.TrimSpace(line) != "":
			empty = false
		}
	}
	slices.Reverse(got)
	return got
}

func (t *Tree) documents() []Text {
	return slices.DeleteFunc(slices.Clone(t.Texts), func(x Text) bool { return path.Ext(x.Path) != ".md" })
}
