package web

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// net/http sends a response that is larger than its buffer in two writes: the
// buffer, with the header and the first bytes, and then the rest. For a page
// that is one system call, one packet and one wake-up of the reader too many. A
// joined connection holds the first of the two back until the second comes, and
// gives both to the system in one (writev).

// bufferBytes is the size of net/http's buffer before a connection.
const bufferBytes = 4 << 10

// joined is a connection whose writes can be joined. Only the goroutine that
// answers a request uses hold and release; net/http's own writes between them
// come from the same goroutine.
type joined struct {
	net.Conn
	buffers *sync.Pool // of the listener's connections: *[]byte
	holding bool
	held    *[]byte
}

// hold begins to hold back a first write.
func (c *joined) hold() { c.holding = true }

// release ends the holding, and sends what is still held.
func (c *joined) release() error {
	c.holding = false
	if c.held == nil {
		return nil
	}
	_, err := c.Conn.Write(*c.held)
	c.drop()
	return err
}

func (c *joined) drop() {
	*c.held = (*c.held)[:0]
	c.buffers.Put(c.held)
	c.held = nil
}

// Write holds b back, or sends what is held and b.
func (c *joined) Write(b []byte) (int, error) {
	switch {
	case c.holding && c.held == nil && len(b) <= bufferBytes:
		if c.held, _ = c.buffers.Get().(*[]byte); c.held == nil {
			fresh := make([]byte, 0, bufferBytes)
			c.held = &fresh
		}
		*c.held = append(*c.held, b...)
		return len(b), nil
	case c.held == nil:
		return c.Conn.Write(b)
	}
	before := len(*c.held)
	both := net.Buffers{*c.held, b}
	n, err := both.WriteTo(c.Conn)
	c.drop()
	return max(0, int(n)-before), err
}

// joining is a listener whose connections can be joined.
type joining struct {
	net.Listener
	buffers sync.Pool
}

// Accept waits for the next connection.
func (l *joining) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &joined{Conn: conn, buffers: &l.buffers}, nil
}

type joinedKey struct{}

// withJoined puts the connection where its requests find it.
func withJoined(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, joinedKey{}, conn)
}

// joinedOf returns the connection of the request, nil if it cannot be joined.
func joinedOf(r *http.Request) *joined {
	if r.ProtoMajor != 1 {
		return nil
	}
	c, _ := r.Context().Value(joinedKey{}).(*joined)
	return c
}
