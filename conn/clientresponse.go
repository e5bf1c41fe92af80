package conn

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/h1wire/h1wire/parser"
)

// Response is the response to a request that a [Client] sent. Its content is read
// from it, as it arrives; whoever got it closes it. It is for one goroutine at a
// time, but Close may be called at any time and ends a Read that waits.
//
// StartLine and Fields, and all slices they return, are valid until Close; what
// Fields.String returned is safe for ever.
type Response struct {
	StartLine
	Fields Fields

	// Length is the number of octets of content, or -1 when it is not known
	// beforehand: when it is chunked, until close, or decoded.
	Length int64

	// UntilClose says that the content ends where the connection does (RFC 9112 §6.3):
	// without TLS nothing tells whether it is all there.
	UntilClose bool

	client *Client
	pc     *pooledConn
	r      *Request
	stop   func() bool // of the watch on the caller's context
	turn   *turn       // in a pipeline
	body   *content    // being sent
	kept   *keptHead
	headBy *headTimer

	reading sync.Mutex // held by Read and Close
	data    []byte     // what was read of the content and not returned
	err     error      // how the content ended
	trailer *Fields
	refused bool // the request was not written, for it breaks HTTP
	streams bool // the content is sent by a goroutine
	tunnel  bool // the connection is to be another protocol's

	owning sync.Mutex // guards live
	live   bool       // the connection is ours
}

// keptHead is a response head that outlives the connection's buffer.
type keptHead struct {
	b    []byte
	head *parser.ResponseHead
}

var keptHeads = sync.Pool{New: func() any { return &keptHead{head: new(parser.ResponseHead)} }}

// informer hands informational responses to a request. A panic must not leave the
// connection locked, on which others may wait.
type informer struct {
	r *Request
	l *link
}

func (i informer) InformationalReceived(start *StartLine, fields *Fields) (err error) {
	defer func() {
		if r := recover(); r != nil {
			i.l.logPanic("Informational", r)
			err = errPanicked
		}
	}()
	return i.r.Informational(start, fields)
}

var errNoTunnel = errors.New("conn: Detach of a connection that is still HTTP's")

// begin waits for the head.
func (resp *Response) begin(a *attempt) error {
	pc := resp.pc
	if resp.turn != nil {
		select {
		case <-resp.turn.come:
		case <-a.ctx.Done():
			return context.Cause(a.ctx)
		}
	}
	pc.reading.Lock()
	var d any
	if resp.r.Informational != nil {
		d = informer{resp.r, &pc.link}
	}
	err := pc.readHead(d)
	a.answered = pc.answered
	if err == nil && pc.in.tooLong() {
		err = bodyTooLarge(pc.in.max.Load())
	}
	if err != nil {
		pc.leave()
		return err
	}
	if trace := resp.r.trace(); trace.FirstResponseByte != nil {
		trace.FirstResponseByte()
	}
	if resp.streams && pc.expects() == expectRefused {
		a.touched, resp.body = false, nil // which is Do's to close, or to send again
	}
	resp.keep()
	resp.tunnel = resp.Status == 101 || pc.current.method == parser.MethodConnect && resp.Status/100 == 2
	if pc.in.done && !resp.tunnel {
		resp.complete()
	}
	return nil
}

// keep takes the head out of the connection's buffer.
func (resp *Response) keep() {
	pc := resp.pc
	in := &pc.in
	resp.StartLine = in.rd.start
	lent()
	k := keptHeads.Get().(*keptHead)
	k.b = append(k.b[:0], in.rd.fields.b...)
	k.head, pc.head = pc.head, k.head
	resp.kept = k
	resp.Reason = k.head.Reason.Bytes(k.b)
	resp.Fields.reset(k.b, &k.head.Fields, in.coded, nil)
	in.rd.fields.clear()
	resp.UntilClose = in.kind == parser.UntilClose
	resp.Length = -1
	if in.kind == parser.FixedLength && !in.coded {
		resp.Length = int64(in.left)
	} else if in.kind == parser.NoBody {
		resp.Length = 0
	}
}

// Read reads content. At its end it returns [io.EOF], and the connection is free
// for another request; any other error has closed it.
func (resp *Response) Read(p []byte) (int, error) {
	resp.reading.Lock()
	defer resp.reading.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	if err := resp.more(nil); err != nil {
		return 0, err
	}
	n := copy(p, resp.data)
	resp.data = resp.data[n:]
	if len(resp.data) == 0 && resp.pc.in.done {
		resp.complete()
	}
	return n, nil
}

// WriteTo implements [io.WriterTo]. What w gets is not copied before. If w has a
// method Flush that returns an error, as [Conn] has, that is called before each wait
// for the peer: so a gateway that copies a response hands on what there is, and no
// write is wasted on less.
func (resp *Response) WriteTo(w io.Writer) (sent int64, err error) {
	resp.reading.Lock()
	defer resp.reading.Unlock()
	to, _ := w.(flusher)
	for {
		if err := resp.more(to); err != nil {
			if err == io.EOF {
				err = nil
			}
			return sent, err
		}
		n, err := w.Write(resp.data)
		sent += int64(n)
		resp.data = resp.data[n:]
		if err != nil {
			return sent, err
		}
	}
}

type flusher interface{ Flush() error }

// more waits until there is data. to, if it is not nil, is flushed before.
func (resp *Response) more(to flusher) error {
	if resp.tunnel && resp.err == nil {
		return io.EOF
	}
	for len(resp.data) == 0 {
		if resp.err != nil {
			return resp.err
		}
		in := &resp.pc.in
		if in.done {
			resp.complete()
			continue
		}
		data, err := in.next()
		switch {
		case err != nil:
		case len(data) > 0:
			resp.data = data
			continue
		case !in.done && to != nil:
			if err = to.Flush(); err == nil {
				err = resp.pc.fill()
			}
		case !in.done:
			err = resp.pc.fill()
		}
		if err != nil {
			resp.fail(err)
		}
	}
	return nil
}

// complete says that the response has been received entirely.
func (resp *Response) complete() {
	if resp.err != nil {
		return
	}
	resp.err = io.EOF
	pc := resp.pc
	if pc.in.fields {
		resp.keepTrailer()
	}
	if !resp.disown() {
		pc.persist = false // the caller's context is over, and takes the connection along
	}
	reusable := pc.endResponse()
	pc.leave()
	if resp.turn != nil {
		pc.line.leave(resp.turn)
	}
	if !reusable {
		resp.body.close()
		resp.client.pool.drop(pc, errClosed)
		return
	}
	if resp.streams {
		<-pc.wrote // all of it has been sent, so this is soon
	}
	resp.client.pool.release(pc, resp.r.Trace)
}

// disown ends the watch on the caller's context and on Close. It reports false
// when the context was over before.
func (resp *Response) disown() bool {
	resp.owning.Lock()
	defer resp.owning.Unlock()
	resp.live = false
	return resp.stop == nil || resp.stop()
}

// fail says that the response will never be complete.
func (resp *Response) fail(err error) {
	resp.err = err
	resp.disown()
	resp.pc.in.end()
	resp.pc.shut(err)
	resp.pc.leave()
	resp.drop(err)
}

// giveUp is fail before there was a head.
func (resp *Response) giveUp(err error) {
	unharmed := resp.disown()
	if resp.refused && unharmed && !resp.pc.closing.Load() {
		resp.client.pool.release(resp.pc, nil) // nothing was written
		return
	}
	resp.drop(err)
}

func (resp *Response) drop(err error) {
	resp.client.pool.drop(resp.pc, err)
	resp.body.close()
	if resp.turn != nil {
		resp.pc.line.leave(resp.turn)
	}
}

// keepTrailer takes the trailer section out of the connection's buffer.
func (resp *Response) keepTrailer() {
	b := append([]byte(nil), resp.pc.in.rd.fields.b...)
	section := new(parser.FieldSection)
	if _, err := section.Parse(b, resp.pc.in.opts); err == nil {
		resp.trailer = new(Fields)
		resp.trailer.reset(b, section, false, nil)
	}
}

// Trailer returns the trailer section (RFC 9110 §6.5), once Read has returned
// [io.EOF]; nil when there is none. It is the caller's own.
func (resp *Response) Trailer() *Fields { return resp.trailer }

// TLS returns the state of the TLS connection, shared by all responses on it and
// only to be read, or nil when there is none.
func (resp *Response) TLS() *tls.ConnectionState { return resp.pc.secure }

// Detach takes the connection away from HTTP, after a response with status 101,
// or 2xx to CONNECT (RFC 9110 §7.8 and §9.3.6). The net.Conn has no deadline set
// and does not heed the request's context any more; residual are the octets that
// came behind the response, the caller's own. Whoever detached it closes it.
func (resp *Response) Detach() (nc net.Conn, residual []byte, err error) {
	resp.reading.Lock()
	defer resp.reading.Unlock()
	switch {
	case !resp.tunnel:
		return nil, nil, errNoTunnel
	case resp.err != nil:
		return nil, nil, resp.err
	}
	if !resp.disown() {
		err := resp.pc.reason()
		resp.fail(err)
		return nil, nil, err
	}
	resp.err = ErrDetached
	nc, residual, err = resp.pc.Detach()
	resp.pc.leave()
	resp.drop(ErrDetached)
	return nc, residual, err
}

// Close gives the response up. If all of the content has been read, or has
// arrived, the connection goes on to carry other requests; else it is closed.
func (resp *Response) Close() error {
	if !resp.reading.TryLock() {
		resp.owning.Lock()
		if resp.live {
			resp.pc.shut(errClosed) // whoever reads returns
		}
		resp.owning.Unlock()
		resp.reading.Lock()
	}
	defer resp.reading.Unlock()
	resp.data = nil
	for resp.err == nil && !resp.tunnel {
		in := &resp.pc.in
		if in.done {
			resp.complete()
			break
		}
		if data, err := in.next(); err != nil || len(data) == 0 && !in.done {
			break // what has not arrived is not waited for
		}
	}
	if resp.err == nil {
		resp.fail(errClosed)
	}
	resp.err = errClosed
	if k := resp.kept; k != nil {
		resp.kept = nil
		resp.Fields.clear()
		resp.Reason = nil
		givenBack(k.b)
		keptHeads.Put(k)
	}
	return nil
}
