package web_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"veche/web"
)

// Responses of every size around the buffers arrive whole, one after another on
// the same connection.
func TestResponsesOfEverySizeArriveWhole(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	router := web.NewRouter(nil)
	if err := router.Handle("GET /{size}", func(w http.ResponseWriter, r *http.Request) error {
		size, err := strconv.Atoi(r.PathValue("size"))
		if err != nil {
			return err
		}
		half := strings.Repeat("v", size/2)
		w.Header().Set("Content-Length", strconv.Itoa(len(half)*2+1))
		for _, part := range []string{half, half, "."} {
			if _, err := io.WriteString(w, part); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- web.Serve(ctx, listener, router, web.ServeOptions{}) }()
	for _, size := range []int{0, 1, 2000, 3800, 4000, 4095, 4096, 4097, 8190, 8192, 8194, 12_000, 70_000, 2_000_000} {
		response, err := http.Get(fmt.Sprintf("http://%s/%d", listener.Addr(), size))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if want := strings.Repeat("v", size/2*2) + "."; err != nil || string(body) != want {
			t.Errorf("%d bytes: got %d, %v", size, len(body), err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
