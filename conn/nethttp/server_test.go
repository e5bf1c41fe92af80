package nethttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/conntest"
)

func TestPanicIsLoggedAndClosesTheConnection(t *testing.T) {
	quiet(t)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "half")
		if r.URL.Path == "/flushed" {
			flush(w)
		}
		panic("oh no")
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		assert.Empty(t, s.raw(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "nothing had been sent, and nothing is")
		got := s.raw(t, "GET /flushed HTTP/1.1\r\nHost: a\r\n\r\n")
		assert.Contains(t, got, "4\r\nhalf\r\n")
		assert.NotContains(t, got, "\r\n0\r\n", "the response must not look complete")
		assert.Contains(t, s.log.String(), "oh no")
		assert.Contains(t, s.log.String(), "TestPanicIsLogged", "the stack")
	})
}

func TestErrAbortHandlerIsNotLogged(t *testing.T) {
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	eachDriver(t, h, func(t *testing.T, s *served) {
		assert.Empty(t, s.raw(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
		assert.Empty(t, s.log.String())
	})
}

func TestHandlerThatEndsItsGoroutine(t *testing.T) {
	quiet(t)
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { runtime.Goexit() })
	eachDriver(t, h, func(t *testing.T, s *served) {
		assert.Empty(t, s.raw(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
		assert.Empty(t, s.log.String())
	})
}

func TestContextIsCancelledWhenThePeerLeaves(t *testing.T) {
	quiet(t)
	waiting, left := make(chan struct{}), make(chan error)
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		ctx, cancel := context.WithCancel(r.Context()) // a child of it is cancelled, too
		defer cancel()
		waiting <- struct{}{}
		<-ctx.Done()
		left <- ctx.Err()
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		for _, octets := range []string{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"} {
			nc := s.dial(t)
			_, err := io.WriteString(nc, octets)
			require.NoError(t, err)
			<-waiting
			require.NoError(t, nc.Close())
			assert.ErrorIs(t, <-left, context.Canceled)
		}
	})
}

func TestContextIsOverWithTheHandler(t *testing.T) {
	contexts := make(chan context.Context, 2)
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/asked" {
			assert.NoError(t, r.Context().Err())
		}
		contexts <- r.Context()
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		s.raw(t, "GET /asked HTTP/1.1\r\nHost: a\r\n\r\n"+get)
		for range 2 {
			ctx := <-contexts
			<-ctx.Done()
			assert.ErrorIs(t, ctx.Err(), context.Canceled)
		}
	})
}

func TestContextValues(t *testing.T) {
	type key string
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		assert.Equal(t, "base", ctx.Value(key("base")))
		assert.Equal(t, "conn", ctx.Value(key("conn")))
		assert.IsType(t, (*http.Server)(nil), ctx.Value(http.ServerContextKey))
		assert.Implements(t, (*net.Addr)(nil), ctx.Value(http.LocalAddrContextKey))
		assert.Nil(t, ctx.Value(key("other")))
		_ = ctx.Done()
		assert.Equal(t, "conn", ctx.Value(key("conn")))
		fmt.Fprint(w, ctx.Value(http.LocalAddrContextKey))
	})
	s := serve(t, h, func(s *Server) {
		s.BaseContext = func(net.Listener) context.Context {
			return context.WithValue(context.Background(), key("base"), "base")
		}
		s.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, key("conn"), "conn")
		}
	})
	_, body := s.talk(t, get)
	assert.Equal(t, s.addr, body)
}

func TestContextsMustNotBeNil(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &Server{BaseContext: func(net.Listener) context.Context { return nil }}
	assert.PanicsWithValue(t, "nethttp: BaseContext returned nil", func() { _ = s.Serve(l) })
}

func TestConnStates(t *testing.T) {
	var mu sync.Mutex
	var states []http.ConnState
	closed := make(chan struct{}, 1)
	s := serve(t, http.NotFoundHandler(), func(s *Server) {
		s.ConnState = func(nc net.Conn, state http.ConnState) {
			mu.Lock()
			defer mu.Unlock()
			assert.NotNil(t, nc)
			states = append(states, state)
			if state == http.StateClosed {
				closed <- struct{}{}
			}
		}
	})
	nc := s.dial(t)
	for range 2 {
		_, err := io.WriteString(nc, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		require.NoError(t, err)
		_, err = nc.Read(make([]byte, 4096))
		require.NoError(t, err)
	}
	require.NoError(t, nc.Close())
	<-closed
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, []http.ConnState{http.StateNew, http.StateActive, http.StateIdle, http.StateActive, http.StateIdle, http.StateClosed}, states)
}

func TestShutdownFinishesWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, goOn := make(chan struct{}), make(chan struct{})
		told := make(chan struct{})
		s := &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(begun)
			<-goOn
			_, _ = io.WriteString(w, "done")
		})}
		s.RegisterOnShutdown(func() { close(told) })
		l := conntest.Listen()
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		body := make(chan string, 1)
		go func() {
			c := &http.Client{Transport: &http.Transport{DialContext: l.DialContext}}
			resp, err := c.Get("http://a/")
			if assert.NoError(t, err) {
				b, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				assert.True(t, resp.Close)
				body <- string(b)
			}
		}()
		<-begun
		ended := make(chan error, 1)
		go func() { ended <- s.Shutdown(context.Background()) }()
		<-told
		assert.ErrorIs(t, <-served, http.ErrServerClosed)
		synctest.Wait()
		assert.Empty(t, ended, "Shutdown did not wait")
		close(goOn)
		assert.NoError(t, <-ended)
		assert.Equal(t, "done", <-body)
		assert.ErrorIs(t, s.Serve(l), http.ErrServerClosed)
	}) // which fails if a goroutine is left
}

func TestBodyLimit(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) && r.URL.Path == "/told" {
			http.Error(w, fmt.Sprint("most: ", tooLarge.Limit), http.StatusTeapot)
		}
	})
	s := serve(t, h, func(s *Server) { s.Params.MaxBodySize = 4 })
	for _, content := range []string{"Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"} {
		resp, _ := s.talk(t, "POST / HTTP/1.1\r\nHost: a\r\n"+content)
		assert.Equal(t, 413, resp.StatusCode, "if the handler does not answer, the connection does")
		resp, body := s.talk(t, "POST /told HTTP/1.1\r\nHost: a\r\n"+content)
		assert.Equal(t, http.StatusTeapot, resp.StatusCode)
		assert.Equal(t, "most: 4\n", body)
	}
}

func TestExpectContinue(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refused" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		b, _ := io.ReadAll(r.Body)
		_, _ = w.Write(b)
	})
	eachDriver(t, h, func(t *testing.T, s *served) {
		nc := s.dial(t)
		_, err := io.WriteString(nc, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
		require.NoError(t, err)
		p := make([]byte, 4096)
		n, err := nc.Read(p)
		require.NoError(t, err)
		assert.Equal(t, "HTTP/1.1 100 Continue\r\n\r\n", string(p[:n]))
		_, err = io.WriteString(nc, "hello")
		require.NoError(t, err)
		n, err = nc.Read(p)
		require.NoError(t, err)
		assert.Contains(t, string(p[:n]), "\r\n\r\nhello")

		got := s.raw(t, "POST /refused HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
		assert.Regexp(t, "^HTTP/1.1 403 ", got)
		assert.Contains(t, got, "Connection: close", "the content may or may not come")
	})
}

// What a handler makes of the method, as some do so that others need know GET only,
// is not what the client has asked.
func TestHeadThatWasMadeGet(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Method = http.MethodGet
		_, _ = io.WriteString(w, strings.Repeat("x", len(r.URL.Path)))
	})
	for _, path := range []string{"/", "/" + strings.Repeat("a", 5000)} {
		answer := serve(t, h).raw(t, "HEAD "+path+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		assert.True(t, strings.HasSuffix(answer, "\r\n\r\n"), "%.400q", answer)
	}
}

func TestSuperfluousWriteHeaderSaysWhere(t *testing.T) {
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "x")
		w.WriteHeader(500)
	}))
	resp, _ := s.talk(t, get)
	assert.Equal(t, 200, resp.StatusCode)
	assert.Regexp(t, `superfluous WriteHeader.*status=500.*TestSuperfluousWriteHeaderSaysWhere\.func1 .*server_test\.go:\d+`, s.log.String())
}

func TestBodyIsClosedWhenTheHandlerHasReturned(t *testing.T) {
	bodies := make(chan io.Reader, 1)
	eachDriver(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { bodies <- r.Body }), func(t *testing.T, s *served) {
		s.raw(t, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\nConnection: close\r\n\r\nx")
		_, err := (<-bodies).Read(make([]byte, 1))
		assert.ErrorIs(t, err, http.ErrBodyReadAfterClose)
	})
}

func TestNothingIsWrittenWhenTheHandlerHasReturned(t *testing.T) {
	kept := make(chan http.ResponseWriter, 1)
	eachDriver(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { kept <- w }), func(t *testing.T, s *served) {
		assert.NotContains(t, s.raw(t, get), "late")
		w := <-kept
		_, err := io.WriteString(w, "late")
		assert.ErrorIs(t, err, conn.ErrFinished)
		assert.ErrorIs(t, http.NewResponseController(w).Flush(), conn.ErrFinished)
	})
}
