package load

import (
	"math"
	"time"
)

// schedule says when the requests of an open loop are due: evenly spaced from 0
// to end. Its zero value is a closed loop: nothing is ever due.
type schedule struct {
	rate float64 // per second
	end  int64   // nanoseconds; nothing is due from here on
	sent int64   // requests taken so far
}

func (s *schedule) open() bool { return s.rate > 0 }

// at returns when request i is due.
func (s *schedule) at(i int64) int64 { return int64(float64(i) / s.rate * 1e9) }

// take returns the time at which the next request was due, if that has come.
func (s *schedule) take(now int64) (due int64, ok bool) {
	if !s.open() {
		return 0, false
	}
	if due = s.at(s.sent); due > now || due >= s.end {
		return 0, false
	}
	s.sent++
	return due, true
}

// left returns how many requests are still to be taken before the end.
func (s *schedule) left() int64 {
	if !s.open() {
		return 0
	}
	return max(0, int64(math.Ceil(float64(s.end)/1e9*s.rate))-s.sent)
}

// wait returns how long it is until the next request is due; if that is past,
// no connection could take it and only an answer helps.
func (s *schedule) wait(now int64) time.Duration {
	if s.left() == 0 {
		return math.MaxInt64
	}
	if d := time.Duration(s.at(s.sent) - now); d > 0 {
		return d
	}
	return math.MaxInt64
}
