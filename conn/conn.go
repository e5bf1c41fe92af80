package conn

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"time"
)

// Conn is a server's handle for one exchange: the means to answer one request.
// It is a small value to be copied freely; the zero value is of no exchange. Its
// methods may be called from any goroutine, at any time; once the exchange is over
// they return [ErrFinished], so that no handler can write into the response of
// another.
//
// What is written inside a callback is sent when the octets received are used
// up, so that the responses of pipelined requests leave together; before the
// connection waits for its peer; and when 64 KiB are ready. A callback that waits
// for something else, as a gateway does for the origin server, calls Flush before;
// [Response.WriteTo] does that by itself.
// A response written outside a callback is sent at the end of each call.
type Conn struct {
	sc       *ServerConn
	exchange uint64
}

// lock returns the output side, locked, if the handle is still good.
func (c Conn) lock() (*outbound, error) {
	if c.sc == nil {
		return nil, ErrFinished
	}
	c.sc.mu.Lock()
	if s := c.sc.service; s != nil && (s.out.exchange == c.exchange || c.sc.adopt(c.exchange)) {
		return &s.out, nil
	}
	c.sc.mu.Unlock()
	if c.sc.is(detached) {
		return nil, ErrDetached
	}
	return nil, ErrFinished
}

// adopt opens the output side for exchange n, which has begun, and reports false if
// it is over. The serving loop only offers an exchange: it is whoever first
// answers, and has the lock anyway, that takes it up. out.mu is held.
func (sc *ServerConn) adopt(n uint64) bool {
	o := &sc.out
	if o.exchange == n || n <= sc.answered.Load() {
		return o.exchange == n
	}
	o.exchange, o.phase = n, sendHead
	sc.exchange, sc.ask = n, sc.offer
	if o.err != nil { // nothing can be sent any more
		o.phase = sendBroken
		sc.messageSent()
	}
	return true
}

// WriteHeaders sends the head of the response, and chunk, if it is not empty, as
// the beginning of its content, in one write. start is made by [StatusLine]. The
// connection adds, before the fields of h, Date if it is absent, and
// Transfer-Encoding where the content's length is not known; behind them,
// Connection. Nothing is kept of start, h and chunk, and nothing is sent when it
// fails with an [*OutputError].
func (c Conn) WriteHeaders(start StartLine, h *Header, chunk []byte) error {
	o, err := c.lock()
	if err != nil {
		return err
	}
	defer o.mu.Unlock()
	if err := c.sc.respond(&start, h, -1); err != nil {
		return err
	}
	if len(chunk) > 0 {
		_, err := o.write(chunk)
		return err
	}
	return o.settled()
}

// Write sends p as content. It blocks while the peer does not read, and keeps
// nothing of p. More than Content-Length promised is not sent: it is
// [ErrTooManyBytes], and the connection closes. The content of a response to
// HEAD is counted, but not sent.
func (c Conn) Write(p []byte) (int, error) {
	o, err := c.lock()
	if err != nil {
		return 0, err
	}
	defer o.mu.Unlock()
	return o.write(p)
}

// Finish says that the response is complete. Fewer octets than Content-Length
// promised is [ErrTooFewBytes], and the connection closes; a second Finish is
// [ErrFinished].
func (c Conn) Finish() error { return c.FinishTrailers(nil) }

// FinishTrailers is Finish with a trailer section (RFC 9110 §6.5), which is sent
// if the content is chunked, and dropped otherwise. Fields that do not belong
// there are left out.
func (c Conn) FinishTrailers(h *Header) error {
	o, err := c.lock()
	if err != nil {
		return err
	}
	defer o.mu.Unlock()
	return o.finish(h)
}

// Reply sends a whole response: head, body, end. Content-Length is added.
func (c Conn) Reply(start StartLine, h *Header, body []byte) error {
	o, err := c.lock()
	if err != nil {
		return err
	}
	defer o.mu.Unlock()
	if err := c.sc.respond(&start, h, int64(len(body))); err != nil {
		return err
	}
	switch {
	case o.body == bodyChunked: // as h asked for
		if _, err := o.write(body); err != nil {
			return err
		}
		return o.finish(nil)
	case o.body == bodyFixed: // not by write: everything is to leave together
		if err := o.append(body); err != nil {
			return err
		}
		o.left = 0
		o.content = int64(len(body))
	}
	return o.complete()
}

// Flush sends what has been written so far. It blocks while the peer does not
// read.
func (c Conn) Flush() error {
	o, err := c.lock()
	if err != nil {
		return err
	}
	defer o.mu.Unlock()
	return o.flush()
}

// Continue sends "100 (Continue)" now, if the client waits for it (RFC 9110
// §10.1.1). Otherwise it is sent when the content is first wanted.
func (c Conn) Continue() error {
	o, err := c.lock()
	if err != nil {
		return err
	}
	defer o.mu.Unlock()
	return c.sc.sendContinue()
}

// WriteInformational sends an informational response, such as 103 (Early Hints),
// at once. It may be called any number of times before the final one. HTTP/1.0
// clients get none.
func (c Conn) WriteInformational(start StartLine, h *Header) error {
	o, err := c.lock()
	if err != nil {
		return err
	}
	defer o.mu.Unlock()
	return c.sc.inform(&start, h)
}

// ReadFrom sends what r yields as content, until its end or an error. From a
// file to a plain TCP connection the kernel copies (sendfile). Inside a callback,
// reading from r is waiting for something else: see Conn.
func (c Conn) ReadFrom(r io.Reader) (int64, error) {
	var sent int64
	if isFile(r) { // its Read cannot call us back, so the lock may be held
		o, err := c.lock()
		if err != nil {
			return 0, err
		}
		n, taken, err := o.readFrom(r)
		o.mu.Unlock()
		if taken || err != nil {
			return n, err
		}
	}
	buf := getBulk()
	defer releaseBulk(buf)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			w, err := c.Write(buf[:n])
			sent += int64(w)
			if err != nil {
				return sent, err
			}
		}
		if err == io.EOF {
			return sent, nil
		}
		if err != nil {
			return sent, err
		}
	}
}

// SetBodyTimeout is Params.BodyTimeout for this request; 0 takes that away. It is
// called in StartRequest or in HeadersReceived.
func (c Conn) SetBodyTimeout(d time.Duration) {
	if o, err := c.lock(); err == nil {
		defer o.mu.Unlock()
		if c.sc.answered.Load() != c.exchange {
			c.sc.in.patience.Store(int64(max(d, 0)))
		}
	}
}

// SetMaxBodySize is Params.MaxBodySize for this request: the most octets of its
// content, decoded or not; with 0 or less there may be none. It is called in
// StartRequest or in HeadersReceived.
func (c Conn) SetMaxBodySize(n int64) {
	if o, err := c.lock(); err == nil {
		defer o.mu.Unlock()
		if c.sc.answered.Load() != c.exchange {
			c.sc.in.max.Store(max(n, 0))
		}
	}
}

// Context returns a context that is cancelled when the exchange is over, and as
// soon as the peer is seen to have left. Asking for it is what makes the
// connection look.
func (c Conn) Context() context.Context {
	o, err := c.lock()
	if err != nil {
		return gone
	}
	defer o.mu.Unlock()
	if c.sc.answered.Load() == c.exchange {
		return gone
	}
	return c.sc.context()
}

// gone is the context of what is over.
var gone = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// SetCloseCallback has f called once, on a goroutine of its own, if the peer
// leaves or the connection closes before the exchange is over.
//
// Deprecated: use [Conn.Context] and [context.AfterFunc].
func (c Conn) SetCloseCallback(f func()) {
	if o, err := c.lock(); err == nil {
		defer o.mu.Unlock()
		if c.sc.answered.Load() != c.exchange {
			c.sc.onLeft(f)
		}
	}
}

// ServerConn returns the connection that the exchange is on; nil for the zero Conn.
func (c Conn) ServerConn() *ServerConn { return c.sc }

// AppContext returns Params.AppContext.
func (c Conn) AppContext() any {
	if c.sc == nil {
		return nil
	}
	return c.sc.AppContext()
}

// RemoteAddr returns the peer's address.
func (c Conn) RemoteAddr() net.Addr {
	if c.sc == nil {
		return nil
	}
	return c.sc.RemoteAddr()
}

// LocalAddr returns our address.
func (c Conn) LocalAddr() net.Addr {
	if c.sc == nil {
		return nil
	}
	return c.sc.LocalAddr()
}

// TLS returns the state of the TLS connection, or nil when there is none.
func (c Conn) TLS() *tls.ConnectionState {
	if c.sc == nil {
		return nil
	}
	return c.sc.TLS()
}
