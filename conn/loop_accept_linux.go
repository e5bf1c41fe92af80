package conn

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"time"

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
	peer unix.Sockaddr
	err  error
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
	if a.err != nil {
		return nil, &net.OpError{Op: "accept", Net: addr.Network(), Addr: addr, Err: os.NewSyscallError("accept4", a.err)}
	}
	s := socket{fd: a.fd, local: addr}
	switch peer := a.peer.(type) {
	case *unix.SockaddrInet4:
		s.remote = netip.AddrPortFrom(netip.AddrFrom4(peer.Addr), uint16(peer.Port))
	case *unix.SockaddrInet6:
		s.remote = inet6(peer)
	}
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		s.local = a.all.share(localOf(a.fd, addr))
	}
	return newLooped(s), nil
}

// ready accepts one connection, if there is one.
func (a *acceptor) ready(fd uintptr) bool {
	for {
		a.fd, a.peer, a.err = unix.Accept4(int(fd), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		switch a.err {
		case unix.EAGAIN:
			return false
		case unix.EINTR, unix.ECONNABORTED: // the client left before
		default:
			return true
		}
	}
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
		return net.TCPAddrFromAddrPort(inet6(name))
	}
	return addr
}

func inet6(name *unix.SockaddrInet6) netip.AddrPort {
	addr := netip.AddrFrom16(name.Addr)
	if name.ZoneId != 0 {
		addr = addr.WithZone(strconv.Itoa(int(name.ZoneId)))
	}
	return netip.AddrPortFrom(addr, uint16(name.Port))
}
