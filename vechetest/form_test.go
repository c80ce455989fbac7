package vechetest_test

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"veche/vechetest"
)

// form is a form as a browser would send it.
type form struct {
	action string
	values url.Values
}

// formOn returns the first form of the page's main part that has the fields,
// filled as it stands there, with the fields' values changed to those given. An
// empty value unmarks a checkbox. The first button is pressed, unless a field
// names another.
func formOn(page vechetest.Response, fields url.Values) (form, error) {
	root, err := parse(page)
	if err != nil {
		return form{}, err
	}
	for _, node := range find(root, "main form[method=post]") {
		f := form{cmp.Or(attr(node, "action"), page.Path), make(url.Values)}
		known := f.fill(node)
		fits := true
		for name := range fields {
			fits = fits && known[name] != ""
		}
		if !fits {
			continue
		}
		for name, values := range fields {
			f.values[name] = values
			if known[name] == "checkbox" && values[0] == "" {
				delete(f.values, name)
			}
		}
		return f, nil
	}
	return form{}, fmt.Errorf("%s has no form with the fields of %v:\n%s", page.Path, fields, page.Body)
}

// fill reads the controls of a form, and returns their kinds by name.
func (f *form) fill(node *html.Node) map[string]string {
	known := make(map[string]string)
	pressed := false
	for _, control := range find(node, "input[name], textarea[name], select[name], button") {
		name, kind := attr(control, "name"), control.Data
		if kind == "input" {
			kind = cmp.Or(attr(control, "type"), "text")
		}
		if name != "" {
			known[name] = kind
		}
		switch kind {
		case "button":
			if name != "" && !pressed {
				f.values.Set(name, attr(control, "value"))
			}
			pressed = true
		case "checkbox", "radio":
			if has(control, "checked") {
				f.values.Add(name, cmp.Or(attr(control, "value"), "on"))
			}
		case "select":
			f.values.Add(name, chosen(control))
		case "textarea":
			f.values.Add(name, text(control))
		default:
			f.values.Add(name, attr(control, "value"))
		}
	}
	return known
}

// chosen returns the value of a select: that of the option marked last, or of
// the first.
func chosen(control *html.Node) (value string) {
	for i, option := range find(control, "option") {
		if i == 0 || has(option, "selected") {
			value = attr(option, "value")
		}
	}
	return value
}

func parse(page vechetest.Response) (*html.Node, error) {
	return html.Parse(strings.NewReader(page.Body))
}

// words returns what a page says: the text of its body and its title, or all of
// a document that is no page. White space is one space.
func words(page vechetest.Response) string {
	said := page.Body
	if root, err := parse(page); err == nil && strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		said = ""
		for _, node := range find(root, "title, body") {
			said += text(node) + " "
		}
	}
	return strings.Join(strings.Fields(said), " ")
}

func find(node *html.Node, selector string) []*html.Node {
	return cascadia.QueryAll(node, cascadia.MustCompile(selector))
}

func text(node *html.Node) string {
	var b strings.Builder
	for n := range node.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

func attr(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(node *html.Node, name string) bool {
	for _, a := range node.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
