package conn

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
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

// A panic in Informational is an error of the exchange, and no reason for others to
// wait for ever.
func TestClientInformationalPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			for {
				if _, _, ok := p.request(); !ok {
					return
				}
				p.send("HTTP/1.1 103 Early Hints\r\n\r\n")
				time.Sleep(time.Second)
				p.reply("ok")
			}
		})
		c := newTestClient(t, o, func(c *Client) { c.Pipeline, c.MaxConnsPerHost, c.Params.Logger = 2, 1, quiet })
		require.Equal(t, "ok", mustDo(t, c, getRequest()))
		r := getRequest()
		r.Informational = func(*StartLine, *Fields) error { panic("as it should") }
		var both sync.WaitGroup
		both.Go(func() {
			_, err := c.Do(context.Background(), r)
			assert.ErrorIs(t, err, errPanicked)
		})
		synctest.Wait()
		both.Go(func() { _, _ = do(c, getRequest()) }) // it shares the connection, or waits for another
		both.Wait()
		require.Equal(t, "ok", mustDo(t, c, getRequest()))
	})
}

// Two that wait for "100 (Continue)" are one too many, but neither waits for ever.
func TestClientExpectWithTwoWriters(t *testing.T) {
	ours, theirs := conntest.Pipe()
	cc, err := NewClient(ours, &Params{ExpectTimeout: -1})
	require.NoError(t, err)
	h := new(Header)
	h.Add("Host", "a")
	h.Add("Expect", "100-continue")
	h.AddInt("Content-Length", 4)
	require.NoError(t, cc.WriteHeaders(RequestLine("POST", "/"), h, nil))
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			_, err := cc.Write([]byte("ab"))
			assert.NoError(t, err)
		})
	}
	all.Go(func() {
		reusable, err := cc.ReadResponse(newRecorder().StartRequest(nil, Conn{}))
		assert.NoError(t, err)
		assert.False(t, reusable)
	})
	p := &peer{Conn: theirs, r: bufio.NewReader(theirs)}
	require.NoError(t, theirs.SetDeadline(time.Now().Add(patience)))
	var head string
	for !strings.HasSuffix(head, "\r\n\r\n") {
		line, err := p.r.ReadString('\n')
		require.NoError(t, err)
		head += line
	}
	time.Sleep(10 * time.Millisecond) // most likely both wait by then
	p.send("HTTP/1.1 100 Continue\r\n\r\n")
	assert.Equal(t, "abab", p.content(head))
	p.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
	all.Wait()
	_ = cc.Close()
	_ = theirs.Close()
}
