package nethttp

import (
	"context"
	"sync"
	"time"
)

// requestContext is the context of a request. Most handlers never wait for it,
// so what makes the connection look whether the peer has left begins when one
// does.
type requestContext struct {
	*connection
	exchange *exchange
	mu       sync.Mutex
	real     context.Context // nil until somebody waits
}

// waited returns the context that can be waited for.
func (c *requestContext) waited() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.real == nil {
		c.real = c.exchange.conn.Context()
	}
	return c.real
}

func (c *requestContext) Done() <-chan struct{} { return c.waited().Done() }
func (c *requestContext) Err() error            { return c.waited().Err() }

// Deadline is that of the connection's context.
func (c *requestContext) Deadline() (time.Time, bool) { return c.connection.Deadline() }

// Value lets package context find the real context, so that children of this
// one need no goroutine.
func (c *requestContext) Value(key any) any {
	c.mu.Lock()
	real := c.real
	c.mu.Unlock()
	if real != nil {
		if v := real.Value(key); v != nil {
			return v
		}
	}
	return c.connection.Value(key)
}
