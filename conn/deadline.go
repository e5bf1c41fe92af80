package conn

import (
	"sync/atomic"
	"time"
)

// stop is a time that the application set by which something must have ended.
type stop struct {
	exchange uint64
	at       int64 // on the clock
	woke     atomic.Bool
}

// passed reports whether s binds that exchange, and is over.
func (s *stop) passed(exchange uint64, c *clock) bool {
	return s != nil && s.exchange == exchange && c.now.Load() >= s.at
}

// due reports, once, that whoever waits should look.
func (s *stop) due(now int64) bool {
	return s != nil && now >= s.at && !s.woke.Swap(true)
}

// stopAt returns the stop for a wall clock time; nil, none, for the zero time.
func (c Conn) stopAt(t time.Time) *stop {
	if t.IsZero() {
		return nil
	}
	return &stop{exchange: c.exchange, at: max(c.sc.set.clock.now.Load()+int64(time.Until(t)), 1)}
}

// SetReadDeadline makes Read fail with [ErrBodyTimeout] from t on, to the
// accuracy of two ticks of 100 ms, even one that is waiting. The zero time takes
// it back. It lasts for this exchange, and may be called from any goroutine.
func (c Conn) SetReadDeadline(t time.Time) error {
	if c.sc == nil {
		return ErrFinished
	}
	s := c.stopAt(t)
	c.sc.readStop.Store(s)
	if s.passed(c.exchange, c.sc.set.clock) && s.due(s.at) {
		c.sc.via.wakeReader()
	}
	return nil
}

// SetWriteDeadline makes everything that sends fail with [ErrWriteTimeout] from t
// on, as SetReadDeadline does Read. The connection closes then.
func (c Conn) SetWriteDeadline(t time.Time) error {
	if c.sc == nil {
		return ErrFinished
	}
	s := c.stopAt(t)
	c.sc.writeStop.Store(s)
	if s.passed(c.exchange, c.sc.set.clock) && s.due(s.at) {
		c.sc.via.wakeWriter()
	}
	return nil
}

// checkStops wakes whom a stop concerns. The clock calls it.
func (l *link) checkStops(now int64) {
	if l.readStop.Load().due(now) {
		l.via.wakeReader()
	}
	if l.writeStop.Load().due(now) {
		l.via.wakeWriter()
	}
}

// stopped reports whether nothing may be sent any more, for it is too late.
func (o *outbound) stopped() bool {
	return o.link.writeStop.Load().passed(o.exchange, o.link.set.clock)
}
