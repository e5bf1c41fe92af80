package conn

import (
	"io"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// What epoll is asked for, and tells whether asked or not.
const (
	pollIn   = unix.EPOLLIN | unix.EPOLLRDHUP
	pollOut  = unix.EPOLLOUT
	pollGone = unix.EPOLLRDHUP | unix.EPOLLHUP | unix.EPOLLERR
)

// sleeper is where a goroutine waits for a socket.
type sleeper struct{ token chan struct{} }

var sleepers = sync.Pool{New: func() any { return &sleeper{make(chan struct{}, 1)} }}

// wake lets w go on. The caller holds the lock under which w is to be found.
func (w *sleeper) wake() {
	select {
	case w.token <- struct{}{}:
	default:
	}
}

// release gives back a sleeper that nobody can find any more.
func (w *sleeper) release() {
	select {
	case <-w.token:
	default:
	}
	sleepers.Put(w)
}

// enter changes what the connection waits for.
func (d *looped) enter(m loopMode) {
	if m == loopReads && d.mode.Load() == loopReads {
		return // epoll has been asked already: see arm
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mode.Store(m)
	_ = d.arm(false)
}

// arm asks epoll for the events that are wanted. What is wanted no more is
// usually wanted again soon, so it is left as it is, unless exact says that it
// came and would come again and again: the events are level-triggered. mu is held.
func (d *looped) arm(exact bool) error {
	var want uint32
	if d.wantIn || !d.away.Load() && d.mode.Load() == loopReads {
		want |= pollIn
	}
	if d.wantOut || d.rest.Load() != nil {
		want |= pollOut
	}
	if d.watched {
		want |= unix.EPOLLRDHUP
	}
	if d.closed || want == d.armed || !exact && want&^d.armed == 0 {
		return nil
	}
	op, ev := unix.EPOLL_CTL_MOD, unix.EpollEvent{Events: want, Fd: int32(d.fd)}
	switch {
	case d.armed == 0:
		op = unix.EPOLL_CTL_ADD
	case want == 0: // only out of the set it is safe from EPOLLHUP
		op = unix.EPOLL_CTL_DEL
	}
	if err := unix.EpollCtl(d.loop.epoll, op, d.fd, &ev); err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	d.armed = want
	return nil
}

// notice takes events for a connection that does not just wait for octets in the
// loop. It reports whether it is the loop's to serve.
func (d *looped) notice(events uint32) bool {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return false
	}
	if events&(pollOut|pollGone) != 0 {
		d.writable()
	}
	if d.wantIn && events&(pollIn|pollGone) != 0 {
		d.wantIn = false
		d.reader.wake()
	}
	left := d.watched && events&pollGone != 0 && peerLeft(d.fd)
	if left {
		d.watched = false
	}
	serve := false
	if !d.away.Load() {
		switch d.mode.Load() {
		case loopReads:
			serve = events&(pollIn|pollGone) != 0
		case loopSends:
			serve = d.rest.Load() == nil
		}
		serve = serve || d.broken != 0
	}
	if !serve {
		_ = d.arm(true)
	}
	d.mu.Unlock()
	if left {
		d.sc.watcher().left()
	}
	return serve
}

// post has the loop look at the connection.
func (d *looped) post() {
	if !d.queued.Swap(true) {
		d.loop.push(d)
	}
}

// taken reports whether the loop, which has found the connection in its queue,
// is to serve it. A goroutine that it is away with will see for itself.
func (d *looped) taken() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away.Load() || d.closed {
		return false
	}
	d.woken = false
	return true
}

// wakeReader implements transport.
func (d *looped) wakeReader() {
	d.mu.Lock()
	d.woken = true
	if d.wantIn {
		d.reader.wake()
	}
	away := d.away.Load() || d.closed
	d.mu.Unlock()
	if !away {
		d.post()
	}
}

// read implements transport, for a connection that is away.
func (d *looped) read(p []byte) (int, error) {
	for {
		n, errno := readFD(d.fd, p)
		switch {
		case n > 0:
			return n, nil
		case errno == syscall.EAGAIN:
			if d.awaitOctets() {
				return 0, errWoken
			}
		case errno == syscall.EINTR:
		case errno == 0:
			return 0, io.EOF
		default:
			return 0, os.NewSyscallError("read", errno)
		}
	}
}

// awaitOctets blocks until there is something to read, or wakeReader was called,
// which it reports.
func (d *looped) awaitOctets() (woken bool) {
	d.mu.Lock()
	if !d.woken {
		w := sleepers.Get().(*sleeper)
		d.reader, d.wantIn = w, true
		_ = d.arm(false)
		d.mu.Unlock()
		<-w.token
		d.mu.Lock()
		d.reader, d.wantIn = nil, false
		w.release()
	}
	woken, d.woken = d.woken, false
	d.mu.Unlock()
	return woken
}

// watch implements transport: the loop sees the peer leave, and tells the watcher.
func (d *looped) watch(func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watched = true
	_ = d.arm(false)
}

func (d *looped) unwatch() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watched = false
	return nil
}

// probe implements transport. There is nothing that epoll does not tell.
func (d *looped) probe() { d.sc.idle.Store(idleNot) }
