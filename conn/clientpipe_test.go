package conn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// doubled waits for requests in twos before it answers them.
func doubled(p *peer) {
	if _, _, ok := p.request(); !ok {
		return
	}
	p.reply("first")
	for i := 1; ; i += 2 {
		_, _, one := p.request()
		_, _, two := p.request()
		if !one || !two {
			return
		}
		p.reply(fmt.Sprint(i))
		p.reply(fmt.Sprint(i + 1))
	}
}

func TestClientPipelines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, doubled)
		c := newTestClient(t, o, func(c *Client) { c.Pipeline, c.MaxConnsPerHost = 2, 1 })
		require.Equal(t, "first", mustDo(t, c, getRequest()))
		var group sync.WaitGroup
		got := make([]string, 10)
		for i := range got {
			group.Go(func() { got[i] = mustDo(t, c, getRequest()) })
			synctest.Wait()
		}
		group.Wait()
		for i, body := range got {
			require.Equal(t, fmt.Sprint(i+1), body)
		}
		require.EqualValues(t, 1, o.conns.Load())
	})
}

// Nothing is sent behind a request to which no response has shown yet that the
// connection persists (RFC 9112 §9.3.2).
func TestClientDoesNotPipelineOnAFreshConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan struct{})
		o := newOrigin(t, func(p *peer) {
			_, _, _ = p.request()
			<-answer
			p.reply("x")
		})
		c := newTestClient(t, o, func(c *Client) { c.Pipeline = 4 })
		var group sync.WaitGroup
		for i := range 3 {
			group.Go(func() { mustDo(t, c, getRequest()) })
			synctest.Wait()
			require.EqualValues(t, i+1, o.conns.Load())
		}
		close(answer)
		group.Wait()
	})
}

func TestClientPipelinesOnlyWhatMayBe(t *testing.T) {
	expect := new(Header)
	expect.Add("Connection", "upgrade")
	expect.Add("Upgrade", "x")
	for _, r := range []*Request{
		{Method: "POST"}, {Method: "PUT", Content: []byte("x")}, {Method: "PUT", Body: failing{io.EOF}},
		{Method: "CONNECT"}, {Header: expect}, {Method: "PATCH"},
	} {
		require.False(t, r.pipelines(), r.Method)
	}
	for _, method := range []string{"", "GET", "HEAD", "OPTIONS", "DELETE", "TRACE"} {
		require.True(t, (&Request{Method: method}).pipelines(), method)
	}
}

func TestClientPipelineFailsTogether(t *testing.T) {
	for _, policy := range []RetryPolicy{RetryUnsent, RetryIdempotent} {
		synctest.Test(t, func(t *testing.T) {
			o := newOrigin(t, func(p *peer) {
				_, _, _ = p.request()
				p.reply("first")
				if p.number == 1 {
					_, _, _ = p.request()
					_, _, _ = p.request()
					return
				}
				for {
					if _, _, ok := p.request(); !ok {
						return
					}
					p.reply("again")
				}
			})
			c := newTestClient(t, o, func(c *Client) { c.Pipeline, c.MaxConnsPerHost, c.Retry = 2, 1, policy })
			mustDo(t, c, getRequest())
			var group sync.WaitGroup
			var failed, answered atomic.Int32
			for range 2 {
				group.Go(func() {
					if _, err := do(c, getRequest()); err != nil {
						failed.Add(1)
					} else {
						answered.Add(1)
					}
				})
			}
			group.Wait()
			if policy == RetryUnsent {
				require.EqualValues(t, 2, failed.Load())
			} else {
				require.EqualValues(t, 2, answered.Load())
			}
		})
	}
}

func TestClientPipelineGivenUpInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			for i := 0; ; i++ {
				if _, _, ok := p.request(); !ok {
					return
				}
				if i == 0 {
					p.reply("first")
				}
			}
		})
		c := newTestClient(t, o, func(c *Client) { c.Pipeline, c.MaxConnsPerHost = 4, 1 })
		mustDo(t, c, getRequest())
		own := errors.New("own")
		ctx, cancel := context.WithCancelCause(context.Background())
		errs := make(chan error, 3)
		for i := range 3 {
			go func() {
				with := context.Background()
				if i == 1 {
					with = ctx
				}
				_, err := c.Do(with, getRequest())
				errs <- err
			}()
			synctest.Wait()
		}
		cancel(own)
		for range 3 {
			require.ErrorIs(t, <-errs, own, "the connection is closed for that reason")
		}
	})
}

func TestClientTunnels(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		request      func() *Request
	}{
		{"upgrade", "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n", func() *Request {
			r := getRequest()
			r.Header = new(Header)
			r.Header.Add("Connection", "upgrade")
			r.Header.Add("Upgrade", "echo")
			return r
		}},
		{"CONNECT", "HTTP/1.1 200 x\r\n\r\n", func() *Request {
			return &Request{Method: "CONNECT", Addr: "proxy:3128", Target: "example.com:443", Host: "example.com:443"}
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := newOrigin(t, func(p *peer) {
				_, _, _ = p.request()
				p.send(c.answer + "early")
				_, _ = io.Copy(p, p.r)
			})
			client := newTestClient(t, o, func(c *Client) { c.MaxConnsPerHost = 1 })
			for range 2 { // a detached connection does not count
				ctx, cancel := context.WithCancel(context.Background())
				resp, err := client.Do(ctx, c.request())
				require.NoError(t, err, c.name)
				nc, residual, err := resp.Detach()
				require.NoError(t, err)
				require.NoError(t, resp.Close())
				cancel() // is nothing to the tunnel
				synctest.Wait()
				got := string(residual)
				_, err = io.WriteString(nc, "ping")
				require.NoError(t, err)
				for len(got) < len("earlyping") {
					p := make([]byte, 10)
					n, err := nc.Read(p)
					require.NoError(t, err)
					got += string(p[:n])
				}
				require.Equal(t, "earlyping", got)
				require.NoError(t, nc.Close())
			}
			resp, err := client.Do(context.Background(), c.request())
			require.NoError(t, err)
			_, err = resp.Read(make([]byte, 1))
			require.Equal(t, io.EOF, err)
			require.NoError(t, resp.Close(), "not wanted, it is closed")
			_, _, err = resp.Detach()
			require.Error(t, err)
		})
	}
}

func TestClientDetachesTunnelsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, echo)
		c := newTestClient(t, o, nil)
		resp, err := c.Do(context.Background(), getRequest())
		require.NoError(t, err)
		_, _, err = resp.Detach()
		require.Error(t, err)
		body, err := io.ReadAll(resp)
		require.NoError(t, err)
		require.Equal(t, "1.1 GET ", string(body))
		require.NoError(t, resp.Close())
	})
}

func TestClientTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, echo)
		c := newTestClient(t, o, nil)
		var told []string
		note := func(format string, a ...any) { told = append(told, fmt.Sprintf(format, a...)) }
		r := getRequest()
		r.Trace = &Trace{
			GetConn:           func(addr string) { note("want %s", addr) },
			GotConn:           func(_ net.Conn, reused bool) { note("got, reused %v", reused) },
			PutIdle:           func(err error) { note("idle %v", err) },
			ConnectStart:      func(network, addr string) { note("dial %s", addr) },
			ConnectDone:       func(_, addr string, err error) { note("dialled %v", err) },
			WroteHeaders:      func(head []byte) { note("head %q", head) },
			WroteRequest:      func(err error) { note("wrote %v", err) },
			FirstResponseByte: func() { note("first byte") },
		}
		mustDo(t, c, r)
		exchange := []string{`head "GET / HTTP/1.1\r\nHost: example.com:80\r\n\r\n"`, "wrote <nil>", "first byte", "idle <nil>"}
		require.Equal(t, append([]string{"want example.com:80", "dial example.com:80", "dialled <nil>", "got, reused false"}, exchange...), told)
		told = nil
		mustDo(t, c, r)
		require.Equal(t, append([]string{"want example.com:80", "got, reused true"}, exchange...), told)
	})
}

func TestNewRequest(t *testing.T) {
	for _, c := range []struct{ method, url, addr, host, target string }{
		{"GET", "http://example.com", "example.com:80", "example.com", "/"},
		{"GET", "https://example.com/a%20b?q=1#fragment", "example.com:443", "example.com", "/a%20b?q=1"},
		{"GET", "http://user:secret@[::1]:8080/", "[::1]:8080", "[::1]:8080", "/"},
		{"OPTIONS", "http://example.com", "example.com:80", "example.com", "*"},
		{"OPTIONS", "http://example.com/", "example.com:80", "example.com", "/"},
	} {
		r, err := NewRequest(c.method, c.url)
		require.NoError(t, err)
		require.Equal(t, []string{c.addr, c.host, c.target}, []string{r.Addr, r.host(), r.Target}, c.url)
	}
	for _, bad := range []string{"", "example.com", "ftp://example.com", "http://", "http://a b/", "http:///x", "http://[::1"} {
		_, err := NewRequest("GET", bad)
		require.Error(t, err, bad)
	}
}
