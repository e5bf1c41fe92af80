package nethttp

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"

	"github.com/h1wire/h1wire/conn"
)

// connection is what the requests of one connection have in common. It is the
// context that theirs descend from.
type connection struct {
	context.Context
	root   context.Context // BaseContext's
	server *Server
	nc     net.Conn
	remote string
	tls    *tls.ConnectionState // when the first request has come
	local  net.Addr
}

// baseContext is the core's BaseContext.
func (s *Server) baseContext(l net.Listener) context.Context {
	ctx := s.BaseContext(l)
	if ctx == nil {
		panic("nethttp: BaseContext returned nil")
	}
	return ctx
}

// connContext is the core's ConnContext.
func (s *Server) connContext(ctx context.Context, nc net.Conn) context.Context {
	c := &connection{Context: ctx, root: ctx, server: s, nc: nc, remote: nc.RemoteAddr().String(), local: nc.LocalAddr()}
	if s.ConnContext != nil {
		if c.Context = s.ConnContext(c.withKeys(), nc); c.Context == nil {
			panic("nethttp: ConnContext returned nil")
		}
	}
	return c
}

// withKeys returns a context with the values that net/http gives: what ConnContext
// gets, for it may keep and wrap it.
func (c *connection) withKeys() context.Context {
	keys := *c
	return &keys
}

// state returns the state of the TLS connection that c is on, or nil when there
// is none.
func (c *connection) state(of conn.Conn) *tls.ConnectionState {
	if c.tls == nil {
		c.tls = of.TLS()
	}
	return c.tls
}

// Value adds net/http's two values to those of the context.
func (c *connection) Value(key any) any {
	switch key {
	case http.ServerContextKey:
		return c.server.other
	case http.LocalAddrContextKey:
		return c.local
	}
	return c.Context.Value(key)
}

// connState is the core's ConnState.
func (s *Server) connState(sc *conn.ServerConn, state conn.ConnState) {
	c, ok := sc.Context().(*connection)
	if !ok {
		return
	}
	switch state {
	case conn.StateNew:
		s.ConnState(c.nc, http.StateNew)
	case conn.StateActive:
		s.ConnState(c.nc, http.StateActive)
	case conn.StateIdle:
		s.ConnState(c.nc, http.StateIdle)
	case conn.StateDetached:
		s.ConnState(c.nc, http.StateHijacked)
	case conn.StateClosed:
		s.ConnState(c.nc, http.StateClosed)
	}
}
