package conn

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A response that ends with the connection is whole if TLS's closure alert says so,
// and only then (RFC 9112 §9.8). Another one tells where it ends.
func TestResponsesThatTLSDoesNotEnd(t *testing.T) {
	cert, pool := certificate(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	require.NoError(t, err)
	defer l.Close()
	for _, c := range []struct {
		name, response string
		alert          bool
		err            error
	}{
		{"alert", "HTTP/1.1 200 OK\r\n\r\nhello", true, nil},
		{"no alert", "HTTP/1.1 200 OK\r\n\r\nhello", false, io.ErrUnexpectedEOF},
		{"no alert, no content", "HTTP/1.1 200 OK\r\n\r\n", false, io.ErrUnexpectedEOF},
		{"no alert behind a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, nil},
		{"no alert behind the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			done := make(chan struct{})
			defer func() { <-done }()
			go func() {
				defer close(done)
				nc, err := l.Accept()
				if !assert.NoError(t, err) {
					return
				}
				_, err = http.ReadRequest(bufio.NewReader(nc))
				assert.NoError(t, err)
				_, err = io.WriteString(nc, c.response)
				assert.NoError(t, err)
				if c.alert {
					_ = nc.Close()
				} else {
					_ = nc.(*tls.Conn).NetConn().(*net.TCPConn).CloseWrite()
					_, _ = io.Copy(io.Discard, nc.(*tls.Conn).NetConn())
					_ = nc.(*tls.Conn).NetConn().Close()
				}
			}()
			client := &Client{TLSConfig: &tls.Config{RootCAs: pool}}
			defer client.Close()
			resp, err := client.Do(t.Context(), &Request{Addr: l.Addr().String(), TLS: true})
			require.NoError(t, err)
			_, err = io.ReadAll(resp)
			assert.ErrorIs(t, err, c.err)
			_ = resp.Close()
		})
	}
}
