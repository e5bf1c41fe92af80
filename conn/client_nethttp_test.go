package conn_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

// handler is an origin of net/http that does what the tests below ask for.
func handler(t *testing.T) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Method", r.Method)
		w.Header().Set("X-Length", fmt.Sprint(r.ContentLength))
		_ = http.NewResponseController(w).EnableFullDuplex()
		_, _ = io.Copy(w, r.Body)
		if len(r.Trailer) > 0 {
			_ = http.NewResponseController(w).Flush() // only chunked content has trailers
		}
		for name := range r.Trailer {
			w.Header().Set(http.TrailerPrefix+name, r.Trailer.Get(name))
		}
	})
	mux.HandleFunc("/duplex", func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.EnableFullDuplex()
		for p := make([]byte, 32<<10); ; {
			n, err := r.Body.Read(p)
			_, _ = w.Write(p[:n])
			_ = control.Flush()
			if err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			w.WriteHeader(http.StatusNotAcceptable)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, strings.Repeat("hello ", 10_000))
		_ = z.Close()
	})
	mux.HandleFunc("/hints", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</a>")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/upgrade", func(w http.ResponseWriter, r *http.Request) {
		nc, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer nc.Close()
		_, _ = io.WriteString(nc, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
		_, _ = io.Copy(nc, rw)
	})
	return mux
}

// httpOrigin starts an origin of net/http and returns a client for it.
func httpOrigin(t *testing.T, withTLS bool) (*httptest.Server, *conn.Client) {
	server := httptest.NewUnstartedServer(handler(t))
	client := &conn.Client{Params: conn.Params{Decompress: true}}
	if withTLS {
		server.StartTLS()
		pool := x509.NewCertPool()
		pool.AddCert(server.Certificate())
		client.TLSConfig = &tls.Config{RootCAs: pool}
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	t.Cleanup(func() { _ = client.Close() })
	return server, client
}

// exchange sends a request and returns its response, closed, and its content.
func exchange(t *testing.T, c *conn.Client, r *conn.Request) (*conn.Response, string) {
	t.Helper()
	resp, err := c.Do(t.Context(), r)
	require.NoError(t, err)
	body, err := io.ReadAll(resp)
	require.NoError(t, err)
	return resp, string(body)
}

func newRequest(t *testing.T, method, url string) *conn.Request {
	t.Helper()
	r, err := conn.NewRequest(method, url)
	require.NoError(t, err)
	return r
}

// echoOverUpgrade leaves HTTP for a protocol that echoes.
func echoOverUpgrade(t *testing.T, client *conn.Client, url string) {
	r := newRequest(t, "GET", url)
	r.Header = new(conn.Header)
	r.Header.Add("Connection", "upgrade")
	r.Header.Add("Upgrade", "echo")
	resp, err := client.Do(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, 101, resp.Status)
	nc, residual, err := resp.Detach()
	require.NoError(t, err)
	require.Empty(t, residual)
	_, err = io.WriteString(nc, "ping")
	require.NoError(t, err)
	p := make([]byte, 4)
	_, err = io.ReadFull(nc, p)
	require.NoError(t, err)
	require.Equal(t, "ping", string(p))
	require.NoError(t, nc.Close())
	require.NoError(t, resp.Close())
}

func TestClientWithNetHTTP(t *testing.T) {
	for _, withTLS := range []bool{false, true} {
		t.Run(fmt.Sprintf("TLS %v", withTLS), func(t *testing.T) {
			server, client := httpOrigin(t, withTLS)
			t.Run("methods", func(t *testing.T) {
				for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO"} {
					r := newRequest(t, method, server.URL+"/echo")
					resp, body := exchange(t, client, r)
					require.Equal(t, 200, resp.Status)
					require.Equal(t, method, resp.Fields.String("x-method"))
					require.Empty(t, body)
					require.NoError(t, resp.Close())
				}
			})
			t.Run("content", func(t *testing.T) {
				for _, size := range []int{0, 1, 5000, 1 << 20} {
					want := strings.Repeat("x", size)
					whole := newRequest(t, "POST", server.URL+"/echo")
					whole.Content = []byte(want)
					fixed := newRequest(t, "POST", server.URL+"/echo")
					fixed.Body, fixed.Length = strings.NewReader(want), int64(size)
					chunked := newRequest(t, "POST", server.URL+"/echo")
					chunked.Body, chunked.Length = strings.NewReader(want), -1
					for i, r := range []*conn.Request{whole, fixed, chunked} {
						resp, body := exchange(t, client, r)
						require.True(t, want == body, "%d octets, %d", size, i)
						if r == chunked {
							require.Equal(t, "-1", resp.Fields.String("X-Length"))
						} else {
							require.Equal(t, fmt.Sprint(size), resp.Fields.String("X-Length"))
						}
						require.NoError(t, resp.Close())
					}
				}
			})
			t.Run("trailers", func(t *testing.T) {
				r := newRequest(t, "POST", server.URL+"/echo")
				r.Header = new(conn.Header)
				r.Header.Add("Trailer", "X-Sum")
				r.Body, r.Length = strings.NewReader("x"), -1
				r.Trailer = func() *conn.Header {
					h := new(conn.Header)
					h.Add("X-Sum", "42")
					return h
				}
				resp, body := exchange(t, client, r)
				require.Equal(t, "x", body)
				require.NotNil(t, resp.Trailer())
				require.Equal(t, "42", resp.Trailer().String("x-sum"))
				require.NoError(t, resp.Close())
			})
			t.Run("expectation", func(t *testing.T) {
				r := newRequest(t, "POST", server.URL+"/echo")
				r.Header = new(conn.Header)
				r.Header.Add("Expect", "100-continue")
				r.Content = []byte("hello")
				resp, body := exchange(t, client, r)
				require.Equal(t, "hello", body)
				require.NoError(t, resp.Close())
			})
			t.Run("gzip", func(t *testing.T) {
				resp, body := exchange(t, client, newRequest(t, "GET", server.URL+"/gzip"))
				require.Equal(t, strings.Repeat("hello ", 10_000), body)
				require.Equal(t, "gzip", resp.Fields.String(conn.ConsumedContentEncoding))
				require.NoError(t, resp.Close())
			})
			t.Run("informational", func(t *testing.T) {
				r := newRequest(t, "GET", server.URL+"/hints")
				var hints []int
				r.Informational = func(start *conn.StartLine, fields *conn.Fields) error {
					hints = append(hints, start.Status)
					require.Equal(t, "</a>", fields.String("link"))
					return nil
				}
				resp, _ := exchange(t, client, r)
				require.Equal(t, 204, resp.Status)
				require.Equal(t, []int{103}, hints)
				require.NoError(t, resp.Close())
			})
			t.Run("upgrade", func(t *testing.T) {
				echoOverUpgrade(t, client, server.URL+"/upgrade")
			})
			t.Run("streams both ways", func(t *testing.T) {
				r := newRequest(t, "POST", server.URL+"/duplex")
				from, to := io.Pipe()
				r.Body, r.Length = from, -1
				// net/http answers when it has something to say.
				go func() { _, _ = to.Write(bytes.Repeat([]byte("a"), 100<<10)) }()
				resp, err := client.Do(t.Context(), r)
				require.NoError(t, err)
				got := make([]byte, 100<<10)
				for _, c := range "abc" {
					if c != 'a' {
						go func() { _, _ = to.Write(bytes.Repeat([]byte(string(c)), 100<<10)) }()
					}
					_, err := io.ReadFull(resp, got)
					require.NoError(t, err)
					require.Equal(t, strings.Repeat(string(c), 100<<10), string(got))
				}
				require.NoError(t, to.Close())
				rest, err := io.ReadAll(resp)
				require.NoError(t, err)
				require.Empty(t, rest)
				require.NoError(t, resp.Close())
			})
		})
	}
}

// Many goroutines share a client whose pool is small; whatever they do, everyone
// gets what he sent.
func TestClientManyAtOnce(t *testing.T) {
	server, client := httpOrigin(t, false)
	client.MaxConnsPerHost, client.Pipeline, client.Retry = 4, 4, conn.RetryNever
	var dials atomic.Int32
	client.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		dials.Add(1)
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			for j := range 30 {
				want := fmt.Sprint(i, "/", j, strings.Repeat("x", i*j*20))
				r, err := conn.NewRequest("PUT", server.URL+"/echo")
				if err != nil {
					t.Error(err)
					return
				}
				switch j % 3 {
				case 0:
					r.Content = []byte(want)
				case 1:
					r.Body, r.Length = strings.NewReader(want), -1
				default:
					r.Method, want = "GET", ""
				}
				ctx, cancel := context.WithCancel(t.Context())
				resp, err := client.Do(ctx, r)
				if err != nil {
					t.Error(err)
					cancel()
					return
				}
				body, err := io.ReadAll(resp)
				if err != nil || string(body) != want {
					t.Errorf("%d/%d: %d octets instead of %d, %v", i, j, len(body), len(want), err)
				}
				_ = resp.Close()
				cancel()
			}
		})
	}
	group.Wait()
	require.LessOrEqual(t, dials.Load(), int32(4), "nothing went wrong with a connection")
}

func TestClientFindsAConnectionClosedWhileIdle(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	closed := make(chan struct{})
	go func() {
		for i := 0; ; i++ {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = nc.Read(make([]byte, 1000))
			_, _ = io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
			if i == 0 { // a response that nobody asked for, and the end
				_, _ = io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL")
			}
			_ = nc.Close()
			closed <- struct{}{}
		}
	}()
	client := &conn.Client{Retry: conn.RetryNever}
	defer client.Close()
	var last net.Conn
	client.Dial = func(ctx context.Context, network, addr string) (nc net.Conn, err error) {
		last, err = new(net.Dialer).DialContext(ctx, network, addr)
		return last, err
	}
	for range 3 {
		r := newRequest(t, "POST", "http://"+l.Addr().String())
		resp, body := exchange(t, client, r)
		require.Equal(t, "x", body)
		require.NoError(t, resp.Close())
		<-closed
		hears(t, last)
	}
}

// hears waits until something has come on nc, or its end, and leaves it there: the
// system may take its time to deliver what was sent.
func hears(t *testing.T, nc net.Conn) {
	rc, err := nc.(*net.TCPConn).SyscallConn()
	require.NoError(t, err)
	for heard := syscall.EAGAIN; heard == syscall.EAGAIN; runtime.Gosched() {
		if rc.Control(func(fd uintptr) {
			_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
			heard, _ = err.(syscall.Errno)
		}) != nil {
			return // the client has noticed, and closed it
		}
	}
}
