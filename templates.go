package veche

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"veche/data"
	"veche/mosaic"
)

// edited is the source of the templates in the database.
type edited struct{}

// Template reads the text that the administrator gave the template.
func (edited) Template(ctx context.Context, name string) (string, bool, error) {
	var found []Template
	err := data.Read(ctx).Select("text").Where("name = ?", name).Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return "", false, err
	}
	return found[0].Text, true, nil
}

// sources are where templates come from, the first that has one first: what the
// administrator edited, the data folder, the theme, the modules.
func (n *Node) sources() []mosaic.Source {
	all := []mosaic.Source{edited{}, n.folder}
	for _, files := range n.templateFiles() {
		all = append(all, mosaic.Embedded{FS: files})
	}
	return all
}

// templateFiles are the templates that come with the program.
func (n *Node) templateFiles() []fs.FS {
	all := []fs.FS{sub(n.Theme, "templates")}
	for _, m := range n.Modules {
		if m.Templates != nil {
			all = append(all, m.Templates)
		}
	}
	return all
}

// Templates returns the names of all templates that come with the program or
// stand in the data folder, sorted. It is for editors.
func Templates(ctx context.Context) ([]string, error) {
	n, ok := ctx.Value(nodeKey{}).(*Node)
	if !ok {
		return nil, errNoNode
	}
	names := make(map[string]bool)
	for _, files := range append(n.templateFiles(), os.DirFS(filepath.Join(n.Folder, "theme", "templates"))) {
		err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
			if path == "." && err != nil {
				return fs.SkipAll // a data folder without templates
			}
			if name, ok := strings.CutSuffix(path, ".html"); err == nil && ok && !d.IsDir() {
				names[name] = true
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(names)), nil
}

// TemplateText returns the text of a template before the administrator's edits,
// "" if there is none.
func TemplateText(ctx context.Context, name string) (string, error) {
	n, ok := ctx.Value(nodeKey{}).(*Node)
	if !ok {
		return "", errNoNode
	}
	for _, source := range n.sources()[1:] {
		if text, ok, err := source.Template(ctx, name); err != nil || ok {
			return text, err
		}
	}
	return "", nil
}

// CheckTemplate reports why a text cannot be the template of the given name:
// it does not compile, or uses what templates do not have. It is for editors.
func CheckTemplate(ctx context.Context, name, text string) error {
	n, ok := ctx.Value(nodeKey{}).(*Node)
	if !ok {
		return errNoNode
	}
	return n.store.CheckTemplate(ctx, name, text)
}
