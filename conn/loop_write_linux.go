package conn

import (
	"os"
	"syscall"
)

// parkMost is the most octets that are kept for a peer that does not read.
const parkMost = flushAt

// write sends p, or part of it and parks the rest.
func (d *looped) write(p []byte) error {
	if d.rest.Load() == nil {
		var err error
		if p, err = writeNow(d.fd, p); err != nil || len(p) == 0 {
			return err
		}
	}
	return d.send(p)
}

// offer parks what the socket does not take.
func (d *looped) offer(p []byte) int {
	if d.rest.Load() != nil || d.write(p) != nil {
		return 0
	}
	return len(p)
}

func (d *looped) writeBoth(a, b []byte, more bool) error {
	if len(a) == 0 {
		return d.write(b)
	}
	if d.rest.Load() == nil {
		var err error
		if a, b, err = writeBothNow(d.fd, a, b, more); err != nil || len(a)+len(b) == 0 {
			return err
		}
	}
	if len(a)+len(b) <= parkMost {
		d.mu.Lock()
		if d.rest.Load() == nil && d.broken == 0 {
			d.park(a)
			d.park(b)
			err := d.arm(false)
			d.mu.Unlock()
			return err
		}
		d.mu.Unlock()
	}
	if err := d.send(a); err != nil {
		return err
	}
	return d.send(b)
}

// park keeps p. mu is held.
func (d *looped) park(p []byte) {
	rest := d.rest.Load()
	if rest == nil {
		rest = getOut()
		d.sent = 0
		d.hurry()
	}
	rest.b = append(rest.b, p...)
	d.rest.Store(rest)
}

// hurry gives the peer WriteTimeout from now on to read something.
func (d *looped) hurry() {
	sc := d.sc
	sc.writeBy.Store(sc.set.clock.after(sc.set.WriteTimeout))
}

// send sends p behind what is parked, or parks it if that is nothing and p is
// short. Else it blocks; with nothing to send, until nothing is parked.
func (d *looped) send(p []byte) error {
	for {
		d.mu.Lock()
		if d.broken != 0 {
			d.mu.Unlock()
			return d.brokenBy()
		}
		if d.rest.Load() == nil {
			sent, errno := d.sendNow(p)
			p = p[sent:]
			if errno != 0 || len(p) == 0 {
				d.sc.writeBy.Store(0)
				d.mu.Unlock()
				return writeError(errno)
			}
			if len(p) <= parkMost {
				d.park(p)
				err := d.arm(false)
				d.mu.Unlock()
				return err
			}
			d.hurry()
		}
		if err := d.awaitRoom(); err != nil {
			return err
		}
	}
}

// sendNow sends what the socket takes of p. mu is held.
func (d *looped) sendNow(p []byte) (sent int, failed syscall.Errno) {
	for len(p) > sent {
		n, errno := writeFD(d.fd, p[sent:])
		sent += n
		switch {
		case n > 0 || errno == syscall.EINTR:
		case errno == syscall.EAGAIN:
			return sent, 0
		default:
			return sent, errno
		}
	}
	return sent, 0
}

// writeError returns errno as an error; nil for 0.
func writeError(errno syscall.Errno) error {
	switch errno {
	case 0:
		return nil
	case syscall.ETIMEDOUT:
		return ErrWriteTimeout
	}
	return os.NewSyscallError("write", errno)
}

// awaitRoom blocks until nothing is parked and the socket takes octets. mu is held,
// and released.
func (d *looped) awaitRoom() error {
	w := sleepers.Get().(*sleeper)
	d.writer.Store(w)
	d.wantOut = true
	err := d.arm(false)
	d.mu.Unlock()
	if err == nil {
		err = d.sleep(w)
	}
	d.mu.Lock()
	d.writer.Store(nil)
	d.wantOut = false
	d.mu.Unlock()
	w.release()
	return err
}

// sleep blocks until w is woken. Whoever blocks here may be running a loop, even the
// one that is to tell; so all loops that are busy get another goroutine.
func (d *looped) sleep(w *sleeper) error {
	d.sc.server.loops.relieve()
	if err := d.tooSlow(); err != nil { // before w was there to be woken
		return err
	}
	<-w.token
	return d.tooSlow()
}

// tooSlow returns why a blocked write is not to go on, or nil.
func (d *looped) tooSlow() error {
	sc := d.sc
	switch {
	case sc.closing.Load():
		return errClosed
	case sc.writeBy.Load() == late, sc.writeStop.Load().passed(sc.exchange, sc.set.clock):
		return ErrWriteTimeout
	}
	return nil
}

// writable is called when the socket takes octets, or is broken. mu is held.
func (d *looped) writable() {
	if rest := d.rest.Load(); rest != nil {
		n, err := d.sendNow(rest.b[d.sent:])
		d.sent += int32(n)
		if n > 0 {
			d.hurry()
		}
		if d.broken = errno32(err); err == 0 && int(d.sent) < len(rest.b) {
			return
		}
		d.rest.Store(nil)
		rest.release()
		d.sc.writeBy.Store(0)
	}
	if d.wantOut {
		d.wantOut = false
		d.hurry()
		d.writer.Load().wake()
	}
}

// breakOff gives up what is parked, for the peer was too slow.
func (d *looped) breakOff() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = errno32(syscall.ETIMEDOUT)
	if rest := d.rest.Swap(nil); rest != nil {
		rest.release()
	}
}

// brokenBy returns why what was parked could not be sent.
func (d *looped) brokenBy() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return writeError(syscall.Errno(d.broken))
}

// wakeWriter implements transport.
func (d *looped) wakeWriter() {
	d.mu.Lock()
	if w := d.writer.Load(); w != nil {
		w.wake()
	}
	post := d.rest.Load() != nil && !d.away.Load() && !d.closed
	d.mu.Unlock()
	if post {
		d.post()
	}
}
