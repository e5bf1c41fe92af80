package conn_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

// The gateway of the examples does what its words say, with every driver: many will
// begin with it.
func TestGatewayOfTheExamples(t *testing.T) {
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hints":
			w.Header().Set("Link", "x")
			w.WriteHeader(http.StatusEarlyHints)
		case "/forbidden": // Expect: and the content is never asked for
			w.WriteHeader(http.StatusForbidden)
			return
		case "/cut":
			w.Header().Set("Content-Length", "9")
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "/upgrade":
			nc, rw, err := http.NewResponseController(w).Hijack()
			if !assert.NoError(t, err) {
				return
			}
			defer nc.Close()
			_, _ = io.WriteString(nc, "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
			_, _ = io.Copy(nc, rw)
			return
		}
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Trailer", "Sum")
		w.Header().Set("Connection", "hop")
		w.Header().Set("Hop", "1")
		fmt.Fprintf(w, "%s %s %s %q %v %v", r.Method, r.RequestURI, r.Host, body, r.Trailer, r.Header["Hop"])
		fmt.Fprintf(w, " via %q hops %q upgrade %q", r.Header["Via"], r.Header["Max-Forwards"], r.Header["Upgrade"])
		w.(http.Flusher).Flush()
		w.Header().Set("Sum", "42")
	}))
	defer origin.Close()
	defer func() { // what io.Copy spliced by is kept in a pool, and no leak
		runtime.GC()
		runtime.GC()
	}()
	for _, driver := range []conn.Driver{conn.Stream, conn.Raw, conn.Loop} {
		g := &gateway{origin: strings.TrimPrefix(origin.URL, "http://")}
		addr := serveDelegate(t, driver, g)
		for name, c := range map[string]struct{ send, want string }{
			"absolute-form": {
				"GET http://a.example?b HTTP/1.1\r\nHost: ignored\r\nConnection: close, hop\r\nHop: 1\r\n\r\n",
				"(?s)^HTTP/1.1 200 OK\r\n.*Via: 1.1 gateway\r\nConnection: close\r\n\r\n[0-9a-f]+\r\nGET /\\?b a.example \"\" map.. .. via ..1.1 gateway.. .*\r\n0\r\nSum: 42\r\n\r\n$",
			},
			"content and trailers": {
				"POST /x HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n",
				"POST /x a.example \"abc\" map.T:.1.. ",
			},
			"early hints": {"GET /hints HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "^HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"},
			"a refusal in place of 100": {
				"POST /forbidden HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", "(?s)^HTTP/1.1 403 Forbidden\r\n.*\r\nConnection: close\r\n\r\n$",
			},
			"malformed content": {
				"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "^HTTP/1.1 400 Bad Request\r\n",
			},
			"a response that breaks off": {"GET /cut HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "(?s)^HTTP/1.1 200 OK\r\nContent-Length: 9\r\n.*\r\n\r\nhalf$"},
			"a limit of hops": {
				"OPTIONS /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nMax-Forwards: 10\r\n\r\n", "OPTIONS /x a .* hops ..9..",
			},
			"the last hop":          {"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\nMax-Forwards: 0\r\n\r\n", "^HTTP/1.1 204 No Content\r\n"},
			"HTTP/1.0":              {"GET / HTTP/1.0\r\nHost: a\r\nMax-Forwards: 1\r\n\r\n", " via ..1.0 gateway.. hops ..1.."},
			"an upgrade to nothing": {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close, upgrade\r\n\r\n", " upgrade ..\r\n"},
			"TRACE":                 {"TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "^HTTP/1.1 501 Not Implemented\r\n"},
			"CONNECT":               {"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nConnection: close\r\n\r\n", "^HTTP/1.1 501 Not Implemented\r\n"},
		} {
			got := sendUntilClosed(t, addr, c.send)
			assert.Regexp(t, c.want, got, "%v: %s", driver, name)
			assert.NotRegexp(t, regexp.MustCompile("(?i)hop: 1"), got, name)
		}

		nc, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		_, err = io.WriteString(nc, "GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nearly ")
		require.NoError(t, err)
		var got []byte
		for b := make([]byte, 100); !strings.HasSuffix(string(got), "early "); {
			n, err := nc.Read(b)
			require.NoError(t, err, "%v: %s", driver, got)
			got = append(got, b[:n]...)
		}
		assert.Regexp(t, "(?s)^HTTP/1.1 101 x\r\n.*\r\n\r\nearly $", string(got), driver)
		_, err = io.WriteString(nc, "late")
		require.NoError(t, err)
		require.NoError(t, nc.(*net.TCPConn).CloseWrite())
		got, err = io.ReadAll(nc)
		require.NoError(t, err)
		assert.Equal(t, "late", string(got), driver)
		_ = nc.Close()
		assert.NoError(t, g.client.Close())
	}
}
