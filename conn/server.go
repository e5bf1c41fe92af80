package conn

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// ErrServerClosed is what Serve returns after Shutdown or Close.
var ErrServerClosed = errors.New("conn: server closed")

// Server accepts connections and serves each by a [ServerConn]. Its fields are
// set before the first Serve and not changed after it. The zero value of every
// field but Delegate is useful.
type Server struct {
	Addr     string // of ListenAndServe, "host:port"; default ":http", ":https" with TLSConfig
	Params   Params
	Delegate ServerDelegate

	// TLSConfig makes Serve speak TLS. The handshake must end within
	// Params.HeaderTimeout.
	TLSConfig *tls.Config
	// NextProto takes over connections on which ALPN chose its key. The function
	// owns the connection, and blocks as long as it serves it.
	NextProto map[string]func(ctx context.Context, c *tls.Conn)

	// Logger is Params.Logger for all connections, if that is nil.
	Logger *slog.Logger
	// Driver moves the octets. Default: Auto.
	Driver Driver

	// MaxConns is the most connections at once. Further ones wait to be
	// accepted. Zero or less: no limit.
	MaxConns int
	// MaxConnsPerAddr is the most connections at once from one IP address.
	// Further ones are closed as soon as they are accepted. Zero or less: no limit.
	MaxConnsPerAddr int
	// MaxRequestsPerConn is the most requests on one connection; the last
	// response says "Connection: close". Zero or less: no limit.
	MaxRequestsPerConn int

	// TrackDetached makes Shutdown wait for, and Close close, connections that
	// were handed over by [Conn.Detach], until they are closed.
	TrackDetached bool

	// BaseContext returns the context that everything on l has for a parent.
	// Default: context.Background.
	BaseContext func(l net.Listener) context.Context
	// ConnContext returns the parent of the context of every exchange on nc.
	ConnContext func(ctx context.Context, nc net.Conn) context.Context
	// ConnState is told of every change of a connection's state, on the
	// goroutine that serves it.
	ConnState func(sc *ServerConn, s ConnState)

	mu        sync.Mutex
	set       *settings
	clock     clock
	loops     loops // of Driver Loop
	crew      crew
	lobby     lobby // of Driver Raw
	listeners map[net.Listener]struct{}
	conns     roster
	perAddr   map[netip.Addr]int
	handed    map[*detachedConn]struct{}
	slots     chan struct{} // of MaxConns
	stopping  chan struct{} // closed when Shutdown or Close begins
	stopped   bool
	busy      int           // connections, in any state, that Shutdown waits for
	quiet     chan struct{} // closed when busy is 0 and stopped
}

// begin makes the server ready to serve.
func (s *Server) begin() error {
	switch {
	case s.Delegate == nil:
		return errNilDelegate
	case s.Driver > Loop:
		return fmt.Errorf("conn: Server.Driver is %d: there is no such driver", s.Driver)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.beginLocked()
}

func (s *Server) beginLocked() error {
	if s.set != nil {
		return nil
	}
	p := s.Params.guarded()
	if p.Logger == nil {
		p.Logger = s.Logger
	}
	set, err := p.settle(&s.clock)
	if err != nil {
		return err
	}
	s.set = set
	s.listeners = map[net.Listener]struct{}{}
	s.perAddr = map[netip.Addr]int{}
	s.handed = map[*detachedConn]struct{}{}
	s.clock.also = s.loops.supervise
	s.stopping, s.quiet = make(chan struct{}), make(chan struct{})
	if s.MaxConns > 0 {
		s.slots = make(chan struct{}, s.MaxConns)
	}
	return nil
}

// ListenAndServe listens on Addr and serves. It returns ErrServerClosed after
// Shutdown or Close.
func (s *Server) ListenAndServe() error {
	addr := s.Addr
	switch {
	case addr != "":
	case s.TLSConfig != nil:
		addr = ":https"
	default:
		addr = ":http"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	return s.Serve(l)
}

// Shutdown ends gracefully: nothing is accepted any more, idle connections are
// closed, the others finish their exchange, which says "Connection: close" if it
// still can. It returns when all have ended, or, with its error, when ctx is
// done; what remains then is for Close.
func (s *Server) Shutdown(ctx context.Context) error {
	for _, sc := range s.stop() {
		sc.retire()
	}
	select {
	case <-s.quiet:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends at once: listeners and connections are closed, contexts cancelled.
// It does not wait for callbacks that are running.
func (s *Server) Close() error {
	for _, sc := range s.stop() {
		sc.interruptAll()
	}
	for _, d := range s.detachedConns() {
		_ = d.Close()
	}
	return nil
}

// stop closes the listeners and returns the connections.
func (s *Server) stop() []*ServerConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.beginLocked() != nil { // never served: there is nothing to stop
		s.quiet = make(chan struct{})
		close(s.quiet)
		return nil
	}
	if !s.stopped {
		s.stopped = true
		close(s.stopping)
		s.crew.dismiss()
		s.lobby.dismiss()
		s.settleQuiet()
	}
	for l := range s.listeners {
		_ = l.Close()
	}
	return slices.Clone(s.conns)
}

// roster is a server's connections. Each knows its place, which takes less memory
// than a map.
type roster []*ServerConn

func (r *roster) add(sc *ServerConn) {
	sc.nth = int32(len(*r))
	*r = append(*r, sc)
}

// remove takes sc out, if it is in.
func (r *roster) remove(sc *ServerConn) {
	if sc.nth < 0 {
		return
	}
	last := len(*r) - 1
	moved := (*r)[last]
	(*r)[sc.nth], moved.nth = moved, sc.nth
	(*r)[last] = nil
	*r = (*r)[:last]
	sc.nth = -1
}

// settleQuiet tells Shutdown when nothing is left. mu is held.
func (s *Server) settleQuiet() {
	if s.stopped && s.busy == 0 {
		select {
		case <-s.quiet:
		default:
			close(s.quiet)
		}
	}
}
