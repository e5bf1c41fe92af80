package nethttp

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
)

// alike are handlers whose responses must be net/http's to the octet, but for
// Date.
var alike = map[string]http.HandlerFunc{
	"nothing":       func(http.ResponseWriter, *http.Request) {},
	"status alone":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) },
	"no content":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
	"not modified":  func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Etag", `"x"`); w.WriteHeader(304) },
	"short text":    func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "Hello, World!") },
	"html":          func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!doctype html><p>x") },
	"two writes":    func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!doc"); fmt.Fprint(w, "type html>") },
	"2048 octets":   write(2048),
	"2049 octets":   write(2049),
	"100000 octets": write(100000),
	"many writes": func(w http.ResponseWriter, _ *http.Request) {
		for i := range 1000 {
			fmt.Fprintln(w, i)
		}
	},
	"given length": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5")
		if _, err := fmt.Fprint(w, "hello"); err != nil && r.Method != http.MethodHead {
			panic(err)
		}
	},
	"length without content": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "5") },
	"length of 304": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "5")
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(304)
	},
	"length of 204": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "5")
		w.WriteHeader(204)
	},
	"no content type": func(w http.ResponseWriter, _ *http.Request) { w.Header()["Content-Type"] = nil; fmt.Fprint(w, "x") },
	"coded content": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		fmt.Fprint(w, "x")
	},
	"fields in order": func(w http.ResponseWriter, _ *http.Request) {
		for _, name := range []string{"X-B", "X-A", "X-C", "Server", "Cache-Control"} {
			w.Header().Add(name, "1")
			w.Header().Add(name, "2")
		}
	},
	"field with line ends": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-A", " a\r\nX-B: b ")
		w.Header().Set("X-C", "\xe9\r\n")
		w.Header()["X D"] = []string{"dropped"}
	},
	"late fields": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Early", "1")
		fmt.Fprint(w, "x")
		w.Header().Set("X-Late", "1")
	},
	"flush": func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush(); fmt.Fprint(w, "x") },
	"flush twice": func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "x")
		flush(w)
		fmt.Fprint(w, "y")
		flush(w)
	},
	"closes": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		fmt.Fprint(w, "x")
	},
	"keeps open": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "keep-alive")
		fmt.Fprint(w, "x")
	},
	"early hints": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</a.css>; rel=preload")
		w.WriteHeader(103)
		w.WriteHeader(103)
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, "x")
	},
	"superfluous status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); w.WriteHeader(500) },
	"announced trailer": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		fmt.Fprint(w, "content")
		w.Header().Set("X-Sum", "7")
	},
	"unannounced trailer": func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "content")
		flush(w)
		w.Header().Set(http.TrailerPrefix+"X-Sum", "7")
	},
	"early unannounced trailer": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(http.TrailerPrefix+"X-Sum", "7")
		fmt.Fprint(w, "content")
	},
	"trailer alone": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set(http.TrailerPrefix+"X-Sum", "7") },
	"error":         func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 403) },
	"redirect":      func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/b", 302) },
	"mux":           http.NewServeMux().ServeHTTP,
	"copy": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.Copy(w, strings.NewReader(strings.Repeat("a", 5000)))
	},
	"read from reader": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.Copy(w, io.LimitReader(strings.NewReader("<!doctype html>"), 10))
	},
	"body": func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%q %v", b, err)
	},
	"closed body": func(w http.ResponseWriter, r *http.Request) {
		_ = r.Body.Close()
		_, err := r.Body.Read(make([]byte, 1))
		fmt.Fprint(w, err)
	},
	"limited body": func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 2))
		fmt.Fprint(w, err)
	},
	"unread body": func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "x") },
	"write after status without content": func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(204)
		_, err := w.Write([]byte("x"))
		if err != http.ErrBodyNotAllowed {
			panic(err)
		}
	},
	"more than its length": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1")
		_, _ = w.Write([]byte("x"))
		if _, err := w.Write([]byte("y")); err != http.ErrContentLength {
			panic(err)
		}
	},
	"timeout handler": http.TimeoutHandler(write(3000), 1e12, "late").ServeHTTP,
	"another request": func(w http.ResponseWriter, r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader("other")), 5
		r.Header, r.Host, r.URL, r.RemoteAddr, r.RequestURI, r.Close = nil, "", nil, "", "", true
		_, _ = io.Copy(w, r.Body)
	},
	"late": func(w http.ResponseWriter, r *http.Request) {
		over := make(chan struct{}) // a handler that returned as late as that might win
		defer close(over)
		http.TimeoutHandler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }), 1e6, "late").ServeHTTP(w, r)
	},
}

func write(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("a"), n)) }
}

func flush(w http.ResponseWriter) { w.(http.Flusher).Flush() }

// asked are the requests that each of them gets.
var asked = map[string]string{
	"GET":        get,
	"1.0":        "GET / HTTP/1.0\r\n\r\n",
	"1.0 keeps":  "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + "GET / HTTP/1.0\r\n\r\n",
	"HEAD":       "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
	"pipelined":  "GET / HTTP/1.1\r\nHost: a\r\n\r\n" + get,
	"POST":       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
	"then again": "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get,
	"chunked":    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	"expecting":  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
}

// TestLikewise has net/http's server and ours answer the same requests by the
// same handlers.
func TestLikewise(t *testing.T) {
	for name, h := range alike {
		t.Run(name, func(t *testing.T) {
			theirs := serveTheirs(t, h)
			eachDriver(t, h, func(t *testing.T, ours *served) {
				for kind, octets := range asked {
					switch {
					case kind == "expecting" && strings.Contains(name, "body"):
						continue // the content would never come
					case strings.HasPrefix(kind, "1.0") && name == "early hints":
						continue // the row on 1xx
					}
					want, got := normal(theirs.raw(t, octets)), normal(ours.raw(t, octets))
					if strings.HasPrefix(kind, "1.0") { // the row on versions
						want = strings.ReplaceAll(want, "HTTP/1.0", "HTTP/1.1")
						want, got = withoutClose(want), withoutClose(got)
					}
					if want != got {
						t.Errorf("%s, %s: want\n%.400s\ngot\n%.400s", name, kind, want, got)
					}
				}
			})
		})
	}
}

func withoutClose(s string) string {
	return strings.NewReplacer("Connection:[close] ", "", "Connection:[close]", "").Replace(s)
}

// normal makes responses comparable: fields in the order of their names, no Date,
// chunks joined.
func normal(octets string) string {
	var out strings.Builder
	for len(octets) > 0 {
		head, rest, ok := strings.Cut(octets, "\r\n\r\n")
		if !ok || !strings.HasPrefix(head, "HTTP/") {
			out.WriteString(octets)
			break
		}
		octets = rest
		lines := strings.Split(head, "\r\n")
		fields := make(textproto.MIMEHeader)
		for _, line := range lines[1:] {
			name, value, _ := strings.Cut(line, ": ")
			fields[name] = append(fields[name], value)
		}
		fields.Del("Date")
		fmt.Fprintf(&out, "%s %v\n", lines[0], fields)
		if n, err := strconv.Atoi(fields.Get("Content-Length")); err == nil && len(octets) >= n && !strings.HasPrefix(octets, "HTTP/") {
			out.WriteString(octets[:n] + "\n")
			octets = octets[n:]
		}
		if fields.Get("Transfer-Encoding") == "chunked" && strings.Contains(octets, "\r\n") && !strings.HasPrefix(octets, "HTTP/") {
			octets = unchunk(&out, octets)
		}
	}
	return out.String()
}

// unchunk writes the content of a chunked message, and returns what follows it.
func unchunk(out *strings.Builder, octets string) string {
	for {
		var n int
		line, rest, _ := strings.Cut(octets, "\r\n")
		if _, err := fmt.Sscanf(line, "%x", &n); err != nil || len(rest) < n {
			return octets
		}
		if n == 0 {
			trailer, rest, _ := strings.Cut(octets, "\r\n\r\n")
			fmt.Fprintf(out, "\n%s\n", trailer)
			return rest
		}
		out.WriteString(rest[:n])
		octets = rest[n+2:]
	}
}
