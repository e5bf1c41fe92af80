package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

const (
	receiveBuffer = 256 << 10
	// So many faults, if they are more than the answers, end a run.
	hopeless = 1000
	// The longest wait, so that the end of the run and expired requests are noticed.
	tick = 10 * time.Millisecond
)

// loop drives all connections of a run from one thread.
type loop struct {
	*tally
	cfg     *Config
	want    expectation
	batch   []byte // Depth requests, one behind the other
	epoll   int
	family  int
	server  []byte // its address
	source  []byte // local address of the next connection; nil: as it comes
	sources int

	conns   []conn
	pending int // requests under way
	buf     []byte
	events  []unix.EpollEvent

	started time.Time
	now     int64 // nanoseconds since started
	counted int64 // requests that began earlier are warm-up
	due     schedule
	ready   queue // open loop: connections that can take a request, longest idle first
}

// Run sends what cfg says and returns what it measured. When ctx ends early,
// the result covers the time until then. The error says why nothing useful was
// measured; single failures are counted in Result.Errors.
func Run(ctx context.Context, cfg Config) (*Result, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.TLS != nil {
		return runStreams(ctx, &cfg)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l, err := newLoop(&cfg)
	if err != nil {
		return nil, err
	}
	defer l.close()
	return l.run(ctx)
}

func newLoop(cfg *Config) (*loop, error) {
	l := &loop{
		tally:  newTally(cfg.PID),
		cfg:    cfg,
		want:   newExpectation(cfg),
		conns:  make([]conn, cfg.Conns),
		buf:    make([]byte, receiveBuffer),
		events: make([]unix.EpollEvent, 512),
		ready:  queue{ring: make([]*conn, cfg.Conns)},
	}
	for range cfg.Depth {
		l.batch = append(l.batch, cfg.Request...)
	}
	for i := range l.conns {
		l.conns[i] = conn{fd: -1, slot: int32(i), starts: make([]int64, cfg.Depth)}
	}
	tcp, err := net.ResolveTCPAddr("tcp", cfg.Addr)
	if err != nil {
		return nil, err
	}
	l.family, l.server = socketAddress(tcp)
	if ip := tcp.IP.To4(); ip != nil && ip[0] == 127 {
		_, l.source = socketAddress(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 0)})
	}
	if l.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("load: epoll: %w", err)
	}
	return l, nil
}

func newExpectation(cfg *Config) expectation {
	return expectation{status: cfg.Status, length: cfg.Length, body: cfg.Body, noBody: cfg.Method == "HEAD"}
}

func (l *loop) close() {
	for i := range l.conns {
		l.hangUp(&l.conns[i])
	}
	unix.Close(l.epoll)
}

// run: warm-up, the counted time, and for an open loop the answers still due.
func (l *loop) run(ctx context.Context) (*Result, error) {
	l.started = time.Now()
	warm, end := int64(l.cfg.WarmUp), int64(l.cfg.WarmUp+l.cfg.Duration)
	l.due = schedule{rate: l.cfg.Rate, end: end}
	for i := range l.conns {
		if f := l.next(&l.conns[i]); f != noFault {
			l.fail(&l.conns[i], f)
		}
	}
	if err := l.until(ctx, warm); err != nil {
		return nil, err
	}
	if l.due.open() {
		l.counted = warm
	}
	if err := l.begin(); err != nil {
		return nil, err
	}
	if err := l.until(ctx, end); err != nil {
		return nil, err
	}
	r, err := l.end()
	if err != nil {
		return nil, err
	}
	if l.due.open() {
		if err := l.drain(ctx, r); err != nil {
			return nil, err
		}
	}
	if l.report(r); r.Requests == 0 {
		return r, fmt.Errorf("load: no request succeeded: %v", r.Errors)
	}
	return r, nil
}

// until serves events until time t.
func (l *loop) until(ctx context.Context, t int64) error {
	for sweep := l.now; ; {
		l.now = int64(time.Since(l.started))
		if l.now >= t || ctx.Err() != nil {
			return nil
		}
		l.dispatch()
		n, errno := l.wait(l.patience(t))
		if errno != 0 {
			return fmt.Errorf("load: epoll: %w", errno)
		}
		for _, e := range l.events[:n] {
			l.now = int64(time.Since(l.started))
			c := &l.conns[e.Fd]
			if f := l.serve(c, e.Events); f != noFault {
				l.fail(c, f)
			}
		}
		if l.now-sweep > int64(time.Second) {
			sweep = l.now
			l.sweep()
		}
		if n := l.failed(); n >= hopeless && n > l.requests {
			return errors.New("load: nothing but errors: " + l.worst())
		}
	}
}

// patience is how long to wait for events before something else is to be done.
func (l *loop) patience(t int64) time.Duration {
	if l.cfg.Spin {
		return 0
	}
	return min(tick, time.Duration(t-l.now), l.due.wait(l.now))
}

// serve handles the events of one connection.
func (l *loop) serve(c *conn, events uint32) fault {
	if c.fd < 0 {
		return noFault // closed earlier in this round of events
	}
	if events&(unix.EPOLLIN|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		if f := l.receive(c); f != noFault {
			return f
		}
	}
	if events&unix.EPOLLOUT != 0 && c.fd >= 0 {
		return l.send(c)
	}
	return noFault
}

// next gives c its next requests: at once in a closed loop, when due in an open one.
func (l *loop) next(c *conn) fault {
	if !l.due.open() {
		if c.n > 0 {
			return noFault
		}
		return l.ask(c, l.cfg.Depth, l.now)
	}
	if !c.ready && c.n < l.cfg.Depth {
		c.ready = true
		l.ready.push(c)
	}
	return noFault
}

// dispatch sends the requests of an open loop that are due, as far as there are
// connections to take them; the others stay due and their latency runs.
func (l *loop) dispatch() {
	for l.ready.n > 0 {
		start, ok := l.due.take(l.now)
		if !ok {
			return
		}
		c := l.ready.pop()
		c.ready = false
		f := l.ask(c, 1, start)
		if f == noFault {
			f = l.next(c)
		}
		if f != noFault {
			l.fail(c, f)
		}
	}
}

// drain waits for the requests that were due in the counted time.
func (l *loop) drain(ctx context.Context, r *Result) error {
	end := l.now + int64(l.cfg.Timeout)
	for l.now < end && ctx.Err() == nil && (l.pending > 0 || l.due.left() > 0) {
		if err := l.until(ctx, l.now+int64(tick)); err != nil {
			return err
		}
	}
	for i := range l.conns {
		for c := &l.conns[i]; c.n > 0; l.pending-- {
			l.unfinished(r, c.pop())
		}
	}
	for {
		start, ok := l.due.take(l.now)
		if !ok {
			return nil
		}
		l.unfinished(r, start)
	}
}

func (l *loop) unfinished(r *Result, start int64) {
	if start >= l.counted {
		r.Unfinished++
		l.answered(1, l.now-start)
	}
}

// fail counts a failed connection with all its requests and replaces it. When
// even that fails the place stays empty until the next sweep.
func (l *loop) fail(c *conn, f fault) {
	for range 2 {
		l.faults[f] += int64(max(1, c.n))
		l.hangUp(c)
		if f = l.next(c); f == noFault {
			return
		}
	}
}

// sweep fails the connections that wait for too long and fills empty places.
func (l *loop) sweep() {
	for i := range l.conns {
		c := &l.conns[i]
		f := noFault
		switch {
		case c.fd < 0:
			f = l.next(c)
		case c.n > 0 && l.now-c.heard > int64(l.cfg.Timeout):
			if f = faultTimeout; c.answered {
				f = faultLinger
			}
		}
		if f != noFault {
			l.fail(c, f)
		}
	}
}
