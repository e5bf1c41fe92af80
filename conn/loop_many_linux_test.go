package conn

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/h1wire/h1wire/conn/conntest"
)

// connectTo returns n sockets connected to addr, of which Go knows nothing.
func connectTo(t *testing.T, addr string, n int) []int {
	t.Helper()
	to := netip.MustParseAddrPort(addr)
	fds := make([]int, n)
	for i := range fds {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		require.NoError(t, err)
		require.NoError(t, unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}))
		fds[i] = fd
	}
	return fds
}

// askAll makes one exchange on each socket.
func askAll(t *testing.T, fds []int, want string) {
	t.Helper()
	request := []byte(get)
	for _, fd := range fds {
		_, err := unix.Write(fd, request)
		require.NoError(t, err)
	}
	buf := make([]byte, 1000)
	for _, fd := range fds {
		n, err := unix.Read(fd, buf)
		require.NoError(t, err)
		require.Equal(t, want, undated(string(buf[:n])))
	}
}

// heapInUse returns the octets of the heap that are not garbage.
func heapInUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestLoopManyIdleConnections(t *testing.T) {
	clients := 2000
	if raceEnabled {
		clients = 200
	}
	var ended atomic.Int64
	s := &Server{Driver: Loop, Delegate: counted{&ended}, Logger: quiet}
	addr := listen(t, s)
	first := connectTo(t, addr, 1)
	defer unix.Close(first[0])
	askAll(t, first, empty200)
	goroutines, before := runtime.NumGoroutine(), heapInUse()
	fds := connectTo(t, addr, clients)
	for range 3 {
		askAll(t, fds, empty200)
	}
	assert.Equal(t, clients+1, connsOf(s))
	settles(t, func() bool { return runtime.NumGoroutine() <= goroutines+runtime.GOMAXPROCS(0) }, "connections take goroutines")
	each := (heapInUse() - before) / int64(clients)
	t.Logf("%d octets of heap for an idle connection", each)
	if !raceEnabled {
		assert.Less(t, each, int64(600))
	}
	leaveAndShutDown(t, s, fds, &ended, clients+1)
}

// leaveAndShutDown has half of the clients leave, and the server close the others;
// all connections have ended then.
func leaveAndShutDown(t *testing.T, s *Server, fds []int, ended *atomic.Int64, all int) {
	t.Helper()
	half := len(fds) / 2
	for _, fd := range fds[:half] {
		_ = unix.Close(fd)
	}
	settles(t, func() bool { return ended.Load() == int64(half) }, "connections that were left are kept")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	require.NoError(t, s.Shutdown(ctx))
	assert.EqualValues(t, all, ended.Load())
	for _, fd := range fds[half:] {
		n, err := unix.Read(fd, make([]byte, 1))
		require.True(t, n == 0 && err == nil, "%d %v", n, err)
		_ = unix.Close(fd)
	}
}

// Whoever closes, and however many at once: each ends once.
func TestLoopCloseFromEverywhere(t *testing.T) {
	for round := range 20 {
		var ended atomic.Int64
		var mu sync.Mutex
		var conns []*ServerConn
		s := &Server{Driver: Loop, Delegate: counted{&ended}, Logger: quiet}
		s.ConnState = func(sc *ServerConn, state ConnState) {
			assert.Equal(t, Loop, sc.Driver())
			if state == StateNew {
				mu.Lock()
				defer mu.Unlock()
				conns = append(conns, sc)
			}
		}
		addr := listen(t, s)
		fds := connectTo(t, addr, 100)
		for i, fd := range fds {
			_, _ = unix.Write(fd, []byte(strings.Repeat(get, 3)[:i%80]))
		}
		settles(t, func() bool { mu.Lock(); defer mu.Unlock(); return len(conns) == len(fds) }, "not accepted")
		var wg sync.WaitGroup
		for _, sc := range conns {
			wg.Go(func() { _ = sc.Close() })
		}
		wg.Go(func() { _ = s.Close() })
		for _, fd := range fds[round:] {
			wg.Go(func() { _ = unix.Close(fd) })
		}
		wg.Wait()
		require.NoError(t, s.Shutdown(context.Background()))
		assert.EqualValues(t, len(fds), ended.Load())
		for _, fd := range fds[:round] {
			_ = unix.Close(fd)
		}
	}
}

func TestLoopFallsBackToStream(t *testing.T) {
	drivers := make(chan Driver, 1)
	state := func(sc *ServerConn, state ConnState) {
		if state == StateNew {
			drivers <- sc.Driver()
		}
	}
	memory := &Server{Driver: Loop, Delegate: newRecorder(), Logger: quiet, ConnState: state}
	l := conntest.Listen()
	go func() { _ = memory.Serve(l) }()
	nc, err := l.Dial()
	require.NoError(t, err)
	assert.Equal(t, Stream, <-drivers)
	_ = nc.Close()
	_ = memory.Close()

	cert, pool := certificate(t)
	secure := &Server{Driver: Loop, Delegate: newRecorder(), Logger: quiet, ConnState: state,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
	addr := listen(t, secure)
	tc, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: pool})
	require.NoError(t, err)
	assert.Equal(t, Stream, <-drivers)
	_ = tc.Close()
	_ = secure.Close()
}

func TestLoopLimits(t *testing.T) {
	s := &Server{Driver: Loop, Delegate: counted{new(atomic.Int64)}, Logger: quiet, MaxConnsPerAddr: 2}
	addr := listen(t, s)
	for range 3 { // what has ended does not count
		first, second := dial(t, addr), dial(t, addr)
		for _, nc := range []net.Conn{first, second} {
			_, _ = io.WriteString(nc, get)
			reads(t, nc, 0)
		}
		third := dial(t, addr)
		_, err := third.Read(make([]byte, 1))
		assert.True(t, err == io.EOF || errors.Is(err, unix.ECONNRESET), err)
		for _, nc := range []net.Conn{first, second, third} {
			_ = nc.Close()
		}
		settles(t, func() bool { return connsOf(s) == 0 }, "connections are left")
		s.mu.Lock()
		assert.Empty(t, s.perAddr, "addresses are kept for ever")
		s.mu.Unlock()
	}
	_ = s.Close()
}
