package theme_test

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	words "veche/locale"
	"veche/theme"
)

// legible lists the pairs of tokens that stand on one another and the least contrast each needs:
// 4.5 for text (WCAG 1.4.3), 3 for borders that carry meaning and for the focus ring (1.4.11).
var legible = []struct {
	front, back string
	least       float64
}{
	{"ink", "paper", 7},
	{"ink", "surface", 7},
	{"ink", "sunken", 7},
	{"ink", "bark", 4.5},
	{"ink", "mark", 4.5},
	{"ink", "rubric-wash", 4.5},
	{"ink", "pine-wash", 4.5},
	{"ink", "honey-wash", 4.5},
	{"ink", "river-wash", 4.5},
	{"soft", "paper", 4.5},
	{"soft", "surface", 4.5},
	{"soft", "sunken", 4.5},
	{"soft", "bark", 4.5},
	{"rubric", "paper", 4.5},
	{"rubric", "surface", 4.5},
	{"rubric", "sunken", 4.5},
	{"rubric", "bark", 4.5},
	{"rubric", "rubric-wash", 4.5},
	{"on-rubric", "rubric", 4.5},
	{"paper", "ink", 7},
	{"pine", "pine-wash", 4.5},
	{"honey", "honey-wash", 4.5},
	{"river", "river-wash", 4.5},
	{"edge", "paper", 3},
	{"edge", "surface", 3},
	{"river", "paper", 3},
	{"river", "surface", 3},
	{"river", "sunken", 3},
}

var colour = regexp.MustCompile(`--([a-z-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\);`)

func TestTokensAreLegibleByDayAndByNight(t *testing.T) {
	tokens := map[string][]string{}
	for _, m := range colour.FindAllStringSubmatch(read(t, "assets/tokens.css"), -1) {
		tokens[m[1]] = m[2:]
	}
	for _, pair := range legible {
		front, back := tokens[pair.front], tokens[pair.back]
		if front == nil || back == nil {
			t.Errorf("--%s or --%s is not a light-dark pair in tokens.css", pair.front, pair.back)
			continue
		}
		for i, scheme := range []string{"light", "dark"} {
			if got := contrast(t, front[i], back[i]); got < pair.least {
				t.Errorf("%s: --%s on --%s has contrast %.2f, needs %.1f", scheme, pair.front, pair.back, got, pair.least)
			}
		}
	}
}

// contrast is the ratio of WCAG 2.2, from relative luminances of sRGB colours.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(hex string) float64 {
		n, err := strconv.ParseUint(hex, 16, 32)
		if err != nil {
			t.Fatalf("colour %q: %v", hex, err)
		}
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			c := float64(n>>(16-8*i)&0xff) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestFramesAreStaticMarkupAndSlots(t *testing.T) {
	want := map[string][]string{
		"main":  {"head", "header", "main", "aside", "footer"},
		"wide":  {"head", "header", "main", "footer"},
		"bare":  {"head", "header", "main", "footer"},
		"front": {"head", "header", "main", "aside", "footer"},
	}
	for name, slots := range want {
		for _, locale := range []string{"ru", "en"} {
			page, seen := renderFrame(t, name, locale)
			if !slices.Equal(seen, slots) {
				t.Errorf("frame %s has slots %v, want %v", name, seen, slots)
			}
			if !strings.Contains(page, `<html lang="`+locale+`">`) {
				t.Errorf("frame %s does not carry the locale %s", name, locale)
			}
			refuseInline(t, "frame "+name, page)
		}
	}
}

// renderFrame executes a frame as its user would and returns it with the slots in their order.
func renderFrame(t *testing.T, name, locale string) (string, []string) {
	t.Helper()
	folder, err := fs.Sub(theme.Default(), "words")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := words.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	var slots []string
	functions := template.FuncMap{
		"locale": func() string { return locale },
		"slot": func(slot string) template.HTML {
			slots = append(slots, slot)
			return template.HTML("<!--" + slot + "-->")
		},
		"asset": func(name string) (string, error) {
			_, err := fs.Stat(theme.Default(), path.Join("assets", name))
			return "/assets/" + name, err
		},
		"t": func(key string) (string, error) {
			if !texts.Has(key) {
				return "", fmt.Errorf("no text %q in %s", key, locale)
			}
			return texts.Text(words.Tag(locale), key), nil
		},
	}
	frame, err := template.New(name+".html").Funcs(functions).ParseFS(theme.Default(), "templates/frames/"+name+".html")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := frame.Execute(&out, nil); err != nil {
		t.Fatal(err)
	}
	return out.String(), slots
}

// refuseInline reports whatever the policy of the site would block.
func refuseInline(t *testing.T, where, page string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
			t.Errorf("%s has an inline <%s>", where, n.Data)
		}
		for _, a := range n.Attr {
			if n.Type == html.ElementNode && (a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "data:")) {
				t.Errorf("%s: <%s %s=%q> breaks the policy", where, n.Data, a.Key, a.Val)
			}
		}
	}
}

var (
	comment  = regexp.MustCompile(`(?s)/\*.*?\*/`)
	address  = regexp.MustCompile(`url\("?([^")]*)"?\)`)
	used     = regexp.MustCompile(`var\(--([a-z0-9-]+)`)
	defined  = regexp.MustCompile(`--([a-z0-9-]+):`)
	literal  = regexp.MustCompile(`#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch)a?\(`)
	selector = regexp.MustCompile(`\.([a-z][a-z-]*)`)
	quoted   = regexp.MustCompile(`"[^"]*"`)
)

func TestSheetsKeepWithinTheTheme(t *testing.T) {
	sheets, known := sheets(t), map[string]bool{}
	for _, text := range sheets {
		for _, m := range defined.FindAllStringSubmatch(text, -1) {
			known[m[1]] = true
		}
	}
	for name, text := range sheets {
		for _, m := range address.FindAllStringSubmatch(text, -1) {
			if _, err := fs.Stat(theme.Default(), path.Join("assets", m[1])); err != nil {
				t.Errorf("%s names %s, which is not an asset", name, m[1])
			}
		}
		for _, m := range used.FindAllStringSubmatch(text, -1) {
			if !known[m[1]] {
				t.Errorf("%s uses --%s, which nothing defines", name, m[1])
			}
		}
		if strings.Contains(text, "@import") {
			t.Errorf("%s imports a sheet; frames link every sheet so that none waits for another", name)
		}
		if literal.MatchString(text) && name != "tokens.css" && name != "print.css" {
			t.Errorf("%s names the colour %s, which belongs in tokens.css", name, literal.FindString(text))
		}
	}
}

// foreign are classes that content brings along from elsewhere and that no part of ours carries.
var foreign = []string{
	"prose-center", "prose-full", "prose-text-left", "prose-text-center", "prose-text-right", "prose-captioned", "prose-columns",
	"prose-column", "prose-media-text", "prose-buttons", "prose-button", "prose-embed", "prose-verse",
}

func TestGuideShowsEveryClassAndNoOther(t *testing.T) {
	styled, shown := map[string]bool{}, map[string]bool{}
	for _, text := range sheets(t) {
		for _, m := range selector.FindAllStringSubmatch(quoted.ReplaceAllString(text, ""), -1) {
			styled[m[1]] = true
		}
	}
	markup := guidePages(t)
	for _, name := range []string{"main", "front", "wide", "bare"} {
		markup[name] = read(t, "templates/frames/"+name+".html")
	}
	for name, text := range markup {
		for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(text, -1) {
			for class := range strings.FieldsSeq(m[1]) {
				shown[class] = true
				if !styled[class] && !strings.HasPrefix(class, "guide-") {
					t.Errorf("%s carries the class %q, which no sheet styles", name, class)
				}
			}
		}
		refuseInline(t, name, text)
	}
	docs, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for class := range styled {
		if !shown[class] && class != "tongue" && !slices.Contains(foreign, class) {
			t.Errorf("the guide does not show .%s", class)
		}
		if !regexp.MustCompile(`[^a-z-]`+class+`[^a-z-]`).Match(docs) && !strings.HasPrefix(class, "wp-") {
			t.Errorf("doc.go does not name .%s", class)
		}
	}
}

func TestGuideUsesIconsThatExist(t *testing.T) {
	for name, text := range guidePages(t) {
		for _, m := range regexp.MustCompile(`\{\{asset "([a-z]+\.svg)"\}\}#([a-z]+)`).FindAllStringSubmatch(text, -1) {
			if !strings.Contains(read(t, "assets/"+m[1]), `<symbol id="`+m[2]+`"`) {
				t.Errorf("%s asks for %s in %s, which has no such symbol", name, m[2], m[1])
			}
		}
	}
}

func TestFontsAreSmallAndLicensed(t *testing.T) {
	const budgetBytes = 300_000
	total, licences := int64(0), 0
	entries, err := fs.ReadDir(theme.Default(), "assets/fonts")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
		if strings.HasPrefix(entry.Name(), "OFL-") {
			licences++
		}
	}
	if total > budgetBytes {
		t.Errorf("fonts take %d bytes, more than %d", total, budgetBytes)
	}
	if licences != 2 {
		t.Errorf("fonts carry %d licences, want one for each of 2 families", licences)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := fs.ReadFile(theme.Default(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sheets gives the style sheets by name, without comments.
func sheets(t *testing.T) map[string]string {
	t.Helper()
	names, err := fs.Glob(theme.Default(), "assets/*.css")
	if err != nil || len(names) == 0 {
		t.Fatalf("no style sheets: %v", err)
	}
	all := map[string]string{}
	for _, name := range names {
		all[path.Base(name)] = comment.ReplaceAllString(read(t, name), "")
	}
	return all
}

func guidePages(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	for _, pattern := range []string{"guide/*.html", "guide/parts/*.html"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("no pages at %s: %v", pattern, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			pages[name] = string(text)
		}
	}
	return pages
}
