package nethttp

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/conntest"
)

var transportDifferences = map[string]func(t *testing.T){
	"responses": func(t *testing.T) {
		for _, octets := range []string{
			"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
			"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		} {
			url := canned(t, octets)
			resp, err := client(t).Get(url)
			require.NoError(t, err)
			_ = resp.Body.Close()
			_, err = using(t).Get(url)
			var broke *conn.InputError
			assert.ErrorAs(t, err, &broke, "%q", octets)
		}
	},
	"cut off": func(t *testing.T) {
		s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			nc, _, err := http.NewResponseController(w).Hijack()
			if !assert.NoError(t, err) {
				return
			}
			_, _ = io.WriteString(nc, "HTTP/1.1 200 OK\r\n\r\nhel")
			_ = nc.(*tls.Conn).NetConn().Close()
		}))
		defer s.Close()
		for _, c := range []*http.Client{s.Client(), using(t, func(tr *Transport) {
			tr.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig
		})} {
			resp, err := c.Get(s.URL)
			require.NoError(t, err)
			b, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			assert.Equal(t, "hel", string(b))
			assert.Equal(t, c != s.Client(), errors.Is(err, io.ErrUnexpectedEOF), err)
		}
	},
	"unknown length": func(t *testing.T) {
		// Theirs looks for 200 ms whether there is content: of a time that does not pass.
		synctest.Test(t, func(t *testing.T) {
			for want, over := range map[string]func(*conntest.Listener) http.RoundTripper{
				"[]":        func(l *conntest.Listener) http.RoundTripper { return &http.Transport{DialContext: l.DialContext} },
				"[chunked]": func(l *conntest.Listener) http.RoundTripper { return &Transport{DialContext: l.DialContext} },
			} {
				l := conntest.Listen()
				s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.TransferEncoding) })}
				go func() { _ = s.Serve(l) }()
				c := &http.Client{Transport: over(l)}
				r, _ := http.NewRequest("GET", "http://a.example/", io.MultiReader())
				resp, err := c.Do(r)
				require.NoError(t, err)
				b, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				assert.Equal(t, want, string(b))
				c.CloseIdleConnections()
				_ = s.Close()
			}
		})
	},
	"non-ASCII host": func(t *testing.T) {
		_, err := using(t).Get("http://ä.example/")
		assert.ErrorContains(t, err, "ASCII")
	},
	"socks5": func(t *testing.T) {
		c := using(t, func(tr *Transport) {
			tr.Proxy = func(r *http.Request) (*url.URL, error) { return r.URL.Parse("socks5://127.0.0.1:1") }
		})
		_, err := c.Get("http://a.example/")
		assert.ErrorContains(t, err, "socks5")
	},
	"requests": func(t *testing.T) {
		s := serveTheirs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, r.Header["Connection"])
		}))
		for name, change := range map[string]func(*http.Request){
			"host":    func(r *http.Request) { r.Host = "a b" },
			"target":  func(r *http.Request) { r.URL.Path = "x" },
			"query":   func(r *http.Request) { r.URL.RawQuery = "a b" },
			"upgrade": func(r *http.Request) { r.Header.Set("Upgrade", "x") },
		} {
			for whose, c := range map[string]*http.Client{"theirs": client(t), "ours": using(t)} {
				r, err := http.NewRequest("GET", s.url, nil)
				require.NoError(t, err)
				change(r)
				resp, err := c.Transport.RoundTrip(r)
				if whose == "theirs" {
					require.NoError(t, err, name)
					_ = resp.Body.Close()
					continue
				}
				var broke *conn.OutputError
				require.ErrorAs(t, err, &broke, name)
			}
		}
		for want, c := range map[string]*http.Client{"[]": client(t), "[TE]": using(t)} {
			r, _ := http.NewRequest("GET", s.url, nil)
			r.Header.Set("TE", "trailers")
			resp, err := c.Do(r)
			require.NoError(t, err)
			b, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			assert.Equal(t, want, string(b))
		}
	},
	"trailers": func(t *testing.T) {
		s := serveTheirs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, r.ContentLength, r.Trailer)
		}))
		for want, c := range map[string]*http.Client{"3 map[]": client(t), "-1 map[X-Sum:[1]]": using(t)} {
			r, _ := http.NewRequest("POST", s.url, strings.NewReader("abc"))
			r.Trailer = http.Header{"X-Sum": {"1"}}
			resp, err := c.Do(r)
			require.NoError(t, err)
			b, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			assert.Equal(t, want, string(b))
		}
	},
	"long body": func(t *testing.T) {
		s := serveTheirs(t, http.HandlerFunc(mirror))
		// Theirs finds the octet too many beside waiting for the response: none comes.
		silent := serveTheirs(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}))
		post := func(s *served, c *http.Client, body io.Reader) error {
			r, _ := http.NewRequest("POST", s.url, body)
			r.ContentLength = 2
			resp, err := c.Transport.RoundTrip(r)
			if err == nil {
				_ = resp.Body.Close()
			}
			return err
		}
		for _, body := range []func() io.Reader{
			func() io.Reader { return strings.NewReader("abc") },
			func() io.Reader { return io.MultiReader(strings.NewReader("abc")) },
		} {
			require.Error(t, post(silent, client(t), body()))
		}
		require.ErrorContains(t, post(s, using(t), strings.NewReader("abc")), "longer than the ContentLength of 2")
		require.NoError(t, post(s, using(t), io.MultiReader(strings.NewReader("abc"))))
	},
	"user agent": func(t *testing.T) {
		s := serveTheirs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.UserAgent()) }))
		for want, c := range map[string]*http.Client{"Go-http-client/1.1": client(t), "h1wire": using(t)} {
			resp, err := c.Get(s.url)
			require.NoError(t, err)
			b, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			assert.Equal(t, want, string(b))
		}
	},
	"expect": func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { // where a late answer is not so late that the content is sent without
			l := conntest.Listen()
			go acceptAll(l, answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
			r, _ := http.NewRequest("POST", "http://a.example/", unread{t})
			r.ContentLength = 5
			r.Header.Set("Expect", "100-continue")
			tr := &Transport{DialContext: l.DialContext}
			resp, err := tr.RoundTrip(r)
			require.NoError(t, err)
			_ = resp.Body.Close()
			tr.CloseIdleConnections()
			_ = l.Close()
		})
	},
	"expect nothing": func(t *testing.T) {
		fields := make(chan http.Header, 1)
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { fields <- r.Header }))
		defer server.Close()
		for _, method := range []string{"GET", "POST"} {
			for client, want := range map[*http.Client][]string{{Transport: new(http.Transport)}: {"100-continue"}, using(t): nil} {
				r, _ := http.NewRequest(method, server.URL, http.NoBody)
				r.Header.Set("Expect", "100-continue")
				resp, err := client.Do(r)
				require.NoError(t, err)
				_ = resp.Body.Close()
				assert.Equal(t, want, (<-fields)["Expect"], method)
				client.CloseIdleConnections()
			}
		}
	},
	"expect refused": func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header["Expect"] != nil {
				w.WriteHeader(http.StatusExpectationFailed)
				return
			}
			_, _ = io.Copy(w, r.Body)
		}))
		defer server.Close()
		for _, c := range []struct {
			client *http.Client
			want   string
		}{
			{&http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}, "417 Expectation Failed "},
			{using(t, func(tr *Transport) { tr.Params.ExpectTimeout = time.Minute }), "200 OK hello"},
		} {
			r, _ := http.NewRequest("POST", server.URL, io.MultiReader(strings.NewReader("hello")))
			r.Header.Set("Expect", "100-continue")
			resp, err := c.client.Do(r)
			require.NoError(t, err)
			b, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			assert.Equal(t, c.want, resp.Status+" "+string(b))
			assert.Equal(t, []string{"100-continue"}, r.Header["Expect"])
			c.client.CloseIdleConnections()
		}
	},
	"tunnel": func(t *testing.T) {
		echo := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			nc, rw, err := http.NewResponseController(w).Hijack()
			if assert.NoError(t, err) {
				_, _ = io.CopyN(nc, rw, 4)
				_ = nc.Close()
			}
		})
		s := serve(t, echo)
		r, _ := http.NewRequest(http.MethodConnect, s.url, nil)
		resp, err := using(t).Transport.RoundTrip(r)
		require.NoError(t, err)
		rw := resp.Body.(io.ReadWriteCloser)
		_, err = io.WriteString(rw, "ping")
		require.NoError(t, err)
		b, err := io.ReadAll(rw)
		require.NoError(t, err)
		assert.Equal(t, "ping", string(b))
		require.NoError(t, rw.Close())
	},
	"Cancel": func(t *testing.T) {
		s := serve(t, http.NotFoundHandler())
		cancelled := make(chan struct{})
		close(cancelled)
		r, _ := http.NewRequest("GET", s.url, nil)
		//lint:ignore SA1019 it is what this is about
		r.Cancel = cancelled
		resp, err := using(t).Transport.RoundTrip(r)
		require.NoError(t, err)
		_ = resp.Body.Close()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err = using(t).Transport.RoundTrip(r.WithContext(ctx))
		assert.ErrorIs(t, err, context.Canceled)
	},
}

// canned answers every request with the same octets.
func canned(t *testing.T, octets string) (url string) { return onEachConn(t, answering(octets)) }

// answering returns what answers a request without content with octets.
func answering(octets string) func(net.Conn, *bufio.Reader) {
	return func(nc net.Conn, r *bufio.Reader) {
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if strings.TrimSpace(line) == "" {
				_, _ = io.WriteString(nc, octets)
				return
			}
		}
	}
}

// onEachConn runs serve on each connection to url, and closes it then.
func onEachConn(t *testing.T, serve func(nc net.Conn, r *bufio.Reader)) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go acceptAll(l, serve)
	return "http://" + l.Addr().String()
}

// acceptAll does so until l is closed.
func acceptAll(l net.Listener, serve func(nc net.Conn, r *bufio.Reader)) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer nc.Close()
			serve(nc, bufio.NewReader(nc))
		}()
	}
}

// unread fails the test when it is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("content was sent before it was asked for")
	return 0, errors.New("unread")
}
