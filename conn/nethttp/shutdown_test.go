package nethttp

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

// visits are what a client may leave its connection in the middle of, or with.
var visits = []string{
	"", // of a TLS connection, before its handshake
	"GET / HT",
	"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET /",
	get,
	"GET /watches HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /hijacks HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello",
	"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n",
	"POST /refuses HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
	"no request\r\n\r\n", // the connection lingers
	"GET /panics HTTP/1.1\r\nHost: a\r\n\r\n",
}

// visited answers visits.
func visited(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/watches":
		select {
		case <-r.Context().Done():
		case <-time.After(time.Millisecond):
		}
	case "/hijacks":
		if nc, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = nc.Close()
		}
	case "/refuses":
		w.WriteHeader(http.StatusForbidden)
	case "/panics":
		panic(http.ErrAbortHandler)
	default:
		_, _ = io.Copy(w, r.Body)
	}
}

// TestShutdownAtAnyMoment ends a server while clients come, ask, and leave. Whatever
// its connections are doing, they end, and so do all goroutines.
func TestShutdownAtAnyMoment(t *testing.T) {
	quiet(t)
	rounds := 20
	ours, theirs := secure(t)
	for name, change := range map[string]func(*Server){
		"raw":    func(s *Server) { s.Driver = conn.Raw },
		"stream": func(s *Server) { s.Driver = conn.Stream },
		"loop":   func(s *Server) { s.Driver = conn.Loop },
		"TLS":    func(s *Server) { s.TLSConfig = ours },
	} {
		t.Run(name, func(t *testing.T) {
			for round := range rounds {
				s := &Server{Handler: http.HandlerFunc(visited), Logger: slog.New(slog.DiscardHandler)}
				change(s)
				l, err := net.Listen("tcp", "127.0.0.1:0")
				require.NoError(t, err)
				ended := make(chan error, 1)
				go func() {
					if s.TLSConfig != nil {
						ended <- s.ServeTLS(l, "", "")
						return
					}
					ended <- s.Serve(l)
				}()
				var clients sync.WaitGroup
				for range 6 {
					clients.Go(func() {
						for visit(l.Addr().String(), s.TLSConfig != nil, theirs) {
						}
					})
				}
				time.Sleep(rand.N(5 * time.Millisecond)) // any moment
				if round%2 == 0 {
					assert.NoError(t, s.Close())
				}
				ctx, cancel := context.WithTimeout(context.Background(), patience)
				assert.NoError(t, s.Shutdown(ctx))
				cancel()
				assert.ErrorIs(t, <-ended, http.ErrServerClosed)
				clients.Wait()
			}
		})
	}
}

// visit makes a connection, asks for something, and looks at the answer, if there is
// one soon. It reports false when there is no server.
func visit(addr string, secure bool, config *tls.Config) bool {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return false
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(rand.N(3 * time.Millisecond)))
	asks := visits[rand.N(len(visits))]
	if secure && asks != "" {
		nc = tls.Client(nc, config)
	}
	if _, err := io.WriteString(nc, asks); err == nil && rand.N(2) == 0 {
		_, _ = nc.Read(make([]byte, 1000))
	}
	return true
}
