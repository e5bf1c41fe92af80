package conn

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

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
		{name: "TE is for the next hop", steps: []step{send("GET", "", host("TE", "trailers"))},
			want: "GET / HTTP/1.1\r\nHost: example.com\r\nTE: trailers\r\nConnection: TE\r\n\r\n"},
		{name: "TE that says so", steps: []step{send("GET", "", host("TE", "trailers", "Connection", "x, te"))},
			want: "GET / HTTP/1.1\r\nHost: example.com\r\nTE: trailers\r\nConnection: x, te\r\n\r\n"},
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
		"Expect with length 0":    {RequestLine("POST", "/"), host("Expect", "100-continue"), ""},
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

// What has been written and cannot be sent does not keep ReadResponse from reading:
// the server may want to send all before it reads anything.
func TestReadResponseDoesNotWaitForWhatIsToBeSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const way = 256
		ours, theirs := conntest.PipeSize(way)
		cc, err := NewClient(ours, nil)
		require.NoError(t, err)
		h := new(Header)
		h.Add("Host", "a")
		h.Add("Content-Length", "1000")
		require.NoError(t, cc.WriteHeaders(RequestLine("POST", "/"), h, nil))
		require.NoError(t, cc.Flush())
		_, err = cc.Write(make([]byte, way-theirs.Unread()))
		require.NoError(t, err)
		require.NoError(t, cc.Flush())
		require.Equal(t, way, theirs.Unread())
		left := 1000 - (way - len("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"))
		_, err = cc.Write(make([]byte, left))
		require.NoError(t, err)
		require.NoError(t, cc.Finish())

		served := make(chan error, 1)
		go func() {
			answer := "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + strings.Repeat("x", 2000)
			_, err := io.WriteString(theirs, answer)
			if err == nil {
				_, err = io.CopyN(io.Discard, theirs, int64(way+left))
			}
			served <- err
		}()
		var r response
		reusable, err := cc.ReadResponse(&r)
		require.NoError(t, err)
		require.True(t, reusable)
		require.Len(t, r.body(), 2000)
		require.NoError(t, <-served)
		require.NoError(t, cc.Close())
		_ = theirs.Close()
	})
}
