package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"strconv"
	"time"

	"github.com/h1wire/h1wire/conn"
)

// Limits of the server in this process: short enough for bad peers to run into
// them all the time, long enough for good ones not to on a machine that is busy.
var limits = conn.Params{
	HeaderTimeout: 4 * time.Second,
	IdleTimeout:   8 * time.Second,
	BodyTimeout:   8 * time.Second,
	WriteTimeout:  4 * time.Second,
	MaxBodySize:   4 << 20,
	Decompress:    true,
	Logger:        slog.New(slog.DiscardHandler),
}

// serve starts a server that answers as h1serve does.
func serve(d conn.Driver) (addr string, stop func() error, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	s := &conn.Server{Delegate: resources{}, Params: limits, Driver: d}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	return l.Addr().String(), func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		err := s.Shutdown(ctx)
		if err != nil {
			_ = s.Close()
		}
		if ended := <-ended; !errors.Is(ended, conn.ErrServerClosed) {
			return ended
		}
		return err
	}, nil
}

var (
	hello = []byte("Hello, World!")
	big   = bytes.Repeat([]byte("h1wire  "), 1<<17)
)

// resources are /plaintext, /big, /echo, /later, which echoes after a while, from
// another goroutine, /never, which answers when the peer has left, and the length
// of the content anywhere else.
type resources struct{}

func (resources) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate {
	return &exchange{Conn: c}
}

func (resources) OnClose(*conn.ServerConn) {}

type exchange struct {
	conn.Conn
	echoes, replied bool
	later           time.Duration
	body            []byte
	length          int
}

func (x *exchange) HeadersReceived(start *conn.StartLine, _ *conn.Fields) error {
	switch string(start.Target) {
	case "/plaintext":
		x.replied = true
		return x.Reply(conn.StatusLine(200), nil, hello)
	case "/big":
		x.replied = true
		return x.Reply(conn.StatusLine(200), nil, big)
	case "/echo", "/smug":
		x.echoes = true
	case "/later":
		x.echoes, x.later = true, rand.N(20*time.Millisecond)
	case "/never":
		x.later = time.Hour
	}
	return nil
}

func (x *exchange) DataReceived(p []byte) error {
	x.length += len(p)
	if x.echoes {
		x.body = append(x.body, p...)
	}
	return nil
}

func (x *exchange) Finish() error {
	switch {
	case x.replied:
		return nil
	case x.later > 0:
		go x.replyLater(x.Context())
		return nil
	case x.echoes:
		return x.Reply(conn.StatusLine(200), nil, x.body)
	}
	return x.Reply(conn.StatusLine(200), nil, strconv.AppendInt(nil, int64(x.length), 10))
}

func (x *exchange) OnConnectionClose(error) {}

func (x *exchange) replyLater(ctx context.Context) {
	t := time.NewTimer(x.later)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	_ = x.Reply(conn.StatusLine(200), nil, x.body) // the peer may have left
}
