package load

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"time"
)

// runStreams drives TLS connections, each from a goroutine of its own: crypto/tls
// wants a blocking net.Conn. The generator then costs more than a server does;
// ask for the server's CPU time, not for its rate.
func runStreams(ctx context.Context, cfg *Config) (*Result, error) {
	s := &streams{tally: newTally(cfg.PID), cfg: cfg, started: time.Now()}
	for range cfg.Depth {
		s.batch = append(s.batch, cfg.Request...)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	for range cfg.Conns {
		all.Go(func() { s.serve(ctx) })
	}
	sleep(ctx, cfg.WarmUp)
	s.mu.Lock()
	err := s.begin()
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	sleep(ctx, cfg.Duration)
	s.mu.Lock()
	s.over = true
	r, err := s.end()
	s.mu.Unlock()
	stop()
	all.Wait()
	if err != nil {
		return nil, err
	}
	if s.report(r); r.Requests == 0 {
		return r, fmt.Errorf("load: no request succeeded: %v", r.Errors)
	}
	return r, nil
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

type streams struct {
	cfg     *Config
	batch   []byte
	started time.Time

	mu sync.Mutex // guards what follows
	*tally
	over bool
}

// serve keeps one connection busy and replaces it when it fails.
func (s *streams) serve(ctx context.Context) {
	want := newExpectation(s.cfg)
	for ctx.Err() == nil {
		f := s.exchange(ctx, &want)
		s.mu.Lock()
		if !s.over && ctx.Err() == nil {
			s.faults[f] += int64(s.cfg.Depth)
		}
		give := s.failed() >= hopeless && s.failed() > s.requests
		s.mu.Unlock()
		if give {
			return
		}
	}
}

// exchange opens a connection and sends batch after batch; it returns why it ended.
func (s *streams) exchange(ctx context.Context, want *expectation) fault {
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: s.cfg.Timeout}, Config: s.cfg.TLS}
	nc, err := d.DialContext(ctx, "tcp", s.cfg.Addr)
	if err != nil {
		return faultConnect
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { nc.Close() })()
	in := responses{want: want}
	buf := make([]byte, 64<<10)
	for {
		if nc.SetDeadline(time.Now().Add(s.cfg.Timeout)) != nil {
			return faultClosed
		}
		start := time.Now()
		if _, err := nc.Write(s.batch); err != nil {
			return faultSend
		}
		for open := s.cfg.Depth; open > 0; {
			n, err := nc.Read(buf)
			if err != nil {
				return readFault(err)
			}
			done, f := in.take(buf[:n])
			if f != noFault {
				return f
			}
			if open -= done; open < 0 {
				return faultSurplus
			}
			s.mu.Lock()
			if !s.over {
				s.bytes += int64(n)
				s.answered(int64(done), int64(time.Since(start)))
			}
			s.mu.Unlock()
		}
	}
}

func readFault(err error) fault {
	if e, ok := err.(net.Error); ok && e.Timeout() {
		return faultTimeout
	}
	return faultClosed
}
