package nethttp

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/parser"
)

// incoming makes the http.Response of a response whose head has arrived. All its
// strings are parts of one copy of the head.
func (o *outgoing) incoming(resp *conn.Response) *http.Response {
	r := &o.response
	fields := &resp.Fields
	r.StatusCode = resp.Status
	r.Status = status(resp.Status, resp.Reason)
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.1", 1, 1
	if resp.Version == parser.HTTP10 {
		r.Proto, r.ProtoMinor = "HTTP/1.0", 0
	}
	r.Request = o.request
	r.TLS = resp.TLS()
	o.received(fields)
	r.ContentLength = resp.Length
	if o.request.Method == http.MethodHead {
		r.ContentLength = declared(r.Header)
	}
	r.Close = closes(r.ProtoMinor, fields) || resp.UntilClose
	if r.Close && r.ProtoMinor > 0 {
		if v := r.Header["Connection"]; len(v) == 1 && strings.EqualFold(v[0], "close") {
			delete(r.Header, "Connection") // as net/http does: Close says it
		}
	}
	o.body.resp, o.body.of = resp, o
	switch {
	case resp.Status == http.StatusSwitchingProtocols:
		r.ContentLength = 0 // or who forwards it would say "Connection: close"
		r.Body = &tunnelBody{responseBody: &o.body}
	case o.request.Method == http.MethodConnect && resp.Status/100 == 2:
		r.ContentLength = -1
		r.Body = &tunnelBody{responseBody: &o.body}
	case resp.Length == 0:
		_ = o.body.Close()
		r.Body = http.NoBody
	default:
		r.Body = &o.body
	}
	return r
}

// received fills the response's header, and what net/http takes out of it.
func (o *outgoing) received(fields *conn.Fields) {
	r := &o.response
	n := fields.Len()
	h := gather(n, o.values[:])
	for i := range n {
		name, value := fields.Line(i)
		key, v := canonical(fields.StringOf(name)), fields.StringOf(value)
		switch key {
		case "Content-Length":
			if h.header[key] != nil {
				continue // a repetition of an equal value
			}
			v, _, _ = strings.Cut(v, ",")
			v = strings.TrimSpace(v)
		case "Transfer-Encoding":
			r.TransferEncoding = []string{"chunked"}
			continue
		case conn.ConsumedContentEncoding:
			if fields.Decoded() {
				r.Uncompressed = true
				continue
			}
		}
		h.add(key, v)
	}
	r.Header = h.header
	noCache(r.Header)
	if r.TransferEncoding != nil {
		r.Trailer = announced(r.Header)
	}
}

// declared returns the Content-Length, or -1.
func declared(h http.Header) int64 {
	if v := h["Content-Length"]; len(v) > 0 {
		if n, err := strconv.ParseInt(v[0], 10, 64); err == nil {
			return n
		}
	}
	return -1
}

// statusTexts holds Status as it is for the registered reason phrases.
var statusTexts = func() (t [600]string) {
	for status := range t {
		if reason := conn.ReasonPhrase(status); reason != "" {
			t[status] = strconv.Itoa(status) + " " + reason
		}
	}
	return t
}()

func status(code int, reason []byte) string {
	if code < len(statusTexts) {
		if s := statusTexts[code]; len(s) > 4 && s[4:] == string(reason) {
			return s
		}
	}
	return strconv.Itoa(code) + " " + string(reason)
}

// responseBody is Response.Body.
type responseBody struct {
	resp *conn.Response
	of   *outgoing
	mu   sync.Mutex // guards what follows
	done bool
}

// errBodyClosed is what reading from a closed body returns.
var errBodyClosed = errors.New("nethttp: read on closed response body")

// Read reads content. Trailer is complete when it returns io.EOF.
func (b *responseBody) Read(p []byte) (int, error) {
	n, err := b.resp.Read(p)
	if err != nil {
		err = b.end(err)
	}
	return n, err
}

// WriteTo copies the content to w without a buffer in between.
func (b *responseBody) WriteTo(w io.Writer) (int64, error) {
	n, err := b.resp.WriteTo(w)
	if err == nil {
		_ = b.end(io.EOF)
	} else if errors.Is(err, net.ErrClosed) {
		err = b.end(err)
	}
	return n, err
}

// end notes what the end of the content brings.
func (b *responseBody) end(err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done {
		if err != io.EOF && errors.Is(err, net.ErrClosed) {
			return errBodyClosed
		}
		return err
	}
	b.done = err == io.EOF
	if trailer := b.resp.Trailer(); b.done && trailer != nil {
		b.trailer(trailer)
	}
	return err
}

func (b *responseBody) trailer(fields *conn.Fields) {
	r := &b.of.response
	if r.Trailer == nil {
		r.Trailer = make(http.Header, fields.Len())
	}
	merge(r.Trailer, fields)
}

// Close gives the response up, or, at its end, back.
func (b *responseBody) Close() error {
	b.mu.Lock()
	b.done = true
	b.mu.Unlock()
	return b.resp.Close()
}
