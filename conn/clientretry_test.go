package conn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClientRetryPolicy(t *testing.T) {
	// The first connection is closed behind the first response, when the client
	// has no way to see it: over conntest it cannot look.
	rude := func(p *peer) {
		_, _, ok := p.request()
		if p.number == 1 {
			p.reply("1")
			if _, _, ok = p.request(); ok { // it has seen the request, and does not answer
				return
			}
		}
		if ok {
			p.reply("again")
			<-closed(p)
		}
	}
	post := func(getBody bool) *Request {
		r := getRequest()
		r.Method, r.Body, r.Length = "PUT", strings.NewReader("abc"), 3
		if getBody {
			r.GetBody = func() (io.Reader, error) { return strings.NewReader("abc"), nil }
		}
		return r
	}
	for _, c := range []struct {
		name    string
		policy  RetryPolicy
		request *Request
		again   bool
	}{
		{"unsent, but it was", RetryUnsent, getRequest(), false},
		{"idempotent", RetryIdempotent, getRequest(), true},
		{"never", RetryNever, getRequest(), false},
		{"not idempotent", RetryIdempotent, &Request{Method: "POST", Addr: "example.com:80", Content: []byte("x")}, false},
		{"with content at hand", RetryIdempotent, &Request{Method: "PUT", Addr: "example.com:80", Content: []byte("x")}, true},
		{"with a body that was read", RetryIdempotent, post(false), false},
		{"with a body that can be had again", RetryIdempotent, post(true), true},
		{"with a body that fails as if the peer had left", RetryIdempotent, &Request{
			Method: "PUT", Addr: "example.com:80", Body: failing{io.ErrUnexpectedEOF}, Length: 3,
			GetBody: func() (io.Reader, error) { return strings.NewReader("abc"), nil },
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOrigin(t, rude)
				client := newTestClient(t, o, func(cl *Client) { cl.Retry = c.policy })
				require.Equal(t, "1", mustDo(t, client, getRequest()))
				body, err := do(client, c.request)
				if c.again {
					require.NoError(t, err)
					require.Equal(t, "again", body)
					return
				}
				var request *RequestError
				require.ErrorAs(t, err, &request)
				require.Positive(t, request.Sent)
				require.True(t, request.Reused)
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
				_, fails := c.request.Body.(failing)
				require.Equal(t, fails, request.FromBody)
			})
		})
	}
}

func TestClientRetriesWhatWasNotSent(t *testing.T) {
	for policy, again := range map[RetryPolicy]bool{RetryUnsent: true, RetryNever: false} {
		synctest.Test(t, func(t *testing.T) {
			o := newOrigin(t, func(p *peer) {
				_, _, _ = p.request()
				p.reply(fmt.Sprint(p.number))
				if p.number > 1 {
					_, _, _ = p.request()
				}
			})
			c := newTestClient(t, o, func(c *Client) { c.Retry = policy })
			require.Equal(t, "1", mustDo(t, c, getRequest()))
			synctest.Wait() // the peer has closed
			r := getRequest()
			r.Method, r.Content = "POST", []byte("not idempotent")
			body, err := do(c, r)
			if again {
				require.NoError(t, err)
				require.Equal(t, "2", body)
				return
			}
			var request *RequestError
			require.ErrorAs(t, err, &request)
			require.Zero(t, request.Sent)
		})
	}
}

// What was kept beside a connection that turned out to be closed may be closed as
// well, so there is one retry, over a new one (RFC 9112 §9.3.1).
func TestClientRetriesOnce(t *testing.T) {
	for name, c := range map[string]struct {
		limit  int
		served bool // by new connections
	}{
		"served":                       {served: true},
		"served, with as many at most": {limit: 3, served: true},
		"not served":                   {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked int
				o := newOrigin(t, func(p *peer) {
					_, _, _ = p.request()
					if p.number > 3 {
						if asked++; c.served {
							p.reply("again")
							<-closed(p)
						}
						return
					}
					time.Sleep(time.Second) // so that the three are used at once
					p.reply("1")
					if _, _, ok := p.request(); ok {
						asked++
					}
				})
				client := newTestClient(t, o, func(cl *Client) { cl.Retry, cl.MaxConnsPerHost = RetryIdempotent, c.limit })
				var all sync.WaitGroup
				for range 3 {
					all.Go(func() { assert.Equal(t, "1", mustDo(t, client, getRequest())) })
				}
				all.Wait()
				body, err := do(client, getRequest())
				if c.served {
					require.NoError(t, err)
					require.Equal(t, "again", body)
				} else {
					require.ErrorIs(t, err, io.ErrUnexpectedEOF)
				}
				require.EqualValues(t, 4, o.conns.Load())
				require.Equal(t, 2, asked)
			})
		})
	}
}

// Where no other may be made, a retry goes over the connection that another request
// has just made.
func TestClientRetriesWithinItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			for {
				if _, _, ok := p.request(); !ok {
					return
				}
				p.reply(fmt.Sprint(p.number))
				if p.number == 1 {
					_, _, _ = p.request()
					return
				}
			}
		})
		client := newTestClient(t, o, func(cl *Client) { cl.Retry, cl.MaxConnsPerHost = RetryIdempotent, 1 })
		require.Equal(t, "1", mustDo(t, client, getRequest()))
		attempts := 0
		r := getRequest()
		r.Trace = &Trace{GetConn: func(string) {
			if attempts++; attempts == 2 {
				require.Equal(t, "2", mustDo(t, client, getRequest()))
			}
		}}
		require.Equal(t, "2", mustDo(t, client, r))
		require.Equal(t, 2, attempts)
		require.EqualValues(t, 2, o.conns.Load())
	})
}

func TestClientDoesNotRetryAFreshConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) { _, _, _ = p.request() })
		c := newTestClient(t, o, func(c *Client) { c.Retry = RetryIdempotent })
		_, err := do(c, getRequest())
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.EqualValues(t, 1, o.conns.Load())
	})
}

func TestClientErrorsSayWhatWasSent(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("refused")}
	c := &Client{Dial: func(context.Context, string, string) (net.Conn, error) { return nil, refused }}
	defer c.Close()
	_, err := do(c, getRequest())
	var request *RequestError
	require.ErrorAs(t, err, &request)
	require.ErrorIs(t, err, refused)
	require.Zero(t, request.Sent)
	require.False(t, request.Reused)
	require.Equal(t, "example.com:80", request.Addr)

	c = &Client{Params: Params{MaxFields: -1}}
	_, err = do(c, getRequest())
	require.ErrorContains(t, err, "Params.MaxFields")
}

// Octets of a response, be it an interim one, say that the request has been seen.
func TestClientDoesNotRetryWhatWasAnsweredInPart(t *testing.T) {
	for _, part := range []string{"H", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 103 Early Hints\r\n\r\n"} {
		synctest.Test(t, func(t *testing.T) {
			o := newOrigin(t, func(p *peer) {
				_, _, _ = p.request()
				p.reply("1")
				if _, _, ok := p.request(); ok {
					p.send(part)
				}
			})
			c := newTestClient(t, o, func(c *Client) { c.Retry = RetryIdempotent })
			require.Equal(t, "1", mustDo(t, c, getRequest()))
			_, err := do(c, getRequest())
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.EqualValues(t, 1, o.conns.Load())
		})
	}
}

// What a server does not expect is asked again without (RFC 9110 §10.1.1).
func TestClientSendsAgainWithoutItsExpectation(t *testing.T) {
	const failed = "HTTP/1.1 417 x\r\nContent-Length: "
	more := func() (io.Reader, error) { return &closeCounter{Reader: strings.NewReader("hello")}, nil }
	for name, c := range map[string]struct {
		answer  string
		late    bool // when the content was sent
		always  bool // whether there is an expectation or not
		request Request
		policy  RetryPolicy
		want    string
		conns   int
	}{
		"with a body that was not read":               {answer: failed + "2\r\n\r\nno", want: "hello", conns: 2},
		"with one, after an answer without content":   {answer: failed + "0\r\n\r\n", want: "hello", conns: 2},
		"with content at hand":                        {answer: failed + "2\r\n\r\nno", request: Request{Content: []byte("hello")}, want: "hello", conns: 2},
		"with a body that was read":                   {answer: failed + "2\r\n\r\nno", late: true, want: "no", conns: 1},
		"with a body that was read, and is had again": {answer: failed + "2\r\n\r\nno", late: true, request: Request{GetBody: more}, want: "hello", conns: 1},
		"with content that was sent":                  {answer: failed + "2\r\n\r\nno", late: true, request: Request{Content: []byte("hello")}, want: "hello", conns: 1},
		"not twice":                                   {answer: failed + "2\r\n\r\nno", late: true, always: true, request: Request{GetBody: more}, want: "no", conns: 1},
		"not if it is not to":                         {answer: failed + "2\r\n\r\nno", policy: RetryNever, want: "no", conns: 1},
		"not if another status says so":               {answer: "HTTP/1.1 403 x\r\nContent-Length: 2\r\n\r\nno", want: "no", conns: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var heads []string
				o := newOrigin(t, func(p *peer) {
					for {
						head, ok := p.head()
						if !ok {
							return
						}
						heads = append(heads, head)
						expects := strings.Contains(head, "Expect: 100-continue\r\n")
						var content string
						if c.late || !expects {
							content = p.content(head)
						}
						if expects || c.always {
							p.send(c.answer)
						} else {
							p.reply(content)
						}
					}
				})
				client := newTestClient(t, o, func(cl *Client) { cl.Retry = c.policy })
				body := &closeCounter{Reader: strings.NewReader("hello")}
				r := c.request
				r.Method, r.Addr, r.Header = "POST", "example.com:80", new(Header)
				r.Header.Add("Expect", "100-continue")
				r.Header.Add("X-A", "1")
				if r.Content == nil {
					r.Body, r.Length = body, 5
				}
				require.Equal(t, c.want, mustDo(t, client, &r))
				synctest.Wait()
				if r.Body != nil {
					require.EqualValues(t, 1, body.closed.Load())
				}
				require.EqualValues(t, c.conns, o.conns.Load())
				if c.want == "hello" || c.always {
					require.Len(t, heads, 2)
					require.Equal(t, strings.Replace(heads[0], "Expect: 100-continue\r\n", "", 1), heads[1])
				} else {
					require.Len(t, heads, 1)
				}
				require.Equal(t, 2, r.Header.Len(), "the caller's own does not change")
			})
		})
	}
}
