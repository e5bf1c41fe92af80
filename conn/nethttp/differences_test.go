package nethttp

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/conntest"
)

// differences has a test for each row of the tables in the package doc, under its
// name.
var differences = []map[string]func(t *testing.T){serverDifferences, transportDifferences}

var serverDifferences = map[string]func(t *testing.T){
	"syntax": func(t *testing.T) {
		refused(t, "GET / HTTP/1.1\nHost: a\nConnection: close\n\n")
		refused(t, "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\nConnection: close\r\n\r\n")
	},
	"framing": func(t *testing.T) {
		refused(t, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n")
	},
	"target host": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, strings.Join([]string{r.Host, r.URL.Host, r.URL.Path, r.URL.RawQuery}, " "))
		})
		for target, got := range map[string]string{
			"http://[v1.a:b]:80/x/y?z": "[v1.a:b]:80 [v1.a:b]:80 /x/y z",
			"http://%41.b?z":           "%41.b %41.b  z",
			"https://[vF.a]":           "[vF.a] [vF.a]  ",
		} {
			octets := "GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
			assert.Contains(t, serveTheirs(t, h).raw(t, octets), "HTTP/1.1 400 ")
			assert.True(t, strings.HasSuffix(serve(t, h).raw(t, octets), "\r\n\r\n"+got), target)
		}
		assert.Contains(t, serve(t, h).raw(t, "GET http://[v1.a]/%zz HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1 400 ")
	},
	"head size": func(t *testing.T) {
		for octets, status := range map[string]int{
			"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: " + strings.Repeat("a", 65<<10) + "\r\n\r\n": 431,
			"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + strings.Repeat("X: a\r\n", 128) + "\r\n":    431,
		} {
			theirs, ours := both(t, http.NotFoundHandler(), octets)
			assert.Equal(t, 404, theirs.StatusCode)
			assert.Equal(t, status, ours.StatusCode)
		}
	},
	"timeouts": func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := conntest.Listen()
			s := &Server{Handler: http.NotFoundHandler()}
			go func() { _ = s.Serve(l) }()
			nc, err := l.Dial()
			require.NoError(t, err)
			begun := time.Now()
			_, err = nc.Read(make([]byte, 1))
			assert.ErrorIs(t, err, io.EOF)
			assert.InDelta(t, conn.DefaultIdleTimeout.Seconds(), time.Since(begun).Seconds(), 1)
			require.NoError(t, s.Close())
		})
	},
	"version": func(t *testing.T) {
		theirs, ours := both(t, http.NotFoundHandler(), "GET / HTTP/1.0\r\n\r\n")
		assert.Equal(t, "HTTP/1.0", theirs.Proto)
		assert.Equal(t, "HTTP/1.1", ours.Proto)
		assert.True(t, ours.Close)
	},
	"1xx to 1.0": func(t *testing.T) {
		theirs, ours := both(t, alike["early hints"], "GET / HTTP/1.0\r\n\r\n")
		assert.Equal(t, 103, theirs.StatusCode)
		assert.Equal(t, 200, ours.StatusCode)
	},
	"205": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusResetContent)
			if _, err := io.WriteString(w, "x"); r.Host == "ours" {
				assert.ErrorIs(t, err, http.ErrBodyNotAllowed)
			}
		})
		assert.Regexp(t, "(?s)^HTTP/1.1 205 .*\r\n\r\nx$", serveTheirs(t, h).raw(t, get))
		got := serve(t, h).raw(t, "GET / HTTP/1.1\r\nHost: ours\r\nConnection: close\r\n\r\n")
		assert.Regexp(t, "(?s)^HTTP/1.1 205 .*\r\nContent-Length: 0\r\n.*\r\n\r\n$", got)
	},
	"CONNECT": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1")
			if _, err := io.WriteString(w, "x"); r.Host == "ours:1" {
				assert.ErrorIs(t, err, http.ErrBodyNotAllowed)
			}
		})
		assert.Regexp(t, "(?s)^HTTP/1.1 200 .*\r\n\r\nx$", serveTheirs(t, h).raw(t, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nConnection: close\r\n\r\n"))
		got := serve(t, h).raw(t, "CONNECT ours:1 HTTP/1.1\r\nHost: ours:1\r\n\r\n")
		assert.Regexp(t, "^HTTP/1.1 200 OK\r\nDate: [^\r]*\r\n\r\n$", got)
	},
	"101": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusSwitchingProtocols) })
		assert.Regexp(t, "^HTTP/1.1 101 ", serveTheirs(t, h).raw(t, get))
		assert.Regexp(t, "(?s)^HTTP/1.1 500 .*\r\nConnection: close\r\n", serve(t, h).raw(t, get))
	},
	"reason phrase": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(299) })
		theirs, ours := both(t, h, get)
		assert.Equal(t, "299 status code 299", theirs.Status)
		assert.Equal(t, "299", strings.TrimSpace(ours.Status))
	},
	"date": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil })
		theirs, ours := both(t, h, get)
		assert.Empty(t, theirs.Header["Date"])
		assert.Len(t, ours.Header["Date"], 1)
	},
	"coding": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Transfer-Encoding", "identity")
			flush(w)
		})
		theirs, ours := both(t, h, get)
		assert.Empty(t, theirs.TransferEncoding)
		assert.Equal(t, []string{"chunked"}, ours.TransferEncoding)
	},
	"bad length": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "five")
			_, _ = io.WriteString(w, "hello")
		})
		assert.Contains(t, serveTheirs(t, h).raw(t, "GET / HTTP/1.0\r\n\r\n"), "Content-Length: five")
		assert.Contains(t, serve(t, h).raw(t, "GET / HTTP/1.0\r\n\r\n"), "Content-Length: 5\r\n")
	},
	"close": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close, keep-alive") })
		const twice = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
		assert.Equal(t, 2, strings.Count(serveTheirs(t, h).raw(t, twice), "HTTP/1.1 200 "))
		ours := serve(t, h).raw(t, twice)
		assert.Equal(t, 1, strings.Count(ours, "HTTP/1.1 200 "))
		assert.Contains(t, ours, "\r\nConnection: close\r\n")
	},
	"excess": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "3")
			_, err := io.WriteString(w, "hello")
			assert.ErrorIs(t, err, http.ErrContentLength)
		})
		octets := "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
		assert.Regexp(t, "\r\n\r\n$", serveTheirs(t, h).raw(t, octets))
		assert.Regexp(t, "\r\n\r\nhel$", serve(t, h).raw(t, octets))
	},
	"octets": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-A", "a\x01b")
			w.Header()["content-length"] = []string{"2"}
			w.Header()["Content-LENGTH"] = []string{"1"}
			_, _ = io.WriteString(w, "x")
		})
		assert.Contains(t, serveTheirs(t, h).raw(t, get), "X-A: a\x01b\r\n")
		got := serve(t, h).raw(t, get)
		assert.Contains(t, got, "X-A: a b\r\n")
		assert.Equal(t, 1, strings.Count(strings.ToLower(got), "content-length:"))
	},
	"broken content": func(t *testing.T) {
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
		octets := "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nxyz\r\n"
		theirs, ours := both(t, h, octets)
		assert.Equal(t, 200, theirs.StatusCode)
		assert.Equal(t, 400, ours.StatusCode)
	},
	"duplex": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			flush(w)
			b, _ := io.ReadAll(r.Body)
			_, _ = w.Write(b)
		})
		theirs, ours := talkBoth(t, h, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"+get)
		assert.Empty(t, theirs)
		assert.Equal(t, "hello", ours)
	},
	"too much": func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2))
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		})
		octets := "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get
		assert.Equal(t, 1, strings.Count(serveTheirs(t, h).raw(t, octets), "HTTP/1.1 413"))
		h2 := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				h(w, r)
			}
		})
		got := serve(t, h2).raw(t, octets)
		assert.Equal(t, 1, strings.Count(got, "HTTP/1.1 413"))
		assert.Equal(t, 1, strings.Count(got, "HTTP/1.1 200"))
		long := "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
		assert.Contains(t, serve(t, h).raw(t, long+"abc"), "Connection: close\r\n")
	},
	"h2":         TestTLSAndH2,
	"server key": TestContextValues,

	"keep-alives": func(t *testing.T) {
		s := serve(t, http.NotFoundHandler(), func(s *Server) { s.Params.NoKeepAlive = true })
		resp, _ := s.talk(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		assert.True(t, resp.Close)
	},
}

func TestDifferences(t *testing.T) {
	for _, table := range differences {
		for name, test := range table {
			t.Run(name, test)
		}
	}
}

// TestEachDifferenceHasATest holds the table and the tests against each other.
func TestEachDifferenceHasATest(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	written := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^//\t(\S[^\n]*?)  `).FindAllStringSubmatch(string(doc), -1) {
		written[row[1]] = true
	}
	delete(written, "row")
	for _, table := range differences {
		for name := range table {
			assert.True(t, written[name], "no row %q", name)
			delete(written, name)
		}
	}
	assert.Empty(t, written, "rows without a test")
}

// both returns the answers to the same octets by net/http's server and ours.
func both(t *testing.T, h http.Handler, octets string) (theirs, ours *http.Response) {
	t.Helper()
	theirs, _ = serveTheirs(t, h).talk(t, octets)
	ours, _ = serve(t, h).talk(t, octets)
	return theirs, ours
}

// talkBoth is both for the contents.
func talkBoth(t *testing.T, h http.Handler, octets string) (theirs, ours string) {
	t.Helper()
	_, theirs = serveTheirs(t, h).talk(t, octets)
	_, ours = serve(t, h).talk(t, octets)
	return theirs, ours
}

// refused checks that net/http serves the octets, and that ours does not.
func refused(t *testing.T, octets string) {
	t.Helper()
	theirs, ours := both(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), octets)
	assert.Equal(t, 200, theirs.StatusCode)
	assert.Equal(t, 400, ours.StatusCode)
	assert.True(t, ours.Close)
}
