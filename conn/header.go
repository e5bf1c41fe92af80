package conn

import (
	"bytes"
	"iter"
	"strconv"

	"github.com/h1wire/h1wire/parser"
)

// Header is a field section to send. It holds its field lines as octets ready
// for the wire, each one validated when it was added: a name that is no token, a
// value with CR, LF, NUL or another control octet, a malformed or contradicting
// framing field is an error. The first such error stays: it is what Err and
// WriteHeaders return, and nothing is sent.
//
// The zero value is an empty section ready for use; nil is one too where a
// Header is only read. A Header may be sent in any number of messages, and read
// by any number of goroutines once nobody changes it any more. It copies what it
// is given.
type Header struct {
	wire []byte // field lines, each with its CRLF
	err  error
	seen fieldSet
	opts connOpts
	// contentLength is valid when seen has Content-Length.
	contentLength int64
	lines         int
}

// fieldSet is a set of the field names that the parser knows.
type fieldSet uint32

func setOf(id parser.FieldID) fieldSet            { return 1 << id }
func (s fieldSet) has(id parser.FieldID) bool     { return s&setOf(id) != 0 }
func (s fieldSet) intersects(other fieldSet) bool { return s&other != 0 }

// connOpts are the connection options that mean something to this package.
type connOpts uint8

const (
	optClose connOpts = 1 << iota
	optKeepAlive
	optUpgrade
	optTE
)

// Add appends a field line. White space around value is not part of it and is
// dropped (RFC 9110 §5.5).
func (h *Header) Add(name, value string) { h.add(octets(name), octets(value)) }

// AddBytes is Add for slices.
func (h *Header) AddBytes(name, value []byte) { h.add(name, value) }

// AddInt appends a field line with a decimal number.
func (h *Header) AddInt(name string, value int64) {
	var digits [20]byte
	h.add(octets(name), strconv.AppendInt(digits[:0], value, 10))
}

// Set replaces every field line of that name by one.
func (h *Header) Set(name, value string) {
	h.Del(name)
	h.Add(name, value)
}

func (h *Header) add(name, value []byte) {
	if h.err != nil {
		return
	}
	value = trimOWS(value)
	id := parser.FieldOf(name)
	switch {
	case id == parser.FieldOther && !validToken(name):
		h.err = &OutputError{Rule: "field name " + strconv.Quote(string(name)) + " is not a token", Section: "RFC 9110 §5.1"}
		return
	case !validFieldValue(value):
		h.err = &OutputError{Rule: "value of " + string(name) + " has a control octet", Section: "RFC 9110 §5.5"}
		return
	}
	if err := h.note(id, value); err != nil {
		h.err = err
		return
	}
	h.wire = append(h.wire, name...)
	h.wire = append(h.wire, ": "...)
	h.wire = append(h.wire, value...)
	h.wire = append(h.wire, "\r\n"...)
	h.lines++
}

// note keeps what framing and persistence must know of a field line.
func (h *Header) note(id parser.FieldID, value []byte) error {
	repeated := h.seen.has(id)
	switch id {
	case parser.FieldOther:
		return nil
	case parser.FieldContentLength:
		n, ok := parseLength(value)
		if !ok || repeated {
			return &OutputError{Rule: "Content-Length must be one decimal number", Section: "RFC 9110 §8.6"}
		}
		h.contentLength = n
	case parser.FieldTransferEncoding:
		if !equalFold(value, "chunked") || repeated {
			return &OutputError{Rule: "the only Transfer-Encoding is chunked, once", Section: "RFC 9112 §6.1"}
		}
	case parser.FieldHost:
		if repeated {
			return &OutputError{Rule: "a request has one Host", Section: "RFC 9112 §3.2"}
		}
		if !parser.ValidHost(value) {
			return errHost(value)
		}
	case parser.FieldConnection:
		h.opts |= connectionOptions(value)
	}
	h.seen |= setOf(id)
	if h.seen.has(parser.FieldContentLength) && h.seen.has(parser.FieldTransferEncoding) {
		return &OutputError{Rule: "Content-Length beside Transfer-Encoding", Section: "RFC 9112 §6.2"}
	}
	return nil
}

func errHost(value []byte) error {
	return &OutputError{Rule: "Host " + strconv.Quote(string(value)) + " is not a host, or a host and a port", Section: "RFC 9110 §7.2"}
}

var comma = []byte{','}

// connectionOptions finds the options it knows in a Connection value (RFC 9110
// §7.6.1).
func connectionOptions(value []byte) (opts connOpts) {
	for len(value) > 0 {
		token, rest, _ := bytes.Cut(value, comma)
		switch token = trimOWS(token); {
		case equalFold(token, "close"):
			opts |= optClose
		case equalFold(token, "keep-alive"):
			opts |= optKeepAlive
		case equalFold(token, "upgrade"):
			opts |= optUpgrade
		case equalFold(token, "te"):
			opts |= optTE
		}
		value = rest
	}
	return opts
}

// Del removes every field line of that name.
func (h *Header) Del(name string) {
	rest := h.wire
	h.wire, h.lines, h.seen, h.opts = h.wire[:0], 0, 0, 0
	for len(rest) > 0 {
		line, n, v := nextLine(rest)
		rest = rest[len(line):]
		if equalFold(line[:n], name) {
			continue
		}
		// What stood there together without contradiction does so without one of them.
		_ = h.note(parser.FieldOf(line[:n]), v)
		h.wire = append(h.wire, line...) // moves towards the front, never over rest
		h.lines++
	}
}

// nextLine returns the first field line of wire, the length of its name, and
// its value.
func nextLine(wire []byte) (line []byte, name int, value []byte) {
	end := bytes.IndexByte(wire, '\n') + 1
	name = bytes.IndexByte(wire, ':')
	return wire[:end], name, wire[name+2 : end-2 : end-2]
}

// Reset empties h and forgets its error. The memory is kept for what comes next.
func (h *Header) Reset() { *h = Header{wire: h.wire[:0]} }

// Len returns the number of field lines.
func (h *Header) Len() int {
	if h == nil {
		return 0
	}
	return h.lines
}

// Err returns the first error of Add, AddBytes, AddInt or Set.
func (h *Header) Err() error {
	if h == nil {
		return nil
	}
	return h.err
}

// All yields name and value of every field line, in order. The slices alias h
// and are valid until it changes.
func (h *Header) All() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		if h == nil {
			return
		}
		for rest := h.wire; len(rest) > 0; {
			line, n, v := nextLine(rest)
			if !yield(line[:n:n], v) {
				return
			}
			rest = rest[len(line):]
		}
	}
}

// Lookup returns the value of the first field line of that name, in any case.
// The slice aliases h and is valid until it changes.
func (h *Header) Lookup(name string) (value []byte, ok bool) {
	for n, v := range h.All() {
		if equalFold(n, name) {
			return v, true
		}
	}
	return nil, false
}

// Clone returns a copy of h that shares nothing with it.
func (h *Header) Clone() *Header {
	if h == nil {
		return new(Header)
	}
	c := *h
	c.wire = bytes.Clone(h.wire)
	return &c
}

// has reports whether a field line named id is there.
func (h *Header) has(id parser.FieldID) bool { return h != nil && h.seen.has(id) }

// lengthIs refuses a length of content that is not what Content-Length says. It is
// negative when it is not known.
func (h *Header) lengthIs(length int64) error {
	err := ErrTooFewBytes
	switch {
	case length < 0 || length == h.contentLength:
		return nil
	case length > h.contentLength:
		err = ErrTooManyBytes
	}
	return &OutputError{Rule: "Content-Length is not that of the content", Section: "RFC 9110 §8.6", Err: err}
}

// hasAny reports whether a field line is there whose name is in names.
func (h *Header) hasAny(names fieldSet) bool { return h != nil && h.seen.intersects(names) }

// appendWire appends the field lines but those named in skip. Almost always
// there is nothing to skip, and it is one copy.
func (h *Header) appendWire(b []byte, skip fieldSet) []byte {
	if h == nil {
		return b
	}
	if !h.seen.intersects(skip) {
		return append(b, h.wire...)
	}
	for rest := h.wire; len(rest) > 0; {
		line, n, _ := nextLine(rest)
		if !skip.has(parser.FieldOf(line[:n])) {
			b = append(b, line...)
		}
		rest = rest[len(line):]
	}
	return b
}

// appendClose appends a Connection field with close in place of h's keep-alive,
// and with h's other options.
func (h *Header) appendClose(b []byte) []byte {
	b = append(b, "Connection: close"...)
	for name, value := range h.All() {
		if !equalFold(name, "Connection") {
			continue
		}
		for option := range bytes.SplitSeq(value, comma) {
			if option = trimOWS(option); len(option) > 0 && connectionOptions(option)&(optClose|optKeepAlive) == 0 {
				b = append(b, ", "...)
				b = append(b, option...)
			}
		}
	}
	return append(b, "\r\n"...)
}
