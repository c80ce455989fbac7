package vechetest_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"

	"veche/data"
	"veche/vechetest"
)

// parseDuration is time.ParseDuration, with days.
func parseDuration(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(text)
}

// request is a page asked for: what the first arguments of a verb say.
type request struct {
	path   string
	status int
	fields []string
}

// parseRequest reads [PATH] [STATUS] FIELD=VALUE...
func parseRequest(args []string, path bool) (r request, err error) {
	r.status = http.StatusOK
	if path {
		if len(args) == 0 || !strings.HasPrefix(args[0], "/") {
			return r, errUse
		}
		r.path, args = args[0], args[1:]
	}
	if len(args) > 0 && !strings.Contains(args[0], "=") {
		if r.status, err = strconv.Atoi(args[0]); err != nil {
			return r, errUse
		}
		args = args[1:]
	}
	r.fields = args
	return r, nil
}

// sees has the visitor look at a page, whose status must be the one wanted.
func (p *play) sees(page vechetest.Response, status int) error {
	p.at.page = page
	if page.Status != status {
		return fmt.Errorf("%s answers %d, want %d:\n%s", page.Path, page.Status, status, words(page))
	}
	return nil
}

func get(p *play, args []string) error {
	r, err := parseRequest(args, true)
	if err != nil || len(r.fields) > 0 {
		return errUse
	}
	return p.sees(p.at.Get(r.path), r.status)
}

func moved(p *play, args []string) error {
	if len(args) != 2 {
		return errUse
	}
	p.at.page = p.at.Fetch(args[0])
	to := p.at.page.Header.Get("Location")
	if s := p.at.page.Status; s != http.StatusMovedPermanently && s != http.StatusPermanentRedirect || to != args[1] {
		return differs(fmt.Sprintf("%s answers %d and leads to %q", args[0], s, to))
	}
	return nil
}

func again(p *play, args []string) error {
	status := http.StatusNotModified
	if len(args) > 0 {
		var err error
		if status, err = strconv.Atoi(args[0]); err != nil || len(args) > 1 {
			return errUse
		}
	}
	tag := p.at.page.Header.Get("Etag")
	if tag == "" {
		return errors.New("the last page has no ETag")
	}
	p.at.Header.Set("If-None-Match", tag)
	defer p.at.Header.Del("If-None-Match")
	return p.sees(p.at.Fetch(p.at.page.Path), status)
}

func fill(p *play, args []string) error {
	r, err := parseRequest(args, true)
	if err != nil {
		return err
	}
	if err := get(p, []string{r.path}); err != nil {
		return err
	}
	return p.send(r)
}

func send(p *play, args []string) error {
	r, err := parseRequest(args, false)
	if err != nil {
		return err
	}
	return p.send(r)
}

// send sends the form of the page that is looked at.
func (p *play) send(r request) error {
	fields, err := p.fields(r.fields)
	if err != nil {
		return err
	}
	form, err := formOn(p.at.page, fields)
	if err != nil {
		return err
	}
	return p.sees(p.at.Post(form.action, form.values), r.status)
}

func post(p *play, args []string) error {
	r, err := parseRequest(args, true)
	if err != nil {
		return err
	}
	fields, err := p.fields(r.fields)
	if err != nil {
		return err
	}
	return p.sees(p.at.Post(r.path, fields), r.status)
}

// fields reads FIELD=VALUE and FIELD=@FILE.
func (p *play) fields(args []string) (url.Values, error) {
	values := make(url.Values)
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, errUse
		}
		if file, ok := strings.CutPrefix(value, "@"); ok {
			value = p.script.ReadFile(file)
		}
		values.Add(name, value)
	}
	return values, nil
}

func shows(p *play, args []string) error {
	if len(args) != 1 {
		return errUse
	}
	if !strings.Contains(words(p.at.page), args[0]) {
		return differs(fmt.Sprintf("%s does not say %q but:\n%s", p.at.page.Path, args[0], words(p.at.page)))
	}
	return nil
}

func selects(p *play, args []string) error {
	if len(args) == 0 || len(args) > 2 {
		return errUse
	}
	selector, err := cascadia.ParseGroup(args[0])
	if err != nil {
		return fmt.Errorf("the selector %q: %w", args[0], err)
	}
	root, err := parse(p.at.page)
	if err != nil {
		return err
	}
	n := len(cascadia.QueryAll(root, selector))
	if len(args) == 1 && n == 0 || len(args) == 2 && args[1] != strconv.Itoa(n) {
		return differs(fmt.Sprintf("%s has %d of %q:\n%s", p.at.page.Path, n, args[0], p.at.page.Body))
	}
	return nil
}

func atPage(p *play, args []string) error {
	if len(args) != 1 {
		return errUse
	}
	if p.at.page.Path != args[0] {
		return differs("it is " + p.at.page.Path)
	}
	return nil
}

// walk has everybody look at every address of a file, or of testdata/pages.txt.
// Once something is marked, each page is held to what a node that keeps nothing
// makes of it.
func walk(p *play, args []string) error {
	var list string
	switch len(args) {
	case 0:
		text, err := os.ReadFile("testdata/pages.txt")
		if err != nil {
			return err
		}
		list = string(text)
	case 1:
		list = p.script.ReadFile(args[0])
	default:
		return errUse
	}
	paths := strings.Fields(list)
	if len(paths) == 0 {
		return errors.New("the file names no address")
	}
	for _, name := range p.names {
		v := p.visitors[name]
		for _, path := range paths {
			got := v.Fetch(path)
			if p.marked.made == nil {
				continue
			}
			want := v.On(p.plain).Fetch(path)
			if got.Status != want.Status || got.Body != want.Body {
				return fmt.Errorf("%s sees on %s (%d):\n%s\nbut it is (%d):\n%s", name, path, got.Status, got.Body, want.Status, want.Body)
			}
		}
	}
	return nil
}

func editTemplate(p *play, args []string) error {
	if len(args) == 0 || len(args) > 2 {
		return errUse
	}
	r := request{path: "/admin/templates/" + args[0], status: http.StatusOK, fields: []string{"do=reset"}}
	if len(args) == 2 {
		r.fields = []string{"text=@" + args[1]}
	}
	if err := get(p, []string{r.path}); err != nil {
		return err
	}
	return p.send(r)
}

func editThemeFile(p *play, args []string) error {
	if len(args) == 0 || len(args) > 2 {
		return errUse
	}
	path := filepath.Join(p.site.Folder(), "theme", filepath.FromSlash(args[0]))
	if len(args) == 1 {
		if err := os.Remove(path); err != nil {
			return err
		}
	} else {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(p.script.ReadFile(args[1])), 0o640); err != nil {
			return err
		}
	}
	p.site.Node.LookAtTheme()
	return nil
}

func writeRows(p *play, args []string) error { return p.transact(args, nil) }

var errRegret = errors.New("the script rolls the transaction back")

func rollBack(p *play, args []string) error {
	if err := p.transact(args, errRegret); !errors.Is(err, errRegret) {
		return err
	}
	return nil
}

// transact runs the statements of a file in one transaction, which ends with
// the error.
func (p *play) transact(args []string, end error) error {
	if len(args) != 1 {
		return errUse
	}
	_, err := data.Write(p.site.Node.Context(p.t.Context()), func(tx *data.Tx) error {
		for statement := range strings.SplitSeq(p.script.ReadFile(args[0]), ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			res := tx.DB().Exec(statement)
			if res.Error != nil {
				return res.Error
			}
			if res.RowsAffected == 0 {
				return fmt.Errorf("the statement changes no row: %s", statement)
			}
		}
		return end
	})
	return err
}
