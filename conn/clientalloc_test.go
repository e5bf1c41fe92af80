package conn

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// canned is a net.Conn whose peer answers each write with the same octets.
type canned struct {
	answer []byte
	ready  int
}

func (c *canned) Write(p []byte) (int, error) {
	c.ready += bytes.Count(p, []byte("\r\n\r\n"))
	return len(p), nil
}

func (c *canned) Read(p []byte) (int, error) {
	n := 0
	for c.ready > 0 && len(p)-n >= len(c.answer) {
		n += copy(p[n:], c.answer)
		c.ready--
	}
	return n, nil
}

func (c *canned) Close() error                     { return nil }
func (c *canned) LocalAddr() net.Addr              { return nil }
func (c *canned) RemoteAddr() net.Addr             { return nil }
func (c *canned) SetDeadline(time.Time) error      { return nil }
func (c *canned) SetReadDeadline(time.Time) error  { return nil }
func (c *canned) SetWriteDeadline(time.Time) error { return nil }

// discard is a delegate that looks at everything and keeps nothing.
type discard struct{ octets int }

func (d *discard) HeadersReceived(start *StartLine, fields *Fields) error {
	for n, v := range fields.All() {
		d.octets += len(n) + len(v)
	}
	return nil
}
func (d *discard) DataReceived(p []byte) error { d.octets += len(p); return nil }
func (d *discard) Finish() error               { return nil }
func (d *discard) OnConnectionClose(err error) { panic(err) }

// exchanges returns a function that sends n requests and reads their responses.
func exchanges(t testing.TB, answer string, body string, n int) func() {
	cc, err := NewClient(&canned{answer: []byte(answer)}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = cc.Close() })
	h := host("User-Agent", "x")
	start := RequestLine("POST", "/")
	content := []byte(body)
	var d discard
	return func() {
		for range n {
			if err := cc.Send(start, h, content); err != nil {
				t.Fatal(err)
			}
		}
		for range n {
			if reusable, err := cc.ReadResponse(&d); err != nil || !reusable {
				t.Fatal(reusable, err)
			}
		}
	}
}

const (
	fixedAnswer   = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
	chunkedAnswer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n"
)

func TestClientInSteadyStateAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("sync.Pool drops at random under the race detector")
	}
	for name, exchange := range map[string]func(){
		"fixed length": exchanges(t, fixedAnswer, "content", 1),
		"chunked":      exchanges(t, chunkedAnswer, "", 1),
		"pipelined":    exchanges(t, fixedAnswer, "", 16),
	} {
		for range 3 {
			exchange()
		}
		require.Zero(t, testing.AllocsPerRun(100, exchange), name)
	}
}

func BenchmarkClientConn(b *testing.B) {
	for name, n := range map[string]int{"one": 1, "pipelined16": 16} {
		b.Run(name, func(b *testing.B) {
			exchange := exchanges(b, fixedAnswer, "", n)
			b.ReportAllocs()
			for b.Loop() {
				exchange()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/exchange")
		})
	}
}

// cannedClient returns a client whose connections are canned.
func cannedClient(t testing.TB) *Client {
	c := &Client{Dial: func(context.Context, string, string) (net.Conn, error) {
		return &canned{answer: []byte(fixedAnswer)}, nil
	}}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// oneDo returns a function that does one request.
func oneDo(t testing.TB, c *Client, ctx context.Context) func() {
	r := &Request{Method: "POST", Addr: "example.com:80", Content: []byte("content"), Header: new(Header)}
	r.Header.Add("User-Agent", "x")
	p := make([]byte, 100)
	return func() {
		resp, err := c.Do(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = resp.Read(p)
		}
		if err != io.EOF || resp.Close() != nil {
			t.Fatal(err)
		}
	}
}

// What a Do allocates: the Response, and with a context that can end, what
// context.AfterFunc does.
func TestClientDoAllocatesLittle(t *testing.T) {
	if raceEnabled {
		t.Skip("sync.Pool drops at random under the race detector")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		most float64
	}{
		{"without a context to end", context.Background(), 1},
		{"with one", ctx, 5},
	} {
		exchange := oneDo(t, cannedClient(t), c.ctx)
		for range 3 {
			exchange()
		}
		require.LessOrEqual(t, testing.AllocsPerRun(100, exchange), c.most, c.name)
	}
}

func BenchmarkClientDo(b *testing.B) {
	exchange := oneDo(b, cannedClient(b), context.Background())
	b.ReportAllocs()
	for b.Loop() {
		exchange()
	}
}
