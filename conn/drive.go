package conn

import "context"

// Driver is how a server moves the octets of its connections.
type Driver uint8

const (
	// Auto is Raw where it can be, else Stream.
	Auto Driver = iota
	// Stream is Read and Write of any net.Conn.
	Stream
)

func (d Driver) String() string {
	switch d {
	case Auto:
		return "auto"
	case Stream:
		return "stream"
	}
	return "unknown"
}

// drive runs the driver for a connection.
func (s *Server) drive(ctx context.Context, sc *ServerConn) {
	sc.serve(ctx, s.Delegate, sc.serveStream)
}
