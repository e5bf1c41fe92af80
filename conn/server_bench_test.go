package conn

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
)

// sink is a transport that sends nowhere, so that a benchmark sees the core.
type sink struct{ stream }

func (sink) write([]byte) error                  { return nil }
func (sink) writeBoth(_, _ []byte, _ bool) error { return nil }
func (sink) read([]byte) (int, error)            { return 0, io.EOF }
func (sink) wakeReader()                         {}
func (sink) wakeWriter()                         {}
func (sink) watch(func())                        {}
func (sink) unwatch() []byte                     { return nil }
func (sink) detach() (net.Conn, error)           { return nil, nil }

// benchmarkCore measures what the core takes for the exchanges in one read.
func benchmarkCore(b *testing.B, send string, exchanges int, f *frugal) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	sc, err := NewServerConn(theirs, nil)
	if err != nil {
		b.Fatal(err)
	}
	sc.via = sink{stream{&sc.link}}
	sc.home = newHome(context.Background(), f)
	sc.open()
	sc.set.clock.add(&sc.link)
	defer sc.set.clock.remove(&sc.link)
	b.SetBytes(int64(len(send) / exchanges))
	b.ReportAllocs()
	for b.Loop() {
		for range 100 {
			n := copy(sc.in.space(0), send)
			sc.in.fed(n)
			if sc.advance() != needOctets {
				b.Fatal("not served")
			}
			sc.beforeWait()
			sc.in.idle()
			sc.afterWait()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*100*exchanges), "ns/exchange")
}

func BenchmarkServerPlain(b *testing.B) {
	benchmarkCore(b, get, 1, &frugal{reply: replyPlain, blind: true})
}

func BenchmarkServerPipelined(b *testing.B) {
	benchmarkCore(b, strings.Repeat(get, 16), 16, &frugal{reply: replyPlain, blind: true})
}

func BenchmarkServerFields(b *testing.B) {
	benchmarkCore(b, fielded, 1, &frugal{reply: replyPlain})
}

func BenchmarkServerContent(b *testing.B) {
	benchmarkCore(b, lengthed("", strings.Repeat("x", 1024)), 1, &frugal{reply: replyPlain, blind: true})
}

// BenchmarkServerChunks is a request with 64 chunks.
func BenchmarkServerChunks(b *testing.B) {
	const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	body := strings.Repeat("80\r\n"+strings.Repeat("x", 128)+"\r\n", 64) + "0\r\n\r\n"
	benchmarkCore(b, head+body, 1, &frugal{reply: replyPlain, blind: true})
}
