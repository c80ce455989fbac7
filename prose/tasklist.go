package prose

import (
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// taskList is GitHub's task list, shown with signs instead of form fields: a
// checkbox that cannot be ticked is a field without a label to those who
// listen to the page.
type taskList struct{}

// Extend implements goldmark.Extender.
func (taskList) Extend(m goldmark.Markdown) {
	extension.TaskList.Extend(m)
	// Lower numbers win over the extension's own printer.
	m.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(taskSigns{}, 100)))
}

// taskSigns prints the boxes of task lists.
type taskSigns struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (taskSigns) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(extast.KindTaskCheckBox, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		sign := "☐ "
		if box, ok := n.(*extast.TaskCheckBox); ok && box.IsChecked {
			sign = "☑ "
		}
		_, err := w.WriteString(sign)
		return ast.WalkContinue, err
	})
}
