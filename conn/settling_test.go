package conn

import (
	"runtime"
	"testing"
	"time"
)

// settles waits until ok: for what other goroutines, and the kernel, have to do.
func settles(t *testing.T, ok func() bool, what string) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%s\n%s", what, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// pass makes the clock believe, from its next tick on, that d has passed.
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch = c.epoch.Add(-d)
}

// settlesTick waits until the clock has ticked.
func (c *clock) settlesTick(t *testing.T) {
	t.Helper()
	before := c.now.Load()
	settles(t, func() bool { return c.now.Load() > before }, "no tick")
}

// connsOf returns how many connections s has.
func connsOf(s *Server) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// connections returns the connections of s.
func (s *Server) connections() (all []*ServerConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sc := range s.conns {
		all = append(all, sc)
	}
	return all
}
