package conn_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/h1wire/h1wire/conn"
)

// logged is one exchange, with what its line in the access log begins with. Room for
// the target could be kept in a pool, to allocate nothing.
type logged struct {
	hello
	began          time.Time
	method, target string
}

func (l *logged) HeadersReceived(start *conn.StartLine, fields *conn.Fields) error {
	l.began, l.method, l.target = time.Now(), fields.StringOf(start.MethodName), fields.StringOf(start.Target)
	return nil
}

// accessLog logs every exchange, and every request that was no such thing.
type accessLog struct{ hello }

func (accessLog) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate {
	return &logged{hello: hello{c}}
}

func (accessLog) ExchangeEnded(x conn.Exchange) {
	if l, ok := x.Delegate.(*logged); ok {
		fmt.Println(l.method, l.target, x.Status, x.Received, x.Sent, time.Since(l.began) < time.Minute, x.Err)
	} else {
		fmt.Println("-", "-", x.Status, x.Err)
	}
}

func ExampleExchangeDelegate() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s := &conn.Server{Delegate: accessLog{}}
	go s.Serve(l)

	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		panic(err)
	}
	io.WriteString(nc, "POST /a HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc"+"GET /b\r\n\r\n")
	_, _ = io.Copy(io.Discard, nc)
	_ = nc.Close()
	_ = s.Shutdown(context.Background())
	// Output:
	// POST /a 200 3 13 true <nil>
	// - - 400 conn: peer broke RFC 9112 §3.2 at octet 6: octet not allowed in the request target
}
