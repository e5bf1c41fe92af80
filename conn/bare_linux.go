package conn

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// bare is a net.Conn over a descriptor of ours. The runtime's poller gets to know
// it when something first has to wait; a connection for one request, which has
// arrived by the time it is accepted, is over before. Of deadlines it knows none
// and those that have passed, which end a wait.
type bare struct {
	socket
	file atomic.Pointer[os.File] // nil until something has to wait; then it owns the descriptor

	lateIn, lateOut atomic.Bool // a deadline has passed

	mu     sync.Mutex // of making file, and closing
	closed bool
}

// waits returns the file by which to wait.
func (b *bare) waits() (*os.File, error) {
	if f := b.file.Load(); f != nil {
		return f, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, net.ErrClosed
	}
	if f := b.file.Load(); f != nil {
		return f, nil
	}
	f := os.NewFile(uintptr(b.fd), "connection")
	b.file.Store(f)
	if b.lateIn.Load() { // set by someone who did not see the file
		_ = f.SetReadDeadline(longAgo)
	}
	if b.lateOut.Load() {
		_ = f.SetWriteDeadline(longAgo)
	}
	return f, nil
}

// SyscallConn implements syscall.Conn.
func (b *bare) SyscallConn() (syscall.RawConn, error) {
	f, err := b.waits()
	if err != nil {
		return nil, err
	}
	return f.SyscallConn()
}

// Read implements net.Conn.
func (b *bare) Read(p []byte) (int, error) {
	f, err := b.waits()
	if err != nil {
		return 0, err
	}
	return f.Read(p)
}

// Write implements net.Conn.
func (b *bare) Write(p []byte) (int, error) {
	f, err := b.waits()
	if err != nil {
		return 0, err
	}
	return f.Write(p)
}

// CloseWrite says that nothing follows.
func (b *bare) CloseWrite() error {
	return shutdownFD(b.fd)
}

// Close implements net.Conn. Nobody uses the descriptor any more.
func (b *bare) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return net.ErrClosed
	}
	b.closed = true
	if f := b.file.Load(); f != nil {
		return f.Close()
	}
	return closeFD(b.fd)
}

// SetDeadline implements net.Conn.
func (b *bare) SetDeadline(t time.Time) error {
	if err := b.SetReadDeadline(t); err != nil {
		return err
	}
	return b.SetWriteDeadline(t)
}

// SetReadDeadline implements net.Conn.
func (b *bare) SetReadDeadline(t time.Time) error {
	b.lateIn.Store(!t.IsZero())
	if f := b.file.Load(); f != nil {
		return f.SetReadDeadline(t)
	}
	return nil
}

// SetWriteDeadline implements net.Conn.
func (b *bare) SetWriteDeadline(t time.Time) error {
	b.lateOut.Store(!t.IsZero())
	if f := b.file.Load(); f != nil {
		return f.SetWriteDeadline(t)
	}
	return nil
}
