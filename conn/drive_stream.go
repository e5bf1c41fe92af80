package conn

// serveStream is the driver for any net.Conn, TLS included: a goroutine that
// blocks in Read.
func (sc *ServerConn) serveStream() {
	for {
		switch sc.advance() {
		case needOctets:
			sc.readMore()
		case needResponse:
			sc.awaitResponse()
		case needNothing:
			return
		}
	}
}

// readMore waits for octets where reading may block. A connection that has been
// idle for a tick gives its buffers back and dozes: it waits with a few octets of
// room, and reads the rest when there is something.
func (sc *ServerConn) readMore() {
	sc.beforeWait()
	if sc.phase == serveHead && sc.in.len() == 0 {
		if sc.idle.Load() == idleDozing {
			sc.in.release()
			sc.before = lastHead{}
			n, err := sc.via.read(sc.doze[:])
			sc.idle.Store(idleNot)
			sc.in.feed(sc.doze[:n])
			sc.received(0, err)
			return
		}
		sc.idle.Store(idleFresh)
	}
	n, err := sc.via.read(sc.in.room())
	sc.afterWait()
	sc.received(n, err)
}
