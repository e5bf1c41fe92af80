package conn

import (
	"crypto/tls"
	"io"
	"net"
)

// underTLS is what TLS reads from. It notes where that ends: crypto/tls returns
// io.EOF then, as it does when a closure alert has come, but only the alert says that a
// response without a length is whole (RFC 9112 §9.8). Anybody on the way can end a
// connection.
type underTLS struct {
	net.Conn
	ended bool
}

func (u *underTLS) Read(p []byte) (int, error) {
	n, err := u.Conn.Read(p)
	u.ended = u.ended || err == io.EOF
	return n, err
}

// NetConn returns the connection itself, which may have options to set.
func (u *underTLS) NetConn() net.Conn { return u.Conn }

// cutOff reports whether nc, of which io.EOF was read, has ended without the closure
// alert that TLS wants. Of what others have put TLS on it believes the best.
func cutOff(nc net.Conn) bool {
	t, ok := nc.(*tls.Conn)
	if !ok {
		return false
	}
	u, ok := t.NetConn().(*underTLS)
	return ok && u.ended
}
