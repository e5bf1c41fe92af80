package conn

import "errors"

// beforeWait is called by a driver that is about to wait for octets: it sends
// what is ready, and stores by when the wait is late. It reports whether no handle
// is good any more, for no exchange is under way.
func (sc *ServerConn) beforeWait() (free bool) {
	free = sc.out.beforeWait(sc.message != nil)
	var by int64
	switch sc.phase {
	case serveHead:
		if sc.in.len() == 0 {
			if sc.idleBy == 0 {
				sc.idleBy = sc.set.clock.after(sc.set.IdleTimeout)
				sc.setState(StateIdle)
			}
			by = sc.idleBy
			break
		}
		if sc.by == 0 {
			sc.by = sc.set.clock.after(sc.set.HeaderTimeout)
		}
		by = sc.by
	case serveContent, serveHeaders:
		by = sc.set.clock.after(sc.in.wait(sc.set.clock.now.Load(), sc.set.Params))
	case serveDiscard, serveLinger:
		by = sc.by
	}
	if sc.readBy.Load() != by { // it is the same for all waits that begin in one tick
		sc.readBy.Store(by)
	}
	return free
}

// afterWait is called when the wait is over.
func (sc *ServerConn) afterWait() {
	if sc.service == nil {
		sc.open()
		sc.idleBy = max(sc.readBy.Load(), 0) // its time goes on
	}
	if sc.message != nil {
		sc.out.alone.Store(false)
	}
	if sc.phase == serveContent || sc.phase == serveHeaders {
		sc.in.waited(sc.set.clock.now.Load())
	}
}

// received takes what reading returned.
func (sc *ServerConn) received(n int, err error) {
	switch {
	case n > 0:
		sc.in.fed(n)
	case errors.Is(err, errWoken):
		if sc.readLate() {
			sc.expired()
		}
	case err != nil:
		sc.peerClosed(err)
	}
}

// expired ends a connection whose peer took too long.
func (sc *ServerConn) expired() {
	switch {
	case sc.phase == serveHead && sc.in.len() > 0:
		sc.reject(&InputError{Rule: "the head did not end in time", Section: "RFC 9110 §15.5.9", Offset: int64(sc.in.len()), Status: 408, Err: ErrHeaderTimeout})
	case sc.phase == serveContent:
		sc.abandon(ErrBodyTimeout)
	default:
		sc.phase = serveEnd
	}
}

// awaitResponse waits until the response is complete: another goroutine writes it.
func (sc *ServerConn) awaitResponse() {
	o := &sc.out
	o.mu.Lock()
	_ = o.flush()
	o.release()
	o.alone.Store(true)
	sc.adopt(sc.count)
	if sc.ready == nil {
		sc.ready = make(chan struct{}, 1)
	}
	o.mu.Unlock()
	for !sc.over() && !sc.closing.Load() {
		<-sc.ready
	}
	o.alone.Store(false)
}

// over reports whether the response of the exchange under way is complete, or can
// never be.
func (sc *ServerConn) over() bool { return sc.answered.Load() == sc.count }

// close takes the output side away from every exchange. out.mu is held.
func (sc *ServerConn) close() {
	sc.out.exchange, sc.out.phase = 0, sendNothing
	sc.answered.Store(sc.count)
}

// messageSent implements sender.
func (sc *ServerConn) messageSent() {
	sc.answered.Store(sc.out.exchange)
	if sc.out.alone.Load() {
		sc.signal()
	}
}

// signal makes the loop look again, whatever it waits for. out.mu is held.
func (sc *ServerConn) signal() {
	if sc.service != nil && sc.ready != nil {
		select {
		case sc.ready <- struct{}{}:
		default:
		}
	}
	if l, ok := sc.via.(*looped); ok {
		l.responded()
	}
	if !sc.ask.has(isRead) {
		sc.via.wakeReader() // the loop waits for the rest of the request
	}
}
