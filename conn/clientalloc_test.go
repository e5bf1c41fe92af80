package conn

import (
	"bytes"
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
