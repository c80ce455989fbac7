package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// serverOptions say which server a child process is.
type serverOptions struct {
	kind    string
	bytes   int
	profile string // file for a profile of the processor's time, "" for none
}

// usage is what a server's process has taken since it began.
type usage struct {
	CPU            time.Duration // user and system
	Mallocs, Bytes uint64        // allocated
}

func (u usage) minus(v usage) usage {
	return usage{u.CPU - v.CPU, u.Mallocs - v.Mallocs, u.Bytes - v.Bytes}
}

// process is a server as its parent sees it.
type process struct {
	address string
	cmd     *exec.Cmd
	ask     io.WriteCloser
	answers *bufio.Reader
}

// start runs a server as a child process and waits until it listens.
func start(ctx context.Context, o serverOptions) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "serve", "-kind", o.kind, "-bytes", strconv.Itoa(o.bytes), "-profile", o.profile)
	cmd.Stderr = os.Stderr
	p := &process{cmd: cmd}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.ask, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	p.answers = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := p.answers.ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server %q did not start: %w", o.kind, err), p.stop())
	}
	p.address = strings.TrimSpace(line)
	return p, nil
}

// usage asks the server what it has taken.
func (p *process) usage() (u usage, err error) {
	if _, err := io.WriteString(p.ask, "usage\n"); err != nil {
		return u, err
	}
	line, err := p.answers.ReadBytes('\n')
	if err != nil {
		return u, err
	}
	return u, json.Unmarshal(line, &u)
}

// stop has the server end, and waits for it.
func (p *process) stop() error {
	return errors.Join(p.ask.Close(), p.cmd.Wait())
}

// serve is the life of a child process: it says where it listens, and then for
// each line of its input what it has taken, until the input ends.
func serve(ctx context.Context, o serverOptions) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.profile != "" {
		file, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	switch o.kind {
	case "nethttp":
		server := plain(o.bytes)
		context.AfterFunc(ctx, func() { _ = server.Close() })
		go func() { served <- server.Serve(listener) }()
	case "veche":
		node, remove, err := openSite(ctx)
		if err != nil {
			return err
		}
		defer remove()
		go func() { served <- node.Serve(ctx, listener) }()
	default:
		return fmt.Errorf("there is no server %q", o.kind)
	}
	fmt.Println(listener.Addr())
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		answer, err := json.Marshal(taken())
		if err != nil {
			return err
		}
		fmt.Printf("%s\n", answer)
	}
	cancel()
	if err := <-served; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// taken returns what this process has taken.
func taken() usage {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic("load: this process does not know its own time: " + err.Error())
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{CPU: time.Duration(r.Utime.Nano() + r.Stime.Nano()), Mallocs: m.Mallocs, Bytes: m.TotalAlloc}
}

// plain is the server to compare with: net/http as it is, and one Write.
func plain(size int) *http.Server {
	page, length := []byte(strings.Repeat("x", size)), strconv.Itoa(size)
	return &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Length", length)
		_, _ = w.Write(page) // who went away does not matter here
	})}
}
