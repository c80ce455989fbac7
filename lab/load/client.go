package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// answerWait bounds the wait for one answer.
const answerWait = 10 * time.Second

// request is what a browser of a guest sends, in short.
func request(path string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: load.example\r\nUser-Agent: load\r\nAccept: text/html,*/*;q=0.8\r\n"+
		"Accept-Language: ru,en;q=0.8\r\nAccept-Encoding: gzip\r\n\r\n", path)
}

// pageSize returns the bytes of the page's body.
func pageSize(address, path string) (int, error) {
	conn, err := net.DialTimeout("tcp", address, answerWait)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	_, body, err := first(conn, path)
	return body, err
}

// first asks once and returns the length of the whole answer and of its body.
func first(conn net.Conn, path string) (whole, body int, err error) {
	if err := conn.SetDeadline(time.Now().Add(answerWait)); err != nil {
		return 0, 0, err
	}
	if _, err := conn.Write(request(path)); err != nil {
		return 0, 0, err
	}
	var head bytes.Buffer
	r := bufio.NewReader(io.TeeReader(conn, &head))
	response, err := http.ReadResponse(r, nil)
	if err != nil {
		return 0, 0, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return 0, 0, err
	case response.StatusCode != http.StatusOK || response.ContentLength < 0:
		return 0, 0, fmt.Errorf("%s answers %s with a length of %d", path, response.Status, response.ContentLength)
	}
	return head.Len(), len(content), nil
}

// ask sends requests on so many connections for so long, each when the answer
// to the one before has come, and returns how many were answered. All answers
// of an address are of one length, which is all that is looked at but for the
// status.
func ask(ctx context.Context, address, path string, conns int, length time.Duration) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var answered atomic.Int64
	errs := make([]error, conns)
	var all sync.WaitGroup
	for i := range conns {
		all.Go(func() {
			n, err := converse(ctx, address, path)
			answered.Add(int64(n))
			errs[i] = err
		})
	}
	all.Wait()
	return int(answered.Load()), errors.Join(errs...)
}

// converse asks on one connection until ctx is done.
func converse(ctx context.Context, address, path string) (answered int, err error) {
	conn, err := net.DialTimeout("tcp", address, answerWait)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	whole, _, err := first(conn, path)
	if err != nil {
		return 0, err
	}
	question, answer := request(path), make([]byte, whole)
	for answered = 1; ctx.Err() == nil; answered++ {
		if answered%1024 == 0 {
			if err := conn.SetDeadline(time.Now().Add(answerWait)); err != nil {
				return answered, err
			}
		}
		if _, err := conn.Write(question); err != nil {
			return answered, err
		}
		if _, err := io.ReadFull(conn, answer); err != nil {
			return answered, err
		}
		if !bytes.HasPrefix(answer, []byte("HTTP/1.1 200 ")) {
			return answered, fmt.Errorf("%s answers %q", path, answer[:min(40, len(answer))])
		}
	}
	return answered, nil
}
