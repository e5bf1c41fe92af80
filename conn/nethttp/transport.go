package nethttp

import (
	"context"
	"crypto/tls"
	"math"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/h1wire/h1wire/conn"
)

// Transport is an [http.RoundTripper] over this library. The zero value is ready
// for use; its fields must not change after the first RoundTrip, and it must not be
// copied. It is for any number of goroutines.
type Transport struct {
	// Params are those of every connection. IdleTimeout is how long one is kept
	// without a request, ExpectTimeout how long content waits for "100
	// (Continue)". MaxBodySize has no default here: callers take content by
	// reading.
	Params conn.Params

	// Proxy returns the proxy for a request, or nil; see
	// [http.ProxyFromEnvironment]. Schemes http and https. nil: no proxies.
	Proxy func(*http.Request) (*url.URL, error)
	// ProxyConnectHeader is sent to proxies with CONNECT.
	ProxyConnectHeader http.Header
	// GetProxyConnectHeader, if not nil, returns what is sent in its place to
	// that proxy, for a tunnel to target.
	GetProxyConnectHeader func(ctx context.Context, proxy *url.URL, target string) (http.Header, error)

	// DialContext makes connections; by default a [net.Dialer] does.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
	// DialTLSContext makes connections for https without a proxy, past their
	// handshake. TLSClientConfig is not used then.
	DialTLSContext func(ctx context.Context, network, addr string) (net.Conn, error)
	// TLSClientConfig is for https. Its NextProtos is not used: this is HTTP/1. The
	// handshake must end within Params.HeaderTimeout.
	TLSClientConfig *tls.Config

	MaxConnsPerHost       int           // 0: no limit
	MaxIdleConnsPerHost   int           // 0: conn.DefaultMaxIdlePerHost; negative: none
	DisableCompression    bool          // do not ask for gzip, nor undo it
	ResponseHeaderTimeout time.Duration // from the request's end to the response's head; 0: no bound

	once   sync.Once
	client conn.Client
}

// RoundTrip implements http.RoundTripper. A request that was written to a connection
// which turns out to have been closed while it was idle is sent again, if it has
// no content or a GetBody, and is idempotent by its method or by an Idempotency-Key.
// What the network does is told as a [*conn.RequestError], which says how much of
// the request was sent.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.once.Do(t.begin)
	o := &outgoing{transport: t, request: r}
	if err := o.prepare(); err != nil {
		o.release()
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	resp, err := t.client.Do(r.Context(), &o.wire)
	o.release()
	if err != nil {
		return nil, err
	}
	return o.incoming(resp), nil
}

// replayable reports whether the header promises that a repetition does no harm,
// as net/http has it.
func replayable(h http.Header) bool {
	return len(h["Idempotency-Key"]) > 0 || len(h["X-Idempotency-Key"]) > 0
}

// CloseIdleConnections closes the connections that no request uses.
func (t *Transport) CloseIdleConnections() {
	t.once.Do(t.begin)
	t.client.CloseIdle()
}

// begin makes the client.
func (t *Transport) begin() {
	c := &t.client
	c.Params = t.Params
	if c.Params.MaxBodySize == 0 {
		c.Params.MaxBodySize = math.MaxInt64
	}
	c.Dial = t.DialContext
	c.MaxConnsPerHost, c.MaxIdlePerHost = t.MaxConnsPerHost, t.MaxIdleConnsPerHost
	c.ResponseTimeout = t.ResponseHeaderTimeout
	c.Retry = conn.RetryIdempotent
	c.TLSConfig = t.tls("")
}

// tls returns the configuration for a server of that name; "": any.
func (t *Transport) tls(name string) *tls.Config {
	config := &tls.Config{}
	if t.TLSClientConfig != nil {
		config = t.TLSClientConfig.Clone()
	}
	config.NextProtos = []string{"http/1.1"}
	if name != "" {
		config.ServerName = name
	}
	return config
}

func (t *Transport) dial(ctx context.Context, addr string) (net.Conn, error) {
	if t.DialContext != nil {
		return t.DialContext(ctx, "tcp", addr)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", addr)
}
