package conn

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/h1wire/h1wire/parser"
)

// settings are Params in the form that connections use, and their clock; many
// share one.
type settings struct {
	*Params
	opts  parser.Options
	clock *clock
}

func (p *Params) settle(c *clock) (*settings, error) {
	r, err := p.resolved()
	if err != nil {
		return nil, err
	}
	return &settings{Params: r, opts: r.options(), clock: c}, nil
}

// late is what the clock puts in the place of a time that has passed.
const late = -1

// link is one connection, as the core sees it: the net.Conn, how octets move
// over it, and by when it wants to be woken. Server and client have one each.
type link struct {
	nc  net.Conn
	set *settings
	via transport

	readBy  atomic.Int64 // when waiting for octets is late; 0: never
	writeBy atomic.Int64 // when a blocked write is late

	readStop, writeStop atomic.Pointer[stop] // set by the application
	exchange            uint64               // the one under way, of a server; guarded by out.mu

	sent    atomic.Int64 // octets, ever; counted where somebody asks: by stream
	place   int32        // among the clock's members, -1 when not
	idle    atomic.Uint32
	closing atomic.Bool // whoever waits must stop: we are closing
	handed  bool        // nc is somebody else's now

	bg *background // of watch
}

// transport moves the octets of a link. A driver implements it; the core calls
// nothing else of a driver.
type transport interface {
	// read blocks for at least one octet.
	read(p []byte) (int, error)
	// write blocks until all of p is sent.
	write(p []byte) error
	// offer sends what it can of p without blocking, and returns how much that is.
	offer(p []byte) int
	// writeBoth sends a and b, in one system call if it can. more says that what
	// belongs behind them is at hand, so that the end of b may wait a moment for it.
	writeBoth(a, b []byte, more bool) error
	// readFrom sends what r yields, and reports whether it could take it from r
	// without going through our buffers.
	readFrom(r io.Reader) (n int64, taken bool, err error)
	// wakeReader and wakeWriter end the wait of read, or of the driver's own
	// loop, and of write. They may be called from any goroutine.
	wakeReader()
	wakeWriter()
	// watch looks, beside whatever else happens, whether the peer leaves, and
	// calls left then, until unwatch, which returns octets that it came upon.
	// Nothing is read meanwhile.
	watch(left func())
	unwatch() []byte
	// detach ends the use of the net.Conn, and returns it or another for the
	// same connection.
	detach() (net.Conn, error)
	// probe looks whether the peer has left, for a connection that would not
	// notice. The clock calls it.
	probe()
}

// What probe has to look at, in link.idle. A driver that needs probing stores
// idleFresh when it begins to wait.
const (
	idleNot     = iota
	idleWatched // by someone who wants to know: probe at every tick
	idleDozing  // and without buffers
	idleFresh   // since this tick
	idleAged    // since the tick before; from here on probe counts the ticks, if it wants to
)

// longAgo is a deadline that has passed.
var longAgo, noDeadline = time.Unix(1, 0), time.Time{}

// check wakes what is late at now. The clock calls it.
func (l *link) check(now int64) {
	if at := l.readBy.Load(); at > 0 && now >= at && l.readBy.CompareAndSwap(at, late) {
		l.via.wakeReader()
	}
	if at := l.writeBy.Load(); at > 0 && now >= at && l.writeBy.CompareAndSwap(at, late) {
		l.via.wakeWriter()
	}
	l.checkStops(now)
	switch idle := l.idle.Load(); {
	case idle == idleFresh:
		l.idle.CompareAndSwap(idleFresh, idleAged)
	case idle >= idleAged || idle == idleWatched:
		l.via.probe()
	}
}

// readLate reports whether the wait for octets was too long.
func (l *link) readLate() bool { return l.readBy.Load() == late }

// interrupt wakes everything that waits on l; closing tells why.
func (l *link) interrupt() {
	l.closing.Store(true)
	l.via.wakeReader()
	l.via.wakeWriter()
}

// stream is the transport that works over any net.Conn: plain Read and Write.
type stream struct{ *link }

func (s stream) wakeReader() { _ = s.nc.SetReadDeadline(longAgo) }
func (s stream) wakeWriter() { _ = s.nc.SetWriteDeadline(longAgo) }

// probe makes an idle connection doze: its peer's leaving is seen without.
func (s stream) probe() {
	if s.idle.CompareAndSwap(idleAged, idleDozing) {
		s.wakeReader()
	}
}

// errWoken says that somebody ended a wait for octets. The reason is to be found
// in closing, readBy, or elsewhere; or it was for a wait that has ended since.
var errWoken = errors.New("conn: woken")

func (s stream) read(p []byte) (int, error) {
	for {
		n, err := s.nc.Read(p)
		switch {
		case n > 0:
			return n, nil
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded):
			// First clear, then let the caller look: a wake-up in between stays
			// in force.
			_ = s.nc.SetReadDeadline(noDeadline)
			return 0, errWoken
		default:
			return 0, err
		}
	}
}

// writePiece is the most octets of one Write. TLS cannot go on after a Write that
// was woken up, however much of it was sent; so none may take long.
const writePiece = 256 << 10

func (s stream) write(p []byte) error {
	for len(p) > 0 {
		s.writeBy.Store(s.set.clock.after(s.set.WriteTimeout))
		n, err := s.nc.Write(p[:min(len(p), writePiece)])
		s.sent.Add(int64(n))
		p = p[n:]
		if err != nil && !s.slow(n > 0, &err) {
			return err
		}
	}
	s.writeBy.Store(0)
	return nil
}

// offer implements transport: nothing is known of a net.Conn that would not block.
func (s stream) offer([]byte) int { return 0 }

// slow reports whether a write that was woken up has made progress and may go on;
// else it makes *err what the write failed with.
func (s stream) slow(progress bool, err *error) bool {
	if !errors.Is(*err, os.ErrDeadlineExceeded) {
		return false
	}
	_ = s.nc.SetWriteDeadline(noDeadline)
	switch {
	case s.closing.Load():
		*err = errClosed
	case s.writeStop.Load().passed(s.exchange, s.set.clock):
		*err = ErrWriteTimeout
	case progress || s.writeBy.Load() != late:
		return true
	default:
		*err = ErrWriteTimeout
	}
	return false
}

// gathering is two pieces to send at once, in a place that costs no allocation.
type gathering struct {
	left net.Buffers
	pair [2][]byte
}

var gatherings = sync.Pool{New: func() any { return new(gathering) }}

func (s stream) writeBoth(a, b []byte, _ bool) error {
	if _, ok := s.nc.(*net.TCPConn); !ok || len(a) == 0 {
		if err := s.write(a); err != nil {
			return err
		}
		return s.write(b)
	}
	g := gatherings.Get().(*gathering)
	g.pair = [2][]byte{a, b}
	g.left = g.pair[:]
	defer func() {
		*g = gathering{}
		gatherings.Put(g)
	}()
	for {
		s.writeBy.Store(s.set.clock.after(s.set.WriteTimeout))
		n, err := g.left.WriteTo(s.nc)
		s.sent.Add(n)
		if err == nil {
			break
		}
		if !s.slow(n > 0, &err) {
			return err
		}
	}
	s.writeBy.Store(0)
	return nil
}
