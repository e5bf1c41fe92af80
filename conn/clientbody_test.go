package conn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// closeCounter is a body that counts its Close.
type closeCounter struct {
	io.Reader
	closed atomic.Int32
}

func (c *closeCounter) Close() error { c.closed.Add(1); return nil }

func (c *closeCounter) Read(p []byte) (int, error) {
	if c.closed.Load() > 0 {
		return 0, os.ErrClosed
	}
	return c.Reader.Read(p)
}

func put(body io.Reader, length int64) *Request {
	r := getRequest()
	r.Method, r.Body, r.Length = "PUT", body, length
	return r
}

func TestClientSendsBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, echo)
		c := newTestClient(t, o, nil)
		for i, r := range []*Request{
			put(strings.NewReader("hello"), 5),
			put(strings.NewReader("hello"), -1),
			put(strings.NewReader("hello, and more than was asked for"), 5),
			put(io.MultiReader(strings.NewReader("he"), strings.NewReader("llo")), -1),
			{Method: "PUT", Addr: "example.com:80", Content: []byte("hello")},
		} {
			body := &closeCounter{Reader: r.Body}
			if r.Body != nil {
				r.Body = body
			}
			require.Equal(t, fmt.Sprintf("1.%d PUT hello", i+1), mustDo(t, c, r))
			synctest.Wait()
			if r.Body != nil {
				require.EqualValues(t, 1, body.closed.Load())
			}
		}
		large := string(text(300 << 10))
		require.Equal(t, "1.6 PUT "+large, mustDo(t, c, put(strings.NewReader(large), -1)))
		require.Equal(t, "1.7 PUT "+large, mustDo(t, c, put(strings.NewReader(large), int64(len(large)))))
		require.Equal(t, "1.8 PUT "+large, mustDo(t, c, &Request{Method: "PUT", Addr: "example.com:80", Content: []byte(large)}))
		empty := put(strings.NewReader(""), 0)
		require.Equal(t, "1.9 PUT ", mustDo(t, c, empty))
		trailer := put(strings.NewReader("x"), -1)
		trailer.Trailer = func() *Header {
			var h Header
			h.Add("X-Sum", "1")
			h.Add("Content-Length", "7") // does not belong there
			return &h
		}
		require.Equal(t, "1.10 PUT x[X-Sum: 1]", mustDo(t, c, trailer))
	})
}

func TestClientBodyErrors(t *testing.T) {
	own := errors.New("own")
	for name, c := range map[string]struct {
		body   io.Reader
		length int64
		want   error
	}{
		"fails":     {io.MultiReader(strings.NewReader("x"), failing{own}), -1, own},
		"too short": {strings.NewReader("x"), 2, ErrTooFewBytes},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := newOrigin(t, echo)
			client := newTestClient(t, o, nil)
			body := &closeCounter{Reader: c.body}
			_, err := do(client, put(body, c.length))
			require.ErrorIs(t, err, c.want, name)
			var request *RequestError
			require.ErrorAs(t, err, &request)
			require.Equal(t, c.want == own, request.FromBody, name)
			require.Equal(t, c.want == own, strings.Contains(err.Error(), "reading the body to send"), name)
			synctest.Wait()
			require.EqualValues(t, 1, body.closed.Load(), name)
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestClientExpect(t *testing.T) {
	expecting := func(body *closeCounter) *Request {
		r := put(body, 5)
		r.Header = new(Header)
		r.Header.Add("Expect", "100-continue")
		return r
	}
	for _, c := range []struct {
		name, answer, want string
		sent               bool
		reused             bool
	}{
		{"100", "HTTP/1.1 100 x\r\n\r\n", "hello", true, true},
		{"403", "HTTP/1.1 403 x\r\nContent-Length: 2\r\n\r\nno", "no", false, false},
		{"silence", "", "hello", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOrigin(t, func(p *peer) {
					for {
						head, ok := p.head()
						if !ok {
							return
						}
						p.send(c.answer)
						if c.sent {
							p.reply(p.content(head))
						}
					}
				})
				client := newTestClient(t, o, nil)
				for i := range 2 {
					body := &closeCounter{Reader: strings.NewReader("hello")}
					require.Equal(t, c.want, mustDo(t, client, expecting(body)))
					synctest.Wait()
					require.EqualValues(t, 1, body.closed.Load())
					left, _ := io.ReadAll(body.Reader)
					require.Equal(t, c.sent, len(left) == 0, "the body was read only if it was wanted")
					if i == 1 {
						require.Equal(t, c.reused, o.conns.Load() == 1)
					}
				}
			})
		})
	}
}

func TestClientStreamsBothWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			head, err := p.r.ReadString('\n')
			require.NoError(t, err)
			require.Contains(t, head, "PUT")
			for line := ""; line != "\r\n"; {
				line, _ = p.r.ReadString('\n')
			}
			p.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			_, _ = io.Copy(p, p.r) // chunks back as they come, the last one too
		})
		c := newTestClient(t, o, nil)
		from, to := io.Pipe()
		resp, err := c.Do(context.Background(), put(from, -1))
		require.NoError(t, err, "the response is there before the request is complete")
		p := make([]byte, 100)
		for _, word := range []string{"one", "two", "three"} {
			_, err := io.WriteString(to, word)
			require.NoError(t, err)
			n, err := resp.Read(p)
			require.NoError(t, err)
			require.Equal(t, word, string(p[:n]))
		}
		require.NoError(t, to.Close())
		_, err = resp.Read(p)
		require.Equal(t, io.EOF, err)
		require.NoError(t, resp.Close())
	})
}

func TestClientEarlyResponseEndsTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			_, _ = p.r.ReadString('\n')
			p.send("HTTP/1.1 413 x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig")
			<-closed(p)
		})
		c := newTestClient(t, o, nil)
		from, _ := io.Pipe()
		body := &closeCounter{Reader: from}
		resp, err := c.Do(context.Background(), put(struct {
			io.Reader
			io.Closer
		}{from, closers{body, from}}, -1))
		require.NoError(t, err)
		got, err := io.ReadAll(resp)
		require.NoError(t, err)
		require.Equal(t, "big", string(got))
		synctest.Wait()
		require.EqualValues(t, 1, body.closed.Load())
		require.NoError(t, resp.Close())
	})
}

type closers []io.Closer

func (c closers) Close() error {
	for _, one := range c {
		_ = one.Close()
	}
	return nil
}

func TestClientTrailerThatCannotBeSentEndsTheExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, echo)
		r := put(strings.NewReader("x"), -1)
		r.Trailer = func() *Header {
			var h Header
			h.Add("X-Sum", "1\r\nX-Other: 2")
			return &h
		}
		_, err := do(newTestClient(t, o, nil), r)
		var refused *OutputError
		require.ErrorAs(t, err, &refused)
	})
}
