package house

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// planFile is the plan of the house; its own comment explains the form to whoever edits it.
const planFile = "floors.txt"

// A plan is floors.txt, read.
type plan struct {
	floors   []*floor           // lowest first
	permits  map[string]*permit // of packages
	tests    map[string]*permit // of packages' tests, beyond what the packages may import
	everyone *permit            // of all tests: the line of *
}

type floor struct {
	name  string
	level int
	laws  []law
}

// A law forbids what no permit may give.
type law struct {
	pkg   string // the one package it binds, or nothing for its whole floor
	never []string
	line  int
}

type permit struct {
	pkg     string
	imports []string
	floor   *floor // nil in the tests' section
	line    int
}

// readPlan reads the plan and returns what is wrong with its form.
func readPlan(text Text) (*plan, []Finding) {
	r := planReader{plan: &plan{
		permits:  make(map[string]*permit),
		tests:    make(map[string]*permit),
		everyone: &permit{pkg: "*"},
	}}
	for i, line := range text.Lines {
		r.line = i + 1
		line, _, _ = strings.Cut(line, "#")
		continued := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
		if words := strings.Fields(line); len(words) > 0 {
			r.read(words, continued)
		}
	}
	return r.plan, r.found
}

type planReader struct {
	plan  *plan
	floor *floor  // being read; nil before the first and in the tests' section
	tests bool    // in the tests' section
	last  *permit // what an indented line continues
	line  int
	found []Finding
}

func (r *planReader) read(words []string, continued bool) {
	pkg, isPermit := strings.CutSuffix(words[0], ":")
	switch {
	case continued && r.last != nil:
		r.last.imports = append(r.last.imports, words...)
	case words[0] == "floor" && len(words) == 2:
		r.floor, r.tests, r.last = &floor{name: words[1], level: len(r.plan.floors)}, false, nil
		r.plan.floors = append(r.plan.floors, r.floor)
	case words[0] == "never" && len(words) > 1 && r.floor != nil:
		bound, never := "", words[1:]
		if pkg, one := strings.CutSuffix(words[1], ":"); one {
			bound, never = pkg, words[2:]
		}
		r.floor.laws = append(r.floor.laws, law{bound, never, r.line})
	case words[0] == "tests" && len(words) == 1:
		r.floor, r.tests, r.last = nil, true, nil
	case isPermit && (r.floor != nil || r.tests):
		r.permit(&permit{pkg: pkg, imports: words[1:], floor: r.floor, line: r.line})
	default:
		r.complain(words[0], "this is no line of a plan: write `floor NAME`, `never IMPORT...`, `never PACKAGE: IMPORT...`, "+
			"`tests` or `PACKAGE: IMPORT...`")
	}
}

func (r *planReader) permit(p *permit) {
	table := r.plan.permits
	if r.tests {
		table = r.plan.tests
	}
	if first, ok := table[p.pkg]; ok {
		r.complain(p.pkg, fmt.Sprintf("%s has a line already, %d: join the two", p.pkg, first.line))
		return
	}
	r.last = p
	if p.pkg == "*" && r.tests {
		r.plan.everyone = p
		return
	}
	table[p.pkg] = p
}

func (r *planReader) complain(subject, text string) {
	r.found = append(r.found, Finding{File: planFile, Line: r.line, Subject: subject, Text: text})
}

// level returns the floor a package of ours stands on, or -1.
func (p *plan) level(pkg string) int {
	if l, ok := p.permits[pkg]; ok && l.floor != nil {
		return l.floor.level
	}
	return -1
}

// floorFor says where a package with these imports can stand: on the lowest floor that sees them all, or above.
func (p *plan) floorFor(pkg string, imports []string) string {
	for _, f := range p.floors {
		hidden := func(imported string) bool {
			_, forbidden := f.forbids(pkg, imported)
			return forbidden || p.level(imported) > f.level
		}
		if !slices.ContainsFunc(imports, hidden) {
			return "under the floor " + f.name + " or above"
		}
	}
	return "under a new floor at the top"
}

// forbids returns the law by which a package of the floor may not import something, if there is one.
func (f *floor) forbids(pkg, imported string) (law, bool) {
	for _, l := range f.laws {
		if l.pkg != "" && l.pkg != pkg {
			continue
		}
		for _, pattern := range l.never {
			matched, _ := path.Match(pattern, imported)
			if matched || pattern == "foreign" && isForeign(imported) {
				return l, true
			}
		}
	}
	return law{}, false
}

// isForeign tells modules of others from packages of ours: the first element of their path is a domain.
func isForeign(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".")
}

// write gives a permit as the plan writes it: our packages, then foreign modules, both in order.
func write(pkg string, imports []string) string {
	sorted := slices.Sorted(slices.Values(imports))
	ours := slices.DeleteFunc(slices.Clone(sorted), isForeign)
	foreign := slices.DeleteFunc(sorted, func(i string) bool { return !isForeign(i) })
	return strings.Join(append([]string{pkg + ":"}, slices.Concat(ours, foreign)...), " ")
}
