package conn_test

import (
	"errors"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

// replying answers with reply, whatever the request.
type replying struct {
	echoServer
	reply func(conn.Conn) error
}

func (r replying) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate {
	return failingExchange{&echoed{Conn: c}, r.reply}
}

// A response that would break HTTP is refused, and nothing of it is sent: another
// can be sent in its place.
func TestResponsesThatBreakHTTPAreRefused(t *testing.T) {
	hello := []byte("hello")
	with := func(lines ...string) *conn.Header {
		h := new(conn.Header)
		for i := 0; i < len(lines); i += 2 {
			h.Add(lines[i], lines[i+1])
		}
		return h
	}
	status := conn.StatusLine
	for name, reply := range map[string]func(conn.Conn) error{
		"CR LF in a value":       func(c conn.Conn) error { return c.Reply(status(200), with("A", "b\r\nC: d"), hello) },
		"LF in a value":          func(c conn.Conn) error { return c.Reply(status(200), with("A", "b\nC: d"), hello) },
		"NUL in a value":         func(c conn.Conn) error { return c.Reply(status(200), with("A", "b\x00"), hello) },
		"CR LF in a name":        func(c conn.Conn) error { return c.Reply(status(200), with("A\r\nB", "c"), hello) },
		"blank in a name":        func(c conn.Conn) error { return c.Reply(status(200), with("A ", "c"), hello) },
		"empty name":             func(c conn.Conn) error { return c.Reply(status(200), with("", "c"), hello) },
		"another length":         func(c conn.Conn) error { return c.Reply(status(200), with("Content-Length", "4"), hello) },
		"no number for a length": func(c conn.Conn) error { return c.Reply(status(200), with("Content-Length", "+5"), hello) },
		"two lengths": func(c conn.Conn) error {
			return c.Reply(status(200), with("Content-Length", "5", "content-length", "5"), hello)
		},
		"length and coding": func(c conn.Conn) error {
			return c.Reply(status(200), with("Content-Length", "5", "Transfer-Encoding", "chunked"), hello)
		},
		"a coding that is not done": func(c conn.Conn) error {
			return c.Reply(status(200), with("Transfer-Encoding", "gzip, chunked"), hello)
		},
		"content of a 204":           func(c conn.Conn) error { return c.Reply(status(204), nil, hello) },
		"content of a 205":           func(c conn.Conn) error { return c.Reply(status(205), nil, hello) },
		"content of a 304":           func(c conn.Conn) error { return c.Reply(status(304), nil, hello) },
		"length of a 204":            func(c conn.Conn) error { return c.WriteHeaders(status(204), with("Content-Length", "5"), nil) },
		"length of a 205":            func(c conn.Conn) error { return c.WriteHeaders(status(205), with("Content-Length", "5"), nil) },
		"coding of a 204":            func(c conn.Conn) error { return c.WriteHeaders(status(204), with("Transfer-Encoding", "chunked"), nil) },
		"informational for a final":  func(c conn.Conn) error { return c.WriteHeaders(status(103), nil, nil) },
		"final for an informational": func(c conn.Conn) error { return c.WriteInformational(status(200), nil) },
		"101 to no protocol":         func(c conn.Conn) error { return c.WriteHeaders(status(101), with("Connection", "upgrade"), nil) },
		"101 for an informational":   func(c conn.Conn) error { return c.WriteInformational(status(101), nil) },
		"length of an informational": func(c conn.Conn) error { return c.WriteInformational(status(103), with("Content-Length", "0")) },
		"status of two digits":       func(c conn.Conn) error { return c.Reply(status(99), nil, hello) },
		"status of four digits":      func(c conn.Conn) error { return c.Reply(status(1000), nil, hello) },
		"CR LF in the reason": func(c conn.Conn) error {
			return c.Reply(conn.StartLine{Status: 200, Reason: []byte("OK\r\nA: b")}, nil, hello)
		},
		"content without a head": func(c conn.Conn) error { _, err := c.Write(hello); return err },
		"an end without a head":  func(c conn.Conn) error { return c.Finish() },
	} {
		t.Run(name, func(t *testing.T) {
			refusal := make(chan error, 1)
			addr := serveDelegate(t, conn.Auto, replying{reply: func(c conn.Conn) error {
				refusal <- reply(c)
				return c.Reply(conn.StatusLine(500), nil, []byte("instead"))
			}})
			got := sendUntilClosed(t, addr, get+"Connection: close\r\n\r\n")
			err := <-refusal
			require.Error(t, err)
			require.Regexp(t, "^HTTP/1.1 500 Internal Server Error\r\nDate: [^\r]+\r\nContent-Length: 7\r\nConnection: close\r\n\r\ninstead$", got)
			var broke *conn.OutputError
			if errors.As(err, &broke) {
				require.NotEmpty(t, broke.Section)
			}
		})
	}
}

// HTTP/1.0 has no informational responses, and Upgrade means nothing in it (RFC 9110
// §15.2 and §7.8).
func TestSwitchingProtocolsInHTTP10(t *testing.T) {
	addr := serveDelegate(t, conn.Auto, replying{reply: func(c conn.Conn) error {
		var head conn.Header
		head.Add("Connection", "upgrade")
		head.Add("Upgrade", "x")
		var broke *conn.OutputError
		if err := c.WriteHeaders(conn.StatusLine(101), &head, nil); !errors.As(err, &broke) {
			return errors.New("101 was sent")
		}
		return c.Reply(conn.StatusLine(426), &head, nil)
	}})
	got := sendUntilClosed(t, addr, "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
	require.Regexp(t, "^HTTP/1.1 426 Upgrade Required\r\n", got)
}

// A 205 has no content, and has to say so (RFC 9110 §15.3.6).
func TestResetContent(t *testing.T) {
	addr := serveDelegate(t, conn.Auto, replying{reply: func(c conn.Conn) error {
		if err := c.WriteHeaders(conn.StatusLine(205), nil, nil); err != nil {
			return err
		}
		if _, err := c.Write([]byte("x")); !errors.Is(err, conn.ErrBodyNotAllowed) {
			return errors.New("content was taken")
		}
		return c.Finish()
	}})
	got := sendUntilClosed(t, addr, get+"\r\n"+get+"Connection: close\r\n\r\n")
	require.Regexp(t, "^HTTP/1.1 205 Reset Content\r\nDate: [^\r]+\r\nContent-Length: 0\r\n\r\n"+
		"HTTP/1.1 205 Reset Content\r\nDate: [^\r]+\r\nContent-Length: 0\r\nConnection: close\r\n\r\n$", got)
}

// early answers before it has seen any content.
type early struct{ echoServer }

func (early) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate {
	return earlyExchange{&echoed{Conn: c}}
}

type earlyExchange struct{ *echoed }

func (e earlyExchange) HeadersReceived(*conn.StartLine, *conn.Fields) error {
	return errors.Join(e.WriteHeaders(conn.StatusLine(403), nil, nil), e.Conn.Finish())
}

func (earlyExchange) Finish() error { return nil }

// A final response in place of 100 (Continue) says that the connection ends with
// it (RFC 9110 §10.1.1): what comes then may be the content, or another request.
func TestFinalResponseInPlaceOfContinue(t *testing.T) {
	addr := serveDelegate(t, conn.Auto, early{})
	for _, content := range []string{"", smug} {
		got := sendUntilClosed(t, addr, post+"Expect: 100-continue\r\nContent-Length: 55\r\n\r\n"+content)
		require.Regexp(t, "^HTTP/1.1 403 Forbidden\r\n(?s:.*)Connection: close\r\n\r\n0\r\n\r\n$", got)
	}
}

// sendUntilClosed sends octets and returns all that comes back until the server closes.
func sendUntilClosed(t *testing.T, addr, send string) string {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer nc.Close()
	_, err = io.WriteString(nc, send)
	require.NoError(t, err)
	got, err := io.ReadAll(nc)
	require.NoError(t, err)
	return string(got)
}
