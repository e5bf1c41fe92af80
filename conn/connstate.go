package conn

// ConnState is what a server's connection is doing, for [Server.ConnState].
type ConnState uint32

const (
	StateNew      ConnState = iota // accepted; nothing received yet
	StateActive                    // an exchange is under way
	StateIdle                      // waiting for a request
	StateDetached                  // handed over by Conn.Detach; the last state
	StateClosed                    // the last state of any other
)

func (s ConnState) String() string {
	switch s {
	case StateNew:
		return "new"
	case StateActive:
		return "active"
	case StateIdle:
		return "idle"
	case StateDetached:
		return "detached"
	case StateClosed:
		return "closed"
	}
	return "unknown"
}

// mark is something that a server's connection becomes, and stays.
type mark uint32

const (
	started  mark = 1 << iota // its loop has begun, or it was closed instead
	draining                  // no exchange follows the one under way
	detached                  // it is somebody else's
)

func (sc *ServerConn) is(m mark) bool { return mark(sc.marks.Load())&m != 0 }

// becomes reports whether it was that before.
func (sc *ServerConn) becomes(m mark) (was bool) { return mark(sc.marks.Or(uint32(m)))&m != 0 }

// setState tells the server's hook, if there is one, of a change.
func (sc *ServerConn) setState(s ConnState) {
	if sc.server != nil && sc.server.ConnState != nil {
		sc.tellState(s)
	}
}

func (sc *ServerConn) tellState(s ConnState) {
	if s == StateIdle && sc.count == 0 || sc.state.Load() == uint32(s) && s != StateNew {
		return
	}
	sc.state.Store(uint32(s))
	sc.guard("ConnState", func() { sc.server.ConnState(sc, s) })
}
