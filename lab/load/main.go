// Command load measures running nodes from outside, over real connections.
//
//	go run ./lab/load pages
//
// compares three servers in one run: net/http with a handler that writes a page
// in one Write; a whole node (doors, accounts, routes, mosaic) with a page of as
// many bytes, made of twenty kept fragments in the frame of the default theme;
// and the same page with one of the fragments made anew each time, from a query
// and a template, for what a miss costs.
//
// Each server is a process of its own on a port of the loopback. The client
// keeps its connections and does next to nothing with what comes back. The
// number to trust is the processor time that the server's process took for a
// request, user and system: it does not count the client, nor others on the
// machine. Servers take turns, run by run, so that a slow minute is everybody's.
// What is printed is for benchstat:
//
//	go run ./lab/load pages -runs 10 | benchstat -col /server -
//
// Behind the runs stand the ratios of the medians: what of a request's processor
// time, and of requests per second, a node keeps of net/http.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: load pages [-runs N] [-time D] [-conns N]")
	}
	flags := flag.NewFlagSet(args[0], flag.ExitOnError)
	switch args[0] {
	case "pages":
		var o pagesOptions
		flags.IntVar(&o.runs, "runs", 6, "`times` that each server has its turn")
		flags.DurationVar(&o.time, "time", 2*time.Second, "`length` of a turn")
		flags.IntVar(&o.conns, "conns", 16, "`connections` at once")
		flags.StringVar(&o.profile, "profile", "", "`file` for a profile of the node's processor time")
		if err := flags.Parse(args[1:]); err != nil {
			return err
		}
		return comparePages(ctx, o)
	case "serve": // what pages starts
		var o serverOptions
		flags.StringVar(&o.kind, "kind", "", "which `server`")
		flags.IntVar(&o.bytes, "bytes", 0, "`size` of the page of net/http")
		flags.StringVar(&o.profile, "profile", "", "`file` for a profile of the processor's time")
		if err := flags.Parse(args[1:]); err != nil {
			return err
		}
		return serve(ctx, o)
	}
	return fmt.Errorf("there is no measurement %q; there is: pages", args[0])
}
