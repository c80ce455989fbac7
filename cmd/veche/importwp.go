package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"veche"
	pages "veche/modules/site"
	"veche/wordpress"
	"veche/wxr"
)

// examplesShown bounds the examples of each note on the terminal; the file has
// all of them.
const examplesShown = 3

// importWordPress brings a WordPress export into the site.
func importWordPress(ctx context.Context, c *call) error {
	export, size, err := openExport(c.args[0])
	if err != nil {
		return err
	}
	defer export.Close()
	options, err := c.settings.node(c.err)
	if err != nil {
		return err
	}
	// The export comes first: a broken one must not leave an empty site behind.
	bar := newBar(c.err, size, time.Now)
	err = wordpress.Check(ctx, export, wordpress.Options{Progress: bar.show})
	bar.end()
	if e, ok := errors.AsType[*wxr.Error](err); ok {
		return fmt.Errorf("%s cannot be imported: line %d: %s", c.args[0], e.Line, e.Text)
	}
	if err != nil {
		return err
	}
	options.Modules = withImports(options.Modules)
	node, err := veche.New(ctx, options)
	if err != nil {
		return err
	}
	bar.begin("reading")
	report, err := wordpress.Import(node.Context(ctx), export, wordpress.Options{
		Accounts: node.Accounts(), Forward: pages.ForwardTo, Progress: bar.show,
	})
	bar.end()
	if err := errors.Join(err, node.Close()); err != nil {
		return err
	}
	return c.tell(report)
}

// withImports adds the table of imports to the modules of a site.
func withImports(modules []veche.Module) []veche.Module {
	own := wordpress.Module()
	if slices.ContainsFunc(modules, func(m veche.Module) bool { return m.Name == own.Name }) {
		return modules
	}
	return append(slices.Clone(modules), own)
}

// openExport opens the file, or says in one sentence why it cannot.
func openExport(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, fmt.Errorf("there is no file %s", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, 0, fmt.Errorf("the file %s may not be read by this user", path)
	case err != nil:
		return nil, 0, fmt.Errorf("the file %s cannot be read: %w", path, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file; the export is read twice, so it cannot come from a pipe", path)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// tell prints the report, and writes it in full where --report says.
func (c *call) tell(report *wordpress.Report) error {
	if err := report.Write(c.out, examplesShown); err != nil {
		return err
	}
	if !report.Changed() {
		fmt.Fprintln(c.out, "\nNothing in the export has changed since it was imported.")
	}
	if c.settings.report == "" {
		return nil
	}
	f, err := os.Create(c.settings.report)
	if err != nil {
		return fmt.Errorf("the export was imported, but the report cannot be written: %w", err)
	}
	if err := errors.Join(report.Write(f, 0), f.Close()); err != nil {
		return fmt.Errorf("the export was imported, but the report cannot be written: %w", err)
	}
	fmt.Fprintf(c.out, "\nThe whole report is in %s\n", c.settings.report)
	return nil
}

// A bar shows how far an import is: on a terminal as a bar that moves, elsewhere
// as a line now and then.
type bar struct {
	out      io.Writer
	terminal bool
	size     int64
	now      func() time.Time

	doing        string    // the pass
	began, shown time.Time // of the pass
	last         wordpress.Progress
}

// How often the bar moves, and how often a line is printed.
const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
	barWidth  = 30
)

func newBar(out io.Writer, size int64, now func() time.Time) *bar {
	b := &bar{out: out, size: max(size, 1), now: now}
	b.begin("checking")
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		b.terminal = err == nil && info.Mode()&fs.ModeCharDevice != 0
	}
	return b
}

// begin begins a pass.
func (b *bar) begin(doing string) {
	b.doing, b.began, b.shown, b.last = doing, b.now(), time.Time{}, wordpress.Progress{}
}

// show is told of every item.
func (b *bar) show(p wordpress.Progress) {
	now := b.now()
	if p.Writing != b.last.Writing && b.last.Items > 0 {
		b.end()
		b.begin("importing")
	}
	b.last = p
	every := lineEvery
	if b.terminal {
		every = barEvery
	}
	if now.Sub(b.shown) < every {
		return
	}
	b.shown = now
	b.print(now)
}

// end shows where it stopped.
func (b *bar) end() {
	b.print(b.now())
	b.newLine()
}

func (b *bar) newLine() {
	if b.terminal && b.last.Items > 0 {
		fmt.Fprintln(b.out)
	}
}

func (b *bar) print(now time.Time) {
	if b.last.Items == 0 {
		return
	}
	done := min(float64(b.last.Bytes)/float64(b.size), 1)
	rate := float64(b.last.Items) / max(now.Sub(b.began).Seconds(), 0.001)
	text := fmt.Sprintf("%3.0f %%  %s of %s  %d items, %.0f items/s", 100*done, bytesInWords(b.last.Bytes), bytesInWords(b.size), b.last.Items, rate)
	if !b.terminal {
		fmt.Fprintf(b.out, "%s: %s\n", b.doing, text)
		return
	}
	full := int(done * barWidth)
	fmt.Fprintf(b.out, "\r\x1b[K%-9s [%s%s] %s", b.doing, strings.Repeat("#", full), strings.Repeat(".", barWidth-full), text)
}

// bytesInWords writes a number of bytes as people read it.
func bytesInWords(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}
