package conn

import "sync"

// service is what a server's connection needs to read and answer a request, and
// not while it waits for one: a driver for many idle connections takes it back
// meanwhile. No handle of an exchange is good then: whoever has one finds none.
type service struct {
	in      inbound
	out     outbound
	message MessageDelegate
	ready   chan struct{} // gets a token when awaitResponse should look again
	doze    [16]byte      // room for the stream driver to wait with
	idleBy  int64         // when the wait for a request that is under way is late
	by      int64         // when the head, discarding or lingering that is under way is late
	drain   int64         // octets that discarding or lingering may still drop
	offer   question      // of the exchange that has begun
	why     error         // what it was given up for
	before  lastHead
}

var services = sync.Pool{New: func() any { return new(service) }}

// open makes sure that there is a service.
func (sc *ServerConn) open() {
	if sc.service != nil {
		return
	}
	s := services.Get().(*service)
	s.in.opts = &sc.set.opts
	s.out.mu, s.out.link, s.out.owner = &sc.mu, &sc.link, sc
	sc.exchangeService(s)
}

// exchangeService is called by the serving loop only, which alone may look at the
// service without a lock.
func (sc *ServerConn) exchangeService(s *service) {
	sc.mu.Lock()
	sc.service = s
	sc.mu.Unlock()
}

// beforePause is beforeWait for a driver that keeps no buffer for a connection that
// waits, unless it holds part of a message.
func (sc *ServerConn) beforePause() (free bool) {
	free = sc.beforeWait()
	sc.in.idle()
	return free
}

// beforeIdling is beforePause for one that keeps no service either, while it waits
// for a request. afterWait gets another.
func (sc *ServerConn) beforeIdling() {
	free := sc.beforePause()
	if s := sc.service; free && sc.phase == serveHead && s.in.rd == nil && s.out.err == nil {
		sc.exchangeService(nil)
		*s = service{}
		services.Put(s)
	}
}
