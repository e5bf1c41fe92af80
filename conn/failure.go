package conn

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strconv"

	"github.com/h1wire/h1wire/parser"
)

var (
	errAnswered    = errors.New("conn: the response was complete before the request")
	errExpectation = errors.New("conn: unknown expectation")
)

// reject answers a request that broke HTTP, if no octet of a response has been
// sent, and closes.
func (sc *ServerConn) reject(e *InputError) {
	sc.set.Logger.Debug("bad request", "remote", sc.nc.RemoteAddr(), "err", e)
	o := &sc.out
	o.mu.Lock()
	var explains bool
	if sc.phase == serveHead {
		b := sc.in.bytes()
		explains = isNoHead(b[:min(int64(len(b)), e.Offset)])
	} else {
		sc.adopt(sc.count)
		explains = !sc.ask.has(isHead)
	}
	if o.err == nil && (sc.phase == serveHead || o.phase == sendHead) {
		start := StatusLine(e.Status)
		b := o.room()
		b.b, _ = start.appendStatusLine(b.b)
		b.b = append(b.b, sc.set.clock.dateLine()...)
		b.b = append(b.b, "Connection: close\r\n"...)
		b.b = e.appendExplanation(b.b, explains)
		o.status = e.Status
	}
	sc.close()
	o.mu.Unlock()
	refused := sc.phase == serveHead && sc.home.observer != nil
	sc.abandon(e)
	if refused {
		sc.report(nil)
	}
	sc.linger()
}

// isNoHead reports whether what begins with b is sure to be no HEAD request, in
// answer to which no content may be sent (RFC 9110 §9.3.2).
func isNoHead(b []byte) bool {
	const method = "HEAD"
	b = bytes.TrimLeft(b, "\r\n")
	n := min(len(b), len(method))
	return string(b[:n]) != method[:n]
}

// unexpected is the refusal of an expectation.
func unexpected(fields *parser.FieldSection) *InputError {
	e := &InputError{Rule: "the expectation is not 100-continue", Section: "RFC 9110 §10.1.1", Status: 417, Err: errExpectation}
	for i := range fields.Len() {
		if l := fields.Line(i); l.ID == parser.FieldExpect {
			e.Offset = int64(l.Value.Off)
			break
		}
	}
	return e
}

// appendExplanation appends the rest of a response that is the last: content that says
// what was wrong (RFC 9110 §15.5), or none; then no length either, for to HEAD it would
// have to be that of GET's (§8.6).
func (e *InputError) appendExplanation(b []byte, explains bool) []byte {
	if !explains {
		return append(b, "\r\n"...)
	}
	b = append(b, "Content-Type: text/plain; charset=utf-8\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(e.Section)+len(": ")+len(e.Rule)+len("\n")), 10)
	b = append(b, "\r\n\r\n"...)
	b = append(b, e.Section...)
	b = append(b, ": "...)
	b = append(b, e.Rule...)
	return append(b, '\n')
}

// failed ends the exchange because of an error: the peer's, which is answered if
// it can be, or one that a callback returned.
func (sc *ServerConn) failed(err error) {
	var broke *InputError
	var own *callbackError
	switch {
	case errors.As(err, &own):
		level := slog.LevelError
		if sc.out.lost(own.err) || sc.left(own.err) {
			level = slog.LevelDebug // peers leave; that must not fill a log
		}
		sc.set.Logger.Log(sc.home.ctx, level, "delegate failed", "remote", sc.nc.RemoteAddr(), "err", own.err)
		sc.abandon(own.err)
	case errors.As(err, &broke):
		sc.reject(broke)
	default:
		sc.abandon(err)
	}
}

// left reports whether err, which a delegate returned, is only that of the exchange's
// context, cancelled because the peer has left or the connection closes.
func (sc *ServerConn) left(err error) bool {
	w := sc.watch.Load()
	return w != nil && w.over() && errors.Is(err, context.Canceled)
}

// panicked is failed for a callback that did not return.
func (sc *ServerConn) panicked(r any) verdict {
	sc.logPanic("callback", r)
	sc.abandon(errPanicked)
	return needNothing
}

var errPanicked = errors.New("conn: a callback panicked")

// guard calls f, which must not take the connection down with it.
func (l *link) guard(what string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			l.logPanic(what, r)
		}
	}()
	f()
}

func (l *link) logPanic(what string, r any) {
	stack := make([]byte, 16<<10)
	stack = stack[:runtime.Stack(stack, false)]
	l.set.Logger.Error("panic in "+what, slog.Any("remote", l.nc.RemoteAddr()),
		slog.Any("panic", r), slog.String("stack", string(stack)))
}

// onServingStack reports whether the caller was called by a serving loop, however
// far below.
func onServingStack() bool {
	var pcs [64]uintptr
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		frames := runtime.CallersFrames(pcs[:n])
		for more := n > 0; more; {
			var f runtime.Frame
			if f, more = frames.Next(); callers[f.Function] {
				return true
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}

// callers are the functions that call the application.
var callers = map[string]bool{
	"github.com/h1wire/h1wire/conn.(*ServerConn).advance":   true,
	"github.com/h1wire/h1wire/conn.(*ServerConn).tellClose": true,
	"github.com/h1wire/h1wire/conn.(*ServerConn).tellState": true,
	"github.com/h1wire/h1wire/conn.(*ServerConn).report":    true,
	"github.com/h1wire/h1wire/conn.(*ServerConn).end":       true,
}
