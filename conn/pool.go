package conn

import (
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// pool keeps a client's connections.
type pool struct {
	client *Client

	mu      sync.Mutex
	origins map[originKey]*origin
	conns   map[*pooledConn]struct{}
	closed  bool
	sweep   *time.Timer // closes what was idle too long; nil while nothing is idle
}

// pooledConn is a connection of a pool.
type pooledConn struct {
	*ClientConn
	origin *origin     // nil when the pool does not count it any more
	used   atomic.Bool // it has carried a request
	secure *tls.ConnectionState
	since  time.Time // when it became idle
	depth  int       // exchanges under way; more than one only when shared
	line   line      // of those exchanges
	look   *looker
	wrote  chan struct{}
}

func (p *pool) init(c *Client) {
	p.client = c
	p.origins = make(map[originKey]*origin)
	p.conns = make(map[*pooledConn]struct{})
}

// get returns a connection for a request; join says that it may be pipelined, and fresh
// that it is not to go over one that is idle, if another can be made.
func (p *pool) get(ctx context.Context, r *Request, join, fresh bool) (*pooledConn, error) {
	for {
		pc, alone, w, err := p.take(r, join, fresh)
		if w != nil {
			pc, err = p.wait(ctx, r, w)
			alone = !join
		}
		switch {
		case err != nil:
			return nil, err
		case pc == nil:
			return p.dial(ctx, r, join)
		case alone && !pc.look.alive():
			p.drop(pc, errClosed)
		default:
			p.share(pc, alone && join)
			return pc, nil
		}
	}
}

// take returns a connection that is there, or a waiter, or neither: then one is
// to be made, and is counted already. alone says that nobody else can use the
// connection, so that what arrives on it is for nobody.
func (p *pool) take(r *Request, join, fresh bool) (pc *pooledConn, alone bool, w *waiter, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, false, nil, errClosed
	}
	h := p.origin(r)
	limit := p.client.MaxConnsPerHost
	full := limit > 0 && h.open >= limit
	if n := len(h.idle); n > 0 && (full || !fresh) {
		pc = h.idle[n-1]
		h.idle = h.idle[:n-1]
		h.admit(pc, false)
		return pc, true, nil, nil
	}
	if join && !fresh && len(h.waiting) == 0 {
		for _, pc := range h.shared {
			if pc.used.Load() && pc.depth < p.client.Pipeline && !pc.closing.Load() {
				pc.depth++
				return pc, false, nil, nil
			}
		}
	}
	if full {
		w = &waiter{join: join, got: make(chan *pooledConn, 1)}
		h.waiting = append(h.waiting, w)
		return nil, false, w, nil
	}
	h.open++
	return nil, false, nil, nil
}

// share lets others join a connection that has been looked at.
func (p *pool) share(pc *pooledConn, join bool) {
	if !join {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if pc.origin != nil {
		pc.origin.shared = append(pc.origin.shared, pc)
	}
}

// wait waits for what others give back.
func (p *pool) wait(ctx context.Context, r *Request, w *waiter) (*pooledConn, error) {
	select {
	case pc := <-w.got:
		return pc, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	h := p.origin(r)
	if i := slices.Index(h.waiting, w); i >= 0 {
		h.waiting = slices.Delete(h.waiting, i, i+1)
		p.mu.Unlock()
		return nil, context.Cause(ctx)
	}
	p.mu.Unlock()
	if pc := <-w.got; pc != nil { // at the last moment: it goes to the next
		p.release(pc, nil)
	} else {
		p.unmade(r)
	}
	return nil, context.Cause(ctx)
}

// dial makes a connection that take has counted.
func (p *pool) dial(ctx context.Context, r *Request, join bool) (*pooledConn, error) {
	nc, err := p.client.dial(ctx, r)
	if err != nil {
		p.unmade(r)
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, err
	}
	pc := &pooledConn{
		ClientConn: newClientConn(nc, p.client.set),
		wrote:      make(chan struct{}, 1),
		look:       newLooker(nc),
	}
	pc.secure = pc.TLS()
	p.mu.Lock()
	pc.origin = p.origin(r)
	pc.origin.admit(pc, join)
	p.conns[pc] = struct{}{}
	closed := p.closed
	p.mu.Unlock()
	if closed {
		p.drop(pc, errClosed)
		return nil, errClosed
	}
	return pc, nil
}

// unmade says that a connection that was counted does not come about.
func (p *pool) unmade(r *Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone(p.origin(r))
}

// origin returns the origin of a request. p.mu is held.
func (p *pool) origin(r *Request) *origin {
	key := originKey{r.Addr, r.TLS, r.Key}
	h := p.origins[key]
	if h == nil {
		h = &origin{key: key}
		p.origins[key] = h
	}
	return h
}

// release ends an exchange on a connection that may carry another.
func (p *pool) release(pc *pooledConn, trace *Trace) {
	p.mu.Lock()
	h := pc.origin
	if h == nil { // closed meanwhile
		p.mu.Unlock()
		return
	}
	pc.used.Store(true)
	var err error
	if pc.depth--; pc.depth == 0 {
		h.retire(pc)
		switch {
		case p.closed:
			err = errClosed
		case len(h.waiting) > 0:
			h.admit(pc, h.waiting[0].join)
			h.next(pc)
		case len(h.idle) >= p.client.MaxIdlePerHost: // also when it is negative
			err = errTooManyIdle
		default:
			pc.since = time.Now()
			h.idle = append(h.idle, pc)
			p.schedule()
		}
	}
	for pc.depth > 0 && pc.depth < p.client.Pipeline && len(h.waiting) > 0 && h.waiting[0].join && slices.Contains(h.shared, pc) {
		pc.depth++
		h.next(pc)
	}
	p.mu.Unlock()
	if err != nil {
		p.drop(pc, errClosed)
	}
	if trace != nil && trace.PutIdle != nil {
		trace.PutIdle(err)
	}
}

// drop closes a connection, for that reason, and makes room for another.
func (p *pool) drop(pc *pooledConn, err error) {
	pc.shut(err)
	p.mu.Lock()
	defer p.mu.Unlock()
	if h := pc.origin; h != nil {
		h.retire(pc)
		p.gone(h)
		pc.origin = nil
		delete(p.conns, pc)
		pc.line.disperse()
	}
}

// gone says that there is one connection less. p.mu is held.
func (p *pool) gone(h *origin) {
	if len(h.waiting) > 0 && !p.closed {
		h.next(nil) // whoever gets it makes another in its place
		return
	}
	h.open--
	if h.open == 0 && len(h.waiting) == 0 {
		delete(p.origins, h.key)
	}
}

// schedule has idle connections closed in time. p.mu is held.
func (p *pool) schedule() {
	timeout := p.client.set.IdleTimeout
	if p.sweep == nil && timeout > 0 {
		p.sweep = time.AfterFunc(timeout, func() { p.closeIdle(time.Now().Add(-timeout)) })
	}
}

// closeIdle closes the connections that became idle at that time or before, and
// sees to the others later.
func (p *pool) closeIdle(before time.Time) {
	p.mu.Lock()
	var old []*pooledConn
	var oldest time.Time
	for _, h := range p.origins {
		n := 0 // the oldest are in front
		for n < len(h.idle) && !h.idle[n].since.After(before) {
			n++
		}
		old = append(old, h.idle[:n]...)
		h.idle = slices.Delete(h.idle, 0, n)
		if len(h.idle) > 0 && (oldest.IsZero() || h.idle[0].since.Before(oldest)) {
			oldest = h.idle[0].since
		}
	}
	switch {
	case p.sweep == nil:
	case oldest.IsZero():
		p.sweep.Stop()
		p.sweep = nil
	default:
		p.sweep.Reset(time.Until(oldest.Add(p.client.set.IdleTimeout)))
	}
	p.mu.Unlock()
	for _, pc := range old {
		p.drop(pc, errClosed)
	}
}

// close closes everything. Whoever waits gets leave to make a connection, and
// finds the pool closed.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	for _, h := range p.origins {
		for len(h.waiting) > 0 {
			h.open++
			h.next(nil)
		}
	}
	var all []*pooledConn
	for pc := range p.conns {
		all = append(all, pc)
	}
	p.mu.Unlock()
	for _, pc := range all {
		p.drop(pc, errClosed)
	}
	p.closeIdle(time.Now())
}

var errTooManyIdle = errors.New("conn: enough idle connections")

func (p *pool) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}
