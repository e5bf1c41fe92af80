package parser

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stricter lists the errors for inputs that net/http takes, each with an example
// and the reason. Any other error of ours must be one of net/http's too. The RFC
// section is that of the error.
var stricter = map[ErrorCode]struct{ example, why string }{
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

// laxer lists what is in net/http's errors for inputs that we take.
var laxer = map[string]struct{ example, why, section string }{
	"malformed HTTP request \"\"": {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "one empty line before the request line", "RFC 9112 §2.2"},
	"invalid URL escape":          {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "percent-encoding is for whoever reads the path", "RFC 9112 §3.2"},
	"bad Content-Length":          {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", "a list of one and the same value", "RFC 9110 §8.6"},
	"multiple Content-Length":     {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 01\r\n\r\n", "one value, written in two ways", "RFC 9110 §8.6"},
	"bad trailer key":             {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: Content-Length\r\n\r\n", "the field only announces; what comes is checked", "RFC 9110 §6.6.2"},
}

// verdict is what both say about a request.
type verdict struct {
	method, target, host string
	minor                int
	framing              Framing
	keepAlive            bool
	fields               http.Header
}

// ours reads a request as a server would.
func ours(octets []byte) (v verdict, err error) {
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

var errIncomplete = errors.New("incomplete")

// headerOf is f as net/http has it.
func headerOf(f *FieldSection, b []byte) http.Header {
	h := http.Header{}
	for name, value := range f.All(b) {
		key := textproto.CanonicalMIMEHeaderKey(string(name))
		h[key] = append(h[key], string(value))
	}
	return h
}

// theirs reads a request as net/http does.
func theirs(octets []byte) (v verdict, err error) {
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

// agree holds our verdict on a request against net/http's.
func agree(t *testing.T, octets []byte) {
	t.Helper()
	our, err := ours(octets)
	their, theirErr := theirs(octets)
	var e *Error
	switch {
	case errors.As(err, &e):
		_, listed := stricter[e.Code]
		assert.True(t, theirErr != nil || listed, "only net/http takes %q: %v", octets, e)
	case err == nil && theirErr != nil:
		listed := false
		for text := range laxer {
			listed = listed || strings.Contains(theirErr.Error(), text)
		}
		assert.True(t, listed, "only we take %q: %v", octets, theirErr)
	case err == nil:
		// net/http takes these out, Content-Length when it is repeated, and adds a
		// Cache-Control for Pragma.
		for _, name := range []string{"Host", "Transfer-Encoding", "Trailer", "Cache-Control"} {
			delete(our.fields, name)
			delete(their.fields, name)
		}
		if same := our.fields["Content-Length"]; len(same) > 1 {
			our.fields["Content-Length"] = same[:1]
		}
		assert.Equal(t, our, their, "%q", octets)
	}
}

// TestDifferences: each row of the tables has an input that shows it.
func TestDifferences(t *testing.T) {
	for code, d := range stricter {
		_, err := ours([]byte(d.example))
		assert.ErrorIs(t, err, code, d.example)
		_, err = theirs([]byte(d.example))
		assert.NoError(t, err, d.example)
	}
	for text, d := range laxer {
		_, err := ours([]byte(d.example))
		assert.NoError(t, err, d.example)
		_, err = theirs([]byte(d.example))
		assert.ErrorContains(t, err, text, d.example)
		assert.NotEmpty(t, d.section, text)
	}
}

// typical are requests that net/http and we take alike.
var typical = []string{
	"GET /a/b?c=d%20e HTTP/1.1\r\nHost: a.example:80\r\nAccept: */*\r\n\r\n",
	"POST http://a:1/b?c HTTP/1.0\r\nHost: d\r\nConnection: keep-alive, x\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\nhello",
	"OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\nTransfer-Encoding: Chunked\r\nPragma: no-cache\r\n\r\n0\r\n\r\n",
	"CONNECT a:443 HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX:\t y \r\n\r\n",
}

// TestAgainstNetHTTP spoils typical requests everywhere.
func TestAgainstNetHTTP(t *testing.T) {
	for _, s := range typical {
		v, err := ours([]byte(s))
		require.NoError(t, err)
		require.NotEmpty(t, v.method)
		everywhere(s, func(octets []byte) { agree(t, octets) })
	}
}

// everywhere puts octets of every kind at, and into, every place of s, takes out
// what is there, and cuts s off there.
func everywhere(s string, try func(octets []byte)) {
	const kinds = "\x00\x01\t\n\r !\"#%'(),-./0129:;<=>?@ABHSZ[\\]_aehotx{|}~\x7f\x80\xe9\xff"
	for at := range len(s) {
		for i := range len(kinds) {
			try([]byte(s[:at] + kinds[i:i+1] + s[at+1:]))
			try([]byte(s[:at] + kinds[i:i+1] + s[at:]))
		}
		try([]byte(s[:at] + s[at+1:]))
		try([]byte(s[:at]))
	}
}

// FuzzAgainstNetHTTP looks for differences that are not in the tables.
func FuzzAgainstNetHTTP(f *testing.F) {
	for _, s := range seeds("request") {
		f.Add([]byte(s))
	}
	for _, d := range stricter {
		if len(d.example) < 1000 {
			f.Add([]byte(d.example))
		}
	}
	for _, d := range laxer {
		f.Add([]byte(d.example))
	}
	f.Add([]byte("GET ://a HTTP/1.0\r\n\r\n"))
	for _, s := range typical {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, octets []byte) { agree(t, octets) })
}
