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
	length   int64    // Content-Length, or -1
	written  int64    // octets of content so far
	sniffs   bool     // Content-Type is to be found from the content
	held     int      // octets of content in octets
	octets   [holdMost]byte
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// response is an exchange as the http.ResponseWriter. It belongs to the handler
// for ever; once the exchange is over it refuses everything.
type response exchange

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
		w.log().Warn("WriteHeader on a response that is over", "remote", w.remote(), "caller", caller())
	case w.status != 0:
		w.log().Warn("superfluous WriteHeader", "remote", w.remote(), "status", status, "caller", caller())
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
		_ = w.conn.Continue()
		return
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	w.build(s, status)
	_ = w.conn.WriteInformational(conn.StatusLine(status), &s.header)
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
	if !w.allowsContent(int(w.status)) {
		return 0, http.ErrBodyNotAllowed
	}
	s := w.scratch
	if s.length >= 0 && s.written+int64(len(p)) > s.length {
		n, _ := w.direct(p) // what fits, and then the connection closes
		return n, http.ErrContentLength
	}
	s.written += int64(len(p))
	if s.length >= 0 {
		return w.direct(p)
	}
	if s.held+len(p) <= holdMost {
		s.held += copy(s.octets[s.held:], p)
		return len(p), nil
	}
	n := 0
	if s.held > 0 {
		n = copy(s.octets[s.held:], p)
		s.held += n
		if err := w.spill(); err != nil {
			return n, err
		}
	}
	if len(p)-n > holdMost {
		m, err := w.direct(p[n:])
		return n + m, err
	}
	s.held = copy(s.octets[:], p[n:])
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
	return w.conn.Write(p)
}

// spill sends what is held back, and the head before it.
func (w *response) spill() error {
	p := w.scratch.octets[:w.scratch.held]
	w.scratch.held = 0
	if w.phase == building {
		return w.send(p, p)
	}
	if len(p) == 0 {
		return nil
	}
	_, err := w.conn.Write(p)
	return err
}

// send sends the head, and chunk, the beginning of the content. Its type is found
// from sample.
func (w *response) send(chunk, sample []byte) error {
	h := &w.scratch.header
	w.sniff(sample)
	if !w.duplex && w.body != nil && w.body.heavy() {
		h.Set("Connection", "close") // it will not be read to its end, so nothing can follow
	}
	w.phase = sending
	return w.conn.WriteHeaders(conn.StatusLine(int(w.status)), h, chunk)
}

// sniff adds the Content-Type that the handler left out.
func (w *response) sniff(content []byte) {
	if w.scratch.sniffs && len(content) > 0 {
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
	return w.conn.Flush()
}

// allowsContent reports whether the response may have content with that status
// (RFC 9110 §6.4.1, §15.3.6 on 205, and §9.3.6 on what begins a tunnel).
func (w *response) allowsContent(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusResetContent && status != http.StatusNotModified &&
		!(w.tunnels && status/100 == 2)
}
