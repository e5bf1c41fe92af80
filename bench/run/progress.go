package main

import (
	"fmt"
	"io"
	"time"

	"github.com/h1wire/h1wire/bench/result"
)

// progress tells how far the run is, a line per sample.
type progress struct {
	w       io.Writer
	started time.Time
	all     int // samples to take
	done    int
}

func (p *progress) sample(w *workload, s *result.Sample, rounds int) {
	p.done++
	what := fmt.Sprintf("%s %s", result.Number(s.Value), w.Unit)
	if s.Failed != "" {
		what = "failed: " + s.Failed
	}
	left := time.Duration(0)
	if p.done < p.all {
		left = time.Since(p.started) / time.Duration(p.done) * time.Duration(p.all-p.done)
	}
	fmt.Fprintf(p.w, "[%3d/%d, %s left] %-14s round %d/%d  %-18s %s\n", p.done, p.all, left.Round(time.Second), w.Name, s.Round+1, rounds, s.Server, what)
}
