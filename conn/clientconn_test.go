package conn

import (
	"bytes"
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
		{name: "204 with both", wire: "HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", failed: true},
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

func TestClientRequestFraming(t *testing.T) {
	type step = func(cc *ClientConn) error
	finish := func(cc *ClientConn) error { return cc.Finish() }
	write := func(s string) step {
		return func(cc *ClientConn) error { _, err := cc.Write([]byte(s)); return err }
	}
	head := func(method string, h *Header, chunk string) step {
		return func(cc *ClientConn) error { return cc.WriteHeaders(RequestLine(method, "/"), h, []byte(chunk)) }
	}
	send := func(method, body string, h *Header) step {
		return func(cc *ClientConn) error { return cc.Send(RequestLine(method, "/"), h, []byte(body)) }
	}
	for _, c := range []struct {
		name  string
		steps []step
		want  string
		err   error
	}{
		{name: "GET", steps: []step{head("GET", host(), ""), finish}, want: "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"},
		{name: "GET sent", steps: []step{send("GET", "", host())}, want: "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"},
		{name: "GET has no content", steps: []step{head("GET", host(), ""), write("x")}, err: ErrBodyNotAllowed},
		{name: "GET with a chunk", steps: []step{head("GET", host(), "x"), finish},
			want: "GET / HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"},
		{name: "POST", steps: []step{head("POST", host(), ""), write("ab"), write(""), write("c"), finish},
			want: "POST / HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"},
		{name: "POST sent", steps: []step{send("POST", "abc", host())},
			want: "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\nabc"},
		{name: "POST of nothing", steps: []step{send("POST", "", host())},
			want: "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 0\r\n\r\n"},
		{name: "DELETE said to be chunked", steps: []step{head("DELETE", host("Transfer-Encoding", "chunked"), ""), write("x"), finish},
			want: "DELETE / HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"},
		{name: "Content-Length", steps: []step{head("POST", host("Content-Length", "3"), "a"), write("bc"), finish},
			want: "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\nabc"},
		{name: "too many octets", steps: []step{head("POST", host("Content-Length", "2"), "a"), write("bc")}, err: ErrTooManyBytes},
		{name: "too few octets", steps: []step{head("POST", host("Content-Length", "2"), "a"), finish}, err: ErrTooFewBytes},
		{name: "finished twice", steps: []step{head("GET", host(), ""), finish, finish}, err: ErrFinished},
	} {
		synctest.Test(t, func(t *testing.T) {
			cc, server := pair(t, nil)
			var err error
			for _, step := range c.steps {
				require.NoError(t, err, c.name)
				err = step(cc)
			}
			if c.err != nil {
				require.ErrorIs(t, err, c.err, c.name)
				return
			}
			require.NoError(t, err, c.name)
			require.NoError(t, cc.Flush())
			require.Equal(t, c.want, took(t, server), c.name)
		})
	}
}

func TestClientTooManyOctetsSendsNoneOfThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, nil)
		require.NoError(t, cc.WriteHeaders(RequestLine("POST", "/"), host("Content-Length", "2"), nil))
		n, err := cc.Write([]byte("abc"))
		require.ErrorIs(t, err, ErrTooManyBytes)
		require.Equal(t, 2, n)
		rest, err := io.ReadAll(server)
		require.NoError(t, err)
		require.True(t, strings.HasSuffix(string(rest), "\r\n\r\nab"))
		_, err = cc.ReadResponse(&response{})
		require.ErrorIs(t, err, ErrTooManyBytes)
	})
}

func TestClientRefusesToBreakHTTP(t *testing.T) {
	var bad Header
	bad.Add("X", "a\r\nb: c")
	for name, request := range map[string]struct {
		start StartLine
		h     *Header
		body  string
	}{
		"CR LF in a value":        {RequestLine("GET", "/"), &bad, ""},
		"CR LF in the target":     {RequestLine("GET", "/\r\nX: y"), host(), ""},
		"space in the target":     {RequestLine("GET", "/a b"), host(), ""},
		"LF in the method":        {RequestLine("G\nT", "/"), host(), ""},
		"no Host":                 {RequestLine("GET", "/"), nil, ""},
		"empty target":            {RequestLine("GET", ""), host(), ""},
		"relative target":         {RequestLine("GET", "a"), host(), ""},
		"* for GET":               {RequestLine("GET", "*"), host(), ""},
		"path for CONNECT":        {RequestLine("CONNECT", "/a:1"), host(), ""},
		"content of TRACE":        {RequestLine("TRACE", "/"), host(), "x"},
		"Expect without content":  {RequestLine("GET", "/"), host("Expect", "100-continue"), ""},
		"Upgrade alone":           {RequestLine("GET", "/"), host("Upgrade", "x"), ""},
		"Content-Length differs":  {RequestLine("POST", "/"), host("Content-Length", "2"), "x"},
		"Content-Length not one":  {RequestLine("POST", "/"), host("Content-Length", "+1"), "x"},
		"Transfer-Encoding gzip":  {RequestLine("POST", "/"), host("Transfer-Encoding", "gzip"), "x"},
		"chunked in HTTP/1.0":     {StartLine{Version: 10, MethodName: []byte("POST"), Target: []byte("/")}, host("Transfer-Encoding", "chunked"), ""},
		"second Host":             {RequestLine("GET", "/"), host("host", "b"), ""},
		"non-token name":          {RequestLine("GET", "/"), host("a b", "c"), ""},
		"NUL in a value":          {RequestLine("GET", "/"), host("a", "\x00"), ""},
		"control octet in Expect": {RequestLine("POST", "/"), host("Expect", "\x7f"), "x"},
	} {
		synctest.Test(t, func(t *testing.T) {
			cc, server := pair(t, nil)
			err := cc.Send(request.start, request.h, []byte(request.body))
			var output *OutputError
			require.ErrorAs(t, err, &output, name)
			require.NoError(t, cc.Flush())
			require.Empty(t, took(t, server), name)
			require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil), "the connection is as it was")
		})
	}
}

func TestClientExpectHoldsTheContentBack(t *testing.T) {
	expecting := func() *Header { return host("Expect", "100-continue", "Content-Length", "3") }
	const head = "POST / HTTP/1.1\r\nHost: example.com\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
	for _, c := range []struct {
		name     string
		answer   string
		err      error // of the write
		reusable bool
	}{
		{"until 100", "HTTP/1.1 100 Continue\r\n\r\n", nil, true},
		{"until the timeout", "", nil, true},
		{"for ever after 403", "HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n", ErrNotContinued, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cc, server := pair(t, nil)
				wrote := make(chan error, 1)
				begun := time.Now()
				go func() { wrote <- cc.Send(RequestLine("POST", "/"), expecting(), []byte("abc")) }()
				synctest.Wait()
				read := make(chan error, 1)
				var r response
				var reusable bool
				go func() {
					var err error
					reusable, err = cc.ReadResponse(&r)
					read <- err
				}()
				require.Equal(t, head, took(t, server))
				_, _ = io.WriteString(server, c.answer)
				err := <-wrote
				if c.err != nil {
					require.ErrorIs(t, err, c.err)
				} else {
					require.NoError(t, err)
					require.Equal(t, "abc", took(t, server))
					if c.answer == "" {
						require.Equal(t, time.Second, time.Since(begun))
					} else {
						require.Zero(t, time.Since(begun))
					}
					_, _ = io.WriteString(server, "HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n")
				}
				require.NoError(t, <-read)
				require.Equal(t, c.reusable, reusable)
				require.Equal(t, 1, r.finished)
				if c.err != nil {
					rest, err := io.ReadAll(server)
					require.NoError(t, err)
					require.Empty(t, rest, "the content was never sent")
				}
			})
		})
	}
}

func TestClientCloseEndsTheWaitForContinue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, _ := pair(t, &Params{ExpectTimeout: -1})
		wrote := make(chan error, 1)
		go func() {
			wrote <- cc.WriteHeaders(RequestLine("POST", "/"), host("Expect", "100-continue"), []byte("x"))
		}()
		synctest.Wait()
		require.NoError(t, cc.Close())
		require.ErrorIs(t, <-wrote, net.ErrClosed)
	})
}

func TestClientSlowDataReceivedIsAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, &Params{BodyTimeout: 2 * time.Second})
		require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
		_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
		go func() {
			time.Sleep(time.Second)
			_, _ = io.WriteString(server, "cd")
		}()
		inside := false
		r := response{onData: func([]byte) error {
			require.False(t, inside)
			inside = true
			time.Sleep(time.Minute) // ours, so not the peer's
			inside = false
			return nil
		}}
		_, err := cc.ReadResponse(&r)
		require.NoError(t, err)
		require.Equal(t, []string{"ab", "cd"}, r.pieces)
	})
}

func TestClientTimeouts(t *testing.T) {
	for _, c := range []struct {
		name   string
		params Params
		wire   string
		err    error
		after  time.Duration
	}{
		{"head", Params{HeaderTimeout: 3 * time.Second}, "HTTP/1.1 2", ErrHeaderTimeout, 3 * time.Second},
		{"body", Params{BodyTimeout: 3 * time.Second}, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", ErrBodyTimeout, 3 * time.Second},
		{"rate", Params{MinBodyRate: 1000}, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", ErrBodyTimeout, 5 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			cc, server := pair(t, &c.params)
			require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
			_, _ = io.WriteString(server, c.wire)
			begun := time.Now()
			_, err := cc.ReadResponse(&response{})
			require.ErrorIs(t, err, c.err, c.name)
			took := time.Since(begun)
			require.GreaterOrEqual(t, took, c.after, c.name)
			require.LessOrEqual(t, took, c.after+2*tick, c.name)
		})
	}
}

func TestClientWriteTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, _ := pair(t, &Params{WriteTimeout: 3 * time.Second})
		body := make([]byte, 1<<20)
		read := make(chan error, 1)
		require.NoError(t, cc.WriteHeaders(RequestLine("PUT", "/"), host(), nil))
		go func() {
			_, err := cc.ReadResponse(&response{})
			read <- err
		}()
		_, err := cc.Write(body)
		require.ErrorIs(t, err, ErrWriteTimeout)
		require.ErrorIs(t, <-read, ErrWriteTimeout)
	})
}

func TestClientCloseWakesTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, _ := pair(t, nil)
		require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
		read := make(chan error, 1)
		go func() {
			_, err := cc.ReadResponse(&response{})
			read <- err
		}()
		synctest.Wait()
		require.NoError(t, cc.Close())
		require.ErrorIs(t, <-read, net.ErrClosed)
	})
}

func TestClientErrorsOfTheDelegate(t *testing.T) {
	own := errors.New("own")
	for name, r := range map[string]*response{
		"head error": {onHead: func(*Fields) error { return own }},
		"data error": {onData: func([]byte) error { return own }},
		"head panic": {onHead: func(*Fields) error { panic("x") }},
		"data panic": {onData: func([]byte) error { panic("x") }},
	} {
		synctest.Test(t, func(t *testing.T) {
			cc, server := pair(t, &Params{Logger: quiet})
			require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
			_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
			reusable, err := cc.ReadResponse(r)
			require.Error(t, err, name)
			require.False(t, reusable)
			require.Equal(t, []error{err}, r.closed, name)
			require.Zero(t, r.finished)
			if strings.HasSuffix(name, "error") {
				require.Equal(t, own, err)
			}
			_, err = server.Write([]byte("x"))
			require.Error(t, err, "the connection is closed")
		})
	}
}

func TestClientFullDuplex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, nil)
		go func() { _, _ = io.Copy(server, server) }() // sends back what it is sent
		// What comes back of the request must be a response, so it is in the content.
		const chunk = 100 << 10
		_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\n\r\n")
		require.NoError(t, cc.WriteHeaders(RequestLine("POST", "/"), host(), nil))
		wrote := make(chan error, 1)
		go func() {
			for range 20 {
				if _, err := cc.Write(bytes.Repeat([]byte("x"), chunk)); err != nil {
					wrote <- err
					return
				}
			}
			wrote <- cc.Finish()
		}()
		got := 0
		r := response{onData: func(p []byte) error {
			if got += len(p); got > 20*chunk {
				_ = server.CloseWrite()
			}
			return nil
		}}
		_, err := cc.ReadResponse(&r)
		require.NoError(t, err)
		require.NoError(t, <-wrote)
		require.Greater(t, got, 20*chunk)
	})
}

func TestClientLargeBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, nil)
		body := string(text(100 << 10))
		require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
		go func() { _, _ = fmt.Fprintf(server, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body) }()
		var r response
		reusable, err := cc.ReadResponse(&r)
		require.NoError(t, err)
		require.True(t, reusable)
		require.Equal(t, body, r.body())
		for _, p := range r.pieces {
			require.LessOrEqual(t, len(p), DefaultChunkSize)
		}
	})
}

func TestClientDetach(t *testing.T) {
	for _, c := range []struct{ method, target, answer string }{
		{"GET", "/", "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"},
		{"CONNECT", "example.com:443", "HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			cc, server := pair(t, nil)
			h := host()
			if c.method == "GET" {
				h.Add("Connection", "upgrade")
				h.Add("Upgrade", "echo")
			}
			require.NoError(t, cc.Send(RequestLine(c.method, c.target), h, nil))
			_, _ = io.WriteString(server, c.answer+"residual")
			var nc net.Conn
			r := response{}
			r.onHead = func(*Fields) error {
				var residual []byte
				var err error
				nc, residual, err = cc.Detach()
				require.NoError(t, err)
				require.Equal(t, "residual", string(residual))
				_, _, err = cc.Detach()
				require.ErrorIs(t, err, ErrDetached)
				return nil
			}
			reusable, err := cc.ReadResponse(&r)
			require.NoError(t, err)
			require.False(t, reusable)
			require.Zero(t, r.finished)
			require.Empty(t, r.closed)
			require.NoError(t, cc.Close())
			require.ErrorIs(t, cc.Send(RequestLine("GET", "/"), host(), nil), ErrDetached)

			took(t, server)
			_, err = io.WriteString(nc, "ping")
			require.NoError(t, err)
			require.Equal(t, "ping", took(t, server))
			require.NoError(t, nc.Close())
		})
	}
}

func TestClientKeptFieldsShowNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cc, server := pair(t, nil)
		require.NoError(t, cc.Send(RequestLine("GET", "/"), host(), nil))
		_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 0\r\n\r\n")
		var kept string
		r := response{onHead: func(f *Fields) error { kept = f.String("x"); return nil }}
		_, err := cc.ReadResponse(&r)
		require.NoError(t, err)
		require.Equal(t, "y", kept)
		require.Zero(t, r.late.Len())
		require.Empty(t, r.late.String("X"))
		_, ok := r.late.Lookup("X")
		require.False(t, ok)
	})
}
