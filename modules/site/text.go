package site

import (
	"cmp"
	"fmt"
	"strings"

	"veche/prose"
)

// descriptionRunes bounds what is told of a page that has no summary.
const descriptionRunes = 200

// render makes of a text what a page can show.
func render(format, source string) (string, error) {
	renderer, err := prose.New(prose.Options{AnchorPrefix: "text-"})
	if err != nil {
		return "", fmt.Errorf("setting up the renderer of texts: %w", err)
	}
	if format == HTML {
		safe, _ := renderer.HTML(source)
		return safe, nil
	}
	safe, _ := renderer.Markdown(source)
	return safe, nil
}

// settle makes the columns that follow from what was written: a text without a
// format is Markdown, a page without a state a draft.
func (p *Page) settle() error {
	p.Format, p.Status = cmp.Or(p.Format, Markdown), cmp.Or(p.Status, Draft)
	safe, err := render(p.Format, p.Body)
	if err != nil {
		return err
	}
	p.HTML = safe
	p.Description = strings.Join(strings.Fields(p.Summary), " ")
	if p.Description == "" {
		p.Description = prose.Excerpt(safe, descriptionRunes)
	}
	return nil
}
