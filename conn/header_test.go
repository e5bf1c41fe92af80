package conn

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/parser"
)

func wireOf(h *Header) string { return string(h.appendWire(nil, 0)) }

func TestHeaderHoldsFieldLinesReadyForTheWire(t *testing.T) {
	var h Header
	h.Add("Content-Type", " text/plain\t")
	h.Add("X-A", "1")
	h.AddBytes([]byte("x-a"), []byte("caf\xe9"))
	h.AddInt("Age", -7)
	h.Add("X-Empty", "")
	require.NoError(t, h.Err())
	require.Equal(t, 5, h.Len())
	require.Equal(t, "Content-Type: text/plain\r\nX-A: 1\r\nx-a: caf\xe9\r\nAge: -7\r\nX-Empty: \r\n", wireOf(&h))

	v, ok := h.Lookup("X-a")
	require.True(t, ok)
	require.Equal(t, "1", string(v))

	h.Set("X-A", "2")
	require.Equal(t, "Content-Type: text/plain\r\nAge: -7\r\nX-Empty: \r\nX-A: 2\r\n", wireOf(&h))
	require.Equal(t, 4, h.Len())
	h.Del("nothing")
	h.Del("content-type")
	require.Equal(t, "Age: -7\r\nX-Empty: \r\nX-A: 2\r\n", wireOf(&h))

	clone := h.Clone()
	h.Reset()
	require.Zero(t, h.Len())
	require.Empty(t, wireOf(&h))
	var names []string
	for n, v := range clone.All() {
		names = append(names, string(n)+"="+string(v))
	}
	require.Equal(t, []string{"Age=-7", "X-Empty=", "X-A=2"}, names)
}

func TestHeaderNilIsEmpty(t *testing.T) {
	var h *Header
	require.Zero(t, h.Len())
	require.NoError(t, h.Err())
	require.Empty(t, wireOf(h))
	require.Zero(t, h.Clone().Len())
	_, ok := h.Lookup("X")
	require.False(t, ok)
}

func TestHeaderValueTakesTheOctetsOfAFieldValue(t *testing.T) {
	for c := range 256 {
		var h Header
		h.Add("X", "a"+string([]byte{byte(c)})+"b")
		if ok := c == 0x09 || c >= 0x20 && c <= 0x7e || c >= 0x80; ok {
			require.NoError(t, h.Err(), "%02x", c)
		} else {
			var output *OutputError
			require.ErrorAs(t, h.Err(), &output, "%02x", c)
			require.Empty(t, wireOf(&h))
		}
	}
}

func TestHeaderNameIsAToken(t *testing.T) {
	for _, name := range []string{"", "foo bar", "foo ", " foo", "fo\x00o", "é", "a:b", "a\r\nb", "a\nb", "(a)"} {
		var h Header
		h.Add(name, "v")
		require.Error(t, h.Err(), "%q", name)
	}
}

func TestHeaderFirstErrorStays(t *testing.T) {
	var h Header
	h.Add("bad name", "v")
	first := h.Err()
	h.Add("X", "bad\r\nvalue")
	h.Add("X", "good")
	require.Equal(t, first, h.Err())
	require.Zero(t, h.Len())
	h.Reset()
	require.NoError(t, h.Err())
}

func TestHeaderRefusesBadFraming(t *testing.T) {
	type line struct{ name, value string }
	for _, lines := range [][]line{
		{{"Content-Length", "foo"}}, {{"Content-Length", "+10"}}, {{"Content-Length", "1_0"}},
		{{"Content-Length", ""}}, {{"Content-Length", "-1"}}, {{"Content-Length", "5, 5"}},
		{{"Content-Length", "9223372036854775808"}},
		{{"Content-Length", "1"}, {"content-length", "1"}},
		{{"Transfer-Encoding", "gzip"}}, {{"Transfer-Encoding", "gzip, chunked"}},
		{{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
		{{"Transfer-Encoding", "chunked"}, {"Content-Length", "1"}},
		{{"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}},
		{{"Host", "a"}, {"Host", "a"}},
		{{"Host", "a b"}}, {{"Host", "a/b"}}, {{"Host", "u@a"}}, {{"Host", "a:b"}}, {{"Host", "::1"}}, {{"Host", "[::1"}},
	} {
		var h Header
		for _, l := range lines {
			h.Add(l.name, l.value)
		}
		var output *OutputError
		require.ErrorAs(t, h.Err(), &output, "%v", lines)
	}
	var h Header
	h.Add("Content-Length", "9223372036854775807")
	require.NoError(t, h.Err())
	require.Equal(t, int64(1<<63-1), h.contentLength)
	h.Set("Content-Length", "5")
	h.Del("content-length")
	h.Add("Transfer-Encoding", "Chunked")
	require.NoError(t, h.Err())
	require.False(t, h.has(parser.FieldContentLength))
	require.True(t, h.has(parser.FieldTransferEncoding))
}

func TestHeaderKnowsConnectionOptions(t *testing.T) {
	var h Header
	h.Add("Connection", "Upgrade , x")
	h.Add("connection", "CLOSE,,keep-alive,te")
	require.Equal(t, optClose|optKeepAlive|optUpgrade|optTE, h.opts)
	h.Set("Connection", "closed")
	require.Zero(t, h.opts)
}

func TestHeaderLeavesOutWhatTheConnectionSays(t *testing.T) {
	var h Header
	h.Add("A", "1")
	h.Add("Connection", "keep-alive")
	h.Add("Date", "now")
	h.Add("connection", "x")
	skip := setOf(parser.FieldConnection) | setOf(parser.FieldTrailer)
	require.Equal(t, "A: 1\r\nDate: now\r\n", string(h.appendWire(nil, skip)))
}

func TestHeaderReusedAllocatesNothing(t *testing.T) {
	var h Header
	build := func() {
		h.Reset()
		h.Add("Content-Type", "text/plain")
		h.AddInt("Content-Length", 12345)
		h.Set("X-A", "b")
		h.Add("Connection", "keep-alive")
	}
	build()
	require.Zero(t, testing.AllocsPerRun(100, build))
}

func TestStartLine(t *testing.T) {
	line := func(f func([]byte) ([]byte, error)) string {
		b, err := f(nil)
		if err != nil {
			require.Empty(t, b, "an error sends nothing")
			return err.Error()
		}
		return string(b)
	}
	status := func(s StartLine) string { return line(s.appendStatusLine) }
	request := func(s StartLine) string { return line(s.appendRequestLine) }

	require.Equal(t, "HTTP/1.1 200 OK\r\n", status(StatusLine(200)))
	require.Equal(t, "HTTP/1.1 511 Network Authentication Required\r\n", status(StatusLine(511)))
	require.Equal(t, "HTTP/1.1 299 \r\n", status(StatusLine(299)))
	require.Equal(t, "HTTP/1.1 999 \r\n", status(StatusLine(999)))
	require.Equal(t, "HTTP/1.1 200 Fine\r\n", status(StartLine{Status: 200, Reason: []byte("Fine")}))
	require.Equal(t, "HTTP/1.1 200 \r\n", status(StartLine{Status: 200, Reason: []byte{}}))
	require.Contains(t, status(StartLine{Status: 200, Reason: []byte("a\r\nb")}), "RFC 9112 §4")
	require.Contains(t, status(StatusLine(99)), "refused")
	require.Contains(t, status(StatusLine(1000)), "refused")

	require.Equal(t, "GET / HTTP/1.1\r\n", request(RequestLine("GET", "/")))
	require.Equal(t, "GET / HTTP/1.0\r\n", request(StartLine{Version: parser.HTTP10, MethodName: []byte("GET"), Target: []byte("/")}))
	for _, target := range []string{"", "/a b", "/a#b", "/\r\n", "/é", "/\x00"} {
		require.Contains(t, request(RequestLine("GET", target)), "refused", "%q", target)
	}
	for _, method := range []string{"", "GE T", "GET\r\n", "G:"} {
		require.Contains(t, request(RequestLine(method, "/")), "refused", "%q", method)
	}
}

func TestReasonPhrase(t *testing.T) {
	require.Equal(t, "Continue", ReasonPhrase(100))
	require.Equal(t, "Content Too Large", ReasonPhrase(413))
	require.Equal(t, "Network Authentication Required", ReasonPhrase(511))
	for _, status := range []int{-1, 0, 99, 299, 418, 512, 1000} {
		require.Empty(t, ReasonPhrase(status))
	}
}

func ExampleHeader() {
	var h Header
	h.Add("Content-Type", "text/plain")
	h.Add("X-Bad", "one\r\nX-Injected: two")
	fmt.Println(h.Err())
	// Output: conn: refused to break RFC 9110 §5.5: value of X-Bad has a control octet
}
