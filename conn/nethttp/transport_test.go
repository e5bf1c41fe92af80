package nethttp

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/conntest"
)

// using returns a client of our transport, whose connections end with the test.
func using(t testing.TB, change ...func(*Transport)) *http.Client {
	tr := new(Transport)
	for _, f := range change {
		f(tr)
	}
	t.Cleanup(func() { _ = tr.client.Close() })
	return &http.Client{Transport: tr, Timeout: patience}
}

// mirror answers with what it saw of the request, in several shapes.
func mirror(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	h := r.Header.Clone()
	h.Del("User-Agent")
	answer := fmt.Sprintf("%s %s %s %v %d %v %v %q %v", r.Method, r.RequestURI, r.Host, h, r.ContentLength, r.TransferEncoding, r.Trailer, body, err)
	switch r.URL.Path {
	case "/gzip":
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, answer)
		_ = z.Close()
	case "/chunked":
		for _, word := range strings.Fields(answer) {
			_, _ = io.WriteString(w, word)
			flush(w)
		}
	case "/trailer":
		w.Header().Set("Trailer", "X-Sum")
		_, _ = io.WriteString(w, answer)
		w.Header().Set("X-Sum", fmt.Sprint(len(answer)))
		w.Header().Set(http.TrailerPrefix+"X-More", "1")
	case "/close":
		w.Header().Set("Connection", "close")
		_, _ = io.WriteString(w, answer)
	case "/204":
		w.WriteHeader(204)
	case "/304":
		w.WriteHeader(304)
	case "/large":
		_, _ = io.WriteString(w, strings.Repeat(answer, 5000))
	default:
		w.Header().Set("X-Mirror", "1")
		w.Header().Add("X-Mirror", "2")
		_, _ = io.WriteString(w, answer)
	}
}

// seen is a response as a caller sees it.
func seen(t *testing.T, resp *http.Response) string {
	t.Helper()
	s, err := look(resp)
	require.NoError(t, err)
	return s
}

func look(resp *http.Response) (string, error) {
	defer resp.Body.Close()
	before := fmt.Sprint(resp.Trailer)
	body, err := io.ReadAll(resp.Body)
	resp.Header.Del("Date")
	return fmt.Sprintf("%s %s %v %d %v close=%v uncompressed=%v %s %v %q", resp.Proto, resp.Status, resp.Header,
		resp.ContentLength, resp.TransferEncoding, resp.Close, resp.Uncompressed, before, resp.Trailer, body), err
}

// requests are what both transports send to both servers.
func requests(url string) map[string]*http.Request {
	all := map[string]*http.Request{}
	add := func(name, method, path string, body io.Reader, change ...func(*http.Request)) {
		r, err := http.NewRequest(method, url+path, body)
		if err != nil {
			panic(err)
		}
		for _, f := range change {
			f(r)
		}
		all[name] = r
	}
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X-OWN"} {
		add(method, method, "/a?b=c", nil)
		if method != "TRACE" {
			add(method+" with content", method, "/a", strings.NewReader("content"))
		}
	}
	for _, path := range []string{"/gzip", "/chunked", "/trailer", "/close", "/204", "/304", "/large"} {
		add("GET "+path, "GET", path, nil)
		add("HEAD "+path, "HEAD", path, nil)
		add("POST "+path, "POST", path, strings.NewReader("content"))
	}
	add("unknown length", "POST", "/", io.MultiReader(strings.NewReader("content")))
	add("large content", "POST", "/", bytes.NewReader(bytes.Repeat([]byte("a"), 1<<20)))
	add("large unknown", "PUT", "/", io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("a"), 1<<20))))
	add("expect", "POST", "/", strings.NewReader("content"), func(r *http.Request) { r.Header.Set("Expect", "100-continue") })
	add("own gzip", "GET", "/gzip", nil, func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") })
	add("range", "GET", "/", nil, func(r *http.Request) { r.Header.Set("Range", "bytes=0-1") })
	add("host", "GET", "/", nil, func(r *http.Request) { r.Host = "other.example:81" })
	add("closes", "GET", "/", nil, func(r *http.Request) { r.Close = true })
	add("fields", "GET", "/", nil, func(r *http.Request) {
		r.Header["X-A"] = []string{"1", "2"}
		r.Header["x-lower"] = []string{"3"}
		r.Header.Set("Cookie", "a=b; c=d")
	})
	add("trailer", "POST", "/", io.MultiReader(strings.NewReader("content")), func(r *http.Request) {
		r.Trailer = http.Header{"X-Sum": []string{"7"}}
	})
	add("odd path", "GET", "/a%2fb/%C3%A9?x=%20", nil)
	return all
}

// TestBothTransportsAtBothServers has every request answered the same,
// whoever sends and whoever serves it.
func TestBothTransportsAtBothServers(t *testing.T) {
	quiet(t)
	h := http.HandlerFunc(mirror)
	for server, s := range map[string]*served{"theirs": serveTheirs(t, h), "ours": serve(t, h)} {
		theirs, ours := &http.Client{Transport: new(http.Transport), Timeout: patience}, using(t)
		defer theirs.CloseIdleConnections()
		for name := range requests(s.url) {
			t.Run(server+"/"+name, func(t *testing.T) {
				want, err := theirs.Do(requests(s.url)[name])
				require.NoError(t, err)
				got, err := ours.Do(requests(s.url)[name])
				require.NoError(t, err)
				assert.Equal(t, clip(seen(t, want)), clip(seen(t, got)))
			})
		}
	}
}

// clip shortens what would fill the screen; its length stays in it.
func clip(s string) string {
	if len(s) > 500 {
		return fmt.Sprintf("%s… %d", s[:500], len(s))
	}
	return s
}

func TestTransportReusesConnections(t *testing.T) {
	s := serveTheirs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.RemoteAddr) }))
	c := using(t)
	ask := func() string {
		resp, err := c.Get(s.url)
		require.NoError(t, err)
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return string(b)
	}
	first := ask()
	for range 9 {
		assert.Equal(t, first, ask())
	}
	c.CloseIdleConnections()
	assert.NotEqual(t, first, ask())
}

func TestTransportCancelledAtEveryPoint(t *testing.T) {
	quiet(t)
	release := make(chan struct{})
	defer close(release)
	s := serveTheirs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_, _ = io.WriteString(w, "x")
			flush(w)
		}
		select {
		case <-r.Context().Done():
		case <-release:
		}
	}))
	c := using(t)
	t.Run("before the head", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(10*time.Millisecond, cancel)
		r, _ := http.NewRequestWithContext(ctx, "GET", s.url, nil)
		_, err := c.Do(r)
		assert.ErrorIs(t, err, context.Canceled)
	})
	t.Run("in the content", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		r, _ := http.NewRequestWithContext(ctx, "GET", s.url+"/body", nil)
		resp, err := c.Do(r)
		require.NoError(t, err)
		time.AfterFunc(10*time.Millisecond, cancel)
		_, err = io.ReadAll(resp.Body)
		assert.ErrorIs(t, err, context.Canceled)
		_ = resp.Body.Close()
	})
	t.Run("by the client's timeout", func(t *testing.T) {
		short := &http.Client{Transport: c.Transport, Timeout: 20 * time.Millisecond}
		_, err := short.Get(s.url)
		var timeout interface{ Timeout() bool }
		require.ErrorAs(t, err, &timeout)
		assert.True(t, timeout.Timeout())
	})
	t.Run("while sending", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		body, _ := io.Pipe()
		r, _ := http.NewRequestWithContext(ctx, "POST", s.url, body)
		time.AfterFunc(10*time.Millisecond, cancel)
		_, err := c.Do(r)
		assert.ErrorIs(t, err, context.Canceled)
		_, err = body.Read(nil)
		assert.ErrorIs(t, err, io.ErrClosedPipe, "the body is closed")
	})
}

// ResponseHeaderTimeout bounds the time to the head, and not that to the end.
func TestTransportResponseHeaderTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := conntest.Listen()
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/body" {
				_, _ = io.WriteString(w, "soon ")
				flush(w)
			}
			time.Sleep(2 * time.Second)
			_, _ = io.WriteString(w, "late")
		})}
		go func() { _ = s.Serve(l) }()
		tr := &Transport{DialContext: l.DialContext, ResponseHeaderTimeout: time.Second}
		c := &http.Client{Transport: tr}
		_, err := c.Get("http://a/")
		assert.ErrorIs(t, err, conn.ErrHeaderTimeout)
		resp, err := c.Get("http://a/body")
		require.NoError(t, err)
		b, err := io.ReadAll(resp.Body)
		assert.NoError(t, err)
		assert.Equal(t, "soon late", string(b))
		_ = resp.Body.Close()
		tr.CloseIdleConnections()
		_ = s.Close()
	})
}

// User-Agent is one value (RFC 9110 §5.3), as with net/http.
func TestTransportUserAgent(t *testing.T) {
	s := serveTheirs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%q", r.Header["User-Agent"]) }))
	c := using(t)
	for want, agents := range map[string][]string{`["h1wire"]`: nil, `[]`: {""}, `["a"]`: {"a", "b"}} {
		r, err := http.NewRequest("GET", s.url, nil)
		require.NoError(t, err)
		r.Header["User-Agent"] = agents
		resp, err := c.Do(r)
		require.NoError(t, err)
		got, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		assert.Equal(t, want, string(got))
	}
}

func TestTransportRefusesWhatIsNotARequest(t *testing.T) {
	c := new(Transport)
	for name, r := range map[string]*http.Request{
		"no URL":    {Header: http.Header{}},
		"no header": httptest.NewRequest("GET", "http://a/", nil).WithContext(context.Background()),
		"scheme":    httptest.NewRequest("GET", "ftp://a/", nil),
		"field":     httptest.NewRequest("GET", "http://a/", nil),
		"host":      httptest.NewRequest("GET", "http://a/", nil),
	} {
		body := &noted{}
		r.Body = body
		switch name {
		case "no header":
			r.Header = nil
		case "field":
			r.Header.Set("X-A", "a\r\nX-B: b")
		case "host":
			r.Host = "ä.example"
		}
		_, err := c.RoundTrip(r)
		assert.Error(t, err, name)
		assert.True(t, body.closed, name)
	}
}

// noted notes that it was closed.
type noted struct{ closed bool }

func (c *noted) Read([]byte) (int, error) { return 0, errors.New("read") }
func (c *noted) Close() error             { c.closed = true; return nil }

// What a Body lacks of its ContentLength is not made up for: least of all by what
// another request has left in the buffer.
func TestTransportSendsNothingButTheBody(t *testing.T) {
	l := conntest.Listen()
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	sent := make(chan string)
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				var all []byte
				for p := make([]byte, 4096); ; {
					n, err := nc.Read(p)
					if all = append(all, p[:n]...); bytes.Contains(all, []byte("secret")) {
						cancel()
					}
					if err != nil {
						break
					}
				}
				sent <- string(all)
			}()
		}
	}()
	c := using(t, func(tr *Transport) { tr.DialContext, tr.Params.NoKeepAlive = l.DialContext, true })
	secret, _ := http.NewRequestWithContext(ctx, "POST", "http://a.example/", strings.NewReader(strings.Repeat("secret", 100)))
	_, err := c.Do(secret)
	require.Error(t, err)
	require.Contains(t, <-sent, "secret")
	for range 4 { // one of them gets the buffer
		r, _ := http.NewRequest("POST", "http://a.example/", strings.NewReader("abc"))
		r.ContentLength = 600
		_, err = c.Do(r)
		require.ErrorIs(t, err, conn.ErrTooFewBytes)
		_, body, _ := strings.Cut(<-sent, "\r\n\r\n")
		require.True(t, strings.HasPrefix("abc", body), body)
	}
}
