package conn

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// ServerConn is the server's side of one connection: it reads requests, hands
// them to delegates, and sends their responses in order. [Server] makes one for
// each connection it accepts; [NewServerConn] makes one for any net.Conn.
type ServerConn struct {
	link
	mu       sync.Mutex // out's; a lock of it also keeps the service from being exchanged
	*service            // nil while it waits for a request, with some drivers

	server *Server                 // nil for one that stands alone
	home   *home                   // nil before Serve
	pull   atomic.Pointer[puller]  // nil until it is first needed
	watch  atomic.Pointer[watcher] // likewise

	driver Driver
	phase  servePhase
	owed   bool     // HeadersReceived was called; Finish or OnConnectionClose must be
	begun  bool     // the observer is to be told when the exchange ends
	pulls  bool     // HeadersReceived takes the content itself
	inside bool     // the driver cannot block for octets here
	asked  bool     // it was the client who asked for the connection to be closed
	gone   bool     // server does not count it any more; guarded by server.mu
	ask    question // of the exchange that out is for; guarded by out.mu
	count  uint64

	answered atomic.Uint64 // the last whose response is complete, or can never be
	marks    atomic.Uint32 // of mark
	state    atomic.Uint32 // a ConnState
	nth      int32         // in server.conns, -1 when not; guarded by server.mu
	ended    ending        // of the loop
}

// home is what connections of one origin have in common.
type home struct {
	ctx      context.Context // parent of the contexts of exchanges
	delegate ServerDelegate
	observer ExchangeDelegate // delegate, if it is one; else nil
}

func newHome(ctx context.Context, d ServerDelegate) *home {
	observer, _ := d.(ExchangeDelegate)
	return &home{ctx, d, observer}
}

// NewServerConn returns the server's side of a connection. nil Params are the
// defaults; the error is that of [Params.Validate]. It takes nc over: Serve
// closes it.
func NewServerConn(nc net.Conn, p *Params) (*ServerConn, error) {
	if nc == nil {
		return nil, errNilConn
	}
	set, err := p.settle(new(clock))
	if err != nil {
		return nil, err
	}
	return newServerConn(nc, set, nil), nil
}

// newServerConn returns a connection of s, if that is not nil.
func newServerConn(nc net.Conn, set *settings, s *Server) *ServerConn {
	sc := &ServerConn{link: link{nc: nc, set: set, place: -1}}
	d := Auto
	if s != nil {
		sc.server, d = s, s.Driver
	}
	sc.choose(d)
	return sc
}

// Serve reads requests and serves them by d until the connection ends, and
// closes it. It is called once; a second call, or one after Close, fails.
// Cancelling ctx closes the connection; ctx is also the parent of every
// [Conn.Context]. Otherwise the error is nil: how exchanges end is what delegates
// are told.
func (sc *ServerConn) Serve(ctx context.Context, d ServerDelegate) error {
	if d == nil {
		return errNilDelegate
	}
	if sc.becomes(started) {
		return errServed
	}
	stop := context.AfterFunc(ctx, sc.interruptAll)
	defer stop()
	sc.prepare(newHome(ctx, d))
	sc.drive()
	return nil
}

var errServed = fmt.Errorf("conn: served or closed before: %w", net.ErrClosed)

// prepare is called before drive. It reports false when an event loop has taken the
// connection over, and will end it.
func (sc *ServerConn) prepare(h *home) bool {
	sc.home = h
	sc.open()
	sc.set.clock.add(&sc.link)
	sc.setState(StateNew)
	if l, ok := sc.via.(*looped); ok {
		l.enlist()
		return false
	}
	return true
}

// drive runs a driver's loop. It reports false when the connection has not ended,
// and will be driven on.
func (sc *ServerConn) drive() (ended bool) {
	ended = true
	defer sc.endIf(&ended) // even when a callback ends the goroutine
	if r, ok := sc.via.(*raw); ok {
		ended = r.serve()
	} else {
		sc.serveStream()
	}
	return ended
}

// Close closes the connection without waiting for exchanges, and returns when
// the serving loop has ended. Called from a callback of this connection, where
// that would be never, it returns at once, and the connection ends when the
// callback returns.
func (sc *ServerConn) Close() error {
	if !sc.becomes(started) {
		return sc.closeUnserved()
	}
	sc.interruptAll()
	if !onServingStack() {
		<-sc.ended.done()
	}
	return nil
}

// closeUnserved closes a connection on which Serve was not called, nor will be.
func (sc *ServerConn) closeUnserved() error {
	sc.ended.end()
	return sc.nc.Close()
}

// Shutdown ends the connection gracefully: the exchange under way is finished,
// and its response says "Connection: close" if its head has not been sent; no
// other is begun. It returns when the serving loop has ended, or, with its
// error, when ctx is done, and leaves the connection then as it is. A callback of
// this connection that calls it waits for itself, until ctx is done. Before Serve it
// is Close.
func (sc *ServerConn) Shutdown(ctx context.Context) error {
	if !sc.becomes(started) {
		return sc.closeUnserved()
	}
	sc.retire()
	select {
	case <-sc.ended.done():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retire lets no further exchange begin, and wakes a connection that waits for one.
func (sc *ServerConn) retire() {
	sc.becomes(draining)
	sc.via.wakeReader()
}

// interruptAll makes the loop end as soon as no callback runs.
func (sc *ServerConn) interruptAll() {
	sc.interrupt()
	if w := sc.watch.Load(); w != nil {
		w.left()
	}
	sc.mu.Lock()
	defer sc.mu.Unlock()
	sc.signal()
}

// Context returns the parent of the context of every exchange: what was given to
// Serve, or what [Server.ConnContext] made. It is nil before Serve.
func (sc *ServerConn) Context() context.Context {
	if sc.home == nil {
		return nil
	}
	return sc.home.ctx
}

// RemoteAddr returns the peer's address.
func (sc *ServerConn) RemoteAddr() net.Addr { return sc.nc.RemoteAddr() }

// LocalAddr returns our address.
func (sc *ServerConn) LocalAddr() net.Addr { return sc.nc.LocalAddr() }

// AppContext returns Params.AppContext.
func (sc *ServerConn) AppContext() any { return sc.set.AppContext }

// TLS returns the state of the TLS connection, or nil when there is none.
func (sc *ServerConn) TLS() *tls.ConnectionState {
	t, ok := sc.nc.(*tls.Conn)
	if !ok {
		return nil
	}
	s := t.ConnectionState()
	return &s
}

func (sc *ServerConn) endIf(ended *bool) {
	if *ended {
		sc.end()
	}
}

// end gives back everything, after the loop.
func (sc *ServerConn) end() {
	sc.open()
	sc.set.clock.remove(&sc.link)
	o := &sc.out
	o.mu.Lock()
	sc.unwatch() // and nobody can ask for the context again before there is none
	gone := sc.is(detached)
	if !gone {
		if !sc.closing.Load() {
			_ = o.flush()
		}
		if o.err == nil {
			o.err = errClosed
		}
	}
	sc.close()
	o.release()
	o.mu.Unlock()
	sc.in.end()
	sc.in.discard()
	if r, ok := sc.via.(*raw); ok {
		r.leave()
	}
	if !sc.handed {
		_ = sc.nc.Close()
	}
	if !gone {
		sc.setState(StateClosed)
	}
	sc.tellEnd()
	sc.message = nil
	sc.guard("OnClose", func() { sc.home.delegate.OnClose(sc) })
	sc.ended.end()
}
