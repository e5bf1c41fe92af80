package conn

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"time"
)

// Serve accepts connections on l and serves them, each on a goroutine of its
// own, until l fails, which it returns, or the server is shut down. It closes l.
func (s *Server) Serve(l net.Listener) error {
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
		ctx = s.BaseContext(l)
	}
	for pause := time.Duration(0); ; {
		if !s.acquire() {
			return ErrServerClosed
		}
		nc, err := l.Accept()
		if err == nil {
			pause = 0
			s.admit(ctx, nc)
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

// admit serves nc on a goroutine of its own, unless its address has enough.
func (s *Server) admit(ctx context.Context, nc net.Conn) {
	addr := addrOf(nc)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped || s.MaxConnsPerAddr > 0 && addr.IsValid() && s.perAddr[addr] >= s.MaxConnsPerAddr {
		_ = nc.Close()
		s.release()
		return
	}
	if s.MaxConnsPerAddr > 0 {
		s.perAddr[addr]++
	}
	s.busy++
	if s.TLSConfig != nil {
		nc = tls.Server(nc, s.TLSConfig)
	}
	sc := newServerConn(nc, s.set, &s.clock, s)
	s.conns[sc] = struct{}{}
	go s.serveConn(ctx, sc, nc)
}

// addrOf returns the peer's IP address, if it has one.
func addrOf(nc net.Conn) netip.Addr {
	tcp, ok := nc.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap()
}

// serveConn serves one connection, that came as nc, to its end, or until an event
// loop does.
func (s *Server) serveConn(ctx context.Context, sc *ServerConn, nc net.Conn) {
	if s.ConnContext != nil {
		ctx = s.ConnContext(ctx, nc)
	}
	if sc.driver == Loop {
		_ = nc.Close() // the loop has a descriptor of its own
	}
	switch t, ok := sc.nc.(*tls.Conn); {
	case sc.started.Swap(true): // closed before it began
	case !ok:
		if !sc.serve(ctx, s.Delegate) {
			return
		}
	case s.handshake(ctx, t):
		if h := s.NextProto[t.ConnectionState().NegotiatedProtocol]; h != nil {
			s.disown(sc)
			sc.guard("NextProto", func() { h(ctx, t) })
			sc.ended.end()
			break
		}
		sc.serve(ctx, s.Delegate)
	default:
		_ = t.Close()
		sc.ended.end()
	}
	s.release()
	s.leave(sc)
}

// disown leaves the ending of a connection to whoever took it over.
func (s *Server) disown(sc *ServerConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, sc)
}

// leave ends a connection's being counted. Only the first call counts.
func (s *Server) leave(sc *ServerConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sc.gone {
		return
	}
	sc.gone = true
	delete(s.conns, sc)
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
