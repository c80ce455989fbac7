package house

import (
	"fmt"
	"maps"
	"slices"
)

// checkFloors compares floors.txt with the imports of the source, both ways: an import needs a permit, a permit needs an import.
// A package sees its own floor and those below; the law of a floor can forbid more. Tests may import what their package may and
// what the section tests adds.
func checkFloors(t *Tree) []Finding {
	i := slices.IndexFunc(t.Texts, func(x Text) bool { return x.Path == planFile })
	if i < 0 {
		return []Finding{{File: planFile, Subject: planFile, Text: "there is no plan of the house: write one"}}
	}
	plan, found := readPlan(t.Texts[i])
	c := floorCheck{tree: t, plan: plan, found: found, everyone: make(map[string]bool)}
	for _, p := range t.Packages {
		c.product(p)
		c.tests(p)
	}
	c.vacant()
	c.laws()
	return c.found
}

type floorCheck struct {
	tree     *Tree
	plan     *plan
	everyone map[string]bool // the imports that tests take from the line of *
	found    []Finding
}

// A use is the first import of something by a package.
type use struct {
	file string
	line int
}

// uses collects what the files import: our packages as the plan writes them and foreign modules; the standard library is free.
func (c *floorCheck) uses(files []*File) map[string]use {
	uses := make(map[string]use)
	for _, f := range files {
		for _, spec := range f.Syntax.Imports {
			imported, ours := c.tree.relative(importPath(spec))
			switch {
			case ours:
			case isForeign(imported):
				imported = c.tree.moduleOf(imported)
			default:
				continue
			}
			if _, ok := uses[imported]; !ok {
				uses[imported] = use{f.Path, c.tree.line(spec.Pos())}
			}
		}
	}
	return uses
}

func (c *floorCheck) product(p *Package) {
	if len(p.Files) == 0 {
		return
	}
	uses := c.uses(p.Files)
	names := slices.Sorted(maps.Keys(uses))
	truth := write(p.Path, names)
	line, ok := c.plan.permits[p.Path]
	if !ok {
		c.add(Finding{File: p.Dir, Subject: p.Path, Text: fmt.Sprintf(
			"the package stands on no floor: add the line `%s` to %s, %s", truth, planFile, c.plan.floorFor(p.Path, names))})
		return
	}
	for _, name := range names {
		if !slices.Contains(line.imports, name) {
			c.add(Finding{File: uses[name].file, Line: uses[name].line, Subject: p.Path, Text: fmt.Sprintf(
				"%s may not import %s: remove the import, or make %s:%d read `%s`", p.Path, name, planFile, line.line, truth)})
		}
	}
	for _, name := range line.imports {
		if _, ok := uses[name]; !ok {
			c.add(Finding{File: planFile, Line: line.line, Subject: p.Path, Text: fmt.Sprintf(
				"%s does not import %s: make the line read `%s`", p.Path, name, truth)})
		}
	}
}

func (c *floorCheck) tests(p *Package) {
	uses := c.uses(p.Tests)
	product := c.uses(p.Files)
	maps.DeleteFunc(uses, func(name string, _ use) bool {
		if slices.Contains(c.plan.everyone.imports, name) {
			c.everyone[name] = true
			return true
		}
		_, ok := product[name]
		return ok || name == p.Path
	})
	names := slices.Sorted(maps.Keys(uses))
	truth := write(p.Path, names)
	line, ok := c.plan.tests[p.Path]
	if !ok {
		line = &permit{}
	}
	for _, name := range names {
		if !slices.Contains(line.imports, name) {
			how := fmt.Sprintf("make %s:%d read", planFile, line.line)
			if !ok {
				how = fmt.Sprintf("add to the section tests of %s the line", planFile)
			}
			c.add(Finding{File: uses[name].file, Line: uses[name].line, Subject: p.Path, Text: fmt.Sprintf(
				"the tests of %s may not import %s: remove the import, or %s `%s`", p.Path, name, how, truth)})
		}
	}
	for _, name := range line.imports {
		if _, ok := uses[name]; !ok {
			how := fmt.Sprintf("make the line read `%s`", truth)
			if len(names) == 0 {
				how = "remove the line"
			}
			c.add(Finding{File: planFile, Line: line.line, Subject: p.Path, Text: fmt.Sprintf(
				"the tests of %s need no permit of their own for %s: %s", p.Path, name, how)})
		}
	}
}

// vacant finds lines of the plan that stand for nothing.
func (c *floorCheck) vacant() {
	exists := make(map[string]bool)
	for _, p := range c.tree.Packages {
		exists[p.Path] = len(p.Files) > 0
	}
	for name, line := range c.plan.permits {
		if !exists[name] {
			c.add(Finding{File: planFile, Line: line.line, Subject: name, Text: fmt.Sprintf(
				"there is no package %s: remove the line", name)})
		}
	}
	for name, line := range c.plan.tests {
		if _, ok := exists[name]; !ok || len(line.imports) == 0 {
			c.add(Finding{File: planFile, Line: line.line, Subject: name, Text: fmt.Sprintf(
				"the line permits nothing to the tests of %s: remove it", name)})
		}
	}
	for _, name := range c.plan.everyone.imports {
		if !c.everyone[name] {
			c.add(Finding{File: planFile, Line: c.plan.everyone.line, Subject: "*", Text: fmt.Sprintf(
				"no test imports %s: remove it from the line", name)})
		}
	}
}

// laws finds permits that no plan may give.
func (c *floorCheck) laws() {
	for name, line := range c.plan.permits {
		for _, imported := range line.imports {
			if above := c.plan.level(imported); above > line.floor.level {
				c.add(Finding{File: planFile, Line: line.line, Subject: name, Text: fmt.Sprintf(
					"%s stands on the floor %s and cannot see %s on the floor %s above it: turn the import round, or move the package",
					name, line.floor.name, imported, c.plan.floors[above].name)})
			}
			if law, forbidden := line.floor.forbids(name, imported); forbidden {
				c.add(Finding{File: planFile, Line: line.line, Subject: name, Text: fmt.Sprintf(
					"the law in line %d (floor %s) says that %s never imports %s: remove the permit and the import",
					law.line, line.floor.name, name, imported)})
			}
		}
	}
}

func (c *floorCheck) add(f Finding) { c.found = append(c.found, f) }
