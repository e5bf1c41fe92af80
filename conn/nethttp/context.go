package nethttp

import (
	"context"
	"net/http"
	"reflect"
	"time"
	"unsafe"
)

// requestContext is an exchange as the context of its request. Most handlers never
// wait for it, so what makes the connection look whether the peer has left begins
// when one does.
type requestContext exchange

// wait returns the context that can be waited for.
func (c *requestContext) wait() context.Context {
	if c.waited.Load() == nil {
		ctx := c.conn.Context()
		c.waited.CompareAndSwap(nil, &ctx)
	}
	return *c.waited.Load()
}

func (c *requestContext) Done() <-chan struct{} { return c.wait().Done() }
func (c *requestContext) Err() error            { return c.wait().Err() }

// Deadline is that of the connection's context.
func (c *requestContext) Deadline() (time.Time, bool) {
	return (*exchange)(c).connection().Deadline()
}

// Value lets package context find the real context, so that children of this
// one need no goroutine.
func (c *requestContext) Value(key any) any {
	if waited := c.waited.Load(); waited != nil {
		if v := (*waited).Value(key); v != nil {
			return v
		}
	}
	return (*exchange)(c).connection().Value(key)
}

// setContext gives r its context, which stands at that offset. From outside of
// net/http only WithContext does so, by a copy of r; each pointer
// of that copy is one more to tell the garbage collector of.
func setContext(r *http.Request, ctx context.Context, at uintptr) {
	if at == 0 {
		*r = *r.WithContext(ctx)
		return
	}
	*(*context.Context)(unsafe.Add(unsafe.Pointer(r), at)) = ctx
}

// contextAt is the offset of the context in an http.Request; 0 when net/http has
// moved it.
var contextAt = func() uintptr {
	f, ok := reflect.TypeFor[http.Request]().FieldByName("ctx")
	if !ok || f.Type != reflect.TypeFor[context.Context]() {
		return 0
	}
	return f.Offset
}()
