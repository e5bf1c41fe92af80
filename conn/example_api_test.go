package conn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/parser"
)

// api answers in JSON. Its routes are keyed by method and path.
type api struct {
	routes map[string]route
	json   conn.Header // of every response; it never changes, so all may share it
}

// route answers a request, whose content it is given.
type route func(content []byte) (status int, answer any)

func (a *api) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate {
	return &call{Conn: c, api: a}
}

func (a *api) OnClose(*conn.ServerConn) {}

// call is one exchange.
type call struct {
	conn.Conn
	api     *api
	route   route
	content []byte
}

func (c *call) HeadersReceived(start *conn.StartLine, fields *conn.Fields) error {
	c.route = c.api.routes[string(start.MethodName)+" "+string(start.Path())]
	if c.route == nil {
		return c.answer(404, "no such resource")
	}
	if contentType, _ := fields.Get(parser.FieldContentType); start.Method == parser.MethodPost && string(contentType) != "application/json" {
		return c.answer(415, "the content is not JSON")
	}
	c.SetMaxBodySize(64 << 10) // 413 beyond
	c.SetBodyTimeout(10 * time.Second)
	return nil
}

// DataReceived keeps the content, so it copies: p is gone when it returns.
func (c *call) DataReceived(p []byte) error {
	c.content = append(c.content, p...)
	return nil
}

// Finish comes after a response that was complete before, too, if the request had no
// content.
func (c *call) Finish() error {
	if c.route == nil {
		return nil
	}
	return c.answer(c.route(c.content))
}

func (c *call) OnConnectionClose(error) {}

func (c *call) answer(status int, v any) error {
	content, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.Reply(conn.StatusLine(status), &c.api.json, content)
}

// An API server: routes, content with a limit, and an end that lets exchanges under
// way finish. Keep-alive, pipelining, limits and timeouts are there without a word.
func Example_api() {
	a := &api{routes: map[string]route{
		"POST /sum": func(content []byte) (int, any) {
			var terms []int
			if err := json.Unmarshal(content, &terms); err != nil {
				return 422, err.Error()
			}
			sum := 0
			for _, t := range terms {
				sum += t
			}
			return 200, sum
		},
	}}
	a.json.Add("Content-Type", "application/json")

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s := &conn.Server{Delegate: a}
	served := make(chan error)
	go func() { served <- s.Serve(l) }()

	var client conn.Client
	for _, content := range []string{"[1, 2, 3]", "[1,"} {
		head := new(conn.Header)
		head.Add("Content-Type", "application/json")
		resp, err := client.Do(context.Background(), &conn.Request{
			Method: "POST", Target: "/sum", Addr: l.Addr().String(), Header: head, Content: []byte(content),
		})
		if err != nil {
			panic(err)
		}
		answer, err := io.ReadAll(resp)
		fmt.Println(resp.Status, string(answer), err)
		_ = resp.Close()
	}
	_ = client.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	fmt.Println(s.Shutdown(ctx)) // what has not ended after 10 seconds is for s.Close
	fmt.Println(<-served)
	// Output:
	// 200 6 <nil>
	// 422 "unexpected end of JSON input" <nil>
	// <nil>
	// conn: server closed
}
