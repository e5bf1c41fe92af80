package conn

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/h1wire/h1wire/parser"
)

// Request is a request that a [Client] sends. [NewRequest] makes one from a URL.
// The client only reads it; it must not change before the response is closed.
type Request struct {
	Method string // GET when empty
	Target string // in the form that Method needs (RFC 9112 §3.2); "/" when empty

	// Addr is the host and port to connect to, and TLS says whether to speak TLS
	// there. Host is the Host field; Addr when empty; of an IPv6 address the zone is
	// not sent. A Host in Header goes before.
	Addr string
	TLS  bool
	Host string

	// Header is the field section, or nil. The client adds Host, Content-Length
	// or Transfer-Encoding, and, when Params.Decompress or Decompress is set and
	// Header has neither Accept-Encoding nor Range, the former.
	Header *Header

	// Decompress is Params.Decompress for the response to this request.
	Decompress bool

	// Content is the whole content, if it is at hand. It may be sent again
	// when the request is.
	Content []byte

	// Body is the content if Content is nil: Length octets, none if that is 0, or
	// up to [io.EOF] if it is negative; what comes beyond Length stays unread, and less
	// is [ErrTooFewBytes]. It is read on a goroutine of its own, while the
	// response may be read already, and closed, if it is an [io.Closer], when
	// nothing more is wanted of it. GetBody returns another reader of the same
	// content, for the case that the request is sent again; without it a
	// request whose Body was touched is not.
	Body    io.Reader
	Length  int64
	GetBody func() (io.Reader, error)

	// Idempotent says that sending the request twice does no harm, whatever its
	// method, which [RetryIdempotent] goes by.
	Idempotent bool

	// Trailer is called when all of Body has been sent in chunks, and returns
	// the trailer section.
	Trailer func() *Header

	// Informational gets responses with status 1xx, such as 103 (Early Hints).
	// Its arguments are valid until it returns; an error ends the exchange.
	Informational func(start *StartLine, fields *Fields) error

	// Trace gets told what happens, or is nil.
	Trace *Trace

	// Dial makes the connection in place of the Client's, and Key keeps it
	// apart: connections are shared by requests with the same Addr, TLS and Key.
	// This is how a tunnel through a proxy is used.
	Dial func(ctx context.Context) (net.Conn, error)
	Key  string
}

var (
	errScheme  = errors.New("the scheme is not http or https")
	errURLHost = errors.New("the host is missing")
)

// NewRequest returns a request for an http or https URL. The fragment is not
// sent (RFC 9110 §7.1), nor is userinfo.
func NewRequest(method, rawURL string) (*Request, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	r := &Request{Method: method, TLS: u.Scheme == "https", Host: u.Host, Target: u.RequestURI()}
	port := "80"
	switch u.Scheme {
	case "https":
		port = "443"
	case "http":
	default:
		return nil, &url.Error{Op: "parse", URL: rawURL, Err: errScheme}
	}
	if u.Hostname() == "" {
		return nil, &url.Error{Op: "parse", URL: rawURL, Err: errURLHost}
	}
	if u.Port() != "" {
		port = u.Port()
	}
	r.Addr = net.JoinHostPort(u.Hostname(), port)
	if method == "OPTIONS" && u.Path == "" && u.RawQuery == "" {
		r.Target = "*" // RFC 9112 §3.2.4
	}
	return r, nil
}

func (r *Request) method() string {
	if r.Method == "" {
		return "GET"
	}
	return r.Method
}

func (r *Request) startLine() StartLine {
	target := r.Target
	if target == "" {
		target = "/"
	}
	return RequestLine(r.method(), target)
}

func (r *Request) host() string {
	switch {
	case r.Header.has(parser.FieldHost):
		return ""
	case r.Host != "":
		return withoutZone(r.Host)
	}
	return withoutZone(r.Addr)
}

// withoutZone returns a host without the zone of an IPv6 address, which means
// nothing elsewhere (RFC 6874 §4).
func withoutZone(host string) string {
	zone, end := strings.IndexByte(host, '%'), strings.LastIndexByte(host, ']')
	if zone < 0 || end < zone || host[0] != '[' {
		return host
	}
	return host[:zone] + host[end:]
}

// length returns that of the content, as ask wants it.
func (r *Request) length() int64 {
	switch {
	case r.Body == nil || r.Content != nil:
		return int64(len(r.Content))
	case r.Length < 0:
		return -2
	}
	return r.Length
}

// streams reports whether the content has to be sent while the response is
// awaited: it comes from a Body, is too long to be sure that the peer takes it
// without being read itself, or has to wait for 100 (Continue).
func (r *Request) streams() bool {
	if r.Content == nil && r.Body != nil {
		return r.Length != 0
	}
	return len(r.Content) > gatherAt || len(r.Content) > 0 && r.Header.has(parser.FieldExpect)
}

// unexpecting returns r without Expect.
func (r *Request) unexpecting() *Request {
	plain := *r
	plain.Header = r.Header.Clone()
	plain.Header.Del("Expect")
	return &plain
}
