package conn

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
	"github.com/h1wire/h1wire/parser"
)

// peer is the server's end of a connection, in the hands of a test.
type peer struct {
	*conntest.Conn
	number int // of the connection, from 1
	r      *bufio.Reader
}

// request reads a request. ok is false at the end of the connection.
func (p *peer) request() (head, body string, ok bool) {
	if head, ok = p.head(); ok {
		body = p.content(head)
	}
	return head, body, ok
}

// head reads the head of a request.
func (p *peer) head() (head string, ok bool) {
	for !strings.HasSuffix(head, "\r\n\r\n") {
		line, err := p.r.ReadString('\n')
		if err != nil {
			return "", false
		}
		head += line
	}
	return head, true
}

func (p *peer) content(head string) (body string) {
	if _, rest, ok := strings.Cut(head, "Content-Length: "); ok {
		length, _, _ := strings.Cut(rest, "\r\n")
		n, _ := strconv.Atoi(length)
		b := make([]byte, n)
		_, _ = io.ReadFull(p.r, b)
		return string(b)
	}
	if !strings.Contains(head, "Transfer-Encoding: chunked") {
		return ""
	}
	for {
		size, err := p.r.ReadString('\n')
		n, bad := strconv.ParseInt(strings.TrimSpace(size), 16, 32)
		if err != nil || bad != nil {
			return body + "?"
		}
		if n == 0 {
			for {
				line, err := p.r.ReadString('\n')
				if err != nil || line == "\r\n" {
					return body
				}
				body += "[" + strings.TrimSpace(line) + "]" // a trailer field
			}
		}
		b := make([]byte, n+2)
		_, _ = io.ReadFull(p.r, b)
		body += string(b[:n])
	}
}

func (p *peer) send(s string) { _, _ = io.WriteString(p, s) }

// reply answers with content.
func (p *peer) reply(body string) {
	p.send(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
}

// echo answers every request with its number, method and content.
func echo(p *peer) {
	for i := 1; ; i++ {
		head, body, ok := p.request()
		if !ok {
			return
		}
		method, _, _ := strings.Cut(head, " ")
		p.reply(fmt.Sprintf("%d.%d %s %s", p.number, i, method, body))
	}
}

// testOrigin is a listener whose connections a test's function serves.
type testOrigin struct {
	*conntest.Listener
	conns atomic.Int32
}

// newOrigin begins to serve. It is stopped before the bubble ends.
func newOrigin(t *testing.T, serve func(p *peer)) *testOrigin {
	o := &testOrigin{Listener: conntest.Listen()}
	go func() {
		for {
			nc, err := o.Accept()
			if err != nil {
				return
			}
			p := &peer{Conn: nc.(*conntest.Conn), number: int(o.conns.Add(1)), r: bufio.NewReader(nc)}
			go func() {
				defer p.Close()
				serve(p)
			}()
		}
	}()
	t.Cleanup(func() { _ = o.Close() })
	return o
}

func newTestClient(t *testing.T, o *testOrigin, change func(*Client)) *Client {
	c := &Client{Dial: o.DialContext}
	if change != nil {
		change(c)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func getRequest() *Request { return &Request{Addr: "example.com:80"} }

// do returns the content of the response, or the error.
func do(c *Client, r *Request) (string, error) {
	resp, err := c.Do(context.Background(), r)
	if err != nil {
		return "", err
	}
	defer resp.Close()
	body, err := io.ReadAll(resp)
	return string(body), err
}

func mustDo(t *testing.T, c *Client, r *Request) string {
	t.Helper()
	body, err := do(c, r)
	require.NoError(t, err)
	return body
}

func TestClientPoolKeepsConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, echo)
		c := newTestClient(t, o, nil)
		for i := 1; i <= 3; i++ {
			require.Equal(t, fmt.Sprintf("1.%d GET ", i), mustDo(t, c, getRequest()))
		}
		other := getRequest()
		other.Key = "apart"
		require.Equal(t, "2.1 GET ", mustDo(t, c, other))
		c.CloseIdle()
		require.Equal(t, "3.1 GET ", mustDo(t, c, getRequest()))
	})
}

func TestClientPoolDropsWhatTheServerCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			_, _, _ = p.request()
			p.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx")
			_, _ = p.r.ReadByte()
		})
		c := newTestClient(t, o, nil)
		require.Equal(t, "x", mustDo(t, c, getRequest()))
		require.Equal(t, "x", mustDo(t, c, getRequest()))
		require.EqualValues(t, 2, o.conns.Load())
	})
}

func TestClientPoolIdleTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, echo)
		c := newTestClient(t, o, func(c *Client) { c.Params.IdleTimeout = 10 * time.Second })
		mustDo(t, c, getRequest())
		time.Sleep(9 * time.Second)
		require.Equal(t, "1.2 GET ", mustDo(t, c, getRequest()))
		time.Sleep(9 * time.Second)
		require.Equal(t, "1.3 GET ", mustDo(t, c, getRequest()), "each request begins it anew")
		time.Sleep(11 * time.Second)
		require.Equal(t, "2.1 GET ", mustDo(t, c, getRequest()))
	})
}

func TestClientPoolMaxIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, echo)
		c := newTestClient(t, o, func(c *Client) { c.MaxIdlePerHost = 1 })
		var open []*Response
		for range 3 {
			resp, err := c.Do(context.Background(), getRequest())
			require.NoError(t, err)
			open = append(open, resp)
		}
		for _, resp := range open {
			require.NoError(t, resp.Close())
		}
		mustDo(t, c, getRequest())
		require.EqualValues(t, 3, o.conns.Load())
		c.pool.mu.Lock()
		defer c.pool.mu.Unlock()
		require.Len(t, c.pool.conns, 1)
	})
}

func TestClientPoolLimitIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, echo)
		c := newTestClient(t, o, func(c *Client) { c.MaxConnsPerHost = 2 })
		held := make([]*Response, 2)
		for i := range held {
			var err error
			held[i], err = c.Do(context.Background(), getRequest())
			require.NoError(t, err)
		}
		order := make(chan string, 3)
		for i := range 3 {
			go func() {
				body, err := do(c, getRequest())
				order <- fmt.Sprint(i, body, err)
			}()
			synctest.Wait()
		}
		require.Empty(t, order)
		require.NoError(t, held[1].Close())
		got := []string{<-order, <-order, <-order}
		slices.Sort(got)
		require.Equal(t, []string{"02.2 GET <nil>", "12.3 GET <nil>", "22.4 GET <nil>"}, got)
		require.EqualValues(t, 2, o.conns.Load())
		require.NoError(t, held[0].Close())
	})
}

func TestClientPoolLimitMakesRoomForANewConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			_, _, _ = p.request()
			p.send("HTTP/1.1 200 OK\r\n\r\n") // until close
			_, _ = p.r.ReadByte()
		})
		c := newTestClient(t, o, func(c *Client) { c.MaxConnsPerHost = 1 })
		held, err := c.Do(context.Background(), getRequest())
		require.NoError(t, err)
		got := make(chan error, 1)
		go func() {
			resp, err := c.Do(context.Background(), getRequest())
			if err == nil {
				err = resp.Close()
			}
			got <- err
		}()
		synctest.Wait()
		require.Empty(t, got)
		require.NoError(t, held.Close()) // closes its connection
		require.NoError(t, <-got)
		require.EqualValues(t, 2, o.conns.Load())
	})
}

func TestClientBadRequestLeavesTheConnectionAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, echo)
		c := newTestClient(t, o, nil)
		mustDo(t, c, getRequest())
		bad := getRequest()
		bad.Target = "/a b"
		_, err := do(c, bad)
		var output *OutputError
		require.ErrorAs(t, err, &output)
		bad = getRequest()
		bad.Host = "a\r\nb"
		_, err = do(c, bad)
		require.ErrorAs(t, err, &output)
		require.Equal(t, "1.2 GET ", mustDo(t, c, getRequest()))
	})
}

func TestClientClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, func(p *peer) {
			_, _, _ = p.request()
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
			<-closed(p)
		})
		c := newTestClient(t, o, func(c *Client) { c.MaxConnsPerHost = 1 })
		resp, err := c.Do(context.Background(), getRequest())
		require.NoError(t, err)
		waited := make(chan error, 1)
		go func() {
			_, err := do(c, getRequest())
			waited <- err
		}()
		synctest.Wait()
		require.NoError(t, c.Close())
		require.ErrorIs(t, <-waited, net.ErrClosed)
		body, err := io.ReadAll(resp)
		require.ErrorIs(t, err, net.ErrClosed)
		require.NotEqual(t, "hellohello", string(body))
		_, err = do(c, getRequest())
		require.ErrorIs(t, err, net.ErrClosed)
		require.NoError(t, resp.Close())
	})
}

func TestHostHasNoZone(t *testing.T) {
	for rawURL, host := range map[string]string{
		"http://[fe80::1%25eth0]/":    "[fe80::1]",
		"http://[fe80::1%25eth0]:81/": "[fe80::1]:81",
		"http://[::1]:81/":            "[::1]:81",
		"http://a:81/":                "a:81",
	} {
		r, err := NewRequest("GET", rawURL)
		require.NoError(t, err)
		require.Equal(t, host, r.host())
		require.True(t, parser.ValidHost([]byte(r.host())))
	}
	r := &Request{Addr: "[fe80::1%eth0]:80"}
	require.Equal(t, "[fe80::1]:80", r.host())
}
