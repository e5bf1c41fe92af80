package conn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

func TestClientReadsResponses(t *testing.T) {
	zipped := gz(t, []byte("hello"))
	for _, c := range []struct {
		name, answer, want string
		length             int64
		reused             bool
	}{
		{"Content-Length", "Content-Length: 5\r\n\r\nhello", "hello", 5, true},
		{"nothing", "Content-Length: 0\r\n\r\n", "", 0, true},
		{"chunked", "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "hello", -1, true},
		{"gzip", fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(zipped), zipped), "hello", -1, true},
		{"chunked gzip", fmt.Sprintf("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\na\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", zipped[:10], len(zipped)-10, zipped[10:]), "hello", -1, true},
		{"surplus", "Content-Length: 5\r\n\r\nhellosurplus", "hello", 5, false},
	} {
		for _, d := range deliveries(len(c.answer)) {
			if c.name == "surplus" && d.name != "whole" {
				continue // what comes later, over a connection that cannot be looked at, is the next response
			}
			synctest.Test(t, func(t *testing.T) {
				o := newOrigin(t, func(p *peer) {
					for {
						head, _, ok := p.request()
						if !ok {
							return
						}
						require.Contains(t, head, "\r\nAccept-Encoding: gzip\r\n")
						d.send(p.Conn, "HTTP/1.1 103 x\r\n\r\nHTTP/1.1 200 OK\r\n"+c.answer)
					}
				})
				client := newTestClient(t, o, func(c *Client) { c.Params.Decompress = true })
				for range 2 {
					resp, err := client.Do(context.Background(), getRequest())
					require.NoError(t, err)
					require.Equal(t, c.length, resp.Length)
					require.Equal(t, "OK", string(resp.Reason))
					var body bytes.Buffer
					_, err = resp.WriteTo(&body)
					require.NoError(t, err)
					require.Equal(t, c.want, body.String(), c.name)
					require.NoError(t, resp.Close())
				}
				require.Equal(t, c.reused, o.conns.Load() == 1, "%s %s", c.name, d.name)
			})
			if t.Failed() {
				return
			}
		}
	}
}

func TestClientTrailersAndInformational(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			for {
				if _, _, ok := p.request(); !ok {
					return
				}
				p.send("HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n")
			}
		})
		c := newTestClient(t, o, nil)
		r := getRequest()
		var hints []string
		r.Informational = func(start *StartLine, fields *Fields) error {
			hints = append(hints, fmt.Sprint(start.Status, " ", fields.String("link")))
			return nil
		}
		resp, err := c.Do(context.Background(), r)
		require.NoError(t, err)
		require.Equal(t, []string{"103 </a>"}, hints)
		require.Nil(t, resp.Trailer())
		_, err = io.ReadAll(resp)
		require.NoError(t, err)
		require.NoError(t, resp.Close())
		mustDo(t, c, getRequest()) // the connection goes on; the trailers stay
		require.Equal(t, []string{"X-Sum: 1", "X-Sum: 2"}, lines(resp.Trailer()))

		own := errors.New("own")
		r.Informational = func(*StartLine, *Fields) error { return own }
		_, err = do(c, r)
		require.ErrorIs(t, err, own)
	})
}

func TestClientResponseHeadLastsUntilClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			for i := 0; ; i++ {
				if _, _, ok := p.request(); !ok {
					return
				}
				p.send(fmt.Sprintf("HTTP/1.1 200 R%d\r\nX: v%d\r\nContent-Length: 0\r\n\r\n", i, i))
			}
		})
		c := newTestClient(t, o, nil)
		var open []*Response
		for range 4 {
			resp, err := c.Do(context.Background(), getRequest())
			require.NoError(t, err)
			open = append(open, resp)
		}
		require.EqualValues(t, 1, o.conns.Load(), "without content the connection is free at once")
		for i, resp := range open {
			require.Equal(t, fmt.Sprint("R", i), string(resp.Reason))
			s := resp.Fields.String("x")
			require.Equal(t, fmt.Sprint("v", i), s)
			require.NoError(t, resp.Close())
			require.Zero(t, resp.Fields.Len(), "closed, it shows nothing")
			require.Equal(t, fmt.Sprint("v", i), s, "a string is safe for ever")
		}
	})
}

func TestClientResponseClose(t *testing.T) {
	for _, c := range []struct {
		name, body string
		reused     bool
	}{
		{"all has arrived", "hello", true},
		{"something has not", "hell", false},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := newOrigin(t, func(p *peer) {
				for {
					if _, _, ok := p.request(); !ok {
						return
					}
					p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + c.body)
				}
			})
			client := newTestClient(t, o, nil)
			for range 2 {
				resp, err := client.Do(context.Background(), getRequest())
				require.NoError(t, err)
				require.NoError(t, resp.Close())
				require.NoError(t, resp.Close())
				_, err = resp.Read(make([]byte, 1))
				require.Error(t, err)
			}
			require.Equal(t, c.reused, o.conns.Load() == 1, c.name)
		})
	}
}

func TestClientResponseCloseEndsARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			_, _, _ = p.request()
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
			<-closed(p)
		})
		c := newTestClient(t, o, nil)
		resp, err := c.Do(context.Background(), getRequest())
		require.NoError(t, err)
		read := make(chan error, 1)
		go func() {
			_, err := io.ReadAll(resp)
			read <- err
		}()
		synctest.Wait()
		require.NoError(t, resp.Close())
		require.Error(t, <-read)
	})
}

func TestClientResponseCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			_, _, _ = p.request()
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell")
		})
		c := newTestClient(t, o, nil)
		body, err := do(c, getRequest())
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Equal(t, "hell", body)
	})
}

func TestClientOverABrokenNetwork(t *testing.T) {
	large := string(text(200 << 10))
	for at := int64(1); at < 300; at += 7 {
		synctest.Test(t, func(t *testing.T) {
			o := newOrigin(t, echo)
			c := newTestClient(t, o, func(c *Client) {
				c.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
					client, err := o.Dial()
					if err == nil {
						client.Inject(conntest.Faults{ResetAt: at, Delay: time.Millisecond})
					}
					return client, err
				}
			})
			_, err := do(c, put(strings.NewReader(large), -1))
			var request *RequestError
			require.ErrorAs(t, err, &request)
			require.LessOrEqual(t, request.Sent, at-1)
		})
	}
}
