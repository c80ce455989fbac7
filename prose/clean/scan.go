package clean

import (
	"strings"

	"golang.org/x/net/html"
)

// An event is a tag or text of the source, in our words.
type event struct {
	kind  html.TokenType // StartTagToken, EndTagToken or TextToken
	tag   string         // the name in the source, by which ends find starts
	name  string         // what the element is here; "" if it is passed over
	text  string
	attrs map[string]string
	end   int // for start tags of dropped and media elements: where the end tag is, 0 if nowhere
}

// maxAttrs bounds the attributes looked at per tag.
const maxAttrs = 64

// scan reads the source into events. The tokenizer is that of the HTML
// standard, so that it sees tags where browsers see them.
func scan(source string) []event {
	var events []event
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			match(events)
			return events
		case html.TextToken:
			if text := unix(plainText(string(z.Text()))); text != "" {
				events = append(events, event{kind: html.TextToken, text: text})
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			events = append(events, startEvent(z))
		case html.EndTagToken:
			tag, _ := z.TagName()
			events = append(events, event{kind: html.EndTagToken, tag: string(tag), name: nameOf(string(tag))})
		}
	}
}

// unix makes every line end a line feed.
func unix(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// startEvent reads a start tag. The first of equal attributes counts, as the
// standard has it.
func startEvent(z *html.Tokenizer) event {
	tag, more := z.TagName()
	e := event{kind: html.StartTagToken, tag: string(tag)}
	e.name = nameOf(e.tag)
	for n := 0; more && n < maxAttrs; n++ {
		var key, value []byte
		key, value, more = z.TagAttr()
		if e.attrs == nil {
			e.attrs = map[string]string{}
		}
		if _, twice := e.attrs[string(key)]; !twice {
			e.attrs[string(key)] = string(value)
		}
	}
	if e.tag == "center" {
		if e.attrs == nil {
			e.attrs = map[string]string{}
		}
		e.attrs["align"] = "center"
	}
	return e
}

// nameOf returns what an element of the source is here, "" if nothing.
func nameOf(tag string) string {
	if to, ok := renamed[tag]; ok {
		tag = to
	}
	if elements[tag] == 0 {
		return ""
	}
	return tag
}

// match finds the end tags of elements whose content is treated as a whole.
// It is linear: each name has a stack of its open starts.
func match(events []event) {
	open := map[string][]int{}
	for i, e := range events {
		if !dropped[e.tag] && elements[e.tag] != media {
			continue
		}
		switch e.kind {
		case html.StartTagToken:
			open[e.tag] = append(open[e.tag], i)
		case html.EndTagToken:
			if stack := open[e.tag]; len(stack) > 0 {
				events[stack[len(stack)-1]].end = i
				open[e.tag] = stack[:len(stack)-1]
			}
		}
	}
}
