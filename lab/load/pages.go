package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// pagesOptions bound a comparison of pages.
type pagesOptions struct {
	runs    int
	time    time.Duration
	conns   int
	profile string
}

// warmup is how long each server works before its first turn.
const warmup = time.Second

// contender is one of the servers compared.
type contender struct {
	name string
	path string
	*process
	runs []turn
}

// turn is what one server did in one run.
type turn struct {
	requests int
	took     time.Duration
	used     usage // of the server meanwhile
}

func (t turn) perSecond() float64 { return float64(t.requests) / t.took.Seconds() }

func (t turn) cpu() float64 { return float64(t.used.CPU) / float64(t.requests) }

func comparePages(ctx context.Context, o pagesOptions) (err error) {
	node, err := start(ctx, serverOptions{kind: "veche", profile: o.profile})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, node.stop()) }()
	size, err := pageSize(node.address, "/kept")
	if err != nil {
		return err
	}
	plain, err := start(ctx, serverOptions{kind: "nethttp", bytes: size})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plain.stop()) }()
	contenders := []*contender{
		{name: "nethttp", path: "/", process: plain},
		{name: "veche", path: "/kept", process: node},
		{name: "veche-miss", path: "/miss", process: node},
	}
	fmt.Printf("goos: %s\ngoarch: %s\npkg: veche/lab/load\n", runtime.GOOS, runtime.GOARCH)
	for run := -1; run < o.runs; run++ {
		for _, c := range contenders {
			length := o.time
			if run < 0 {
				length = warmup
			}
			t, err := c.turn(ctx, length, o.conns)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if run < 0 {
				continue
			}
			c.runs = append(c.runs, t)
			n := float64(t.requests)
			fmt.Printf("BenchmarkPage/server=%s/bytes=%d-%d\t%d\t%.0f cpu-ns/op\t%.0f req/s\t%.1f allocs/op\t%.0f B/op\n",
				c.name, size, runtime.GOMAXPROCS(0), t.requests, t.cpu(), t.perSecond(),
				float64(t.used.Mallocs)/n, float64(t.used.Bytes)/n)
		}
	}
	report(contenders)
	return nil
}

// turn has the clients ask the server for so long.
func (c *contender) turn(ctx context.Context, length time.Duration, conns int) (turn, error) {
	before, err := c.usage()
	if err != nil {
		return turn{}, err
	}
	began := time.Now()
	requests, err := ask(ctx, c.address, c.path, conns, length)
	if err != nil {
		return turn{}, err
	}
	t := turn{requests: requests, took: time.Since(began)}
	after, err := c.usage()
	t.used = after.minus(before)
	return t, err
}

// report prints the ratios of the medians to the first contender.
func report(contenders []*contender) {
	median := func(c *contender, of func(turn) float64) float64 {
		var all []float64
		for _, t := range c.runs {
			all = append(all, of(t))
		}
		slices.Sort(all)
		return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
	}
	first := contenders[0]
	for _, c := range contenders[1:] {
		fmt.Printf("# %s to %s: processor time %.2f (%.1f µs of %.1f µs), requests per second %.2f\n", c.name, first.name,
			median(first, turn.cpu)/median(c, turn.cpu), median(first, turn.cpu)/1000, median(c, turn.cpu)/1000,
			median(c, turn.perSecond)/median(first, turn.perSecond))
	}
	if len(contenders) == 3 {
		fmt.Printf("# a miss costs %.1f µs\n", (median(contenders[2], turn.cpu)-median(contenders[1], turn.cpu))/1000)
	}
}
