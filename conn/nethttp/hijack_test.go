package nethttp

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHijackGivesTheConnectionAndWhatCameEarly(t *testing.T) {
	quiet(t)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nc, rw, err := w.(http.Hijacker).Hijack()
		if !assert.NoError(t, err) {
			return
		}
		defer nc.Close()
		early := rw.Reader.Buffered()
		assert.NoError(t, r.Context().Err(), "a hijacked connection's request is not over")
		_, err = w.Write([]byte("x"))
		assert.ErrorIs(t, err, http.ErrHijacked)
		_, _, err = w.(http.Hijacker).Hijack()
		assert.ErrorIs(t, err, http.ErrHijacked)
		line, _ := rw.ReadString('\n')
		fmt.Fprintf(rw, "%d %s", early, line)
		_ = rw.Flush()
		more, _ := rw.ReadString('\n')
		_, _ = io.WriteString(nc, more)
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		nc := s.dial(t)
		_, err := io.WriteString(nc, "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nearly\n")
		require.NoError(t, err)
		r := bufio.NewReader(nc)
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, "6 early\n", line)
		_, err = io.WriteString(nc, "late\n")
		require.NoError(t, err)
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Equal(t, "late\n", string(rest))
	})
}

func TestHijackSendsTheHeadThatWasWritten(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Upgrade", "x")
		w.Header().Set("Connection", "Upgrade")
		w.WriteHeader(http.StatusSwitchingProtocols)
		nc, _, err := http.NewResponseController(w).Hijack()
		if assert.NoError(t, err) {
			_, _ = io.WriteString(nc, "over to x")
			_ = nc.Close()
		}
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		got := s.raw(t, "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
		assert.Regexp(t, "(?s)^HTTP/1.1 101 Switching Protocols\r\nDate: [^\r]*\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nover to x$", got)
		assert.NotContains(t, strings.ToLower(got), "content-length")
	})
}

func TestHijackedConnectionOutlivesItsHandlerAndShutdown(t *testing.T) {
	quiet(t)
	hijacked := make(chan net.Conn, 1)
	returns := make(chan struct{})
	s := &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nc, _, err := http.NewResponseController(w).Hijack()
		assert.NoError(t, err)
		hijacked <- nc
		<-returns
		assert.NoError(t, r.Context().Err())
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = s.Serve(l) }()
	nc, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer nc.Close()
	_, err = io.WriteString(nc, get)
	require.NoError(t, err)
	theirs := <-hijacked
	defer theirs.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	require.NoError(t, s.Shutdown(ctx), "Shutdown must not wait for the handler")
	close(returns)
	_, err = io.WriteString(theirs, "still there\n")
	require.NoError(t, err)
	line, err := bufio.NewReader(nc).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "still there\n", line)
}

// A handler may have another goroutine hijack, as long as it has not returned itself.
func TestHijackOnAnotherGoroutine(t *testing.T) {
	quiet(t)
	hijack := func(w http.ResponseWriter) error {
		failed := make(chan error)
		go func() {
			nc, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(nc, "hijacked")
				_ = nc.Close()
			}
			failed <- err
		}()
		return <-failed
	}
	kept := make(chan http.ResponseWriter, 1)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/keep" {
			kept <- w
			return
		}
		if r.ContentLength > 0 {
			_, _ = io.ReadFull(r.Body, make([]byte, 1))
		}
		assert.NoError(t, hijack(w))
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		for _, send := range []string{
			"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
		} {
			nc := s.dial(t)
			_, err := io.WriteString(nc, send)
			require.NoError(t, err)
			b, err := io.ReadAll(nc)
			if err == nil { // what nobody has read resets
				assert.Equal(t, "hijacked", string(b))
			}
		}
		nc := s.dial(t)
		_, err := io.WriteString(nc, "GET /keep HTTP/1.1\r\nHost: a\r\n\r\n")
		require.NoError(t, err)
		_, err = io.ReadFull(nc, make([]byte, 20))
		require.NoError(t, err)
		assert.Error(t, hijack(<-kept), "the handler has returned")
	})
}
