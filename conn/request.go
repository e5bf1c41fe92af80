package conn

import (
	"bytes"

	"github.com/h1wire/h1wire/parser"
)

// WriteHeaders begins a request with its head, and chunk, if it is not empty, as
// the beginning of its content, in one write. start is made by [RequestLine]; h
// must hold Host. Content has the length that h says in Content-Length; without
// it, it is chunked if h says so, if chunk is not empty, or if the method is POST,
// PUT or PATCH; else there is none. Nothing is kept of start, h and chunk, and
// nothing is sent when it fails with an [*OutputError].
//
// With "Expect: 100-continue" in h, what sends content waits until the peer asks
// for it, for [Params].ExpectTimeout at most, and fails with [ErrNotContinued]
// when the peer answers without it. ReadResponse must run meanwhile.
func (cc *ClientConn) WriteHeaders(start StartLine, h *Header, chunk []byte) error {
	cc.out.mu.Lock()
	length := int64(-1)
	if len(chunk) > 0 {
		length = -2 // some
	}
	err := cc.ask(&start, h, length, nil)
	if err != nil || len(chunk) == 0 {
		return cc.unlock(err)
	}
	if h.has(parser.FieldExpect) {
		if err := cc.unlock(nil); err != nil {
			return err
		}
		_, err := cc.Write(chunk)
		return err
	}
	_, err = cc.content(chunk)
	return cc.unlock(err)
}

// Send sends a whole request: head, body, end. Content-Length is added where
// the request has content, or its method says that it may have. With "Expect:
// 100-continue" it waits like Write.
func (cc *ClientConn) Send(start StartLine, h *Header, body []byte) error {
	cc.out.mu.Lock()
	if err := cc.ask(&start, h, int64(len(body)), nil); err != nil {
		return cc.unlock(err)
	}
	if h.has(parser.FieldExpect) {
		if err := cc.unlock(nil); err != nil {
			return err
		}
		if _, err := cc.Write(body); err != nil {
			return err
		}
		return cc.Finish()
	}
	if len(body) > 0 {
		if _, err := cc.content(body); err != nil {
			return cc.unlock(err)
		}
	}
	cc.whole.Store(true)
	return cc.unlock(cc.out.finish(nil))
}

// Write sends p as content. It blocks while the peer does not read, and keeps
// nothing of p. More than Content-Length promised is not sent: it is
// [ErrTooManyBytes], and the connection closes.
func (cc *ClientConn) Write(p []byte) (int, error) {
	if err := cc.awaitContinue(); err != nil {
		return 0, err
	}
	cc.out.mu.Lock()
	n, err := cc.content(p)
	return n, cc.unlock(err)
}

// Finish says that the request is complete. Fewer octets than Content-Length
// promised is [ErrTooFewBytes], and the connection closes; a second Finish is
// [ErrFinished].
func (cc *ClientConn) Finish() error { return cc.FinishTrailers(nil) }

// FinishTrailers is Finish with a trailer section (RFC 9110 §6.5), which is sent
// if the content is chunked, and dropped otherwise. Fields that do not belong
// there are left out.
func (cc *ClientConn) FinishTrailers(h *Header) error {
	if err := cc.awaitContinue(); err != nil {
		return err
	}
	cc.out.mu.Lock()
	if h.Err() == nil && cc.out.phase == sendContent {
		cc.whole.Store(true)
	}
	return cc.unlock(cc.out.finish(h))
}

// Flush sends what has been written so far. It blocks while the peer does not
// read.
func (cc *ClientConn) Flush() error {
	cc.out.mu.Lock()
	return cc.unlock(cc.out.flush())
}

// content is Write with out.mu held. That all has been written is noted before it
// is sent, for the response may be there as soon as it is.
func (cc *ClientConn) content(p []byte) (int, error) {
	o := &cc.out
	if o.phase == sendContent && o.body == bodyFixed && int64(len(p)) == o.left {
		cc.whole.Store(true)
	}
	return o.write(p)
}

// unlock ends a call that may have written something, and sends it if the reader
// waits: it is returned err, or the error of that.
func (cc *ClientConn) unlock(err error) error {
	o := &cc.out
	for {
		waiting := cc.waiting.Load()
		if waiting {
			if failed := o.flush(); err == nil {
				err = failed
			}
		}
		if cc.closing.Load() {
			cc.tidyOutput()
		}
		o.mu.Unlock()
		if waiting || !cc.waiting.Load() {
			return err
		}
		o.mu.Lock() // the reader began to wait before the lock was free for it to send
	}
}

// messageSent implements sender. Where we gave the request up, only closing can
// tell the peer. Where sending failed there may be a response all the same.
func (cc *ClientConn) messageSent() {
	switch err := cc.out.err; err {
	case ErrTooManyBytes, ErrTooFewBytes, ErrWriteTimeout:
		cc.shut(err)
	}
}

// extra is what a [Client] adds to a Header, which it must not change.
type extra struct {
	host    string // for a Host that the Header does not have
	gzip    bool   // Accept-Encoding: gzip
	decodes bool   // content in gzip is to be decoded
}

// ask appends the head of a request and notes that it wants a response. length
// is that of the content; -1 when it is not known, -2 when there is some. x may
// be nil. out.mu is held.
func (cc *ClientConn) ask(start *StartLine, h *Header, length int64, x *extra) error {
	o := &cc.out
	switch {
	case o.err != nil:
		return o.err
	case o.phase == sendContent:
		return errUnfinished
	}
	if err := h.Err(); err != nil {
		return err
	}
	method := parser.MethodOf(start.MethodName)
	body, left, err := frameRequest(start, method, h, length)
	if err == nil {
		content := body == bodyChunked || left > 0
		err = checkRequest(start, method, h, content, x != nil && x.host != "")
	}
	if err != nil {
		return err
	}
	buf := o.room()
	if cc.begun = -1; len(buf.b) == 0 {
		cc.begun = cc.sent.Load()
	}
	b, err := start.appendRequestLine(buf.b)
	if err != nil {
		return err
	}
	if x != nil && x.host != "" {
		if !parser.ValidHost(octets(x.host)) {
			return errHost(octets(x.host))
		}
		b = append(b, "Host: "...)
		b = append(b, x.host...)
		b = append(b, "\r\n"...)
	}
	b = h.appendWire(b, 0)
	if x != nil && x.gzip {
		b = append(b, "Accept-Encoding: gzip\r\n"...)
	}
	switch {
	case body == bodyChunked && !h.has(parser.FieldTransferEncoding):
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	case body == bodyFixed && !h.has(parser.FieldContentLength):
		b = append(b, "Content-Length: "...)
		b = appendLength(b, left)
	}
	options := h.options()
	if h.has(parser.FieldTE) && options&optTE == 0 {
		b = append(b, "Connection: TE\r\n"...) // RFC 9110 §10.1.4: it is for the next hop alone
	}
	if cc.set.NoKeepAlive && options&optClose == 0 {
		options |= optClose
		b = append(b, "Connection: close\r\n"...)
	}
	buf.b = append(b, "\r\n"...)
	o.phase, o.body, o.left = sendContent, body, left

	expects := h.has(parser.FieldExpect) && (body == bodyChunked || left > 0)
	cc.asking.Lock()
	defer cc.asking.Unlock()
	cc.whole.Store(false) // with asks: endResponse must not see one without the other
	cc.asks = append(cc.asks, asked{
		method:  method,
		upgrade: options&optUpgrade != 0 && h.has(parser.FieldUpgrade),
		persist: options&optClose == 0 && (start.Version != parser.HTTP10 || options&optKeepAlive != 0),
		decodes: cc.set.Decompress || x != nil && x.decodes,
		expects: expects,
	})
	if cc.expect.state = expectNothing; expects {
		cc.expect.hold()
		if cc.cause != nil { // whoever closed has settled what was asked before
			cc.expect.settle(expectClosed)
		}
	}
	return nil
}

// frameRequest decides how the content of a request is delimited (RFC 9112 §6).
func frameRequest(start *StartLine, method parser.Method, h *Header, length int64) (body sendBody, left int64, err error) {
	http10 := start.Version == parser.HTTP10
	switch {
	case h.has(parser.FieldTransferEncoding):
		if http10 {
			return 0, 0, &OutputError{Rule: "Transfer-Encoding in HTTP/1.0", Section: "RFC 9112 §6.1"}
		}
		return bodyChunked, 0, nil
	case h.has(parser.FieldContentLength):
		return bodyFixed, h.contentLength, h.lengthIs(length)
	case length > 0, length == 0 && anticipatesContent(method):
		return bodyFixed, length, nil
	case length == 0, length == -1 && !anticipatesContent(method):
		return bodyNone, 0, nil
	case http10:
		return 0, 0, &OutputError{Rule: "content of an HTTP/1.0 request needs a Content-Length", Section: "RFC 9112 §6.3"}
	}
	return bodyChunked, 0, nil
}

// anticipatesContent reports whether a request without content says so with
// "Content-Length: 0" (RFC 9110 §8.6).
func anticipatesContent(method parser.Method) bool {
	return method == parser.MethodPost || method == parser.MethodPut || method == parser.MethodPatch
}

// checkRequest refuses what a client must not send. content says that there is
// some, host that Host is added.
func checkRequest(start *StartLine, method parser.Method, h *Header, content, host bool) error {
	switch {
	case !host && !h.has(parser.FieldHost) && start.Version != parser.HTTP10:
		return &OutputError{Rule: "a request has a Host", Section: "RFC 9112 §3.2"}
	case !targetSuits(method, start.Target):
		return &OutputError{Rule: "the method does not go with this form of request target", Section: "RFC 9112 §3.2"}
	case method == parser.MethodTrace && content:
		return &OutputError{Rule: "TRACE has no content", Section: "RFC 9110 §9.3.8"}
	case method == parser.MethodConnect && content:
		return &OutputError{Rule: "CONNECT has no content", Section: "RFC 9110 §9.3.6"}
	case h.has(parser.FieldExpect) && !content:
		return &OutputError{Rule: "an expectation without content", Section: "RFC 9110 §10.1.1"}
	case h.has(parser.FieldUpgrade) && h.options()&optUpgrade == 0:
		return &OutputError{Rule: `Upgrade without "Connection: upgrade"`, Section: "RFC 9110 §7.8"}
	}
	return nil
}

// targetSuits reports whether the form of a target is one that the method has:
// origin-form or absolute-form, the authority for CONNECT, or "*" for OPTIONS.
// The octets are looked at elsewhere.
func targetSuits(method parser.Method, target []byte) bool {
	switch {
	case len(target) == 0:
		return false
	case method == parser.MethodConnect:
		return target[0] != '/' && bytes.IndexByte(target, ':') > 0 && !bytes.Contains(target, schemeEnd)
	case target[0] == '/':
		return true
	case len(target) == 1 && target[0] == '*':
		return method == parser.MethodOptions
	}
	return bytes.Index(target, schemeEnd) > 0
}

var schemeEnd = []byte("://")
