package conn

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
)

// watcher knows who wants to hear that the peer has left while an exchange is
// under way. It has a mutex of its own, for whoever notices must not have to wait
// for a write that is blocked. An exchange of which nobody wants to know costs it
// one load.
type watcher struct {
	wanted  atomic.Bool
	mu      sync.Mutex
	ctx     context.Context
	cancel  context.CancelFunc
	onClose func()
	gone    bool
}

// watcher returns the watcher of the connection, and makes it if it must.
func (sc *ServerConn) watcher() *watcher {
	if w := sc.watch.Load(); w != nil {
		return w
	}
	sc.watch.CompareAndSwap(nil, new(watcher))
	return sc.watch.Load()
}

// watched reports whether somebody wants to know of the exchange under way.
func (sc *ServerConn) watched() bool {
	w := sc.watch.Load()
	return w != nil && w.wanted.Load()
}

// context returns the context of the exchange. out.mu is held.
func (sc *ServerConn) context() context.Context {
	w := sc.watcher()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx == nil {
		w.ctx, w.cancel = context.WithCancel(sc.home.ctx)
		if w.gone || sc.closing.Load() {
			w.cancel()
		}
		sc.wantWatch(w)
	}
	return w.ctx
}

// onLeft has f called when the peer leaves. out.mu is held.
func (sc *ServerConn) onLeft(f func()) {
	w := sc.watcher()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.onClose = f
	if (w.gone || sc.closing.Load()) && f != nil {
		w.onClose = nil
		go f()
	}
	sc.wantWatch(w)
}

// wantWatch begins to look, unless something is still to be read of the request:
// then whoever reads it will notice. watch.mu and out.mu are held.
func (sc *ServerConn) wantWatch(w *watcher) {
	if !w.wanted.Swap(true) && sc.ask.has(isRead) {
		sc.via.watch(w.left)
	}
}

// requestRead says that the request has been read entirely.
func (sc *ServerConn) requestRead() {
	sc.out.mu.Lock()
	defer sc.out.mu.Unlock()
	sc.adopt(sc.count)
	if !sc.ask.has(isRead) {
		sc.ask |= isRead
		if sc.watched() && !sc.over() {
			sc.via.watch(sc.watcher().left)
		}
	}
}

// unwatch ends what wantWatch began. What was read by looking is the next
// request's.
func (sc *ServerConn) unwatch() {
	if !sc.watched() {
		return
	}
	sc.in.feed(sc.via.unwatch())
	w := sc.watcher()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cancel != nil {
		w.cancel()
	}
	w.ctx, w.cancel, w.onClose = nil, nil, nil
	w.wanted.Store(false)
}

// left says that the peer has left, or that we close.
func (w *watcher) left() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gone = true
	if w.cancel != nil {
		w.cancel()
	}
	if w.onClose != nil {
		go w.onClose()
		w.onClose = nil
	}
}

// over reports whether left has been called for somebody who has the context.
func (w *watcher) over() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.gone && w.ctx != nil
}

// background reads one octet, on a goroutine of its own: over a net.Conn there is
// no other way to see that the peer has left.
type background struct {
	stop  atomic.Bool
	done  chan struct{}
	n     int
	octet [1]byte
}

// watch calls left when the peer leaves.
func (s stream) watch(left func()) {
	bg := &background{done: make(chan struct{})}
	s.bg = bg
	go func() {
		defer close(bg.done)
		for {
			n, err := s.nc.Read(bg.octet[:])
			switch {
			case n > 0:
				bg.n = n // the next request has begun, so the peer is there
				return
			case err == nil:
			case errors.Is(err, os.ErrDeadlineExceeded):
				if bg.stop.Load() {
					return
				}
				_ = s.nc.SetReadDeadline(noDeadline)
				if bg.stop.Load() {
					return
				}
			default:
				left()
				return
			}
		}
	}()
}

// unwatch ends watch, and returns what it has read.
func (s stream) unwatch() []byte {
	bg := s.bg
	if bg == nil {
		return nil
	}
	s.bg = nil
	bg.stop.Store(true)
	_ = s.nc.SetReadDeadline(longAgo)
	<-bg.done
	_ = s.nc.SetReadDeadline(noDeadline)
	return bg.octet[:bg.n]
}
