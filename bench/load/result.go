package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Result is what one run measured. Times are in microseconds.
type Result struct {
	Requests int64   `json:"requests"` // answered as expected, in the counted time
	Seconds  float64 `json:"seconds"`  // the counted time
	Rate     float64 `json:"requests_per_second"`
	Bytes    int64   `json:"bytes_received"`

	Errors map[string]int64 `json:"errors,omitempty"` // by kind, warm-up included
	// Unfinished requests were due in the counted time of an open loop and not
	// answered by the end of Timeout; they stand in Latency with the time they had waited.
	Unfinished int64 `json:"unfinished,omitempty"`

	Latency Latency `json:"latency_us"`

	LoadCPU   float64 `json:"load_cpu_seconds"`             // of the generator
	ServerCPU float64 `json:"server_cpu_seconds,omitempty"` // of process Config.PID, user and system
}

// Latency is the distribution of latencies in microseconds.
type Latency struct {
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99_9"`
	Max  float64 `json:"max"`
}

// ErrorCount is the sum of all errors.
func (r *Result) ErrorCount() int64 {
	var n int64
	for _, v := range r.Errors {
		n += v
	}
	return n
}

// CPUPerRequest is the server's CPU time per request in microseconds, 0 when
// it was not measured.
func (r *Result) CPUPerRequest() float64 {
	if r.Requests == 0 {
		return 0
	}
	return r.ServerCPU / float64(r.Requests) * 1e6
}

// LoadBound reports whether the generator, not the server, was the limit.
func (r *Result) LoadBound() bool {
	return r.Seconds > 0 && r.LoadCPU/r.Seconds > 0.95 && (r.ServerCPU == 0 || r.ServerCPU/r.Seconds < 0.9)
}

// newHistogram holds 100 ns … 10 min in nanoseconds to three digits.
func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(100, int64(10*time.Minute), 3)
}

func latencyOf(h *hdrhistogram.Histogram) Latency {
	micros := func(ns int64) float64 { return float64(ns) / 1e3 }
	return Latency{
		Mean: h.Mean() / 1e3,
		P50:  micros(h.ValueAtQuantile(50)),
		P90:  micros(h.ValueAtQuantile(90)),
		P99:  micros(h.ValueAtQuantile(99)),
		P999: micros(h.ValueAtQuantile(99.9)),
		Max:  micros(h.Max()),
	}
}

// tally counts one run; the loops call it for every response.
type tally struct {
	hist      *hdrhistogram.Histogram
	requests  int64
	bytes     int64
	faults    [faults]int64
	from      time.Time
	pid       int
	serverCPU float64
	loadCPU   float64
}

func newTally(pid int) *tally {
	return &tally{hist: newHistogram(), pid: pid}
}

// begin starts the counted time: what was counted before was warm-up, errors excepted.
func (t *tally) begin() error {
	var err error
	if t.serverCPU, err = ProcessCPU(t.pid); err != nil {
		return err
	}
	t.loadCPU = ownCPU()
	t.hist.Reset()
	t.requests, t.bytes = 0, 0
	t.from = time.Now()
	return nil
}

// answered counts n requests that took the same time.
func (t *tally) answered(n int64, took int64) {
	if n == 0 {
		return
	}
	t.requests += n
	_ = t.hist.RecordValues(max(took, 100), n) // only fails above ten minutes
}

// end closes the counted time.
func (t *tally) end() (*Result, error) {
	cpu, err := ProcessCPU(t.pid)
	if err != nil {
		return nil, err
	}
	r := &Result{
		Requests:  t.requests,
		Seconds:   time.Since(t.from).Seconds(),
		Bytes:     t.bytes,
		LoadCPU:   ownCPU() - t.loadCPU,
		ServerCPU: cpu - t.serverCPU,
		Errors:    map[string]int64{},
	}
	r.Rate = float64(r.Requests) / r.Seconds
	return r, nil
}

// report adds what may still change after the counted time: open loops drain.
func (t *tally) report(r *Result) *Result {
	r.Latency = latencyOf(t.hist)
	for f, n := range t.faults {
		if n > 0 {
			r.Errors[faultNames[f]] = n
		}
	}
	return r
}

// failed is the number of errors so far.
func (t *tally) failed() (n int64) {
	for _, v := range t.faults {
		n += v
	}
	return n
}

// worst names the most frequent error.
func (t *tally) worst() string {
	worst := faultConnect
	for f, n := range t.faults {
		if n > t.faults[worst] {
			worst = fault(f)
		}
	}
	return faultNames[worst]
}
