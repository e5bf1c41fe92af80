package conn

import "fmt"

// Driver is how a server moves the octets of its connections. What delegates
// see is the same with each.
type Driver uint8

const (
	// Auto is Raw where it can be, else Stream.
	Auto Driver = iota
	// Stream is Read and Write of any net.Conn, TLS included.
	Stream
	// Raw is for TCP and Unix sockets on Linux: fewer system calls, and no
	// buffer while a connection is idle. Others are served by Stream.
	Raw
)

var driverNames = [...]string{Auto: "auto", Stream: "stream", Raw: "raw"}

func (d Driver) String() string {
	if int(d) < len(driverNames) {
		return driverNames[d]
	}
	return "unknown"
}

// ParseDriver returns the driver of that name.
func ParseDriver(name string) (Driver, error) {
	for d, n := range driverNames {
		if n == name {
			return Driver(d), nil
		}
	}
	return Auto, fmt.Errorf("unknown driver %q; there are %q", name, driverNames)
}

// Driver returns the driver that serves the connection: Stream, Raw or Loop.
func (sc *ServerConn) Driver() Driver { return sc.driver }

// choose takes the driver that is wanted, or the one that can take its place. It
// is done before anyone else knows of sc, for whoever closes it wakes the driver.
func (sc *ServerConn) choose(d Driver) {
	if d != Stream {
		if r := newRaw(sc); r != nil {
			sc.driver, sc.via, sc.out.via, sc.loop = Raw, r, r, r.serve
			return
		}
	}
	s := stream{&sc.link}
	sc.driver, sc.via, sc.out.via, sc.loop = Stream, s, s, sc.serveStream
}
