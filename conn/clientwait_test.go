package conn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

// The response to the request before is no answer to an expectation, not even if that
// request had one, too.
func TestClientExpectWaitsForItsOwnAnswer(t *testing.T) {
	for name, before := range map[string]*Header{"none": host(), "one that timed out": host("Expect", "100-continue")} {
		t.Run("behind "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cc, server := pair(t, &Params{ExpectTimeout: time.Hour})
				require.NoError(t, cc.Send(RequestLine("PUT", "/"), before, []byte("before")))
				wrote := make(chan error, 1)
				go func() { wrote <- cc.Send(RequestLine("POST", "/"), host("Expect", "100-continue"), []byte("abc")) }()
				synctest.Wait()
				_, _ = io.WriteString(server, "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n")
				_, err := cc.ReadResponse(&response{})
				require.NoError(t, err)
				synctest.Wait()
				require.Empty(t, wrote, "this was the answer to PUT")
				_, _ = io.WriteString(server, "HTTP/1.1 100 x\r\n\r\n")
				go func() {
					synctest.Wait()
					_, _ = io.WriteString(server, "HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n")
				}()
				_, err = cc.ReadResponse(&response{})
				require.NoError(t, err)
				require.NoError(t, <-wrote)
			})
		})
	}
}

// A request that begins while the connection is being closed waits for nothing, though
// its octets may still go.
func TestClientExpectWhileClosing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, _ := pair(t, &Params{ExpectTimeout: -1})
		closing := func(cause error) { // what shut does first
			cc.asking.Lock()
			defer cc.asking.Unlock()
			cc.cause = cause
		}
		closing(errClosed)
		wrote := make(chan error, 1)
		go func() { wrote <- cc.Send(RequestLine("POST", "/"), host("Expect", "100-continue"), []byte("abc")) }()
		synctest.Wait()
		assert.Len(t, wrote, 1, "it waits for ever")
		closing(nil)
		require.NoError(t, cc.Close())
		require.ErrorIs(t, <-wrote, errClosed)
	})
}

func TestClientExpectHoldsTheContentBack(t *testing.T) {
	expecting := func() *Header { return host("Expect", "100-continue", "Content-Length", "3") }
	const head = "POST / HTTP/1.1\r\nHost: example.com\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
	for _, c := range []struct {
		name     string
		answer   string
		err      error // of the write
		reusable bool
	}{
		{"until 100", "HTTP/1.1 100 Continue\r\n\r\n", nil, true},
		{"until the timeout", "", nil, true},
		{"for ever after 403", "HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n", ErrNotContinued, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cc, server := pair(t, nil)
				wrote := make(chan error, 1)
				begun := time.Now()
				go func() { wrote <- cc.Send(RequestLine("POST", "/"), expecting(), []byte("abc")) }()
				synctest.Wait()
				read := make(chan error, 1)
				var r response
				var reusable bool
				go func() {
					var err error
					reusable, err = cc.ReadResponse(&r)
					read <- err
				}()
				require.Equal(t, head, took(t, server))
				_, _ = io.WriteString(server, c.answer)
				err := <-wrote
				if c.err != nil {
					require.ErrorIs(t, err, c.err)
				} else {
					require.NoError(t, err)
					require.Equal(t, "abc", took(t, server))
					if c.answer == "" {
						require.Equal(t, time.Second, time.Since(begun))
					} else {
						require.Zero(t, time.Since(begun))
					}
					_, _ = io.WriteString(server, "HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n")
				}
				require.NoError(t, <-read)
				require.Equal(t, c.reusable, reusable)
				require.Equal(t, 1, r.finished)
				if c.err != nil {
					rest, err := io.ReadAll(server)
					require.NoError(t, err)
					require.Empty(t, rest, "the content was never sent")
				}
			})
		})
	}
}

func TestClientCloseEndsTheWaitForContinue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, _ := pair(t, &Params{ExpectTimeout: -1})
		wrote := make(chan error, 1)
		go func() {
			wrote <- cc.WriteHeaders(RequestLine("POST", "/"), host("Expect", "100-continue"), []byte("x"))
		}()
		synctest.Wait()
		require.NoError(t, cc.Close())
		require.ErrorIs(t, <-wrote, net.ErrClosed)
	})
}

func TestClientSlowDataReceivedIsAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, &Params{BodyTimeout: 2 * time.Second})
		require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
		_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
		go func() {
			time.Sleep(time.Second)
			_, _ = io.WriteString(server, "cd")
		}()
		inside := false
		r := response{onData: func([]byte) error {
			require.False(t, inside)
			inside = true
			time.Sleep(time.Minute) // ours, so not the peer's
			inside = false
			return nil
		}}
		_, err := cc.ReadResponse(&r)
		require.NoError(t, err)
		require.Equal(t, []string{"ab", "cd"}, r.pieces)
	})
}

func TestClientTimeouts(t *testing.T) {
	for _, c := range []struct {
		name   string
		params Params
		wire   string
		err    error
		after  time.Duration
	}{
		{"head", Params{HeaderTimeout: 3 * time.Second}, "HTTP/1.1 2", ErrHeaderTimeout, 3 * time.Second},
		{"body", Params{BodyTimeout: 3 * time.Second}, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", ErrBodyTimeout, 3 * time.Second},
		{"rate", Params{MinBodyRate: 1000}, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", ErrBodyTimeout, 5 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			cc, server := pair(t, &c.params)
			require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
			_, _ = io.WriteString(server, c.wire)
			begun := time.Now()
			_, err := cc.ReadResponse(&response{})
			require.ErrorIs(t, err, c.err, c.name)
			took := time.Since(begun)
			require.GreaterOrEqual(t, took, c.after, c.name)
			require.LessOrEqual(t, took, c.after+2*tick, c.name)
		})
	}
}

func TestClientWriteTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, _ := pair(t, &Params{WriteTimeout: 3 * time.Second})
		body := make([]byte, 1<<20)
		read := make(chan error, 1)
		require.NoError(t, cc.WriteHeaders(RequestLine("PUT", "/"), host(), nil))
		go func() {
			_, err := cc.ReadResponse(&response{})
			read <- err
		}()
		_, err := cc.Write(body)
		require.ErrorIs(t, err, ErrWriteTimeout)
		require.ErrorIs(t, <-read, ErrWriteTimeout)
	})
}

func TestClientCloseWakesTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, _ := pair(t, nil)
		require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
		read := make(chan error, 1)
		go func() {
			_, err := cc.ReadResponse(&response{})
			read <- err
		}()
		synctest.Wait()
		require.NoError(t, cc.Close())
		require.ErrorIs(t, <-read, net.ErrClosed)
	})
}

func TestClientErrorsOfTheDelegate(t *testing.T) {
	own := errors.New("own")
	for name, r := range map[string]*response{
		"head error": {onHead: func(*Fields) error { return own }},
		"data error": {onData: func([]byte) error { return own }},
		"head panic": {onHead: func(*Fields) error { panic("x") }},
		"data panic": {onData: func([]byte) error { panic("x") }},
	} {
		synctest.Test(t, func(t *testing.T) {
			cc, server := pair(t, &Params{Logger: quiet})
			require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
			_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
			reusable, err := cc.ReadResponse(r)
			require.Error(t, err, name)
			require.False(t, reusable)
			require.Equal(t, []error{err}, r.closed, name)
			require.Zero(t, r.finished)
			if strings.HasSuffix(name, "error") {
				require.Equal(t, own, err)
			}
			_, err = server.Write([]byte("x"))
			require.Error(t, err, "the connection is closed")
		})
	}
}

func TestClientFullDuplex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, nil)
		go func() { _, _ = io.Copy(server, server) }() // sends back what it is sent
		// What comes back of the request must be a response, so it is in the content.
		const chunk = 100 << 10
		_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\n\r\n")
		require.NoError(t, cc.WriteHeaders(RequestLine("POST", "/"), host(), nil))
		wrote := make(chan error, 1)
		go func() {
			for range 20 {
				if _, err := cc.Write(bytes.Repeat([]byte("x"), chunk)); err != nil {
					wrote <- err
					return
				}
			}
			wrote <- cc.Finish()
		}()
		got := 0
		const last = "\r\n0\r\n\r\n"
		end := make([]byte, len(last)) // of what has come back
		r := response{onData: func(p []byte) error {
			got += len(p)
			if end = append(end, p...); bytes.HasSuffix(end, []byte(last)) {
				_ = server.CloseWrite() // not before all has been written
			}
			end = append(end[:0], end[len(end)-len(last):]...)
			return nil
		}}
		_, err := cc.ReadResponse(&r)
		require.NoError(t, err)
		require.NoError(t, <-wrote)
		require.Greater(t, got, 20*chunk)
	})
}

func TestClientLargeBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, nil)
		body := string(text(100 << 10))
		require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
		go func() { _, _ = fmt.Fprintf(server, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body) }()
		var r response
		reusable, err := cc.ReadResponse(&r)
		require.NoError(t, err)
		require.True(t, reusable)
		require.Equal(t, body, r.body())
		for _, p := range r.pieces {
			require.LessOrEqual(t, len(p), DefaultChunkSize)
		}
	})
}

func TestClientDetach(t *testing.T) {
	for _, c := range []struct{ method, target, answer string }{
		{"GET", "/", "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"},
		{"CONNECT", "example.com:443", "HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			cc, server := pair(t, nil)
			h := host()
			if c.method == "GET" {
				h.Add("Connection", "upgrade")
				h.Add("Upgrade", "echo")
			}
			require.NoError(t, cc.Send(RequestLine(c.method, c.target), h, nil))
			_, _ = io.WriteString(server, c.answer+"residual")
			var nc net.Conn
			r := response{}
			r.onHead = func(*Fields) error {
				var residual []byte
				var err error
				nc, residual, err = cc.Detach()
				require.NoError(t, err)
				require.Equal(t, "residual", string(residual))
				_, _, err = cc.Detach()
				require.ErrorIs(t, err, ErrDetached)
				return nil
			}
			reusable, err := cc.ReadResponse(&r)
			require.NoError(t, err)
			require.False(t, reusable)
			require.Zero(t, r.finished)
			require.Empty(t, r.closed)
			require.NoError(t, cc.Close())
			require.ErrorIs(t, cc.Send(RequestLine("GET", "/"), host(), nil), ErrDetached)

			took(t, server)
			_, err = io.WriteString(nc, "ping")
			require.NoError(t, err)
			require.Equal(t, "ping", took(t, server))
			require.NoError(t, nc.Close())
		})
	}
}

func TestClientKeptFieldsShowNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, nil)
		require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
		_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 0\r\n\r\n")
		var kept string
		r := response{onHead: func(f *Fields) error { kept = f.String("x"); return nil }}
		_, err := cc.ReadResponse(&r)
		require.NoError(t, err)
		require.Equal(t, "y", kept)
		require.Zero(t, r.late.Len())
		require.Empty(t, r.late.String("X"))
		_, ok := r.late.Lookup("X")
		require.False(t, ok)
	})
}

func TestClientContextSaysWhyTheConnectionClosed(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(cc *ClientConn, server *conntest.Conn)
		want error
	}{
		"closed by us": {func(cc *ClientConn, _ *conntest.Conn) { _ = cc.Close() }, net.ErrClosed},
		"peer left": {func(cc *ClientConn, server *conntest.Conn) {
			_ = cc.Send(RequestLine("GET", "/"), host(), nil)
			_ = server.CloseWrite()
			_, _ = cc.ReadResponse(&response{})
		}, io.ErrUnexpectedEOF},
		"detached": {func(cc *ClientConn, _ *conntest.Conn) {
			nc, _, err := cc.Detach()
			if err == nil {
				_ = nc.Close()
			}
		}, ErrDetached},
	} {
		synctest.Test(t, func(t *testing.T) {
			cc, server := pair(t, nil)
			called := false
			cc.SetCloseCallback(func() { called = true })
			ctx := cc.Context()
			require.NoError(t, ctx.Err())
			c.end(cc, server)
			synctest.Wait()
			require.ErrorIs(t, context.Cause(ctx), c.want, name)
			require.True(t, called)
			late, _ := pair(t, nil)
			_ = late.Close()
			require.Error(t, late.Context().Err(), "asked for when it is over")
		})
	}
}
