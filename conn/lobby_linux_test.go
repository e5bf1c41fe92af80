package conn

import (
	"context"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// resting returns how many connections of s rest.
func resting(s *Server) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sc := range s.conns {
		if sc.via.(*raw).where.Load() == isResting {
			n++
		}
	}
	return n
}

// rests waits until n connections of s rest.
func rests(t *testing.T, s *Server, n int) {
	t.Helper()
	settles(t, func() bool { return resting(s) == n }, "not all rest")
}

func TestConnectionsRest(t *testing.T) {
	checkLeaks(t)
	clients := 1000
	if raceEnabled {
		clients = 200
	}
	var ended atomic.Int64
	s := &Server{Driver: Raw, Delegate: counted{&ended}, Logger: quiet}
	addr := listen(t, s)
	goroutines, before := runtime.NumGoroutine(), heapInUse()
	fds := connectTo(t, addr, clients) // they have asked for nothing yet
	rests(t, s, clients)
	for range 2 {
		askAll(t, fds, empty200)
		rests(t, s, clients)
	}
	settles(t, func() bool { return runtime.NumGoroutine() <= goroutines+1 }, "somebody waits beside the lobby")
	each := (heapInUse() - before) / int64(clients)
	t.Logf("%d octets of heap for a connection that rests", each)
	if !raceEnabled { // 440 are of a goroutine that has ended, which the runtime keeps
		assert.Less(t, each, int64(1300))
	}
	leaveAndShutDown(t, s, fds, &ended, clients)
}

// A connection is sent to rest and roused as often as can be, and every request
// that comes meanwhile is answered.
func TestRestingLosesNothing(t *testing.T) {
	checkLeaks(t)
	rounds := 300
	if raceEnabled {
		rounds = 50
	}
	for _, withContext := range []bool{false, true} { // without, the poller does not know the descriptor
		var ended atomic.Int64
		s := &Server{Driver: Raw, Delegate: counted{&ended}, Logger: quiet}
		if withContext {
			s.ConnContext = func(ctx context.Context, _ net.Conn) context.Context { return ctx }
		}
		addr := listen(t, s)
		nag := make(chan struct{}, 1) // has whoever nags rest, too, or the poller would be looked at rarely
		var nagging, clients sync.WaitGroup
		for range 2 {
			nagging.Go(func() {
				for range nag {
					for _, sc := range s.connections() {
						sc.via.wakeReader()
					}
				}
			})
		}
		for i := range 8 {
			clients.Go(func() {
				nc := dial(t, addr)
				defer nc.Close()
				got := make([]byte, 1000)
				for round := range rounds {
					send := get
					if cut := (round*13 + i) % len(get); round%3 == 0 {
						_, _ = io.WriteString(nc, get[:cut])
						runtime.Gosched()
						send = get[cut:]
					}
					_, _ = io.WriteString(nc, send)
					select {
					case nag <- struct{}{}:
					default:
					}
					n, err := nc.Read(got)
					if !assert.NoError(t, err) || !assert.Equal(t, empty200, undated(string(got[:n]))) {
						return
					}
				}
			})
		}
		clients.Wait()
		settles(t, func() bool { return ended.Load() == 8 }, "connections that were left are kept")
		close(nag)
		nagging.Wait()
		_ = s.Close()
	}
}

// A wake-up that comes when the connection is about to rest keeps it from that.
func TestWhoIsWokenDoesNotRest(t *testing.T) {
	checkLeaks(t)
	s := &Server{Driver: Raw, Delegate: counted{new(atomic.Int64)}, Logger: quiet}
	nc := dial(t, listen(t, s))
	defer nc.Close()
	rests(t, s, 1)
	d := s.connections()[0].via.(*raw)
	require.True(t, d.where.CompareAndSwap(isResting, isServed)) // by us
	d.woken.Store(true)
	assert.False(t, d.rest())
	d.woken.Store(false)
	assert.True(t, d.rest())
	_ = s.Close()
}

// Whoever closes, and however many at once: each ends once.
func TestClosingWhatRests(t *testing.T) {
	checkLeaks(t)
	for round := range 5 {
		var ended atomic.Int64
		s := &Server{Driver: Raw, Delegate: counted{&ended}, Logger: quiet}
		addr := listen(t, s)
		fds := connectTo(t, addr, 50)
		rests(t, s, len(fds))
		all := s.connections()
		var wg sync.WaitGroup
		for _, sc := range all[:10] {
			require.NoError(t, sc.Close(), "which returns when it has ended")
		}
		assert.EqualValues(t, 10, ended.Load())
		for _, sc := range all {
			wg.Go(func() { _ = sc.Close() })
		}
		wg.Go(func() { _ = s.Close() })
		for _, fd := range fds[10*round:] {
			wg.Go(func() { _ = unix.Close(fd) })
		}
		wg.Wait()
		require.NoError(t, s.Shutdown(context.Background()))
		assert.EqualValues(t, len(fds), ended.Load())
		for _, fd := range fds[:10*round] {
			_ = unix.Close(fd)
		}
	}
}

// A wait goes on while the connection is sent to rest and roused.
func TestTimeoutsOfWhatRests(t *testing.T) {
	checkLeaks(t)
	const timeout = time.Minute
	var idle atomic.Int64 // when a wait for a request began, or later
	s := &Server{Driver: Raw, Delegate: counted{new(atomic.Int64)}, Logger: quiet}
	s.Params = Params{IdleTimeout: timeout, HeaderTimeout: 2 * timeout}
	s.ConnState = func(_ *ServerConn, state ConnState) {
		if state == StateIdle {
			idle.Store(s.clock.now.Load())
		}
	}
	addr := listen(t, s)
	nc := dial(t, addr)
	defer nc.Close()
	_, _ = io.WriteString(nc, get)
	reads(t, nc, 0)
	rests(t, s, 1)
	by := s.connections()[0].readBy.Load()
	assert.LessOrEqual(t, time.Duration(by-idle.Load()), timeout+tick, "the wait began anew when the connection went to rest")
	s.clock.pass(timeout / 2)
	settles(t, func() bool { return s.clock.now.Load() > by-int64(timeout/2+tick) }, "no tick")
	assert.Equal(t, 1, connsOf(s), "its time is not over")
	s.clock.pass(timeout/2 + tick)
	got, err := io.ReadAll(nc)
	assert.NoError(t, err)
	assert.Empty(t, got)

	settles(t, func() bool { return connsOf(s) == 0 }, "it is not ended")
	late := dial(t, addr)
	defer late.Close()
	rests(t, s, 1)
	sc := s.connections()[0]
	by = sc.readBy.Load()
	_, _ = io.WriteString(late, get[:9])
	settles(t, func() bool { return sc.readBy.Load() != by }, "nobody reads the head")
	s.clock.pass(2*timeout + tick)
	got, err = io.ReadAll(late)
	assert.NoError(t, err)
	assert.Equal(t, refused("408 Request Timeout"), unexplained(string(got)))
	_ = s.Close()
}

// What a callback may do, it may do on a connection that has rested.
func TestCallbacksAfterResting(t *testing.T) {
	checkLeaks(t)
	var ended atomic.Int64
	s := &Server{Driver: Raw, Logger: quiet}
	s.Delegate = wilful{&ended}
	addr := listen(t, s)
	for _, tc := range []struct{ target, want string }{
		{"/", answers200("")}, {"/panic", ""}, {"/exit", ""}, {"/close", ""}, {"/detach", "detached"},
	} {
		before := ended.Load()
		nc := dial(t, addr)
		_, _ = io.WriteString(nc, get)
		reads(t, nc, 0)
		rests(t, s, 1)
		_, _ = io.WriteString(nc, strings.Replace(get, "/", tc.target, 1))
		require.NoError(t, nc.CloseWrite())
		got, err := io.ReadAll(nc)
		assert.NoError(t, err, tc.target)
		assert.Equal(t, tc.want, undated(string(got)), tc.target)
		_ = nc.Close()
		settles(t, func() bool { return ended.Load() == before+1 }, tc.target)
	}
	_ = s.Close()
}

// wilful does what the target says.
type wilful struct{ ended *atomic.Int64 }

func (d wilful) StartRequest(_ *ServerConn, c Conn) MessageDelegate {
	return &wilfully{plainly: plainly{c: c}}
}
func (d wilful) OnClose(*ServerConn) { d.ended.Add(1) }

type wilfully struct {
	plainly
	target string
}

func (p *wilfully) HeadersReceived(start *StartLine, _ *Fields) error {
	p.target = string(start.Target)
	return nil
}

func (p *wilfully) Finish() error {
	switch p.target {
	case "/panic":
		panic("as asked")
	case "/exit":
		runtime.Goexit()
	case "/close":
		return p.c.ServerConn().Close()
	case "/detach":
		nc, _, err := p.c.Detach()
		if err != nil {
			return err
		}
		go func() {
			defer nc.Close()
			_, _ = io.WriteString(nc, "detached")
		}()
		return nil
	}
	return p.plainly.Finish()
}
