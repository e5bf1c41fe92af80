package nethttp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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

// The functions that README begins with.
func TestServeAndServeTLS(t *testing.T) {
	quiet(t)
	ours, theirs := secure(t)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.TLS != nil) })
	cert, key := files(t, ours.Certificates[0])
	for scheme, serve := range map[string]func(net.Listener) error{
		"http":  func(l net.Listener) error { return Serve(l, h) },
		"https": func(l net.Listener) error { return ServeTLS(l, h, cert, key) },
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() { ended <- serve(l) }()
		tr := &http.Transport{TLSClientConfig: theirs}
		resp, err := (&http.Client{Transport: tr, Timeout: patience}).Get(scheme + "://" + l.Addr().String())
		require.NoError(t, err)
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		_ = resp.Body.Close()
		assert.Equal(t, fmt.Sprint(scheme == "https"), string(b))
		tr.CloseIdleConnections()
		require.NoError(t, l.Close())
		assert.ErrorIs(t, <-ended, net.ErrClosed, scheme)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	assert.ErrorIs(t, ServeTLS(l, h, cert, key+"x"), fs.ErrNotExist)
	_, err = net.Dial("tcp", l.Addr().String())
	assert.Error(t, err, "it owns the listener")
}

// files writes a certificate and its key into two files.
func files(t *testing.T, c tls.Certificate) (cert, key string) {
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	require.NoError(t, err)
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return path
	}
	return write("cert", "CERTIFICATE", c.Certificate[0]), write("key", "PRIVATE KEY", der)
}
