package nethttp

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadDeadline(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		assert.NoError(t, c.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
		_, err := io.ReadAll(r.Body)
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.NoError(t, c.SetReadDeadline(time.Now().Add(-time.Second)))
		_, err = r.Body.Read(make([]byte, 1))
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.NoError(t, c.SetReadDeadline(time.Time{}), "it can be moved")
		_, err = io.WriteString(w, "send on")
		assert.NoError(t, err)
		assert.NoError(t, c.Flush())
		b, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, " %s %v", b, err)
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		nc := s.dial(t)
		_, err := io.WriteString(nc, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\n")
		require.NoError(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(nc), nil)
		require.NoError(t, err)
		_, err = io.ReadFull(resp.Body, make([]byte, len("send on")))
		require.NoError(t, err)
		_, err = io.WriteString(nc, "hello")
		require.NoError(t, err)
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, " hello <nil>", string(b))
	})
}

func TestReadDeadlineWakesAReadThatWaits(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		failed := make(chan error)
		go func() {
			_, err := r.Body.Read(make([]byte, 1))
			failed <- err
		}()
		time.AfterFunc(10*time.Millisecond, func() { _ = http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0)) })
		assert.ErrorIs(t, <-failed, os.ErrDeadlineExceeded)
		_, _ = io.WriteString(w, "x")
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		_, body := s.talk(t, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
		assert.Equal(t, "x", body)
	})
}

func TestWriteDeadline(t *testing.T) {
	failed := make(chan error, 1)
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
		p := make([]byte, 1<<20)
		for { // nobody reads
			if _, err := w.Write(p); err != nil {
				failed <- err
				return
			}
		}
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		nc := s.dial(t)
		_, err := io.WriteString(nc, get)
		require.NoError(t, err)
		assert.ErrorIs(t, <-failed, os.ErrDeadlineExceeded)
	})
}

func TestWriteDeadlineThatHasPassed(t *testing.T) {
	failed := make(chan error, 1)
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c := http.NewResponseController(w)
		_ = c.SetWriteDeadline(time.Now().Add(-time.Second))
		_, _ = io.WriteString(w, "x")
		failed <- c.Flush()
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		assert.Empty(t, s.raw(t, get))
		assert.ErrorIs(t, <-failed, os.ErrDeadlineExceeded)
	})
}

// TestFullDuplex has a client that sends all before it reads anything, more
// than all buffers on the way hold, and a handler that sends it back at once: if a
// write that is blocked kept the handler from reading, both would wait for ever.
func TestFullDuplex(t *testing.T) {
	const size = 32 << 20
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.NoError(t, http.NewResponseController(w).EnableFullDuplex())
		pieces := make(chan []byte, size>>10) // room for all of it
		go func() {
			defer close(pieces)
			for {
				p := make([]byte, 32<<10)
				n, err := r.Body.Read(p)
				pieces <- p[:n]
				if err != nil {
					assert.ErrorIs(t, err, io.EOF)
					return
				}
			}
		}()
		w.WriteHeader(200)
		for p := range pieces {
			if _, err := w.Write(p); !assert.NoError(t, err) {
				return
			}
		}
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		nc := s.dial(t)
		_, err := fmt.Fprintf(nc, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", size)
		require.NoError(t, err)
		_, err = io.Copy(nc, io.LimitReader(endless('a'), size))
		require.NoError(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(nc), nil)
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		assert.EqualValues(t, size, n)
	})
}

// endless is a reader of one octet over and over.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

func TestPingPongWithinOneExchange(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			fmt.Fprintln(w, strings.ToUpper(lines.Text()))
			flush(w)
		}
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		up, in := io.Pipe()
		resp := make(chan *http.Response, 1)
		go func() {
			r, err := client(t).Post(s.url, "text/plain", up)
			assert.NoError(t, err)
			resp <- r
		}()
		_, _ = io.WriteString(in, "ping 0\n")
		r := <-resp
		defer r.Body.Close()
		back := bufio.NewReader(r.Body)
		for i := range 5 {
			line, err := back.ReadString('\n')
			require.NoError(t, err)
			assert.Equal(t, fmt.Sprintf("PING %d\n", i), line)
			_, _ = fmt.Fprintf(in, "ping %d\n", i+1)
		}
		_ = in.Close()
		_, err := io.Copy(io.Discard, back)
		assert.NoError(t, err)
	})
}
