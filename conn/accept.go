package conn

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"time"
)

// Serve accepts connections on l and serves them until l fails, which it returns, or
// the server is shut down. It closes l.
//
// Where neither TLSConfig nor ConnContext is set, the drivers raw and loop accept from
// a *net.TCPListener or *net.UnixListener themselves. TCP connections have the
// keep-alive probes then that are package net's default, whatever a [net.ListenConfig]
// said; and that somebody else has closed l is noticed within 100 ms, until which its
// address is in use.
func (s *Server) Serve(l net.Listener) error {
	given := l
	l = s.direct(l)
	defer l.Close()
	if err := s.begin(); err != nil {
		return err
	}
	if !s.track(l) {
		return ErrServerClosed
	}
	defer s.untrack(l)
	ctx := context.Background()
	if s.BaseContext != nil {
		ctx = s.BaseContext(given)
	}
	h := newHome(ctx, s.Delegate)
	for pause := time.Duration(0); ; {
		if !s.acquire() {
			return ErrServerClosed
		}
		nc, err := l.Accept()
		if err == nil {
			pause = 0
			s.admit(h, nc)
			continue
		}
		s.release()
		if s.isStopping() {
			return ErrServerClosed
		}
		// Too many open files, or a client that left before it was accepted: the
		// listener is good, so wait for it.
		var temporary interface{ Temporary() bool }
		if !errors.As(err, &temporary) || !temporary.Temporary() {
			return err
		}
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		s.set.Logger.Warn("accept failed", "err", err, "pause", pause)
		select {
		case <-time.After(pause):
		case <-s.stopping:
			return ErrServerClosed
		}
	}
}

func (s *Server) track(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped {
		s.listeners[l] = struct{}{}
	}
	return !s.stopped
}

func (s *Server) untrack(l net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
}

func (s *Server) isStopping() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// acquire waits for one of MaxConns slots.
func (s *Server) acquire() bool {
	if s.slots == nil {
		return true
	}
	select {
	case s.slots <- struct{}{}:
		return true
	case <-s.stopping:
		return false
	}
}

func (s *Server) release() {
	if s.slots != nil {
		<-s.slots
	}
}

// admit serves nc on a goroutine, or by an event loop, unless its
// address has enough.
func (s *Server) admit(h *home, nc net.Conn) {
	sc := s.enrol(nc)
	switch {
	case sc == nil:
		_ = nc.Close()
		s.release()
	case sc.driver == Loop && s.ConnContext == nil:
		s.serveConn(h, sc, nc)
	case sc.driver == Raw:
		s.crew.run(func() { s.serveConn(h, sc, nc) })
	default: // it keeps its goroutine, and that a small stack
		go s.serveConn(h, sc, nc)
	}
}

// enrol counts nc and returns the connection for it, or nil when it must not be
// served.
func (s *Server) enrol(nc net.Conn) *ServerConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil
	}
	if s.MaxConnsPerAddr > 0 {
		addr := addrOf(nc)
		if addr.IsValid() && s.perAddr[addr] >= s.MaxConnsPerAddr {
			return nil
		}
		s.perAddr[addr]++
	}
	s.busy++
	if s.TLSConfig != nil {
		nc = tls.Server(nc, s.TLSConfig)
	}
	sc := newServerConn(nc, s.set, s)
	s.conns.add(sc)
	return sc
}

// addrOf returns the peer's IP address, if it has one.
func addrOf(nc net.Conn) netip.Addr {
	if known, ok := nc.(interface{ addr() netip.Addr }); ok {
		return known.addr()
	}
	tcp, ok := nc.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap()
}

// serveConn serves one connection, that came as nc, to its end, or until an event
// loop does.
func (s *Server) serveConn(h *home, sc *ServerConn, nc net.Conn) {
	if s.ConnContext != nil {
		h = &home{s.ConnContext(h.ctx, nc), h.delegate, h.observer}
	}
	if sc.driver == Loop && nc != sc.nc {
		_ = nc.Close() // the loop has a descriptor of its own
	}
	ended := true
	defer s.settle(sc, &ended)
	switch t, ok := sc.nc.(*tls.Conn); {
	case sc.becomes(started): // closed before it began
	case ok && !s.secure(h, sc, t): // nothing is left to serve
	default:
		ended = sc.prepare(h) && sc.drive()
	}
}

// resume serves a connection that has rested.
func (s *Server) resume(sc *ServerConn) {
	ended := true
	defer s.settle(sc, &ended)
	ended = sc.drive()
}

// settle ends a connection's being counted, if it has ended.
func (s *Server) settle(sc *ServerConn, ended *bool) {
	if *ended {
		s.release()
		s.leave(sc)
	}
}

// secure shakes hands. It reports false when there is nothing left to serve:
// that failed, or ALPN has chosen a protocol that is served by another. It is a
// function of its own because every goroutine of a connection keeps the frame of
// serveConn for ever.
func (s *Server) secure(h *home, sc *ServerConn, t *tls.Conn) bool {
	if !s.handshake(h.ctx, t) {
		_ = t.Close()
		sc.ended.end()
		return false
	}
	if next := s.NextProto[t.ConnectionState().NegotiatedProtocol]; next != nil {
		s.disown(sc)
		sc.guard("NextProto", func() { next(h.ctx, t) })
		sc.ended.end()
		return false
	}
	return true
}

// disown leaves the ending of a connection to whoever took it over.
func (s *Server) disown(sc *ServerConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns.remove(sc)
}

// leave ends a connection's being counted. Only the first call counts.
func (s *Server) leave(sc *ServerConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sc.gone {
		return
	}
	sc.gone = true
	s.conns.remove(sc)
	s.busy--
	if s.MaxConnsPerAddr > 0 {
		addr := addrOf(sc.nc)
		if s.perAddr[addr]--; s.perAddr[addr] == 0 {
			delete(s.perAddr, addr)
		}
	}
	s.settleQuiet()
}

// handshake reports whether the client speaks TLS.
func (s *Server) handshake(ctx context.Context, t *tls.Conn) bool {
	if d := s.set.HeaderTimeout; d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	err := t.HandshakeContext(ctx)
	if err != nil {
		s.set.Logger.Debug("TLS handshake failed", "remote", t.RemoteAddr(), "err", err)
	}
	return err == nil
}
