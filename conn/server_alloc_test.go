package conn

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
	"github.com/h1wire/h1wire/parser"
)

// frugal answers without allocating: one delegate, one Header for all exchanges.
type frugal struct {
	c      Conn
	h      Header
	length int
	seen   int
	reply  func(f *frugal) error
	blind  bool // looks at no field
}

func (f *frugal) StartRequest(_ *ServerConn, c Conn) MessageDelegate {
	f.c, f.length = c, 0
	return f
}
func (f *frugal) OnClose(*ServerConn) {}

func (f *frugal) HeadersReceived(start *StartLine, fields *Fields) error {
	f.seen += len(start.Target)
	if f.blind {
		return nil
	}
	if v, ok := fields.Get(parser.FieldHost); ok {
		f.seen += len(v)
	}
	if v, ok := fields.Lookup("user-agent"); ok {
		f.seen += len(v)
	}
	for i := range fields.Len() {
		n, v := fields.Line(i)
		f.seen += len(n) + len(v)
	}
	if fields.HasToken("Accept", "text/html") {
		f.seen++
	}
	return nil
}

func (f *frugal) DataReceived(p []byte) error {
	f.length += len(p)
	return nil
}
func (f *frugal) TrailersReceived(fields *Fields) error {
	f.seen += fields.Len()
	return nil
}
func (f *frugal) Finish() error            { return f.reply(f) }
func (f *frugal) OnConnectionClose(error)  {}
func (f *frugal) ExchangeEnded(x Exchange) { f.seen += x.Status }

func replyPlain(f *frugal) error { return f.c.Reply(StatusLine(200), &f.h, hello) }

func replyChunked(f *frugal) error {
	if err := f.c.WriteHeaders(StatusLine(200), &f.h, hello); err != nil {
		return err
	}
	if _, err := f.c.Write(hello); err != nil {
		return err
	}
	return f.c.Finish()
}

func replyLarge(f *frugal) error { return f.c.Reply(StatusLine(200), &f.h, large) }

var (
	hello = []byte("Hello, World!")
	large = make([]byte, 40_000)
)

const fielded = "GET /a/path?with=query HTTP/1.1\r\nHost: example.test\r\nUser-Agent: test/1.0\r\n" +
	"Accept: text/plain, text/html\r\nAccept-Encoding: gzip, br\r\nCookie: a=b; c=d\r\n\r\n"

// No exchange allocates once its connection is warm: neither a plain one, nor
// one with fields looked at, content, chunks, trailers or pipelining.
func TestExchangesAllocateNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools forget, and allocates itself")
	}
	chunked := crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n") +
		chunksOf(strings.Repeat("x", 5000), 100) + crlf("0\nA: b\n\n")
	for _, tc := range []struct {
		name, send string
		reply      func(*frugal) error
	}{
		{"plain", get, replyPlain},
		{"fields", fielded, replyPlain},
		{"content", lengthed("", strings.Repeat("x", 3000)), replyPlain},
		{"chunked both ways", chunked, replyChunked},
		{"pipelined", strings.Repeat(get, 16), replyPlain},
		{"large response", get, replyLarge},
	} {
		for _, d := range []Driver{Stream, Raw, Loop} {
			t.Run(tc.name+"/"+d.String(), func(t *testing.T) {
				s := &Server{Driver: d, Logger: quiet, Delegate: &frugal{reply: tc.reply}}
				addr := listen(t, s)
				assertNoAllocs(t, func() halfCloser { return dial(t, addr) }, tc.send)
				_ = s.Close()
			})
		}
		t.Run(tc.name+"/memory", func(t *testing.T) {
			var serving sync.WaitGroup
			assertNoAllocs(t, func() halfCloser {
				ours, theirs := conntest.PipeSize(1 << 17)
				sc, err := NewServerConn(theirs, nil)
				require.NoError(t, err)
				serving.Go(func() { _ = sc.Serve(context.Background(), &frugal{reply: tc.reply}) })
				return ours
			}, tc.send)
			serving.Wait()
		})
	}
}

// halfCloser is what both kinds of connection here are.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

// assertNoAllocs sends again and again, and reads what must come, whose length it
// finds out on a connection of its own.
func assertNoAllocs(t *testing.T, dial func() halfCloser, send string) {
	t.Helper()
	request := []byte(send)
	first := dial()
	_, err := first.Write(request)
	require.NoError(t, err)
	require.NoError(t, first.CloseWrite())
	buf, err := io.ReadAll(first)
	require.NoError(t, err)
	_ = first.Close()

	nc := dial()
	defer nc.Close()
	exchange := func() {
		if _, err := nc.Write(request); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(nc, buf); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 {
		exchange()
	}
	// The result is a whole number, and a garbage collection empties the pools: so
	// fewer than one allocation in twenty exchanges is none. What else the process
	// allocates meanwhile, on a busy machine, it does not each time.
	allocs := 1.0
	for tries := 3; allocs > 0 && tries > 0; tries-- {
		allocs = testing.AllocsPerRun(50, func() {
			for range 20 {
				exchange()
			}
		})
	}
	assert.Zero(t, allocs)
}
