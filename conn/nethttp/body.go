package nethttp

import (
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/h1wire/h1wire/conn"
)

// drainMost is how much of a body that a handler left unread is read and dropped
// so that the connection can carry another request; net/http's own figure.
const drainMost = 256 << 10

// requestBody is Request.Body: it reads from the connection, which sends "100
// (Continue)" when it first has to wait for content.
type requestBody struct {
	exchange *exchange
	mu       sync.Mutex
	left     int64 // octets to come; -1 when that is not known
	expects  bool  // the client may wait for 100 (Continue), and content was not asked for
	closed   bool
	err      error // how it ended; io.EOF at its end
}

func (b *requestBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.read(p)
}

// read reads whether or not the handler has closed the body.
func (b *requestBody) read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	b.expects = false
	n, err := b.exchange.conn.Read(p)
	if b.left > 0 {
		b.left -= int64(n)
	}
	switch {
	case err == nil:
	case errors.Is(err, conn.ErrBodyTooLarge):
		var e *conn.InputError
		errors.As(err, &e)
		b.err = &tooLarge{InputError: e, as: http.MaxBytesError{Limit: e.Offset}}
		err = b.err
	case errors.Is(err, conn.ErrFinished): // the handler has returned, which closes the body
		b.err, err = http.ErrBodyReadAfterClose, http.ErrBodyReadAfterClose
	case !errors.Is(err, conn.ErrBodyTimeout): // a deadline may be moved
		b.err = err
	}
	return n, err
}

// Close makes further reads fail. What has not been read is dropped when the
// handler has returned.
func (b *requestBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}

// heavy reports whether so much is to come that nobody will drain it.
func (b *requestBody) heavy() bool {
	if !b.mu.TryLock() {
		return false // it is being read
	}
	defer b.mu.Unlock()
	return b.err == nil && b.left > drainMost
}

// drain reads and drops what the handler has left, if that is little. A client
// that waits for 100 (Continue) is not asked for anything, and a goroutine that
// still reads is left to the connection, which ends its wait.
func (b *requestBody) drain() {
	if b.heavy() || !b.mu.TryLock() {
		return
	}
	defer b.mu.Unlock()
	if b.err != nil || b.expects {
		return
	}
	buf := scratches.Get().(*scratch)
	defer scratches.Put(buf)
	for most := drainMost; most >= 0; {
		n, err := b.read(buf.octets[:])
		if most -= n; err != nil {
			return
		}
	}
}

// failed reports whether the content turned out to be malformed, too long, or cut
// off.
func (b *requestBody) failed() bool {
	if !b.mu.TryLock() {
		return false
	}
	defer b.mu.Unlock()
	return b.err != nil && b.err != io.EOF
}

// tooLarge is a body that exceeds Params.MaxBodySize: the connection's error, and
// net/http's.
type tooLarge struct {
	*conn.InputError
	as http.MaxBytesError
}

func (e *tooLarge) As(target any) bool {
	if t, ok := target.(**http.MaxBytesError); ok {
		*t = &e.as
		return true
	}
	return false
}

func (e *tooLarge) Unwrap() error { return e.InputError }
