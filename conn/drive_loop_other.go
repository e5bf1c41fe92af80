//go:build !linux

package conn

import "net"

// looped is for Linux; elsewhere Loop is Stream.
type looped struct {
	stream
	net.Conn
}

// loops has nothing to hold.
type loops struct{}

func asLooped(*ServerConn) *looped                   { return nil }
func (s *Server) direct(l net.Listener) net.Listener { return l }

func (*loops) supervise()    {}
func (d *looped) enlist()    {}
func (d *looped) responded() {}
