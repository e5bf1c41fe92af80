package parser

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// requests compares request heads.
var requests = besideNetHTTP{ours: oursRequest, theirs: theirsRequest, stricter: stricterRequest, laxer: laxerRequest, typical: typicalRequests,
	changed: []string{"Host", "Transfer-Encoding", "Trailer", "Cache-Control"}}

var stricterRequest = map[ErrorCode]difference{
	ErrBareLF:                     {"GET / HTTP/1.1\nHost: a\n\n", "it takes LF for a line end"},
	ErrSpaceBeforeColon:           {"GET / HTTP/1.1\r\nHost: a\r\nA b: c\r\n\r\n", "it takes white space within a name"},
	ErrObsFold:                    {"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", "it unfolds"},
	ErrTarget:                     {"GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n", "it takes octets from 80 up, and # in a path"},
	ErrVersionUnsupported:         {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "ReadRequest leaves the version to its server"},
	ErrTargetForm:                 {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", "it does not hold the form of the target against the method"},
	ErrAuthority:                  {"GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n", "url.Parse takes hosts that are none, and userinfo"},
	ErrPort:                       {"CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", "it needs no port"},
	ErrHostMissing:                {"GET / HTTP/1.1\r\n\r\n", "ReadRequest leaves Host to its server"},
	ErrHost:                       {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "ReadRequest leaves Host to its server"},
	ErrTransferEncodingWithLength: {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "it drops Content-Length"},
	ErrTransferEncodingVersion:    {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "it ignores the field in HTTP/1.0"},
	ErrTooManyFields:              {"GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("A:b\r\n", DefaultMaxFields) + "\r\n", "its limit is on octets alone"},
	ErrHeadTooLarge:               {"GET / HTTP/1.1\r\nHost: a\r\nA: " + strings.Repeat("a", DefaultMaxHeadSize) + "\r\n\r\n", "its server has a larger limit, ReadRequest none"},
	ErrTargetTooLong:              {"GET /" + strings.Repeat("a", DefaultMaxHeadSize) + " HTTP/1.1\r\nHost: a\r\n\r\n", "its server has a larger limit, ReadRequest none"},
}

var laxerRequest = map[string]permission{
	"malformed HTTP request \"\"": {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "one empty line before the request line", "RFC 9112 §2.2"},
	"invalid URL escape":          {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "percent-encoding is for whoever reads the path", "RFC 9112 §3.2"},
	"bad Content-Length":          {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", "a list of one and the same value", "RFC 9110 §8.6"},
	"multiple Content-Length":     {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 01\r\n\r\n", "one value, written in two ways", "RFC 9110 §8.6"},
	"bad trailer key":             {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: Content-Length\r\n\r\n", "the field only announces; what comes is checked", "RFC 9110 §6.6.2"},
}

// oursRequest reads a request as a server would.
func oursRequest(octets []byte) (v verdict, err error) {
	var h RequestHead
	n, err := h.Parse(octets, nil)
	switch {
	case err != nil:
		return v, err
	case n == 0:
		return v, errIncomplete
	}
	host, err := h.Authority(octets)
	if err != nil {
		return v, err
	}
	if v.framing, err = h.Framing(octets); err != nil {
		return v, err
	}
	v.method, v.target, v.host = string(h.MethodName.Bytes(octets)), string(h.Target.Bytes(octets)), string(host)
	v.minor = int(h.Version - HTTP10)
	v.keepAlive = h.KeepAlive(octets)
	v.fields = headerOf(&h.Fields, octets)
	return v, nil
}

// theirsRequest reads a request as net/http does.
func theirsRequest(octets []byte) (v verdict, err error) {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(octets)))
	if err != nil {
		return v, err
	}
	v = verdict{method: r.Method, target: r.RequestURI, host: r.Host, minor: min(r.ProtoMinor, 1), keepAlive: !r.Close, fields: r.Header}
	switch {
	case len(r.TransferEncoding) > 0:
		v.framing.Kind = Chunked
	case r.ContentLength > 0 || r.Header.Get("Content-Length") != "":
		v.framing = Framing{FixedLength, uint64(r.ContentLength)}
	}
	return v, nil
}

// typicalRequests are requests that net/http and we take alike.
var typicalRequests = []string{
	"GET /a/b?c=d%20e HTTP/1.1\r\nHost: a.example:80\r\nAccept: */*\r\n\r\n",
	"POST http://a:1/b?c HTTP/1.0\r\nHost: d\r\nConnection: keep-alive, x\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\nhello",
	"OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\nTransfer-Encoding: Chunked\r\nPragma: no-cache\r\n\r\n0\r\n\r\n",
	"CONNECT a:443 HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX:\t y \r\n\r\n",
}

func TestDifferences(t *testing.T)    { requests.rows(t) }
func TestAgainstNetHTTP(t *testing.T) { requests.spoil(t) }

func FuzzAgainstNetHTTP(f *testing.F) {
	f.Add([]byte("GET ://a HTTP/1.0\r\n\r\n"))
	requests.fuzz(f, "request")
}
