package nethttp

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// Hijack implements http.Hijacker. A head that was written is sent.
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.phase == hijacked:
		return nil, nil, http.ErrHijacked
	case w.phase == over:
		return nil, nil, http.ErrHandlerTimeout
	}
	if w.status != 0 {
		if err := w.spill(); err != nil {
			return nil, nil, err
		}
	}
	(*requestContext)(w).wait() // from now on the connection could not make it
	nc, residual, err := w.conn.Detach()
	if err != nil {
		return nil, nil, err
	}
	w.phase = hijacked
	w.end()
	if len(residual) == 0 {
		return nc, bufio.NewReadWriter(bufio.NewReader(nc), bufio.NewWriter(nc)), nil
	}
	r := bufio.NewReaderSize(&prefixed{residual, nc}, max(len(residual), 4096))
	_, _ = r.Peek(len(residual)) // so that Buffered tells of it
	return nc, bufio.NewReadWriter(r, bufio.NewWriter(nc)), nil
}

// prefixed reads octets that came early, then the rest.
type prefixed struct {
	early []byte
	rest  io.Reader
}

func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.early) > 0 {
		n := copy(b, p.early)
		p.early = p.early[n:]
		return n, nil
	}
	return p.rest.Read(b)
}

// SetReadDeadline is for http.ResponseController.
func (w *response) SetReadDeadline(t time.Time) error { return w.conn.SetReadDeadline(t) }

// SetWriteDeadline is for http.ResponseController.
func (w *response) SetWriteDeadline(t time.Time) error { return w.conn.SetWriteDeadline(t) }

// EnableFullDuplex is for http.ResponseController. Reading and writing at the
// same time is always possible; this says that the handler reads a long body to
// its end, so that the connection may persist after it.
func (w *response) EnableFullDuplex() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.duplex = true
	return nil
}

// CloseNotify implements http.CloseNotifier, which old handlers ask for.
func (w *response) CloseNotify() <-chan bool {
	left := make(chan bool, 1)
	context.AfterFunc((*requestContext)(w), func() { left <- true })
	return left
}
