package nethttp

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
)

// handover gives connections that are not HTTP/1's to net/http's own server: it
// is a listener on which they arrive.
type handover struct {
	server *http.Server
	once   sync.Once
	conns  chan net.Conn
	closed chan struct{}
	ended  sync.Map // net.Conn → chan struct{}, closed when net/http is done with it
	stop   sync.Once
}

func newHandover(server *http.Server) *handover {
	h := &handover{server: server, conns: make(chan net.Conn), closed: make(chan struct{})}
	told := server.ConnState
	server.ConnState = func(nc net.Conn, state http.ConnState) {
		if told != nil {
			told(nc, state)
		}
		if state == http.StateClosed || state == http.StateHijacked {
			if done, ok := h.ended.LoadAndDelete(nc); ok {
				close(done.(chan struct{}))
			}
		}
	}
	return h
}

// serve has net/http serve c, and returns when it is done with it.
func (h *handover) serve(ctx context.Context, c *tls.Conn) {
	h.once.Do(func() {
		if parent, ok := ctx.(*connection); ok {
			h.server.BaseContext = func(net.Listener) context.Context { return parent.root }
		}
		go func() { _ = h.server.Serve(h) }()
	})
	done := make(chan struct{})
	h.ended.Store(c, done)
	select {
	case h.conns <- c:
		<-done
	case <-h.closed:
		_ = c.Close()
	}
}

func (h *handover) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

func (h *handover) Close() error {
	h.stop.Do(func() { close(h.closed) })
	return nil
}

func (h *handover) Addr() net.Addr { return handoverAddr{} }

type handoverAddr struct{}

func (handoverAddr) Network() string { return "handover" }
func (handoverAddr) String() string  { return "handover" }

func (h *handover) shutdown(ctx context.Context) error {
	return errors.Join(h.Close(), h.server.Shutdown(ctx))
}

func (h *handover) close() error { return errors.Join(h.Close(), h.server.Close()) }
