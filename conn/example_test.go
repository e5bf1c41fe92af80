package conn_test

import (
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/h1wire/h1wire/conn"
)

// hello answers every request. It keeps nothing, so one serves all connections.
type hello struct{ c conn.Conn }

func (hello) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate { return hello{c} }
func (hello) OnClose(*conn.ServerConn)                                          {}

func (hello) HeadersReceived(*conn.StartLine, *conn.Fields) error { return nil }
func (hello) DataReceived([]byte) error                           { return nil }
func (hello) OnConnectionClose(error)                             {}

func (h hello) Finish() error {
	return h.c.Reply(conn.StatusLine(200), nil, []byte("Hello, World!"))
}

func ExampleServer() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s := &conn.Server{Delegate: hello{}}
	go s.Serve(l)
	defer s.Close()

	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		panic(err)
	}
	defer nc.Close()
	io.WriteString(nc, "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
	answer, _ := io.ReadAll(nc)
	lines := strings.Split(string(answer), "\r\n")
	fmt.Println(lines[0])
	fmt.Println(lines[len(lines)-1])
	// Output:
	// HTTP/1.1 200 OK
	// Hello, World!
}
