package nethttp

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

// patience is how long a test waits for what must come before it gives up.
const patience = time.Minute

// served is a server that a test started, ours or net/http's.
type served struct {
	addr, url string
	stop      func() error
	log       *records // ours only
}

// serve serves h by our server over loopback until the test ends.
func serve(t testing.TB, h http.Handler, change ...func(*Server)) *served {
	t.Helper()
	log := new(records)
	s := &Server{Handler: h, Logger: slog.New(slog.NewTextHandler(log, nil))}
	for _, f := range change {
		f(s)
	}
	return begin(t, s.Serve, s.Close, log)
}

// serveTheirs serves h by net/http's server.
func serveTheirs(t testing.TB, h http.Handler) *served {
	t.Helper()
	s := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	return begin(t, s.Serve, s.Close, nil)
}

func begin(t testing.TB, serve func(net.Listener) error, stop func() error, log *records) *served {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- serve(l) }()
	t.Cleanup(func() {
		_ = stop()
		assert.ErrorIs(t, <-ended, http.ErrServerClosed)
	})
	return &served{l.Addr().String(), "http://" + l.Addr().String(), stop, log}
}

// eachDriver runs a test over each driver.
func eachDriver(t *testing.T, h http.Handler, test func(t *testing.T, s *served)) {
	for _, d := range []conn.Driver{conn.Raw, conn.Stream, conn.Loop} {
		t.Run(d.String(), func(t *testing.T) {
			test(t, serve(t, h, func(s *Server) { s.Driver = d }))
		})
	}
}

// dial returns a connection to s that a read waits for no longer than patience.
func (s *served) dial(t testing.TB) *net.TCPConn {
	t.Helper()
	nc, err := net.Dial("tcp", s.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
	return nc.(*net.TCPConn)
}

// raw sends octets, and returns all that comes back until the server closes.
func (s *served) raw(t testing.TB, octets string) string {
	t.Helper()
	nc := s.dial(t)
	_, err := io.WriteString(nc, octets)
	require.NoError(t, err)
	b, err := io.ReadAll(nc)
	require.NoError(t, err, "after %q", b)
	return string(b)
}

// talk sends octets, and returns the response to a GET and what follows it.
func (s *served) talk(t testing.TB, octets string) (*http.Response, string) {
	t.Helper()
	answer := s.raw(t, octets)
	method, _, _ := strings.Cut(octets, " ")
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(answer)), &http.Request{Method: method})
	require.NoError(t, err, "%q", answer)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err, "%q", answer)
	return resp, string(body)
}

// get is a GET that asks for the connection to be closed.
const get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

// client returns net/http's client, with connections of its own.
func client(t testing.TB) *http.Client {
	tr := &http.Transport{DisableCompression: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: patience}
}

// quiet fails the test if goroutines that it started outlive it. It is called
// first.
func quiet(t testing.TB) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for until := time.Now().Add(patience); runtime.NumGoroutine() > before; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(until) {
				stacks := make([]byte, 1<<20)
				t.Fatalf("goroutines: %d before, now\n%s", before, stacks[:runtime.Stack(stacks, true)])
			}
		}
	})
}
