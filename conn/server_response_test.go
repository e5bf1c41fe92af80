package conn

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

func TestContentLengthIsKept(t *testing.T) {
	h := new(Header)
	h.Add("Content-Length", "42")
	r := newRecorder()
	r.finish = func(c Conn, _ []byte) error {
		require.NoError(t, c.WriteHeaders(StatusLine(200), h, []byte("ab")))
		assert.ErrorIs(t, c.Finish(), ErrTooFewBytes)
		assert.Error(t, c.Finish())
		return nil
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get+get)
		expect(t, c, crlf("HTTP/1.1 200 OK\nContent-Length: 42\n\nab"), true)
	})
	r = newRecorder()
	r.finish = func(c Conn, _ []byte) error {
		require.NoError(t, c.WriteHeaders(StatusLine(200), h, []byte(strings.Repeat("x", 40))))
		n, err := c.Write([]byte("123456"))
		assert.Equal(t, 2, n)
		assert.ErrorIs(t, err, ErrTooManyBytes)
		_, err = c.Write([]byte("7"))
		assert.Error(t, err)
		return nil
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get+get)
		expect(t, c, crlf("HTTP/1.1 200 OK\nContent-Length: 42\n\n")+strings.Repeat("x", 40)+"12", true)
	})
	assert.ErrorIs(t, replyError(t, h, []byte("ab")), ErrTooFewBytes)
	assert.ErrorIs(t, replyError(t, h, []byte(strings.Repeat("x", 43))), ErrTooManyBytes)
}

// replyError returns what Reply says to that.
func replyError(t *testing.T, h *Header, body []byte) (err error) {
	r := newRecorder()
	r.finish = func(c Conn, _ []byte) error {
		err = c.Reply(StatusLine(200), h, body)
		return err
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get)
		expect(t, c, "", true) // nothing is sent
	})
	return err
}

func TestMalformedResponseIsNotSent(t *testing.T) {
	for _, field := range [][2]string{
		{"Content-Length", "foo"}, {"Content-Length", "+10"}, {"Content-Length", "1_0"},
		{"X", "a\r\nb"}, {"X", "a\x00b"}, {"X y", "a"}, {"", "a"}, {"Transfer-Encoding", "gzip"},
	} {
		h := new(Header)
		h.Add(field[0], field[1])
		var broken *OutputError
		assert.ErrorAs(t, replyError(t, h, nil), &broken, "%q", field)
	}
}

func TestResponsesWithoutContent(t *testing.T) {
	r := newRecorder()
	r.finish = func(c Conn, _ []byte) error {
		assert.ErrorIs(t, c.Reply(StatusLine(204), nil, []byte("x")), ErrBodyNotAllowed)
		require.NoError(t, c.WriteHeaders(StatusLine(304), nil, nil))
		_, err := c.Write([]byte("x"))
		assert.ErrorIs(t, err, ErrBodyNotAllowed)
		return c.Finish()
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get)
		expect(t, c, "HTTP/1.1 304 Not Modified\r\n\r\n", false)
	})
	h := new(Header)
	h.Add("Content-Length", "5")
	r = newRecorder()
	r.finish = func(c Conn, _ []byte) error {
		assert.Error(t, c.Reply(StatusLine(204), h, nil))
		return c.Reply(StatusLine(304), h.Clone(), nil) // says what a 200 would have
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get)
		expect(t, c, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", false)
	})
}

func TestTrailersOut(t *testing.T) {
	h := new(Header)
	h.Add("Digest", "x")
	for _, name := range []string{"Host", "Connection", "Keep-Alive", "Proxy-Connection", "Upgrade", "Expect", "TE", "Trailer", "Content-Encoding", "Content-Type"} {
		h.Add(name, "x") // does not belong there
	}
	h.Add("Content-Length", "7") // nor does this
	r := newRecorder()
	r.finish = func(c Conn, _ []byte) error {
		require.NoError(t, c.WriteHeaders(StatusLine(200), nil, []byte("a")))
		return c.FinishTrailers(h)
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get)
		expect(t, c, crlf("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\na\n0\nDigest: x\n\n"), false)
	})
}

func TestApplicationsConnectionCloseIsHonoured(t *testing.T) {
	h := new(Header)
	h.Add("Connection", "close")
	r := newRecorder()
	r.finish = func(c Conn, _ []byte) error { return c.Reply(StatusLine(200), h, nil) }
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get+get)
		expect(t, c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", true)
	})
}

// A response whose Header names a coding is never framed twice.
func TestTransferEncodingOfTheApplication(t *testing.T) {
	h := new(Header)
	h.Add("Transfer-Encoding", "chunked")
	r := newRecorder()
	r.finish = func(c Conn, _ []byte) error { return c.Reply(StatusLine(200), h, []byte("abc")) }
	for send, want := range map[string]string{
		get:                                  "Transfer-Encoding: chunked\n\n3\nabc\n0\n\n",
		"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n": "Content-Length: 3\n\n",
		"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n": "Content-Length: 3\nConnection: keep-alive\n\nabc",
	} {
		bubble(t, nil, r2(r), func(t *testing.T, c *client, _ *ServerConn) {
			c.send(t, send)
			expect(t, c, crlf("HTTP/1.1 200 OK\n"+want), false)
		})
	}
}

// writing notes what is written at once.
type writing struct {
	net.Conn
	pieces []string
}

func (w *writing) Write(p []byte) (int, error) {
	w.pieces = append(w.pieces, string(p))
	return w.Conn.Write(p)
}

// The end of a long chunk leaves with what ends the content.
func TestLastChunkIsNotSentAlone(t *testing.T) {
	content := strings.Repeat("0123456789abcdef", 4<<10)
	r := newRecorder()
	r.finish = func(c Conn, _ []byte) error {
		require.NoError(t, c.WriteHeaders(StatusLine(200), nil, []byte(content)))
		return c.Finish()
	}
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := conntest.Pipe()
		w := &writing{Conn: theirs}
		sc, err := NewServerConn(w, quietly(nil))
		require.NoError(t, err)
		c := newClient(ours)
		c.send(t, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		require.NoError(t, sc.Serve(context.Background(), r))
		<-c.done
		sent := strings.Join(w.pieces, "")
		assert.True(t, strings.HasSuffix(sent, "\r\n\r\n10000\r\n"+content+"\r\n0\r\n\r\n"))
		require.Len(t, w.pieces, 3) // the head, which a socket takes together with what follows
		assert.Len(t, w.pieces[2], lastPiece+len("\r\n0\r\n\r\n"))
	})
}
