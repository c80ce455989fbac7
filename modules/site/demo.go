package site

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"veche/data"
	"veche/locale"
)

// The demonstration is a town. Its pages are files: the folder of a page that
// has others below it is named as its own file, the number in front of the name
// gives the order, and what comes after it is the slug.

// demoSettings are what the town says of itself.
var demoSettings = []struct {
	name  string
	tag   locale.Tag
	value string
}{
	{titleSetting, locale.Russian, "Вече"},
	{titleSetting, locale.English, "Veche"},
	{taglineSetting, locale.Russian, "Городской портал Заволховья"},
	{taglineSetting, locale.English, "The portal of a town across the river"},
	{footerSetting, locale.Russian, "Городской портал Заволховья. Издаётся с 2009 года.\n\n[grad@example.org](mailto:grad@example.org)"},
	{footerSetting, locale.English, "The portal of a town across the river. Published since 2009.\n\n[grad@example.org](mailto:grad@example.org)"},
}

// fillDemo makes the town.
func fillDemo(ctx context.Context) error {
	_, err := data.Write(ctx, func(tx *data.Tx) error {
		if err := Lock(tx); err != nil {
			return err
		}
		for _, s := range demoSettings {
			if err := Set(tx, s.name, s.tag, s.value); err != nil {
				return err
			}
		}
		for _, tag := range locale.Tags() {
			if err := fillBranch(tx, tag, path.Join("demo", string(tag)), 0); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// fillBranch makes the pages of a folder below the parent.
func fillBranch(tx *data.Tx, tag locale.Tag, folder string, parent int64) error {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		file := path.Join(folder, e.Name())
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return err
		}
		p, err := demoPage(file, string(text))
		if err != nil {
			return err
		}
		isHere := func(n neighbour) bool { return n.path == p.Link }
		if p.Link != "" && !slices.ContainsFunc(neighbours(tx), isHere) {
			continue // a town without news does not lead to them
		}
		p.ParentID, p.Language = parent, string(tag)
		if err := CreatePage(tx, &p); err != nil {
			return fmt.Errorf("making the page of %s: %w", file, err)
		}
		below := strings.TrimSuffix(file, ".md")
		if _, err := fs.Stat(files, below); err == nil {
			if err := fillBranch(tx, tag, below, p.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

var numbered = regexp.MustCompile(`^[0-9]+-`)

// demoPage reads a page: lines "field: value", an empty line, the text.
func demoPage(file, text string) (Page, error) {
	name := strings.TrimSuffix(path.Base(file), ".md")
	p := Page{Slug: numbered.ReplaceAllString(name, ""), Format: Markdown, Status: Published, InMenu: true}
	head, body, _ := strings.Cut(text, "\n\n")
	p.Body = body
	for line := range strings.Lines(head) {
		field, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case !ok:
			return p, fmt.Errorf("%s: the line %q is not of the form field: value", file, line)
		case field == "title":
			p.Title = value
		case field == "summary":
			p.Summary = value
		case field == "slug":
			p.Slug = value
		case field == "link":
			p.Link = value
		case field == "status":
			p.Status = value
		case field == "menu":
			p.InMenu = value == "yes"
		default:
			return p, fmt.Errorf("%s: there is no field %q", file, field)
		}
	}
	return p, nil
}
