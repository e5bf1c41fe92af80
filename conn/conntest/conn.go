package conntest

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// BufferSize is how many octets a direction holds before a write waits for the
// reader.
const BufferSize = 64 << 10

// Conn is one end of a connection in memory: a [net.Conn] with half-close. It is
// safe for use by any number of goroutines.
type Conn struct {
	in, out *stream
	local   net.Addr
	remote  net.Addr

	closing sync.Once
}

// Pipe returns the two ends of a new connection, with buffers of [BufferSize].
func Pipe() (client, server *Conn) { return PipeSize(BufferSize) }

// PipeSize is Pipe with buffers of that many octets, one at least. A small
// buffer makes a writer wait soon.
func PipeSize(buffer int) (client, server *Conn) {
	return pipe(buffer, clientAddr(), serverAddr)
}

func pipe(buffer int, client, server net.Addr) (*Conn, *Conn) {
	up, down := newStream(max(buffer, 1)), newStream(max(buffer, 1))
	return &Conn{in: down, out: up, local: client, remote: server},
		&Conn{in: up, out: down, local: server, remote: client}
}

// Read reads what has arrived. It returns [io.EOF] behind the last octet when
// the peer closed or half-closed, ECONNRESET when the connection was reset.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.in.read(p)
	return n, c.opError("read", err)
}

// Write returns when all of p is in the buffer.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.out.write(p, c.breakIn)
	return n, c.opError("write", err)
}

func (c *Conn) breakIn()  { c.in.update(c.in.breakOff) }
func (c *Conn) breakOut() { c.out.update(c.out.breakOff) }

// Close closes both directions. Octets that came in and were not read turn it
// into a reset.
func (c *Conn) Close() error {
	err := c.opError("close", net.ErrClosed)
	c.closing.Do(func() {
		err = nil
		unread := false
		c.in.update(func() {
			unread = len(c.in.buf) > c.in.start
			c.in.readerClosed = true
			c.in.readDeadline.set(time.Time{}, nil)
		})
		c.out.update(func() {
			c.out.writerClosed, c.out.ended = true, true
			c.out.writeDeadline.set(time.Time{}, nil)
		})
		if unread {
			c.Reset()
		}
	})
	return err
}

// CloseWrite ends the direction that c writes: its peer reads [io.EOF] behind
// what was written.
func (c *Conn) CloseWrite() error {
	c.out.update(func() { c.out.ended = true })
	return nil
}

// CloseRead makes Read return [io.EOF] and throws away what the peer sends.
func (c *Conn) CloseRead() error {
	c.in.update(func() {
		c.in.ignored = true
		c.in.buf, c.in.start, c.in.due, c.in.arrived = nil, 0, nil, c.in.passed
	})
	return nil
}

// Reset breaks the connection off: both ends get ECONNRESET, and what was not
// read yet is lost.
func (c *Conn) Reset() {
	c.breakIn()
	c.breakOut()
}

// LocalAddr returns the address of this end.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address of the other end.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

// SetReadDeadline makes reads fail with [os.ErrDeadlineExceeded] from t on, also
// those that wait already. The zero time takes the deadline away.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.in.update(func() { c.in.readDeadline.set(t, c.in.wake) })
	return nil
}

// SetWriteDeadline is SetReadDeadline for writes.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.out.update(func() { c.out.writeDeadline.set(t, c.out.wake) })
	return nil
}

// Unread returns how many octets wait for c to read them.
func (c *Conn) Unread() int {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	return len(c.in.buf) - c.in.start
}

// opError wraps an error as a real connection does.
func (c *Conn) opError(op string, err error) error {
	switch err {
	case nil, io.EOF, io.ErrShortWrite:
		return err
	case syscall.ECONNRESET, syscall.EPIPE:
		err = os.NewSyscallError(op, err)
	}
	return &net.OpError{Op: op, Net: c.local.Network(), Source: c.local, Addr: c.remote, Err: err}
}
