package conn

import "sync"

// service is what a server's connection needs to read and answer a request, and
// not while it waits for one: a driver for many idle connections takes it back
// meanwhile. No handle of an exchange is good then, so nobody looks for it.
type service struct {
	in      inbound
	message MessageDelegate
	doze    [16]byte // room for the stream driver to wait with
	idleBy  int64    // when the wait for a request that is under way is late
	by      int64    // when the head, discarding or lingering that is under way is late
	drain   int64    // octets that discarding or lingering may still drop
	offer   question // of the exchange that has begun
}

var services = sync.Pool{New: func() any { return new(service) }}

// open makes sure that there is a service.
func (sc *ServerConn) open() {
	if sc.service == nil {
		sc.service = services.Get().(*service)
		sc.in.opts = &sc.set.opts
	}
}

// beforeIdling is beforeWait for a driver that keeps nothing for a connection that
// waits for a request: neither a service nor, unless it holds part of a message,
// a buffer. afterWait gets them back.
func (sc *ServerConn) beforeIdling() {
	free := sc.beforeWait()
	sc.in.idle()
	if free && sc.phase == serveHead && sc.in.rd == nil {
		*sc.service = service{}
		services.Put(sc.service)
		sc.service = nil
	}
}
