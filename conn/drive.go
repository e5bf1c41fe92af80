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
	// Raw is for TCP and Unix sockets on Linux: fewer system calls, and no buffer
	// while a connection is idle; one of a [Server] that has been idle for half a
	// second has no goroutine either. Others are served by Stream.
	Raw
	// Loop is for very many idle TCP and Unix connections to a [Server] on Linux:
	// one event loop for each core, and neither a goroutine nor a buffer for a
	// connection that waits. Others, TLS included, are served by Stream.
	//
	// Delegates should not block: whoever does holds up the connections of its loop
	// until that is noticed, after 200 ms at most, and the loop goes on without it.
	// They may answer later, from any goroutine, and there they may block. What may
	// take its time all the same: a [PullDelegate], which gets a goroutine for its
	// exchange; and a write to a peer that reads slowly, of which up to 64 KiB are
	// kept, and which beyond that blocks nothing but its own exchange.
	//
	// The net.Conn that [Server.ConnContext] is given is closed when that returns:
	// the loop has the connection by another descriptor.
	Loop
)

var driverNames = [...]string{Auto: "auto", Stream: "stream", Raw: "raw", Loop: "loop"}

func (d Driver) String() string {
	if int(d) < len(driverNames) {
		return driverNames[d]
	}
	return "unknown"
}

// ParseDriver returns the driver that String gives that name: "auto", "stream", "raw"
// or "loop". There is an error for any other.
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
	if d == Loop {
		if l := asLooped(sc); l != nil {
			sc.driver, sc.nc, sc.via = Loop, l, l
			return
		}
	}
	if d != Stream {
		if r := newRaw(sc); r != nil {
			sc.driver, sc.via = Raw, r
			return
		}
	}
	sc.driver, sc.via = Stream, stream{&sc.link}
}
