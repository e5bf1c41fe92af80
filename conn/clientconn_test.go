package conn

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
	"github.com/h1wire/h1wire/parser"
)

// response is a delegate that writes down what it was told.
type response struct {
	status   int
	reason   string
	fields   []string // "name: value"
	informed []int
	pieces   []string
	trailers []string
	finished int
	closed   []error
	late     *Fields // kept, which nobody should

	onHead func(*Fields) error
	onData func(p []byte) error
}

func (r *response) InformationalReceived(start *StartLine, fields *Fields) error {
	r.informed = append(r.informed, start.Status)
	return nil
}

func (r *response) HeadersReceived(start *StartLine, fields *Fields) error {
	r.status, r.reason, r.late = start.Status, string(start.Reason), fields
	r.fields = lines(fields)
	if r.onHead != nil {
		return r.onHead(fields)
	}
	return nil
}

func (r *response) DataReceived(p []byte) error {
	if cap(p) != len(p) {
		return errors.New("spare capacity")
	}
	r.pieces = append(r.pieces, string(p))
	if r.onData != nil {
		return r.onData(p)
	}
	return nil
}

func (r *response) TrailersReceived(fields *Fields) error {
	r.trailers = lines(fields)
	return nil
}

func (r *response) Finish() error { r.finished++; return nil }

func (r *response) OnConnectionClose(err error) { r.closed = append(r.closed, err) }

func (r *response) body() string { return strings.Join(r.pieces, "") }

func lines(fields *Fields) (lines []string) {
	for n, v := range fields.All() {
		lines = append(lines, string(n)+": "+string(v))
	}
	return lines
}

// delivery is how a peer's octets arrive.
type delivery struct {
	name string
	send func(nc *conntest.Conn, wire string)
}

// deliveries are whole, octet by octet, and split at every offset of a wire of
// that length. They wait for the reader in between, so they need a bubble.
func deliveries(length int) []delivery {
	all := []delivery{
		{"whole", func(nc *conntest.Conn, wire string) { _, _ = io.WriteString(nc, wire) }},
		{"octet by octet", func(nc *conntest.Conn, wire string) {
			nc.Inject(conntest.Faults{ReadSize: 1})
			_, _ = io.WriteString(nc, wire)
		}},
	}
	for i := 1; i < length; i++ {
		all = append(all, delivery{fmt.Sprintf("split at %d", i), func(nc *conntest.Conn, wire string) {
			_, _ = io.WriteString(nc, wire[:i])
			synctest.Wait()
			_, _ = io.WriteString(nc, wire[i:])
		}})
	}
	return all
}

// clientCase is one exchange as a client sees it.
type clientCase struct {
	name   string
	method string // GET when empty
	params Params
	wire   string
	open   bool // the peer leaves its side open behind wire

	want     func(t *testing.T, r *response)
	err      error // errors.Is
	failed   bool  // or any error
	reusable bool
}

func (c *clientCase) run(t *testing.T) {
	for _, d := range deliveries(len(c.wire)) {
		synctest.Test(t, func(t *testing.T) {
			client, server := conntest.Pipe()
			defer server.Close()
			cc, err := NewClient(client, &c.params)
			require.NoError(t, err)
			defer cc.Close()
			var h Header
			h.Add("Host", "example.com")
			method := c.method
			if method == "" {
				method = "GET"
			}
			require.NoError(t, cc.Send(RequestLine(method, "/"), &h, nil))
			go func() {
				d.send(server, c.wire)
				if !c.open {
					_ = server.CloseWrite()
				}
			}()
			var r response
			reusable, err := cc.ReadResponse(&r)
			hint := fmt.Sprintf("%s: %q", d.name, c.wire)
			switch {
			case c.err != nil:
				require.ErrorIs(t, err, c.err, hint)
			case c.failed:
				require.Error(t, err, hint)
			default:
				require.NoError(t, err, hint)
				require.Equal(t, 1, r.finished, hint)
				require.Empty(t, r.closed, hint)
			}
			require.Equal(t, c.reusable, reusable, hint)
			if err != nil {
				require.Zero(t, r.finished, hint)
				if r.status != 0 {
					require.Equal(t, []error{err}, r.closed, hint)
				} else {
					require.Empty(t, r.closed, hint)
				}
			}
			if c.want != nil {
				c.want(t, &r)
			}
		})
		if t.Failed() {
			return
		}
	}
}

func has(status int, body string) func(*testing.T, *response) {
	return func(t *testing.T, r *response) {
		require.Equal(t, status, r.status)
		require.Equal(t, body, r.body())
	}
}

// The cases of a client: the framing of responses, and what it makes of the
// connection.
func TestClientCases(t *testing.T) {
	ok := "HTTP/1.1 200 OK\r\n"
	gzipped := string(gz(t, text(50)))
	for _, c := range []clientCase{
		{name: "HTTP/1.0 until close", wire: "HTTP/1.0 200 x\r\n\r\nhello", want: has(200, "hello")},
		{name: "HTTP/1.1 until close", wire: ok + "\r\nhello", want: has(200, "hello")},
		{name: "Content-Length", wire: ok + "Content-Length: 5\r\n\r\nhello", want: has(200, "hello"), reusable: true},
		{name: "Content-Length 0", wire: ok + "Content-Length: 0\r\n\r\n", open: true, want: has(200, ""), reusable: true},
		{name: "Content-Length 2, 2", wire: ok + "Content-Length: 2, 2\r\n\r\nhi", open: true, want: has(200, "hi"), reusable: true},
		{name: "Content-Length 2,4", wire: ok + "Content-Length: 2,4\r\n\r\nhi", failed: true},
		{name: "Content-Length cut off", wire: ok + "Content-Length: 6\r\n\r\nhello", err: io.ErrUnexpectedEOF, want: has(200, "hello")},
		{name: "chunked", wire: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n", open: true, want: has(200, "hello"), reusable: true},
		{name: "chunked with trailers", wire: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX: y\r\n\r\n", open: true, reusable: true,
			want: func(t *testing.T, r *response) {
				has(200, "hi")(t, r)
				require.Equal(t, []string{"X: y"}, r.trailers)
			}},
		{name: "chunked cut off", wire: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", err: io.ErrUnexpectedEOF, want: has(200, "hi")},
		{name: "chunked broken", wire: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi!", failed: true},
		{name: "Transfer-Encoding with Content-Length", wire: ok + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", failed: true},
		{name: "HEAD with Content-Length 7", method: "HEAD", wire: ok + "Content-Length: 7\r\n\r\n", open: true, want: has(200, ""), reusable: true},
		{name: "304 with Content-Length 42", wire: "HTTP/1.1 304 x\r\nContent-Length: 42\r\n\r\n", open: true, want: has(304, ""), reusable: true},
		{name: "204", wire: "HTTP/1.1 204 x\r\n\r\n", open: true, want: has(204, ""), reusable: true},
		{name: "204 with Content-Length 0", wire: "HTTP/1.1 204 x\r\nContent-Length: 0\r\n\r\n", open: true, want: has(204, ""), reusable: true},
		{name: "204 with Content-Length 5", wire: "HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\nhello", failed: true},
		{name: "204 with Transfer-Encoding", wire: "HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n", open: true, want: has(204, "")},
		{name: "204 with both", wire: "HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", open: true, want: has(204, "")},
		{name: "204 with Content-Length 5 let through", params: Params{LenientNoContent: true}, wire: "HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n", open: true, want: has(204, "")},
		{name: "HEAD with bad framing", method: "HEAD", wire: ok + "Content-Length: 2,4\r\n\r\n", open: true, want: has(200, "")},
		{name: "304 with bad framing", wire: "HTTP/1.1 304 x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", open: true, want: has(304, "")},
		{name: "Connection: close", wire: ok + "Connection: close\r\nContent-Length: 1\r\n\r\nx", open: true, want: has(200, "x")},
		{name: "Connection: close wins", wire: ok + "Connection: keep-alive\r\nConnection: x, Close\r\nContent-Length: 1\r\n\r\nx", open: true, want: has(200, "x")},
		{name: "HTTP/1.0", wire: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", open: true, want: has(200, "x")},
		{name: "HTTP/1.0 keep-alive", wire: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", open: true, want: has(200, "x"), reusable: true},
		{name: "keep-alive off", params: Params{NoKeepAlive: true}, wire: ok + "Content-Length: 1\r\n\r\nx", open: true, want: has(200, "x")},
		{name: "informational responses", wire: "HTTP/1.1 102 x\r\n\r\nHTTP/1.1 103 x\r\nLink: a\r\n\r\n" + ok + "Content-Length: 1\r\n\r\nx", open: true, reusable: true,
			want: func(t *testing.T, r *response) {
				has(200, "x")(t, r)
				require.Equal(t, []int{102, 103}, r.informed)
			}},
		{name: "informational only", wire: "HTTP/1.1 103 x\r\n\r\n", err: io.ErrUnexpectedEOF},
		{name: "101 that nobody asked for", wire: "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", failed: true},
		{name: "body at its limit", params: Params{MaxBodySize: 5}, wire: ok + "Content-Length: 5\r\n\r\nhello", open: true, want: has(200, "hello"), reusable: true},
		{name: "body over its limit", params: Params{MaxBodySize: 4}, wire: ok + "Content-Length: 5\r\n\r\nhello", err: ErrBodyTooLarge},
		{name: "chunked at its limit", params: Params{MaxBodySize: 2}, wire: ok + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n", open: true, want: has(200, "ab"), reusable: true},
		{name: "chunked over its limit", params: Params{MaxBodySize: 1}, wire: ok + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n", err: ErrBodyTooLarge},
		{name: "until close over its limit", params: Params{MaxBodySize: 4}, wire: ok + "\r\nhello", err: ErrBodyTooLarge},
		{name: "head at its limit", params: Params{MaxHeaderSize: 38}, wire: ok + "Content-Length: 1\r\n\r\nx", open: true, want: has(200, "x"), reusable: true},
		{name: "head over its limit", params: Params{MaxHeaderSize: 37}, wire: ok + "Content-Length: 1\r\n\r\nx", err: ErrHeaderTooLarge},
		{name: "head cut off", wire: ok + "Content-Length: 1\r\n\r", err: io.ErrUnexpectedEOF},
		{name: "nothing", wire: "", err: io.ErrUnexpectedEOF},
		{name: "not HTTP", wire: "SSH-2.0-x\r\n\r\n", failed: true},
		{name: "no reason, no space", wire: "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", open: true, want: has(200, "x"), reusable: true},
		{name: "folded line", wire: ok + "A: b\r\n\t c\r\nContent-Length: 1\r\n\r\nx", open: true, reusable: true,
			want: func(t *testing.T, r *response) {
				require.Equal(t, "x", r.body())
				require.Equal(t, "b    c", strings.ReplaceAll(r.fields[0][3:], "\t", " "))
			}},
		{name: "gzip", params: Params{Decompress: true}, wire: ok + "Content-Encoding: gzip\r\nContent-Length: " + fmt.Sprint(len(gzipped)) + "\r\n\r\n" + gzipped, open: true, reusable: true,
			want: func(t *testing.T, r *response) {
				has(200, string(text(50)))(t, r)
				require.Equal(t, []string{"X-Consumed-Content-Encoding: gzip"}, r.fields)
			}},
		{name: "gzip off", wire: ok + "Content-Encoding: gzip\r\nContent-Length: " + fmt.Sprint(len(gzipped)) + "\r\n\r\n" + gzipped, open: true, want: has(200, gzipped), reusable: true},
		{name: "part of what is in gzip", params: Params{Decompress: true}, wire: "HTTP/1.1 206 x\r\nContent-Encoding: gzip\r\nContent-Range: bytes 1-2/30\r\nContent-Length: 2\r\n\r\n\x8b\x08", open: true, want: has(206, "\x8b\x08"), reusable: true},
		{name: "gzip cut off", params: Params{Decompress: true}, wire: ok + "Content-Encoding: gzip\r\nContent-Length: 30\r\n\r\n" + gzipped[:30], failed: true},
		{name: "gzip until close", params: Params{Decompress: true}, wire: ok + "Content-Encoding: x-gzip\r\n\r\n" + gzipped, want: has(200, string(text(50)))},
		{name: "gzip until close cut off", params: Params{Decompress: true}, wire: ok + "Content-Encoding: x-gzip\r\n\r\n" + gzipped[:len(gzipped)-1], failed: true},
		{name: "gzip decodes to its limit", params: Params{Decompress: true, MaxBodySize: 101}, wire: ok + "Content-Encoding: GZIP\r\n\r\n" + string(gz(t, make([]byte, 101))), want: has(200, string(make([]byte, 101)))},
		{name: "gzip decodes to more", params: Params{Decompress: true, MaxBodySize: 100}, wire: ok + "Content-Encoding: GZIP\r\n\r\n" + string(gz(t, make([]byte, 101))), err: ErrBodyTooLarge},
		{name: "HEAD with gzip", method: "HEAD", params: Params{Decompress: true}, wire: ok + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\n", open: true, want: has(200, ""), reusable: true},
	} {
		t.Run(c.name, c.run)
	}
}

// A peer may not keep a client busy for ever, but for as long as the limit says.
func TestClientBoundsInformationalResponses(t *testing.T) {
	for _, n := range []int{maxInformational, maxInformational + 1} {
		synctest.Test(t, func(t *testing.T) {
			cc, server := pair(t, nil)
			for range 2 { // of each response
				require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
				go func() {
					_, _ = io.WriteString(server, strings.Repeat("HTTP/1.1 103 x\r\n\r\n", n)+"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}()
				var r response
				_, err := cc.ReadResponse(&r)
				require.Len(t, r.informed, maxInformational)
				if n > maxInformational {
					require.ErrorContains(t, err, "more informational responses")
					return
				}
				require.NoError(t, err)
				require.Equal(t, 200, r.status)
			}
		})
	}
}

// HeaderTimeout is for each head, of informational responses, too.
func TestClientTimesEachHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, &Params{HeaderTimeout: 10 * time.Second})
		require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
		go func() {
			for _, part := range []string{"HTTP/1.1 103 x\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "Content-Length: 0\r\n\r\n"} {
				time.Sleep(7 * time.Second)
				_, _ = io.WriteString(server, part)
			}
		}()
		var r response
		_, err := cc.ReadResponse(&r)
		require.NoError(t, err)
		require.Equal(t, 200, r.status)
	})
}

// pair returns a client and its peer, to be used in a bubble.
func pair(t *testing.T, p *Params) (*ClientConn, *conntest.Conn) {
	client, server := conntest.Pipe()
	cc, err := NewClient(client, p)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = cc.Close()
		_ = server.Close()
	})
	return cc, server
}

func host(lines ...string) *Header {
	var h Header
	h.Add("Host", "example.com")
	for i := 0; i < len(lines); i += 2 {
		h.Add(lines[i], lines[i+1])
	}
	return &h
}

// took returns what the peer has been sent so far.
func took(t *testing.T, server *conntest.Conn) string {
	synctest.Wait()
	p := make([]byte, server.Unread())
	if len(p) > 0 {
		_, err := io.ReadFull(server, p)
		require.NoError(t, err)
	}
	return string(p)
}

func TestClientSurplusOctetsEndTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, nil)
		require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
		_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL")
		var r response
		reusable, err := cc.ReadResponse(&r)
		require.NoError(t, err)
		require.False(t, reusable)
		require.Equal(t, "hi", r.body())
		require.ErrorIs(t, cc.Send(RequestLine("GET", "/"), host(), nil), net.ErrClosed)
		_, err = cc.ReadResponse(&r)
		require.ErrorIs(t, err, net.ErrClosed)
	})
}

// An HTTP/1.0 request that does not ask for it ends the connection, whatever the
// response says (RFC 9112 §9.3).
func TestClientRequestInHTTP10(t *testing.T) {
	for _, c := range []struct {
		h        *Header
		reusable bool
	}{{host(), false}, {host("Connection", "keep-alive"), true}, {host("Connection", "keep-alive, close"), false}} {
		synctest.Test(t, func(t *testing.T) {
			cc, server := pair(t, nil)
			start := RequestLine("GET", "/")
			start.Version = parser.HTTP10
			require.NoError(t, cc.Send(start, c.h, nil))
			_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
			reusable, err := cc.ReadResponse(&response{})
			require.NoError(t, err)
			require.Equal(t, c.reusable, reusable)
		})
	}
}

func TestClientPipelining(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, nil)
		for _, method := range []string{"GET", "HEAD", "GET"} {
			require.NoError(t, cc.Send(RequestLine(method, "/"), host(), nil))
		}
		require.Empty(t, took(t, server), "nothing leaves before the wait for the first response")
		_, _ = io.WriteString(server, "HTTP/1.1 200 a\r\nContent-Length: 1\r\n\r\na"+
			"HTTP/1.1 200 b\r\nContent-Length: 1\r\n\r\n"+"HTTP/1.1 200 c\r\nContent-Length: 1\r\n\r\nc")
		for i, body := range []string{"a", "", "c"} {
			var r response
			reusable, err := cc.ReadResponse(&r)
			require.NoError(t, err)
			require.True(t, reusable, "%d", i)
			require.Equal(t, body, r.body())
			require.Equal(t, string(rune('a'+i)), r.reason)
		}
		require.Equal(t, 3, strings.Count(took(t, server), "\r\n\r\n"))
		_, err := cc.ReadResponse(&response{})
		require.Error(t, err)
	})
}
