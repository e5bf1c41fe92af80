package conn

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// socket is what is left of a net.Conn in an event loop: the descriptor and the
// addresses.
type socket struct {
	fd     int
	local  net.Addr       // of the listener, as a rule, and shared
	remote netip.AddrPort // zero for a Unix socket
}

// newSocket returns a socket over a duplicate of the descriptor of nc.
func newSocket(nc net.Conn) (s socket, err error) {
	switch nc.(type) {
	case *net.TCPConn, *net.UnixConn:
	default:
		return s, errors.ErrUnsupported
	}
	rc, err := nc.(syscall.Conn).SyscallConn()
	if err != nil {
		return s, err
	}
	s.local = nc.LocalAddr()
	if tcp, ok := nc.RemoteAddr().(*net.TCPAddr); ok {
		s.remote = tcp.AddrPort()
	}
	s.fd, err = dup(rc)
	return s, err
}

// dup returns a duplicate of a descriptor, as non-blocking as the original.
func dup(rc syscall.RawConn) (fd int, err error) {
	failed := rc.Control(func(original uintptr) {
		fd, err = unix.FcntlInt(original, unix.F_DUPFD_CLOEXEC, 0)
	})
	return fd, errors.Join(failed, err)
}

// LocalAddr returns our address.
func (s *socket) LocalAddr() net.Addr { return s.local }

// RemoteAddr returns the peer's address.
func (s *socket) RemoteAddr() net.Addr {
	if s.remote.IsValid() {
		return net.TCPAddrFromAddrPort(s.remote)
	}
	return &net.UnixAddr{Net: "unix"} // clients have no name
}

// A looped is the net.Conn of its ServerConn.

func (d *looped) Read(p []byte) (int, error)       { return d.read(p) }
func (d *looped) SetDeadline(time.Time) error      { return errors.ErrUnsupported }
func (d *looped) SetReadDeadline(time.Time) error  { return errors.ErrUnsupported }
func (d *looped) SetWriteDeadline(time.Time) error { return errors.ErrUnsupported }

func (d *looped) Write(p []byte) (int, error) {
	if err := d.write(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// CloseWrite says that nothing follows, behind what is parked.
func (d *looped) CloseWrite() error {
	if d.rest.Load() != nil {
		o := &d.sc.out
		o.mu.Lock()
		err := d.send(nil)
		o.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return os.NewSyscallError("shutdown", unix.Shutdown(d.fd, unix.SHUT_WR))
}

// Close gives the descriptor up, and what is parked.
func (d *looped) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return net.ErrClosed
	}
	d.closed = true
	if d.armed != 0 { // a duplicate may live on, of which epoll would tell for ever
		_ = unix.EpollCtl(d.loop.epoll, unix.EPOLL_CTL_DEL, d.fd, nil)
		d.armed = 0
	}
	if d.loop != nil { // before the number can be another's
		d.sc.server.loops.table.set(d.fd, nil)
	}
	if rest := d.rest.Swap(nil); rest != nil {
		rest.release()
	}
	return os.NewSyscallError("close", unix.Close(d.fd))
}

// detach hands over a net.Conn made for a duplicate of the descriptor.
func (d *looped) detach() (net.Conn, error) {
	if err := d.send(nil); err != nil {
		return nil, err
	}
	fd, err := unix.FcntlInt(uintptr(d.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("dup", err)
	}
	f := os.NewFile(uintptr(fd), "detached")
	defer f.Close()
	nc, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	d.sc.clock.remove(&d.sc.link)
	d.sc.handed = true
	return nc, d.Close()
}
