package conn

import (
	"sync"
	"sync/atomic"
	"time"
)

// tick is the step of the coarse clock. A timeout expires at most two ticks
// late, and never early.
const tick = 100 * time.Millisecond

// clock is the time that connections share. Asking the system for the time, and
// setting a deadline on the socket, for each request would cost more than
// parsing it; so a connection only stores, when it begins to wait, the tick by
// which it wants to be woken, and the clock looks at all of them once a tick.
//
// The clock ticks while it has members, and needs no goroutine for it.
type clock struct {
	now     atomic.Int64           // nanoseconds since epoch, at the last tick
	opening atomic.Pointer[[]byte] // of responses in the current second

	mu      sync.Mutex
	epoch   time.Time
	second  int64 // of opening, in Unix time
	members []*link
	timer   *time.Timer
	also    func() // done at every tick, if not nil; set before the first
	ticking bool
}

// add makes l a member: from now on it is woken when what it waits for is late.
func (c *clock) add(l *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l.place = int32(len(c.members))
	c.members = append(c.members, l)
	if c.ticking {
		return
	}
	c.ticking = true
	c.advance()
	if c.timer == nil {
		c.timer = time.AfterFunc(tick, c.tick)
	} else {
		c.timer.Reset(tick)
	}
}

// remove ends the membership of l. When it has returned, no tick touches l.
func (c *clock) remove(l *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l.place < 0 {
		return
	}
	last := len(c.members) - 1
	moved := c.members[last]
	c.members[l.place], moved.place = moved, l.place
	c.members[last] = nil
	c.members = c.members[:last]
	l.place = -1
	if last == 0 && c.timer.Stop() {
		c.ticking = false
	}
}

func (c *clock) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.members) == 0 {
		c.ticking = false
		return
	}
	now := c.advance()
	for _, l := range c.members {
		l.check(now)
	}
	if c.also != nil {
		c.also()
	}
	c.timer.Reset(tick)
}

// advance reads the system's time. c.mu is held.
func (c *clock) advance() int64 {
	t := time.Now()
	if c.epoch.IsZero() {
		c.epoch = t.Add(-time.Second) // so that no time that is stored is 0
	}
	if s := t.Unix(); s != c.second {
		c.second = s
		opening := append([]byte(nil), openingStatus+"Date: "...)
		opening = t.UTC().AppendFormat(opening, "Mon, 02 Jan 2006 15:04:05 GMT") // RFC 9110 §5.6.7
		opening = append(opening, "\r\n"+openingEnd...)
		c.opening.Store(&opening)
	}
	now := int64(t.Sub(c.epoch))
	c.now.Store(now)
	return now
}

// after returns the time to store for something that is late after d. The
// stamp may be a tick old, so a tick is added. 0, for ever, when d is 0.
func (c *clock) after(d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return c.now.Load() + int64(d+tick)
}

// What most responses begin with: this status line, Date, and the beginning of
// Content-Length. It is one copy.
const (
	openingStatus = "HTTP/1.1 200 OK\r\n"
	openingEnd    = "Content-Length: "
)

// dateLine returns the Date field line (RFC 9110 §6.6.1), to be read only.
func (c *clock) dateLine() []byte {
	o := *c.opening.Load()
	return o[len(openingStatus) : len(o)-len(openingEnd)]
}
