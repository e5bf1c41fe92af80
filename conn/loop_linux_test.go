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
)

// onLoop runs f with a server whose connections all have one event loop, and makes
// sure that it leaves no goroutine behind. Unless it is supervised, nothing helps a
// loop that gets stuck. Their sockets take few octets: much
// fewer, and the kernel would take seconds for a megabyte.
func onLoop(t *testing.T, d ServerDelegate, p Params, supervised bool, f func(t *testing.T, s *Server, addr string)) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	before := runtime.NumGoroutine()
	s := &Server{Driver: Loop, Delegate: d, Params: p, Logger: quiet}
	s.ConnContext = func(ctx context.Context, nc net.Conn) context.Context {
		_ = nc.(*net.TCPConn).SetWriteBuffer(little)
		return ctx
	}
	require.NoError(t, s.begin())
	if !supervised {
		s.clock.also = nil
	}
	f(t, s, listen(t, s))
	_ = s.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	assert.NoError(t, s.Shutdown(ctx))
	settles(t, func() bool { return runtime.NumGoroutine() <= before }, "goroutines are left")
}

const little = 32 << 10

// slowly returns a client that has room for few octets.
func slowly(t *testing.T, addr string) *net.TCPConn {
	nc := dial(t, addr)
	require.NoError(t, nc.SetReadBuffer(little))
	return nc
}

// answered asserts that the server answers a request on another connection.
func answered(t *testing.T, addr string) {
	t.Helper()
	assert.Equal(t, answers200("ok"), exchangeAll(t, addr, get))
}

// reads reads a whole response and returns its content.
func reads(t *testing.T, r io.Reader, content int) string {
	t.Helper()
	head := make([]byte, 0, 200)
	for !strings.HasSuffix(string(head), "\r\n\r\n") {
		one := head[len(head) : len(head)+1]
		_, err := io.ReadFull(r, one)
		require.NoError(t, err)
		head = head[:len(head)+1]
	}
	body := make([]byte, content)
	_, err := io.ReadFull(r, body)
	require.NoError(t, err)
	return string(body)
}

func TestLoopIsNotHeldUp(t *testing.T) {
	huge := strings.Repeat("0123456789", 200_000)
	release := make(chan struct{})
	handlers := routed{
		"/huge": func(c Conn) error { return c.Reply(StatusLine(200), nil, []byte(huge)) },
		"/streamed": func(c Conn) error {
			if err := c.WriteHeaders(StatusLine(200), nil, nil); err != nil {
				return err
			}
			for i := 0; i < len(huge); i += 10_000 {
				if _, err := io.WriteString(c, huge[i:i+10_000]); err != nil {
					return err
				}
			}
			return c.Finish()
		},
		"/blocks": func(c Conn) error {
			<-release
			return c.Reply(StatusLine(200), nil, []byte(huge))
		},
		"/exits": func(Conn) error {
			runtime.Goexit()
			return nil
		},
	}
	onLoop(t, handlers, Params{}, true, func(t *testing.T, s *Server, addr string) {
		t.Run("by a peer that reads slowly", func(t *testing.T) {
			nc := slowly(t, addr)
			defer nc.Close()
			for range 3 { // the connection comes back to its loop each time
				_, _ = io.WriteString(nc, ask("/huge"))
				for range 3 {
					answered(t, addr)
				}
				assert.True(t, huge == reads(t, nc, len(huge)))
				_, _ = io.WriteString(nc, ask("/"))
				assert.Equal(t, "ok", reads(t, nc, 2))
			}
		})
		t.Run("by a delegate that streams to it", func(t *testing.T) {
			nc := slowly(t, addr)
			defer nc.Close()
			_, _ = io.WriteString(nc, ask("/streamed")+ask("/"))
			answered(t, addr)
			got := ""
			buf := make([]byte, 1<<16)
			for !strings.Contains(got, "\r\n\r\nok") {
				n, err := nc.Read(buf)
				require.NoError(t, err)
				got += string(buf[:n])
			}
			assert.Equal(t, len(huge)/10, strings.Count(got, "0123456789"))
		})
		t.Run("by a delegate that blocks, for long", func(t *testing.T) {
			nc := slowly(t, addr)
			defer nc.Close()
			_, _ = io.WriteString(nc, ask("/blocks"))
			answered(t, addr)
			answered(t, addr)
			close(release)
			assert.True(t, huge == reads(t, nc, len(huge)))
		})
		t.Run("by a delegate that ends its goroutine", func(t *testing.T) {
			assert.Empty(t, exchangeAll(t, addr, ask("/exits")))
			answered(t, addr)
		})
		t.Run("by a peer that leaves in between", func(t *testing.T) {
			for range 20 {
				nc := slowly(t, addr)
				_, _ = io.WriteString(nc, ask("/huge"))
				_, _ = io.ReadFull(nc, make([]byte, 1000))
				_ = nc.Close()
			}
			answered(t, addr)
			settles(t, func() bool { return connsOf(s) == 0 }, "connections are left")
		})
	})
}

// What is short is parked: it takes no goroutine, and nothing is read meanwhile.
func TestLoopParksShortResponses(t *testing.T) {
	body := strings.Repeat("x", 5_000)
	var count atomic.Int64
	handlers := routed{"/body": func(c Conn) error {
		count.Add(1)
		return c.Reply(StatusLine(200), nil, []byte(body))
	}}
	onLoop(t, handlers, Params{}, false, func(t *testing.T, s *Server, addr string) {
		before := runtime.NumGoroutine()
		clients := make([]*net.TCPConn, 5)
		asked := make([]int, len(clients))
		for i := range clients {
			clients[i] = slowly(t, addr)
			defer clients[i].Close()
			for parkedOf(s) <= i { // until the kernel takes no more
				want := count.Load() + 1
				_, _ = io.WriteString(clients[i], ask("/body"))
				asked[i]++
				settles(t, func() bool { return count.Load() == want }, "a request is not read")
				answered(t, addr) // so the turn of the other is over
			}
		}
		served := count.Load()
		for i, nc := range clients {
			_, _ = io.WriteString(nc, ask("/body"))
			asked[i]++
		}
		answered(t, addr)
		assert.Equal(t, served, count.Load(), "read from while something is parked")
		assert.Equal(t, len(clients), parkedOf(s))
		settles(t, func() bool { return runtime.NumGoroutine() <= before+1 }, "parking takes goroutines")
		for i, nc := range clients {
			require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
			for range asked[i] {
				require.True(t, body == reads(t, nc, len(body)))
			}
		}
	})
}

func TestLoopBoundsAFlood(t *testing.T) {
	body := strings.Repeat("x", 30_000)
	var count atomic.Int64
	handlers := routed{"/body": func(c Conn) error {
		count.Add(1)
		return c.Reply(StatusLine(200), nil, []byte(body))
	}}
	onLoop(t, handlers, Params{}, false, func(t *testing.T, s *Server, addr string) {
		nc := slowly(t, addr)
		defer nc.Close()
		const flood = 300
		go func() { _, _ = io.WriteString(nc, strings.Repeat(ask("/body"), flood)) }()
		settles(t, func() bool { return count.Load() > 0 }, "no request is read")
		time.Sleep(50 * time.Millisecond)
		assert.Less(t, count.Load(), int64(50), "a peer that does not read is served on and on")
		answered(t, addr)
		for range flood {
			require.True(t, body == reads(t, nc, len(body)))
		}
	})
}

func TestLoopWriteTimeout(t *testing.T) {
	handlers := routed{
		"/parked":  func(c Conn) error { return c.Reply(StatusLine(200), nil, make([]byte, 30_000)) },
		"/blocked": func(c Conn) error { return c.Reply(StatusLine(200), nil, make([]byte, 1_000_000)) },
	}
	p := Params{WriteTimeout: time.Minute, IdleTimeout: -1, HeaderTimeout: -1}
	onLoop(t, handlers, p, false, func(t *testing.T, s *Server, addr string) {
		for target := range handlers {
			nc := slowly(t, addr)
			defer nc.Close()
			_, _ = io.WriteString(nc, strings.Repeat(ask(target), 20))
		}
		settles(t, func() bool { return connsOf(s) == 2 }, "not served")
		settles(t, func() bool { // again and again, for the kernel may take some more
			s.clock.pass(p.WriteTimeout)
			return connsOf(s) == 0
		}, "nobody is timed out")
	})
}

// Responses are completed by other goroutines, soon or late, while the loop does
// nothing for their connections.
func TestLoopAsynchronousResponses(t *testing.T) {
	jobs := make(chan Conn, 1000)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(jobs)
	for range 4 {
		wg.Go(func() {
			for c := range jobs {
				runtime.Gosched()
				_ = c.Reply(StatusLine(200), nil, []byte("later"))
			}
		})
	}
	handlers := routed{
		"/later": func(c Conn) error {
			jobs <- c
			return nil
		},
		"/large": func(c Conn) error {
			go func() { _ = c.Reply(StatusLine(200), nil, make([]byte, 500_000)) }()
			return nil
		},
	}
	onLoop(t, handlers, Params{}, false, func(t *testing.T, s *Server, addr string) {
		var clients sync.WaitGroup
		for range 20 {
			clients.Go(func() {
				nc := dial(t, addr)
				defer nc.Close()
				for range 50 {
					_, _ = io.WriteString(nc, ask("/later")+ask("/")+ask("/later"))
					for _, want := range []string{"later", "ok", "later"} {
						if !assert.Equal(t, want, reads(t, nc, len(want))) {
							return
						}
					}
				}
			})
		}
		clients.Wait()

		nc := slowly(t, addr)
		defer nc.Close()
		_, _ = io.WriteString(nc, ask("/large")+ask("/later"))
		answered(t, addr)
		reads(t, nc, 500_000)
		assert.Equal(t, "later", reads(t, nc, 5))
	})
}

// A callback may write to another connection of its own loop.
func TestLoopWritesAcrossConnections(t *testing.T) {
	listener := make(chan Conn, 1)
	handlers := routed{
		"/listen": func(c Conn) error {
			listener <- c
			return c.WriteHeaders(StatusLine(200), nil, nil)
		},
		"/tell": func(c Conn) error {
			to := <-listener
			if _, err := to.Write(make([]byte, 1_000_000)); err != nil {
				return err
			}
			if err := to.Finish(); err != nil {
				return err
			}
			return c.Reply(StatusLine(200), nil, []byte("told"))
		},
	}
	onLoop(t, handlers, Params{}, false, func(t *testing.T, s *Server, addr string) {
		to := slowly(t, addr)
		defer to.Close()
		_, _ = io.WriteString(to, ask("/listen"))
		from := dial(t, addr)
		defer from.Close()
		_, _ = io.WriteString(from, ask("/tell"))
		answered(t, addr)
		go func() { _, _ = io.Copy(io.Discard, to) }()
		assert.Equal(t, "told", reads(t, from, 4))
	})
}

// parkedOf returns how many connections have something parked.
func parkedOf(s *Server) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sc := range s.conns {
		if sc.via.(*looped).rest.Load() != nil {
			n++
		}
	}
	return n
}
