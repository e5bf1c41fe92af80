package conn

import (
	"os"
	"runtime"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// eventLoop serves its connections in turn. Whatever one does without waiting is
// one turn. One goroutine at a time runs it, and is replaced when it gets stuck.
type eventLoop struct {
	all     *loops
	epoll   int
	bell    int                    // an eventfd, rung to end the wait
	at      atomic.Pointer[looped] // whose turn it is
	asleep  atomic.Bool            // in the wait, or about to be
	posted  atomic.Pointer[looped] // those to look at, last first
	queue   *looped                // of them, those that were taken out
	seen    *looped                // at, when last supervised
	members int                    // guarded by all.mu
	events  [128]unix.EpollEvent
}

func newEventLoop(all *loops) (*eventLoop, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create", err)
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err == nil {
		err = unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, bell, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(bell)})
		if err == nil {
			return &eventLoop{all: all, epoll: epoll, bell: bell}, nil
		}
		_ = unix.Close(bell)
	}
	_ = unix.Close(epoll)
	return nil, os.NewSyscallError("eventfd", err)
}

// run runs the loop, until it has no connections or another goroutine does. A
// callback may end the goroutine, which ends no other connection than its own.
func (l *eventLoop) run() {
	var last *looped
	whole := false
	defer func() {
		if !whole {
			l.relieve()
			last.finish()
		}
	}()
	l.turns(&last)
	whole = true
}

// turns is run; it leaves in last whose turn it was.
func (l *eventLoop) turns(last **looped) {
	for {
		for d := l.pop(); d != nil; d = l.pop() {
			*last = d
			if d.taken() && !l.serve(d, true) {
				return
			}
		}
		n := l.wait()
		if n < 0 {
			return
		}
		for i := range n {
			ev := l.events[i]
			if int(ev.Fd) == l.bell {
				l.silence()
				continue
			}
			// What the table holds may be another connection than the one that
			// the event was for. Every reader of events bears that.
			d := l.all.table.at(int(ev.Fd))
			if d == nil || d.loop != l {
				continue
			}
			*last = d
			simple := ev.Events&pollOut == 0 && !d.away.Load() && d.mode.Load() == loopReads
			if (simple || d.notice(ev.Events)) && !l.serve(d, !simple) {
				return
			}
		}
	}
}

// serve gives d its turn. It reports false when the loop is run by another
// goroutine now, and ours is to end.
func (l *eventLoop) serve(d *looped, woken bool) bool {
	l.at.Store(d)
	// From here on a write that gets stuck relieves us. One that has been stuck
	// before holds locks that we are about to want.
	out := leaves
	if d.writer.Load() == nil {
		out = d.turn(woken)
	}
	ours := l.at.CompareAndSwap(d, nil)
	switch {
	case out == leaves && ours:
		d.mu.Lock()
		d.away.Store(true)
		d.mu.Unlock()
		d.sc.server.crew.run(d.outside)
	case out == leaves:
		d.outside()
	case out == stays && !ours:
		_ = d.back()
	}
	return ours
}

// relieve has another goroutine run the loop if the one that does is in a
// callback, where it may be stuck. If it is not, it will find out that it has been
// replaced, and nothing is lost: events that it does not come to come again.
func (l *eventLoop) relieve() {
	d := l.at.Load()
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if l.at.CompareAndSwap(d, nil) {
		d.away.Store(true)
		go l.run()
	}
}

// wait waits for events. Before it blocks, for which the scheduler has to be told,
// it lets other goroutines run, which often is time enough for something to come.
// It returns -1 when there is nobody left to wait for.
func (l *eventLoop) wait() int {
	if n := pollEvents(l.epoll, l.events[:]); n > 0 {
		return n
	}
	runtime.Gosched()
	if n := pollEvents(l.epoll, l.events[:]); n > 0 {
		return n
	}
	l.asleep.Store(true)
	defer l.asleep.Store(false)
	if l.posted.Load() != nil {
		return 0
	}
	timeout := -1
	if l.all.deserted(l) {
		timeout = int(tick.Milliseconds())
	}
	n, err := unix.EpollWait(l.epoll, l.events[:], timeout)
	if err != nil { // EINTR
		return 0
	}
	if n == 0 && l.all.close(l) {
		return -1
	}
	return n
}

// push appends d to those to look at.
func (l *eventLoop) push(d *looped) {
	for {
		d.next = l.posted.Load()
		if l.posted.CompareAndSwap(d.next, d) {
			break
		}
	}
	l.ring()
}

// ring ends the wait, if the loop is in it.
func (l *eventLoop) ring() {
	if l.asleep.CompareAndSwap(true, false) {
		one := [8]byte{1}
		_, _ = unix.Write(l.bell, one[:])
	}
}

func (l *eventLoop) silence() {
	var count [8]byte
	_, _ = unix.Read(l.bell, count[:])
}

// pop returns one of those to look at, or nil.
func (l *eventLoop) pop() *looped {
	if l.queue == nil {
		if l.posted.Load() == nil {
			return nil
		}
		l.queue = l.posted.Swap(nil)
	}
	d := l.queue
	l.queue, d.next = d.next, nil
	d.queued.Store(false)
	return d
}
