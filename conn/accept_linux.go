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

// acceptor is a listener whose connections are made for the raw and loop drivers:
// package net would set five options for each, ask for addresses that few want to
// know, and tell the runtime's poller. It waits on a duplicate of the descriptor,
// because package net does not let others wait on its own; so it looks once a tick
// whether that was closed.
type acceptor struct {
	net.Listener
	server  *Server
	theirs  syscall.RawConn // fails when the listener is closed
	file    *os.File        // the duplicate
	ours    syscall.RawConn // of it
	tcp     bool
	drained bool // what is accepted from now on came after configure
	heirs   bool // and has its options

	try  func(fd uintptr) bool // of Accept; here so that it is made once
	fd   int
	peer syscall.RawSockaddrAny
	err  syscall.Errno
}

// direct returns an acceptor for l, or l when it is not one that can be, or
// somebody needs its net.Conn.
func (s *Server) direct(l net.Listener) net.Listener {
	if s.Driver == Stream || s.TLSConfig != nil || s.ConnContext != nil {
		return l
	}
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
	a := &acceptor{Listener: l, server: s, theirs: theirs, file: file, ours: ours}
	if _, a.tcp = l.(*net.TCPListener); a.tcp {
		_ = theirs.Control(configure)
	}
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

// configure sets the options that package net sets for each connection: for a
// listener, from which they are inherited. That they fail to be set is no reason not
// to serve.
func configure(fd uintptr) {
	seconds := int(keepAlivePeriod / time.Second)
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, seconds)
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, seconds)
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_KEEPCNT, keepAliveCount)
}

// isConfigured reports whether a connection has inherited what configure set. What
// only calls itself Linux need not do so.
func isConfigured(fd int) bool {
	on, err := unix.GetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY)
	return err == nil && on != 0
}

// Accept returns a connection that is a looped or a bare.
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
	if a.tcp && !a.heirs {
		if a.heirs = a.drained && isConfigured(a.fd); !a.heirs {
			configure(uintptr(a.fd))
		}
	}
	s := socket{fd: a.fd, local: addr, remote: addrPortOf(&a.peer)}
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		s.local = a.localOf(a.fd)
	}
	if a.server.Driver == Loop {
		return newLooped(s), nil
	}
	return &bare{socket: s}, nil
}

// ready accepts one connection, if there is one.
func (a *acceptor) ready(fd uintptr) bool {
	for {
		size := uint32(unsafe.Sizeof(a.peer))
		n, _, errno := syscall.RawSyscall6(unix.SYS_ACCEPT4, fd, uintptr(unsafe.Pointer(&a.peer)),
			uintptr(unsafe.Pointer(&size)), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
		a.fd, a.err = int(n), errno
		switch errno {
		case syscall.EAGAIN:
			a.drained = true
			return false
		case syscall.EINTR, syscall.ECONNABORTED: // the client left before
		default:
			return true
		}
	}
}

// localOf returns the address of a connection to a listener on all addresses.
func (a *acceptor) localOf(fd int) net.Addr {
	var name syscall.RawSockaddrAny
	size := uint32(unsafe.Sizeof(name))
	_, _, errno := syscall.RawSyscall(unix.SYS_GETSOCKNAME, uintptr(fd), uintptr(unsafe.Pointer(&name)), uintptr(unsafe.Pointer(&size)))
	if errno != 0 {
		return a.Addr()
	}
	return a.server.loops.share(addrPortOf(&name))
}

// addrPortOf returns the address that the system has stored; none for that of a
// Unix socket.
func addrPortOf(stored *syscall.RawSockaddrAny) netip.AddrPort {
	name := unsafe.Pointer(stored)
	switch stored.Addr.Family {
	case syscall.AF_INET:
		in := (*syscall.RawSockaddrInet4)(name)
		return netip.AddrPortFrom(netip.AddrFrom4(in.Addr), portOf(&in.Port))
	case syscall.AF_INET6:
		in := (*syscall.RawSockaddrInet6)(name)
		addr := netip.AddrFrom16(in.Addr)
		if in.Scope_id != 0 {
			addr = addr.WithZone(strconv.Itoa(int(in.Scope_id)))
		}
		return netip.AddrPortFrom(addr, portOf(&in.Port))
	}
	return netip.AddrPort{}
}

// portOf returns a port, which is in network byte order.
func portOf(port *uint16) uint16 {
	return binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(port))[:])
}
