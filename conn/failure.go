package conn

import (
	"errors"
	"log/slog"
	"runtime"
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
	if sc.phase != serveHead {
		sc.adopt(sc.count)
	}
	if o.err == nil && (sc.phase == serveHead || o.phase == sendHead) {
		start := StatusLine(e.Status)
		b := o.room()
		b.b, _ = start.appendStatusLine(b.b)
		b.b = append(b.b, sc.clock.dateLine()...)
		b.b = append(b.b, "Connection: close\r\nContent-Length: 0\r\n\r\n"...)
	}
	sc.close()
	o.mu.Unlock()
	sc.abandon(e)
	sc.linger()
}

// failed ends the exchange because of an error: the peer's, which is answered if
// it can be, or one that a callback returned.
func (sc *ServerConn) failed(err error) {
	var broke *InputError
	var own *callbackError
	switch {
	case errors.As(err, &own):
		level := slog.LevelError
		if sc.out.lost(own.err) {
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

// onServingStack reports whether the caller was called by a serving loop.
func onServingStack() bool {
	var pcs [128]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if f.Function == advanceName || f.Function == endName {
			return true
		}
		if !more {
			return false
		}
	}
}

// Where callbacks are called from.
const (
	advanceName = "github.com/h1wire/h1wire/conn.(*ServerConn).advance"
	endName     = "github.com/h1wire/h1wire/conn.(*ServerConn).end"
)
