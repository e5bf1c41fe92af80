package conn

import (
	"errors"
	"io"

	"github.com/h1wire/h1wire/parser"
)

// maxInformational is the most responses with status 1xx before a final one:
// a peer must not keep a client busy with them for ever.
const maxInformational = 256

// ReadResponse reads the response to the oldest request that has none yet, and
// hands it to d. Informational responses go to d's InformationalReceived, if it
// has one, and the wait goes on. It returns when the response has been received
// entirely, and d's Finish has returned; reusable says whether the connection may
// carry another request. If not, it has been closed, or detached.
//
// err is an [*InputError] when the peer broke HTTP, [io.ErrUnexpectedEOF] when it
// closed too early, what d returned, [ErrHeaderTimeout], [ErrBodyTimeout], or the
// reason for which the connection was closed on our side. Without a request there
// is nothing to read: that is an error too, but closes nothing. How long the peer
// takes to begin a response is not limited here.
func (cc *ClientConn) ReadResponse(d MessageDelegate) (reusable bool, err error) {
	if d == nil {
		return false, errNilDelegate
	}
	if !cc.reading.TryLock() {
		return false, errReading
	}
	owed := false
	defer func() {
		if r := recover(); r != nil {
			cc.logPanic("callback", r)
			err = errPanicked
		}
		if err != nil && err != errNoRequest {
			reusable = false
			cc.fail(err)
			if owed {
				cc.guard("OnConnectionClose", func() { d.OnConnectionClose(err) })
			}
		}
		cc.leave()
	}()
	if err := cc.readHead(d); err != nil {
		return false, err
	}
	owed = true
	err = d.HeadersReceived(&cc.in.rd.start, &cc.in.rd.fields)
	cc.in.rd.fields.clear() // whoever kept it reads nothing, not the next response
	if err != nil {
		return false, err
	}
	if cc.detached.Load() {
		return false, nil
	}
	if cc.in.tooLong() {
		return false, bodyTooLarge(cc.in.max.Load())
	}
	for {
		if err := cc.in.deliver(d, nil); err != nil {
			return false, unwrapCallback(err)
		}
		if cc.in.done {
			break
		}
		if err := cc.fill(); err != nil {
			return false, err
		}
	}
	owed = false
	reusable = cc.endResponse()
	return reusable, d.Finish()
}

// unwrapCallback returns what a delegate returned as it was.
func unwrapCallback(err error) error {
	if own, ok := err.(*callbackError); ok {
		return own.err
	}
	return err
}

// leave ends reading. Whoever closed the connection meanwhile left it to us to
// give the buffers back.
func (cc *ClientConn) leave() {
	cc.reading.Unlock()
	if cc.closing.Load() || cc.detached.Load() {
		cc.tidy()
	}
}

// fail closes the connection because of an error while reading.
func (cc *ClientConn) fail(err error) {
	if !cc.detached.Load() {
		cc.shut(err)
	}
}

// readHead reads up to the end of the head of the final response. Informational
// ones go to d, if it wants them.
func (cc *ClientConn) readHead(d any) error {
	cc.asking.Lock()
	if len(cc.asks) == 0 {
		cc.asking.Unlock()
		if err := cc.reason(); err != nil {
			return err
		}
		return errNoRequest
	}
	cc.current = cc.asks[0]
	cc.asking.Unlock()
	cc.heading, cc.answered, cc.by, cc.informed = true, cc.in.len() > 0, 0, 0
	for {
		final, err := cc.parseHead(d)
		if final || err != nil {
			return err
		}
		if err := cc.fill(); err != nil {
			return err
		}
	}
}

// parseHead takes response heads off the window. It reports whether the final
// one was among them.
func (cc *ClientConn) parseHead(d any) (final bool, err error) {
	for cc.in.len() > 0 {
		head := cc.head
		b := cc.in.bytes()
		n, err := head.Parse(b, cc.in.opts)
		if err != nil {
			return false, inputError(err, 0)
		}
		if n == 0 {
			return false, nil
		}
		b = b[:n:n]
		cc.in.take(n)
		cc.by = 0
		framing, err := head.Framing(b, cc.current.method)
		odd := err != nil || head.Status == 204 && head.Fields.Has(parser.FieldTransferEncoding)
		if odd && cc.endsWithHead(head, err) {
			framing, err = parser.Framing{}, nil
		}
		if err != nil {
			return false, inputError(err, 0)
		}
		cc.in.rd.start = StartLine{Version: head.Version, Status: int(head.Status), Reason: head.Reason.Bytes(b)}
		if head.Status/100 != 1 || head.Status == 101 {
			return true, cc.beginResponse(framing, b, odd)
		}
		if err := cc.inform(d, b); err != nil {
			return false, err
		}
	}
	return false, nil
}

// endsWithHead reports whether a response whose framing fields are wrong, by err,
// ends with its head whatever they say (RFC 9112 §6.3): one to HEAD, and a 304 or
// 204. What follows may be anybody's guess, so the connection is not used again.
func (cc *ClientConn) endsWithHead(head *parser.ResponseHead, err error) bool {
	if errors.Is(err, parser.ErrContentForbidden) {
		return cc.set.LenientNoContent
	}
	return cc.current.method == parser.MethodHead || head.Status == 204 || head.Status == 304
}

// beginResponse settles how the content is read and whether the connection may
// persist. b is the head; odd says that its framing fields are wrong.
func (cc *ClientConn) beginResponse(framing parser.Framing, b []byte, odd bool) error {
	head := cc.head
	cc.heading = false
	tunnel := head.Status == 101 || cc.current.method == parser.MethodConnect && head.Status/100 == 2
	if head.Status == 101 && !cc.current.upgrade {
		return &InputError{Rule: "101 (Switching Protocols) that nobody asked for", Section: "RFC 9110 §15.2.2", Status: 502, Err: errUpgrade}
	}
	cc.persist = !tunnel && !odd && framing.Kind != parser.UntilClose && cc.current.persist &&
		!cc.set.NoKeepAlive && head.KeepAlive(b)
	cc.in.begin(framing, cc.set.Params)
	// Part of what is coded cannot be decoded (RFC 9110 §14.2).
	cc.in.coded = cc.current.decodes && !cc.in.done && head.Status != 206 && isGzip(b, &head.Fields)
	cc.in.rd.fields.reset(b, &head.Fields, cc.in.coded, nil)
	cc.settleExpectation(expectRefused)
	return nil
}

var errUpgrade = errors.New("conn: 101 (Switching Protocols) out of place")

// inform hands an informational response over. b is its head.
func (cc *ClientConn) inform(d any, b []byte) error {
	if cc.informed++; cc.informed > maxInformational {
		return &InputError{Rule: "more informational responses than the limit", Section: "RFC 9110 §15.2", Status: 502, Err: ErrHeaderTooLarge}
	}
	if cc.head.Status == 100 {
		cc.settleExpectation(expectNothing)
	}
	if i, ok := d.(InformationalDelegate); ok {
		fields := &cc.in.rd.fields
		fields.reset(b, &cc.head.Fields, false, nil)
		defer fields.clear()
		return i.InformationalReceived(&cc.in.rd.start, fields)
	}
	return nil
}

// settleExpectation ends the wait for 100 (Continue), if the response under way
// answers the request that waits.
func (cc *ClientConn) settleExpectation(state expectState) {
	if !cc.current.expects {
		return
	}
	cc.asking.Lock()
	defer cc.asking.Unlock()
	if len(cc.asks) == 1 {
		cc.expect.settle(state)
	}
}

// endResponse says that the response has been read entirely, and reports whether
// the connection may carry another request. If not, it is closed.
func (cc *ClientConn) endResponse() (reusable bool) {
	cc.in.end()
	cc.asking.Lock()
	cc.asks = cc.asks[:copy(cc.asks, cc.asks[1:])]
	pending, whole := len(cc.asks) > 0, cc.whole.Load()
	cc.asking.Unlock()
	reusable = cc.persist && !cc.closing.Load() && !cc.detached.Load() &&
		(pending || whole && cc.in.len() == 0)
	if reusable {
		cc.in.release()
	} else if !cc.detached.Load() {
		cc.shut(errClosed)
	}
	return reusable
}

// fill waits for octets of the response, and sends what is ready before.
func (cc *ClientConn) fill() error {
	n, err := cc.await()
	switch {
	case n > 0:
		cc.answered = true
		cc.in.fed(n)
		return nil
	case cc.closing.Load():
		return cc.reason()
	case errors.Is(err, errWoken) && cc.readLate() && cc.heading:
		return ErrHeaderTimeout
	case errors.Is(err, errWoken) && cc.readLate():
		return ErrBodyTimeout
	case errors.Is(err, errWoken): // sending failed; there may be a response all the same
		return nil
	case err == io.EOF && !cc.heading && !cutOff(cc.nc):
		return cc.in.eof()
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	}
	return err
}

// await sends what is ready, and reads into the window.
func (cc *ClientConn) await() (n int, err error) {
	var by int64
	switch {
	case !cc.heading:
		by = cc.set.clock.after(cc.in.wait(cc.set.clock.now.Load(), cc.set.Params))
	case cc.in.len() > 0:
		if cc.by == 0 {
			cc.by = cc.set.clock.after(cc.set.HeaderTimeout)
		}
		by = cc.by
	}
	if cc.readBy.Load() != by {
		cc.readBy.Store(by)
	}
	cc.waiting.Store(true)
	o := &cc.out
	switch {
	case !o.mu.TryLock(): // who holds it sees that we wait, and sends
		n, err = cc.read()
	case cc.pumps():
		n, err = cc.pump.request(o, &cc.in)
	case cc.streams():
		go cc.flushAside()
		n, err = cc.read()
	default:
		_ = o.flush()
		o.release()
		o.mu.Unlock()
		n, err = cc.read()
	}
	cc.waiting.Store(false)
	if !cc.heading {
		cc.in.waited(cc.set.clock.now.Load())
	}
	return n, err
}

func (cc *ClientConn) read() (int, error) { return cc.via.read(cc.in.room()) }

// streams reports whether what is ready is the rest of a request: its peer may
// want to send all of its response before it reads that. out.mu is held.
func (cc *ClientConn) streams() bool {
	o := &cc.out
	return o.err == nil && o.buf != nil && len(o.buf.b) > 0 && cc.begun >= 0 && cc.begun != cc.sent.Load()
}

// flushAside sends what is ready while the response is read. It is begun with
// out.mu held, and releases it.
func (cc *ClientConn) flushAside() {
	err := cc.out.flush()
	cc.out.release()
	_ = cc.unlock(err)
}

// pumps reports whether what is ready is a whole request, of which nothing has
// been sent, and no other is under way. out.mu is held.
func (cc *ClientConn) pumps() bool {
	o := &cc.out
	// asks can be read: only a writer, who would hold out.mu, and the reader, who we are, change it.
	return cc.pump != nil && o.err == nil && o.buf != nil && len(o.buf.b) > 0 && cc.whole.Load() &&
		cc.begun == cc.sent.Load() && len(cc.asks) == 1
}
