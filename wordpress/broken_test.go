package wordpress_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"veche/data/datatest"
	"veche/wordpress"
	"veche/wxr"
)

// broken returns exports that are none, by name.
func broken(t *testing.T) map[string]string {
	t.Helper()
	whole := export(
		item{ID: 1, Title: "First", Slug: "first", Content: "words", Extra: comment(1, 0, "1", "", "said")},
		item{ID: 2, Type: "page", Title: "Page", Slug: "page", Content: "words"},
		item{ID: 3, Title: "Last", Slug: "last", Content: "words"},
	)
	all := map[string]string{
		"empty":            "",
		"no export":        "<html><body>Not found</body></html>",
		"after one item":   whole[:strings.Index(whole, "</item>")+len("</item>")],
		"in a comment":     whole[:strings.Index(whole, "said")],
		"without its end":  strings.TrimSuffix(whole, "</rss>\n"),
		"laughing":         strings.Replace(whole, "<rss", `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><rss`, 1),
		"unknown entity":   strings.Replace(whole, "<title>Last", "<title>&lol;", 1),
		"deep":             strings.Replace(whole, "<title>Last", strings.Repeat("<a>", 100), 1),
		"crossed":          strings.Replace(whole, "<title>Last</title>", "<title>Last</item></title>", 1),
		"another encoding": strings.Replace(whole, "UTF-8", "windows-1251", 1),
	}
	files, _ := filepath.Glob(filepath.Join("testdata", "broken", "*.xml"))
	if len(files) == 0 {
		t.Fatal("there are no broken exports in testdata")
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(name)] = string(text)
	}
	return all
}

func TestBrokenExportsChangeNothing(t *testing.T) {
	datatest.EachDSN(t, func(t *testing.T, dsn string) {
		w := newTown(t, dsn)
		before := fmt.Sprint(w.rows())
		for name, text := range broken(t) {
			report, err := w.try(text)
			if err == nil || report != nil {
				t.Errorf("%s: it was imported", name)
				continue
			}
			if _, ok := errors.AsType[*wxr.Error](err); !ok {
				t.Errorf("%s: the error is not the export's: %v", name, err)
			}
			if checked := wordpress.Check(t.Context(), strings.NewReader(text), wordpress.Options{}); checked == nil || checked.Error() != err.Error() {
				t.Errorf("%s: Check says %v, Import %v", name, checked, err)
			}
			if said := err.Error(); strings.Contains(said, "\n") || len(said) > 200 {
				t.Errorf("%s: it is not one sentence: %s", name, said)
			}
			if now := fmt.Sprint(w.rows()); now != before {
				t.Errorf("%s: it changed something: %s, before: %s", name, now, before)
			}
		}
	})
}

func TestTooManyItemsAreRefused(t *testing.T) {
	w := newTown(t, "")
	text := export(item{ID: 1, Title: "One"}, item{ID: 2, Title: "Two"})
	_, err := wordpress.Import(w.ctx(), strings.NewReader(text), wordpress.Options{Accounts: w.Accounts(), ItemsMax: 1})
	if e, ok := errors.AsType[*wxr.Error](err); !ok || e.Kind != wxr.TooLarge {
		t.Errorf("the error is %v", err)
	}
}

// An import that is interrupted in its middle, or whose file changes under it,
// has changed nothing.
func TestInterruptedImportsChangeNothing(t *testing.T) {
	datatest.EachDSN(t, func(t *testing.T, dsn string) {
		w := newTown(t, dsn)
		before := fmt.Sprint(w.rows())
		var items []item
		for n := 1; n <= 20; n++ {
			items = append(items, item{ID: n, Title: "Post", Slug: "post", Creator: fmt.Sprint("author", n), Extra: comment(n, 0, "1", "", "said")})
		}
		ctx, cancel := context.WithCancelCause(w.ctx())
		_, err := wordpress.Import(ctx, strings.NewReader(export(items...)), wordpress.Options{
			Accounts: w.Accounts(),
			Progress: func(p wordpress.Progress) {
				if p.Writing && p.Items == 10 {
					cancel(errors.New("somebody pulled the plug"))
				}
			},
		})
		if err == nil || !strings.Contains(err.Error(), "somebody pulled the plug") {
			t.Errorf("the error is %v", err)
		}
		if now := fmt.Sprint(w.rows()); now != before {
			t.Errorf("it changed something: %s, before: %s", now, before)
		}

		source := &changing{Reader: strings.NewReader(export(items...)), other: export(items[:12]...)}
		if _, err := wordpress.Import(w.ctx(), source, wordpress.Options{Accounts: w.Accounts()}); err == nil {
			t.Error("a file that changed was imported")
		}
		if now := fmt.Sprint(w.rows()); now != before {
			t.Errorf("it changed something: %s, before: %s", now, before)
		}
	})
}

// changing is a file that is another one when it is read again.
type changing struct {
	*strings.Reader
	other string
	seeks int
}

func (c *changing) Seek(offset int64, whence int) (int64, error) {
	if c.seeks++; c.seeks == 2 {
		c.Reader = strings.NewReader(c.other)
	}
	return c.Reader.Seek(offset, whence)
}

// What is well-formed and means harm comes out harmless.
func TestHostileContentIsHarmless(t *testing.T) {
	w := newTown(t, "")
	bad := `<script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a><form><input></form><p style="position:fixed">p` +
		strings.Repeat("<div><b><i>", 500)
	w.bring(export(
		item{
			ID: 1, Title: `&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold`, Slug: "../../admin", Link: "javascript:alert(1)", Content: bad, Excerpt: bad,
			Creator: "&lt;script&gt;", Extra: comment(1, 0, "1", "comment", "<![CDATA["+bad+"]]>"),
		},
		item{ID: 2, Type: "page", Title: "&lt;img src=x&gt;", Slug: "admin", Link: "https://old.example/../../etc/passwd", Content: bad},
		item{ID: -3, Parent: -3, Type: "page", Title: strings.Repeat("w", 5000), Slug: strings.Repeat("ы", 5000), Content: strings.Repeat("я ", 700_000)},
	))
	walk(w, func(path, body string) {
		if strings.Contains(body, "alert(1)<") || strings.Contains(body, "onerror") || strings.Contains(body, "javascript:") {
			t.Errorf("%s holds what should harm", path)
		}
	})
}
