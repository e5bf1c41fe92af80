package conn

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/h1wire/h1wire/parser"
)

// attempt is one try at sending a request and getting the head of its response.
type attempt struct {
	client *Client
	r      *Request
	ctx    context.Context
	body   *content

	retry    bool  // another failed: a new connection, and no further attempt
	reused   bool  // the connection had carried another request
	answered bool  // octets of the response have arrived
	touched  bool  // the body may have been read
	sent     int64 // octets of the request
}

// pipelines reports whether a request may be one of several on a connection at
// once (RFC 9112 §9.3.2).
func (r *Request) pipelines() bool {
	m := parser.MethodOf(octets(r.method()))
	return r.Body == nil && len(r.Content) == 0 && m.Idempotent() && m != parser.MethodConnect &&
		!r.Header.has(parser.FieldUpgrade) && !r.Header.has(parser.FieldExpect)
}

func (a *attempt) run() (*Response, error) {
	c, r := a.client, a.r
	if c.err != nil {
		return nil, c.err
	}
	if err := a.ctx.Err(); err != nil {
		return nil, context.Cause(a.ctx)
	}
	trace := r.trace()
	if trace.GetConn != nil {
		trace.GetConn(r.Addr)
	}
	pc, err := c.pool.get(a.ctx, r, c.Pipeline > 1 && r.pipelines(), a.retry)
	if err != nil {
		return nil, err
	}
	a.reused = pc.used.Load()
	if trace.GotConn != nil {
		trace.GotConn(pc.nc, a.reused)
	}
	resp := &Response{client: c, pc: pc, r: r, body: a.body, live: true, headBy: c.headTimer()}
	if a.ctx.Done() != nil {
		resp.stop = pc.heed(a.ctx)
	}
	before := pc.sent.Load()
	if err = a.send(resp); err == nil {
		err = resp.begin(a)
	}
	resp.headBy.stop()
	if err == nil {
		return resp, nil
	}
	a.sent = pc.sent.Load() - before
	resp.giveUp(err)
	if cause := pc.reason(); cause != nil && cause != errClosed {
		err = cause // what closed the connection explains what followed from that
	}
	return nil, err
}

// heed closes the connection when ctx is over, until stop.
func (pc *pooledConn) heed(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { pc.shut(context.Cause(ctx)) })
}

// send writes the request, or begins to.
func (a *attempt) send(resp *Response) error {
	pc, r := resp.pc, a.r
	var err error
	if a.client.Pipeline > 1 {
		var first bool
		resp.turn, first, err = pc.line.join(func() error { return a.write(resp) })
		if err == nil && !first {
			_ = pc.Flush() // whoever reads now may not come to it soon; an error meets him
		}
	} else {
		err = a.write(resp)
	}
	if err == nil && r.streams() {
		a.touched, resp.streams = true, true
		go resp.sendContent(a.body)
		return nil
	}
	if trace := r.trace(); trace.WroteRequest != nil {
		trace.WroteRequest(err)
	}
	if err == nil {
		a.body.close()
		resp.headBy.start(pc, a.client.ResponseTimeout)
	}
	return err
}

// write writes the head, and all of the request if that is at hand.
func (a *attempt) write(resp *Response) error {
	pc, r := resp.pc, a.r
	decodes := r.Decompress || a.client.set.Decompress
	x := extra{host: r.host(), decodes: decodes, gzip: decodes && r.wantsGzip()}
	start := r.startLine()
	pc.out.mu.Lock()
	before := len(pc.out.room().b)
	if err := pc.ask(&start, r.Header, r.length(), &x); err != nil {
		var output *OutputError
		resp.refused = errors.As(err, &output)
		return pc.unlock(err)
	}
	if trace := r.trace(); trace.WroteHeaders != nil {
		trace.WroteHeaders(pc.out.buf.b[before:])
	}
	if r.streams() {
		return pc.unlock(nil)
	}
	if len(r.Content) > 0 {
		if _, err := pc.content(r.Content); err != nil {
			return pc.unlock(err)
		}
	}
	pc.whole.Store(true)
	return pc.unlock(pc.out.finish(nil))
}

// wantsGzip reports whether Accept-Encoding may be added. Part of what is coded
// could not be decoded (RFC 9110 §14.2).
func (r *Request) wantsGzip() bool {
	return !r.Header.names("Accept-Encoding") && !r.Header.names("Range")
}

// names reports whether h has a field of that name.
func (h *Header) names(name string) bool {
	_, ok := h.Lookup(name)
	return ok
}

// content is a request's Body while it is being sent. It is closed once.
type content struct {
	io.Reader
	closing sync.Once
	failure atomic.Pointer[bodyError]
}

func newContent(body io.Reader) *content {
	if body == nil {
		return nil
	}
	return &content{Reader: body}
}

// failed reports whether err is what reading the content failed with.
func (c *content) failed(err error) bool {
	if c == nil {
		return false
	}
	own := c.failure.Load()
	return own != nil && errors.Is(err, own.err)
}

// close says that nothing more is wanted. A Read under way is for its Close to end.
func (c *content) close() {
	if c == nil {
		return
	}
	if closer, ok := c.Reader.(io.Closer); ok {
		c.closing.Do(func() { _ = closer.Close() })
	}
}

// sendContent sends what follows the head.
func (resp *Response) sendContent(body *content) {
	pc, r := resp.pc, resp.r
	err := pc.copyContent(r, body)
	if err == nil {
		var trailer *Header
		if r.Trailer != nil {
			trailer = r.Trailer()
		}
		err = pc.FinishTrailers(trailer)
	}
	var own *bodyError
	var refused *OutputError // of the trailer section
	// Only closing can tell the peer that no more will come.
	switch {
	case errors.As(err, &own):
		pc.shut(own.err)
	case errors.As(err, &refused):
		pc.shut(err)
	}
	if trace := r.trace(); trace.WroteRequest != nil {
		trace.WroteRequest(err)
	}
	if err == nil {
		resp.headBy.start(pc, resp.client.ResponseTimeout)
	}
	pc.wrote <- struct{}{}
	if err != ErrNotContinued { // then it is as it was, and Do's
		body.close()
	}
}

// bodyError is an error of the caller's, to tell it from one of the connection's.
type bodyError struct{ err error }

func (e *bodyError) Error() string { return e.err.Error() }

func (pc *pooledConn) copyContent(r *Request, body *content) error {
	if err := pc.awaitContinue(); err != nil {
		return err // and not an octet of the body was read
	}
	if r.Content != nil {
		_, err := pc.Write(r.Content)
		return err
	}
	var from io.Reader = body.Reader
	length := r.Length
	if length < 0 && r.Header.has(parser.FieldContentLength) {
		length = r.Header.contentLength
	}
	if length >= 0 {
		from = &io.LimitedReader{R: from, N: length}
	}
	if isFile(from) {
		pc.out.mu.Lock()
		_, taken, err := pc.out.readFrom(from)
		if taken && pc.out.body == bodyFixed && pc.out.left == 0 {
			pc.whole.Store(true)
		}
		if err = pc.unlock(err); taken || err != nil {
			return err
		}
	}
	buf := getBulk()
	defer releaseBulk(buf)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if _, err := pc.Write(buf[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			own := &bodyError{err}
			body.failure.Store(own)
			return own
		}
	}
}
