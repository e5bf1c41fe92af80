package nethttp

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/h1wire/h1wire/conn"
)

// holdMost is how much content is held back, so that a short response gets a
// Content-Length and small writes make no small chunks; net/http's own figure.
const holdMost = 2048

// scratch is what a response takes while it is written.
type scratch struct {
	header   conn.Header
	trailers []string // announced, or sent by http.TrailerPrefix
	octets   [holdMost]byte
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// response is the http.ResponseWriter. It belongs to the handler for ever; once
// the exchange is over it refuses everything.
type response struct {
	exchange *exchange

	mu      sync.Mutex
	phase   responsePhase
	head    bool        // the request is HEAD, whatever the handler makes of it
	duplex  bool        // EnableFullDuplex was called
	sniffs  bool        // Content-Type is to be found from the content
	status  int16       // 0 until WriteHeader
	held    int16       // octets of content in scratch
	fields  http.Header // the handler's
	scratch *scratch    // from WriteHeader until the end
	length  int64       // Content-Length, or -1
	written int64       // octets of content so far
}

// responsePhase is how far a response is.
type responsePhase uint8

const (
	building responsePhase = iota // the head has not been given to the connection
	sending                       // it has
	over                          // all has, or never will be
	hijacked
)

var _ interface {
	http.ResponseWriter
	http.Flusher
	http.Hijacker
	io.ReaderFrom
	io.StringWriter
} = (*response)(nil)

// Header implements http.ResponseWriter.
func (w *response) Header() http.Header {
	if w.fields == nil {
		w.fields = make(http.Header)
	}
	return w.fields
}

// WriteHeader implements http.ResponseWriter. An informational status is sent
// at once, and may be followed by others.
func (w *response) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("nethttp: invalid WriteHeader code %d", status))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.phase >= over:
		w.log().Warn("WriteHeader on a response that is over", "remote", w.exchange.context.remote, "caller", caller())
	case w.status != 0:
		w.log().Warn("superfluous WriteHeader", "remote", w.exchange.context.remote, "status", status, "caller", caller())
	case status < 200 && status != http.StatusSwitchingProtocols:
		w.inform(status)
	default:
		w.begin(status)
	}
}

// caller returns where a handler has called a method of response, maybe by way of
// net/http.
func caller() string {
	var callers [16]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	for {
		f, more := frames.Next()
		if !strings.Contains(f.Function, "nethttp.(*response).") && !strings.HasPrefix(f.Function, "net/http.") || !more {
			return fmt.Sprintf("%s (%s:%d)", f.Function, f.File, f.Line)
		}
	}
}

// inform sends an informational response.
func (w *response) inform(status int) {
	if status == http.StatusContinue {
		_ = w.exchange.conn.Continue()
		return
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	w.build(s, status)
	_ = w.exchange.conn.WriteInformational(conn.StatusLine(status), &s.header)
}

// begin fixes status and header; what the handler does to its header from here
// on is for trailers. mu is held.
func (w *response) begin(status int) {
	w.status = int16(status)
	w.scratch = scratches.Get().(*scratch)
	w.build(w.scratch, status)
}

// Write implements http.ResponseWriter.
func (w *response) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.write(p)
}

// WriteString implements io.StringWriter.
func (w *response) WriteString(s string) (int, error) {
	return w.Write(unsafe.Slice(unsafe.StringData(s), len(s))) // nobody writes to it
}

func (w *response) write(p []byte) (int, error) {
	if err := w.open(); err != nil || len(p) == 0 {
		return 0, err
	}
	if !allowsContent(int(w.status)) {
		return 0, http.ErrBodyNotAllowed
	}
	if w.length >= 0 && w.written+int64(len(p)) > w.length {
		n, _ := w.direct(p) // what fits, and then the connection closes
		return n, http.ErrContentLength
	}
	w.written += int64(len(p))
	if w.length >= 0 {
		return w.direct(p)
	}
	if int(w.held)+len(p) <= holdMost {
		w.held += int16(copy(w.scratch.octets[w.held:], p))
		return len(p), nil
	}
	n := 0
	if w.held > 0 {
		n = copy(w.scratch.octets[w.held:], p)
		w.held += int16(n)
		if err := w.spill(); err != nil {
			return n, err
		}
	}
	if len(p)-n > holdMost {
		m, err := w.direct(p[n:])
		return n + m, err
	}
	w.held = int16(copy(w.scratch.octets[:], p[n:]))
	return len(p), nil
}

// open makes sure that there is a status, and that the response is not over.
func (w *response) open() error {
	switch {
	case w.phase == hijacked:
		return http.ErrHijacked
	case w.phase == over:
		return conn.ErrFinished
	case w.status == 0:
		w.begin(http.StatusOK)
	}
	return nil
}

// direct sends p, and the head before it.
func (w *response) direct(p []byte) (int, error) {
	if w.phase == building {
		if err := w.send(nil, p); err != nil {
			return 0, err
		}
	}
	return w.exchange.conn.Write(p)
}

// spill sends what is held back, and the head before it.
func (w *response) spill() error {
	p := w.scratch.octets[:w.held]
	w.held = 0
	if w.phase == building {
		return w.send(p, p)
	}
	if len(p) == 0 {
		return nil
	}
	_, err := w.exchange.conn.Write(p)
	return err
}

// send sends the head, and chunk, the beginning of the content. Its type is found
// from sample.
func (w *response) send(chunk, sample []byte) error {
	h := &w.scratch.header
	w.sniff(sample)
	if !w.duplex && w.exchange.body.heavy() {
		h.Set("Connection", "close") // it will not be read to its end, so nothing can follow
	}
	w.phase = sending
	return w.exchange.conn.WriteHeaders(conn.StatusLine(int(w.status)), h, chunk)
}

// sniff adds the Content-Type that the handler left out.
func (w *response) sniff(content []byte) {
	if w.sniffs && len(content) > 0 {
		w.scratch.header.Add("Content-Type", http.DetectContentType(content))
	}
}

// Flush implements http.Flusher.
func (w *response) Flush() { _ = w.FlushError() }

// FlushError sends all that has been written.
func (w *response) FlushError() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.open(); err != nil {
		return err
	}
	if err := w.spill(); err != nil {
		return err
	}
	return w.exchange.conn.Flush()
}

// allowsContent reports whether a response with that status may have content
// (RFC 9110 §6.4.1, and §15.3.6 on 205).
func allowsContent(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusResetContent && status != http.StatusNotModified
}
