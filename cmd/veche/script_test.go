package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"veche"
	"veche/modules/all"
	"veche/theme"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"veche": main}) }

// TestScripts plays the scripts of testdata/script, in which veche runs as a
// process of its own. docs/reference/scripts.md tells the verbs.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			jar, err := cookiejar.New(nil)
			env.Values[playKey{}] = &play{client: &http.Client{Jar: jar, Timeout: wait}}
			return err
		},
		Condition: func(name string) (bool, error) {
			if server := serverOf(name); server != "" {
				return os.Getenv(server) != "", nil
			}
			return false, fmt.Errorf("there is no condition %q", name)
		},
		Cmds:               verbs(),
		RequireUniqueNames: true,
	})
}

// TestEveryVerbIsDocumented holds the reference to the verbs there are.
func TestEveryVerbIsDocumented(t *testing.T) {
	reference, err := os.ReadFile("../../docs/reference/scripts.md")
	if err != nil {
		t.Fatal(err)
	}
	_, ours, _ := strings.Cut(string(reference), "## The command")
	for name := range verbs() {
		if !strings.Contains(ours, "\n| `"+name) {
			t.Errorf("the verb %q has no row in docs/reference/scripts.md", name)
		}
	}
}

func verbs() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"serve": verb(startSite), "says": verb(says), "ends": verb(endSite),
		"get": verb(get), "post": verb(post), "shows": verb(shows),
		"fails": verb(fails(exitFailed)), "misused": verb(fails(exitUsage)),
		"busy": verb(busy), "newer": verb(newer), "nested": verb(nested), "swap": verb(swap),
	}
}

// wait bounds everything that is waited for.
const wait = time.Minute

// play is one script while it is played.
type play struct {
	site   *site
	client *http.Client
	page   string // the last one
}

type playKey struct{}

// site is a running "veche serve".
type site struct {
	process *exec.Cmd
	out     *heard
	address string
}

// heard is what a process has said so far.
type heard struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{} // closed and replaced when there is more
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.more)
	h.more = make(chan struct{})
	return h.text.Write(p)
}

func (h *heard) read() (string, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String(), h.more
}

// find waits until the process has said what the pattern matches.
func (h *heard) find(pattern *regexp.Regexp) ([]string, error) {
	late := time.After(wait)
	for {
		text, more := h.read()
		if found := pattern.FindStringSubmatch(text); found != nil {
			return found, nil
		}
		select {
		case <-more:
		case <-late:
			return nil, fmt.Errorf("it has not said %q but:\n%s", pattern, text)
		}
	}
}

// errDiffers is of verbs that found things otherwise; with "!" before the verb
// it is what the script wants.
var errDiffers = errors.New("it is otherwise")

func verb(do func(p *play, ts *testscript.TestScript, args []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, not bool, args []string) {
		err := do(ts.Value(playKey{}).(*play), ts, args)
		if not != errors.Is(err, errDiffers) || err != nil && !not {
			ts.Fatalf("%v", err)
		}
	}
}

// startSite runs "veche serve" with the arguments at a free address, and waits
// until it is ready. $SITE is its address then.
func startSite(p *play, ts *testscript.TestScript, args []string) error {
	if p.site != nil {
		return errors.New("the site is running already")
	}
	out := &heard{more: make(chan struct{})}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	process := exec.CommandContext(ctx, "veche", append([]string{"serve"}, args...)...)
	if !strings.Contains(strings.Join(args, " "), "--listen") && ts.Getenv("VECHE_LISTEN") == "" {
		process.Args = append(process.Args, "--listen", "127.0.0.1:0")
	}
	process.Dir, process.Stdout, process.Stderr = ts.MkAbs("."), out, out
	process.Env = os.Environ()
	for _, name := range []string{"LISTEN", "OPS", "DATA", "DB", "ORIGIN", "CACHE_MB", "ZONE", "LOG", "DEMO", "CONFIG"} {
		if value := ts.Getenv("VECHE_" + name); value != "" {
			process.Env = append(process.Env, "VECHE_"+name+"="+value)
		}
	}
	if err := process.Start(); err != nil {
		cancel()
		return err
	}
	p.site = &site{process: process, out: out}
	ts.Defer(func() {
		if p.site != nil {
			cancel() // the script failed
			_ = process.Wait()
		}
		cancel()
	})
	found, err := out.find(regexp.MustCompile(`veche is ready: (http://\S+) \(first page \d+ ms after start\)\n`))
	if err == nil {
		p.site.address = found[1]
		ts.Setenv("SITE", found[1])
	}
	return err
}

// says waits until the site has said what a pattern matches, and puts what its
// group matched into a variable.
func says(p *play, ts *testscript.TestScript, args []string) error {
	if len(args) == 0 || len(args) > 2 || p.site == nil {
		return errors.New("use: says PATTERN [VARIABLE], after serve")
	}
	found, err := p.site.out.find(regexp.MustCompile(args[0]))
	if err == nil && len(args) == 2 {
		ts.Setenv(args[1], found[1])
	}
	return err
}

// endSite has the site end as a service manager does; it must end well.
func endSite(p *play, ts *testscript.TestScript, args []string) error {
	if p.site == nil || len(args) > 0 {
		return errors.New("use: ends, after serve")
	}
	ended := p.site
	p.site = nil
	if err := ended.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := ended.process.Wait()
	text, _ := ended.out.read()
	ts.Logf("[veche serve]\n%s", text)
	return err
}

// get asks for an address, of the site if it has no host, and follows redirects.
func get(p *play, ts *testscript.TestScript, args []string) error {
	if len(args) == 0 || len(args) > 2 {
		return errors.New("use: get ADDRESS [STATUS]")
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, p.absolute(args[0]), nil)
	if err != nil {
		return err
	}
	return p.ask(request, append(args[1:], "200")[0])
}

// post sends FIELD=VALUE... to an address.
func post(p *play, ts *testscript.TestScript, args []string) error {
	if len(args) < 2 {
		return errors.New("use: post ADDRESS STATUS FIELD=VALUE...")
	}
	form := make(url.Values)
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, "=")
		form.Add(name, value)
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.absolute(args[0]), strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", p.site.address)
	return p.ask(request, args[1])
}

func (p *play) absolute(address string) string {
	if strings.HasPrefix(address, "/") && p.site != nil {
		return p.site.address + address
	}
	return address
}

func (p *play) ask(request *http.Request, status string) error {
	if in := request.URL.Query().Get("in"); in != "" {
		request.Header.Set("Accept-Language", in)
	}
	request.Header.Set("Accept", "text/html,*/*")
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 8<<20))
	p.page = string(body)
	if err == nil && strconv.Itoa(response.StatusCode) != status {
		err = fmt.Errorf("%s answers %s:\n%s", request.URL, response.Status, body)
	}
	return err
}

// shows holds the last answer to a pattern.
func shows(p *play, _ *testscript.TestScript, args []string) error {
	if len(args) != 1 {
		return errors.New("use: shows PATTERN")
	}
	if !regexp.MustCompile(args[0]).MatchString(p.page) {
		return fmt.Errorf("%w:\n%s", errDiffers, p.page)
	}
	return nil
}

// fails returns the verb that runs veche and wants it to end with the status. To
// what could not be done belongs one line, which the pattern matches.
func fails(status int) func(*play, *testscript.TestScript, []string) error {
	return func(_ *play, ts *testscript.TestScript, args []string) error {
		if len(args) < 2 {
			return errors.New("use: fails PATTERN ARGUMENT...")
		}
		err := ts.Exec("veche", args[1:]...)
		said := ts.ReadFile("stderr")
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != status {
			return fmt.Errorf("it ends with %v, want status %d; it says:\n%s", err, status, said)
		}
		line := strings.TrimSuffix(said, "\n")
		if status == exitFailed && (strings.Contains(line, "\n") || !strings.HasPrefix(line, "veche: ")) {
			return fmt.Errorf("it does not say one line:\n%s", said)
		}
		if !regexp.MustCompile(args[0]).MatchString(said) {
			return fmt.Errorf("it says otherwise:\n%s", said)
		}
		if out := ts.ReadFile("stdout"); out != "" {
			return fmt.Errorf("it prints:\n%s", out)
		}
		return nil
	}
}

// busy takes a free address and holds it: $BUSY.
func busy(_ *play, ts *testscript.TestScript, _ []string) error {
	taken, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err == nil {
		ts.Setenv("BUSY", taken.Addr().String())
		ts.Defer(func() { _ = taken.Close() })
	}
	return err
}

// newer makes the site of a data folder that of a program whose news have a
// later schema.
func newer(_ *play, ts *testscript.TestScript, args []string) error {
	if len(args) != 1 {
		return errors.New("use: newer FOLDER")
	}
	modules := all.Modules()
	for i := range modules {
		if modules[i].Name == "news" {
			modules[i].Schema += 41
		}
	}
	node, err := veche.New(context.Background(), veche.Options{Folder: ts.MkAbs(args[0]), Modules: modules, Theme: theme.Default()})
	if err != nil {
		return err
	}
	return node.Close()
}

// nested writes an export whose elements are nested beyond all bounds.
func nested(_ *play, ts *testscript.TestScript, args []string) error {
	if len(args) != 1 {
		return errors.New("use: nested FILE")
	}
	const depth = 100_000
	export := "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel>\n" +
		strings.Repeat("<item>", depth) + strings.Repeat("</item>", depth) + "</channel></rss>\n"
	return os.WriteFile(ts.MkAbs(args[0]), []byte(export), 0o600)
}

// serverOf is the variable that says where the server of a kind is.
func serverOf(kind string) string {
	return map[string]string{"postgres": "VECHE_TEST_POSTGRES", "mysql": "VECHE_TEST_MYSQL"}[kind]
}

// swap sets $STRANGER to the address of the server of a kind, for somebody whom
// it does not know.
func swap(_ *play, ts *testscript.TestScript, args []string) error {
	if len(args) != 1 || serverOf(args[0]) == "" {
		return errors.New("use: swap postgres, or swap mysql")
	}
	address := os.Getenv(serverOf(args[0]))
	host := regexp.MustCompile(`@(?:tcp\()?([^/)]+)`).FindStringSubmatch(address)
	if host == nil {
		return fmt.Errorf("%s names no host", serverOf(args[0]))
	}
	ts.Setenv("STRANGER", args[0]+"://veche_nobody:s3cret@"+host[1]+"/veche")
	return nil
}
