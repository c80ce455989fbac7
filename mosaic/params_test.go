package mosaic_test

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"math"
	"strings"
	"testing"

	"veche/mosaic"
)

type kind string

// String is not how a kind is written in a key.
func (kind) String() string { return "a kind" }

type all struct {
	S, T  string
	K     kind
	B     bool
	I     int
	L     int64
	Empty string
}

// echoes is a store with a component that shows its parameters, and one that
// places it through a template.
func echoes(t testing.TB) *world {
	return newWorld(t, map[string]string{"t/through": `{{fragment "t/echo" "L" .L "S" .S "T" .T "K" .K "B" .B "I" .I}}`},
		mosaic.New("t/echo", func(_ context.Context, p all) (any, error) {
			return mosaic.HTML(fmt.Sprintf("%q", fmt.Sprintf("%#v", p))), nil
		}),
		mosaic.New("t/through", func(_ context.Context, p all) (any, error) { return p, nil }))
}

func FuzzParametersSurviveTheirKey(f *testing.F) {
	f.Add("", "", "", false, 0)
	f.Add("a&T=b", "\x00", "?", true, -1)
	f.Add("%zz+ ;=", "\xff\xfe", "жизнь", false, math.MaxInt)
	f.Add("t/echo?S=1", "<b>", "h\x00", true, math.MinInt)
	f.Fuzz(func(t *testing.T, s, u, k string, b bool, i int) {
		w := echoes(t)
		l := int64(i) ^ int64(len(s))
		p := all{S: s, T: u, K: kind(k), B: b, I: i, L: l}
		want := fmt.Sprintf("%q", fmt.Sprintf("%#v", p))
		local := struct {
			L       int64
			S, T, K string
			B       bool
			I       int
		}{l, s, u, k, b, i}
		for name, fragment := range map[string]mosaic.Fragment{
			"placed": mosaic.Place("t/echo", p), "placed by another type": mosaic.Place("t/echo", local),
			"named":            mosaic.Named("t/echo", "I", i, "S", template.HTML(s), "B", b, "K", kind(k), "T", u, "L", l),
			"named in texts":   mosaic.Named("t/echo", "I", fmt.Sprint(i), "S", s, "B", fmt.Sprint(b), "K", k, "T", u, "L", fmt.Sprint(l)),
			"by a template":    mosaic.Place("t/through", p),
			"and by one again": mosaic.Place("t/through", p),
		} {
			for range 2 {
				if got := w.render(t, as("", ""), mosaic.Page{Main: fragment}); got != want {
					t.Errorf("%s: got %s, want %s", name, got, want)
				}
			}
		}
		if got := w.made("t/echo"); got != 1 {
			t.Errorf("made %d times: the keys of equal parameters differ", got)
		}
	})
}

// FuzzDifferentParametersDiffer: no two values share a key.
func FuzzDifferentParametersDiffer(f *testing.F) {
	f.Add("a", "", "", "a")
	f.Add("a&T=b", "", "a", "b")
	f.Add("a\x00", "b", "a", "\x00b")
	f.Fuzz(func(t *testing.T, s1, t1, s2, t2 string) {
		w := echoes(t)
		a, b := all{S: s1, T: t1}, all{S: s2, T: t2}
		w.render(t, as("", ""), mosaic.Page{Main: mosaic.Place("t/echo", a)})
		w.render(t, as("", ""), mosaic.Page{Main: mosaic.Place("t/echo", b)})
		if got := w.made("t/echo"); got == 1 && a != b {
			t.Errorf("%#v and %#v have the same key", a, b)
		}
	})
}

// FuzzContentIsTextOnly: no text can become a hole, or anything but text, and
// none breaks the page.
func FuzzContentIsTextOnly(f *testing.F) {
	f.Add("\x00h?{{slot \"main\"}}\x00")
	f.Add("\x0000000000000000000000000000000000ht/row\x00")
	f.Fuzz(func(t *testing.T, text string) {
		w := newWorld(t, nil)
		w.write("a", text)
		want := "<p>" + strings.ReplaceAll(template.HTMLEscapeString(text), "+", "&#43;") + "</p>"
		if got := w.render(t, as("", ""), mosaic.Page{Main: mosaic.Place("t/row", named{"a"})}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// FuzzTemplateIsCheckedOrShown: a text that passes for a template is one.
func FuzzTemplateIsCheckedOrShown(f *testing.F) {
	for _, text := range []string{
		`{{.}}`, `{{fragment "t/row"}}`, `<a title="{{fragment "t/row"}}">`, `{{slot "main"}}`, `{{asset "x"}}`, `{{"x" | asset}}`,
		`{{define "x"}}{{end}}`, `<script>{{.}}`, `{{if .}}<a href="{{end}}`, `{{t "x"}}`,
		`{{slice (fragment "t/row") 1}}`, `<!--{{fragment "t/row"}}-->`, `{{printf "%s" (slot "a")}}`, `{{break}}`, `{{$x := fragment "t/row"}}{{$x}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "range") || strings.Contains(text, "template") {
			return // it may well take its time
		}
		w := newWorldWith(t, func(o *mosaic.Options) {
			o.Sources = append([]mosaic.Source{sourceFunc(func(name string) (string, bool, error) { return text, name == "t/edited", nil })}, o.Sources...)
			o.Asset = func(_ context.Context, name string) (string, error) {
				if name != "x" {
					return "", errors.New("no such asset")
				}
				return "/x", nil
			}
		}, nil, mosaic.New("t/edited", func(context.Context, mosaic.None) (any, error) { return "data", nil }))
		wrong := w.store.CheckTemplate(t.Context(), "t/edited", text)
		_, err := w.store.Render(as("", "en"), mosaic.Page{Main: mosaic.Place("t/edited", nil)})
		if wrong != nil && err == nil {
			t.Errorf("%q is shown, though refused: %v", text, wrong)
		}
	})
}

func TestTemplateThatCannotBeIsRefused(t *testing.T) {
	w := newWorld(t, nil)
	for text, fine := range map[string]bool{
		`<p>{{t "x"}} {{fragment "t/row"}}</p>`: true,
		`{{.Field.Not.Known.Before}}`:           true,
		`{{`:                                    false,
		`{{nothing}}`:                           false,
		`{{template "t/none"}}`:                 false,
		`{{asset "none"}}`:                      false,
		`{{asset .Name}}`:                       false,
		`{{"none" | asset}}`:                    false,
		`{{if .}}<a href="{{end}}x`:             false,
		`<a href={{.}}{{.}}"`:                   false,
	} {
		if err := w.store.CheckTemplate(t.Context(), "t/row", text); (err == nil) != fine {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestParametersThatAreNoneAreFailures(t *testing.T) {
	w := echoes(t)
	for name, f := range map[string]mosaic.Fragment{
		"unknown":      mosaic.Named("t/echo", "None", 1),
		"odd":          mosaic.Named("t/echo", "I"),
		"no name":      mosaic.Named("t/echo", 1, 2),
		"nil":          mosaic.Named("t/echo", "I", nil),
		"a fraction":   mosaic.Named("t/echo", "I", 1.5),
		"no number":    mosaic.Named("t/echo", "I", "x"),
		"no truth":     mosaic.Named("t/echo", "B", "x"),
		"too large":    mosaic.Named("t/echo", "L", uint64(math.MaxUint64)),
		"no struct":    mosaic.Place("t/echo", 1),
		"a pointer":    mosaic.Place("t/echo", &all{}),
		"other fields": mosaic.Place("t/echo", struct{ None int }{}),
		"hidden":       mosaic.Place("t/echo", struct{ s string }{"x"}),
	} {
		if out, err := w.store.Render(as("", ""), mosaic.Page{Main: f}); err == nil {
			t.Errorf("%s: %s", name, out)
		}
	}
	if got := w.memory.pieces(); got != 0 {
		t.Errorf("%d pieces are kept", got)
	}
	out := w.render(t, as("", ""), mosaic.Page{Frame: "main", Slots: map[string][]mosaic.Fragment{"aside": {{}, mosaic.Named("t/echo")}}})
	wants(t, out, "<aside>\"mosaic_test.all")
}
