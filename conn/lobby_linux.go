package conn

import (
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// lobby is where connections of the raw driver rest: those that have yet to ask for
// something, and those that have not for a while. One goroutine waits for all of
// them. A goroutine that each had would take most of the memory of an idle
// connection, for its stack.
//
// The epoll set is waited for by the runtime's poller, as a socket is, so no thread
// blocks in it.
type lobby struct {
	table fdTable[raw]

	mu        sync.Mutex
	epoll     int
	file      *os.File // of epoll; nil when there is none
	guests    int      // connections that epoll knows
	looking   bool     // look will be called
	dismissed bool
}

// Where a connection is.
const (
	isServed  = iota // by a goroutine
	isLeaving        // that goroutine, for the lobby
	isResting
)

// rest gives the connection to the lobby until there is something to do. Then, and
// only then, it reports true, and nobody who did not wake it may touch it.
func (d *raw) rest() bool {
	d.sc.idle.Store(idleNot) // no event is lost here: nothing to probe
	d.where.Store(isLeaving)
	if d.sc.server.lobby.admit(d) == nil && !d.woken.Load() && d.where.CompareAndSwap(isLeaving, isResting) {
		return true
	}
	d.where.Store(isServed)
	return false
}

// rouse has a connection served that rests, or keeps one from resting.
func (d *raw) rouse() {
	for {
		was := d.where.Load()
		if was == isServed {
			return
		}
		if d.where.CompareAndSwap(was, isServed) {
			if was == isResting {
				d.sc.server.crew.run(d.resume)
			}
			return
		}
	}
}

// admit has epoll tell, once, when d is not idle any more.
func (b *lobby) admit(d *raw) error {
	op := unix.EPOLL_CTL_MOD
	if !d.guest {
		if err := b.enter(d); err != nil {
			return err
		}
		op = unix.EPOLL_CTL_ADD
	}
	return unix.EpollCtl(b.epoll, op, d.fd, &unix.EpollEvent{Events: pollIn | unix.EPOLLONESHOT, Fd: int32(d.fd)})
}

// enter makes d a guest.
func (b *lobby) enter(d *raw) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file == nil {
		if err := b.open(); err != nil {
			return err
		}
	}
	b.guests++
	b.table.set(d.fd, d)
	d.guest = true
	return nil
}

// leave ends the stay of d, before its descriptor is closed.
func (b *lobby) leave(d *raw) {
	b.table.set(d.fd, nil)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.guests--
	switch {
	case b.guests > 0:
	case b.dismissed:
		b.close()
	case !b.looking:
		b.looking = true
		time.AfterFunc(crewPatience, b.look)
	}
}

// look closes the lobby if there are no guests.
func (b *lobby) look() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looking = false
	b.close()
}

// dismiss closes the lobby as soon as there are no guests.
func (b *lobby) dismiss() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dismissed = true
	b.close()
}

// close does so unless there are guests. mu is held.
func (b *lobby) close() {
	if b.guests == 0 && b.file != nil {
		_ = b.file.Close()
		b.file = nil
	}
}

// open makes the set, and has a goroutine attend to it. mu is held.
func (b *lobby) open() error {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create", err)
	}
	if err := unix.SetNonblock(epoll, true); err != nil { // which is how os knows that it can be waited for
		_ = unix.Close(epoll)
		return os.NewSyscallError("fcntl", err)
	}
	file := os.NewFile(uintptr(epoll), "lobby")
	rc, err := file.SyscallConn()
	if err == nil {
		err = file.SetReadDeadline(noDeadline)
	}
	if err != nil { // the poller has refused it
		_ = file.Close()
		return err
	}
	b.epoll, b.file = epoll, file
	go b.attend(rc)
	return nil
}

// attend rouses whom there is something to do for, until the lobby is closed.
func (b *lobby) attend(rc syscall.RawConn) {
	events := make([]unix.EpollEvent, 64)
	n := 0
	ready := func(epoll uintptr) bool {
		n = pollEvents(int(epoll), events)
		return n > 0
	}
	for rc.Read(ready) == nil {
		for i := range n {
			// The descriptor may be another connection's by now, which does not
			// mind.
			if d := b.table.at(int(events[i].Fd)); d != nil {
				d.rouse()
			}
		}
	}
}

// pollEvents returns the number of events there are, without waiting for any.
func pollEvents(epoll int, events []unix.EpollEvent) int {
	n, _, e := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(epoll), uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), 0, 0, 0)
	if e != 0 {
		return 0
	}
	return int(n)
}
