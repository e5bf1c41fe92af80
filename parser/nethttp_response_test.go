package parser

import (
	"bufio"
	"bytes"
	"net/http"
	"testing"
)

// responses compares the heads of responses to GET.
var responses = besideNetHTTP{ours: oursResponse, theirs: theirsResponse, stricter: stricterResponse, laxer: laxerResponse, typical: typicalResponses,
	changed: []string{"Transfer-Encoding", "Trailer", "Connection", "Cache-Control"}}

var stricterResponse = map[ErrorCode]difference{
	ErrBareLF:                     {"HTTP/1.1 200 OK\nA: b\n\n", "it takes LF for a line end"},
	ErrBareCR:                     {"HTTP/1.1 200 O\rK\r\n\r\n", "it does not look at the reason phrase"},
	ErrObsFold:                    {"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "it unfolds"},
	ErrSpaceBeforeColon:           {"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", "it takes white space within a name"},
	ErrVersionUnsupported:         {"HTTP/2.0 200 OK\r\n\r\n", "ReadResponse takes any version"},
	ErrStatusCode:                 {"HTTP/1.1 200\r\n\r\n", "it needs no space after the status code, and takes codes from 000"},
	ErrReason:                     {"HTTP/1.1 200 O\x00K\r\n\r\n", "it does not look at the reason phrase"},
	ErrTransferEncodingWithLength: {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "it drops Content-Length"},
	ErrTransferEncodingVersion:    {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "it ignores the field in HTTP/1.0"},
	ErrContentForbidden:           {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "it ignores Content-Length there"},
}

var laxerResponse = map[string]permission{
	"bad Content-Length":      {"HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n", "a list of one and the same value", "RFC 9110 §8.6"},
	"multiple Content-Length": {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 01\r\n\r\n", "one value, written in two ways", "RFC 9110 §8.6"},
	"bad trailer key":         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Content-Length\r\n\r\n", "the field only announces; what comes is checked", "RFC 9110 §6.6.2"},
}

func oursResponse(octets []byte) (v verdict, err error) {
	var h ResponseHead
	n, err := h.Parse(octets, nil)
	switch {
	case err != nil:
		return v, err
	case n == 0:
		return v, errIncomplete
	}
	if v.framing, err = h.Framing(octets, MethodGet); err != nil {
		return v, err
	}
	v.status, v.minor = int(h.Status), int(h.Version-HTTP10)
	v.keepAlive = v.framing.Kind != UntilClose && h.KeepAlive(octets)
	v.fields = headerOf(&h.Fields, octets)
	return v, nil
}

func theirsResponse(octets []byte) (v verdict, err error) {
	r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(octets)), &http.Request{Method: "GET"})
	if err != nil {
		return v, err
	}
	v = verdict{status: r.StatusCode, minor: min(r.ProtoMinor, 1), keepAlive: !r.Close, fields: r.Header}
	switch {
	case r.StatusCode < 200 || r.StatusCode == 204 || r.StatusCode == 304:
		// No body; its fields are of no account.
	case len(r.TransferEncoding) > 0:
		v.framing.Kind = Chunked
	case r.ContentLength >= 0:
		v.framing = Framing{FixedLength, uint64(r.ContentLength)}
	default:
		v.framing.Kind, v.keepAlive = UntilClose, false
	}
	return v, nil
}

// typicalResponses are responses that net/http and we take alike.
var typicalResponses = []string{
	"HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 5\r\n\r\nhello",
	"HTTP/1.0 404 Not Found\r\nConnection: keep-alive, x\r\nContent-Length: 05\r\n\r\n",
	"HTTP/1.1 500 \r\nConnection: close\r\nTransfer-Encoding: chunked\r\nX:\t y \r\n\r\n0\r\n\r\n",
	"HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
}

func TestResponseDifferences(t *testing.T)    { responses.rows(t) }
func TestResponseAgainstNetHTTP(t *testing.T) { responses.spoil(t) }
func FuzzResponseAgainstNetHTTP(f *testing.F) { responses.fuzz(f, "response") }
