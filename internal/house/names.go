package house

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// emptyNames promise nothing, so anything ends up behind them.
var emptyNames = []string{"util", "common", "helper", "base", "core", "type", "misc", "shared", "lib"}

func checkPackageNames(t *Tree) []Finding {
	var found []Finding
	for _, p := range t.Packages {
		for _, name := range []string{path.Base(p.Path), p.Name} {
			if slices.Contains(emptyNames, strings.TrimSuffix(name, "s")) {
				found = append(found, Finding{File: p.Dir, Subject: p.Path, Text: fmt.Sprintf(
					"a package named %s can hold anything: name it for what it holds", name)})
				break
			}
		}
	}
	return found
}
