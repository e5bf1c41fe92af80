package conn

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// onAcceptors runs f for the drivers that accept by themselves.
func onAcceptors(t *testing.T, f func(t *testing.T, s *Server)) {
	for _, d := range []Driver{Raw, Loop} {
		t.Run(d.String(), func(t *testing.T) {
			checkLeaks(t)
			s := &Server{Driver: d, Logger: quiet}
			f(t, s)
			_ = s.Close()
		})
	}
}

func TestAddresses(t *testing.T) {
	onAcceptors(t, func(t *testing.T, s *Server) {
		for _, network := range []string{"tcp4 127.0.0.1:0", "tcp6 [::1]:0", "tcp :0"} {
			t.Run(network, func(t *testing.T) {
				kind, at, _ := strings.Cut(network, " ")
				l, err := net.Listen(kind, at)
				if err != nil && kind == "tcp6" {
					t.Skipf("SKIPPED: %v", err) // no IPv6 on this machine
				}
				require.NoError(t, err)
				_ = l.Close()
				testAddresses(t, s.Driver, kind, at)
			})
		}
	})
}

func testAddresses(t *testing.T, d Driver, kind, at string) {
	type pair struct{ local, remote net.Addr }
	seen := make(chan pair, 2)
	for _, withContext := range []bool{false, true} { // without, there is no net.Conn at all
		one := &Server{Driver: d, Logger: quiet, Delegate: delegates(func(c Conn) MessageDelegate {
			seen <- pair{c.LocalAddr(), c.RemoteAddr()}
			return &plainly{c: c}
		})}
		if withContext {
			one.ConnContext = func(ctx context.Context, _ net.Conn) context.Context { return ctx }
		}
		l, err := net.Listen(kind, at)
		require.NoError(t, err)
		one.BaseContext = func(given net.Listener) context.Context {
			assert.Same(t, l, given)
			return context.Background()
		}
		go func() { _ = one.Serve(l) }()
		nc, err := net.Dial(kind, l.Addr().String()) // ":0" means this machine
		require.NoError(t, err)
		_, _ = io.WriteString(nc, get)
		got := <-seen
		assert.Equal(t, nc.RemoteAddr().String(), got.local.String())
		assert.Equal(t, nc.LocalAddr().String(), got.remote.String())
		assert.IsType(t, nc.LocalAddr(), got.remote)
		_ = nc.Close()
		_ = one.Close()
	}
}

func TestUnixSockets(t *testing.T) {
	onAcceptors(t, func(t *testing.T, s *Server) {
		name := filepath.Join(t.TempDir(), "socket")
		l, err := net.Listen("unix", name)
		require.NoError(t, err)
		drivers := make(chan Driver, 1)
		s.Delegate = delegates(func(c Conn) MessageDelegate {
			drivers <- c.ServerConn().Driver()
			assert.Equal(t, name, c.LocalAddr().String())
			assert.Equal(t, "unix", c.RemoteAddr().Network())
			return &plainly{c: c}
		})
		served := make(chan error)
		go func() { served <- s.Serve(l) }()
		nc, err := net.Dial("unix", name)
		require.NoError(t, err)
		_, _ = io.WriteString(nc, get)
		require.NoError(t, nc.(*net.UnixConn).CloseWrite())
		got, err := io.ReadAll(nc)
		require.NoError(t, err)
		assert.Equal(t, empty200, undated(string(got)))
		assert.Equal(t, s.Driver, <-drivers)
		_ = nc.Close()
		require.NoError(t, l.Close()) // by someone else than the server
		select {
		case err := <-served:
			assert.ErrorIs(t, err, net.ErrClosed)
		case <-time.After(patience):
			t.Error("Serve does not see that its listener is closed")
		}
	})
}

// What package net sets for each connection is inherited from the listener.
func TestSocketOptions(t *testing.T) {
	onAcceptors(t, func(t *testing.T, s *Server) {
		options := make(chan []int, 1)
		s.Delegate = delegates(func(c Conn) MessageDelegate {
			options <- optionsOf(descriptorOf(c.ServerConn().nc))
			return &plainly{c: c}
		})
		addr := listen(t, s)
		for range 2 { // the first may have come before the listener had them
			nc := dial(t, addr)
			_, _ = io.WriteString(nc, get)
			rc, err := nc.SyscallConn()
			require.NoError(t, err)
			var theirs []int
			require.NoError(t, rc.Control(func(fd uintptr) { theirs = optionsOf(int(fd)) }))
			assert.Equal(t, theirs, <-options)
			_ = nc.Close()
		}
	})
}

// Who connects while the listener gets its options has inherited the first alone.
func TestSocketOptionsOfWhoCameEarly(t *testing.T) {
	onAcceptors(t, func(t *testing.T, s *Server) {
		options := make(chan []int, 2)
		s.Delegate = delegates(func(c Conn) MessageDelegate {
			options <- optionsOf(descriptorOf(c.ServerConn().nc))
			return &plainly{c: c}
		})
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		rc, err := l.(*net.TCPListener).SyscallConn()
		require.NoError(t, err)
		require.NoError(t, rc.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) }))
		early := dial(t, l.Addr().String())
		defer early.Close()
		go func() { _ = s.Serve(l) }()
		_, _ = io.WriteString(early, get)
		got := <-options
		late := dial(t, l.Addr().String())
		defer late.Close()
		_, _ = io.WriteString(late, get)
		assert.Equal(t, <-options, got)
		assert.NotZero(t, got[1], "probes are on")
	})
}

// descriptorOf returns the descriptor of a connection that an acceptor made.
func descriptorOf(nc net.Conn) int {
	switch nc := nc.(type) {
	case *bare:
		return nc.fd
	case *looped:
		return nc.fd
	}
	return -1
}

func optionsOf(fd int) (values []int) {
	for _, option := range [][2]int{
		{unix.IPPROTO_TCP, unix.TCP_NODELAY}, {unix.SOL_SOCKET, unix.SO_KEEPALIVE}, {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL}, {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
	} {
		v, err := unix.GetsockoptInt(fd, option[0], option[1])
		if err != nil {
			v = -1
		}
		values = append(values, v)
	}
	return values
}

// A deadline that was set before the poller knows the descriptor holds after.
func TestBareDeadlines(t *testing.T) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	defer unix.Close(fds[1])
	b := &bare{socket: socket{fd: fds[0]}}
	require.NoError(t, b.SetDeadline(longAgo))
	_, err = b.Read(make([]byte, 1))
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	_, err = b.Write([]byte("x"))
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, b.SetDeadline(noDeadline))
	_, err = b.Write([]byte("x"))
	assert.NoError(t, err)
	_, err = unix.Write(fds[1], []byte("y"))
	require.NoError(t, err)
	n, err := b.Read(make([]byte, 2))
	assert.Equal(t, 1, n)
	assert.NoError(t, err)
	require.NoError(t, b.CloseWrite())
	require.NoError(t, b.Close())
	assert.ErrorIs(t, b.Close(), net.ErrClosed)
	assert.Equal(t, syscall.EBADF, unix.Close(fds[0]))

	unused := &bare{socket: socket{fd: fds[0]}}
	unused.closed = true
	_, err = unused.Read(make([]byte, 1))
	assert.ErrorIs(t, err, net.ErrClosed)
	_, err = unused.Write([]byte("x"))
	assert.ErrorIs(t, err, net.ErrClosed)
}
