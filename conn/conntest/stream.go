package conntest

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// stream is one direction of a connection: a bounded buffer between a writer
// and a reader, which may be closed from both ends, reset, and go wrong.
type stream struct {
	mu      sync.Mutex
	changed sync.Cond // on mu; sync.Cond is durable waiting for synctest

	buf      []byte // buf[start:] has been written and not been read
	start    int
	capacity int
	passed   int64 // octets written, ever
	arrived  int64 // as many of them may be read by now
	due      []due // when the others may be, oldest first

	ended   bool // the writer closed: io.EOF behind the last octet
	ignored bool // the reader closed its reading side: octets are thrown away
	reset   bool

	readDeadline  deadline
	writeDeadline deadline
	readerClosed  bool // Close on the reader's end
	writerClosed  bool // Close on the writer's end

	faults Faults
}

// due says that the octets up to that count may be read from when on.
type due struct {
	end  int64
	when time.Time
}

func newStream(capacity int) *stream {
	s := &stream{capacity: capacity}
	s.changed.L = &s.mu
	return s
}

// read is Read on the reader's end.
func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.readerClosed:
			return 0, net.ErrClosed
		case s.readDeadline.expired():
			return 0, os.ErrDeadlineExceeded
		case s.reset:
			return 0, syscall.ECONNRESET
		case s.ignored:
			return 0, io.EOF
		case len(p) == 0:
			return 0, nil
		}
		if n := s.readable(); n > 0 {
			if s.faults.ReadSize > 0 {
				n = min(n, s.faults.ReadSize)
			}
			n = copy(p, s.buf[s.start:s.start+n])
			s.start += n
			s.changed.Broadcast() // there is room again
			return n, nil
		}
		if s.ended && s.start == len(s.buf) {
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

// readable returns how many octets have arrived and were not read, and sees to
// it that the reader is woken when the next do.
func (s *stream) readable() int {
	for len(s.due) > 0 {
		if wait := time.Until(s.due[0].when); wait > 0 {
			time.AfterFunc(wait, s.wake)
			break
		}
		s.arrived = s.due[0].end
		s.due = s.due[1:]
	}
	return len(s.buf) - s.start - int(s.passed-s.arrived)
}

// write is Write on the writer's end.
func (s *stream) write(p []byte, onReset func()) (n int, err error) {
	s.mu.Lock()
	defer func() {
		broken := s.reset
		s.mu.Unlock()
		if broken {
			onReset() // takes the other direction's lock
		}
	}()
	for first := true; first || len(p) > 0; first = false {
		switch {
		case s.writerClosed:
			return n, net.ErrClosed
		case s.writeDeadline.expired():
			return n, os.ErrDeadlineExceeded
		case s.reset:
			return n, syscall.ECONNRESET
		case s.ended:
			return n, syscall.EPIPE
		case s.readerClosed:
			s.breakOff()
			return n, syscall.EPIPE
		}
		if len(p) == 0 {
			return n, nil
		}
		room, short := s.room(len(p))
		s.append(p[:room])
		n, p = n+room, p[room:]
		switch {
		case s.faults.ResetAt > 0 && s.passed >= s.faults.ResetAt-1:
			s.breakOff()
			return n, syscall.ECONNRESET
		case short:
			return n, io.ErrShortWrite
		case room == 0:
			s.changed.Wait()
		}
	}
	return n, nil
}

// room returns how many of want octets go through now, and whether the write is
// to stop behind them.
func (s *stream) room(want int) (n int, short bool) {
	n = min(want, s.capacity-(len(s.buf)-s.start))
	if s.ignored {
		n = want
	}
	if at := s.faults.ResetAt; at > 0 {
		n = int(min(int64(n), max(at-1-s.passed, 0)))
	}
	if at := s.faults.ShortWriteAt; at > s.passed && at-1-s.passed < int64(want) {
		if left := at - 1 - s.passed; int64(n) >= left {
			s.faults.ShortWriteAt = 0 // it happens once
			return int(left), true
		}
	}
	return n, false
}

// append takes octets into the buffer.
func (s *stream) append(p []byte) {
	if len(p) == 0 {
		return
	}
	s.passed += int64(len(p))
	if s.ignored {
		s.arrived = s.passed
		return
	}
	if s.start > 0 && len(s.buf)+len(p) > cap(s.buf) {
		s.buf = s.buf[:copy(s.buf, s.buf[s.start:])]
		s.start = 0
	}
	s.buf = append(s.buf, p...)
	if s.faults.Delay > 0 || len(s.due) > 0 {
		s.due = append(s.due, due{s.passed, time.Now().Add(s.faults.Delay)})
	} else {
		s.arrived = s.passed
	}
	s.changed.Broadcast()
}

// breakOff is a reset as this direction sees it. The lock is held.
func (s *stream) breakOff() {
	s.reset = true
	s.buf, s.start, s.due, s.arrived = nil, 0, nil, s.passed
	s.changed.Broadcast()
}

func (s *stream) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

// update changes the state under the lock and wakes who waits for it.
func (s *stream) update(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.changed.Broadcast()
}

// deadline is one of a connection's four.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *deadline) expired() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

// set changes the deadline; wake is called when it passes.
func (d *deadline) set(at time.Time, wake func()) {
	d.at = at
	if d.timer != nil {
		d.timer.Stop()
	}
	if at.IsZero() {
		return
	}
	if wait := time.Until(at); wait > 0 {
		if d.timer == nil {
			d.timer = time.AfterFunc(wait, wake)
		} else {
			d.timer.Reset(wait)
		}
	}
}
