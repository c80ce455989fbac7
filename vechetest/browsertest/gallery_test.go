package browsertest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// A gallery looks at pages, and keeps pictures of them. It may be used from many
// goroutines.
type gallery struct {
	axe   string // the checker's source; "" if there is none
	shots string // the folder of the pictures; "" for none

	mu      sync.Mutex
	taken   int               // pictures
	sources map[string]string // what was shown, by name
}

// note keeps the source of a page for the HTML checker.
func (g *gallery) note(name, source string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sources[name] = source
}

// count counts a picture, and reports whether there may be one more.
func (g *gallery) count() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.taken++
	return g.taken <= shotsMax
}

// A view is one way to look at a page.
type view struct {
	width  int64
	scheme string
}

var (
	// everyView is all ways; oppositeViews are two that have nothing in common.
	everyView     = []view{{screen, "light"}, {phone, "light"}, {phone, "dark"}, {screen, "dark"}}
	oppositeViews = []view{{phone, "dark"}, {screen, "light"}}
)

// shotsMax bounds the pictures, heightMax each of them in CSS pixels.
const (
	shotsMax  = 300
	heightMax = 3000
)

// look checks the page shown: it says everything in words, is accessible, and is
// not wider than the window, in each view.
func (g *gallery) look(tab *tab, name string, shot bool, views []view) {
	tab.t.Helper()
	for _, raw := range evaluate[[]string](tab, unworded) {
		tab.t.Errorf("%s, %s says %q", name, tab.path(), raw)
	}
	if g.axe != "" {
		tab.run("loading axe", chromedp.Evaluate[chromedp.Void](g.axe))
	}
	for _, v := range views {
		tab.resize(v.width)
		tab.wear(v.scheme)
		where := fmt.Sprintf("%s, %s, %s, %d px", name, tab.path(), v.scheme, v.width)
		if wide := evaluate[[]string](tab, wider); len(wide) > 0 {
			tab.t.Errorf("%s is wider than the window:\n%s", where, strings.Join(wide, "\n"))
		}
		if g.axe != "" {
			for _, violation := range evaluate[[]string](tab, violations) {
				tab.t.Errorf("%s: %s", where, violation)
			}
		}
		if shot && g.shots != "" {
			g.shoot(tab, fmt.Sprintf("%s-%s-%d.png", name, v.scheme, v.width))
		}
	}
}

// unworded lists the keys of words, and the places for arguments, that were left
// as they are.
const unworded = `document.title.concat("\n", document.body.innerText)
	.match(/\{\d\}|\b(account|data|entity|fault|frame|members|news|site)\.[a-z]+[a-z_.]*/g) ?? []`

// wider lists what reaches beyond the window, if the page scrolls sideways.
const wider = `(() => {
	if (document.documentElement.scrollWidth <= innerWidth) return [];
	const beyond = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > innerWidth + 0.5);
	return [document.documentElement.scrollWidth + " px", ...beyond.slice(-5).map(e => e.cloneNode().outerHTML)];
})()`

// violations has axe look for all it knows, and for targets too small to hit,
// which it does not by itself.
const violations = `axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}}).then(r =>
	r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html + " (" + n.target + ") " + n.failureSummary).join("\n")))`

// shoot takes a picture of the page, from its top.
func (g *gallery) shoot(tab *tab, name string) {
	tab.t.Helper()
	if !g.count() {
		tab.t.Fatalf("there are more than %d pictures", shotsMax)
	}
	size := evaluate[[2]float64](tab, `[innerWidth, document.documentElement.scrollHeight]`)
	beyond := true
	shot := call(tab, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: &beyond,
		Clip: &page.Viewport{Width: size[0], Height: min(size[1], heightMax), Scale: 1},
	})
	if err := os.WriteFile(filepath.Join(g.shots, name), shot.Data, 0o600); err != nil {
		tab.t.Error(err)
	}
}
