package conn

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/h1wire/h1wire/parser"
)

var (
	// ErrNotContinued says that the content was not sent, for the final response
	// came before "100 (Continue)" (RFC 9110 §10.1.1).
	ErrNotContinued = errors.New("conn: answered without asking for the content")

	errNoRequest  = errors.New("conn: no request waits for a response")
	errReading    = errors.New("conn: a response is being read already")
	errUnfinished = errors.New("conn: the request before is not finished")
)

// ClientConn is the client's side of one connection. Requests are written with
// WriteHeaders, Write and Finish, or Send; ReadResponse reads the response of
// the oldest that has none yet. One goroutine may write while another reads, so
// both directions can stream at once; a single goroutine that does one after the
// other must not send more than the peer is ready to take before it answers.
//
// What is written is sent when ReadResponse has to wait, when 64 KiB are ready,
// and by Flush: pipelined requests leave together. While ReadResponse waits,
// every call sends what it wrote.
//
// [Client] keeps a pool of these.
type ClientConn struct {
	link
	in   inbound
	mu   sync.Mutex // out's
	out  outbound
	opts parser.Options
	head *parser.ResponseHead
	pump *pump // via, if it is one

	reading  sync.Mutex  // held by whoever reads
	waiting  atomic.Bool // the reader waits for octets, so whoever writes must flush
	whole    atomic.Bool // all of the last request has been written
	begun    int64       // octets sent, ever, when the last request was begun; guarded by out.mu
	detached atomic.Bool
	heading  bool  // the head under way is not complete
	answered bool  // octets of the response under way have arrived
	persist  bool  // the response under way lets the connection persist
	current  asked // the request that it answers
	by       int64 // when the head under way is late
	informed int   // informational responses so far

	asking sync.Mutex // guards what follows
	asks   []asked    // requests without a response, oldest first: as many as the application lets wait
	expect expectation
	cause  error // why the connection was closed
	ctx    context.Context
	cancel context.CancelCauseFunc // of ctx; nil while nobody asked for it
}

// asked is what reading a response must know of its request.
type asked struct {
	method  parser.Method
	upgrade bool // it offered another protocol
	persist bool // it lets the connection persist
	decodes bool // content in gzip is to be decoded
	expects bool // its content was held back when it was asked
}

// NewClient returns the client's side of a connection. nil Params are the
// defaults; the error is that of [Params.Validate]. It takes nc over: Close
// closes it, and must be called.
//
// Two deviations from the strict grammar are on in every client, for RFC 9112
// §5.2 asks them of a user agent, or servers in use need them:
// [parser.LenientObsFold] and [parser.LenientMissingReasonSpace].
func NewClient(nc net.Conn, p *Params) (*ClientConn, error) {
	if nc == nil {
		return nil, errNilConn
	}
	set, err := p.settle(new(clock))
	if err != nil {
		return nil, err
	}
	return newClientConn(nc, set), nil
}

func newClientConn(nc net.Conn, set *settings) *ClientConn {
	cc := &ClientConn{link: link{nc: nc, set: set, place: -1}, opts: set.opts, head: new(parser.ResponseHead)}
	cc.opts.Lenience |= parser.LenientObsFold | parser.LenientMissingReasonSpace
	cc.via = newTransport(&cc.link)
	cc.pump, _ = cc.via.(*pump)
	cc.out.mu, cc.out.link, cc.out.owner = &cc.mu, &cc.link, cc
	cc.in.opts = &cc.opts
	set.clock.add(&cc.link)
	return cc
}

// Close closes the connection at once. Whoever waits on it gets an error that is
// [net.ErrClosed]. Closing twice does nothing.
func (cc *ClientConn) Close() error {
	cc.shut(errClosed)
	return nil
}

// shut closes the connection, for that reason unless there was one before.
func (cc *ClientConn) shut(err error) {
	cc.asking.Lock()
	first := cc.cause == nil
	if first {
		cc.cause = err
		cc.expect.settle(expectClosed)
		if cc.cancel != nil {
			cc.cancel(err)
		}
	}
	cc.asking.Unlock()
	if !first {
		return
	}
	cc.closing.Store(true)
	cc.set.clock.remove(&cc.link)
	if !cc.detached.Load() {
		_ = cc.nc.Close()
	}
	cc.tidy()
}

// tidy gives the buffers of a closed connection back, unless somebody uses them,
// who will do it then.
func (cc *ClientConn) tidy() {
	if cc.reading.TryLock() {
		cc.in.end()
		cc.in.discard()
		cc.reading.Unlock()
	}
	if cc.out.mu.TryLock() {
		cc.tidyOutput()
		cc.out.mu.Unlock()
	}
}

// tidyOutput is tidy for the output side. out.mu is held.
func (cc *ClientConn) tidyOutput() {
	if cc.out.err == nil {
		cc.out.err = cc.reason()
	}
	cc.out.release()
}

// reason returns why the connection was closed, or nil.
func (cc *ClientConn) reason() error {
	cc.asking.Lock()
	defer cc.asking.Unlock()
	return cc.cause
}

// Detach takes the connection away from HTTP, after a response with status 101,
// or 2xx to CONNECT (RFC 9110 §7.8 and §9.3.6): in HeadersReceived. The net.Conn
// has no deadline set; residual are the octets that came behind the response,
// the caller's own. Neither Finish nor OnConnectionClose follows. Whoever detached
// a connection closes it.
func (cc *ClientConn) Detach() (nc net.Conn, residual []byte, err error) {
	cc.out.mu.Lock()
	defer cc.out.mu.Unlock()
	switch {
	case cc.detached.Load():
		return nil, nil, ErrDetached
	case cc.closing.Load():
		return nil, nil, cc.reason()
	}
	if err := cc.out.flush(); err != nil {
		return nil, nil, err
	}
	nc, err = cc.via.detach()
	if err != nil {
		return nil, nil, err
	}
	residual = append(residual, cc.in.bytes()...)
	cc.in.drop()
	cc.detached.Store(true)
	cc.asking.Lock()
	defer cc.asking.Unlock()
	cc.cause, cc.out.err = ErrDetached, ErrDetached
	if cc.cancel != nil {
		cc.cancel(ErrDetached)
	}
	return nc, residual, nil
}

// Context returns a context that is cancelled when the connection is closed, by us
// or because reading found that the peer has left; [context.Cause] says why.
func (cc *ClientConn) Context() context.Context {
	cc.asking.Lock()
	defer cc.asking.Unlock()
	if cc.ctx == nil {
		cc.ctx, cc.cancel = context.WithCancelCause(context.Background())
		if cc.cause != nil {
			cc.cancel(cc.cause)
		}
	}
	return cc.ctx
}

// SetCloseCallback has f called, on a goroutine of its own, when the connection
// is closed.
//
// Deprecated: use [ClientConn.Context] and [context.AfterFunc].
func (cc *ClientConn) SetCloseCallback(f func()) { context.AfterFunc(cc.Context(), f) }

// SetBodyTimeout is Params.BodyTimeout for the response under way; 0 takes that
// away. It is called in HeadersReceived.
func (cc *ClientConn) SetBodyTimeout(d time.Duration) { cc.in.patience.Store(int64(max(d, 0))) }

// SetMaxBodySize is Params.MaxBodySize for the response under way: the most
// octets of its content, decoded or not; with 0 or less there may be none. It is
// called in HeadersReceived.
func (cc *ClientConn) SetMaxBodySize(n int64) { cc.in.max.Store(max(n, 0)) }

// AppContext returns Params.AppContext.
func (cc *ClientConn) AppContext() any { return cc.set.AppContext }

// RemoteAddr returns the peer's address.
func (cc *ClientConn) RemoteAddr() net.Addr { return cc.nc.RemoteAddr() }

// LocalAddr returns our address.
func (cc *ClientConn) LocalAddr() net.Addr { return cc.nc.LocalAddr() }

// TLS returns the state of the TLS connection, or nil when there is none.
func (cc *ClientConn) TLS() *tls.ConnectionState {
	t, ok := cc.nc.(*tls.Conn)
	if !ok {
		return nil
	}
	s := t.ConnectionState()
	return &s
}
