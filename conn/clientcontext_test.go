package conn

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Cancelling the context ends whatever a request waits for, at once.
func TestClientContextEndsEveryWait(t *testing.T) {
	own := errors.New("enough")
	silent := func(p *peer) { _, _ = p.r.ReadByte(); <-closed(p) }
	for _, c := range []struct {
		name    string
		serve   func(p *peer)
		request func() *Request
		client  func(c *Client)
		before  func(t *testing.T, c *Client) // an exchange that is in the way
		reading bool                          // Do succeeds, reading fails
	}{
		{name: "dial", client: func(c *Client) {
			c.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
		}},
		{name: "TLS handshake", request: func() *Request { r := getRequest(); r.TLS = true; return r },
			client: func(c *Client) { c.Params.HeaderTimeout = -1 }},
		{name: "pool", serve: echo, client: func(c *Client) { c.MaxConnsPerHost = 1 },
			before: func(t *testing.T, c *Client) {
				resp, err := c.Do(context.Background(), getRequest())
				require.NoError(t, err)
				t.Cleanup(func() { _ = resp.Close() })
			}},
		{name: "write", request: func() *Request {
			r := getRequest()
			r.Method, r.Content = "PUT", make([]byte, 1<<20)
			return r
		}},
		{name: "expectation", client: func(c *Client) { c.Params.ExpectTimeout = -1 }, request: func() *Request {
			r := getRequest()
			r.Method, r.Content, r.Header = "PUT", []byte("x"), new(Header)
			r.Header.Add("Expect", "100-continue")
			return r
		}},
		{name: "body of the request", request: func() *Request {
			r := getRequest()
			body, _ := io.Pipe() // nobody writes; closing it ends its Read
			r.Method, r.Body, r.Length = "PUT", body, -1
			return r
		}},
		{name: "head"},
		{name: "turn in a pipeline", serve: func(p *peer) {
			_, _, _ = p.request()
			p.reply("x")
			_, _, _ = p.request()
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
			<-closed(p)
		}, client: func(c *Client) { c.Pipeline, c.MaxConnsPerHost = 2, 1 },
			before: func(t *testing.T, c *Client) {
				mustDo(t, c, getRequest())
				resp, err := c.Do(context.Background(), getRequest())
				require.NoError(t, err)
				t.Cleanup(func() { _ = resp.Close() })
			}},
		{name: "content", reading: true, serve: func(p *peer) {
			_, _, _ = p.request()
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
			<-closed(p)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				serve := c.serve
				if serve == nil {
					serve = silent
				}
				o := newOrigin(t, serve)
				client := newTestClient(t, o, c.client)
				if c.before != nil {
					c.before(t, client)
				}
				r := getRequest()
				if c.request != nil {
					r = c.request()
				}
				ctx, cancel := context.WithCancelCause(context.Background())
				go func() {
					time.Sleep(30 * time.Second)
					cancel(own)
				}()
				begun := time.Now()
				resp, err := client.Do(ctx, r)
				if c.reading {
					require.NoError(t, err)
					_, err = io.ReadAll(resp)
					require.NoError(t, resp.Close())
				}
				if c.name == "dial" || c.name == "TLS handshake" {
					require.Error(t, err)
				} else {
					require.ErrorIs(t, err, own)
				}
				require.Equal(t, 30*time.Second, time.Since(begun))
				if !c.reading {
					var request *RequestError
					require.ErrorAs(t, err, &request)
				}
			})
		})
	}
}

// A context that is over just as the response is complete takes its connection along:
// whatever ends it is under way.
func TestClientContextEndsWithTheResponse(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // what cancel starts does not run before we wait
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, echo)
		client := newTestClient(t, o, nil)
		r := getRequest()
		kept := 0
		r.Trace = &Trace{PutIdle: func(error) { kept++ }}
		ctx, cancel := context.WithCancel(context.Background())
		resp, err := client.Do(ctx, r)
		require.NoError(t, err)
		cancel()
		_, err = io.ReadAll(resp)
		require.NoError(t, err, "all of it has come")
		require.NoError(t, resp.Close())
		require.Zero(t, kept)
		mustDo(t, client, getRequest())
		require.EqualValues(t, 2, o.conns.Load())
	})
}

// closed returns a channel that is closed when the peer's connection is.
func closed(p *peer) chan struct{} {
	done := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, p.r)
		close(done)
	}()
	return done
}
