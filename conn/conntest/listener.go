package conntest

import (
	"context"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

// The addresses are of the blocks reserved for documentation (RFC 5737), so that
// what looks at addresses, such as limits per address, finds real ones.
var (
	serverAddr net.Addr = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80}
	nextPort   atomic.Uint32
)

// clientAddr returns an address with a port that no other connection has.
func clientAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(198, 51, 100, 1), Port: 1024 + int(nextPort.Add(1)%60000)}
}

// Listener is a [net.Listener] in memory. Its Dial makes connections to it.
type Listener struct {
	// Buffer is the size of the buffers of its connections in octets. Set it
	// before the first Dial; default [BufferSize].
	Buffer int

	mu      sync.Mutex
	changed sync.Cond
	waiting []*Conn
	closed  bool
}

// Listen returns a new listener. It has no backlog limit: Dial never waits.
func Listen() *Listener {
	l := &Listener{Buffer: BufferSize}
	l.changed.L = &l.mu
	return l
}

// Accept waits for a Dial and returns the server's end of its connection.
func (l *Listener) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) == 0 && !l.closed {
		l.changed.Wait()
	}
	if l.closed {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: serverAddr, Err: net.ErrClosed}
	}
	c := l.waiting[0]
	l.waiting = l.waiting[1:]
	return c, nil
}

// Dial makes a connection and returns its client's end.
func (l *Listener) Dial() (*Conn, error) { return l.DialFrom(clientAddr()) }

// DialContext is Dial in the form that dial hooks have.
func (l *Listener) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := l.Dial()
	if err != nil {
		return nil, err // not a *Conn that is nil in a net.Conn
	}
	return c, nil
}

// DialFrom is Dial from that address.
func (l *Listener) DialFrom(addr net.Addr) (*Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: serverAddr, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	client, server := pipe(l.Buffer, addr, serverAddr)
	l.waiting = append(l.waiting, server)
	l.changed.Broadcast()
	return client, nil
}

// Close ends Accept, and resets the connections that it has not returned.
func (l *Listener) Close() error {
	l.mu.Lock()
	waiting := l.waiting
	already := l.closed
	l.waiting, l.closed = nil, true
	l.changed.Broadcast()
	l.mu.Unlock()
	if already {
		return &net.OpError{Op: "close", Net: "tcp", Addr: serverAddr, Err: net.ErrClosed}
	}
	for _, c := range waiting {
		c.Reset()
	}
	return nil
}

// Addr returns the listener's address.
func (l *Listener) Addr() net.Addr { return serverAddr }
