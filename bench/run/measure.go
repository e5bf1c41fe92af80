package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/h1wire/h1wire/bench/load"
	"github.com/h1wire/h1wire/bench/peers/endpoint"
	"github.com/h1wire/h1wire/bench/result"
)

// runner measures cases round by round.
type runner struct {
	serverCore, loadCore int
	rounds               int
	all                  bool // also the servers that a quick run leaves out
	warm, duration       time.Duration
	idleConns            int
	dir                  string // for binaries, requests, logs
	h1load               string
	cert, key            string
	progress             *progress

	report *result.Report
	probes []time.Duration // one for each sample of the report
}

// running is a server that takes part in a case.
type running struct {
	*server
	*process
}

// measure runs all rounds of one case. The servers take turns in each round,
// and every round begins with another of them.
func (r *runner) measure(ctx context.Context, w *workload, all []*server) error {
	if w.client {
		return r.measureClients(ctx, w, all)
	}
	if err := r.files(w); err != nil {
		return err
	}
	if w.idle {
		return r.measureIdle(ctx, w, all)
	}
	up := r.startAll(w, all)
	defer stopAll(up)
	for round := range r.rounds {
		for i := range up {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			x := up[(i+round)%len(up)]
			r.sample(w, x.Name, round, func(s *result.Sample) error { return r.drive(ctx, w, x, s) })
		}
	}
	return nil
}

// measureIdle starts the servers for every round anew: memory that a process
// once had it keeps.
func (r *runner) measureIdle(ctx context.Context, w *workload, all []*server) error {
	for round := range r.rounds {
		for _, s := range all {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			up := r.startAll(w, []*server{s})
			for _, x := range up {
				r.sample(w, x.Name, round, func(s *result.Sample) error { return r.idle(ctx, w, x, s) })
			}
			stopAll(up)
		}
	}
	return nil
}

func stopAll(up []running) {
	for _, x := range up {
		x.stop()
	}
}

// startAll starts the servers that can serve the case; what does not start is
// recorded as failed.
func (r *runner) startAll(w *workload, all []*server) (up []running) {
	var o endpoint.Options
	if w.tls {
		o.Cert, o.Key = r.cert, r.key
	}
	for _, s := range all {
		if !s.takesPart(w, r.all) {
			continue
		}
		p, err := s.start(r.serverCore, r.dir, o)
		if err != nil {
			r.sample(w, s.Name, 0, func(*result.Sample) error { return err })
			continue
		}
		up = append(up, running{s, p})
	}
	return up
}

// sample takes one measurement, with a look at the machine before and after.
func (r *runner) sample(w *workload, name string, round int, take func(*result.Sample) error) {
	s := result.Sample{Case: w.Name, Server: name, Round: round}
	var slowest time.Duration
	if !w.idle { // memory does not depend on speed
		slowest = probe(r.serverCore, r.loadCore)
	}
	if err := take(&s); err != nil {
		s.Failed = err.Error()
	}
	if !w.idle {
		slowest = max(slowest, probe(r.serverCore, r.loadCore))
	}
	r.probes = append(r.probes, slowest)
	r.report.Samples = append(r.report.Samples, s)
	r.progress.sample(w, &s, r.rounds)
}

// A sample counts when the probe took at most slowProbe times its best, and
// others used at most foreignShare of the two cores' time.
const (
	slowProbe    = 1.3
	foreignShare = 0.1
)

// judge marks the samples during which the machine was slow, now that the
// probe's best is known.
func (r *runner) judge() {
	best := time.Duration(math.MaxInt64)
	for _, p := range r.probes {
		if p > 0 {
			best = min(best, p)
		}
	}
	for i := range r.report.Samples {
		s := &r.report.Samples[i]
		s.Probe = float64(r.probes[i]) / float64(best)
		s.Slow = s.Slow || s.Probe > slowProbe
	}
}

// drive puts the load of a case on a server.
func (r *runner) drive(ctx context.Context, w *workload, x running, s *result.Sample) error {
	args := r.loadArgs(w, x)
	args = append(args, "-json", "-warm", r.warm.String(), "-d", r.duration.String(), "-pid", strconv.Itoa(x.cmd.Process.Pid))
	if w.depth > 1 {
		args = append(args, "-depth", strconv.Itoa(w.depth))
	}
	if w.rate > 0 {
		args = append(args, "-rate", strconv.FormatFloat(w.rate, 'f', -1, 64))
	}
	if w.perConnection {
		args = append(args, "-close")
	}
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, r.h1load, append(args, r.url(w, x))...)
	cmd.Stdout, cmd.Stderr = &out, &said
	was, start := busy(r.serverCore, r.loadCore), time.Now()
	if err := on(r.loadCore, cmd.Start); err != nil {
		return err
	}
	failed := cmd.Wait()
	used, took := busy(r.serverCore, r.loadCore)-was, time.Since(start).Seconds()
	var got load.Result
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		return errors.Join(failed, errors.New(firstLine(said.Bytes())))
	}
	s.Value, s.Rate, s.Latency = got.CPUPerRequest(), got.Rate, &got.Latency
	s.Errors, s.Unfinished, s.LoadBound = got.ErrorCount(), got.Unfinished, got.LoadBound()
	// Warm-up is as busy as the counted time, so the two are in proportion.
	known := (got.ServerCPU + got.LoadCPU) * took / got.Seconds
	s.Slow = used-known > foreignShare*2*took
	if failed != nil {
		return errors.New(firstLine(said.Bytes()))
	}
	return nil
}

func (r *runner) loadArgs(w *workload, x running) []string {
	args := []string{"-c", strconv.Itoa(w.conns), "-request", r.file(w, "request")}
	if w.expect != nil && x.lacks&w.compare == 0 {
		args = append(args, "-expect", r.file(w, "expect"))
	}
	if w.length > 0 {
		args = append(args, "-length", strconv.FormatInt(w.length, 10))
	}
	return args
}

func (r *runner) url(w *workload, x running) string {
	if w.tls {
		return "https://" + x.addr
	}
	return "http://" + x.addr
}

// idle takes the server's memory without and with idle connections.
func (r *runner) idle(ctx context.Context, w *workload, x running, s *result.Sample) error {
	if err := r.hold(ctx, w, x, 1, func() error { return nil }); err != nil {
		return err
	}
	before, err := x.resident()
	if err != nil {
		return err
	}
	return r.hold(ctx, w, x, r.idleConns, func() error {
		time.Sleep(time.Second) // buffers go back, goroutines end, the collector runs
		after, err := x.resident()
		s.Value = float64(after-before) / kilo / float64(r.idleConns)
		return err
	})
}

// hold calls f while n idle connections are open.
func (r *runner) hold(ctx context.Context, w *workload, x running, n int, f func() error) error {
	args := append(r.loadArgs(w, x), "-idle", "-c", strconv.Itoa(n), r.url(w, x))
	cmd := exec.CommandContext(ctx, r.h1load, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := on(r.loadCore, cmd.Start); err != nil {
		return err
	}
	if _, err := io.ReadFull(out, make([]byte, len("ready\n"))); err != nil {
		in.Close()
		_ = cmd.Wait()
		return errors.New(firstLine(said.Bytes()))
	}
	err = f()
	in.Close()
	return errors.Join(err, cmd.Wait())
}

// files writes the request and the expected content of a case.
func (r *runner) files(w *workload) error {
	if err := os.WriteFile(r.file(w, "request"), w.request, 0o644); err != nil {
		return err
	}
	return os.WriteFile(r.file(w, "expect"), w.expect, 0o644)
}

func (r *runner) file(w *workload, kind string) string {
	return filepath.Join(r.dir, fmt.Sprintf("%s.%s", w.Name, kind))
}
