//go:build !linux

package conn

// pump is only for Linux.
type pump struct{ stream }

func (*pump) request(*outbound, *inbound) (int, error) { panic("unreachable") }

// newTransport returns the transport of a client's connection.
func newTransport(l *link) transport { return stream{l} }
