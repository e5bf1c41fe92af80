package main

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/bench/result"
)

// TestSmoke runs the suite for a few seconds, from building the servers to the charts;
// on a machine that is too busy for one answer in time, for longer.
func TestSmoke(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and starts servers")
	}
	if runtime.NumCPU() < 2 {
		t.Skip("servers and load need a core each")
	}
	t.Chdir("..")
	var out string
	var r *result.Report
	for d := 300 * time.Millisecond; ; d *= 5 {
		out = t.TempDir()
		o, err := parse([]string{"-servers", "^(floor|net/http|net/http client)$", "-cases", "^(plain 64|GET 1 MB|TLS 64|rate 20000|idle|client 64)$",
			"-rounds", "2", "-warm", "100ms", "-d", d.String(), "-idle", "50", "-out", out})
		require.NoError(t, err)
		o.h1check = h1check{}
		require.NoError(t, run(t.Context(), o))
		r, err = result.Read(filepath.Join(out, "result.json"))
		require.NoError(t, err)
		if d > 5*time.Second || !slices.ContainsFunc(r.Samples, func(s result.Sample) bool { return s.Case != "idle" && s.Rate == 0 }) {
			break
		}
	}
	require.Len(t, r.Cases, 6)
	require.Len(t, r.Samples, 2*(5+2+1), "net/http in five cases, the floor in plain and rate, a client")
	for _, s := range r.Samples {
		require.Empty(t, s.Failed)
		require.Zero(t, s.Errors)
		if s.Case != "idle" {
			require.GreaterOrEqual(t, s.Probe, 1.0)
			require.Positive(t, s.Rate, "%s %s", s.Case, s.Server)
		}
		if s.Latency != nil {
			require.Positive(t, s.Latency.P99)
		}
	}
	table, err := os.ReadFile(filepath.Join(out, "table.txt"))
	require.NoError(t, err)
	require.Contains(t, string(table), "not run", "without h1check the table says so")
	require.FileExists(t, filepath.Join(out, "cpu.png"))

	// The same report drawn again, compared with itself.
	file := filepath.Join(out, "result.json")
	o, err := parse([]string{"-render", file, "-compare", file, "-out", t.TempDir()})
	require.NoError(t, err)
	require.NoError(t, run(t.Context(), o))
}

func TestServerThatDoesNotStart(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken")
	require.NoError(t, os.WriteFile(broken, []byte("#!/bin/sh\necho no such flag >&2\nexit 2\n"), 0o755))
	s := &server{Server: result.Server{Name: "broken"}, pkg: "x", binary: broken}
	r := &runner{dir: dir, progress: &progress{w: new(strings.Builder)}, report: new(result.Report)}
	w := workload{Case: result.Case{Name: "plain"}}
	require.Empty(t, r.startAll(&w, []*server{s}))
	require.Len(t, r.report.Samples, 1)
	require.Contains(t, r.report.Samples[0].Failed, "no such flag")
}

func TestJudgeMarksSlowSamples(t *testing.T) {
	r := &runner{report: &result.Report{Samples: make([]result.Sample, 3)}}
	r.probes = []time.Duration{10 * time.Millisecond, 12 * time.Millisecond, 14 * time.Millisecond}
	r.judge()
	slow := []bool{}
	for _, s := range r.report.Samples {
		slow = append(slow, s.Slow)
	}
	require.Equal(t, []bool{false, false, true}, slow)
	require.InDelta(t, 1.4, r.report.Samples[2].Probe, 1e-9)
}

func TestCountFindings(t *testing.T) {
	s, err := count([]byte(`[{"level":"MUST","pass":true},{"level":"MUST","pass":false,"note":"SMUGGLED: x"},
		{"level":"HARD","pass":true},{"level":"SHOULD","pass":false},{"level":"INFO","pass":true}]`), false)
	require.NoError(t, err)
	require.Equal(t, &result.Score{Must: 1, MustOf: 2, Hard: 1, HardOf: 1, ShouldOf: 1, Smuggled: 1}, s)
	_, err = count([]byte("no"), false)
	require.Error(t, err)
}

// TestRequests: what the cases send is what their titles say.
func TestRequests(t *testing.T) {
	for _, w := range cases() {
		if w.client {
			continue
		}
		head, body, found := strings.Cut(string(w.request), "\r\n\r\n")
		require.True(t, found, w.Name)
		require.Contains(t, head, "\r\nHost: ", w.Name)
		switch w.Name {
		case "chunked 512 B":
			require.Equal(t, mega/512, strings.Count(body, "200\r\n"))
			require.True(t, strings.HasSuffix(body, "\r\n0\r\n\r\n"))
		case "gzip 100 KB":
			require.Contains(t, head, "Content-Encoding: gzip")
			require.InDelta(t, 0.4, float64(len(body))/textSize, 0.2, "compresses as prose does")
		case "POST 1 MB":
			require.Len(t, body, mega)
		}
	}
}

func TestGoalsNameServers(t *testing.T) {
	known := map[string]bool{"": true}
	for _, s := range append(servers(), clients()...) {
		known[s.Name] = true
	}
	for _, w := range cases() {
		for _, g := range w.Goals {
			require.True(t, known[g.Server] && known[g.Peer], "%s: %+v", w.Name, g)
			require.False(t, math.IsNaN(g.Ratio+g.Limit))
			require.NotEqual(t, g.Peer == "", g.Limit == 0, "%s: a peer or a limit", w.Name)
		}
	}
}

func TestFirstLine(t *testing.T) {
	require.Equal(t, "x.go:1: wrong", firstLine([]byte("# some/pkg\nx.go:1: wrong\nmore\n")))
	require.Equal(t, "no output", firstLine(nil))
}

func TestFlags(t *testing.T) {
	for _, bad := range [][]string{{"-quick", "-full"}, {"extra"}, {"-rounds", "x"}} {
		_, err := parse(bad)
		require.Error(t, err)
	}
	o, err := parse([]string{"-full", "-rounds", "9"})
	require.NoError(t, err)
	require.Equal(t, 9, o.rounds)
	require.Equal(t, 1500*time.Millisecond, o.duration)
}

func TestParseWrk(t *testing.T) {
	r, err := parseWrk(`Running 2s test @ http://127.0.0.1:9101/plaintext
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.37ms    2.91ms  40.48ms   92.25%
  Latency Distribution
     50%  427.00us
     75%  723.00us
     90%    2.90ms
     99%   14.69ms
  119877 requests in 2.00s, 14.52MB read
Requests/sec:  59938.49
Transfer/sec:      7.26MB
`)
	require.NoError(t, err)
	require.Equal(t, reading{rate: 59938.49, p50: 427, p99: 14690}, r)
	_, err = parseWrk("unable to connect")
	require.Error(t, err)
}
