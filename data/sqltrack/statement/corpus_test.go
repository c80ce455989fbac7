package statement_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"veche/data/sqltrack/statement"
	"veche/track"
)

var update = flag.Bool("update", false, "write what the corpus gives into its files")

var dialects = []struct {
	name    string
	dialect statement.Dialect
}{{"sqlite", statement.SQLite}, {"postgres", statement.Postgres}, {"mysql", statement.MySQL}}

// TestCorpus reads the files of testdata: each case names its dialects, gives a
// text and, after "--", what must be understood of it in all of them.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, rest, _ := strings.Cut(string(data), "\n== ")
			out := head
			for _, c := range strings.Split(rest, "\n== ") {
				out += "\n== " + checkCase(t, c)
			}
			if *update {
				if err := os.WriteFile(file, []byte(strings.TrimRight(out, "\n")+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// checkCase compares one case with what is understood and returns it renewed.
func checkCase(t *testing.T, c string) string {
	names, body, _ := strings.Cut(c, "\n")
	text, want, _ := strings.Cut(body, "\n--\n")
	text, want = strings.TrimSpace(text), strings.TrimSpace(want)
	got := ""
	for _, d := range dialects {
		if !slices.Contains(strings.Fields(names), d.name) {
			continue
		}
		if got = describe(statement.Parse(d.dialect, text)); got != want && !*update {
			t.Errorf("%s: %s\n%s", d.name, text, cmp.Diff(want, got))
		}
	}
	if got == "" {
		t.Errorf("%q names no dialect", names)
	}
	return names + "\n" + text + "\n--\n" + got + "\n"
}

var kinds = []string{"other", "select", "insert", "update", "delete", "schema", "begin", "commit", "rollback", "savepoint", "release", "rollback to"}

// describe writes what is understood of a statement in a few lines.
func describe(st *statement.Statement, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	var b strings.Builder
	b.WriteString(kinds[st.Kind])
	note := func(word, value string) {
		if value != "" {
			b.WriteString(" " + word + " " + value)
		}
	}
	note("name", st.Name)
	if st.Params > 0 {
		note("params", fmt.Sprint(st.Params))
	}
	note("named", strings.Join(st.Names, ","))
	b.WriteString("\n")
	for _, line := range [][2]string{{"volatile: ", st.Volatile}, {"calls: ", st.Calls}, {"fallback: ", st.Fallback}} {
		if line[1] != "" {
			b.WriteString(line[0] + line[1] + "\n")
		}
	}
	for _, r := range st.Reads {
		b.WriteString(describeRead(r) + "\n")
	}
	if st.Write.Table != "" {
		b.WriteString(describeWrite(st.Write))
	}
	return strings.TrimSpace(b.String())
}

func describeRead(r statement.Read) string {
	q := r.Query
	out := "read " + q.Table
	if q.Where.Op != track.True {
		out += " where " + describeCond(q.Where, false)
	}
	switch {
	case q.Columns == nil:
		out += "; all columns"
	case len(q.Columns) == 0:
		out += "; no column"
	default:
		out += "; columns"
		for _, c := range q.Columns {
			if slices.Contains(r.Doubtful, c) {
				c += "?"
			}
			out += " " + c
		}
	}
	if r.Window != nil {
		out += "; the first " + describeOperand(r.Window.Limit) + " by"
		for _, o := range q.Order {
			out += " " + o.Column
			if o.Desc {
				out += " desc"
			}
		}
		if r.Window.Results != nil {
			out += fmt.Sprintf(" at %v", r.Window.Results)
		}
	}
	return out
}

func describeWrite(w statement.Write) string {
	out := "write " + w.Table
	if w.Alias != "" {
		out += " as " + w.Alias
	}
	if w.Where != "" {
		out += fmt.Sprintf(" where {%s} args %v", w.Where, w.WhereArgs)
	}
	if w.Opaque != "" {
		out += "; opaque: " + w.Opaque
	}
	if w.Sets != nil {
		out += "; sets " + strings.Join(w.Sets, " ")
	}
	if w.Columns != nil {
		out += "; columns " + strings.Join(w.Columns, " ")
	}
	for _, row := range w.Rows {
		var values []string
		for _, v := range row {
			if !v.Known {
				values = append(values, "unknown")
				continue
			}
			values = append(values, describeOperand(v.Operand))
		}
		out += "; row (" + strings.Join(values, ", ") + ")"
	}
	if w.Upsert {
		out += "; upsert"
	}
	if w.Returning {
		out += "; returning"
	}
	return out
}

var relations = map[track.Op]string{
	track.Eq: "=", track.Ne: "<>", track.Less: "<", track.LessEq: "<=", track.Greater: ">", track.GreaterEq: ">=",
	track.In: "in", track.Like: "like",
}

func describeCond(c track.Cond, nested bool) string {
	var kids []string
	for _, kid := range c.Kids {
		kids = append(kids, describeCond(kid, true))
	}
	out := ""
	switch c.Op {
	case track.Unknown:
		return "unknown"
	case track.IsNull:
		return c.Column + " is null"
	case track.Not:
		return "not " + kids[0]
	case track.And:
		out = strings.Join(kids, " and ")
	case track.Or:
		out = strings.Join(kids, " or ")
	default:
		var operands []string
		for _, o := range c.Operands {
			operands = append(operands, describeOperand(o))
		}
		out = c.Column + " " + relations[c.Op] + " " + strings.Join(operands, ",")
		if c.Fold {
			out += " folded"
		}
		return out
	}
	if nested {
		return "(" + out + ")"
	}
	return out
}

func describeOperand(o track.Operand) string {
	switch v := o.Const.(type) {
	case nil:
		if o.Param == 0 {
			return "NULL"
		}
	case string:
		return "'" + v + "'"
	case track.Blob:
		return fmt.Sprintf("x'%x'", string(v))
	default:
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("?%d", o.Param)
}
