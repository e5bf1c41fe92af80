package nethttp

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// secure returns a certificate, and what a client needs to trust it.
func secure(t *testing.T) (server, client *tls.Config) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	return &tls.Config{Certificates: s.TLS.Certificates}, s.Client().Transport.(*http.Transport).TLSClientConfig
}

func TestTLSAndH2(t *testing.T) {
	quiet(t)
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			ours, theirs := secure(t)
			if protocol == "HTTP/2.0" {
				ours.NextProtos = []string{"h2", "http/1.1"}
			}
			type key struct{}
			s := &Server{TLSConfig: ours, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.NotNil(t, r.TLS)
				b, _ := io.ReadAll(r.Body)
				fmt.Fprintf(w, "%s %s %v", r.Proto, b, r.Context().Value(key{}))
			}), BaseContext: func(net.Listener) context.Context { return context.WithValue(context.Background(), key{}, "base") }}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			ended := make(chan error, 1)
			go func() { ended <- s.ServeTLS(l, "", "") }()
			tr := &http.Transport{TLSClientConfig: theirs, ForceAttemptHTTP2: true}
			defer tr.CloseIdleConnections()
			for range 3 {
				resp, err := (&http.Client{Transport: tr, Timeout: patience}).Post("https://"+l.Addr().String(), "", io.LimitReader(endless('a'), 3))
				require.NoError(t, err)
				b, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				assert.Equal(t, protocol+" aaa base", string(b))
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			require.NoError(t, s.Shutdown(ctx))
			assert.ErrorIs(t, <-ended, http.ErrServerClosed)
		})
	}
}

func TestPlainTextToATLSPort(t *testing.T) {
	ours, _ := secure(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &Server{TLSConfig: ours}
	go func() { _ = server.ServeTLS(l, "", "") }()
	defer server.Close()
	plain := &served{addr: l.Addr().String()}
	nc := plain.dial(t)
	_, err = io.WriteString(nc, get)
	require.NoError(t, err)
	b, _ := io.ReadAll(nc)
	assert.NotContains(t, string(b), "HTTP/1.1 200")
}
