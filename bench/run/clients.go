package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"strconv"
	"time"

	"github.com/h1wire/h1wire/bench/load"
	"github.com/h1wire/h1wire/bench/peers/endpoint"
	"github.com/h1wire/h1wire/bench/result"
)

// clients lists the clients that can be measured, ours first.
func clients() []*server {
	const dir = root + "/bench/clients/"
	client := func(name, folder, module string, lacks need) *server {
		return &server{Server: result.Server{Name: name, Client: true}, pkg: dir + folder, module: module, lacks: lacks}
	}
	ours := client("h1wire client", "h1wire", "", 0)
	ours.Ours = true
	return []*server{
		ours,
		client("net/http client", "nethttp", "", needPipelining),
		client("fasthttp client", "fasthttp", "github.com/valyala/fasthttp", 0),
	}
}

// measureClients runs all rounds of a case of clients. They talk to the floor,
// which is faster than any client and now has the other core.
func (r *runner) measureClients(ctx context.Context, w *workload, all []*server) error {
	target, err := r.target()
	if err != nil {
		return err
	}
	defer target.stop()
	for round := range r.rounds {
		for i := range all {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if c := all[(i+round)%len(all)]; c.takesPart(w, r.all) {
				r.sample(w, c.Name, round, func(s *result.Sample) error { return r.request(ctx, w, c, target.addr, s) })
			}
		}
	}
	return nil
}

// target starts the floor on the core of the load.
func (r *runner) target() (*process, error) {
	floor := &server{Server: result.Server{Name: "floor"}, pkg: peers + "floor"}
	if err := floor.build(r.dir); err != nil {
		return nil, err
	}
	return floor.start(r.loadCore, r.dir, endpoint.Options{})
}

// request lets a client send requests for one sample.
func (r *runner) request(ctx context.Context, w *workload, c *server, addr string, s *result.Sample) error {
	cmd := exec.CommandContext(ctx, c.binary, "-addr", addr, "-c", strconv.Itoa(w.conns), "-depth", strconv.Itoa(max(1, w.depth)),
		"-warm", r.warm.String(), "-d", r.duration.String())
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	was, start := busy(r.serverCore), time.Now()
	if err := on(r.serverCore, cmd.Start); err != nil {
		return err
	}
	failed := cmd.Wait()
	used, took := busy(r.serverCore)-was, time.Since(start).Seconds()
	var got load.Result
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		return errors.Join(failed, errors.New(firstLine(said.Bytes())))
	}
	if got.Requests == 0 {
		return errors.New("no request succeeded")
	}
	s.Value, s.Rate, s.Errors = got.CPUPerRequest(), got.Rate, got.ErrorCount()
	s.Slow = used-got.ServerCPU*took/got.Seconds > foreignShare*took
	return failed
}
