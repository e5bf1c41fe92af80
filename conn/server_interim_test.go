package conn

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExpectContinueComesBeforeTheBody(t *testing.T) {
	for _, body := range []string{"Content-Length: 1024\n\n", "Transfer-Encoding: chunked\n\n"} {
		r := newRecorder()
		bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
			c.send(t, crlf("POST / HTTP/1.1\nHost: a\nExpect: 100-Continue\n"+body))
			const interim = "HTTP/1.1 100 Continue\r\n\r\n"
			expect(t, c, interim, false)
			content := strings.Repeat("x", 1024)
			if strings.HasPrefix(body, "T") {
				c.send(t, chunksOf(content, 100)+"0\r\n\r\n")
			} else {
				c.send(t, content)
			}
			expect(t, c, interim+answers200(content), false)
		})
	}
}

// Who has sent some of the content does not wait to be asked for it (RFC 9110
// §10.1.1).
func TestContinueIsNotSentForContentThatHasCome(t *testing.T) {
	r := newRecorder()
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, crlf("POST / HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 4\n\na"))
		expect(t, c, "", false)
		c.send(t, "bcd")
		expect(t, c, answers200("abcd"), false)
		c.send(t, crlf("POST / HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 4\n\nabcd"))
		expect(t, c, strings.Repeat(answers200("abcd"), 2), false)
	})
}

func TestContinueByHandIsSentOnce(t *testing.T) {
	r := newRecorder()
	r.headers = func(c Conn, _ *StartLine, _ *Fields) error {
		return errors.Join(c.Continue(), c.Continue())
	}
	testContinuedOnce(t, r)
}

// A gateway hands on what the origin server sends.
func TestContinueAsAnInformationalResponseIsSentOnce(t *testing.T) {
	r := newRecorder()
	r.headers = func(c Conn, _ *StartLine, _ *Fields) error {
		return c.WriteInformational(StatusLine(100), nil)
	}
	testContinuedOnce(t, r)
}

func testContinuedOnce(t *testing.T, r *recorder) {
	t.Helper()
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, crlf("POST / HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 2\n\n"))
		expect(t, c, "HTTP/1.1 100 Continue\r\n\r\n", false)
		c.send(t, "ab")
		expect(t, c, "HTTP/1.1 100 Continue\r\n\r\n"+answers200("ab"), false)
	})
}

// Who waits to be asked for its content sends it before it switches, so it has to be
// asked first (RFC 9110 §7.8).
func TestContinueComesBeforeSwitchingProtocols(t *testing.T) {
	const switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
	for fields, want := range map[string]string{
		"Content-Length: 1\nExpect: 100-continue\n\n": "HTTP/1.1 100 Continue\r\n\r\n" + switching,
		"Content-Length: 1\n\n":                       switching,
		"Content-Length: 0\nExpect: 100-continue\n\n": switching,
	} {
		r := newRecorder()
		r.headers = func(c Conn, _ *StartLine, _ *Fields) error {
			h := new(Header)
			h.Add("Connection", "upgrade")
			h.Add("Upgrade", "x")
			require.NoError(t, c.WriteHeaders(StatusLine(101), h, nil))
			_, _, err := c.Detach()
			return err
		}
		bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
			c.send(t, crlf("POST / HTTP/1.1\nHost: a\nConnection: upgrade\nUpgrade: x\n"+fields))
			expect(t, c, want, false)
		})
	}
}

func TestInformationalResponses(t *testing.T) {
	r := newRecorder()
	r.headers = func(c Conn, _ *StartLine, _ *Fields) error {
		h := new(Header)
		h.Add("Link", "</x>; rel=preload")
		assert.Error(t, c.WriteInformational(StatusLine(200), nil))
		assert.Error(t, c.WriteInformational(StatusLine(101), nil))
		require.NoError(t, c.WriteInformational(StatusLine(103), h))
		require.NoError(t, c.Reply(StatusLine(200), nil, nil))
		assert.Error(t, c.WriteInformational(StatusLine(103), h), "behind the final response")
		return nil
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get)
		expect(t, c, crlf("HTTP/1.1 103 Early Hints\nLink: </x>; rel=preload\n\n")+empty200, false)
	})
	bubble(t, nil, r2(r), func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, crlf("GET / HTTP/1.0\n\n"))
		expect(t, c, crlf("HTTP/1.1 200 OK\nContent-Length: 0\nConnection: close\n\n"), true)
	})
}

// r2 is a recorder that answers like r.
func r2(r *recorder) *recorder {
	n := newRecorder()
	n.headers, n.data, n.finish = r.headers, r.data, r.finish
	return n
}
