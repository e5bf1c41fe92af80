package conn

import (
	"errors"
	"net"
)

var errNotInCallback = errors.New("conn: Detach is not called by HeadersReceived or Finish")

// Detach takes the connection away from HTTP: for CONNECT and Upgrade (RFC 9110
// §7.8 and §9.3.6). It is called by HeadersReceived or Finish, or, while
// HeadersReceived of a [PullDelegate] runs, on any goroutine; usually when the
// response with status 101, or 2xx to CONNECT, has been sent. What was written is
// sent; the net.Conn has no deadline set, and residual are the octets that came
// behind the request, the caller's own. The serving loop ends when the callback
// returns, OnClose follows, and neither Finish nor OnConnectionClose; a
// [Conn.Context] asked for before lasts until then. Whoever detached a
// connection closes it; the server's Shutdown does not wait for it, nor for the
// callback, unless [Server.TrackDetached] says so.
func (c Conn) Detach() (nc net.Conn, residual []byte, err error) {
	nc, residual, err = c.detach()
	if err == nil {
		c.sc.setState(StateDetached) // the hook may call us, so without the lock
	}
	return nc, residual, err
}

func (c Conn) detach() (nc net.Conn, residual []byte, err error) {
	o, err := c.lock()
	if err != nil {
		return nil, nil, err
	}
	defer o.mu.Unlock()
	sc := c.sc
	if o.alone.Load() || !sc.ask.has(handling) && !onServingStack() {
		return nil, nil, errNotInCallback
	}
	if p := sc.pull.Load(); p != nil {
		if !p.mu.TryLock() { // some other goroutine reads
			return nil, nil, errNotInCallback
		}
		defer p.mu.Unlock()
	}
	if err := o.flush(); err != nil {
		return nil, nil, err
	}
	if sc.watched() {
		sc.in.feed(sc.via.unwatch())
	}
	nc, err = sc.via.detach()
	if err != nil {
		return nil, nil, err
	}
	if sc.server != nil {
		nc = sc.server.detach(nc)
		sc.server.leave(sc)
	}
	residual = append(residual, sc.in.bytes()...)
	sc.in.drop()
	sc.becomes(detached)
	sc.close()
	return nc, residual, nil
}

// detach gives the net.Conn back as it was. No tick touches it any more.
func (s stream) detach() (net.Conn, error) {
	s.set.clock.remove(s.link)
	s.handed = true
	return s.nc, s.nc.SetDeadline(noDeadline)
}
