package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"veche"
)

// firstPageWait bounds how long the site may take to show its first page to
// itself.
const firstPageWait = 30 * time.Second

// serve runs the site until the context is done.
func serve(ctx context.Context, c *call) error {
	began := time.Now()
	options, err := c.settings.node(c.err)
	if err != nil {
		return err
	}
	// The doors come first: a port in use must leave nothing behind.
	front, err := listen(ctx, "--listen", c.settings.Listen)
	if err != nil {
		return err
	}
	defer front.Close()
	var ops net.Listener
	if c.settings.Ops != "" {
		if ops, err = listen(ctx, "--ops", c.settings.Ops); err != nil {
			return err
		}
		defer ops.Close()
	}
	node, err := veche.New(ctx, options)
	if err != nil {
		return err
	}
	err = c.attend(ctx, node, front, ops, began)
	return errors.Join(err, node.Close())
}

// attend serves both doors, and greets the one who started the site.
func (c *call) attend(ctx context.Context, node *veche.Node, front, ops net.Listener, began time.Time) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	address := "http://" + visible(front.Addr())
	greeting, err := c.prepare(ctx, node, address)
	if err != nil {
		return err
	}
	var doors sync.WaitGroup
	failures := make(chan error, 2)
	open := func(serve func() error) {
		doors.Go(func() {
			defer cancel()
			failures <- serve()
		})
	}
	open(func() error { return node.Serve(ctx, front) })
	if ops != nil {
		open(func() error { return node.ServeOps(ctx, ops) })
	}
	if err := firstPage(ctx, address+"/"); err != nil {
		fmt.Fprintf(c.err, "veche: the first page failed: %v\n", err)
	} else {
		fmt.Fprintf(c.out, "veche is ready: %s (first page %d ms after start)\n", address, time.Since(began).Milliseconds())
	}
	if ops != nil {
		fmt.Fprintf(c.out, "For those who look after it, metrics: http://%s/metrics\n", visible(ops.Addr()))
	}
	fmt.Fprint(c.out, greeting)
	doors.Wait()
	close(failures)
	var all []error
	for err := range failures {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// prepare fills the demonstration, or says how to make the administrator. It
// returns what the one who started the site must know.
func (c *call) prepare(ctx context.Context, node *veche.Node, address string) (string, error) {
	if c.settings.Origin != "" {
		address = c.settings.Origin
	}
	if c.settings.Demo {
		password, err := node.Demo(ctx)
		if err != nil {
			return "", err
		}
		if password != "" {
			return fmt.Sprintf("This is a demonstration. Sign in at %s/sign-in as %s with the password %s\n",
				address, veche.DemoLogin, password), nil
		}
		fmt.Fprintln(c.out, "The site has members already: the demonstration was left out.")
	}
	token, needed, err := node.Accounts().SetupToken(node.Context(ctx))
	if err != nil || !needed {
		return "", err
	}
	return fmt.Sprintf("Make yourself the administrator (once, within a day): %s/setup?token=%s\n", address, token), nil
}

// listen opens the door that a flag names, or says in one sentence why it cannot.
func listen(ctx context.Context, flag, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is in use by another program; choose another with %s", address, flag)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("the address %s may not be used by this user; choose a port above 1023 with %s", address, flag)
	}
	return nil, fmt.Errorf("the address %s cannot be listened on: %w", address, err)
}

// visible is the address at which this machine reaches the listener.
func visible(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return fmt.Sprintf("127.0.0.1:%d", tcp.Port)
}

// firstPage asks the site for a page, as a visitor would.
func firstPage(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, firstPageWait)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusMisdirectedRequest {
		return fmt.Errorf("it answers %s", response.Status)
	}
	return nil
}
