package nethttp

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// pipelined is a connection on which batches of requests arrive, and whose
// responses go nowhere: what is left of the cost of serving without the system's.
type pipelined struct {
	batch     []byte
	rest      []byte
	batches   int
	responses atomic.Int64
}

func (c *pipelined) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		if c.batches == 0 {
			return 0, io.EOF
		}
		c.batches--
		c.rest = c.batch
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *pipelined) Write(p []byte) (int, error) {
	c.responses.Add(int64(bytes.Count(p, []byte("HTTP/1.1 200"))))
	return len(p), nil
}

func (*pipelined) Close() error                     { return nil }
func (*pipelined) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (*pipelined) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (*pipelined) SetDeadline(time.Time) error      { return nil }
func (*pipelined) SetReadDeadline(time.Time) error  { return nil }
func (*pipelined) SetWriteDeadline(time.Time) error { return nil }

// single is a listener that has one connection.
type single struct {
	conn  chan net.Conn
	ended chan struct{}
}

func (l *single) Accept() (net.Conn, error) {
	select {
	case nc := <-l.conn:
		return nc, nil
	case <-l.ended:
		return nil, net.ErrClosed
	}
}

func (l *single) Close() error   { return nil }
func (l *single) Addr() net.Addr { return &net.TCPAddr{} }

// cpuTime returns the CPU time of this process in nanoseconds, which is steadier
// than the clock where others run, too.
func cpuTime() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

// What a request and a response allocate at once has no octet to spare in its size
// class.
func TestSizeClasses(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) == 8 {
		assert.LessOrEqual(t, unsafe.Sizeof(exchange{}), uintptr(512))
		assert.LessOrEqual(t, unsafe.Sizeof(outgoing{}), uintptr(512))
	}
}

// BenchmarkServe is the cost of a request without the system's.
func BenchmarkServe(b *testing.B) {
	plaintext := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("Hello, World!"))
	})
	const browser = "GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.9\r\n" +
		"Accept-Encoding: gzip, deflate, br\r\nCache-Control: max-age=0\r\nUpgrade-Insecure-Requests: 1\r\n" +
		"Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\nSec-Fetch-User: ?1\r\n" +
		"Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n"
	const batch = 16
	for _, request := range []struct{ name, octets string }{
		{"short", "GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"},
		{"curl", "GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n"},
		{"browser", browser},
		{"changing", strings.Replace(browser, "dark", "NNNN", 1)}, // the same, but no request is like the one before
	} {
		b.Run(request.name, func(b *testing.B) {
			l := &single{make(chan net.Conn, 1), make(chan struct{})}
			nc := &pipelined{batches: b.N/batch + 1}
			for i := range batch {
				nc.batch = append(nc.batch, strings.ReplaceAll(request.octets, "NNNN", fmt.Sprintf("%04d", i))...)
			}
			l.conn <- nc
			b.ReportAllocs()
			before := cpuTime()
			s := &Server{Handler: plaintext, ConnState: func(_ net.Conn, s http.ConnState) {
				if s == http.StateClosed {
					close(l.ended)
				}
			}}
			_ = s.Serve(l)
			b.ReportMetric(float64(cpuTime()-before)/float64(b.N), "cpu-ns/op")
			if n := nc.responses.Load(); n < int64(b.N) {
				b.Fatalf("%d responses to %d requests", n, b.N)
			}
		})
	}
}
