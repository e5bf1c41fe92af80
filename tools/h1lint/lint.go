package main

import (
	"errors"
	"strings"

	"github.com/h1wire/h1wire/parser"
)

// linter reads one message and fills in its report.
type linter struct {
	octets  []byte
	options *parser.Options
	report  report
}

func (l *linter) request() {
	r := &l.report
	r.Kind = "request"
	var h parser.RequestHead
	n, err := h.Parse(l.octets, l.options)
	if l.stopped(0, n, err) {
		return
	}
	b := l.octets
	r.Method, r.Target, r.Version = latin1(h.MethodName.Bytes(b)), latin1(h.Target.Bytes(b)), h.Version.String()
	r.Fields = fields(&h.Fields, b)
	keepAlive := h.KeepAlive(b)
	r.KeepAlive = &keepAlive
	switch h.Expectation(b) {
	case parser.ExpectContinue:
		r.Expectation = "100-continue"
	case parser.ExpectUnknown:
		r.Expectation = "unknown: answer 417"
	}
	authority, err := h.Authority(b)
	if l.stopped(0, n, err) {
		return
	}
	r.Authority = latin1(authority)
	framing, err := h.Framing(b)
	if !l.stopped(0, n, err) {
		l.body(n, framing)
	}
}

// response reads a response to a request with that method.
func (l *linter) response(method string) {
	r := &l.report
	r.Kind = "response"
	var h parser.ResponseHead
	n, err := h.Parse(l.octets, l.options)
	if l.stopped(0, n, err) {
		return
	}
	b := l.octets
	r.Version, r.Status, r.Reason = h.Version.String(), int(h.Status), latin1(h.Reason.Bytes(b))
	r.Fields = fields(&h.Fields, b)
	keepAlive := h.KeepAlive(b)
	r.KeepAlive = &keepAlive
	framing, err := h.Framing(b, methodOf(method))
	if !l.stopped(0, n, err) {
		l.body(n, framing)
	}
}

// methodOf returns the two methods that say something about a response's body, and
// MethodOther for every other: they are all the same to framing.
func methodOf(name string) parser.Method {
	switch name {
	case "HEAD":
		return parser.MethodHead
	case "CONNECT":
		return parser.MethodConnect
	}
	return parser.MethodOther
}

// stopped reports whether there is nothing more to read: octets that began at an offset were
// refused, or are only the beginning of what Parse looks for.
func (l *linter) stopped(from, n int, err error) bool {
	switch {
	case err != nil:
		l.refuse(from, err)
		return true
	case n == 0:
		l.report.Incomplete = true
		return true
	}
	return false
}

func (l *linter) refuse(from int, err error) {
	var e *parser.Error
	if !errors.As(err, &e) {
		panic(err) // the parser has no other errors
	}
	l.report.Error = &fault{
		Rule:    strings.TrimPrefix(e.Code.Error(), e.Section()+": "),
		Section: e.Section(),
		Status:  e.Status(),
		Offset:  from + e.Offset,
	}
}

func fields(f *parser.FieldSection, b []byte) []field {
	lines := make([]field, 0, f.Len())
	for name, value := range f.All(b) {
		lines = append(lines, field{latin1(name), latin1(value)})
	}
	return lines
}

// body reads the body that begins at an offset.
func (l *linter) body(from int, framing parser.Framing) {
	r := &l.report
	rest := l.octets[from:]
	switch framing.Kind {
	case parser.NoBody:
		r.Framing = "no body"
		r.Length = from
	case parser.FixedLength:
		r.Framing = "fixed length"
		r.ContentLength = &framing.Length
		n := min(framing.Length, uint64(len(rest)))
		r.piece(rest[:n])
		r.Incomplete = n < framing.Length
		r.Length = from + int(n)
	case parser.UntilClose:
		r.Framing = "until close"
		r.piece(rest)
		r.Length = len(l.octets)
	case parser.Chunked:
		r.Framing = "chunked"
		l.chunked(from)
	}
	if !r.Incomplete && r.Error == nil {
		r.Leftover = len(l.octets) - r.Length
	}
}

// chunked reads a chunked body that begins at an offset, and its trailer section.
func (l *linter) chunked(from int) {
	var c parser.ChunkedBody
	for !c.Done() {
		data, n, err := c.Next(l.octets[from:], l.options)
		if err != nil {
			l.refuse(from, err)
			return
		}
		if n == 0 {
			l.report.Incomplete = true
			return
		}
		l.report.piece(data)
		from += n
	}
	var trailers parser.FieldSection
	n, err := trailers.Parse(l.octets[from:], l.options)
	if l.stopped(from, n, err) {
		return
	}
	l.report.Trailers = fields(&trailers, l.octets[from:])
	l.report.Length = from + n
}
