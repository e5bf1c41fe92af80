package conntest_test

import (
	"context"
	"fmt"
	"io"
	"net"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/conntest"
)

// busy answers every request.
type busy struct{ c conn.Conn }

func (busy) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate { return busy{c} }
func (busy) OnClose(*conn.ServerConn)                                          {}
func (busy) HeadersReceived(*conn.StartLine, *conn.Fields) error               { return nil }
func (busy) DataReceived([]byte) error                                         { return nil }
func (busy) OnConnectionClose(error)                                           {}
func (b busy) Finish() error {
	return b.c.Reply(conn.StatusLine(503), nil, []byte("later"))
}

// A server and a client talk in memory; what the client sends arrives octet by octet. In
// a bubble of testing/synctest even their timeouts take no time.
func ExampleListener() {
	l := conntest.Listen()
	s := &conn.Server{Delegate: busy{}}
	go s.Serve(l)
	defer s.Close()

	client := conn.Client{Dial: func(context.Context, string, string) (net.Conn, error) {
		nc, err := l.Dial()
		if err == nil {
			nc.Inject(conntest.Faults{ReadSize: 1})
		}
		return nc, err
	}}
	defer client.Close()
	resp, err := client.Do(context.Background(), &conn.Request{Addr: "a.example:80", Target: "/"})
	if err != nil {
		panic(err)
	}
	defer resp.Close()
	content, err := io.ReadAll(resp)
	fmt.Println(resp.Status, string(content), err)
	// Output: 503 later <nil>
}
