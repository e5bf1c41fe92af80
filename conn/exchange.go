package conn

import "github.com/h1wire/h1wire/parser"

// servePhase is what a server's connection is doing.
type servePhase uint8

const (
	serveHead     servePhase = iota // reading a request head, or waiting for one
	serveHeaders                    // about to hand a head over
	serveContent                    // reading content
	serveDiscard                    // dropping content, for the request is answered
	serveResponse                   // the request is read; its response may not be complete
	serveLinger                     // dropping what still comes in, before closing
	serveEnd                        // over
)

// verdict is why the core stops, and what the driver must do for it to go on.
type verdict uint8

const (
	needOctets   verdict = iota // read more
	needResponse                // wait until the response is complete
	needOutside                 // go on where reading may block
	needNothing                 // the connection is over
)

// advance does all that can be done with the octets in the window. Callbacks are
// called here, by tellClose when the peer has left or is late, and by end.
func (sc *ServerConn) advance() (v verdict) {
	defer func() {
		if r := recover(); r != nil {
			v = sc.panicked(r)
		}
	}()
	for {
		if sc.closing.Load() {
			sc.abandon(errClosed)
			return needNothing
		}
		switch sc.phase {
		case serveHead:
			if sc.is(draining) {
				sc.retired()
				continue
			}
			if sc.in.len() == 0 || !sc.readHead() {
				return needOctets
			}
		case serveHeaders:
			if sc.inside && sc.pulls && (sc.driver == Loop || !sc.in.whole()) {
				return needOutside
			}
			sc.deliverHead()
		case serveContent:
			if err := sc.in.deliver(sc.message, sc.over); err != nil {
				sc.failed(err)
			} else if !sc.contentRead() {
				return needOctets
			}
		case serveDiscard:
			if !sc.discarded() {
				return needOctets
			}
		case serveResponse:
			if !sc.over() {
				return needResponse
			}
			sc.endExchange()
		case serveLinger:
			sc.drain -= int64(sc.in.len())
			sc.in.drop()
			if sc.drain > 0 {
				return needOctets
			}
			sc.phase = serveEnd
		case serveEnd:
			return needNothing
		}
	}
}

// readHead reads a request head and begins its exchange. It reports whether
// there was a whole one, or an error.
func (sc *ServerConn) readHead() bool {
	sc.idleBy = 0
	head := &sc.in.rd.head
	b := sc.in.bytes()
	n, err := head.Parse(b, sc.in.opts)
	if err != nil {
		sc.reject(inputError(err, 0))
		return true
	}
	if n == 0 {
		return false
	}
	b = b[:n:n]
	framing, err := head.Framing(b)
	if err == nil {
		_, err = head.Authority(b)
	}
	if err != nil {
		sc.reject(inputError(err, 0))
		return true
	}
	expectation := head.Expectation(b)
	if expectation == parser.ExpectUnknown {
		sc.reject(unexpected(&head.Fields))
		return true
	}
	sc.in.take(n)
	sc.by = 0
	sc.beginExchange(b, framing, expectation == parser.ExpectContinue)
	return true
}

// isGzip reports whether the content is in the content coding gzip, and in no
// other (RFC 9110 §8.4.1.3).
func isGzip(b []byte, fields *parser.FieldSection) bool {
	if fields.Repeated(parser.FieldContentEncoding) {
		return false
	}
	v, _ := fields.Get(b, parser.FieldContentEncoding)
	return equalFold(v, "gzip") || equalFold(v, "x-gzip")
}

// beginExchange prepares both sides for one message, whose head is b, and asks
// for its delegate.
func (sc *ServerConn) beginExchange(b []byte, framing parser.Framing, continues bool) {
	rd := sc.in.rd
	head := &rd.head
	sc.in.begin(framing, sc.set.Params)
	sc.in.coded = sc.set.Decompress && !sc.in.done && isGzip(b, &head.Fields)
	rd.fields.reset(b, &head.Fields, sc.in.coded, &sc.before)
	// Field by field, for a whole StartLine would be copied twice.
	rd.start.Version, rd.start.Method = head.Version, head.Method
	rd.start.MethodName, rd.start.Target = head.MethodName.Bytes(b), head.Target.Bytes(b)

	keeps := head.KeepAlive(b)
	sc.asked = !keeps
	sc.count++
	var offer question
	switch head.Method {
	case parser.MethodHead:
		offer = isHead
	case parser.MethodConnect:
		offer = isConnect
	}
	if head.Version == parser.HTTP10 {
		offer |= isHTTP10
	}
	switch {
	case sc.in.done:
		offer |= isRead
	case continues: // what comes unasked for may be content, or another request
		offer |= expects
	case sc.in.near():
		offer |= isNear
	}
	if keeps && !sc.set.NoKeepAlive && !sc.last() {
		offer |= persists
	}
	sc.offer = offer
	sc.setState(StateActive)
	sc.message = sc.home.delegate.StartRequest(sc, Conn{sc, sc.count})
	p, ok := sc.message.(PullDelegate)
	sc.begun = sc.home.observer != nil
	if sc.pulls = ok && p.PullsBody(); sc.pulls {
		sc.offer |= handling
	}
	sc.phase = serveHeaders
}

// last reports whether this is the last request that the connection may carry.
func (sc *ServerConn) last() bool {
	return sc.server != nil && sc.server.MaxRequestsPerConn > 0 && sc.count >= uint64(sc.server.MaxRequestsPerConn)
}

// deliverHead hands the head over, and decides what becomes of the content.
func (sc *ServerConn) deliverHead() {
	sc.owed = true
	rd := sc.in.rd
	pulls := sc.pulls && !sc.in.done // without content there is nothing to guard
	if pulls {
		sc.openPull()
	}
	var err error
	if sc.pulls {
		err = sc.handle(rd)
		rd = sc.in.rd
	} else {
		err = sc.message.HeadersReceived(&rd.start, &rd.fields)
	}
	if rd != nil {
		rd.fields.clear() // whoever kept it reads nothing, not the next request
	}
	switch {
	case sc.is(detached):
		sc.owed, sc.phase = false, serveEnd
	case err != nil && pulls && sc.pull.Load().failed(err):
		sc.failed(sc.pull.Load().err)
	case err != nil:
		sc.failed(&callbackError{err})
	case sc.closing.Load():
		sc.abandon(errClosed)
	case pulls && !sc.pulled():
	case sc.over() || sc.in.done:
		sc.contentRead()
	case sc.in.tooLong():
		sc.failed(bodyTooLarge(sc.in.max.Load()))
	default:
		if sc.in.len() == 0 {
			sc.goAhead()
		}
		sc.phase = serveContent
	}
}

// contentRead goes on when the message has been read, or need not be. It reports
// false when more octets are needed.
func (sc *ServerConn) contentRead() bool {
	switch {
	case sc.is(detached):
		sc.owed, sc.phase = false, serveEnd
	case sc.in.done:
		sc.finishRequest()
	case sc.over():
		sc.tellClose(errAnswered)
		sc.discard()
	default:
		return false
	}
	return true
}

// finishRequest says that the request has been read entirely.
func (sc *ServerConn) finishRequest() {
	if !sc.offer.has(isRead) {
		sc.requestRead()
	}
	sc.in.end()
	sc.owed = false
	err := sc.message.Finish()
	switch {
	case sc.is(detached):
		sc.phase = serveEnd
	case err != nil:
		sc.failed(&callbackError{err})
	default:
		sc.phase = serveResponse
	}
}

// endExchange goes on to the next request, or to the end.
func (sc *ServerConn) endExchange() {
	sc.unwatch()
	sc.tellEnd()
	sc.message = nil
	o := &sc.out
	switch {
	case o.phase == sendBroken:
		sc.phase = serveEnd
	case sc.ask.has(persists):
		sc.phase = serveHead
	case sc.asked && sc.in.len() == 0:
		sc.phase = serveEnd // nothing comes that could hurt the response
	default:
		sc.linger()
	}
}
