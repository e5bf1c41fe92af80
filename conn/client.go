package conn

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"
)

// Client sends requests over connections that it makes and keeps: many at once,
// from any goroutine. The zero value is ready. Its fields must not change after
// the first Do, and it must not be copied. Redirects, cookies, and proxies are
// for whoever is above it; tunnels are not (see [Response.Detach]).
type Client struct {
	// Params are those of every connection. IdleTimeout is how long one is kept
	// without a request. Errors of [Params.Validate] come from Do.
	Params Params

	// Dial makes connections; by default a [net.Dialer] does. With TLS, the
	// client speaks it over what Dial returned, unless that is a *tls.Conn that has
	// shaken hands already.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)

	// TLSConfig is for requests with TLS. It is cloned; the server's name is that
	// in Addr unless set. nil is the default of crypto/tls. The handshake must end
	// within Params.HeaderTimeout. Where TLS is the client's own, content that only the
	// end of the connection delimits is complete only if TLS's closure alert came
	// before (RFC 9112 §9.8).
	TLSConfig *tls.Config

	// MaxConnsPerHost is the most connections to one Addr, in use or not; a
	// request waits while it is reached. 0: no limit.
	MaxConnsPerHost int

	// MaxIdlePerHost is the most connections to one Addr that are kept without
	// a request. Default 64; negative keeps none.
	MaxIdlePerHost int

	// Pipeline lets a connection carry so many requests at once, of those that
	// are idempotent and have no content (RFC 9112 §9.3.2), where no idle
	// connection is there. A response that is not read holds up those behind it,
	// and an exchange that is given up takes them along. 0 and 1: off.
	Pipeline int

	// ResponseTimeout bounds the time from the end of a request, its content included,
	// to the head of the final response. When it expires the request fails with
	// [ErrHeaderTimeout], and the connection closes. 0: no bound but the context's.
	ResponseTimeout time.Duration

	// Retry says when a request is sent again without the caller's doing.
	Retry RetryPolicy

	start sync.Once
	set   *settings
	err   error // of Params
	clock clock
	pool  pool
}

// DefaultMaxIdlePerHost is the default of [Client].
const DefaultMaxIdlePerHost = 64

// Do sends a request and returns when the head of its final response has
// arrived. The response's content is read from it; whoever got a response closes
// it. Cancelling ctx ends whatever is under way, up to the end of the response:
// the error is then that of ctx. Every error is a [*RequestError].
func (c *Client) Do(ctx context.Context, r *Request) (*Response, error) {
	if r == nil || ctx == nil {
		return nil, &RequestError{Err: errNilRequest}
	}
	c.start.Do(c.init)
	body, retry := newContent(r.Body), false
	for {
		a := attempt{client: c, r: r, ctx: ctx, body: body, retry: retry}
		resp, err := a.run()
		var again bool
		if err == nil {
			again = c.Retry.unmet(r, &a, resp)
		} else {
			again = c.Retry.again(ctx, r, &a, err)
		}
		if again && a.touched && r.Content == nil {
			body.close()
			next, failed := r.GetBody()
			if again = failed == nil; again {
				body = newContent(next)
			}
		}
		switch {
		case again && err == nil:
			_ = resp.Close()
			r = r.unexpecting()
		case again:
			retry = true
		case err == nil:
			if !a.touched {
				body.close()
			}
			return resp, nil
		default:
			body.close()
			return nil, &RequestError{Method: r.method(), Addr: r.Addr, Sent: a.sent, Reused: a.reused, FromBody: body.failed(err), Err: err}
		}
	}
}

var errNilRequest = errors.New("conn: the request or its context is nil")

func (c *Client) init() {
	c.set, c.err = c.Params.settle(&c.clock)
	if c.MaxIdlePerHost == 0 {
		c.MaxIdlePerHost = DefaultMaxIdlePerHost
	}
	c.pool.init(c)
}

// CloseIdle closes the connections that no request uses.
func (c *Client) CloseIdle() {
	c.start.Do(c.init)
	c.pool.closeIdle(time.Now())
}

// Close closes all connections, also those in use, and makes every later Do
// fail.
func (c *Client) Close() error {
	c.start.Do(c.init)
	c.pool.close()
	return nil
}

// dial makes the connection for a request.
func (c *Client) dial(ctx context.Context, r *Request) (net.Conn, error) {
	if c.pool.isClosed() {
		return nil, errClosed
	}
	nc, err := c.connect(ctx, r)
	if err != nil || !r.TLS {
		return nc, err
	}
	if t, ok := nc.(*tls.Conn); ok && t.ConnectionState().HandshakeComplete {
		return nc, nil
	}
	config := c.TLSConfig.Clone()
	if config == nil {
		config = new(tls.Config)
	}
	if config.ServerName == "" {
		config.ServerName = hostOf(r.Addr)
	}
	t := tls.Client(&underTLS{Conn: nc}, config)
	if d := c.set.HeaderTimeout; d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	trace := r.trace()
	if trace.TLSStart != nil {
		trace.TLSStart()
	}
	err = t.HandshakeContext(ctx)
	if trace.TLSDone != nil {
		trace.TLSDone(t.ConnectionState(), err)
	}
	if err != nil {
		_ = nc.Close()
		return nil, err
	}
	return t, nil
}

func (c *Client) connect(ctx context.Context, r *Request) (net.Conn, error) {
	if r.Dial != nil {
		return r.Dial(ctx)
	}
	trace := r.trace()
	if trace.ConnectStart != nil {
		trace.ConnectStart("tcp", r.Addr)
	}
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	nc, err := dial(ctx, "tcp", r.Addr)
	if trace.ConnectDone != nil {
		trace.ConnectDone("tcp", r.Addr, err)
	}
	return nc, err
}

// hostOf returns the host of an address with a port.
func hostOf(addr string) string {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	return host
}
