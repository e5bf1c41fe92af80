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

// readMore waits for octets where reading may block.
func (sc *ServerConn) readMore() {
	sc.beforeWait()
	n, err := sc.via.read(sc.in.space(sc.in.wants()))
	sc.afterWait()
	sc.received(n, err)
}
