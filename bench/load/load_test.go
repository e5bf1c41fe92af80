package load

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n"
	good    = "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 11:00:00 GMT\r\nContent-Length: 2\r\n\r\nhi"
)

// scripted serves every connection with answer, called once per request.
func scripted(t *testing.T, answer func(net.Conn) error) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				for in := bufio.NewReader(nc); ; {
					for line := ""; line != "\r\n"; {
						if line, err = in.ReadString('\n'); err != nil {
							return
						}
					}
					if answer(nc) != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func always(response string) func(net.Conn) error {
	return func(nc net.Conn) error {
		_, err := io.WriteString(nc, response)
		return err
	}
}

func config(addr string) Config {
	return Config{Addr: addr, Request: []byte(request), Length: -1, Conns: 4, Duration: 200 * time.Millisecond}
}

func TestClosedLoopCountsEveryAnswer(t *testing.T) {
	for _, depth := range []int{1, 8} {
		var served atomic.Int64
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		addr := scripted(t, func(nc net.Conn) error {
			if served.Add(1) == 1000 {
				stop()
			}
			return always(good)(nc)
		})
		cfg := config(addr)
		cfg.Depth, cfg.Duration = depth, time.Minute
		cfg.Body = []byte("hi")
		r, err := Run(ctx, cfg)
		require.NoError(t, err)
		require.Empty(t, r.Errors)
		require.LessOrEqual(t, r.Requests, served.Load())
		// What is under way at the end is served but not counted.
		require.GreaterOrEqual(t, r.Requests, served.Load()-int64(cfg.Conns*depth))
		require.GreaterOrEqual(t, r.Bytes, r.Requests*int64(len(good)))
		require.Positive(t, r.Latency.P50)
		require.LessOrEqual(t, r.Latency.P50, r.Latency.P99)
		require.Positive(t, r.Seconds)
	}
}

func TestWrongAnswersAreErrors(t *testing.T) {
	for _, c := range []struct{ kind, response string }{
		{"status", "HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nhi"},
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi!"},
		{"length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n0\r\n\r\n"},
		{"content", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nho"},
		{"content", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nho\r\n0\r\n\r\n"},
		{"malformed", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhi"},
		{"malformed", "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\nhi"},
		{"malformed", "SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n"},
		{"malformed", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nq\r\nhi\r\n0\r\n\r\n"},
		{"surplus", good + good},
	} {
		cfg := config(scripted(t, always(c.response)))
		cfg.Body, cfg.Duration = []byte("hi"), time.Minute // it gives up before
		_, err := Run(t.Context(), cfg)
		require.ErrorContains(t, err, c.kind, "%q", c.response)
	}
}

func TestEarlyCloseIsAnError(t *testing.T) {
	n := 0
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	addr := scripted(t, func(nc net.Conn) error {
		if n++; n == 300 {
			stop()
		}
		if n%3 == 0 {
			always(good[:len(good)-1])(nc)
			return io.EOF
		}
		return always(good)(nc)
	})
	cfg := config(addr)
	cfg.Conns, cfg.Duration = 1, time.Minute
	r, err := Run(ctx, cfg)
	require.NoError(t, err)
	require.Positive(t, r.Errors["closed"])
	require.InDelta(t, r.Requests, 2*r.Errors["closed"], 4)
}

// TestDateMayChange: the comparison with an earlier response leaves out Date alone.
func TestDateMayChange(t *testing.T) {
	n := 0
	bad := strings.Replace(good, "hi", "ho", 1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	addr := scripted(t, func(nc net.Conn) error {
		if n++; n == 200 {
			stop()
		}
		switch {
		case n == 50:
			return always(bad)(nc)
		case n%2 == 0:
			return always(strings.Replace(good, "11:00:00", "11:00:01", 1))(nc)
		}
		return always(good)(nc)
	})
	cfg := config(addr)
	cfg.Conns, cfg.Body, cfg.Duration = 1, []byte("hi"), time.Minute
	r, err := Run(ctx, cfg)
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"content": 1}, r.Errors)
	require.Greater(t, r.Requests, int64(100))
}

// TestOpenLoopCountsWaiting: one stall of 300 ms delays all requests that fall
// due in it. A closed loop would see one slow request.
func TestOpenLoopCountsWaiting(t *testing.T) {
	var served atomic.Int64
	addr := scripted(t, func(nc net.Conn) error {
		if served.Add(1) == 10 {
			time.Sleep(300 * time.Millisecond)
		}
		return always(good)(nc)
	})
	cfg := config(addr)
	cfg.Conns, cfg.Rate, cfg.Duration, cfg.Timeout = 1, 100, time.Second, time.Minute
	r, err := Run(t.Context(), cfg)
	require.NoError(t, err)
	require.EqualValues(t, 100, served.Load())
	require.Greater(t, r.Latency.P90, 50e3)
	require.Greater(t, r.Latency.Max, 250e3)
	require.Zero(t, r.Unfinished)
}

func TestOpenLoopCountsUnanswered(t *testing.T) {
	n := 0
	addr := scripted(t, func(nc net.Conn) error {
		if n++; n > 50 {
			<-t.Context().Done()
		}
		return always(good)(nc)
	})
	cfg := config(addr)
	cfg.Conns, cfg.Rate, cfg.Timeout = 1, 1000, 300*time.Millisecond
	r, err := Run(t.Context(), cfg)
	require.NoError(t, err)
	require.LessOrEqual(t, r.Requests, int64(50))
	require.GreaterOrEqual(t, r.Unfinished, int64(150)) // some more, if the machine is busy
	require.LessOrEqual(t, r.Unfinished, int64(200))
	require.Greater(t, r.Latency.P50, 200e3)
}

func TestConnectionPerRequest(t *testing.T) {
	var served atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	addr := scripted(t, func(nc net.Conn) error {
		if served.Add(1) == 300 {
			stop()
		}
		always(good)(nc)
		return io.EOF
	})
	cfg := config(addr)
	cfg.PerConnection, cfg.Duration = true, time.Minute
	r, err := Run(ctx, cfg)
	require.NoError(t, err)
	require.Empty(t, r.Errors)
	require.InDelta(t, served.Load(), r.Requests, float64(cfg.Conns))
}

func TestConnectionPerRequestMustEnd(t *testing.T) {
	cfg := config(scripted(t, always(good)))
	cfg.PerConnection, cfg.Duration, cfg.Timeout = true, 2500*time.Millisecond, 100*time.Millisecond
	r, err := Run(t.Context(), cfg)
	require.Error(t, err)
	require.GreaterOrEqual(t, r.Errors["not closed"], int64(cfg.Conns))
}

func TestTLS(t *testing.T) {
	expecting := func(body string) (*Result, error) {
		var served atomic.Int64
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if served.Add(1) == 100 {
				stop()
			}
			io.WriteString(w, "hi")
		}))
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // the load ends connections in the middle
		s.StartTLS()
		defer s.Close()
		cfg := config(s.Listener.Addr().String())
		cfg.TLS = &tls.Config{InsecureSkipVerify: true}
		cfg.Depth = 2
		cfg.Duration = time.Minute
		cfg.Body = []byte(body)
		return Run(ctx, cfg)
	}
	r, err := expecting("hi")
	require.NoError(t, err)
	require.Empty(t, r.Errors)
	require.Positive(t, r.Requests)
	_, err = expecting("ho")
	require.ErrorContains(t, err, "content")
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close()
	_, err = Run(t.Context(), config(l.Addr().String()))
	require.Error(t, err)
}

func TestCancelEndsARun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var served atomic.Int64
	cfg := config(scripted(t, func(nc net.Conn) error {
		if served.Add(1) == 100 {
			stop()
		}
		return always(good)(nc)
	}))
	cfg.Duration = time.Hour
	r, err := Run(ctx, cfg)
	require.NoError(t, err)
	require.Less(t, r.Seconds, cfg.Duration.Seconds())
	require.Positive(t, r.Requests)
}

func TestIdleHoldsConnections(t *testing.T) {
	cfg := config(scripted(t, always(good)))
	cfg.Conns = 20
	conns, err := Idle(t.Context(), cfg)
	require.NoError(t, err)
	require.Len(t, conns, 20)
	for _, c := range conns {
		require.NoError(t, c.Close())
	}
}

func TestRefusesNonsense(t *testing.T) {
	for _, change := range []func(*Config){
		func(c *Config) { c.Addr = "nowhere" },
		func(c *Config) { c.Request = nil },
		func(c *Config) { c.Rate = -1 },
		func(c *Config) { c.PerConnection, c.Depth = true, 2 },
		func(c *Config) { c.TLS, c.Rate = &tls.Config{}, 1 },
	} {
		cfg := config("127.0.0.1:1")
		change(&cfg)
		_, err := Run(t.Context(), cfg)
		require.Error(t, err)
	}
}

func TestProcessCPU(t *testing.T) {
	for ownCPU() < 0.2 {
	}
	cpu, err := ProcessCPU(os.Getpid())
	require.NoError(t, err)
	require.Positive(t, cpu)
	require.InDelta(t, ownCPU(), cpu, 0.15)
}
