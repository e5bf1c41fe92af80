package conn

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"time"
)

// feed is a connection on which requests are always there to be read and
// responses vanish: what remains is what an exchange costs this package.
type feed struct {
	net.Conn
	batch []byte
	reads int
}

func (f *feed) Read(p []byte) (int, error) {
	if f.reads == 0 {
		return 0, io.EOF
	}
	f.reads--
	return copy(p, f.batch), nil
}

func (f *feed) Write(p []byte) (int, error)      { return len(p), nil }
func (f *feed) Close() error                     { return nil }
func (f *feed) SetDeadline(time.Time) error      { return nil }
func (f *feed) SetReadDeadline(time.Time) error  { return nil }
func (f *feed) SetWriteDeadline(time.Time) error { return nil }
func (f *feed) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (f *feed) RemoteAddr() net.Addr             { return &net.TCPAddr{} }

// greeter answers every request alike.
type greeter struct{ c Conn }

var greeting, greetingFields = []byte("Hello, World!"), func() *Header {
	h := new(Header)
	h.Add("Server", "h1wire")
	h.Add("Content-Type", "text/plain")
	return h
}()

func (g *greeter) StartRequest(_ *ServerConn, c Conn) MessageDelegate { g.c = c; return g }
func (g *greeter) OnClose(*ServerConn)                                {}
func (g *greeter) DataReceived([]byte) error                          { return nil }
func (g *greeter) Finish() error                                      { return nil }
func (g *greeter) OnConnectionClose(error)                            {}

func (g *greeter) HeadersReceived(*StartLine, *Fields) error {
	return g.c.Reply(StatusLine(200), greetingFields, greeting)
}

// BenchmarkExchange is one request and its response, alone and pipelined,
// without the kernel.
func BenchmarkExchange(b *testing.B) {
	const request = "GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"
	for name, depth := range map[string]int{"alone": 1, "pipelined 16": 16} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			nc := &feed{batch: bytes.Repeat([]byte(request), depth), reads: b.N/depth + 1}
			sc, err := NewServerConn(nc, nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			if err := sc.Serve(context.Background(), new(greeter)); err != nil {
				b.Fatal(err)
			}
		})
	}
}
