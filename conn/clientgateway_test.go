package conn

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a gateway needs of a Client.

// ResponseTimeout bounds the time to the head of the final response, and begins when
// the request has been sent.
func TestClientResponseTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			for {
				head, _, ok := p.request()
				if !ok {
					return
				}
				switch {
				case strings.HasPrefix(head, "GET /never"), strings.HasPrefix(head, "POST /never"):
					p.send("HTTP/1.1 103 Early Hints\r\n\r\n")
					continue
				case strings.HasPrefix(head, "GET /late"):
					time.Sleep(9 * time.Second)
				}
				p.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
				time.Sleep(time.Minute) // the content may take its time
				p.send("k")
			}
		})
		c := newTestClient(t, o, func(c *Client) { c.ResponseTimeout = 10 * time.Second })
		to := func(target string) *Request { return &Request{Addr: "example.com:80", Target: target} }
		require.Equal(t, "ok", mustDo(t, c, to("/")))
		require.Equal(t, "ok", mustDo(t, c, to("/late")))
		require.EqualValues(t, 1, o.conns.Load())

		slow := to("/never")
		slow.Method, slow.Length = "POST", 4
		slow.Body = &slowReader{t: t}
		for wait, r := range map[time.Duration]*Request{10 * time.Second: to("/never"), 13 * time.Second: slow} {
			began := time.Now()
			_, err := c.Do(context.Background(), r)
			var failed *RequestError
			require.ErrorAs(t, err, &failed)
			assert.True(t, failed.Timeout())
			require.ErrorIs(t, err, ErrHeaderTimeout)
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			assert.Equal(t, wait, time.Since(began))
		}
		require.Equal(t, "ok", mustDo(t, c, to("/")))
	})
}

// slowReader yields an octet a second, the first at once.
type slowReader struct {
	t *testing.T
	n int
}

func (r *slowReader) Read(p []byte) (int, error) {
	if r.n > 0 {
		time.Sleep(time.Second)
	}
	r.n++
	return copy(p, "x"), nil
}

// flushed notes what was written since the last Flush.
type flushed struct {
	got  strings.Builder
	fail error
}

func (f *flushed) Write(p []byte) (int, error) { return f.got.Write(p) }
func (f *flushed) Flush() error {
	f.got.WriteByte('|')
	return f.fail
}

// WriteTo flushes before it waits, and only then.
func TestResponseWriteToFlushes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			for {
				if _, _, ok := p.request(); !ok {
					return
				}
				for _, s := range []string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n1\r\nb\r\n", "1\r\nc\r\n", "0\r\n\r\n"} {
					p.send(s)
					time.Sleep(time.Second)
				}
			}
		})
		c := newTestClient(t, o, nil)
		resp, err := c.Do(context.Background(), getRequest())
		require.NoError(t, err)
		to := new(flushed)
		_, err = io.Copy(to, resp)
		require.NoError(t, err)
		assert.Equal(t, "|ab|c|", to.got.String())
		require.NoError(t, resp.Close())

		resp, err = c.Do(context.Background(), getRequest())
		require.NoError(t, err)
		to.fail = errors.New("gone")
		_, err = resp.WriteTo(to)
		require.ErrorIs(t, err, to.fail)
		require.NoError(t, resp.Close())
		time.Sleep(time.Minute) // the origin finds out
	})
}
