package conn

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// puller is the state of a body that a [PullDelegate] takes by [Conn.Read]. The
// handler may do so from any goroutine, one at a time.
type puller struct {
	mu       sync.Mutex
	closing  atomic.Bool
	exchange uint64
	data     []byte // what next returned and Read has not
	err      error  // how the body ended; io.EOF at its end
}

func (p *puller) open(exchange uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.exchange, p.data, p.err = exchange, nil, nil
}

// openPull lets the handler of the exchange that has begun read.
func (sc *ServerConn) openPull() {
	if sc.pull.Load() == nil {
		sc.pull.Store(new(puller))
	}
	sc.pull.Load().open(sc.count)
}

// close ends pulling. A Read that still waits gives up.
func (p *puller) close(sc *ServerConn) {
	if !p.mu.TryLock() {
		p.closing.Store(true)
		sc.via.wakeReader()
		p.mu.Lock()
		p.closing.Store(false)
	}
	defer p.mu.Unlock()
	p.exchange = 0
}

// handle calls HeadersReceived of a [PullDelegate]. When that has returned, however
// it did, what has been received is the serving loop's alone again.
func (sc *ServerConn) handle(rd *reader) error {
	defer func() {
		sc.mu.Lock()
		sc.offer &^= handling
		sc.ask &^= handling
		sc.mu.Unlock()
		if p := sc.pull.Load(); p != nil {
			p.close(sc)
		}
	}()
	return sc.message.HeadersReceived(&rd.start, &rd.fields)
}

// Read reads content into p: for the handler of a [PullDelegate], while its
// HeadersReceived runs, on any goroutine, one at a time. It returns [io.EOF] at the
// end of the message, after it has called TrailersReceived if there are trailer
// fields, and blocks until there is something; "100 (Continue)" is sent when it first
// has to. From the first Read on, the start line and fields given to HeadersReceived
// are not valid any more. A Read that waits when HeadersReceived returns fails.
func (c Conn) Read(p []byte) (int, error) {
	if c.sc == nil {
		return 0, ErrFinished
	}
	pull := c.sc.pull.Load()
	if pull == nil {
		return c.readNothing()
	}
	pull.mu.Lock()
	defer pull.mu.Unlock()
	switch {
	case pull.exchange != c.exchange:
		return c.readNothing()
	case c.sc.is(detached):
		return 0, ErrDetached
	case len(p) == 0:
		return 0, nil
	}
	for len(pull.data) == 0 {
		if pull.err != nil {
			return 0, pull.err
		}
		data, err := c.sc.pullNext()
		if err == ErrBodyTimeout && c.sc.readStop.Load().passed(c.exchange, c.sc.set.clock) {
			return 0, err // and not kept: the deadline may be moved
		}
		pull.data, pull.err = data, err
	}
	n := copy(p, pull.data)
	pull.data = pull.data[n:]
	return n, nil
}

// readNothing is Read where there is nothing to read any more, or never was.
func (c Conn) readNothing() (int, error) {
	o, err := c.lock()
	if err != nil {
		return 0, err
	}
	defer o.mu.Unlock()
	if c.sc.ask.has(isRead) && c.sc.answered.Load() != c.exchange {
		return 0, io.EOF
	}
	return 0, ErrFinished
}

// pullNext returns the next piece of content, and waits for it if it must.
func (sc *ServerConn) pullNext() ([]byte, error) {
	in := &sc.in
	for {
		if in.done {
			if err := in.deliverTrailers(sc.message); err != nil {
				return nil, err
			}
			sc.requestRead()
			return nil, io.EOF
		}
		if in.tooLong() {
			return nil, bodyTooLarge(in.max.Load())
		}
		data, err := in.next()
		if err != nil || len(data) > 0 {
			return data, err
		}
		if in.done {
			continue
		}
		if sc.readStop.Load().passed(sc.count, sc.set.clock) {
			return nil, ErrBodyTimeout
		}
		sc.goAhead()
		sc.beforeWait()
		n, err := sc.via.read(in.room())
		sc.afterWait()
		switch {
		case n > 0:
			in.fed(n)
		case errors.Is(err, errWoken):
			switch {
			case sc.closing.Load():
				return nil, errClosed
			case sc.pull.Load().closing.Load():
				return nil, ErrFinished
			case sc.readLate():
				return nil, ErrBodyTimeout
			}
		case err == io.EOF:
			sc.watcher().left()
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			sc.watcher().left()
			return nil, err
		}
	}
}

// pulled goes on after a handler that pulled. It reports whether what the
// handler left of the content may go to the delegate.
func (sc *ServerConn) pulled() bool {
	p := sc.pull.Load()
	switch {
	case p.err != nil && p.err != io.EOF:
		sc.failed(p.err)
		return false
	case len(p.data) > 0 && !sc.over():
		if err := sc.message.DataReceived(p.data); err != nil {
			sc.failed(&callbackError{err})
			return false
		}
	case len(p.data) > 0: // answered, with content left
		p.data = nil
		sc.tellClose(errAnswered)
		sc.discard()
		return false
	}
	p.data = nil
	return true
}

// failed reports whether err, which the handler returned, is only what its Read failed
// with.
func (p *puller) failed(err error) bool {
	return p.err != nil && p.err != io.EOF && errors.Is(err, p.err)
}

// goAhead sends "100 (Continue)" if the client waits for it and nothing has been
// answered.
func (sc *ServerConn) goAhead() {
	if sc.offer.has(expects) {
		sc.out.mu.Lock()
		defer sc.out.mu.Unlock()
		sc.adopt(sc.count)
		sc.offer &^= expects // once: who waits for the lock does not read
		_ = sc.sendContinue()
	}
}

// sendContinue is goAhead with out.mu held.
func (sc *ServerConn) sendContinue() error {
	if sc.out.phase != sendHead || !sc.ask.has(expects) {
		return nil // of an exchange that is answered, ask is the serving loop's
	}
	sc.ask &^= expects
	buf := sc.out.room()
	buf.b = append(buf.b, continued...)
	return sc.out.flush()
}
