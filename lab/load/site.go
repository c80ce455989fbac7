package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"veche"
	"veche/data"
	"veche/entity"
	"veche/mosaic"
	"veche/theme"
)

// Line is a row of the site's only table.
type Line struct {
	entity.Base
	Title string `entity:"title,required,max=200"`
}

//go:embed templates
var templates embed.FS

// fragments is how many a page has, and partBytes about what makes a page of
// them one of 30 KiB.
const (
	fragments = 20
	partBytes = 1442
	lines     = 10
)

// part are the parameters of a fragment that is kept.
type part struct{ N int }

// shownPart is what its template shows.
type shownPart struct {
	N    int
	Text string
}

// openSite returns a node with the pages /kept and /miss, in a folder of its
// own, which remove removes.
func openSite(ctx context.Context) (node *veche.Node, remove func(), err error) {
	folder, err := os.MkdirTemp("", "load")
	if err != nil {
		return nil, nil, err
	}
	node, err = veche.New(ctx, veche.Options{Folder: folder, Theme: theme.Default(), Modules: []veche.Module{module()}})
	if err != nil {
		return nil, nil, err
	}
	_, err = data.Write(node.Context(ctx), func(tx *data.Tx) error {
		for n := range lines {
			if err := data.Create(tx, &Line{Title: fmt.Sprintf("The line %d of ten", n)}); err != nil {
				return err
			}
		}
		return nil
	})
	return node, func() {
		_ = node.Close()
		_ = os.RemoveAll(folder)
	}, err
}

func module() veche.Module {
	files, err := fs.Sub(templates, "templates")
	if err != nil {
		panic("load: " + err.Error()) // the folder is embedded
	}
	text := strings.Repeat("A line of text as pages have them. ", partBytes/35)
	m := veche.Module{
		Name: "load", Schema: 1, Entities: []any{Line{}}, Templates: files,
		Components: []mosaic.Component{
			mosaic.New("load/part", func(_ context.Context, p part) (any, error) { return shownPart{p.N, text}, nil }),
			mosaic.New("load/said", func(_ context.Context, p part) (any, error) { return shownPart{p.N, text}, nil }),
			mosaic.New("load/miss", makeMiss),
		},
	}
	// Every second fragment says something in the reader's language.
	for n := 1; n < fragments; n++ {
		name := [...]string{"load/part", "load/said"}[n%2]
		m.Blocks = append(m.Blocks, veche.Block{Frames: []string{veche.Main}, Slot: "aside", Order: n, Fragment: mosaic.Place(name, part{n})})
	}
	for path, main := range map[string]mosaic.Fragment{"/kept": mosaic.Place("load/part", part{0}), "/miss": mosaic.Place("load/miss", nil)} {
		m.Pages = append(m.Pages, veche.Page{Pattern: path, View: func(*http.Request) veche.View { return veche.View{Main: main} }})
	}
	return m
}

// makeMiss makes a fragment of a query and a template, which is true for so
// short that it is never kept.
func makeMiss(ctx context.Context, _ mosaic.None) (any, error) {
	veche.Until(ctx, time.Unix(1, 0))
	return data.All[Line](data.Read(ctx).Select("title").Order("id").Limit(lines))
}
