package nethttp

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/h1wire/h1wire/conn"
)

// errNoHead is what a request fails with whose response does not begin in time.
var errNoHead = fmt.Errorf("nethttp: timeout awaiting response headers: %w", conn.ErrHeaderTimeout)

// headTimer bounds the time from the end of a request to the head of its
// response.
type headTimer struct {
	cancel context.CancelCauseFunc
	mu     sync.Mutex
	timer  *time.Timer
	done   bool // the head has come
}

// limit makes the exchange end by Transport.ResponseHeaderTimeout.
func (o *outgoing) limit(ctx context.Context) context.Context {
	h := new(headTimer)
	ctx, h.cancel = context.WithCancelCause(ctx)
	if o.wire.Trace == nil {
		o.wire.Trace = new(conn.Trace)
	}
	told := o.wire.Trace.WroteRequest
	o.wire.Trace.WroteRequest = func(err error) {
		if told != nil {
			told(err)
		}
		h.start(o.transport.ResponseHeaderTimeout)
	}
	o.headBy = h
	return ctx
}

func (h *headTimer) start(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.done {
		h.timer = time.AfterFunc(d, func() { h.cancel(errNoHead) })
	}
}

// stop says that the head has come, or never will.
func (h *headTimer) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done = true
	if h.timer != nil {
		h.timer.Stop()
	}
}

// end lets the context go.
func (h *headTimer) end() {
	if h != nil {
		h.cancel(nil)
	}
}
