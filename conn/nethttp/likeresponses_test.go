package nethttp

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

// hello is "hello" in the coding gzip.
const hello = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00"

// Responses, as they come from origin servers, and what both transports make of them.
var likeResponses = []string{
	"200 OK|Content-Length: 5||hello",
	"200 OK|Content-Length: 0||",
	"200 OK|Content-Length: 5|Content-Length: 5||hello",
	"200 OK||hello",
	"200 OK|Connection: close||hello",
	"200 OK|Connection: close|Content-Length: 5||hello",
	"200 OK|Connection: keep-alive|Keep-Alive: timeout=1|Content-Length: 1||x",
	"200 OK|Transfer-Encoding: chunked|Trailer: X, y||5|hello|0|X: 1|Z: 2||",
	"200 OK|Pragma: no-cache|Content-Length: 1||x",
	"200 OK|Pragma: no-cache|Cache-Control: private|Content-Length: 1||x",
	"200 OK|x-lower: a|X-lOwer: b|Content-Length: 1||x",
	"200 OK|X-Consumed-Content-Encoding: gzip|Content-Length: 1||x",
	"200 OK|X-Consumed-Content-Encoding: gzip||x",
	"200 OK|Content-Length: 10||hello",
	"200 OK|Transfer-Encoding: chunked||5|hel",
	"204 No Content||",
	"204 No Content|Content-Length: 0||",
	"205 Reset Content|Content-Length: 0||",
	"299 Odd|Content-Length: 1||x",
	"304 Not Modified|Content-Length: 42|ETag: x||",
	"304 Not Modified|Transfer-Encoding: chunked||",
	"200 OK|Content-Encoding: gzip||" + hello,
	"200 OK|Connection: close|Content-Encoding: gzip||" + hello,
	"200 OK|Connection: keep-alive|Content-Encoding: gzip||" + hello,
	"200 OK|Content-Encoding: gzip|Content-Length: 25||" + hello,
	"200 OK|Connection: close|Content-Encoding: gzip|Content-Length: 25||" + hello,
	"200 OK|Connection: keep-alive|Content-Encoding: gzip|Content-Length: 25||" + hello,
	"200 OK|Transfer-Encoding: chunked|Content-Encoding: gzip||19|" + hello + "|0||",
	"200 OK|Connection: close|Transfer-Encoding: chunked|Content-Encoding: gzip||19|" + hello + "|0||",
	"302 Found|Location: /x|Content-Length: 0||",
}

func TestResponsesLikeNetHTTP(t *testing.T) {
	quiet(t)
	for _, response := range likeResponses {
		for _, version := range []string{"HTTP/1.1 ", "HTTP/1.0 "} {
			if version == "HTTP/1.0 " && strings.Contains(response, "Transfer-Encoding") {
				continue // row "responses"
			}
			wire := version + strings.ReplaceAll(response, "|", "\r\n")
			for _, method := range []string{"GET", "HEAD"} {
				theirs := described(t, method, wire, func(l *conntest.Listener) http.RoundTripper {
					return &http.Transport{DialContext: l.DialContext}
				})
				ours := described(t, method, wire, func(l *conntest.Listener) http.RoundTripper {
					tr := &Transport{DialContext: l.DialContext}
					t.Cleanup(tr.CloseIdleConnections)
					return tr
				})
				assert.Equal(t, theirs, ours, "%s: %q", method, wire)
			}
		}
	}
}

// described sends a request, answers it with wire, and says all that a caller sees.
func described(t *testing.T, method, wire string, over func(*conntest.Listener) http.RoundTripper) string {
	t.Helper()
	l := conntest.Listen()
	defer l.Close()
	go func() {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		if _, err = http.ReadRequest(bufio.NewReader(nc)); err == nil {
			_, _ = io.WriteString(nc, wire)
		}
		_ = nc.Close()
	}()
	r, err := http.NewRequest(method, "http://a.example/", nil)
	require.NoError(t, err)
	resp, err := over(l).RoundTrip(r)
	require.NoError(t, err, wire)
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	return fmt.Sprintf("%s, %s %d.%d, length %d, coding %v, close %v, decoded %v, trailer %v, none %v, header %v, %q, %v",
		resp.Status, resp.Proto, resp.ProtoMajor, resp.ProtoMinor, resp.ContentLength, resp.TransferEncoding, resp.Close,
		resp.Uncompressed, resp.Trailer, resp.Body == http.NoBody, resp.Header, body, err)
}
