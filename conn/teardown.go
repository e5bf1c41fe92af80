package conn

import (
	"io"
	"time"
)

// How an exchange and its connection end where not all went to plan (RFC 9112 §9.5
// and §9.6).

// A request that is answered before its end is read to its end, if that has begun
// to come and is not far: this many octets and this long. Else the connection
// closes, which costs the client more than sending them.
const (
	discardOctets = 256 << 10
	discardTime   = 2 * time.Second
)

// Lingering: a server that closes while the client still sends would destroy
// its own last response, for the client's kernel discards what it has received
// when the connection is reset (RFC 9112 §9.6). So it sends, half-closes, and
// reads on for a while.
const (
	lingerTime   = 2 * time.Second
	lingerOctets = 16 << 20
)

// discard begins to drop the rest of a request that is answered, if the connection
// can persist then; else it ends it (RFC 9112 §9.6).
func (sc *ServerConn) discard() {
	if sc.ask.has(persists) && sc.in.near() {
		sc.in.coded = false
		sc.phase, sc.drain, sc.by = serveDiscard, discardOctets+int64(sc.in.len()), sc.set.clock.after(discardTime)
		return
	}
	sc.in.end()
	sc.linger()
}

// discarded drops what the window holds of the content. It reports false when more
// octets are needed.
func (sc *ServerConn) discarded() bool {
	for !sc.in.done && sc.drain >= 0 {
		data, err := sc.in.next()
		switch {
		case err != nil:
			sc.failed(err)
			return true
		case len(data) == 0 && !sc.in.done:
			return false
		}
		sc.drain -= int64(len(data))
	}
	done := sc.in.done
	sc.in.end()
	if sc.phase = serveResponse; !done {
		sc.linger()
	}
	return true
}

// abandon ends the exchange before its request is complete.
func (sc *ServerConn) abandon(err error) {
	sc.tellClose(err)
	sc.in.end()
	sc.phase = serveEnd
	sc.tellEnd()
}

// tellClose tells the delegate that its message will never be complete.
func (sc *ServerConn) tellClose(err error) {
	if sc.why == nil {
		sc.why = err
	}
	if sc.owed {
		sc.owed = false
		sc.guard("OnConnectionClose", func() { sc.message.OnConnectionClose(err) })
	}
}

// linger sends what is ready, says that nothing follows, and reads on.
func (sc *ServerConn) linger() {
	sc.tellEnd()
	sc.phase = serveEnd
	sc.out.mu.Lock()
	err := sc.out.flush()
	sc.out.mu.Unlock()
	half, ok := sc.nc.(interface{ CloseWrite() error })
	if err == nil && ok && half.CloseWrite() == nil {
		sc.in.forget()
		sc.phase, sc.drain, sc.by = serveLinger, lingerOctets, sc.set.clock.after(lingerTime)
	}
}

// retired ends a connection that must begin no other exchange. Requests that
// are in the window already are not answered.
func (sc *ServerConn) retired() {
	sc.phase = serveEnd
	if sc.in.len() > 0 {
		sc.linger()
	}
}

// peerClosed says that reading failed; io.EOF when the peer has closed its side.
func (sc *ServerConn) peerClosed(err error) {
	switch {
	case sc.phase == serveContent && err == io.EOF:
		sc.abandon(io.ErrUnexpectedEOF)
	case sc.phase == serveContent:
		sc.abandon(err)
	default:
		sc.phase = serveEnd
	}
}
