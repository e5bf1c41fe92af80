package conn

// ExchangeDelegate is a [ServerDelegate] that wants to know how exchanges end: what
// an access log and metrics are made of. Whoever also wants the time that one took,
// its method and its target, notes them in the [MessageDelegate].
type ExchangeDelegate interface {
	ServerDelegate

	// ExchangeEnded is called once for each exchange, after all calls of its
	// delegate, when the response is complete or can never be, and once for each
	// head that was refused. It must not block: like every callback, it holds up the
	// connection.
	ExchangeEnded(x Exchange)
}

// Exchange is what became of a request and its response. It is a plain value, to be
// kept as long as one likes.
type Exchange struct {
	ServerConn *ServerConn

	// Delegate is what StartRequest returned; nil for a head that was refused.
	Delegate MessageDelegate

	// Status is that of the final response, or 0 if there was none.
	Status int

	// Received and Sent are octets of content, as it is coded: what was received of
	// the request's, and what was written of the response's to be sent.
	Received, Sent int64

	// Err is nil when request and response are complete; else why not: what
	// OnConnectionClose was told, an [*InputError] where the peer broke HTTP, the
	// error that sending failed with, or [ErrDetached].
	Err error
}

// tellEnd tells the observer that the exchange has ended, if that is still to be done.
func (sc *ServerConn) tellEnd() {
	if sc.begun {
		sc.begun = false
		sc.report(sc.message)
	}
}

// report tells the observer of what has ended; d is nil if that was no exchange.
func (sc *ServerConn) report(d MessageDelegate) {
	o := &sc.out
	o.mu.Lock()
	x := Exchange{ServerConn: sc, Delegate: d, Status: o.status, Received: sc.in.size, Sent: o.content, Err: sc.why}
	switch {
	case sc.is(detached):
		x.Err = ErrDetached
	case x.Err == nil:
		x.Err = o.err
	}
	o.status, o.content, sc.in.size, sc.why = 0, 0, 0, nil
	o.mu.Unlock()
	sc.guard("ExchangeEnded", func() { sc.home.observer.ExchangeEnded(x) })
}
