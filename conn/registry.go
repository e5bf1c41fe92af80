package conn

import (
	"net"
	"sync"
)

// detachedConn is a connection that was handed over while the server tracks
// such connections.
type detachedConn struct {
	net.Conn
	server *Server
	once   sync.Once
}

// Close closes the connection and ends its being tracked.
func (d *detachedConn) Close() error {
	d.once.Do(func() {
		s := d.server
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.handed, d)
		s.busy--
		s.settleQuiet()
	})
	return d.Conn.Close()
}

// CloseWrite half-closes, if the connection can be.
func (d *detachedConn) CloseWrite() error {
	if half, ok := d.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return net.ErrClosed
}

// NetConn returns the connection itself.
func (d *detachedConn) NetConn() net.Conn { return d.Conn }

// detach returns what to hand over for nc.
func (s *Server) detach(nc net.Conn) net.Conn {
	if !s.TrackDetached {
		return nc
	}
	d := &detachedConn{Conn: nc, server: s}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handed[d] = struct{}{}
	s.busy++
	return d
}

func (s *Server) detachedConns() []*detachedConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*detachedConn, 0, len(s.handed))
	for d := range s.handed {
		all = append(all, d)
	}
	return all
}
