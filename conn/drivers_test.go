package conn

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what must come before it gives up.
const patience = time.Minute

// onDrivers runs f with a server for each driver, over loopback TCP, and makes
// sure that it leaves no goroutine behind.
func onDrivers(t *testing.T, f func(t *testing.T, s *Server)) {
	for _, d := range []Driver{Stream, Raw, Loop} {
		t.Run(d.String(), func(t *testing.T) {
			before := runtime.NumGoroutine()
			s := &Server{Driver: d, Logger: quiet}
			f(t, s)
			_ = s.Close()
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			assert.NoError(t, s.Shutdown(ctx))
			for end := time.Now().Add(patience); runtime.NumGoroutine() > before; {
				if time.Now().After(end) {
					stacks := make([]byte, 1<<16)
					t.Fatalf("goroutines left:\n%s", stacks[:runtime.Stack(stacks, true)])
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
}

// listen serves on loopback and returns the address.
func listen(t testing.TB, s *Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = s.Serve(l) }()
	return l.Addr().String()
}

func dial(t testing.TB, addr string) *net.TCPConn {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
	return nc.(*net.TCPConn)
}

// exchangeAll sends all, half-closes, and returns what comes until the end.
func exchangeAll(t testing.TB, addr, send string) string {
	t.Helper()
	nc := dial(t, addr)
	defer nc.Close()
	_, err := io.WriteString(nc, send)
	require.NoError(t, err)
	require.NoError(t, nc.CloseWrite())
	got, err := io.ReadAll(nc)
	require.NoError(t, err)
	return undated(string(got))
}

// delegates calls f for a delegate that answers each request.
type delegates func(c Conn) MessageDelegate

func (f delegates) StartRequest(_ *ServerConn, c Conn) MessageDelegate { return f(c) }
func (delegates) OnClose(*ServerConn)                                  {}

func TestServerCasesOverTCP(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		for _, tc := range serverCases {
			r := newRecorder()
			if tc.set != nil {
				tc.set(r)
			}
			one := &Server{Driver: s.Driver, Params: *quietly(tc.params), Delegate: r}
			addr := listen(t, one)
			nc := dial(t, addr)
			var got strings.Builder
			go func() { // in pieces that the network may join
				for i := range len(tc.send) {
					if _, err := io.WriteString(nc, tc.send[i:i+1]); err != nil {
						return
					}
				}
			}()
			buf := make([]byte, 1<<16)
			for len(undated(got.String())) < len(tc.want) || tc.closed {
				n, err := nc.Read(buf)
				got.Write(buf[:n])
				if err != nil {
					if !errors.Is(err, syscall.ECONNRESET) { // as it may be for who still sends
						assert.Equal(t, io.EOF, err, tc.name)
					}
					break
				}
			}
			assert.Equal(t, tc.want, unexplained(got.String()), tc.name)
			_ = nc.Close()
			<-r.closed
			tc.checkEvents(t, r)
			_ = one.Close()
		}
		s.Delegate = newRecorder()
		_ = listen(t, s)
	})
}

// What a callback has answered before it closes the connection is sent by no driver,
// unless it was flushed.
func TestCloseDropsWhatIsNotSent(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		s.Delegate = routed{
			"/": func(c Conn) error {
				return errors.Join(c.Reply(StatusLine(200), nil, nil), c.ServerConn().Close())
			},
			"/flushed": func(c Conn) error {
				return errors.Join(c.Reply(StatusLine(200), nil, nil), c.Flush(), c.ServerConn().Close())
			},
		}
		addr := listen(t, s)
		assert.Empty(t, exchangeAll(t, addr, get))
		assert.Equal(t, empty200, exchangeAll(t, addr, ask("/flushed")))
	})
}

// Data and the end of the stream that come together are one event for the
// poller. None of the clients may be left waiting for a server that waits.
func TestHalfClosingClients(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		var ended atomic.Int64
		s.Delegate = counted{&ended}
		addr := listen(t, s)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				for range 20 {
					assert.Equal(t, answers200(""), exchangeAll(t, addr, get))
				}
			})
		}
		wg.Wait()
		assert.Eventually(t, func() bool { return ended.Load() == 1000 }, patience, time.Millisecond)
	})
}

// counted answers 200 and counts the connections that have ended.
type counted struct{ ended *atomic.Int64 }

func (d counted) StartRequest(_ *ServerConn, c Conn) MessageDelegate { return &plainly{c: c} }
func (d counted) OnClose(*ServerConn)                                { d.ended.Add(1) }

// plainly answers 200 with the content of the request.
type plainly struct {
	c    Conn
	body []byte
}

func (p *plainly) HeadersReceived(*StartLine, *Fields) error { return nil }
func (p *plainly) DataReceived(b []byte) error {
	p.body = append(p.body, b...)
	return nil
}
func (p *plainly) Finish() error           { return p.c.Reply(StatusLine(200), nil, p.body) }
func (p *plainly) OnConnectionClose(error) {}

func TestCloseOverTCP(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		var mu sync.Mutex
		conns := make(chan *ServerConn, 10)
		s.ConnState = func(sc *ServerConn, state ConnState) {
			mu.Lock()
			defer mu.Unlock()
			if state == StateNew {
				conns <- sc
			}
		}
		closing := newRecorder()
		closing.headers = func(c Conn, _ *StartLine, _ *Fields) error { return c.ServerConn().Close() }
		s.Delegate = closing
		addr := listen(t, s)
		assert.Empty(t, exchangeAll(t, addr, get), "closed from a callback")
		<-closing.closed
		<-conns

		waiting := newRecorder()
		waiting.finish = func(Conn, []byte) error { return nil }
		for _, send := range []string{"", get[:9], postHead10 + "x", get} {
			other := &Server{Driver: s.Driver, Delegate: r2(waiting), Logger: quiet, ConnState: s.ConnState}
			nc := dial(t, listen(t, other))
			_, _ = io.WriteString(nc, send)
			sc := <-conns
			time.Sleep(5 * time.Millisecond) // let it come to whatever it waits in
			done := make(chan struct{})
			go func() { // from another goroutine, twice
				defer close(done)
				_ = sc.Close()
				_ = sc.Close()
			}()
			select {
			case <-done:
			case <-time.After(patience):
				t.Error("Close does not return")
			}
			n, err := nc.Read(make([]byte, 1))
			assert.Zero(t, n)
			assert.Error(t, err)
			_ = nc.Close()
			_ = other.Close()
		}
	})
}

func TestDetachOverTCP(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		for _, pull := range []bool{false, true} {
			one := &Server{Driver: s.Driver, Logger: quiet, TrackDetached: true}
			one.Delegate = delegates(func(c Conn) MessageDelegate { return &tunnelling{plainly{c: c}, pull} })
			nc := dial(t, listen(t, one))
			_, _ = io.WriteString(nc, crlf("CONNECT a:1 HTTP/1.1\nHost: a:1\n\nearly "))
			want := "HTTP/1.1 200 OK\r\n\r\n"
			buf := make([]byte, 1000)
			got := ""
			for len(got) < len(want)+len("early ") {
				n, err := nc.Read(buf)
				require.NoError(t, err)
				got = undated(got + string(buf[:n]))
			}
			_, _ = io.WriteString(nc, "late")
			_ = nc.CloseWrite()
			rest, err := io.ReadAll(nc)
			require.NoError(t, err)
			assert.Equal(t, want+"early late", got+string(rest))
			_ = nc.Close()
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			require.NoError(t, one.Shutdown(ctx), "the tunnel was tracked, and has ended")
			cancel()
		}
		s.Delegate = newRecorder()
		_ = listen(t, s)
	})
}

// tunnelling detaches and sends back what comes.
type tunnelling struct {
	plainly
	pull bool
}

func (p *tunnelling) PullsBody() bool { return p.pull }
func (p *tunnelling) HeadersReceived(*StartLine, *Fields) error {
	if err := p.c.WriteHeaders(StatusLine(200), nil, nil); err != nil {
		return err
	}
	nc, residual, err := p.c.Detach()
	if err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer nc.Close()
		_, _ = nc.Write(residual)
		_, _ = io.Copy(nc, nc)
	}()
	if p.pull { // the handler stays until its tunnel ends
		<-done
	}
	return nil
}

func TestPeerLeavesOverTCP(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		handles := make(chan Conn, 1)
		r := newRecorder()
		r.finish = func(c Conn, _ []byte) error {
			handles <- c
			return nil
		}
		s.Delegate = r
		nc := dial(t, listen(t, s))
		_, _ = io.WriteString(nc, get)
		c := <-handles
		ctx := c.Context()
		require.NoError(t, ctx.Err())
		_ = nc.Close()
		select {
		case <-ctx.Done():
		case <-time.After(patience):
			t.Fatal("the context is not cancelled")
		}
		_ = c.Reply(StatusLine(200), nil, nil)
		<-r.closed
	})
}

func TestTimeoutsOverTCP(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		s.Params = Params{IdleTimeout: time.Minute, HeaderTimeout: 2 * time.Minute, BodyTimeout: 3 * time.Minute}
		s.Delegate = counted{new(atomic.Int64)}
		addr := listen(t, s)
		for send, tc := range map[string]struct {
			want  string
			after time.Duration
		}{
			"":         {"", s.Params.IdleTimeout},
			get:        {empty200, s.Params.IdleTimeout},
			get[:5]:    {refused("408 Request Timeout"), s.Params.HeaderTimeout},
			postHead10: {"", s.Params.BodyTimeout},
		} {
			nc := dial(t, addr)
			settles(t, func() bool { return connsOf(s) == 1 }, "not accepted")
			sc := s.connections()[0]
			settles(t, func() bool { return sc.readBy.Load() > 0 }, "nobody waits for a request")
			if by := sc.readBy.Load(); send != "" {
				s.clock.settlesTick(t) // so that no wait that begins now ends when that one would
				_, _ = io.WriteString(nc, send)
				settles(t, func() bool { return sc.readBy.Load() != by }, "nobody waits for more")
			}
			s.clock.pass(tc.after + tick)
			got, err := io.ReadAll(nc)
			assert.NoError(t, err)
			assert.Equal(t, tc.want, unexplained(string(got)))
			_ = nc.Close()
			settles(t, func() bool { return connsOf(s) == 0 }, "it is not ended")
		}
	})
}
