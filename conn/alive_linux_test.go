package conn

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A connection that the server has closed meanwhile is seen under TLS, too, before a
// request is sent on it that must not be sent twice.
func TestIdleTLSConnectionsAreLookedAt(t *testing.T) {
	cert, pool := certificate(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	require.NoError(t, err)
	defer l.Close()
	go func() {
		for n := 1; ; n++ { // one exchange on each connection, without a word of that
			nc, err := l.Accept()
			if err != nil {
				return
			}
			r, err := http.ReadRequest(bufio.NewReader(nc))
			if assert.NoError(t, err) {
				_, _ = io.Copy(io.Discard, r.Body)
				_, _ = fmt.Fprintf(nc, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d", n)
			}
			_ = nc.Close()
		}
	}()
	client := &Client{TLSConfig: &tls.Config{RootCAs: pool}}
	defer client.Close()
	for _, want := range []string{"1", "2"} {
		resp, err := client.Do(t.Context(), &Request{Method: "POST", Addr: l.Addr().String(), TLS: true, Content: []byte("x")})
		require.NoError(t, err)
		look := resp.pc.look
		got, err := io.ReadAll(resp)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
		require.NoError(t, resp.Close())
		settles(t, func() bool { return !look.alive() }, "nobody looks")
	}
}
