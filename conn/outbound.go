package conn

import (
	"errors"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// outbound is the output side of a connection: the message being sent, and
// octets that are ready but not sent. Any goroutine may use it; mu orders them.
// It appends to one buffer, which is sent when the driver runs out of input,
// before anything blocks, and at flushAt.
type outbound struct {
	mu    *sync.Mutex // the connection's
	buf   *outBuffer  // nil when there is nothing to send
	err   error       // why nothing can be sent any more
	owner sender

	exchange uint64 // the one that may send; a handle of another is stale
	left     int64  // octets to come, of bodyFixed
	content  int64  // octets written, for the observer, who sets this and status to 0
	status   int    // of the final response; 0 before its head
	phase    sendPhase
	body     sendBody

	// alone: the driver waits, so nobody else will send what is appended.
	alone atomic.Bool
	// sending: whoever holds mu is in the driver, maybe for long.
	sending atomic.Bool
	link    *link
}

// sender is told, with mu held, that the message being sent is complete, or that
// it can never be.
type sender interface{ messageSent() }

// sendPhase is how far the message being sent is.
type sendPhase uint8

const (
	sendNothing  sendPhase = iota // there is none
	sendHead                      // its head is to come
	sendContent                   // its content is to come
	sendComplete                  // nothing is to come
	sendBroken                    // it can never be completed
)

// sendBody is how the content being sent is delimited.
type sendBody uint8

const (
	bodyNone       sendBody = iota // there must be none (RFC 9110 §6.4.1)
	bodyHidden                     // response to HEAD: written, but not sent
	bodyFixed                      // Content-Length
	bodyChunked                    // the chunked transfer coding
	bodyUntilClose                 // the end of the connection
)

// room returns the buffer to append to.
func (o *outbound) room() *outBuffer {
	if o.buf == nil {
		o.buf = getOut()
	}
	return o.buf
}

// settled is called at the end of every call that appended.
func (o *outbound) settled() error {
	if o.alone.Load() || o.buf != nil && len(o.buf.b) >= flushAt {
		return o.flush()
	}
	return o.err
}

// beforeWait sends what is ready before the driver waits for octets; from here
// on, if a message may be sent meanwhile, whoever writes it sends it too. A write
// that is blocked does not keep the driver from reading: a peer that is yet to
// send may not read before. It reports whether no handle is good any more.
func (o *outbound) beforeWait(message bool) (free bool) {
	if o.alone.Load() != message { // a store costs more than parsing a field line
		o.alone.Store(message)
	}
	for !o.mu.TryLock() {
		if o.sending.Load() {
			return false // all is being sent, and alone is looked at afterwards
		}
		runtime.Gosched()
	}
	if message && o.wouldBlock() {
		o.sending.Store(true)
		go o.sendAside()
		return false
	}
	defer o.mu.Unlock()
	_ = o.send()
	o.release()
	if !message {
		o.exchange = 0
	}
	return !message
}

// wouldBlock sends what the driver takes at once, and reports whether that was
// not all.
func (o *outbound) wouldBlock() bool {
	if o.err != nil || o.buf == nil || len(o.buf.b) == 0 || o.stopped() {
		return false
	}
	n := o.link.via.offer(o.buf.b)
	o.buf.b = o.buf.b[:copy(o.buf.b, o.buf.b[n:])]
	return len(o.buf.b) > 0
}

// sendAside sends what is ready while the driver reads. It is begun with mu held,
// and releases it.
func (o *outbound) sendAside() {
	defer o.mu.Unlock()
	_ = o.send()
	o.release()
	o.sending.Store(false)
}

// flush sends what is ready. It blocks while the peer does not read.
func (o *outbound) flush() error {
	if o.err != nil || o.buf == nil || len(o.buf.b) == 0 {
		return o.err
	}
	o.sending.Store(true)
	defer o.sending.Store(false)
	return o.send()
}

// send is flush for the goroutine that drives the connection, for which nobody
// waits.
func (o *outbound) send() error {
	if o.err != nil || o.buf == nil || len(o.buf.b) == 0 {
		return o.err
	}
	if o.stopped() {
		o.fail(ErrWriteTimeout)
		return o.err
	}
	if err := o.link.via.write(o.buf.b); err != nil {
		o.fail(err)
	}
	o.buf.b = o.buf.b[:0]
	return o.err
}

// flushWith sends what is ready and p behind it, which is not copied. more says
// that something will be ready afterwards.
func (o *outbound) flushWith(p []byte, more bool) error {
	if o.err != nil {
		return o.err
	}
	var ready []byte
	if o.buf != nil {
		ready = o.buf.b
	}
	if o.stopped() {
		o.fail(ErrWriteTimeout)
		return o.err
	}
	o.sending.Store(true)
	err := o.sendWith(ready, p, more)
	if err != nil {
		o.fail(err)
	}
	o.sending.Store(false)
	if o.buf != nil {
		o.buf.b = o.buf.b[:0]
	}
	return o.err
}

// sendWith sends ready and p. Of a long p a first piece goes ahead with ready: a
// peer that has begun to read acknowledges less often while the rest follows,
// which halves what the kernel spends on 1 MiB over loopback.
func (o *outbound) sendWith(ready, p []byte, more bool) error {
	if len(p) < 2*firstPiece {
		return o.link.via.writeBoth(ready, p, more)
	}
	if err := o.link.via.writeBoth(ready, p[:firstPiece], false); err != nil {
		return err
	}
	return o.link.via.write(p[firstPiece:])
}

// fail notes that nothing can be sent any more, and wakes the reading side, for
// which there is nothing left to do.
func (o *outbound) fail(err error) {
	if o.err == nil {
		o.err = err
		if o.phase != sendNothing && o.phase != sendComplete {
			o.phase = sendBroken
		}
		o.link.via.wakeReader()
		o.owner.messageSent()
	}
}

// lost reports whether err, which a delegate returned, is only what the
// connection failed with: the peer left, or we closed.
func (o *outbound) lost(err error) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err != nil && errors.Is(err, o.err) && !errors.Is(err, ErrTooManyBytes) && !errors.Is(err, ErrTooFewBytes)
}

// release gives an empty buffer back.
func (o *outbound) release() {
	if o.buf != nil && (len(o.buf.b) == 0 || o.err != nil) {
		o.buf.release()
		o.buf = nil
	}
}

// write sends p as content.
func (o *outbound) write(p []byte) (int, error) {
	switch {
	case o.phase == sendBroken:
		return 0, o.broken()
	case o.phase == sendHead:
		return 0, errNoHead
	case o.phase != sendContent:
		return 0, ErrFinished
	case len(p) == 0: // an empty chunk would end the body
		return 0, o.err
	}
	switch o.body {
	case bodyNone:
		return 0, ErrBodyNotAllowed
	case bodyHidden:
		return len(p), nil
	case bodyFixed:
		if int64(len(p)) > o.left {
			fits := p[:o.left]
			o.left = 0
			o.content += int64(len(fits))
			if err := o.append(fits); err != nil {
				return 0, err
			}
			o.abort(ErrTooManyBytes)
			return len(fits), ErrTooManyBytes
		}
		o.left -= int64(len(p))
	case bodyChunked:
		o.content += int64(len(p))
		b := o.room()
		b.b = appendHex(b.b, uint64(len(p)))
		b.b = append(b.b, "\r\n"...)
		rest := p
		if len(p) >= gatherAt { // all but the end, which leaves with what follows
			rest = p[len(p)-lastPiece:]
			if err := o.flushWith(p[:len(p)-lastPiece], true); err != nil {
				return 0, err
			}
		}
		b.b = append(b.b, rest...)
		b.b = append(b.b, "\r\n"...)
		return len(p), o.settled()
	}
	o.content += int64(len(p))
	if err := o.append(p); err != nil {
		return 0, err
	}
	return len(p), o.settled()
}

// append adds p to what is ready: by a copy, or by sending everything at once.
func (o *outbound) append(p []byte) error {
	if len(p) >= gatherAt {
		return o.flushWith(p, false)
	}
	b := o.room()
	b.b = append(b.b, p...)
	return o.err
}

// finish completes the message, with a trailer section if h is not nil.
func (o *outbound) finish(h *Header) error {
	switch o.phase {
	case sendBroken:
		return o.broken()
	case sendHead:
		return errNoHead
	case sendContent:
	default:
		return ErrFinished
	}
	if err := h.Err(); err != nil {
		return err
	}
	switch {
	case o.body == bodyFixed && o.left > 0:
		o.abort(ErrTooFewBytes)
		return ErrTooFewBytes
	case o.body == bodyChunked:
		b := o.room()
		b.b = append(b.b, "0\r\n"...)
		b.b = h.appendWire(b.b, trailerForbidden)
		b.b = append(b.b, "\r\n"...)
	}
	return o.complete()
}

// complete says that nothing more is to come of the message.
func (o *outbound) complete() error {
	o.phase = sendComplete
	err := o.settled()
	o.owner.messageSent()
	return err
}

// abort gives the message up: what it has promised cannot be kept, so only
// closing the connection can tell the peer.
func (o *outbound) abort(err error) {
	if o.flush() == nil { // else that has given it up
		o.fail(err)
	}
}

func (o *outbound) broken() error {
	if o.err != nil {
		return o.err
	}
	return errClosed
}

// readFrom sends what r yields as content.
func (o *outbound) readFrom(r io.Reader) (n int64, taken bool, err error) {
	if o.phase != sendContent || o.err != nil || o.body != bodyFixed && o.body != bodyUntilClose {
		return 0, false, o.err
	}
	if err := o.flush(); err != nil {
		return 0, false, err
	}
	l, ok := r.(*io.LimitedReader)
	switch { // one limit is all that sendfile sees through
	case o.body != bodyFixed:
	case !ok:
		r = &io.LimitedReader{R: r, N: o.left}
	case l.N > o.left:
		beyond := l.N - o.left
		l.N = o.left
		defer func() { l.N += beyond }()
	}
	o.sending.Store(true)
	n, taken, err = o.link.via.readFrom(r)
	o.sending.Store(false)
	o.content += n
	if o.body == bodyFixed {
		o.left -= n
	}
	if err != nil {
		o.fail(err)
	}
	return n, taken, err
}

// appendHex appends n in hexadecimal, as a chunk-size.
func appendHex(b []byte, n uint64) []byte {
	shift := 0
	for n>>shift > 15 {
		shift += 4
	}
	for ; shift >= 0; shift -= 4 {
		b = append(b, "0123456789abcdef"[n>>shift&15])
	}
	return b
}
