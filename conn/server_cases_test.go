package conn

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// serverCase is octets that a client sends, and what must come of it, however
// they are cut. want lacks Date fields.
type serverCase struct {
	name   string
	params *Params
	set    func(r *recorder)
	send   string
	want   string
	events string // but the last one, "end"
	closed bool   // by the server, without waiting for the client
}

const (
	bad400   = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
	empty200 = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
)

func refused(status string) string { return strings.Replace(bad400, "400 Bad Request", status, 1) }

func gzipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

func lengthed(fields, body string) string {
	return crlf("POST / HTTP/1.1\nHost: a\n"+fields+"Content-Length: ") + itoa(len(body)) + "\r\n\r\n" + body
}

func itoa(n int) string { return string(appendDecimal(nil, n)) }

func appendDecimal(b []byte, n int) []byte {
	if n > 9 {
		b = appendDecimal(b, n/10)
	}
	return append(b, byte('0'+n%10))
}

// answers200 is the response that a recorder gives by itself.
func answers200(body string) string {
	return "HTTP/1.1 200 OK\r\nContent-Length: " + itoa(len(body)) + "\r\n\r\n" + body
}

var limits = &Params{MaxBodySize: 40}

var serverCases = []serverCase{
	{name: "garbage", send: "asdf\r\n\r\n", want: bad400, closed: true},
	{name: "second line without colon", send: crlf("GET / HTTP/1.1\nasdf\n\n"), want: bad400, closed: true},
	{name: "Host with a blank", send: crlf("GET / HTTP/1.1\nHost: foo bar\n\n"), want: bad400, closed: true},
	{name: "no Host in 1.1", send: crlf("GET / HTTP/1.1\n\n"), want: bad400, closed: true},
	{name: "two Hosts", send: crlf("GET / HTTP/1.1\nHost: a\nHost: a\n\n"), want: bad400, closed: true},
	{
		name: "no Host in 1.0", send: crlf("GET / HTTP/1.0\n\n"), closed: true,
		want: crlf("HTTP/1.1 200 OK\nContent-Length: 0\nConnection: close\n\n"), events: "head GET /\nfinish",
	},
	{name: "method FOO", send: crlf("FOO /x HTTP/1.1\nHost: a\n\n"), want: empty200, events: "head FOO /x\nfinish"},
	{name: "method FOO,BAR", send: crlf("FOO,BAR / HTTP/1.1\nHost: a\n\n"), want: bad400, closed: true},
	{
		name: "octet E9 in a value", send: crlf("GET / HTTP/1.1\nHost: a\nX: caf\xe9\n\n"),
		set: func(r *recorder) {
			r.headers = func(c Conn, _ *StartLine, fields *Fields) error {
				h := new(Header)
				v, _ := fields.Lookup("x")
				h.Add("X", string(v))
				return c.Reply(StatusLine(200), h, nil)
			}
		},
		want: crlf("HTTP/1.1 200 OK\nContent-Length: 0\nX: caf\xe9\n\n"), events: "head GET /\nfinish",
	},
	{
		name: "chunked", send: crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n4\nfoo=\n3\nbar\n0\n\n"),
		want: answers200("foo=bar"), events: "head POST /\ndata foo=bar\nfinish",
	},
	{
		name: "Chunked, trailers", send: crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: Chunked\n\n4\nfoo=\n3\nbar\n0\nA: b\nC: d\n\n"),
		want: answers200("foo=bar"), events: "head POST /\ndata foo=bar\ntrailer A=b\ntrailer C=d\nfinish",
	},
	{
		name: "chunk size 1_a", send: crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n1_a\n"),
		want: bad400, closed: true,
		events: "head POST /\nclose conn: peer broke RFC 9112 §7.1 at octet 1: ",
	},
	{name: "Transfer-Encoding twice", send: crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked\n\n0\n\n"), want: bad400, closed: true},
	{name: "gzip, chunked", send: crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: gzip, chunked\n\n0\n\n"), want: refused("501 Not Implemented"), closed: true},
	{name: "Transfer-Encoding and Content-Length", send: crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nContent-Length: 5\n\n0\n\n"), want: bad400, closed: true},
	{name: "Content-Length foo", send: crlf("POST / HTTP/1.1\nHost: a\nContent-Length: foo\n\n"), want: bad400, closed: true},
	{name: "Content-Length +10", send: crlf("POST / HTTP/1.1\nHost: a\nContent-Length: +10\n\n"), want: bad400, closed: true},
	{name: "Content-Length 1_0", send: crlf("POST / HTTP/1.1\nHost: a\nContent-Length: 1_0\n\n"), want: bad400, closed: true},
	{
		name: "unknown expectation", send: crlf("POST / HTTP/1.1\nHost: a\nExpect: magic\nContent-Length: 5\n\nhello"),
		want: refused("417 Expectation Failed"), closed: true,
	},
	{
		name: "chunked at the limit, twice", params: &Params{MaxBodySize: 4},
		send: strings.Repeat(crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n3\nabc\n1\nd\n0\n\n"), 2),
		want: answers200("abcd") + answers200("abcd"), events: "head POST /\ndata abcd\nfinish\nhead POST /\ndata abcd\nfinish",
	},
	{
		name: "broken chunk of a second body",
		send: crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\nPOST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n3\nabc\n1_\n"),
		want: answers200("abc") + bad400, closed: true,
		events: "head POST /\ndata abc\nfinish\nhead POST /\ndata abc\nclose conn: peer broke RFC 9112 §7.1 at octet 9: ",
	},
	{
		name: "body at the limit", params: limits, send: lengthed("", strings.Repeat("x", 40)),
		want: answers200(strings.Repeat("x", 40)), events: "head POST /\ndata " + strings.Repeat("x", 40) + "\nfinish",
	},
	{
		name: "body over the limit", params: limits, send: lengthed("", strings.Repeat("x", 41)),
		want: refused("413 Content Too Large"), closed: true, events: "head POST /\nclose conn: peer broke RFC 9110 §15.5.14 at octet 40: ",
	},
	{
		name: "body over the limit, Expect", params: limits, send: lengthed("Expect: 100-continue\n", strings.Repeat("x", 41)),
		want: refused("413 Content Too Large"), closed: true, events: "head POST /\nclose conn: peer broke RFC 9110 §15.5.14 at octet 40: ",
	},
	{
		name: "body limit overridden", params: limits, send: lengthed("", strings.Repeat("x", 60)),
		set:  func(r *recorder) { r.headers = raiseLimit },
		want: answers200(strings.Repeat("x", 60)), events: "head POST /\ndata " + strings.Repeat("x", 60) + "\nfinish",
	},
	{
		name: "chunked at the limit", params: limits,
		send: crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n14\n") + strings.Repeat("x", 20) + crlf("\n14\n") + strings.Repeat("x", 20) + crlf("\n0\n\n"),
		want: answers200(strings.Repeat("x", 40)), events: "head POST /\ndata " + strings.Repeat("x", 40) + "\nfinish",
	},
	{
		name: "chunked limit overridden", params: limits,
		set:  func(r *recorder) { r.headers = raiseLimit },
		send: crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n3c\n") + strings.Repeat("x", 60) + crlf("\n0\n\n"),
		want: answers200(strings.Repeat("x", 60)), events: "head POST /\ndata " + strings.Repeat("x", 60) + "\nfinish",
	},
	{
		name: "head at the limit", params: &Params{MaxHeaderSize: 64},
		send: crlf("GET / HTTP/1.1\nHost: a\nX: ") + strings.Repeat("y", 64-16-9-3-4) + crlf("\n\n"),
		want: empty200, events: "head GET /\nfinish",
	},
	{
		name: "head over the limit", params: &Params{MaxHeaderSize: 64},
		send: crlf("GET / HTTP/1.1\nHost: a\nX: ") + strings.Repeat("y", 64-16-9-3-4+1) + crlf("\n\n"),
		want: refused("431 Request Header Fields Too Large"), closed: true,
	},
	{
		name: "target over the limit", params: &Params{MaxHeaderSize: 64}, send: "GET /" + strings.Repeat("y", 64),
		want: refused("414 URI Too Long"), closed: true,
	},
	{
		name: "too many fields", params: &Params{MaxFields: 3}, send: crlf("GET / HTTP/1.1\nHost: a\nB: c\nD: e\nF: g\n\n"),
		want: refused("431 Request Header Fields Too Large"), closed: true,
	},
	{
		name: "gzip", params: &Params{Decompress: true}, send: lengthed("Content-Encoding: gzip\n", gzipped("hello")),
		set: func(r *recorder) {
			r.headers = func(_ Conn, _ *StartLine, f *Fields) error {
				r.note("consumed %s %d", f.String("X-Consumed-Content-Encoding"), f.Len())
				return nil
			}
		},
		want: answers200("hello"), events: "head POST /\nconsumed gzip 2\ndata hello\nfinish",
	},
	{
		name: "GZIP, chunked", params: &Params{Decompress: true},
		send: crlf("POST / HTTP/1.1\nHost: a\nContent-Encoding: GZIP\nTransfer-Encoding: chunked\n\n") + chunksOf(gzipped("hello"), 7) + crlf("0\n\n"),
		want: answers200("hello"), events: "head POST /\ndata hello\nfinish",
	},
	{
		name: "gzip decoded over the limit", params: &Params{Decompress: true, MaxBodySize: 100},
		send: lengthed("Content-Encoding: gzip\n", gzipped(strings.Repeat("x", 101))),
		want: refused("413 Content Too Large"), closed: true, events: "head POST /\nclose conn: peer broke RFC 9110 §15.5.14 at octet 100: ",
	},
	{
		name: "gzip cut off", params: &Params{Decompress: true},
		send: lengthed("Content-Encoding: gzip\n", gzipped("hello")[:20]),
		want: bad400, closed: true, events: "head POST /\nclose conn: peer broke RFC 1952 §2.2 at octet 0: gzip data complete",
	},
	{
		name: "decoding off", send: lengthed("Content-Encoding: gzip\n", gzipped("hello")),
		want: answers200(gzipped("hello")), events: "head POST /\ndata " + gzipped("hello") + "\nfinish",
	},
	{
		name: "early response, body unsent", send: crlf("POST / HTTP/1.1\nHost: a\nContent-Length: 100\n\n"),
		set:    func(r *recorder) { r.headers = replyWith(401) },
		want:   crlf("HTTP/1.1 401 Unauthorized\nContent-Length: 0\nConnection: close\n\n"),
		events: "head POST /\nclose conn: the response was complete before the request", closed: true,
	},
	{
		name: "malformed content behind a response that has begun", send: crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\nx\n"),
		set: func(r *recorder) {
			r.headers = func(c Conn, _ *StartLine, _ *Fields) error {
				if err := c.WriteHeaders(StatusLine(200), nil, []byte("a")); err != nil {
					return err
				}
				return c.Flush()
			}
		},
		want:   crlf("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\na\n"), // and never a 400 in it
		events: "head POST /\nclose conn: peer broke RFC 9112 §7.1 at octet 0: ", closed: true,
	},
	{
		name: "pipelined", send: crlf("GET /1 HTTP/1.1\nHost: a\n\nPOST /2 HTTP/1.1\nHost: a\nContent-Length: 3\n\nabcGET /3 HTTP/1.1\nHost: a\n\n"),
		want:   empty200 + answers200("abc") + empty200,
		events: "head GET /1\nfinish\nhead POST /2\ndata abc\nfinish\nhead GET /3\nfinish",
	},
	{
		name: "Connection: close", send: crlf("GET /1 HTTP/1.1\nHost: a\nConnection: x, Close\n\nGET /2 HTTP/1.1\nHost: a\n\n"),
		want: crlf("HTTP/1.1 200 OK\nContent-Length: 0\nConnection: close\n\n"), events: "head GET /1\nfinish", closed: true,
	},
	{
		name: "1.0 keep-alive twice", send: strings.Repeat(crlf("GET / HTTP/1.0\nConnection: keep-alive\n\n"), 2),
		want:   strings.Repeat(crlf("HTTP/1.1 200 OK\nContent-Length: 0\nConnection: keep-alive\n\n"), 2),
		events: "head GET /\nfinish\nhead GET /\nfinish",
	},
	{
		name: "1.0 keep-alive, length unknown", send: crlf("GET / HTTP/1.0\nConnection: keep-alive\n\n"),
		set:  func(r *recorder) { r.headers = streamWith("abc") },
		want: crlf("HTTP/1.1 200 OK\nConnection: close\n\nabc"), events: "head GET /\nfinish", closed: true,
	},
	{
		name: "NoKeepAlive", params: &Params{NoKeepAlive: true}, send: crlf("GET /1 HTTP/1.1\nHost: a\n\nGET /2 HTTP/1.1\nHost: a\n\n"),
		want: crlf("HTTP/1.1 200 OK\nContent-Length: 0\nConnection: close\n\n"), events: "head GET /1\nfinish", closed: true,
	},
	{
		name: "NoKeepAlive against the application", params: &Params{NoKeepAlive: true}, send: crlf("GET / HTTP/1.1\nHost: a\n\n"),
		set: func(r *recorder) {
			h := host("X-A", "1", "Connection", "x-a,, Keep-Alive", "X-B", "2", "connection", "x-b")
			r.finish = func(c Conn, _ []byte) error { return c.Reply(StatusLine(200), h, nil) }
		},
		want:   crlf("HTTP/1.1 200 OK\nContent-Length: 0\nHost: example.com\nX-A: 1\nX-B: 2\nConnection: close, x-a, x-b\n\n"),
		events: "head GET /\nfinish", closed: true,
	},
	{
		name: "both options of the application", send: strings.Repeat(get, 2),
		set: func(r *recorder) {
			r.finish = func(c Conn, _ []byte) error {
				return c.Reply(StatusLine(200), host("Connection", "Close, keep-alive"), nil)
			}
		},
		want:   crlf("HTTP/1.1 200 OK\nContent-Length: 0\nHost: example.com\nConnection: close\n\n"),
		events: "head GET /\nfinish", closed: true,
	},
	{
		name: "HEAD", send: crlf("HEAD / HTTP/1.1\nHost: a\n\nGET /2 HTTP/1.1\nHost: a\n\n"),
		set: func(r *recorder) {
			r.finish = func(c Conn, _ []byte) error { return c.Reply(StatusLine(200), nil, []byte("seven77")) }
		},
		want: crlf("HTTP/1.1 200 OK\nContent-Length: 7\n\n") + answers200("seven77"), events: "head HEAD /\nfinish\nhead GET /2\nfinish",
	},
	{
		name: "chunked out", send: crlf("GET / HTTP/1.1\nHost: a\n\n"),
		set:  func(r *recorder) { r.headers = streamWith("abc", "", "0123456789abcdefg") },
		want: crlf("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n11\n0123456789abcdefg\n0\n\n"), events: "head GET /\nfinish",
	},
	{
		name: "one empty line before a request", send: crlf("\nGET / HTTP/1.1\nHost: a\n\n\nGET / HTTP/1.1\nHost: a\n\n"),
		want: empty200 + empty200, events: "head GET /\nfinish\nhead GET /\nfinish",
	},
}

func raiseLimit(c Conn, _ *StartLine, _ *Fields) error {
	c.SetMaxBodySize(60)
	return nil
}

func replyWith(status int) func(Conn, *StartLine, *Fields) error {
	return func(c Conn, _ *StartLine, _ *Fields) error { return c.Reply(StatusLine(status), nil, nil) }
}

func streamWith(pieces ...string) func(Conn, *StartLine, *Fields) error {
	return func(c Conn, _ *StartLine, _ *Fields) error {
		if err := c.WriteHeaders(StatusLine(200), nil, nil); err != nil {
			return err
		}
		for _, p := range pieces {
			if _, err := c.Write([]byte(p)); err != nil {
				return err
			}
		}
		return c.Finish()
	}
}

func chunksOf(s string, n int) string {
	var b strings.Builder
	for len(s) > 0 {
		k := min(n, len(s))
		b.Write(appendHex(nil, uint64(k)))
		b.WriteString("\r\n" + s[:k] + "\r\n")
		s = s[k:]
	}
	return b.String()
}

func TestServerCases(t *testing.T) {
	for _, tc := range serverCases {
		t.Run(tc.name, func(t *testing.T) {
			cuts(tc.send, func(name string, pieces []string) {
				runServerCase(t, &tc, name, pieces)
			})
		})
	}
}

func runServerCase(t *testing.T, tc *serverCase, name string, pieces []string) {
	r := newRecorder()
	if tc.set != nil {
		tc.set(r)
	}
	bubble(t, tc.params, r, func(t *testing.T, c *client, _ *ServerConn) {
		for _, p := range pieces {
			_, _ = c.Write([]byte(p)) // the server may have closed by then
			synctest.Wait()
		}
		got, _ := c.received()
		assert.Equal(t, tc.want, got, "%s %d", name, len(pieces[0]))
		time.Sleep(lingerTime + 2*tick)
		synctest.Wait()
		_, closed := c.received()
		assert.Equal(t, tc.closed, closed, "%s %d: closed", name, len(pieces[0]))
	})
	tc.checkEvents(t, r)
}

func (tc *serverCase) checkEvents(t *testing.T, r *recorder) {
	t.Helper()
	got := r.log()
	want := tc.events
	if want != "" {
		want += "\n"
	}
	if strings.Contains(tc.events, "\nclose ") { // the rule's text is the parser's
		head, _ := strings.CutSuffix(want, "\n")
		assert.True(t, strings.HasPrefix(got, head) && strings.HasSuffix(got, "\nend"), "events %q, want %q…", got, head)
		return
	}
	assert.Equal(t, want+"end", got)
}
