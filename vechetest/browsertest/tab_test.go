package browsertest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A tab is one page of the browser. Its methods fail the test when they cannot
// do what they say. It belongs to one goroutine.
type tab struct {
	t      *testing.T
	ctx    context.Context
	site   *site
	status int64 // of the document shown
	watch  *watch
}

// patience bounds each thing that a tab does.
const patience = 20 * time.Second

// The widths at which pages are looked at: a phone, and a screen.
const (
	phone  = 360
	screen = 1280
)

// profile opens a tab with cookies of its own, in the language.
func (c *chromium) profile(t *testing.T, s *site, language string) *tab {
	return c.tab(t, s, language, chromedp.WithNewBrowserContext())
}

func (c *chromium) tab(t *testing.T, s *site, language string, options ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, shut := chromedp.NewContext(c.ctx, options...)
	w := &watch{host: strings.TrimPrefix(s.address, "http://"), started: make(map[network.RequestID]string)}
	tab := &tab{t: t, ctx: ctx, site: s, watch: w}
	t.Cleanup(func() {
		shut()
		for _, wrong := range w.complaints() {
			t.Errorf("the browser complains: %s", wrong)
		}
	})
	if err := chromedp.Listen(ctx, w.hear); err != nil {
		t.Fatal(err)
	}
	agent := evaluate[string](tab, "navigator.userAgent")
	call(tab, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: language})
	tab.wear("light")
	tab.resize(screen)
	return tab
}

// run does things within the tab's patience.
func (tab *tab) run(doing string, actions ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		tab.t.Fatalf("%s: %v", doing, err)
	}
}

// load does what brings another document, and waits for it.
func (tab *tab) load(doing string, actions ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		tab.t.Fatalf("%s: %v", doing, err)
	}
	if response != nil { // none, if the document stayed
		tab.status = response.Status
	}
}

// open goes to the address of the site, and wants the status; 200 if none is given.
func (tab *tab) open(path string, status ...int64) {
	tab.t.Helper()
	tab.load("opening "+path, chromedp.Navigate(tab.site.address+path))
	tab.wantStatus(path, append(status, 200)[0])
}

func (tab *tab) wantStatus(what string, want int64) {
	tab.t.Helper()
	if tab.status != want {
		tab.t.Fatalf("%s answers %d, want %d:\n%s", what, tab.status, want, tab.text("body"))
	}
}

// reload asks for the page again.
func (tab *tab) reload() {
	tab.t.Helper()
	tab.load("reloading", chromedp.Reload())
}

// press clicks what leads to another document.
func (tab *tab) press(selector string) {
	tab.t.Helper()
	tab.load("pressing "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// click clicks what stays on the page.
func (tab *tab) click(selector string) {
	tab.t.Helper()
	tab.run("clicking "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// write types the text into the field, instead of what is there.
func (tab *tab) write(selector, text string) {
	tab.t.Helper()
	tab.run("writing into "+selector, chromedp.Focus(chromedp.CSS(selector)), chromedp.Evaluate[chromedp.Void](`document.activeElement.select()`))
	call(tab, input.InsertText, input.InsertTextParams{Text: text})
}

// choose sets a select to the option with the text.
func (tab *tab) choose(selector, option string) {
	tab.t.Helper()
	value := evaluate[string](tab, fmt.Sprintf(`[...document.querySelector(%q).options].find(o => o.text.trim() === %q)?.value ?? ""`, selector, option))
	if value == "" {
		tab.t.Fatalf("%s has no option %q", selector, option)
	}
	tab.run("choosing "+option, chromedp.SetValue(chromedp.CSS(selector), value))
}

// submit sends the first form of main that has the fields, with their values
// changed to those given, as if the browser itself checked nothing.
func (tab *tab) submit(values map[string]string) {
	tab.t.Helper()
	said, err := json.Marshal(values)
	if err != nil {
		tab.t.Fatal(err)
	}
	tab.load(fmt.Sprintf("submitting %s on %s", said, tab.path()), chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(values => {
		const form = [...document.querySelectorAll("main form[method=post]")].find(f => Object.keys(values).every(name => name in f.elements));
		for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
		form.noValidate = true;
		form.requestSubmit(form.querySelector("button:not([formaction])"));
	})(%s)`, said)))
}

// keys presses keys, one after another.
func (tab *tab) keys(keys string) {
	tab.t.Helper()
	tab.run("pressing keys", chromedp.KeyEvent(keys))
}

// keyEnter presses Enter, for what leads to another document.
func keyEnter() chromedp.Action[chromedp.Void] { return chromedp.KeyEvent(kb.Enter) }

// path is that of the page shown, with its query.
func (tab *tab) path() string {
	tab.t.Helper()
	return evaluate[string](tab, `location.pathname + location.search`)
}

// text is what the element says, as it is shown; "" if there is none.
func (tab *tab) text(selector string) string {
	tab.t.Helper()
	return evaluate[string](tab, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
}

// has reports whether there is such an element.
func (tab *tab) has(selector string) bool {
	tab.t.Helper()
	return evaluate[bool](tab, fmt.Sprintf(`document.querySelector(%q) !== null`, selector))
}

// says fails the test unless the element says the words.
func (tab *tab) says(selector, words string) {
	tab.t.Helper()
	if said := tab.text(selector); !strings.Contains(said, words) {
		tab.t.Errorf("%s: %s does not say %q but:\n%s", tab.path(), selector, words, said)
	}
}

// silent fails the test if the page says the words anywhere in its source.
func (tab *tab) silent(words string) {
	tab.t.Helper()
	if source := evaluate[string](tab, `document.documentElement.outerHTML`); strings.Contains(source, words) {
		tab.t.Errorf("%s says %q", tab.path(), words)
	}
}

// wear sets the scheme of colours that the system asks for. Nothing moves
// meanwhile, so that what is looked at stands still.
func (tab *tab) wear(scheme string) {
	tab.t.Helper()
	call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// resize sets the width of the window.
func (tab *tab) resize(width int64) {
	tab.t.Helper()
	call(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1})
}

// scripts lets the page's scripts run or not.
func (tab *tab) scripts(on bool) {
	tab.t.Helper()
	call(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// source is the document as the server sent it.
func (tab *tab) source() string {
	tab.t.Helper()
	return string(call(tab, network.GetResponseBody, network.GetResponseBodyParams{RequestID: tab.watch.shown()}).Body)
}

// signIn signs a member in by the form.
func (tab *tab) signIn(login, password string) {
	tab.t.Helper()
	tab.open("/sign-in")
	tab.write("#login", login)
	tab.write("#password", password)
	tab.press("main button.primary")
	if !tab.has(".account") {
		tab.t.Fatalf("%s is not signed in:\n%s", login, tab.text("body"))
	}
}

// evaluate returns what the expression is on the page.
func evaluate[T any](tab *tab, expression string) T {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("%.200s: %v", expression, err)
	}
	return value
}

// call has the browser carry out a command of its protocol.
func call[P, R any](tab *tab, command cdp.Command[P, R], params P) R {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		tab.t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

// A watch notes what the browser complains of in a tab. The browser calls it
// from a goroutine of its own.
type watch struct {
	host     string
	mu       sync.Mutex
	started  map[network.RequestID]string // what was asked for
	document network.RequestID
	wrong    []string
}

// hear is called with every event of the tab.
func (w *watch) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		// Documents answer 404 on purpose; of what fails besides, the answers tell.
		if e.Entry.Source != log.EntrySourceNetwork && (e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning) {
			w.complain("%s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			said, _ := json.Marshal(e.Args)
			w.complain("console: %s", said)
		}
	case *runtime.EventExceptionThrown:
		said, _ := json.Marshal(e.ExceptionDetails.Exception)
		w.complain("exception: %s %s (%s)", e.ExceptionDetails.Text, said, e.ExceptionDetails.URL)
	case *network.EventRequestWillBeSent:
		w.started[e.RequestID] = e.Request.URL
		if e.Type == network.ResourceTypeDocument {
			w.document = e.RequestID
		}
		if u, err := url.Parse(e.Request.URL); err != nil || strings.HasPrefix(u.Scheme, "http") && u.Host != w.host {
			w.complain("a request to another host: %s from %s", e.Request.URL, e.DocumentURL)
		}
	case *network.EventResponseReceived:
		if e.Type != network.ResourceTypeDocument && e.Response.Status >= 400 {
			w.complain("%s answers %d", e.Response.URL, e.Response.Status)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled || e.BlockedReason != "" {
			w.complain("%s: %s %s", w.started[e.RequestID], e.ErrorText, e.BlockedReason)
		}
	}
}

func (w *watch) complain(format string, args ...any) {
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// complaints returns what was noted since the last call.
func (w *watch) complaints() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	wrong := w.wrong
	w.wrong = nil
	return wrong
}

// shown is the request of the document shown.
func (w *watch) shown() network.RequestID {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.document
}
