package web_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"veche/web"
)

func TestCookieIsBoundToTheHostOnHTTPS(t *testing.T) {
	for _, secure := range []bool{true, false} {
		c := web.Cookie{Name: "veche", Secure: secure}
		rec := httptest.NewRecorder()
		c.Set(rec, request("GET", "/"), "secret", 0)
		set := rec.Result().Cookies()[0]
		wantName := map[bool]string{true: "__Host-veche", false: "veche"}[secure]
		if set.Name != wantName || set.Secure != secure || !set.HttpOnly || set.SameSite != http.SameSiteLaxMode || set.Path != "/" || set.Domain != "" {
			t.Errorf("secure %v: %+v", secure, set)
		}
		r := request("GET", "/")
		r.AddCookie(set)
		if got := c.Value(r); got != "secret" {
			t.Errorf("secure %v: read back %q", secure, got)
		}
		r = request("GET", "/")
		r.AddCookie(&http.Cookie{Name: map[bool]string{true: "veche", false: "__Host-veche"}[secure], Value: "planted"})
		if got := c.Value(r); got != "" {
			t.Errorf("secure %v: takes the other name's %q", secure, got)
		}
	}
}

func TestServeFinishesWhatIsUnderWay(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	inside := make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(inside)
		<-ctx.Done() // the server is told to stop while it answers
		fmt.Fprint(w, "whole")
	})
	served, got := make(chan error, 1), make(chan string, 1)
	go func() { served <- web.Serve(ctx, listener, handler, web.ServeOptions{}) }()
	go func() {
		response, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			got <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		got <- string(body)
	}()
	<-inside
	stop()
	if text := <-got; text != "whole" {
		t.Errorf("got %q", text)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := http.Get("http://" + listener.Addr().String()); err == nil {
		t.Error("it still answers")
	}
}

func TestSlowRequestIsNotWaitedForForEver(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %v", content, err != nil)
	})
	go func() {
		served <- web.Serve(ctx, listener, handler, web.ServeOptions{HeaderWait: 50 * time.Millisecond, ReadWait: 500 * time.Millisecond})
	}()
	for name, c := range map[string]struct {
		sent, later string
		after       time.Duration
		want        string
	}{
		"a header that never ends":            {"GET / HTTP/1.1\r\nHost: x\r\n", "", 0, ""},
		"a body that never comes":             {"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nab", "", 0, "ab true"},
		"a body that is slower than a header": {"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nab", "cd", 150 * time.Millisecond, "abcd false"},
	} {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, c.sent); err != nil {
			t.Fatal(err)
		}
		if c.later != "" {
			<-time.After(c.after) // the wire is slow: this is what is tested
			if _, err := io.WriteString(conn, c.later); err != nil {
				t.Fatal(err)
			}
		}
		got, err := io.ReadAll(conn)
		if err != nil || !strings.HasSuffix(string(got), c.want) || (c.want == "") != !strings.Contains(string(got), " 200 ") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		conn.Close()
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
