package conn

import (
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// loops are the event loops of a server, one for each core. A loop runs while it
// has connections, and for a moment after.
type loops struct {
	mu    sync.Mutex
	list  atomic.Pointer[[]*eventLoop] // nil where none runs
	turn  int                          // who gets the next connection
	local map[netip.AddrPort]net.Addr
	table fdTable[looped]
}

// assign returns the loop for one more connection.
func (all *loops) assign() (*eventLoop, error) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.list.Load() == nil {
		list := make([]*eventLoop, runtime.GOMAXPROCS(0))
		all.list.Store(&list)
	}
	list := *all.list.Load()
	i := all.turn % len(list)
	all.turn++
	l := list[i]
	if l == nil {
		var err error
		if l, err = newEventLoop(all); err != nil {
			return nil, err
		}
		all.put(i, l)
		go l.run()
	}
	l.members++
	return l, nil
}

// put changes an entry of the list, which others read meanwhile. mu is held.
func (all *loops) put(i int, l *eventLoop) {
	list := append([]*eventLoop(nil), *all.list.Load()...)
	list[i] = l
	all.list.Store(&list)
}

// leave ends the membership of a connection.
func (all *loops) leave(l *eventLoop) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if l.members--; l.members == 0 {
		l.ring() // that it need not wait for ever
	}
}

// deserted reports whether a loop has no connections.
func (all *loops) deserted(l *eventLoop) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	return l.members == 0
}

// close ends a loop that has no connections. It reports false when it has.
func (all *loops) close(l *eventLoop) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	if l.members > 0 {
		return false
	}
	for i, other := range *all.list.Load() {
		if other == l {
			all.put(i, nil)
		}
	}
	_ = unix.Close(l.epoll)
	_ = unix.Close(l.bell)
	return true
}

// sharedMost is of how many local addresses connections share one copy.
const sharedMost = 64

// share returns addr: the same net.Addr for all connections that have it.
func (all *loops) share(addr netip.AddrPort) net.Addr {
	all.mu.Lock()
	defer all.mu.Unlock()
	if known := all.local[addr]; known != nil {
		return known
	}
	if all.local == nil {
		all.local = map[netip.AddrPort]net.Addr{}
	}
	made := net.TCPAddrFromAddrPort(addr)
	if len(all.local) < sharedMost {
		all.local[addr] = made
	}
	return made
}

// relieve gives all loops that are in a callback another goroutine.
func (all *loops) relieve() {
	list := all.list.Load()
	if list == nil {
		return
	}
	for _, l := range *list {
		if l != nil {
			l.relieve()
		}
	}
}

// supervise relieves loops that have been in one and the same callback since it was
// last called. A delegate that blocks holds up others for no longer. The clock
// calls it.
func (all *loops) supervise() {
	list := all.list.Load()
	if list == nil {
		return
	}
	for _, l := range *list {
		if l == nil {
			continue
		}
		d := l.at.Load()
		if d != nil && d == l.seen {
			l.relieve()
		}
		l.seen = d
	}
}
