package nethttp

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

// fickle is a server that answers the first request on each connection, and
// closes on the second without an answer.
func fickle(t *testing.T, served *atomic.Int64) (url string) {
	return onEachConn(t, func(nc net.Conn, r *bufio.Reader) {
		for answered := false; ; answered = true {
			req, err := http.ReadRequest(r)
			if err != nil || answered {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			served.Add(1)
			_, _ = io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	})
}

// TestTransportRetries holds when a request is sent again against net/http's rules.
func TestTransportRetries(t *testing.T) {
	post := func(url string, body io.Reader, change ...func(*http.Request)) *http.Request {
		r, err := http.NewRequest("POST", url, body)
		require.NoError(t, err)
		for _, f := range change {
			f(r)
		}
		return r
	}
	key := func(r *http.Request) { r.Header.Set("Idempotency-Key", "1") }
	for name, c := range map[string]struct {
		request func(url string) *http.Request
		again   bool
	}{
		"GET": {func(url string) *http.Request { r, _ := http.NewRequest("GET", url, nil); return r }, true},
		"PUT": {func(url string) *http.Request { r, _ := http.NewRequest("PUT", url, strings.NewReader("x")); return r }, true},
		"PUT of a stream": {func(url string) *http.Request {
			r, _ := http.NewRequest("PUT", url, io.MultiReader(strings.NewReader("x")))
			return r
		}, false},
		"POST":                      {func(url string) *http.Request { return post(url, nil) }, false},
		"POST with content":         {func(url string) *http.Request { return post(url, strings.NewReader("x")) }, false},
		"POST with a key":           {func(url string) *http.Request { return post(url, strings.NewReader("x"), key) }, true},
		"large POST with a key":     {func(url string) *http.Request { return post(url, strings.NewReader(strings.Repeat("x", 1<<20)), key) }, true},
		"POST of a stream, and key": {func(url string) *http.Request { return post(url, io.MultiReader(strings.NewReader("x")), key) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			var served atomic.Int64
			url := fickle(t, &served)
			client := using(t)
			resp, err := client.Get(url)
			require.NoError(t, err)
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()

			resp, err = client.Do(c.request(url))
			if !c.again {
				var failed *conn.RequestError
				require.ErrorAs(t, err, &failed)
				assert.True(t, failed.Reused)
				assert.EqualValues(t, 1, served.Load())
				return
			}
			require.NoError(t, err)
			_ = resp.Body.Close()
			assert.EqualValues(t, 2, served.Load())
		})
	}
}

func TestTransportLimitsConnections(t *testing.T) {
	var now, most atomic.Int64
	s := serveTheirs(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
	}))
	c := using(t, func(tr *Transport) { tr.MaxConnsPerHost = 3 })
	errs := make(chan error)
	for range 50 {
		go func() {
			resp, err := c.Get(s.url)
			if err == nil {
				err = resp.Body.Close()
			}
			errs <- err
		}()
	}
	for range 50 {
		assert.NoError(t, <-errs)
	}
	assert.LessOrEqual(t, most.Load(), int64(3))
}

// TestTransportReadsAnEarlyAnswer has a server answer an upload that goes on.
func TestTransportReadsAnEarlyAnswer(t *testing.T) {
	quiet(t)
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusUnauthorized) }))
	body, in := io.Pipe()
	go func() {
		for {
			if _, err := in.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	}()
	resp, err := using(t).Post(s.url, "", body)
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	assert.Equal(t, "no\n", string(b))
	require.NoError(t, resp.Body.Close())
	_, err = body.Read(make([]byte, 1))
	assert.True(t, errors.Is(err, io.ErrClosedPipe))
}
