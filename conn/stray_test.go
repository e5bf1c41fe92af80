package conn

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Handles used when and where nobody should: from goroutines that have outlived
// their exchange, or know nothing of how far it is. Under the race detector that is
// most of the test.

// strayUses is what can be done with a handle, but for what says by its name that it
// closes the connection.
var strayUses = []func(c Conn){
	func(c Conn) { _ = c.Reply(StatusLine(200), nil, []byte("stray")) },
	func(c Conn) { _ = c.WriteHeaders(StatusLine(200), nil, []byte("stray")) },
	func(c Conn) { _, _ = c.Write([]byte("stray")) },
	func(c Conn) { _, _ = c.ReadFrom(strings.NewReader("stray")) },
	func(c Conn) { _ = c.WriteInformational(StatusLine(103), nil) },
	func(c Conn) { _ = c.Continue() },
	func(c Conn) { _ = c.Flush() },
	func(c Conn) { _ = c.Finish() },
	func(c Conn) { _, _ = c.Read(make([]byte, 100)) },
	func(c Conn) { _ = c.Context().Err() },
	func(c Conn) { c.SetCloseCallback(func() {}) },
	func(c Conn) { c.SetBodyTimeout(time.Minute) },
	func(c Conn) { c.SetMaxBodySize(1 << 20) },
	func(c Conn) { _ = c.SetReadDeadline(time.Now().Add(time.Minute)) },
	func(c Conn) { _ = c.SetWriteDeadline(time.Now().Add(time.Minute)) },
	func(c Conn) { _, _ = c.RemoteAddr(), c.ServerConn().Driver() },
	func(c Conn) {
		if _, _, err := c.Detach(); err == nil {
			panic("detached where no callback runs")
		}
	},
}

func TestStrayUses(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		var current atomic.Pointer[Conn]
		s.Delegate = delegates(func(c Conn) MessageDelegate {
			return &recorded{c: c, recorder: &recorder{
				headers: func(c Conn, _ *StartLine, _ *Fields) error {
					current.Store(&c)
					return nil
				},
				finish: func(c Conn, _ []byte) error {
					_ = c.Reply(StatusLine(200), nil, []byte("right"))
					return nil
				},
			}}
		})
		addr := listen(t, s)
		stop := make(chan struct{})
		var strays sync.WaitGroup
		for i := range 3 {
			strays.Go(func() {
				for n := i; ; n += 1 + i {
					select {
					case <-stop:
						return
					default:
					}
					if c := current.Load(); c != nil {
						strayUses[n%len(strayUses)](*c)
					}
				}
			})
		}
		transport := &http.Transport{}
		client := &http.Client{Transport: transport}
		for range 60 {
			resp, err := client.Post("http://"+addr, "text/plain", io.MultiReader(strings.NewReader("chunked"), bytes.NewReader(make([]byte, 10_000))))
			if err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		}
		close(stop)
		strays.Wait()
		transport.CloseIdleConnections()
	})
}

// Detach is for who knows that nothing is being read.
func TestDetachFromAStrayGoroutine(t *testing.T) {
	r := newRecorder()
	r.data = func(c Conn, _ []byte) error {
		refused := make(chan error)
		go func() {
			_, _, err := c.Detach()
			refused <- err
		}()
		assert.ErrorIs(t, <-refused, errNotInCallback)
		return nil
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, postHead10+"0123456789")
		expect(t, c, crlf("HTTP/1.1 200 OK\nContent-Length: 10\n\n0123456789"), false)
	})
}

// Close must not wait for the callback that it is called from, wherever that is
// called from, and however deep in it.
func TestCloseFromEveryCallback(t *testing.T) {
	var deeply func(sc *ServerConn, depth int) error
	deeply = func(sc *ServerConn, depth int) error {
		if depth == 0 {
			return sc.Close()
		}
		return deeply(sc, depth-1)
	}
	for name, set := range map[string]func(r *recorder){
		"deep": func(r *recorder) {
			r.headers = func(c Conn, _ *StartLine, _ *Fields) error { return deeply(c.ServerConn(), 1000) }
		},
		"after the peer left": func(r *recorder) { r.closing = func(c Conn) { _ = c.ServerConn().Close() } },
	} {
		t.Run(name, func(t *testing.T) {
			onDrivers(t, func(t *testing.T, s *Server) {
				r := newRecorder()
				set(r)
				s.Delegate = r
				nc := dial(t, listen(t, s))
				_, err := io.WriteString(nc, postHead10+"x")
				require.NoError(t, err)
				require.NoError(t, nc.CloseWrite())
				_, _ = io.Copy(io.Discard, nc)
				<-r.closed
				_ = nc.Close()
			})
		})
	}
	for _, state := range []ConnState{StateNew, StateActive, StateIdle, StateClosed} {
		t.Run(state.String(), func(t *testing.T) {
			onDrivers(t, func(t *testing.T, s *Server) {
				r := newRecorder()
				s.Delegate = r
				s.ConnState = func(sc *ServerConn, at ConnState) {
					if at == state {
						_ = sc.Close()
					}
				}
				nc := dial(t, listen(t, s))
				_, _ = io.WriteString(nc, get) // unless it is closed by then
				_ = nc.CloseWrite()
				_, _ = io.Copy(io.Discard, nc)
				<-r.closed
				_ = nc.Close()
			})
		})
	}
}

// panickingPuller panics while another goroutine reads for it.
type panickingPuller struct {
	recorded
	read chan error
}

func (p *panickingPuller) PullsBody() bool { return true }

func (p *panickingPuller) HeadersReceived(*StartLine, *Fields) error {
	first := make(chan struct{})
	go func() {
		_, err := io.ReadFull(p.c, make([]byte, 1))
		close(first)
		if err == nil {
			_, err = p.c.Read(make([]byte, 1))
		}
		p.read <- err
	}()
	<-first
	panic("as it should")
}

func TestPullHandlerPanicsWhileAnotherGoroutineReads(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		read := make(chan error, 1)
		s.Delegate = delegates(func(c Conn) MessageDelegate { return &panickingPuller{recorded{recorder: newRecorder(), c: c}, read} })
		nc := dial(t, listen(t, s))
		_, err := io.WriteString(nc, postHead10+"x")
		require.NoError(t, err)
		select {
		case err := <-read:
			assert.Error(t, err)
		case <-time.After(patience):
			t.Error("Read waits for ever")
		}
		_, _ = io.Copy(io.Discard, nc)
		_ = nc.Close()
	})
}
