package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/BurntSushi/toml"

	"veche"
	"veche/modules/all"
	"veche/theme"
)

// settings are what can be set by flag, environment and file. The names of the
// file are those of the flags.
type settings struct {
	Listen  string `toml:"listen"`
	Ops     string `toml:"ops"`
	Data    string `toml:"-"` // the file lies there
	DB      string `toml:"db"`
	Origin  string `toml:"origin"`
	Proxy   string `toml:"proxy"`
	CacheMB int64  `toml:"cache-mb"`
	Zone    string `toml:"zone"`
	Log     string `toml:"log"`
	Demo    bool   `toml:"-"`

	config       string
	admin        bool
	passwordFile string
	report       string
}

// flagsOf declares the flags that a command has.
func (s *settings) flagsOf(name string, errs io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet("veche "+name, flag.ContinueOnError)
	f.SetOutput(errs)
	if name == "version" {
		return f
	}
	f.StringVar(&s.Data, "data", "data", "`folder` of the database, the theme and veche.toml")
	f.StringVar(&s.DB, "db", "", "`DSN` of the database: a path, postgres://... or mysql://... (default: veche.db in the data folder)")
	f.StringVar(&s.config, "config", "", "`file` of settings (default: veche.toml in the data folder, if it is there)")
	f.StringVar(&s.Log, "log", "warn", "the least `level` that is logged: debug, info, warn or error")
	switch name {
	case "serve":
		f.StringVar(&s.Listen, "listen", "127.0.0.1:8080", "`host:port` where the site answers")
		f.StringVar(&s.Ops, "ops", "", "`host:port` where /metrics answers (default: nowhere)")
		f.StringVar(&s.Origin, "origin", "", "public `address` of the site, such as https://town.example")
		f.StringVar(&s.Proxy, "proxy", "", "`addresses` of the proxies in front of the site, such as 127.0.0.1,10.0.0.0/8 (default: none)")
		f.Int64Var(&s.CacheMB, "cache-mb", 256, "`megabytes` of memory for what is kept")
		f.StringVar(&s.Zone, "zone", "UTC", "time `zone` in which dates are written, such as Europe/Moscow")
		f.BoolVar(&s.Demo, "demo", false, "fill an empty site with a demonstration")
	case "user password":
		f.StringVar(&s.passwordFile, "password-file", "", "`file` whose first line is the password")
	case "user add":
		f.BoolVar(&s.admin, "admin", false, "make the member an administrator")
		f.StringVar(&s.passwordFile, "password-file", "", "`file` whose first line is the password")
	case "import wordpress":
		f.StringVar(&s.report, "report", "", "`file` for the report of what was not carried over (default: printed)")
	}
	return f
}

// read fills the settings from the arguments, the environment and the file, and
// returns the arguments that are no flags.
func (s *settings) read(cmd command, args []string, errs io.Writer) ([]string, error) {
	f := s.flagsOf(cmd.name, errs)
	f.Usage = func() {
		fmt.Fprintf(errs, "usage: veche %s [flags]\n%s\n\nflags:\n", strings.TrimSpace(cmd.name+" "+cmd.args), cmd.does)
		f.PrintDefaults()
	}
	rest, err := parseMixed(f, args)
	if errors.Is(err, flag.ErrHelp) {
		return nil, err
	}
	if err != nil {
		return nil, errUsage
	}
	if wanted := strings.Count(cmd.args, "FILE") + strings.Count(cmd.args, "NAME"); len(rest) != wanted {
		fmt.Fprintf(errs, "veche %s: want %d arguments, not %d\n", cmd.name, wanted, len(rest))
		f.Usage()
		return nil, errUsage
	}
	given := make(map[string]bool)
	f.Visit(func(one *flag.Flag) { given[one.Name] = true })
	if err := fromEnvironment(f, given); err != nil {
		return nil, err
	}
	return rest, s.fromFile(f, given)
}

// parseMixed parses flags that stand before, between and behind the arguments.
func parseMixed(f *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		if f.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, f.Arg(0)), f.Args()[1:]
	}
}

// fromEnvironment sets the flags that were not given from VECHE_NAME.
func fromEnvironment(f *flag.FlagSet, given map[string]bool) (err error) {
	f.VisitAll(func(one *flag.Flag) {
		name := "VECHE_" + strings.ToUpper(strings.ReplaceAll(one.Name, "-", "_"))
		value, ok := os.LookupEnv(name)
		if !ok || given[one.Name] || err != nil {
			return
		}
		if setErr := f.Set(one.Name, value); setErr != nil {
			err = fmt.Errorf("the environment variable %s: %q is not what it can be: %w", name, value, setErr)
		}
		given[one.Name] = true
	})
	return err
}

// fileMax bounds the file of settings, in bytes.
const fileMax = 1 << 20

// fromFile sets what neither flag nor environment did from the TOML file.
func (s *settings) fromFile(f *flag.FlagSet, given map[string]bool) error {
	if f.Lookup("data") == nil {
		return nil
	}
	path := s.config
	if path == "" {
		path = filepath.Join(s.Data, "veche.toml")
	}
	info, err := os.Stat(path)
	switch {
	case s.config == "" && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)):
		return nil
	case err != nil:
		return fmt.Errorf("the settings in %s cannot be read: %w", path, errors.Unwrap(err))
	case info.Size() > fileMax:
		return fmt.Errorf("the settings in %s are larger than %d bytes", path, fileMax)
	}
	var values map[string]any
	meta, err := toml.DecodeFile(path, &values)
	if parse, ok := errors.AsType[toml.ParseError](err); ok {
		return fmt.Errorf("the settings in %s are not TOML: line %d: %s", path, parse.Position.Line, parse.Message)
	}
	if err != nil {
		return fmt.Errorf("the settings in %s cannot be read: %w", path, err)
	}
	for _, key := range meta.Keys() {
		name := key.String()
		if !slices.Contains(fileNames(), name) {
			return fmt.Errorf("the settings in %s: there is no setting %q; there are %s", path, name, strings.Join(fileNames(), ", "))
		}
		if f.Lookup(name) == nil || given[name] {
			continue // of another command, or said closer by
		}
		if err := f.Set(name, fmt.Sprint(values[name])); err != nil {
			return fmt.Errorf("the settings in %s: %s = %v is not what it can be", path, name, values[name])
		}
	}
	return nil
}

// fileNames are the settings that the file may have.
func fileNames() []string {
	return []string{"listen", "ops", "db", "origin", "proxy", "cache-mb", "zone", "log"}
}

// node returns the options of the node that the settings describe.
func (s *settings) node(errs io.Writer) (veche.Options, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.Log)); err != nil {
		return veche.Options{}, fmt.Errorf("the log level %q is none of debug, info, warn, error", s.Log)
	}
	zone := time.UTC
	if s.Zone != "" {
		var err error
		if zone, err = time.LoadLocation(s.Zone); err != nil {
			return veche.Options{}, fmt.Errorf("there is no time zone %q", s.Zone)
		}
	}
	proxies, err := prefixes(s.Proxy)
	if err != nil {
		return veche.Options{}, err
	}
	if s.CacheMB == 0 {
		s.CacheMB = -1
	}
	return veche.Options{
		Folder: s.Data, DSN: s.DB, Origin: s.Origin, Modules: all.Modules(), Theme: theme.Default(),
		CacheBytes: s.CacheMB << 20, Zone: zone, Proxies: proxies,
		Log: slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: level})),
	}, nil
}

// prefixes reads addresses and networks that commas separate.
func prefixes(list string) (all []netip.Prefix, err error) {
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(item)
		if one, errOne := netip.ParseAddr(item); errOne == nil {
			prefix, err = netip.PrefixFrom(one, one.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("the proxy %q is neither an address nor a network such as 10.0.0.0/8", item)
		}
		all = append(all, prefix.Masked())
	}
	return all, nil
}
