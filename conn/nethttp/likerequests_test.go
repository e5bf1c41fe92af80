package nethttp

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Requests, as they come from clients, and what handlers of both servers see of them.
var likeRequests = []string{
	"GET / HTTP/1.1|Host: a||",
	"GET / HTTP/1.0||",
	"GET / HTTP/1.0|Host: a|Connection: keep-alive||",
	"GET / HTTP/1.1|Host: a|Connection: close||",
	"GET / HTTP/1.1|Host: a|Connection: Keep-Alive, CLOSE||",
	"GET / HTTP/1.1|Host: a|Connection: x|Connection: close||",
	"GET / HTTP/1.1|Host:||",
	"GET / HTTP/1.1|host:a:80||",
	"GET / HTTP/1.1|Host: [::1]:80||",
	"GET / HTTP/1.1|Host: A.b||",
	"GET /a%20b%2Fc/../d//e;f?g=h&i HTTP/1.1|Host: a||",
	"GET //a/b HTTP/1.1|Host: h||",
	"GET /? HTTP/1.1|Host: a||",
	"GET /a?b?c HTTP/1.1|Host: a||",
	"GET /%zz HTTP/1.1|Host: a||",
	"GET /a%2 HTTP/1.1|Host: a||",
	"GET /?%zz HTTP/1.1|Host: a||",
	"GET /x://b%zz HTTP/1.1|Host: a||",
	"GET /://b%zz/y HTTP/1.1|Host: a||",
	"GET /x://b/y HTTP/1.1|Host: a||",
	"GET /\"<>\\^`{|}[] HTTP/1.1|Host: a||",
	"GET /a:b@c HTTP/1.1|Host: a||",
	"GET /~!$&'()*+,;=:@-._ HTTP/1.1|Host: a||",
	"GET http://b/c?d HTTP/1.1|Host: a||",
	"GET http://b HTTP/1.1|Host: a||",
	"GET http://b?c HTTP/1.1|Host: a||",
	"GET HTTP://B:80/ HTTP/1.1|Host: a||",
	"GET http://[::1]:80/x HTTP/1.1|Host: a||",
	"GET https://b/c HTTP/1.1|Host: a||",
	"GET ftp://b/c HTTP/1.1|Host: a||",
	"GET http://b//c HTTP/1.1|Host: a||",
	"OPTIONS /x HTTP/1.1|Host: a||",
	"FOO / HTTP/1.1|Host: a||",
	"get / HTTP/1.1|Host: a||",
	"TRACE / HTTP/1.1|Host: a||",
	"CONNECT b:80 HTTP/1.1|Host: b:80||",
	"CONNECT [::1]:80 HTTP/1.1|Host: a||",
	"GET / HTTP/1.1|Host: a|x-a: 1|X-A:2|X-a: \t3 \t||",
	"GET / HTTP/1.1|Host: a|x_a: 1|x-é: 1||",
	"GET / HTTP/1.1|Host: a|X_a: 1|!#$%&'*+-.^_`~: 1|1a-b2-c: 1||",
	"GET / HTTP/1.1|Host: a|X-A:|X-B: é\xff||",
	"GET / HTTP/1.1|Host: a|Cookie: a=b; c=d|Cookie: e=f||",
	"GET / HTTP/1.1|Host: a|Pragma: no-cache||",
	"GET / HTTP/1.1|Host: a|Pragma: no-cache|Cache-Control: x||",
	"GET / HTTP/1.1|Host: a|User-Agent:|Referer: x|Authorization: Basic YTpi||",
	"GET / HTTP/1.1|Host: a|Keep-Alive: 1|Upgrade: x|TE: trailers|Connection: TE, upgrade||",
	"GET / HTTP/1.1|Host: a|X-Forwarded-For: 1||",
	"POST / HTTP/1.1|Host: a|Content-Length: 5||hello",
	"POST / HTTP/1.1|Host: a|Content-Length: 005||hello",
	"POST / HTTP/1.1|Host: a|Content-Length: 5|Content-Length: 5||hello",
	"POST / HTTP/1.1|Host: a|Content-Length: 5|Content-Type: a/b|Content-Encoding: gzip||hello",
	"POST / HTTP/1.1|Host: a|Content-Length: 0||",
	"POST / HTTP/1.1|Host: a|Content-Length: 0|Content-Length: 0||",
	"POST / HTTP/1.1|Host: a||",
	"POST / HTTP/1.0|Content-Length: 5||hello",
	"GET / HTTP/1.1|Host: a|Content-Length: 5||hello",
	"DELETE / HTTP/1.1|Host: a|Transfer-Encoding: chunked||5|hello|0||",
	"PUT / HTTP/1.1|Host: a|transfer-encoding: Chunked||0||",
	"PUT / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Trailer: T, u||1|x|0|T: 1|u: 2|V: 3||",
	"PUT / HTTP/1.1|Host: a|Transfer-Encoding: chunked||1;a=b|x|0|T: 1||",
	"POST / HTTP/1.1|Host: a|Expect: 100-continue|Content-Length: 0||",
	"POST / HTTP/1.1|Host: a|Content-Type: application/x-www-form-urlencoded|Content-Length: 3||a=b",
	"GET / HTTP/1.1|Host: a|X-Consumed-Content-Encoding: gzip||",
	"POST / HTTP/1.1|Host: a|X-Consumed-Content-Encoding: gzip|Content-Length: 5||hello",
	"POST / HTTP/1.1|Host: a|Content-Length: 5|X-Consumed-Content-Encoding: gzip||hello",
}

func TestRequestsLikeNetHTTP(t *testing.T) {
	quiet(t)
	describe := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		none := r.Body == http.NoBody
		before := fmt.Sprint(r.Trailer)
		b, err := io.ReadAll(r.Body)
		text := fmt.Sprintf("%s %s %#v %s %d.%d, host %s, length %d, coding %v, close %v, trailer %s %v, none %v, header %q, %q, %v, %v",
			r.Method, r.RequestURI, *r.URL, r.Proto, r.ProtoMajor, r.ProtoMinor, r.Host, r.ContentLength, r.TransferEncoding, r.Close,
			before, r.Trailer, none, r.Header, b, err, r.TLS)
		w.Header().Set("X-Seen", text)
		w.Header().Set("Connection", "close")
	})
	theirs := serveTheirs(t, describe)
	seen := func(response string) string {
		status, rest, _ := strings.Cut(response, "\r\n")
		_, text, _ := strings.Cut(rest, "X-Seen: ")
		text, _, _ = strings.Cut(text, "\r\n")
		return strings.TrimPrefix(strings.TrimPrefix(status, "HTTP/1.1 "), "HTTP/1.0 ") + " " + text
	}
	eachDriver(t, describe, func(t *testing.T, ours *served) {
		for _, request := range likeRequests {
			octets := strings.ReplaceAll(request, "|", "\r\n")
			assert.Equal(t, seen(theirs.raw(t, octets)), seen(ours.raw(t, octets)), "%q", octets)
		}
	})
}
