package nethttp

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/nethttp"
)

// servers starts h on both servers, ours with both drivers.
func servers(t *testing.T, h http.Handler) map[string]string {
	theirs := httptest.NewServer(h)
	t.Cleanup(theirs.Close)
	urls := map[string]string{"net/http": theirs.URL}
	for _, driver := range []conn.Driver{conn.Raw, conn.Stream} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		s := &nethttp.Server{Handler: h, Driver: driver}
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(l) }()
		t.Cleanup(func() {
			_ = s.Close()
			assert.ErrorIs(t, <-ended, http.ErrServerClosed)
		})
		urls["h1wire "+driver.String()] = "http://" + l.Addr().String()
	}
	return urls
}

// transports are those of both.
func transports(t *testing.T) map[string]*http.Client {
	theirs, ours := new(http.Transport), new(nethttp.Transport)
	t.Cleanup(theirs.CloseIdleConnections)
	t.Cleanup(ours.CloseIdleConnections)
	return map[string]*http.Client{"net/http": {Transport: theirs}, "h1wire": {Transport: ours}}
}
