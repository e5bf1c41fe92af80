package conn

import (
	"errors"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
)

// raw is the driver for TCP and Unix sockets. It reads, parses, calls delegates
// and writes inside one callback of syscall.RawConn.Read. A goroutine that does
// net.Conn.Read finds out that there is nothing more by asking once too often;
// a callback that has read less than it had room for waits by returning false,
// which saves one system call in three, and gives its buffers back meanwhile.
//
// What the runtime's poller demands of it:
//
//   - The poller tells of changes, once. Entering RawConn.Read forgets what it
//     has told; so on entry it reads first and waits later.
//   - Octets and the end that come together are one change. Having read the
//     octets it would wait for ever; so a connection that has waited for a tick
//     is probed.
//   - While the callback runs, or waits, nobody else can read from the net.Conn,
//     and closing it waits. So closing is told by a deadline that has passed,
//     which ends the wait; whatever must block for octets is served outside the
//     callback; and detaching duplicates the descriptor.
//
// A connection of a [Server] of which nothing has been asked yet, or not for half a
// second, is no goroutine's: it rests in the server's lobby.
type raw struct {
	stream
	sc    *ServerConn
	rc    syscall.RawConn // nil until something has to wait
	step  func(fd uintptr) bool
	fd    int // good until nc is closed, which only the serving goroutine does, last
	dry   bool
	waits bool
	left  func() // of watch

	may   bool          // it may rest, if there is nothing to do
	guest bool          // the lobby knows it
	where atomic.Uint32 // in the lobby, or not
	woken atomic.Bool   // wakeReader was called
}

// newRaw returns the raw driver for sc, or nil when its net.Conn is not one for it.
func newRaw(sc *ServerConn) *raw {
	d := &raw{stream: stream{&sc.link}, sc: sc, may: sc.server != nil}
	d.step = d.ready
	switch nc := sc.nc.(type) {
	case *bare:
		d.fd = nc.fd
	case *net.TCPConn, *net.UnixConn:
		rc, err := nc.(syscall.Conn).SyscallConn()
		if err != nil || rc.Control(func(fd uintptr) { d.fd = int(fd) }) != nil {
			return nil
		}
		d.rc = rc
	default:
		return nil
	}
	return d
}

// stackRoom is what a connection that waits for a request has below it on its
// goroutine's stack, so that it uses a quarter of 8 KiB. Of a stack that is used
// less the garbage collector takes one half, and a handler that goes as deep as
// a router with middlewares grows it again.
const stackRoom = 1 << 10

// serve is the loop around the callback. It reports false when the connection rests,
// and will be served by resume.
func (d *raw) serve() (ended bool) {
	var room [stackRoom]byte
	defer runtime.KeepAlive(&room)
	sc := d.sc
	for sc.phase != serveEnd {
		sc.inside = true
		err := d.pass()
		if err == errRests {
			return false
		}
		sc.inside = false
		d.dry = false
		waited := d.waits
		if waited {
			d.waits = false
			sc.afterWait()
		}
		switch {
		case err == nil:
			d.outside()
		case errors.Is(err, os.ErrDeadlineExceeded):
			d.woken.Store(false) // first clear, then look
			_ = sc.nc.SetReadDeadline(noDeadline)
			sc.received(0, errWoken)
			if sc.server != nil && waited && sc.phase == serveHead && sc.in.len() == 0 {
				d.may, d.dry = true, true
			}
		default:
			sc.peerClosed(err)
		}
	}
	return true
}

var errRests = errors.New("conn: rests")

// pass runs the callback until that leaves, or waiting fails. When the connection
// may rest, nothing has been asked of it recently, so before the poller is told it
// goes to the lobby if it is still so.
func (d *raw) pass() (err error) {
	sc := d.sc
	if d.may && d.woken.Load() {
		d.may = false
		return os.ErrDeadlineExceeded
	}
	if d.may {
		count := sc.count
		left := d.ready(0)
		d.may = false
		if left {
			return nil
		}
		if sc.count == count && sc.service == nil && d.rest() {
			return errRests
		}
	}
	if d.rc == nil {
		if d.rc, err = sc.nc.(*bare).SyscallConn(); err != nil {
			return err
		}
	}
	return d.rc.Read(d.step)
}

// resume serves a connection that has rested.
func (d *raw) resume() {
	d.may = true
	d.sc.server.resume(d.sc)
}

// leave is called when the connection has ended.
func (d *raw) leave() {
	if d.guest {
		d.sc.server.lobby.leave(d)
	}
}

// wakeReader implements transport.
func (d *raw) wakeReader() {
	d.woken.Store(true)
	d.stream.wakeReader()
	d.rouse()
}

// ready is the callback. It returns false to wait until the socket is readable,
// and true to leave.
func (d *raw) ready(uintptr) bool {
	sc := d.sc
	if d.waits {
		d.waits = false
		sc.afterWait()
	}
	for {
		switch sc.advance() {
		case needOctets:
			if d.dry {
				d.dry = false
				d.wait()
				return false
			}
			d.dry = sc.fill(d.fd)
		case needResponse:
			sc.awaitResponse()
		default:
			return true
		}
	}
}

// wait prepares for waiting. A connection that waits holds no buffer, unless
// it holds part of a head; one that may rest holds no service either.
func (d *raw) wait() {
	if d.may {
		d.sc.beforeIdling()
	} else {
		d.sc.beforePause()
	}
	if d.sc.idle.Load() != idleFresh {
		d.sc.idle.Store(idleFresh)
	}
	d.waits = true
}

// outside serves, as stream does, until nothing is under way.
func (d *raw) outside() {
	sc := d.sc
	for {
		switch sc.advance() {
		case needOctets:
			if sc.phase == serveHead {
				return
			}
			sc.readMore()
		case needResponse:
			sc.awaitResponse()
		default:
			return
		}
	}
}

// write sends p. Writing inside the callback is fine: its lock is another.
func (d *raw) write(p []byte) error {
	if d.closing.Load() {
		return errClosed
	}
	p, err := writeNow(d.fd, p)
	if err != nil || len(p) == 0 {
		return err
	}
	return d.stream.write(p)
}

func (d *raw) offer(p []byte) int {
	if d.closing.Load() {
		return 0
	}
	n, _ := writeFD(d.fd, p)
	return n
}

func (d *raw) writeBoth(a, b []byte, more bool) error {
	if len(a) == 0 {
		return d.write(b)
	}
	if d.closing.Load() {
		return errClosed
	}
	a, b, err := writeBothNow(d.fd, a, b, more)
	if err != nil || len(a)+len(b) == 0 {
		return err
	}
	return d.stream.writeBoth(a, b, more)
}

// watch has the clock look, once a tick: no goroutine reads.
func (d *raw) watch(left func()) {
	d.left = left
	d.sc.idle.Store(idleWatched)
}

func (d *raw) unwatch() []byte {
	d.sc.idle.Store(idleNot)
	return nil
}

// restAfter is how idle a connection is that goes to the lobby: for half a second.
// Who asks for something as often as that is served with a system call less, and
// without another goroutine.
const restAfter = idleAged + 4

// probe implements transport. The clock holds the connection, so the descriptor
// is good.
func (d *raw) probe() {
	idle := &d.sc.idle
	switch at := idle.Load(); {
	case at == idleWatched:
		if peerLeft(d.fd) && idle.CompareAndSwap(at, idleNot) {
			d.left()
		}
	case at == idleAged && peerLeft(d.fd), at == restAfter:
		if idle.CompareAndSwap(at, idleNot) {
			d.wakeReader()
		}
	case at >= idleAged && d.sc.server != nil:
		idle.CompareAndSwap(at, at+1)
	case at == idleAged:
		idle.CompareAndSwap(at, idleNot)
	}
}

// detach hands over the net.Conn, or, where nobody could read from it, for it is
// none or we are inside the callback, another for a duplicate of its descriptor.
func (d *raw) detach() (net.Conn, error) {
	if _, ok := d.sc.nc.(*bare); !ok && !d.sc.inside {
		return d.stream.detach()
	}
	nc, err := netConnOf(d.fd)
	if err == nil {
		d.sc.set.clock.remove(d.link)
	}
	return nc, err
}
