package conn

import (
	"crypto/rand"
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
)

// Large responses to peers that read slowly take every path of writing: whole,
// in part, and blocked.
func TestLargeResponses(t *testing.T) {
	body := make([]byte, 3<<20)
	_, _ = rand.Read(body)
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, body, 0o600))
	send := map[string]func(c Conn) error{
		"reply": func(c Conn) error { return c.Reply(StatusLine(200), nil, body) },
		"write": func(c Conn) error {
			h := new(Header)
			h.AddInt("Content-Length", int64(len(body)))
			if err := c.WriteHeaders(StatusLine(200), h, body[:100]); err != nil {
				return err
			}
			for rest := body[100:]; len(rest) > 0; {
				n := min(len(rest), 50_000)
				if _, err := c.Write(rest[:n]); err != nil {
					return err
				}
				rest = rest[n:]
			}
			return c.Finish()
		},
		"file": func(c Conn) error {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			defer f.Close()
			h := new(Header)
			h.AddInt("Content-Length", int64(len(body)))
			if err := c.WriteHeaders(StatusLine(200), h, nil); err != nil {
				return err
			}
			if n, err := c.ReadFrom(f); err != nil || n != int64(len(body)) {
				return io.ErrShortWrite
			}
			return c.Finish()
		},
	}
	onDrivers(t, func(t *testing.T, s *Server) {
		for name, f := range send {
			one := &Server{Driver: s.Driver, Logger: quiet, Delegate: &recorder{
				closed: make(chan struct{}),
				finish: func(c Conn, _ []byte) error { return f(c) },
			}}
			nc := dial(t, listen(t, one))
			_ = nc.SetReadBuffer(64 << 10)
			_, _ = io.WriteString(nc, get)
			head := 0
			var got []byte
			buf := make([]byte, 100_000)
			for head == 0 || len(got)-head < len(body) {
				n, err := nc.Read(buf)
				require.NoError(t, err, name)
				got = append(got, buf[:n]...)
				if i := strings.Index(string(got[:min(len(got), 1000)]), "\r\n\r\n"); head == 0 && i > 0 {
					head = i + 4
				}
			}
			assert.True(t, string(got[head:]) == string(body), name)
			_ = nc.Close()
			_ = one.Close()
		}
		s.Delegate = newRecorder()
		_ = listen(t, s)
	})
}

// listenTightly is listen with little room for what is sent, which connections
// inherit: else the kernel takes nearly all at once.
func listenTightly(t *testing.T, s *Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	rc, err := l.(*net.TCPListener).SyscallConn()
	require.NoError(t, err)
	require.NoError(t, rc.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF, 64<<10)
	}))
	go func() { _ = s.Serve(l) }()
	return l.Addr().String()
}

// sendsFile answers with what f is read to be, which are n octets, and keeps how it went.
func sendsFile(open func() (*os.File, error), n int64, failed *error) func(c Conn, _ []byte) error {
	return func(c Conn, _ []byte) error {
		f, err := open()
		if err != nil {
			return err
		}
		defer f.Close()
		h := new(Header)
		h.AddInt("Content-Length", n)
		if err := c.WriteHeaders(StatusLine(200), h, nil); err != nil {
			return err
		}
		if _, *failed = c.ReadFrom(f); *failed == nil {
			*failed = c.Finish()
		}
		return *failed
	}
}

// What is called a file need not be one that the kernel can send.
func TestFilesThatAreNone(t *testing.T) {
	pipe := func() (*os.File, error) {
		r, w, err := os.Pipe()
		if err == nil {
			_, _ = w.WriteString("hello")
			err = w.Close()
		}
		return r, err
	}
	files := map[string]func() (*os.File, error){"hello": pipe}
	const madeUp = "/proc/sys/kernel/ostype"
	if content, err := os.ReadFile(madeUp); err == nil {
		files[string(content)] = func() (*os.File, error) { return os.Open(madeUp) }
	}
	onDrivers(t, func(t *testing.T, s *Server) {
		for want, open := range files {
			var failed error
			r := newRecorder()
			r.finish = sendsFile(open, int64(len(want)), &failed)
			one := &Server{Driver: s.Driver, Logger: quiet, Delegate: r}
			assert.Equal(t, answers200(want), exchangeAll(t, listen(t, one), get))
			<-r.closed
			assert.NoError(t, failed)
			_ = one.Close()
		}
		s.Delegate = newRecorder()
		_ = listen(t, s)
	})
}

// A file is sent up to what Content-Length has promised.
func TestFilesThatAreTooLong(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, []byte("hello, world"), 0o600))
	onDrivers(t, func(t *testing.T, s *Server) {
		for _, limit := range []int64{0, 5, 6} { // none, what fits, and more
			r := newRecorder()
			r.finish = func(c Conn, _ []byte) error {
				f, err := os.Open(name)
				if err != nil {
					return err
				}
				defer f.Close()
				h := new(Header)
				h.AddInt("Content-Length", 5)
				if err := c.WriteHeaders(StatusLine(200), h, nil); err != nil {
					return err
				}
				var from io.Reader = f
				if limit > 0 {
					from = io.LimitReader(f, limit)
				}
				n, err := c.ReadFrom(from)
				assert.EqualValues(t, 5, n)
				assert.NoError(t, err)
				return c.Finish()
			}
			one := &Server{Driver: s.Driver, Logger: quiet, Delegate: r}
			assert.Equal(t, answers200("hello"), exchangeAll(t, listen(t, one), get))
			_ = one.Close()
		}
		s.Delegate = newRecorder()
		_ = listen(t, s)
	})
}

func TestPeersThatDoNotReadTheirFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	const size = 16 << 20
	require.NoError(t, os.WriteFile(name, make([]byte, size), 0o600))
	onDrivers(t, func(t *testing.T, s *Server) {
		var failed error
		r := newRecorder()
		r.finish = sendsFile(func() (*os.File, error) { return os.Open(name) }, size, &failed)
		s.Params.WriteTimeout = 3 * tick
		s.Delegate = r
		nc := dial(t, listenTightly(t, s))
		_ = nc.SetReadBuffer(64 << 10)
		_, _ = io.WriteString(nc, get)
		<-r.closed
		assert.ErrorIs(t, failed, ErrWriteTimeout)
		_ = nc.Close()
	})
}

// WriteTimeout is for peers that do not read, not for those that read slowly.
func TestSlowReadersGetTheirFile(t *testing.T) {
	body := make([]byte, 8<<20)
	_, _ = rand.Read(body)
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, body, 0o600))
	onDrivers(t, func(t *testing.T, s *Server) {
		r := newRecorder()
		var failed error
		r.finish = sendsFile(func() (*os.File, error) { return os.Open(name) }, int64(len(body)), &failed)
		s.Params.WriteTimeout = time.Minute
		s.Delegate = r
		nc := dial(t, listenTightly(t, s))
		_ = nc.SetReadBuffer(64 << 10)
		settles(t, func() bool { return connsOf(s) == 1 }, "not accepted")
		sc := s.connections()[0]
		_, _ = io.WriteString(nc, getClose)
		got := make([]byte, 6<<20)
		for part := got; len(part) > 0; part = part[1<<20:] { // more than what is under way, so the server has to send
			_, err := io.ReadFull(nc, part[:1<<20])
			require.NoError(t, err)
			s.clock.pass(s.Params.WriteTimeout / 2) // and for longer than the timeout, all in all
			s.clock.settlesTick(t)
			settles(t, func() bool { return sc.writeBy.Load() != late }, "who was woken does not go on")
		}
		rest, err := io.ReadAll(nc)
		require.NoError(t, err)
		assert.True(t, strings.HasSuffix(string(got)+string(rest), "\r\n\r\n"+string(body)))
		_ = nc.Close()
		<-r.closed
		assert.NoError(t, failed)
	})
}

// The end of a long chunk waits for what follows, unless the handler flushes: then
// nothing of it does.
func TestLongChunksAreFlushed(t *testing.T) {
	content := strings.Repeat("x", 48<<10)
	onDrivers(t, func(t *testing.T, s *Server) {
		arrived := make(chan struct{})
		r := newRecorder()
		r.finish = func(c Conn, _ []byte) error {
			if err := c.WriteHeaders(StatusLine(200), nil, []byte(content)); err != nil {
				return err
			}
			if err := c.Flush(); err != nil {
				return err
			}
			<-arrived
			return c.Finish()
		}
		s.Delegate = r
		nc := dial(t, listen(t, s))
		defer nc.Close()
		_, _ = io.WriteString(nc, getClose)
		var got []byte
		buf := make([]byte, len(content))
		for !strings.HasSuffix(string(got), content+"\r\n") {
			n, err := nc.Read(buf)
			require.NoError(t, err)
			got = append(got, buf[:n]...)
		}
		close(arrived)
		rest, err := io.ReadAll(nc)
		require.NoError(t, err)
		assert.Equal(t, "0\r\n\r\n", string(rest))
	})
}
