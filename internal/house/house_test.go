package house_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"veche/internal/house"
)

var update = flag.Bool("update", false, "write what the planted trees give into their want files")

// TestHouse is the house looking at itself: no rule finds anything in this module.
func TestHouse(t *testing.T) {
	tree, err := house.Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range house.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			found := rule.Inspect(tree, house.Exceptions())
			for _, f := range found {
				t.Error(f)
			}
			if len(found) > 0 {
				t.Log("The law: " + rule.Law)
			}
		})
	}
}

// TestExceptionsNameRules keeps an exception from hiding behind a rule that does not exist.
func TestExceptionsNameRules(t *testing.T) {
	rules := make(map[string]bool)
	for _, rule := range house.Rules() {
		rules[rule.Name] = true
	}
	for _, e := range house.Exceptions() {
		if !rules[e.Rule] {
			t.Errorf("the exception for %s names the rule %q, which does not exist", e.Subject, e.Rule)
		}
	}
}

// TestRulesFindPlantedViolations shows that each rule finds what it is for and passes over what it should. A file of testdata is a
// small tree; its file want holds what the rules named in its line `rules:` say about it.
func TestRulesFindPlantedViolations(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("planted trees: %d found, error %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files, want := plant(archive)
			tree, err := house.Load(files)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, rule := range rulesOf(t, archive) {
				for _, f := range rule.Inspect(tree, nil) {
					got.WriteString(f.String() + "\n")
				}
			}
			if *update {
				rewrite(t, name, archive, got.String())
				return
			}
			if diff := cmp.Diff(got.String(), want); diff != "" {
				t.Errorf("findings (-got +want):\n%s", diff)
			}
		})
	}
}

// TestEveryRuleIsBrokenByAPlantedTree keeps a rule from joining the house without a tree that shows it can fail.
func TestEveryRuleIsBrokenByAPlantedTree(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var wants strings.Builder
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, want := plant(archive)
		wants.WriteString(want)
	}
	for _, rule := range house.Rules() {
		if !strings.Contains(wants.String(), " ["+rule.Name+" ") {
			t.Errorf("no planted tree breaks the rule %s", rule.Name)
		}
	}
}

// plant makes a tree of an archive. So that long files need not be written out, a line `//repeat N TEXT` stands for N lines TEXT.
func plant(archive *txtar.Archive) (files fs.FS, want string) {
	repeat := regexp.MustCompile(`(?m)^[ \t]*//repeat ([0-9]+) (.*)$`)
	tree := fstest.MapFS{}
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		data := repeat.ReplaceAllStringFunc(string(f.Data), func(line string) string {
			m := repeat.FindStringSubmatch(line)
			n, _ := strconv.Atoi(m[1])
			return strings.TrimSuffix(strings.Repeat(m[2]+"\n", n), "\n")
		})
		tree[f.Name] = &fstest.MapFile{Data: []byte(data)}
	}
	if tree["go.mod"] == nil {
		tree["go.mod"] = &fstest.MapFile{Data: []byte("module veche\n")}
	}
	return tree, want
}

// rulesOf returns the rules that an archive names in its comment; most small trees would break some of the others by their size.
func rulesOf(t *testing.T, archive *txtar.Archive) []house.Rule {
	t.Helper()
	var names []string
	if line := regexp.MustCompile(`(?m)^rules: (.*)$`).FindSubmatch(archive.Comment); line != nil {
		names = strings.Fields(string(line[1]))
	}
	var rules []house.Rule
	for _, rule := range house.Rules() {
		if slices.Contains(names, rule.Name) {
			rules = append(rules, rule)
		}
	}
	if len(rules) == 0 || len(rules) != len(names) {
		t.Fatalf("the comment has to name rules in a line `rules: ...`; of %q there are %d", names, len(rules))
	}
	return rules
}

func rewrite(t *testing.T, name string, archive *txtar.Archive, got string) {
	t.Helper()
	for i, f := range archive.Files {
		if f.Name == "want" {
			archive.Files[i].Data = []byte(got)
		}
	}
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestExceptionExcusesItsSubjectOnly shows both ends of an exception: it silences the finding it names, and nothing else does.
func TestExceptionExcusesItsSubjectOnly(t *testing.T) {
	tree, err := house.Load(fstest.MapFS{
		"go.mod":    {Data: []byte("module veche\n")},
		"a/a.go":    {Data: []byte("package a\n\nfunc init() {}\n")},
		"b/b.go":    {Data: []byte("package b\n\nfunc init() {}\n")},
		"c/help.go": {Data: []byte("package c\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	exceptions := []house.Exception{
		{Rule: "no-init", Subject: "a.init", Reason: "the runtime asks for it"},
		{Rule: "no-init", Subject: "c.init", Reason: "was needed once"},
		{Rule: "package-names", Subject: "b.init", Reason: "is about another rule"},
		{Rule: "no-init", Subject: "d.init"},
	}
	var got []string
	for _, rule := range house.Rules() {
		if rule.Name == "no-init" {
			for _, f := range rule.Inspect(tree, exceptions) {
				got = append(got, f.File+" "+f.Subject)
			}
		}
	}
	want := []string{
		"b/b.go b.init",
		"internal/house/exceptions.go c.init",
		"internal/house/exceptions.go d.init", // excuses nothing
		"internal/house/exceptions.go d.init", // gives no reason
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("findings (-got +want):\n%s", diff)
	}
}

// TestLoadNamesTheFileThatDoesNotParse matters in the middle of an edit, when the house is asked about half a thought.
func TestLoadNamesTheFileThatDoesNotParse(t *testing.T) {
	_, err := house.Load(fstest.MapFS{
		"go.mod": {Data: []byte("module veche\n")},
		"a/a.go": {Data: []byte("package a\n\nfunc {\n")},
	})
	if err == nil || !strings.Contains(err.Error(), "a/a.go:3") {
		t.Errorf("Load of a broken file: got error %v, want one naming a/a.go:3", err)
	}
	if _, err := house.Load(fstest.MapFS{}); err == nil {
		t.Error("Load of a folder without go.mod: got no error")
	}
}
