package conn

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// socket is what a net.Conn comes to: a descriptor and two addresses.
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
	failed := rc.Control(func(fd uintptr) { s.fd, err = dup(int(fd)) })
	return s, errors.Join(failed, err)
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

// addr returns the peer's IP address, if it has one.
func (s *socket) addr() netip.Addr { return s.remote.Addr().Unmap() }

// dup returns a duplicate of a descriptor, as non-blocking as the original.
func dup(fd int) (int, error) {
	fd, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	return fd, os.NewSyscallError("fcntl", err)
}

// netConnOf returns a net.Conn for a duplicate of a descriptor.
func netConnOf(fd int) (net.Conn, error) {
	fd, err := dup(fd)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "connection")
	defer f.Close() // net.FileConn duplicates it once more
	return net.FileConn(f)
}
