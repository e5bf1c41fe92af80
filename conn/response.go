package conn

import (
	"errors"

	"github.com/h1wire/h1wire/parser"
)

var (
	errNoHead   = errors.New("conn: the head has not been sent")
	errHeadSent = errors.New("conn: the head has been sent")
)

// Fields that must not stand in a trailer section, for they frame or route the
// message, or the recipient needs them before the content (RFC 9110 §6.5.1).
var trailerForbidden = setOf(parser.FieldContentLength) | setOf(parser.FieldTransferEncoding) |
	setOf(parser.FieldHost) | setOf(parser.FieldConnection) | setOf(parser.FieldTrailer) |
	setOf(parser.FieldTE) | setOf(parser.FieldUpgrade) | setOf(parser.FieldExpect) |
	setOf(parser.FieldContentEncoding) | setOf(parser.FieldContentType) |
	setOf(parser.FieldKeepAlive) | setOf(parser.FieldProxyConnection)

// question is what a response depends on of its request: a set of these.
type question uint8

const (
	isHead    question = 1 << iota // the method is HEAD
	isConnect                      // the method is CONNECT
	isHTTP10                       // the client speaks HTTP/1.0
	isRead                         // the request has been read entirely
	isNear                         // or will be, whatever becomes of it
	persists                       // the connection may persist after this exchange
	expects                        // the client waits for 100 (Continue)
	handling                       // HeadersReceived of a PullDelegate runs
)

func (q question) has(some question) bool { return q&some != 0 }

// respond appends the head of the final response. length is the length of the
// content if the response is given whole, else -1. out.mu is held.
func (sc *ServerConn) respond(start *StartLine, h *Header, length int64) error {
	o := &sc.out
	switch o.phase {
	case sendHead:
	case sendBroken:
		return o.broken()
	case sendContent:
		return errHeadSent
	default:
		return ErrFinished
	}
	if o.err != nil {
		return o.err
	}
	if err := h.Err(); err != nil {
		return err
	}
	body, left, err := sc.frame(start.Status, h, length)
	if err != nil {
		return err
	}
	buf := o.room()
	b := buf.b
	if start.Status == 200 && start.Reason == nil && body == bodyFixed && length >= 0 && !h.hasAny(setOf(parser.FieldDate)|setOf(parser.FieldContentLength)) {
		b = append(b, *sc.set.clock.opening.Load()...)
		b = appendLength(b, length)
	} else if b, err = sc.begin(b, start, h, body, length); err != nil {
		return err
	}

	// Whether the rest of the request comes is not known while its content is
	// held back; nor is much of it read for a response that is complete already.
	reads := sc.ask.has(isRead|isNear) || length < 0 && !sc.ask.has(expects)
	options := h.options()
	persist := sc.ask.has(persists) && body != bodyUntilClose && reads && !sc.is(draining) && options&optClose == 0
	tunnel := start.Status == 101 || sc.ask.has(isConnect) && start.Status/100 == 2
	skip := setOf(parser.FieldTransferEncoding) // ours is written below
	if body != bodyFixed && body != bodyHidden && start.Status != 304 {
		skip |= setOf(parser.FieldContentLength)
	}
	contradicts := options&optKeepAlive != 0 && !persist && !tunnel
	if contradicts { // whoever heeds keep-alive would wait for more
		skip |= setOf(parser.FieldConnection)
	}
	b = h.appendWire(b, skip)
	switch {
	case tunnel: // the connection is about to stop being HTTP's
		persist = false
	case contradicts:
		b = h.appendClose(b)
	case options&optClose != 0: // it is said
	case !persist:
		b = append(b, "Connection: close\r\n"...)
	case sc.ask.has(isHTTP10) && options&optKeepAlive == 0:
		b = append(b, "Connection: keep-alive\r\n"...)
	}
	buf.b = append(b, "\r\n"...)

	if !persist {
		sc.ask &^= persists
	}
	o.phase, o.body, o.left, o.status = sendContent, body, left, start.Status
	return nil
}

// continued asks for the content of a request (RFC 9110 §15.2.1).
const continued = "HTTP/1.1 100 Continue\r\n\r\n"

// begin appends what comes before the application's own fields: the status line,
// Date, and what delimits the content.
func (sc *ServerConn) begin(b []byte, start *StartLine, h *Header, body sendBody, length int64) ([]byte, error) {
	if start.Status == 101 && sc.ask.has(expects) {
		b = append(b, continued...) // what is left of the request still comes as HTTP/1.1 (RFC 9110 §7.8)
	}
	b, err := start.appendStatusLine(b)
	if err != nil {
		return b, err
	}
	if !h.has(parser.FieldDate) {
		b = append(b, sc.set.clock.dateLine()...)
	}
	switch {
	case start.Status == 205:
		b = append(b, "Content-Length: 0\r\n"...) // unlike 204, it must say so
	case body == bodyChunked:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	case length >= 0 && (body == bodyFixed || body == bodyHidden) && !h.has(parser.FieldContentLength):
		b = append(b, "Content-Length: "...)
		b = appendLength(b, length)
	}
	return b, nil
}

// frame decides how the content of a response is delimited (RFC 9112 §6), and
// refuses a Header that says otherwise.
func (sc *ServerConn) frame(status int, h *Header, length int64) (body sendBody, left int64, err error) {
	hasLength, hasCoding := h.has(parser.FieldContentLength), h.has(parser.FieldTransferEncoding)
	switch {
	case status == 200 && length >= 0 && !hasLength && !hasCoding && !sc.ask.has(isHead|isConnect):
		return bodyFixed, length, nil // as most are
	case status/100 == 1 && status != 101:
		return 0, 0, &OutputError{Rule: "an informational response is not final", Section: "RFC 9110 §15.2"}
	case status == 101 && !h.has(parser.FieldUpgrade):
		return 0, 0, &OutputError{Rule: "101 says by Upgrade what it switches to", Section: "RFC 9110 §15.2.2"}
	case status == 101 && sc.ask.has(isHTTP10):
		return 0, 0, &OutputError{Rule: "HTTP/1.0 knows no 101 (Switching Protocols)", Section: "RFC 9110 §15.2"}
	case status == 101, status == 204, sc.ask.has(isConnect) && status/100 == 2:
		if hasCoding || hasLength && h.contentLength != 0 {
			return 0, 0, &OutputError{Rule: "this response has no content to frame", Section: "RFC 9110 §8.6"}
		}
		body = bodyNone
	case status == 205 && (length > 0 || hasLength && h.contentLength > 0):
		return 0, 0, &OutputError{Rule: "a response with status 205 has no content", Section: "RFC 9110 §15.3.6", Err: ErrBodyNotAllowed}
	case status == 205, status == 304:
		body = bodyNone
	case sc.ask.has(isHead):
		return bodyHidden, 0, nil
	case hasLength:
		return bodyFixed, h.contentLength, h.lengthIs(length)
	case hasCoding && !sc.ask.has(isHTTP10):
		return bodyChunked, 0, nil
	case length >= 0:
		return bodyFixed, length, nil
	case sc.ask.has(isHTTP10):
		return bodyUntilClose, 0, nil
	default:
		return bodyChunked, 0, nil
	}
	if length > 0 {
		return 0, 0, ErrBodyNotAllowed
	}
	return body, 0, nil
}

// inform appends an informational response (RFC 9110 §15.2). out.mu is held.
func (sc *ServerConn) inform(start *StartLine, h *Header) error {
	o := &sc.out
	switch {
	case o.err != nil:
		return o.err
	case o.phase != sendHead:
		return errHeadSent
	case h.Err() != nil:
		return h.Err()
	case start.Status/100 != 1 || start.Status == 101:
		return &OutputError{Rule: "this status code is not that of an informational response", Section: "RFC 9110 §15.2"}
	case h.has(parser.FieldContentLength) || h.has(parser.FieldTransferEncoding):
		return &OutputError{Rule: "an informational response has no content to frame", Section: "RFC 9110 §8.6"}
	case sc.ask.has(isHTTP10):
		return nil // a 1xx must not be sent to an HTTP/1.0 client
	}
	buf := o.room()
	b, err := start.appendStatusLine(buf.b)
	if err != nil {
		return err
	}
	b = h.appendWire(b, 0)
	buf.b = append(b, "\r\n"...)
	if start.Status == 100 {
		sc.ask &^= expects // that was it
	}
	return o.flush() // its only use is to be early
}

// options returns the connection options that h names.
func (h *Header) options() connOpts {
	if h == nil {
		return 0
	}
	return h.opts
}
