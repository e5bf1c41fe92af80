package conn_test

import (
	"fmt"
	"io"
	"net"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/conntest"
)

// greet answers one request after the other, on a listener in memory.
func greet(l *conntest.Listener) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer nc.Close()
			for p := make([]byte, 4096); ; {
				if _, err := nc.Read(p); err != nil {
					return
				}
				_, _ = io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n")
			}
		}()
	}
}

// printer is a delegate that prints what it receives.
type printer struct{}

func (printer) HeadersReceived(start *conn.StartLine, fields *conn.Fields) error {
	fmt.Println(start.Status, string(start.Reason))
	for name, value := range fields.All() {
		fmt.Printf("%s: %s\n", name, value)
	}
	return nil
}

func (printer) DataReceived(p []byte) error {
	fmt.Printf("%s", p) // p is gone when this returns
	return nil
}

func (printer) Finish() error               { return nil }
func (printer) OnConnectionClose(err error) { fmt.Println("closed:", err) }

func ExampleClientConn() {
	l := conntest.Listen()
	defer l.Close()
	go greet(l)

	var nc net.Conn
	nc, err := l.Dial()
	if err != nil {
		fmt.Println(err)
		return
	}
	cc, err := conn.NewClient(nc, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cc.Close()

	var fields conn.Header
	fields.Add("Host", "example.com")
	if err := cc.Send(conn.RequestLine("GET", "/greeting"), &fields, nil); err != nil {
		fmt.Println(err)
		return
	}
	reusable, err := cc.ReadResponse(printer{})
	fmt.Println(reusable, err)
	// Output:
	// 200 OK
	// Content-Type: text/plain
	// Content-Length: 6
	// hello
	// true <nil>
}

// tally is a delegate that checks and counts what a load generator wants to know.
type tally struct{ octets int }

func (c *tally) HeadersReceived(start *conn.StartLine, _ *conn.Fields) error {
	if start.Status != 200 {
		return fmt.Errorf("status %d", start.Status)
	}
	return nil
}

func (c *tally) DataReceived(p []byte) error { c.octets += len(p); return nil }
func (c *tally) Finish() error               { return nil }
func (c *tally) OnConnectionClose(error)     {}

// A load generator keeps eight requests under way on a connection. They leave in one
// write, when ReadResponse has to wait; nothing is allocated for them.
func ExampleClientConn_pipelining() {
	l := conntest.Listen()
	s := &conn.Server{Delegate: hello{}}
	go s.Serve(l)
	defer s.Close()
	nc, err := l.Dial()
	if err != nil {
		panic(err)
	}
	cc, err := conn.NewClient(nc, nil)
	if err != nil {
		panic(err)
	}
	defer cc.Close()

	const requests, depth = 100, 8
	var head conn.Header
	head.Add("Host", "example.com")
	get, responses := conn.RequestLine("GET", "/"), new(tally)
	for sent, read := 0, 0; read < requests; read++ {
		for ; sent < min(read+depth, requests); sent++ {
			if err := cc.Send(get, &head, nil); err != nil {
				panic(err)
			}
		}
		reusable, err := cc.ReadResponse(responses)
		if err != nil {
			panic(err)
		}
		if !reusable {
			panic("the server closed the connection: what is under way is lost")
		}
	}
	fmt.Println(responses.octets)
	// Output: 1300
}
