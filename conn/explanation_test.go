package conn

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// A refusal says what was wrong (RFC 9110 §15.5), but to HEAD, and to what might
// be HEAD: there no content may follow the head (§9.3.2).
func TestRefusalsAreExplained(t *testing.T) {
	const none = "\r\n" // no length: it would have to be that of GET (§8.6)
	explained := func(why string) string {
		return "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " + itoa(len(why)+1) + "\r\n\r\n" + why + "\n"
	}
	noHost := explained("RFC 9112 §3.2: an HTTP/1.1 request without Host")
	for _, c := range []struct{ send, says string }{
		{"GET / HTTP/1.1\n\n", noHost},
		{"\nGET / HTTP/1.1\n\n", noHost},
		{"HEAD / HTTP/1.1\n\n", none},
		{"\nHEAD / HTTP/1.1\n\n", none},
		{"HEAD / HTTP/1.1\nHost: a\nExpect: x\n\n", none},
		{"HEAD  / HTTP/1.1\n\n", none},
		{"HE\nAD / HTTP/1.1\n\n", none},
		{"\x16\x03", none},
		{"G\x00", explained("RFC 9112 §3.1: the method is not a token followed by one space")},
		{"GET / HTTP/1.1\nHost: a\nExpect: x\n\n", explained("RFC 9110 §10.1.1: the expectation is not 100-continue")},
		{"GET / HTTP/1.1\nHost: a\nContent-Length: a\n\n", explained("RFC 9112 §6.3: Content-Length is not a number")},
		{"PUT / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\nx", explained("RFC 9112 §7.1: the chunk size is not a hexadecimal number")},
		{"HEAD / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\nx", none},
	} {
		bubble(t, nil, newRecorder(), func(t *testing.T, cl *client, _ *ServerConn) {
			for _, octet := range octetsOf(crlf(c.send)) {
				_, _ = cl.Write([]byte(octet)) // the server may have closed by then
				synctest.Wait()
			}
			cl.mu.Lock()
			defer cl.mu.Unlock()
			assert.True(t, strings.HasSuffix(string(cl.got), "Connection: close\r\n"+c.says), "%s: %s", c.send, cl.got)
		})
	}
}
