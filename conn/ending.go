package conn

import "sync/atomic"

// ending is a channel that is closed when something ends. It is made when
// somebody first waits, which few do. The zero value is ready.
type ending struct{ ch atomic.Pointer[chan struct{}] }

var hasEnded = func() *chan struct{} {
	ch := make(chan struct{})
	close(ch)
	return &ch
}()

// done returns the channel.
func (e *ending) done() <-chan struct{} {
	for {
		if p := e.ch.Load(); p != nil {
			return *p
		}
		ch := make(chan struct{})
		e.ch.CompareAndSwap(nil, &ch)
	}
}

// end is called once.
func (e *ending) end() {
	if p := e.ch.Swap(hasEnded); p != nil {
		close(*p)
	}
}
