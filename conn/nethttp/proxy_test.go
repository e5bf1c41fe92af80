package nethttp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReverseProxy has httputil.ReverseProxy between a client and a server, with
// our server in front of it, our transport behind it, and both.
func TestReverseProxy(t *testing.T) {
	quiet(t)
	origin := serveTheirs(t, http.HandlerFunc(originHandler))
	reference := serveTheirs(t, proxyTo(origin, client(t).Transport))
	for _, front := range []string{"theirs", "ours"} {
		for _, back := range []string{"theirs", "ours"} {
			t.Run(front+" in front, "+back+" behind", func(t *testing.T) {
				transport := client(t).Transport
				if back == "ours" {
					transport = using(t, func(tr *Transport) { tr.DisableCompression = true }).Transport
				}
				proxy := proxyTo(origin, transport)
				s := serveTheirs(t, proxy)
				if front == "ours" {
					s = serve(t, proxy)
				}
				throughProxy(t, s, reference)
			})
		}
	}
}

func proxyTo(origin *served, transport http.RoundTripper) http.Handler {
	to, _ := url.Parse(origin.url)
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	proxy.Transport = transport
	return proxy
}

// eventSeen gets a token when the client has seen an event.
var eventSeen = make(chan struct{})

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
			select {
			case <-eventSeen:
			case <-r.Context().Done():
			}
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

// askProxy returns the answer to one of requests. net/http's server closes the
// request's Body when the response begins, sometimes under the transport of the
// proxy that is about to see its end, which then gives up in the middle of the
// response: so that may be asked again.
func askProxy(t *testing.T, c *http.Client, via *served, name string) string {
	for attempt := 1; ; attempt++ {
		r := requests(via.url)[name]
		r.Host = "proxied.example"
		resp, err := c.Do(r)
		require.NoError(t, err, name)
		answer, err := look(resp)
		if via.log == nil && errors.Is(err, io.ErrUnexpectedEOF) && attempt < 100 {
			continue
		}
		require.NoError(t, err, name)
		return clip(answer)
	}
}

func throughProxy(t *testing.T, s, reference *served) {
	c := client(t)
	t.Run("requests", func(t *testing.T) {
		for name := range requests(s.url) {
			var answers []string
			for _, via := range []*served{reference, s} {
				answers = append(answers, askProxy(t, c, via, name))
			}
			assert.Equal(t, answers[0], answers[1], name)
		}
	})
	t.Run("events come one by one", func(t *testing.T) {
		resp, err := c.Get(s.url + "/events")
		require.NoError(t, err)
		events := bufio.NewReader(resp.Body)
		for i := range 3 {
			line, err := events.ReadString('\n')
			require.NoError(t, err)
			assert.Equal(t, fmt.Sprintf("data: %d\n", i), line)
			_, _ = events.ReadString('\n')
			eventSeen <- struct{}{}
		}
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
		assert.Equal(t, []string{"Upgrade"}, resp.Header["Connection"], "and not close, which a length that is not known makes of it")
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
