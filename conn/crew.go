package conn

import (
	"sync"
	"time"
)

// crew runs what takes a goroutine for a while, and keeps the goroutines for a
// moment: a new one begins with a small stack, which is copied several times until
// it is large enough to serve a request. The zero value is ready.
type crew struct {
	mu        sync.Mutex
	idle      []chan func() // who waits for work; who began last comes last, and is taken first
	surplus   int           // of them, those for whom there was none since the last look
	looking   bool          // another look is to come
	dismissed bool
}

// crewMost is how many may wait for work, and crewPatience how long, at least; at
// most it is twice as long.
const (
	crewMost     = 256
	crewPatience = time.Second
)

// run runs f on a goroutine that does nothing else meanwhile. f may end it.
func (c *crew) run(f func()) {
	c.mu.Lock()
	last := len(c.idle) - 1
	if last < 0 {
		c.mu.Unlock()
		go c.work(f)
		return
	}
	waits := c.idle[last]
	c.idle = c.idle[:last]
	c.surplus = min(c.surplus, last)
	c.mu.Unlock()
	waits <- f
}

// work runs f, and what it is given after that.
func (c *crew) work(f func()) {
	var waits chan func()
	for f != nil {
		f()
		if waits == nil {
			waits = make(chan func(), 1)
		}
		if !c.await(waits) {
			return
		}
		f = <-waits
	}
}

// await adds waits to those who wait, unless there are enough.
func (c *crew) await(waits chan func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dismissed || len(c.idle) >= crewMost {
		return false
	}
	c.idle = append(c.idle, waits)
	if !c.looking {
		c.looking = true
		time.AfterFunc(crewPatience, c.look)
	}
	return true
}

// look sends those away who had nothing to do since it last looked.
func (c *crew) look() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.send(c.surplus)
	c.surplus = len(c.idle)
	if c.looking = c.surplus > 0; c.looking {
		time.AfterFunc(crewPatience, c.look)
	}
}

// dismiss sends everyone away, also who comes later.
func (c *crew) dismiss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dismissed = true
	c.send(len(c.idle))
}

// send sends away the n who wait longest. mu is held.
func (c *crew) send(n int) {
	for _, waits := range c.idle[:n] {
		waits <- nil
	}
	c.idle = append(c.idle[:0], c.idle[n:]...)
	clear(c.idle[len(c.idle):cap(c.idle)])
	c.surplus = 0
}
