// Package house holds the source of veche to its own style: who may import whom, how long a function may grow, what must be
// documented and tested. Where a rule of the style can be checked by a machine, it is checked here; the rest is left to readers.
//
// A [Rule] looks at the whole [Tree] and returns a [Finding] for each place that breaks it; a finding says what to do about it.
// What the house allows beyond its rules stands in [Exceptions], each with a reason, and an exception nobody needs is a finding
// too. The rules run as the test TestHouse, one subtest each, so `go test ./internal/house` is all there is to call.
//
// To read the package, begin with [Rules], then take any rule: its function says what exactly is checked, and a planted tree in
// testdata breaks it.
package house

import (
	"cmp"
	"fmt"
	"slices"
)

// A Rule is one law of the house.
type Rule struct {
	Name  string                // one word or two, as exceptions and subtests name it
	Law   string                // the law in a sentence
	check func(*Tree) []Finding // finds what breaks the law; fills every field but Rule
}

// Rules returns every law of the house.
func Rules() []Rule {
	return []Rule{
		{"floors", "Imports follow floors.txt, which permits nothing that is not used.", checkFloors},
		{"function-lines", "A function has at most 70 lines.", checkFunctionLines},
		{"file-lines", "A file has at most 500 lines.", checkFileLines},
		{"parameters", "A function takes at most 6 parameters.", checkParameters},
		{"package-lines", "A package has at most 3000 lines, tests aside.", checkPackageLines},
		{"package-comment", "A package says in one comment what it is for.", checkPackageComments},
		{"exported-docs", "An exported name is documented, beginning with the name.", checkExportedDocs},
		{"no-init", "Nothing happens because a package was imported.", checkNoInit},
		{"package-variables", "A package variable never changes.", checkPackageVariables},
		{"package-names", "A package is named by a noun that says what it holds.", checkPackageNames},
		{"external-tests", "Tests use the package as a stranger would.", checkExternalTests},
		{"no-sleep", "Tests wait for events, or in a synctest bubble, never for the clock.", checkNoSleep},
		{"to-do", "What is left to do has the number of an issue.", checkToDo},
		{"promises", "A test named in a document exists, and a promise names its test.", checkPromises},
		{"links", "A link from a document to the tree leads somewhere.", checkLinks},
		{"decisions", "A decision record has its four headings and is listed.", checkDecisions},
	}
}

// Inspect applies the rule to the tree and returns the findings that no exception excuses, in the order of the source, followed
// by one for each exception to this rule that excuses nothing or gives no reason.
func (r Rule) Inspect(t *Tree, exceptions []Exception) []Finding {
	excused := make(map[string]bool)
	for _, e := range exceptions {
		if e.Rule == r.Name {
			excused[e.Subject] = false
		}
	}
	var found []Finding
	for _, f := range r.check(t) {
		f.Rule = r.Name
		if _, ok := excused[f.Subject]; ok {
			excused[f.Subject] = true
			continue
		}
		found = append(found, f)
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	for _, e := range exceptions {
		if e.Rule != r.Name {
			continue
		}
		if !excused[e.Subject] {
			found = append(found, e.finding("excuses nothing: remove it"))
		}
		if e.Reason == "" {
			found = append(found, e.finding("gives no reason: write why the rule must yield"))
		}
	}
	return found
}

// A Finding is one place that breaks a rule.
type Finding struct {
	Rule    string // the name of the rule
	File    string // where, relative to the root of the tree
	Line    int    // where in File; 0 if the finding is about the whole of it
	Subject string // what an exception would name; does not move when lines do
	Text    string // what is wrong and what to do
}

// String gives the finding in the form file:line: text, which editors can follow.
func (f Finding) String() string {
	where := f.File
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return fmt.Sprintf("%s: %s [%s %s]", where, f.Text, f.Rule, f.Subject)
}
