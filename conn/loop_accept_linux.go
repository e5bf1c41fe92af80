package conn

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// acceptor is a listener whose connections are made for the loop driver: a
// net.Conn, its addresses and its place in the runtime's poller would be made for
// nothing. It waits on a duplicate of the descriptor, because package net does not
// let others wait on its own; so it looks once a tick whether that was closed.
type acceptor struct {
	net.Listener
	all    *loops
	theirs syscall.RawConn // fails when the listener is closed
	file   *os.File        // the duplicate
	ours   syscall.RawConn // of it

	try  func(fd uintptr) bool // of Accept; here so that it is made once
	fd   int
	peer syscall.RawSockaddrAny
	err  syscall.Errno
}

// direct returns an acceptor for l, or l when it is not one that can be.
func direct(l net.Listener, all *loops) net.Listener {
	switch l.(type) {
	case *net.TCPListener, *net.UnixListener:
	default:
		return l
	}
	theirs, err := l.(syscall.Conn).SyscallConn()
	if err != nil {
		return l
	}
	file, err := l.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return l
	}
	ours, err := file.SyscallConn()
	if err != nil {
		_ = file.Close()
		return l
	}
	if _, ok := l.(*net.TCPListener); ok {
		_ = theirs.Control(configure)
	}
	a := &acceptor{Listener: l, all: all, theirs: theirs, file: file, ours: ours}
	a.try = a.ready
	_ = file.SetReadDeadline(time.Now().Add(tick))
	return a
}

// Close implements net.Listener.
func (a *acceptor) Close() error {
	_ = a.file.Close()
	return a.Listener.Close()
}

// Package net probes a connection that has been silent for so long, as often as
// that, so many times.
const (
	keepAlivePeriod = 15 * time.Second
	keepAliveCount  = 9
)

// configure sets for a listener, from which connections inherit them, the options
// that package net sets for each. That they fail to be set is no reason not to serve.
func configure(fd uintptr) {
	seconds := int(keepAlivePeriod / time.Second)
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, seconds)
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, seconds)
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPCNT, keepAliveCount)
}

// Accept returns a connection that is a looped.
func (a *acceptor) Accept() (net.Conn, error) {
	addr := a.Addr()
	for {
		err := a.ours.Read(a.try)
		if err == nil {
			break
		}
		if closed := a.theirs.Control(func(uintptr) {}); closed != nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, net.ErrClosed
		}
		_ = a.file.SetReadDeadline(time.Now().Add(tick))
	}
	if a.err != 0 {
		return nil, &net.OpError{Op: "accept", Net: addr.Network(), Addr: addr, Err: os.NewSyscallError("accept4", a.err)}
	}
	s := socket{fd: a.fd, local: addr}
	s.remote = a.remote()
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		s.local = a.all.share(localOf(a.fd, addr))
	}
	return newLooped(s), nil
}

// ready accepts one connection, if there is one.
func (a *acceptor) ready(fd uintptr) bool {
	for {
		size := uint32(unsafe.Sizeof(a.peer))
		n, _, errno := syscall.Syscall6(unix.SYS_ACCEPT4, fd, uintptr(unsafe.Pointer(&a.peer)),
			uintptr(unsafe.Pointer(&size)), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
		a.fd, a.err = int(n), errno
		switch errno {
		case syscall.EAGAIN:
			return false
		case syscall.EINTR, syscall.ECONNABORTED: // the client left before
		default:
			return true
		}
	}
}

// remote returns the address that accept4 has stored; none for a Unix socket.
func (a *acceptor) remote() netip.AddrPort {
	name := unsafe.Pointer(&a.peer)
	switch a.peer.Addr.Family {
	case syscall.AF_INET:
		in := (*syscall.RawSockaddrInet4)(name)
		return netip.AddrPortFrom(netip.AddrFrom4(in.Addr), portOf(&in.Port))
	case syscall.AF_INET6:
		in := (*syscall.RawSockaddrInet6)(name)
		return inet6(in.Addr, in.Scope_id, portOf(&in.Port))
	}
	return netip.AddrPort{}
}

// portOf returns a port, which is in network byte order.
func portOf(port *uint16) uint16 {
	return binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(port))[:])
}

// localOf returns the address of a socket, or addr if that cannot be had.
func localOf(fd int, addr net.Addr) net.Addr {
	name, err := unix.Getsockname(fd)
	if err != nil {
		return addr
	}
	switch name := name.(type) {
	case *unix.SockaddrInet4:
		return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom4(name.Addr), uint16(name.Port)))
	case *unix.SockaddrInet6:
		return net.TCPAddrFromAddrPort(inet6(name.Addr, name.ZoneId, uint16(name.Port)))
	}
	return addr
}

func inet6(ip [16]byte, zone uint32, port uint16) netip.AddrPort {
	addr := netip.AddrFrom16(ip)
	if zone != 0 {
		addr = addr.WithZone(strconv.Itoa(int(zone)))
	}
	return netip.AddrPortFrom(addr, port)
}
