package nethttp

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/h1wire/h1wire/conn"
)

// route decides how the server is reached: straight, by a proxy that is asked for
// the URL, or through a tunnel.
func (o *outgoing) route() error {
	t, w := o.transport, &o.wire
	var proxy *url.URL
	if t.Proxy != nil {
		var err error
		if proxy, err = t.Proxy(o.request); err != nil {
			return err
		}
	}
	switch {
	case proxy == nil:
		if w.TLS && t.DialTLSContext != nil {
			addr := w.Addr
			w.TLS, w.Key = false, "DialTLSContext"
			w.Dial = func(ctx context.Context) (net.Conn, error) { return t.DialTLSContext(ctx, "tcp", addr) }
		}
	case proxy.Scheme != "http" && proxy.Scheme != "https":
		return fmt.Errorf("nethttp: unsupported proxy scheme %q", proxy.Scheme)
	case w.TLS:
		addr := w.Addr
		w.Key = proxy.String()
		w.Dial = func(ctx context.Context) (net.Conn, error) { return t.tunnel(ctx, proxy, addr) }
	default:
		switch { // absolute-form (RFC 9112 §3.2.2), unless URL.Opaque is
		case w.Target == "*":
			w.Target = "http://" + w.Host // the last proxy makes "*" of it (§3.2.4)
		case strings.HasPrefix(w.Target, "/"):
			w.Target = "http://" + w.Host + w.Target
		}
		w.Addr, w.Key = address(proxy), proxy.String()
		w.Dial = func(ctx context.Context) (net.Conn, error) { return t.reach(ctx, proxy) }
		if credentials := basic(proxy); credentials != "" && o.request.Header["Proxy-Authorization"] == nil {
			w.Header.Add("Proxy-Authorization", credentials)
		}
	}
	return nil
}

// basic returns the credentials in a proxy's URL (RFC 7617 §2), or "".
func basic(proxy *url.URL) string {
	if proxy.User == nil {
		return ""
	}
	password, _ := proxy.User.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(proxy.User.Username()+":"+password))
}

// reach connects to a proxy.
func (t *Transport) reach(ctx context.Context, proxy *url.URL) (net.Conn, error) {
	nc, err := t.dial(ctx, address(proxy))
	if err != nil || proxy.Scheme != "https" {
		return nc, err
	}
	secure := tls.Client(nc, t.tls(proxy.Hostname()))
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = nc.Close()
		return nil, err
	}
	return secure, nil
}

// tunnel has a proxy connect to addr (RFC 9110 §9.3.6).
func (t *Transport) tunnel(ctx context.Context, proxy *url.URL, addr string) (net.Conn, error) {
	nc, err := t.reach(ctx, proxy)
	if err != nil {
		return nil, err
	}
	cc, err := conn.NewClient(nc, &t.Params)
	if err != nil {
		_ = nc.Close()
		return nil, err
	}
	defer cc.Close()
	stop := context.AfterFunc(ctx, func() { _ = cc.Close() })
	defer stop()
	h := new(conn.Header)
	h.Add("Host", addr)
	fields := t.ProxyConnectHeader
	if t.GetProxyConnectHeader != nil {
		if fields, err = t.GetProxyConnectHeader(ctx, proxy, addr); err != nil {
			return nil, err
		}
	}
	for name, values := range fields {
		for _, v := range values {
			h.Add(name, v)
		}
	}
	if credentials := basic(proxy); credentials != "" {
		h.Add("Proxy-Authorization", credentials)
	}
	if err := cc.Send(conn.RequestLine(http.MethodConnect, addr), h, nil); err != nil {
		return nil, err
	}
	d := &tunnelled{cc: cc}
	if _, err := cc.ReadResponse(d); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("nethttp: proxy %s: %w", proxy.Host, err)
	}
	return d.nc, nil
}

// tunnelled takes the connection over when the proxy has agreed.
type tunnelled struct {
	cc *conn.ClientConn
	nc net.Conn
}

func (d *tunnelled) HeadersReceived(start *conn.StartLine, _ *conn.Fields) error {
	if start.Status/100 != 2 {
		return fmt.Errorf("%d %s", start.Status, start.Reason)
	}
	nc, early, err := d.cc.Detach()
	if err == nil && len(early) > 0 { // TLS begins with the client
		_ = nc.Close()
		return fmt.Errorf("%d octets came too early", len(early))
	}
	d.nc = nc
	return err
}

func (d *tunnelled) DataReceived([]byte) error { return nil }
func (d *tunnelled) Finish() error             { return nil }
func (d *tunnelled) OnConnectionClose(error)   {}
