package nethttp

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/h1wire/h1wire/conn"
)

// finish completes the response, the handler having returned, and reads what it
// left of the request.
func (w *response) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.phase >= over {
		return
	}
	if w.body != nil && w.status == 0 && w.body.failed() {
		w.end() // the connection answers: nobody has, and it knows what was wrong
		return
	}
	if w.status == 0 {
		w.begin(http.StatusOK)
	}
	if err := w.complete(); err != nil {
		w.failed(err)
	}
	w.end()
}

// complete sends what is left of the response.
func (w *response) complete() error {
	if w.phase == sending {
		err := w.spill()
		if err == nil {
			err = w.close()
		}
		if err == nil && w.body != nil {
			w.body.drain()
		}
		return err
	}
	if w.body != nil {
		w.body.drain() // first, for whether all was read decides on keeping the connection
	}
	content := w.scratch.octets[:w.scratch.held]
	if !w.whole() {
		if err := w.send(content, content); err != nil {
			return err
		}
		return w.close()
	}
	w.sniff(content)
	return w.conn.Reply(conn.StatusLine(int(w.status)), &w.scratch.header, content)
}

// failed answers 500 in place of a response that breaks HTTP, or ends the
// connection if its head has been sent. Any other failure is the connection's own.
func (w *response) failed(err error) {
	var broke *conn.OutputError
	if errors.As(err, &broke) {
		w.log().Error("response not sent", "remote", w.remote(), "err", err)
		if w.conn.Reply(conn.StatusLine(http.StatusInternalServerError), closing, nil) != nil {
			_ = w.conn.ServerConn().Close()
		}
	}
}

// whole reports whether the content held back is all there is, so that its length
// is that of the response. With trailers the response has to be chunked; to
// HEAD, no content says nothing about its length.
func (w *response) whole() bool {
	switch s := w.scratch; {
	case len(s.trailers) > 0:
		return false
	case w.head:
		return s.length < 0 && s.written > 0
	case s.length >= 0:
		return s.length == s.written
	}
	return true
}

// close ends the content, with the trailers that were promised.
func (w *response) close() error {
	w.scratch.trail(w.fields)
	if len(w.scratch.trailers) == 0 {
		return w.conn.Finish()
	}
	h := &w.scratch.header
	h.Reset()
	for _, name := range w.scratch.trailers {
		w.addAll(h, name, w.fields[name])
		w.addAll(h, name, w.fields[http.TrailerPrefix+name])
	}
	return w.conn.FinishTrailers(h)
}

// end refuses everything from here on.
func (w *response) end() {
	w.phase = max(w.phase, over)
	if w.scratch != nil {
		scratches.Put(w.scratch)
		w.scratch = nil
	}
}

// abandon gives the response up, and reports whether the connection was hijacked.
func (w *response) abandon() (wasHijacked bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end()
	return w.phase == hijacked
}

func (w *response) log() *slog.Logger { return (*exchange)(w).connection().server.log }
func (w *response) remote() string    { return (*exchange)(w).connection().remote }
