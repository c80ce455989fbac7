// Command veche runs a portal: news, pages and their readers' talk, from one
// file, on an embedded database or a server.
//
//	veche serve                          run the site
//	veche import wordpress FILE          bring a WordPress export in
//	veche user add NAME --password-file F [--admin]
//	veche user password NAME --password-file F
//	veche version
//
// Settings come from flags, then from the environment (VECHE_LISTEN for
// --listen), then from the file veche.toml in the data folder or the one that
// --config names. "veche help COMMAND" lists them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"veche/fault"
)

// The statuses with which the command ends.
const (
	exitOK     = 0
	exitFailed = 1 // it could not be done
	exitUsage  = 2 // it was not understood
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// A command is one of the words that veche understands.
type command struct {
	name string // with its sub-words: "user add"
	args string // what follows, for the usage
	does string
	do   func(ctx context.Context, c *call) error
}

// call is one invocation of a command.
type call struct {
	settings settings
	args     []string
	out, err io.Writer
}

func commands() []command {
	return []command{
		{"serve", "", "run the site", serve},
		{"import wordpress", "FILE", "bring the pages, posts and comments of a WordPress export in", importWordPress},
		{"user add", "NAME --password-file F", "make a member, or with --admin an administrator", userAdd},
		{"user password", "NAME --password-file F", "give a member a new password", userPassword},
		{"version", "", "say which veche this is", version},
	}
}

// errUsage is returned for words that were not understood; they were explained.
var errUsage = errors.New("usage")

func run(ctx context.Context, args []string, out, errs io.Writer) int {
	err := dispatch(ctx, args, out, errs)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, errUsage):
		return exitUsage
	}
	// One line, however many things went wrong at once.
	fmt.Fprintf(errs, "veche: %s\n", strings.ReplaceAll(strings.TrimSpace(sentence(err)), "\n", "; "))
	return exitFailed
}

func dispatch(ctx context.Context, args []string, out, errs io.Writer) error {
	if len(args) > 0 && args[0] == "help" {
		args = append(args[1:], "-h")
	}
	line := strings.Join(args, " ")
	for _, cmd := range commands() {
		if line != cmd.name && !strings.HasPrefix(line, cmd.name+" ") {
			continue
		}
		c := &call{out: out, err: errs}
		rest, err := c.settings.read(cmd, args[strings.Count(cmd.name, " ")+1:], errs)
		if err != nil {
			return err
		}
		c.args = rest
		return cmd.do(ctx, c)
	}
	if len(args) > 0 && args[0] != "-h" && args[0] != "--help" {
		fmt.Fprintf(errs, "veche: there is no command %q\n\n", args[0])
		usage(errs)
		return errUsage
	}
	usage(out)
	return nil
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage:")
	for _, cmd := range commands() {
		fmt.Fprintf(w, "  veche %-40s %s\n", strings.TrimSpace(cmd.name+" "+cmd.args), cmd.does)
	}
	fmt.Fprintln(w, "\n\"veche help COMMAND\" tells more of one of them.")
}

// sentence is what a person is told of an error: its cause, where that was
// written for people.
func sentence(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Cause != nil && f.Kind != fault.Internal {
		return f.Cause.Error()
	}
	return err.Error()
}

func version(_ context.Context, c *call) error {
	version, revision := "development", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			version = v
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " (" + s.Value[:min(12, len(s.Value))] + ")"
			}
		}
		fmt.Fprintf(c.out, "veche %s%s, %s\n", version, revision, info.GoVersion)
		return nil
	}
	fmt.Fprintf(c.out, "veche %s\n", version)
	return nil
}
