package veche

import (
	"context"
	"embed"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"veche/entity"
	"veche/locale"
	"veche/mosaic"
)

// Template is the entity of templates that an administrator edits while the
// site runs. Its text goes before the files of the theme.
type Template struct {
	entity.Base
	Name string `entity:"title,required,max=200,unique,list"`
	Text string `entity:"long,required,max=262144"`
}

//go:embed words
var ownWords embed.FS

func (n *Node) readWords(context.Context) (err error) {
	folders := []fs.FS{sub(ownWords, "words"), sub(n.Theme, "words")}
	for _, m := range n.Modules {
		if m.Words != nil {
			folders = append(folders, m.Words)
		}
	}
	n.words, err = locale.Load(folders...)
	return err
}

// sub is fs.Sub for folder names that are constants.
func sub(files fs.FS, folder string) fs.FS {
	part, err := fs.Sub(files, folder)
	if err != nil {
		panic("veche: " + err.Error())
	}
	return part
}

func (n *Node) openTheme(context.Context) (err error) {
	n.folder = mosaic.NewFolder(os.DirFS(filepath.Join(n.Folder, "theme")), n.tracker, n.ThemeLook)
	n.assets = &assets{folder: n.folder, theme: n.Theme}
	return nil
}

func (n *Node) openStore(context.Context) (err error) {
	o := mosaic.Options{
		Tracker: n.tracker, Sources: n.sources(), Words: n.speak, Asset: n.assets.url,
		Failed: n.failed, Now: n.Now, Log: n.Log,
	}
	if n.memory != nil {
		o.Memory = n.memory
	}
	if n.store, err = mosaic.NewStore(o); err != nil {
		return err
	}
	if err := n.store.RegisterFrames(frames()...); err != nil {
		return err
	}
	for _, m := range n.Modules {
		if err := n.store.Register(m.Components...); err != nil {
			return err
		}
	}
	return nil
}

// speak returns the functions by which templates speak a language.
func (n *Node) speak(tag string) template.FuncMap {
	in := locale.Tag(tag)
	return template.FuncMap{
		"t":        func(key string, args ...any) string { return n.words.Text(in, key, args...) },
		"date":     func(t time.Time) string { return locale.Date(in, t.In(n.Zone)) },
		"datetime": func(t time.Time) string { return locale.DateTime(in, t.In(n.Zone)) },
		"locale":   func() string { return string(in) },
	}
}

// failed is what stands in the place of a fragment that could not be made.
func (n *Node) failed(ctx context.Context) mosaic.HTML {
	words := template.HTMLEscapeString(n.text(ctx, "fault.fragment"))
	return mosaic.HTML(`<p class="missing" role="note">` + words + `</p>`)
}
