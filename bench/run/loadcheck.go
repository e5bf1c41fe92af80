package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/h1wire/h1wire/bench/load"
	"github.com/h1wire/h1wire/bench/peers/endpoint"
)

// reading is what one load generator says of one server.
type reading struct {
	rate, p50, p99 float64 // per second, µs
	share          float64 // of its core that the generator used
}

// checkLoad runs h1load and wrk in turns against the same server and prints
// what both say. Where neither is the limit they have to agree: net/http is
// slower than either. Against the floor it shows which of them is the limit first.
func checkLoad(ctx context.Context, o *options, w io.Writer) error {
	if _, err := exec.LookPath("wrk"); err != nil {
		return errors.New("wrk is not installed: nothing to compare h1load with")
	}
	server, core, err := cores(o.server, o.load)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "h1wire-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	h1load := filepath.Join(dir, "h1load")
	if err := build(h1load, root+"/bench/h1load", "."); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "server\tdepth\th1load/s\twrk/s\tratio\tp50 µs\twrk\tp99 µs\twrk\tCPU of h1load\tof wrk")
	for _, s := range servers() {
		if s.Name != "net/http" && !s.Floor {
			continue
		}
		if err := s.build(filepath.Join(dir, "bin")); err != nil {
			return err
		}
		p, err := s.start(server, dir, endpoint.Options{})
		if err != nil {
			return err
		}
		for _, depth := range []int{1, 16} {
			ours, theirs, err := inTurns(ctx, o, h1load, dir, p.addr, core, depth)
			if err != nil {
				p.stop()
				return err
			}
			latencies := fmt.Sprintf("%.0f\t%.0f\t%.0f\t%.0f", ours.p50, theirs.p50, ours.p99, theirs.p99)
			if depth > 1 {
				latencies = "–\t–\t–\t–" // wrk's clock for pipelined requests is another
			}
			fmt.Fprintf(t, "%s\t%d\t%.0f\t%.0f\t%.2f\t%s\t%.0f %%\t%.0f %%\n", s.Name, depth, ours.rate, theirs.rate,
				ours.rate/theirs.rate, latencies, ours.share*100, theirs.share*100)
		}
		p.stop()
	}
	return t.Flush()
}

// inTurns returns the fastest of several readings of each.
func inTurns(ctx context.Context, o *options, h1load, dir, addr string, core, depth int) (ours, theirs reading, err error) {
	script := filepath.Join(dir, "pipeline.lua")
	if err := os.WriteFile(script, pipeline(depth), 0o644); err != nil {
		return ours, theirs, err
	}
	url := "http://" + addr + "/plaintext"
	for range o.rounds {
		r, err := readH1load(ctx, core, h1load, "-json", "-c", "64", "-depth", strconv.Itoa(depth), "-d", o.duration.String(), url)
		if err != nil {
			return ours, theirs, err
		}
		if r.rate > ours.rate {
			ours = r
		}
		seconds := fmt.Sprintf("%.0fs", max(1, o.duration.Seconds())) // wrk knows whole seconds
		if r, err = readWrk(ctx, core, "wrk", "-t1", "-c64", "-d"+seconds, "--latency", "-s", script, url); err != nil {
			return ours, theirs, err
		}
		if r.rate > theirs.rate {
			theirs = r
		}
	}
	return ours, theirs, nil
}

// pipeline is how wrk is told to send so many requests at once.
func pipeline(depth int) []byte {
	return fmt.Appendf(nil, "init = function() all = string.rep(wrk.format(), %d) end\nrequest = function() return all end\n", depth)
}

// loadOn runs a generator on a core; share is how much of the core it used.
func loadOn(ctx context.Context, core int, args []string) (out []byte, share float64, err error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	start := time.Now()
	if err := on(core, cmd.Start); err != nil {
		return nil, 0, err
	}
	if err := cmd.Wait(); err != nil {
		return nil, 0, fmt.Errorf("%s: %w: %s", args[0], err, firstLine(b.Bytes()))
	}
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return b.Bytes(), float64(used) / float64(time.Since(start)), nil
}

func readH1load(ctx context.Context, core int, args ...string) (r reading, err error) {
	out, share, err := loadOn(ctx, core, args)
	if err != nil {
		return r, err
	}
	var got load.Result
	if err := json.Unmarshal(out, &got); err != nil {
		return r, err
	}
	return reading{got.Rate, got.Latency.P50, got.Latency.P99, share}, nil
}

func readWrk(ctx context.Context, core int, args ...string) (r reading, err error) {
	out, share, err := loadOn(ctx, core, args)
	if err != nil {
		return r, err
	}
	r, err = parseWrk(string(out))
	r.share = share
	return r, err
}

var (
	wrkRate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	wrkTime = regexp.MustCompile(`(?m)^\s+(50|99)%\s+([0-9.]+)(us|ms|s)$`)
)

// parseWrk reads what wrk prints.
func parseWrk(out string) (r reading, err error) {
	m := wrkRate.FindStringSubmatch(out)
	if m == nil {
		return r, errors.New("wrk: no rate in its output")
	}
	if r.rate, err = strconv.ParseFloat(m[1], 64); err != nil {
		return r, err
	}
	for _, m := range wrkTime.FindAllStringSubmatch(out, -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return r, err
		}
		v *= map[string]float64{"us": 1, "ms": 1e3, "s": 1e6}[m[3]]
		if m[1] == "50" {
			r.p50 = v
		} else {
			r.p99 = v
		}
	}
	return r, nil
}
