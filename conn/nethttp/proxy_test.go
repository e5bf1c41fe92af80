package nethttp

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReverseProxy has httputil.ReverseProxy between a client and a server, with
// our server in front of it, our transport behind it, and both.
func TestReverseProxy(t *testing.T) {
	quiet(t)
	for _, front := range []string{"theirs", "ours"} {
		for _, back := range []string{"theirs", "ours"} {
			t.Run(front+" in front, "+back+" behind", func(t *testing.T) {
				if front == "theirs" && back == "theirs" {
					t.Skip("net/http alone is what the others are compared with")
				}
				origin := serveTheirs(t, http.HandlerFunc(originHandler))
				to, _ := url.Parse(origin.url)
				proxy := httputil.NewSingleHostReverseProxy(to)
				proxy.ErrorLog = log.New(io.Discard, "", 0)
				if back == "ours" {
					proxy.Transport = using(t).Transport
				} else {
					tr := new(http.Transport)
					t.Cleanup(tr.CloseIdleConnections)
					proxy.Transport = tr
				}
				s := serveTheirs(t, proxy)
				if front == "ours" {
					s = serve(t, proxy)
				}
				throughProxy(t, s, origin)
			})
		}
	}
}

// originHandler is what stands behind the proxy.
func originHandler(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/upgrade":
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "echo")
		w.WriteHeader(http.StatusSwitchingProtocols)
		nc, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer nc.Close()
		_, _ = io.Copy(nc, rw)
	case "/events":
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 3 {
			fmt.Fprintf(w, "data: %d\n\n", i)
			flush(w)
			_, _ = r.Body.Read(make([]byte, 1)) // wait until it has been seen
		}
	case "/hints":
		w.Header().Set("Link", "</a.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, "hinted")
	case "/abort":
		_, _ = io.WriteString(w, "half")
		flush(w)
		panic(http.ErrAbortHandler)
	default:
		mirror(w, r)
	}
}

func throughProxy(t *testing.T, s, origin *served) {
	c := client(t)
	t.Run("requests", func(t *testing.T) {
		for name := range requests(s.url) {
			if strings.HasPrefix(name, "TRACE") || name == "host" {
				continue
			}
			direct, err := c.Do(requests(origin.url)[name])
			require.NoError(t, err, name)
			proxied, err := c.Do(requests(s.url)[name])
			require.NoError(t, err, name)
			want, got := seen(t, direct), seen(t, proxied)
			assert.Equal(t, strings.Contains(want, "content"), strings.Contains(got, "content"), name)
			assert.Equal(t, direct.StatusCode, proxied.StatusCode, name)
			assert.Equal(t, direct.Trailer, proxied.Trailer, name)
		}
	})
	t.Run("events come one by one", func(t *testing.T) {
		up, in := io.Pipe()
		r, _ := http.NewRequest("POST", s.url+"/events", up)
		resp, err := c.Do(r)
		require.NoError(t, err)
		events := bufio.NewReader(resp.Body)
		for i := range 3 {
			line, err := events.ReadString('\n')
			require.NoError(t, err)
			assert.Equal(t, fmt.Sprintf("data: %d\n", i), line)
			_, _ = events.ReadString('\n')
			_, _ = in.Write([]byte("x"))
		}
		_ = in.Close()
		_ = resp.Body.Close()
	})
	t.Run("early hints", func(t *testing.T) {
		hints := 0
		r, _ := http.NewRequest("GET", s.url+"/hints", nil)
		r = r.WithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
				hints++
				assert.Equal(t, 103, code)
				assert.NotEmpty(t, h["Link"])
				return nil
			},
		}))
		resp, err := c.Do(r)
		require.NoError(t, err)
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		assert.Equal(t, "hinted", string(b))
		assert.Equal(t, 1, hints)
	})
	t.Run("upgrade", func(t *testing.T) {
		nc := s.dial(t)
		_, err := io.WriteString(nc, "GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		require.NoError(t, err)
		br := bufio.NewReader(nc)
		resp, err := http.ReadResponse(br, nil)
		require.NoError(t, err)
		require.Equal(t, 101, resp.StatusCode)
		for range 3 {
			_, err = io.WriteString(nc, "ping\n")
			require.NoError(t, err)
			line, err := br.ReadString('\n')
			require.NoError(t, err)
			assert.Equal(t, "ping\n", line)
		}
		require.NoError(t, nc.Close())
	})
	t.Run("a response that breaks off", func(t *testing.T) {
		resp, err := c.Get(s.url + "/abort")
		require.NoError(t, err)
		_, err = io.ReadAll(resp.Body)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		_ = resp.Body.Close()
	})
}

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
	asked []string
	auth  string
}

func (p *connectProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked = append(p.asked, r.Method+" "+r.RequestURI)
	p.auth = r.Header.Get("Proxy-Authorization")
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
	assert.Equal(t, []string{"CONNECT " + origin.Listener.Addr().String(), "GET http://plain.example/a?b"}, p.asked)
	assert.Equal(t, "Basic dXNlcjpwYXNz", p.auth)
	_, err := c.Get("https://127.0.0.1:1/")
	assert.ErrorContains(t, err, "502 Bad Gateway")
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

func TestFileServer(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/a.txt", []byte(strings.Repeat("0123456789", 10000)), 0o600))
	h := http.FileServer(http.Dir(dir))
	theirs := serveTheirs(t, h)
	eachDriver(t, h, func(t *testing.T, ours *served) {
		for _, ask := range []string{
			"GET /a.txt", "HEAD /a.txt", "GET /", "GET /none", "GET /a.txt/", "GET /../a.txt",
			"GET /a.txt RANGE 0-9", "GET /a.txt RANGE 5-", "GET /a.txt RANGE -7", "GET /a.txt RANGE 1-2,7-8",
			"GET /a.txt RANGE 200000-", "HEAD /a.txt RANGE 0-9",
		} {
			line, set, ok := strings.Cut(ask, " RANGE ")
			octets := line + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
			if ok {
				octets += "Range: bytes=" + set + "\r\n"
			}
			want, wantBody := theirs.talk(t, octets+"\r\n")
			got, gotBody := ours.talk(t, octets+"\r\n")
			want.Header.Del("Date")
			got.Header.Del("Date")
			assert.Equal(t, want.Status, got.Status, ask)
			if boundary := want.Header.Get("Content-Type"); strings.HasPrefix(boundary, "multipart") {
				assert.Len(t, gotBody, len(wantBody))
				continue
			}
			assert.Equal(t, want.Header, got.Header, ask)
			assert.Equal(t, wantBody, gotBody, ask)
		}
	})
}
