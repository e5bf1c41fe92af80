package conn_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/conntest"
)

// hostile is what a client sends on one connection, to a server that answers 200
// with the content of the request, and what must come of it: for each response
// its status, and of a 200 its content in parentheses; then "close" if the
// server ended the connection, or "open".
type hostile struct {
	name string
	send string
	want string
}

const (
	get  = "GET / HTTP/1.1\r\nHost: h\r\n"
	post = "POST / HTTP/1.1\r\nHost: h\r\n"
	// next is answered only if it is where the next message begins; smug, never.
	next = "POST /next HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nNEXT"
	smug = "POST /smug HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nSMUG"

	chunked     = post + "Transfer-Encoding: chunked\r\n\r\n"
	helloChunks = "5\r\nhello\r\n0\r\n\r\n"
)

// hostileGroups is all cases, by what they are about.
func hostileGroups() map[string][]hostile {
	return map[string][]hostile{
		"methods": hostileMethods(), "targets": hostileTargets(), "versions": hostileVersions(), "line ends": hostileLineEnds(),
		"field lines": hostileFieldLines(), "host": hostileHost(),
		"content-length": hostileContentLength(), "transfer-encoding": hostileTransferEncoding(), "chunks": hostileChunks(), "trailers": hostileTrailers(),
		"expect": hostileExpect(), "persistence": hostilePersistence(), "pipelines": hostilePipelines(),
	}
}

// Each case is sent in one piece over TCP, to a server with each driver, and over
// a connection in memory octet by octet, and in two pieces, cut at every few
// offsets, others for each case. What comes of it must be the same.
func TestHostileRequests(t *testing.T) {
	every := 16
	if conn.RaceEnabled {
		every = 64
	}
	addrs := map[conn.Driver]string{}
	for _, d := range []conn.Driver{conn.Stream, conn.Raw, conn.Loop} {
		addrs[d] = serveEcho(t, d)
	}
	for group, cases := range hostileGroups() {
		for i, c := range cases {
			t.Run(group+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				for d, addr := range addrs {
					assert.Equal(t, c.want, sendTCP(t, addr, c), d)
				}
				synctest.Test(t, func(t *testing.T) {
					if len(c.send) > 4<<10 {
						return
					}
					require.Equal(t, c.want, sendPieces(t, c, strings.Split(c.send, "")...), "octet by octet")
					for cut := i % every; cut < len(c.send); cut += every {
						require.Equal(t, c.want, sendPieces(t, c, c.send[:cut], c.send[cut:]), "cut at %d", cut)
					}
				})
			})
		}
	}
}

// sendPieces waits after each piece until the server can do nothing more.
func sendPieces(t *testing.T, c hostile, pieces ...string) string {
	client, server := conntest.Pipe()
	sc, err := conn.NewServerConn(server, &conn.Params{Logger: silent})
	require.NoError(t, err)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = sc.Serve(context.Background(), echoServer{})
	}()
	var mu sync.Mutex
	var got []byte
	closed := false
	go func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := client.Read(buf)
			mu.Lock()
			got, closed = append(got, buf[:n]...), err != nil
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	for _, p := range pieces {
		if _, err := io.WriteString(client, p); err != nil {
			break // the server has had enough
		}
		synctest.Wait()
	}
	mu.Lock()
	v := verdict(t, c, got, closed)
	mu.Unlock()
	require.NoError(t, client.Close())
	<-served
	return v
}

func serveEcho(t *testing.T, d conn.Driver) (addr string) { return serveDelegate(t, d, echoServer{}) }

// serveDelegate starts a server, and stops it when the test is over.
func serveDelegate(t *testing.T, d conn.Driver, delegate conn.ServerDelegate) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &conn.Server{Delegate: delegate, Driver: d, Params: conn.Params{Logger: silent}}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		require.NoError(t, s.Shutdown(context.Background()))
		require.ErrorIs(t, <-served, conn.ErrServerClosed)
	})
	return l.Addr().String()
}

// sendTCP half-closes where the server is to keep the connection open, once it
// has answered: so the end comes when there is nothing more to come.
func sendTCP(t *testing.T, addr string, c hostile) string {
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer nc.Close()
	require.NoError(t, nc.SetDeadline(time.Now().Add(time.Minute)))
	open := strings.HasSuffix(c.want, "open")
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.WriteString(nc, c.send)
	}()
	got := make([]byte, 1<<10)
	n := 0
	if c.want != "open" {
		n, err = nc.Read(got)
	}
	if open && err == nil {
		<-sent
		require.NoError(t, nc.(*net.TCPConn).CloseWrite())
	}
	rest, err := io.ReadAll(nc)
	got = append(got[:n], rest...)
	if err != nil {
		return fmt.Sprintf("%s (%v)", verdict(t, c, got, false), err)
	}
	return verdict(t, c, got, !open)
}

// verdict reads responses as net/http does, and checks of each what any response
// must be.
func verdict(t *testing.T, c hostile, got []byte, closed bool) string {
	method, _, _ := strings.Cut(c.send, " ")
	old := strings.Contains(strings.SplitN(c.send, "\r\n", 2)[0], "HTTP/1.0")
	r := bufio.NewReader(bytes.NewReader(got))
	var v []string
	for {
		if _, err := r.Peek(1); err != nil {
			break
		}
		resp, err := http.ReadResponse(r, &http.Request{Method: method})
		require.NoError(t, err, "no response: %q", got)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err, "content of a response: %q", got)
		if resp.StatusCode/100 == 1 {
			require.False(t, old, "RFC 9110 §15.2: no 1xx to HTTP/1.0")
			v = append(v, fmt.Sprint(resp.StatusCode))
			continue
		}
		require.NotEmpty(t, resp.Header.Get("Date"), "RFC 9110 §6.6.1")
		require.False(t, old && resp.TransferEncoding != nil, "RFC 9112 §6.1: no Transfer-Encoding to HTTP/1.0")
		if resp.StatusCode == 200 {
			v = append(v, fmt.Sprintf("200(%s)", body))
		} else {
			v = append(v, fmt.Sprint(resp.StatusCode))
		}
		method = "POST" // what follows in these cases is not HEAD
	}
	return strings.Join(append(v, map[bool]string{true: "close", false: "open"}[closed]), " ")
}

var silent = slog.New(slog.DiscardHandler)

// echoServer answers every request with its content, once that is whole.
type echoServer struct{}

func (echoServer) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate {
	return &echoed{Conn: c}
}
func (echoServer) OnClose(*conn.ServerConn) {}

type echoed struct {
	conn.Conn
	body []byte
}

func (e *echoed) HeadersReceived(*conn.StartLine, *conn.Fields) error { return nil }
func (e *echoed) OnConnectionClose(error)                             {}

func (e *echoed) DataReceived(p []byte) error {
	e.body = append(e.body, p...)
	return nil
}

func (e *echoed) Finish() error { return e.Reply(conn.StatusLine(200), nil, e.body) }
