package statement_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/data/sqltrack/statement"
)

// FuzzParse holds any text to this: no panic, the same answer twice, and
// parameters that the statement has.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.sql")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range strings.Split(string(data), "\n== ")[1:] {
			_, body, _ := strings.Cut(c, "\n")
			text, _, _ := strings.Cut(body, "\n--\n")
			for d := range 3 {
				f.Add(uint8(d), text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, d uint8, text string) {
		dialect := statement.Dialect(d % 3)
		st, err := statement.Parse(dialect, text)
		again, err2 := statement.Parse(dialect, text)
		if d := cmp.Diff(describe(st, err), describe(again, err2)); d != "" {
			t.Fatal(d)
		}
		if err != nil {
			return
		}
		for _, n := range st.Write.WhereArgs {
			if n < 1 || n > st.Params {
				t.Errorf("argument %d of %d", n, st.Params)
			}
		}
		if w := st.Write; w.Where != "" && w.Opaque == "" {
			checkCondition(t, dialect, w)
		}
	})
}

// checkCondition holds the condition of a write to being a condition still when
// it stands in a statement of its own.
func checkCondition(t *testing.T, d statement.Dialect, w statement.Write) {
	st, err := statement.Parse(d, "SELECT count(*) FROM t WHERE "+w.Where)
	if err != nil {
		t.Errorf("the condition %q: %v", w.Where, err)
	} else if st.Params != len(w.WhereArgs) {
		t.Errorf("the condition %q has %d parameters for %v", w.Where, st.Params, w.WhereArgs)
	}
}

// TestHostileTexts gives texts that are as deep, wide and long as can be, and
// wants an answer soon.
func TestHostileTexts(t *testing.T) {
	deep := func(open, end string, n int) string { return strings.Repeat(open, n) + "1" + strings.Repeat(end, n) }
	wide := func(part string) string { return strings.Repeat(part, (1<<20-200)/len(part)) }
	mentions := "t0"
	for range 120 {
		mentions += ", t1"
	}
	texts := map[string]string{
		"too long":             "SELECT '" + strings.Repeat("x", 1<<20) + "'",
		"deep parentheses":     "SELECT " + deep("(", ")", 100_000),
		"deep queries":         "SELECT " + deep("(SELECT ", ")", 50_000),
		"deep sources":         "SELECT 1 FROM " + deep("(", ")", 100_000),
		"deep calls":           "SELECT " + deep("abs(", ")", 100_000),
		"deep cases":           "SELECT " + deep("CASE WHEN ", " THEN 1 END", 50_000),
		"deep arrays":          "SELECT ARRAY" + deep("[", "]", 100_000),
		"many signs":           "SELECT " + wide("- ") + "1",
		"many NOTs":            "SELECT " + wide("NOT ") + "1",
		"many ORs":             "SELECT 1 FROM t WHERE a" + wide(" OR a"),
		"many ANDs":            "SELECT 1 FROM t WHERE a=1" + wide(" AND a=1"),
		"many comparisons":     "SELECT 1 FROM t WHERE a" + wide("=a"),
		"many tables":          "SELECT 1 FROM t" + wide(",t"),
		"many joins":           "SELECT 1 FROM t" + wide(" JOIN t ON a"),
		"many parameters":      "SELECT ?" + wide(",?"),
		"many unions":          "SELECT 1" + wide(" UNION SELECT 1"),
		"many CTEs":            "WITH a AS (SELECT 1)" + wide(",a AS (SELECT 1)") + " SELECT 1",
		"many comments":        wide("/**/") + "SELECT 1",
		"an open comment":      wide("/*"),
		"many rows":            "INSERT INTO t VALUES (1)" + wide(",(1)"),
		"many assignments":     "UPDATE t SET a=1" + wide(",a=1"),
		"names of many tables": "SELECT " + wide("a,") + "a FROM " + mentions + " WHERE t0.a = 1" + strings.Repeat(" OR t1.b = 1", 1000),
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			for _, d := range dialects {
				start := time.Now()
				statement.Parse(d.dialect, text)
				// Half a second is a hundred times what they take.
				if spent := time.Since(start); spent > 5*time.Second {
					t.Errorf("%s takes %v", d.name, spent)
				} else {
					t.Logf("%s takes %v", d.name, spent)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"point": "SELECT * FROM `news` WHERE `news`.`id` = ? AND `news`.`deleted_at` IS NULL ORDER BY `news`.`id` LIMIT 1",
		"join": "SELECT `news`.`id`,`news`.`title`,`Section`.`id` AS `Section__id`,`Section`.`slug` AS `Section__slug` FROM `news` " +
			"LEFT JOIN `sections` `Section` ON `news`.`section_id` = `Section`.`id` WHERE `Section`.`slug` = ? AND " +
			"(lang = ? OR hits > ?) AND `news`.`deleted_at` IS NULL ORDER BY `news`.`id` LIMIT 20",
		"update": "UPDATE `news` SET `hits`=hits + ?,`updated_at`=? WHERE lang = ? AND `news`.`deleted_at` IS NULL",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := statement.Parse(statement.SQLite, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
