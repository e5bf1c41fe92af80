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
