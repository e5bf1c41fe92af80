package conn

import (
	"sync"
	"time"
)

// headTimer closes the connection when the head of a response does not come within
// Client.ResponseTimeout from the end of the request. nil is without a bound.
type headTimer struct {
	mu    sync.Mutex
	timer *time.Timer
	over  bool // the head has come, or never will
}

func (c *Client) headTimer() *headTimer {
	if c.ResponseTimeout <= 0 {
		return nil
	}
	return new(headTimer)
}

// start is called when the request has been sent, which may be after stop.
func (t *headTimer) start(pc *pooledConn, d time.Duration) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.timer = time.AfterFunc(d, func() { t.expire(pc) })
	}
}

func (t *headTimer) expire(pc *pooledConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		pc.shut(ErrHeaderTimeout)
	}
}

func (t *headTimer) stop() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	if t.timer != nil {
		t.timer.Stop()
	}
}
