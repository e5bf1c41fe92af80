package nethttp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTransportUpgrade talks over the read-write body of a 101 response.
func TestTransportUpgrade(t *testing.T) {
	quiet(t)
	for name, s := range map[string]*served{
		"theirs": serveTheirs(t, http.HandlerFunc(originHandler)), "ours": serve(t, http.HandlerFunc(originHandler)),
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := http.NewRequest("GET", s.url+"/upgrade", nil)
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "echo")
			resp, err := using(t).Transport.RoundTrip(r)
			require.NoError(t, err)
			require.Equal(t, 101, resp.StatusCode)
			rw, ok := resp.Body.(io.ReadWriteCloser)
			require.True(t, ok)
			for range 3 {
				_, err = io.WriteString(rw, "ping")
				require.NoError(t, err)
				p := make([]byte, 4)
				_, err = io.ReadFull(rw, p)
				require.NoError(t, err)
				assert.Equal(t, "ping", string(p))
			}
			require.NoError(t, rw.Close())
		})
	}
}

// connectProxy tunnels, and notes what it was asked for.
type connectProxy struct {
	mu    sync.Mutex
	asked []string
	auth  string
	to    []string // X-To of each CONNECT
}

func (p *connectProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.RequestURI)
	p.auth = r.Header.Get("Proxy-Authorization")
	p.to = append(p.to, r.Header["X-To"]...)
	p.mu.Unlock()
	if r.Method != http.MethodConnect {
		_, _ = io.WriteString(w, "by proxy")
		return
	}
	there, err := net.Dial("tcp", r.RequestURI)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.WriteHeader(200)
	here, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	go func() {
		_, _ = io.Copy(there, rw)
		_ = there.Close()
	}()
	_, _ = io.Copy(here, there)
	_ = here.Close()
}

func TestTransportThroughAProxy(t *testing.T) {
	quiet(t)
	origin := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "secret") }))
	defer origin.Close()
	p := new(connectProxy)
	s := serve(t, p)
	proxy, _ := url.Parse("http://user:pass@" + s.addr)
	c := using(t, func(tr *Transport) {
		tr.Proxy = http.ProxyURL(proxy)
		tr.ProxyConnectHeader = http.Header{"X-To": {"nobody"}}
		tr.GetProxyConnectHeader = func(_ context.Context, through *url.URL, target string) (http.Header, error) {
			assert.Equal(t, proxy, through)
			if target == "127.0.0.1:2" {
				return nil, errors.New("not there")
			}
			return http.Header{"X-To": {target}}, nil
		}
		tr.TLSClientConfig = origin.Client().Transport.(*http.Transport).TLSClientConfig
	})
	body := func(url string) string {
		resp, err := c.Get(url)
		require.NoError(t, err)
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return string(b)
	}
	assert.Equal(t, "secret", body(origin.URL))
	assert.Equal(t, "secret", body(origin.URL), "over the same tunnel")
	assert.Equal(t, "by proxy", body("http://plain.example/a?b"))
	_, err := c.Get("https://127.0.0.1:1/")
	assert.ErrorContains(t, err, "502 Bad Gateway")
	_, err = c.Get("https://127.0.0.1:2/")
	assert.ErrorContains(t, err, "not there")
	p.mu.Lock()
	defer p.mu.Unlock()
	assert.Equal(t, []string{"CONNECT " + origin.Listener.Addr().String(), "GET http://plain.example/a?b", "CONNECT 127.0.0.1:1"}, p.asked)
	assert.Equal(t, "Basic dXNlcjpwYXNz", p.auth)
	assert.Equal(t, []string{origin.Listener.Addr().String(), "127.0.0.1:1"}, p.to)
}

// What a proxy is asked for is in absolute-form (RFC 9112 §3.2.2), and no target runs
// into the host.
func TestTransportAsksAProxy(t *testing.T) {
	p := new(connectProxy)
	s := serve(t, p)
	c := using(t, func(tr *Transport) { tr.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: s.addr}) })
	for want, u := range map[string]url.URL{
		"http://a.example/":     {Host: "a.example"},
		"http://a.example/b?c":  {Host: "a.example", Path: "/b", RawQuery: "c"},
		"http://a.example":      {Host: "a.example", Path: "*"}, // RFC 9112 §3.2.4
		"http://b.example/c":    {Host: "a.example", Opaque: "//b.example/c"},
		"http://a.example/b%2F": {Host: "a.example", Opaque: "/b%2F"},
	} {
		u.Scheme = "http"
		resp, err := c.Do(&http.Request{Method: "OPTIONS", URL: &u, Header: http.Header{}})
		require.NoError(t, err, want)
		_ = resp.Body.Close()
		p.mu.Lock()
		assert.Equal(t, "OPTIONS "+want, p.asked[len(p.asked)-1])
		p.mu.Unlock()
	}
}

func TestTransportTLS(t *testing.T) {
	origin := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	defer origin.Close()
	config := origin.Client().Transport.(*http.Transport).TLSClientConfig
	for name, c := range map[string]*http.Client{
		"TLSClientConfig": using(t, func(tr *Transport) { tr.TLSClientConfig = config }),
		"DialTLSContext": using(t, func(tr *Transport) {
			tr.DialTLSContext = (&tls.Dialer{Config: config}).DialContext
		}),
	} {
		resp, err := c.Get(origin.URL)
		require.NoError(t, err, name)
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		assert.Equal(t, "HTTP/1.1", string(b))
		assert.True(t, resp.TLS != nil && resp.TLS.HandshakeComplete, name)
	}
}

func TestTransportTrace(t *testing.T) {
	s := serveTheirs(t, http.HandlerFunc(originHandler))
	var told []string
	tell := func(what string) { told = append(told, what) }
	trace := &httptrace.ClientTrace{
		GetConn:              func(addr string) { tell("GetConn " + addr) },
		GotConn:              func(i httptrace.GotConnInfo) { tell(fmt.Sprint("GotConn ", i.Reused)) },
		ConnectStart:         func(_, addr string) { tell("ConnectStart " + addr) },
		ConnectDone:          func(_, _ string, err error) { tell(fmt.Sprint("ConnectDone ", err)) },
		WroteHeaderField:     func(name string, v []string) { tell(fmt.Sprint("field ", name, v)) },
		WroteHeaders:         func() { tell("WroteHeaders") },
		WroteRequest:         func(i httptrace.WroteRequestInfo) { tell(fmt.Sprint("WroteRequest ", i.Err)) },
		GotFirstResponseByte: func() { tell("GotFirstResponseByte") },
		PutIdleConn:          func(err error) { tell(fmt.Sprint("PutIdleConn ", err)) },
	}
	c := using(t)
	for range 2 {
		r, _ := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), "GET", s.url, nil)
		resp, err := c.Do(r)
		require.NoError(t, err)
		_, _ = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
	}
	fields := []string{"field Host[" + s.addr + "]", "field User-Agent[h1wire]", "field Accept-Encoding[gzip]"}
	want := []string{"GetConn " + s.addr, "ConnectStart " + s.addr, "ConnectDone <nil>", "GotConn false"}
	want = append(append(want, fields...), "WroteHeaders", "WroteRequest <nil>", "GotFirstResponseByte", "PutIdleConn <nil>")
	want = append(append(append(want, "GetConn "+s.addr, "GotConn true"), fields...), "WroteHeaders", "WroteRequest <nil>", "GotFirstResponseByte", "PutIdleConn <nil>")
	assert.Equal(t, want, told)
}
