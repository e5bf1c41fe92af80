package conn

import (
	"crypto/tls"
	"net"
	"sync"
	"syscall"
)

// looker looks whether an idle connection can carry a request: the peer has not
// closed it, nor sent anything, which would be taken for the response (RFC 9112
// §9.2). It is made once for a connection, for looking must cost no allocation.
type looker struct {
	rc    syscall.RawConn
	peek  func(fd uintptr)
	mu    sync.Mutex // a connection that several requests share may be looked at twice
	quiet bool
}

// newLooker returns nil for a connection that cannot be looked at.
func newLooker(nc net.Conn) *looker {
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn()
	}
	if u, ok := nc.(*underTLS); ok {
		nc = u.Conn
	}
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	rc, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	l := &looker{rc: rc}
	l.peek = func(fd uintptr) { l.quiet = quietFD(int(fd)) }
	return l
}

// alive reports what there is to see. Of what it cannot look at it believes the
// best; RetryPolicy says what comes of it.
func (l *looker) alive() bool {
	if l == nil {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quiet = false
	return l.rc.Control(l.peek) == nil && l.quiet
}
