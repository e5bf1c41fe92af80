package nethttp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"

	"github.com/h1wire/h1wire/conn"
)

// responseValues is how many field values a response holds without another
// allocation: what there is room for in the size class of the rest.
const responseValues = 6

// outgoing is one RoundTrip, and what its response is made of, in one allocation.
type outgoing struct {
	transport *Transport
	request   *http.Request
	wire      conn.Request
	scratch   *outScratch // until the request has been sent, unless that takes longer
	trace     *httptrace.ClientTrace

	response http.Response
	body     responseBody
	values   [responseValues]string
}

// outScratch is what a request takes while it is written.
type outScratch struct {
	header  conn.Header
	content []byte
}

var outScratches = sync.Pool{New: func() any { return new(outScratch) }}

// prepare makes the request to send.
func (o *outgoing) prepare() error {
	r, w := o.request, &o.wire
	switch {
	case r.URL == nil:
		return errors.New("nethttp: nil Request.URL")
	case r.Header == nil:
		return errors.New("nethttp: nil Request.Header")
	case r.URL.Scheme != "http" && r.URL.Scheme != "https":
		return fmt.Errorf("nethttp: unsupported protocol scheme %q", r.URL.Scheme)
	case r.URL.Host == "":
		return errors.New("nethttp: no Host in request URL")
	}
	w.Method = r.Method
	w.TLS = r.URL.Scheme == "https"
	w.Addr = address(r.URL)
	w.Target = target(r)
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	if w.Host = withoutZone(host); !ascii(w.Host) {
		return fmt.Errorf("nethttp: host %q is not in ASCII", host)
	}
	w.Idempotent = replayable(r.Header)
	o.trace = httptrace.ContextClientTrace(r.Context())
	if o.trace != nil {
		o.traced()
	}
	o.scratch = outScratches.Get().(*outScratch)
	if err := o.content(); err != nil {
		return err
	}
	o.header(&o.scratch.header)
	if err := o.scratch.header.Err(); err != nil {
		return err
	}
	w.Header = &o.scratch.header
	return o.route()
}

// release gives back what only sending needed. A body that is still being sent
// needs it longer, and leaves it to the garbage collector.
func (o *outgoing) release() {
	if o.scratch != nil && o.wire.Body == nil {
		outScratches.Put(o.scratch)
		o.wire.Header, o.wire.Content = nil, nil
	}
	o.scratch = nil
}

// header writes the header. Names are put in order, so that a request is the same
// each time.
func (o *outgoing) header(h *conn.Header) {
	r := o.request
	h.Reset()
	var few [16]string
	names := few[:0]
	for name := range r.Header {
		switch name {
		case "Host", "Content-Length", "Transfer-Encoding", "Trailer", "User-Agent": // written elsewhere
		case "Expect":
			if o.wire.Body != nil || o.wire.Content != nil {
				names = append(names, name)
			}
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range r.Header[name] {
			h.Add(name, v)
		}
	}
	switch agent := r.Header["User-Agent"]; {
	case agent == nil:
		h.Add("User-Agent", "h1wire")
	case len(agent) > 0 && agent[0] != "": // given as empty, it is not sent
		h.Add("User-Agent", agent[0]) // there can be one only (RFC 9110 §5.3)
	}
	if r.Close && !strings.EqualFold(r.Header.Get("Connection"), "close") {
		h.Add("Connection", "close")
	}
	if len(r.Trailer) > 0 && o.wire.Length < 0 {
		o.trailer(h)
	}
	o.wire.Decompress = !o.transport.DisableCompression && r.Method != http.MethodHead &&
		r.Header["Accept-Encoding"] == nil && r.Header["Range"] == nil
}

// trailer announces the trailer section and has it sent: its values are those at
// the end of the body.
func (o *outgoing) trailer(h *conn.Header) {
	names := make([]string, 0, len(o.request.Trailer))
	for name := range o.request.Trailer {
		names = append(names, name)
	}
	slices.Sort(names)
	h.Add("Trailer", strings.Join(names, ", "))
	o.wire.Trailer = func() *conn.Header {
		t := new(conn.Header)
		for _, name := range names {
			for _, v := range o.request.Trailer[name] {
				t.Add(name, v)
			}
		}
		return t
	}
}

// memoryMost is the longest content that is taken from memory at once rather
// than sent by a goroutine of its own.
const memoryMost = 16 << 10

// content settles where the content comes from, and how it is framed.
func (o *outgoing) content() error {
	r, w := o.request, &o.wire
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	length := r.ContentLength
	if length == 0 || len(r.Trailer) > 0 || slices.Contains(r.TransferEncoding, "chunked") {
		length = -1
	}
	if length > 0 && length <= memoryMost && r.Header["Expect"] == nil && inMemory(r.Body) {
		content := slices.Grow(o.scratch.content[:0], int(length)+1)[:length+1]
		n, _ := io.ReadFull(r.Body, content)
		o.scratch.content = content
		switch content = content[:n]; {
		case int64(n) > length:
			return fmt.Errorf("nethttp: Body is longer than the ContentLength of %d", length)
		case int64(n) == length:
			w.Content = content
			_ = r.Body.Close()
		default: // let sending it find out
			w.Body, w.Length = &bodyClosed{strings.NewReader(string(content)), r.Body}, length
		}
		return nil
	}
	w.Body, w.Length = r.Body, length
	if r.GetBody != nil {
		w.GetBody = func() (io.Reader, error) { return r.GetBody() }
	}
	return nil
}

type bodyClosed struct {
	io.Reader
	io.Closer
}
