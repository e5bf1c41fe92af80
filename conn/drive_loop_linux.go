package conn

import (
	"net"
	"sync"
	"sync/atomic"
)

// looped is the driver for very many idle connections: no goroutine and no
// buffer for each, only a descriptor in the epoll set of an event loop, which
// reads, parses, calls delegates and writes for all of its connections in turn.
//
// A connection is either the loop's or away: then one goroutine has it to
// itself, and the loop only tells it when octets can be moved. It goes away
//
//   - when a delegate pulls the content, for that blocks;
//   - when a write is blocked and what is left is more than parkMost: the
//     goroutine that runs the loop stays with that connection, and another takes
//     the loop over (see [loops.relieve]). Up to parkMost is kept, and sent by the
//     loop when the peer reads; nothing is read from the peer before it is.
//
// It comes back as soon as it waits for a request.
type looped struct {
	socket
	sc   *ServerConn
	loop *eventLoop                // nil until enlisted
	rest atomic.Pointer[outBuffer] // parked: written, but not sent

	reader *sleeper // guarded by mu
	writer atomic.Pointer[sleeper]
	next   *looped // in the loop's queue of those to look at
	queued atomic.Bool
	mode   atomic.Uint32 // a loopMode; it changes with mu held
	away   atomic.Bool   // likewise

	// Of whoever serves the connection: the loop, or the goroutine it is away with.
	dry   bool // the socket had less than we had room for
	waits bool // afterWait is due

	watched bool       // somebody wants to know when the peer leaves; guarded by mu
	mu      sync.Mutex // a leaf: nothing else is locked under it
	broken  errno32    // why sending what was parked failed; 0: it did not
	armed   uint32     // events that epoll has been asked for; 0: not in its set
	sent    int32      // octets of rest that have been
	closed  bool       // the descriptor is not ours any more
	wantIn  bool       // reader waits for octets
	wantOut bool       // writer waits for room
	woken   bool       // wakeReader was called
}

// errno32 is a syscall.Errno in half the room.
type errno32 uint32

// loopMode is what a connection waits for.
type loopMode = uint32

const (
	loopReads  loopMode = iota // octets
	loopAwaits                 // that another goroutine completes the response
	loopSends                  // that what is parked can be sent
)

// loopReadsMost is how often one connection is read from before it is the turn of
// the others.
const loopReadsMost = 4

// outcome is what became of a connection in its turn.
type outcome uint8

const (
	stays  outcome = iota // it waits in the loop
	leaves                // it must be served where blocking is fine
	ended                 // it is no more
)

// asLooped returns the loop driver for sc, or nil when its net.Conn is not one for
// it. It duplicates the descriptor, so that the net.Conn, which is the caller's to
// close, and its place in the runtime's poller need not be kept.
func asLooped(sc *ServerConn) *looped {
	d, ok := sc.nc.(*looped)
	if !ok {
		s, err := newSocket(sc.nc)
		if err != nil || sc.server == nil {
			return nil
		}
		if tcp, ok := s.local.(*net.TCPAddr); ok {
			s.local = sc.server.loops.share(tcp.AddrPort())
		}
		d = newLooped(s)
	}
	d.sc = sc
	return d
}

func newLooped(s socket) *looped {
	d := &looped{socket: s}
	d.away.Store(true)
	return d
}

// enlist gives the connection to a loop.
func (d *looped) enlist() {
	all := &d.sc.server.loops
	l, err := all.assign()
	if err == nil {
		d.loop = l
		all.table.set(d.fd, d)
		d.wait()
		err = d.back()
	}
	if err != nil {
		d.sc.set.Logger.Error("event loop refused a connection", "remote", d.RemoteAddr(), "err", err)
		d.sc.closing.Store(true)
		d.finish()
	}
}

// turn does all that can be done without waiting; woken says that there may be
// another reason than octets. A callback may block, however little it should: then
// the loop goes on without us, and only its serve knows.
func (d *looped) turn(woken bool) outcome {
	sc := d.sc
	sc.inside = true
	if d.waits {
		d.waits = false
		sc.afterWait()
	}
	if woken {
		d.look()
	}
	for reads := 0; ; {
		switch sc.advance() {
		case needOctets:
			if d.dry || reads == loopReadsMost {
				d.wait()
				return stays
			}
			d.dry = sc.fill(d.fd)
			reads++
		case needResponse:
			if d.awaits() {
				return stays
			}
		case needOutside:
			return leaves
		default:
			d.finish()
			return ended
		}
	}
}

// look finds out what the loop was woken for, if it was time that has passed or a
// write that failed.
func (d *looped) look() {
	if d.mode.Load() == loopReads {
		d.sc.received(0, errWoken)
	}
	if d.rest.Load() != nil && d.tooSlow() != nil {
		d.breakOff()
	}
	if err := d.brokenBy(); err != nil {
		o := &d.sc.out
		o.mu.Lock()
		o.fail(err)
		o.mu.Unlock()
		d.sc.peerClosed(err)
	}
}

// wait prepares for waiting for octets, or for room when something is parked. A
// connection that waits holds no buffer, unless it holds part of a head.
func (d *looped) wait() {
	sc := d.sc
	sc.beforeIdling()
	d.dry = false
	d.waits = true
	if d.rest.Load() == nil {
		d.enter(loopReads)
	} else {
		sc.readBy.Store(0) // it is we who do not read
		d.enter(loopSends)
	}
}

// awaits prepares for waiting for the response. It reports false when that is
// complete by now.
func (d *looped) awaits() bool {
	sc := d.sc
	o := &sc.out
	o.mu.Lock() // whoever holds it and is stuck has relieved us
	_ = o.flush()
	o.release()
	o.alone.Store(true)
	sc.adopt(sc.count)
	o.mu.Unlock()
	sc.in.idle()
	d.enter(loopAwaits)
	if sc.over() || sc.closing.Load() {
		d.enter(loopReads)
		o.alone.Store(false)
		return false
	}
	d.waits = true
	return true
}

// responded is told that the response is complete, or that there is another
// reason to look. It is called with out.mu held.
func (d *looped) responded() {
	if d.mode.Load() == loopAwaits {
		d.wakeReader()
	}
}

// outside serves, as stream does, on a goroutine of its own, until nothing is
// under way.
func (d *looped) outside() {
	sc := d.sc
	whole := false
	defer func() {
		if !whole { // a callback has ended the goroutine
			d.finish()
		}
	}()
	sc.inside = false
	if d.waits {
		d.waits = false
		sc.afterWait()
	}
	for {
		switch sc.advance() {
		case needOctets:
			if sc.phase == serveHead && d.writer.Load() == nil {
				d.wait()
				_ = d.back()
				whole = true
				return
			}
			sc.readMore()
		case needResponse:
			sc.awaitResponse()
		default:
			d.finish()
			whole = true
			return
		}
	}
}

// back gives a connection that was away, and waits, to its loop. Nobody but the
// loop may touch it afterwards.
func (d *looped) back() error {
	d.mu.Lock()
	d.away.Store(false)
	err := d.arm(false)
	if err != nil {
		d.away.Store(true)
	}
	woken := d.woken && err == nil
	d.mu.Unlock()
	if woken {
		d.post()
	}
	return err
}

// finish ends the connection. What is parked is sent first, unless we close.
func (d *looped) finish() {
	sc, server := d.sc, d.sc.server
	o := &sc.out
	o.mu.Lock()
	if !sc.closing.Load() && !sc.is(detached) {
		_ = o.flush()
		_ = d.send(nil)
	}
	o.mu.Unlock()
	sc.end()
	if d.loop != nil {
		server.loops.leave(d.loop)
	}
	server.release()
	server.leave(sc)
}
