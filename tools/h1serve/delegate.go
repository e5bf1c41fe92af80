package main

import (
	"bytes"
	"strconv"
	"sync"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/parser"
)

// delegate answers all requests of all connections.
type delegate struct {
	echo  bool
	files *files // nil without -dir
	pool  sync.Pool
}

func newDelegate(cfg config) (*delegate, error) {
	d := &delegate{echo: cfg.echo}
	if cfg.dir != "" {
		f, err := openFiles(cfg.dir)
		if err != nil {
			return nil, err
		}
		d.files = f
	}
	d.pool.New = func() any { return &exchange{d: d} }
	return d, nil
}

func (d *delegate) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate {
	x := d.pool.Get().(*exchange)
	x.Conn = c
	return x
}

func (d *delegate) OnClose(*conn.ServerConn) {}

// What every response of a kind says. A Header that does not change may be
// shared by all connections.
var (
	plain  = header("text/plain")
	octets = header("application/octet-stream")
	hello  = []byte("Hello, World!")
	index  = []byte("h1wire\n")
	big    = bytes.Repeat([]byte("h1wire  "), 1<<17)
)

func header(contentType string) *conn.Header {
	h := new(conn.Header)
	h.Add("Server", "h1wire")
	h.Add("Content-Type", contentType)
	return h
}

// exchange is one request and its response.
type exchange struct {
	conn.Conn
	d      *delegate
	counts bool   // answer with the length of the content
	body   []byte // what echo has to send
	length int64  // of the content
	echoes bool   // answer with the content
	method parser.Method
}

func (x *exchange) HeadersReceived(start *conn.StartLine, fields *conn.Fields) error {
	x.method = start.Method
	if x.d.echo {
		x.echoes = true
		return nil
	}
	path := start.Path()
	switch string(path) {
	case "/plaintext":
		return x.Reply(conn.StatusLine(200), plain, hello)
	case "/big":
		return x.Reply(conn.StatusLine(200), octets, big)
	case "/upload", "/gz":
		x.counts = true
		return nil
	case "/echo":
		x.echoes = true
		return nil
	}
	switch {
	case string(path) == "*": // OPTIONS: is anybody there?
		return x.Reply(conn.StatusLine(204), nil, nil)
	case x.d.files != nil:
		return x.d.files.serve(x, start, fields)
	case string(path) == "/":
		return x.Reply(conn.StatusLine(200), plain, index)
	}
	return x.Reply(conn.StatusLine(404), plain, nil)
}

func (x *exchange) DataReceived(p []byte) error {
	x.length += int64(len(p))
	if x.echoes {
		// What turns out to be malformed must not have been sent back: keep it.
		x.body = append(x.body, p...)
	}
	return nil
}

func (x *exchange) Finish() error {
	defer x.release()
	switch {
	case x.echoes:
		return x.echo()
	case x.counts:
		return x.count()
	}
	return nil
}

func (x *exchange) OnConnectionClose(error) { x.release() }

// release gives x back. A body that was large is not kept.
func (x *exchange) release() {
	body := x.body[:0]
	if cap(body) > 1<<20 {
		body = nil
	}
	*x = exchange{d: x.d, body: body}
	x.d.pool.Put(x)
}

// echo answers with the content of the request.
func (x *exchange) echo() error {
	if x.method == parser.MethodConnect {
		return x.Reply(conn.StatusLine(200), nil, nil) // and there is no tunnel behind it
	}
	return x.Reply(conn.StatusLine(200), octets, x.body)
}

// count answers with the length of the content.
func (x *exchange) count() error {
	var digits [20]byte
	return x.Reply(conn.StatusLine(200), plain, strconv.AppendInt(digits[:0], x.length, 10))
}
