// Package result holds what a run of the suite measured, and what follows from
// it: medians, ratios, goals. It is what the runner writes as JSON and what
// tables and charts are made of.
package result

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/h1wire/h1wire/bench/load"
)

// Report is one run.
type Report struct {
	Time    time.Time `json:"time"`
	Command string    `json:"command"`
	Machine Machine   `json:"machine"`
	Cases   []Case    `json:"cases"`
	Servers []Server  `json:"servers"`
	Samples []Sample  `json:"samples"`
}

// Machine says where the run was made.
type Machine struct {
	CPU       string `json:"cpu"`
	Cores     int    `json:"cores"`
	Kernel    string `json:"kernel"`
	Go        string `json:"go"`
	ServerCPU int    `json:"server_cpu"` // number of the core that the servers had
	LoadCPU   int    `json:"load_cpu"`   // number of the core that the load had
}

// Case is one thing that is measured of every server.
type Case struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Unit  string `json:"unit"` // of Sample.Value; less is better
	// OpenLoop: the rate was fixed, and latencies count from when a request was due.
	OpenLoop bool   `json:"open_loop,omitempty"`
	Goals    []Goal `json:"goals,omitempty"`
}

// The units of values.
const (
	Microseconds = "µs CPU/request"
	Kibibytes    = "KiB/connection"
)

// Goal is what one of our servers sets itself: Value ≤ Ratio × that of Peer,
// or ≤ Limit when there is no peer.
type Goal struct {
	Server string  `json:"server"`
	Peer   string  `json:"peer,omitempty"`
	Ratio  float64 `json:"ratio,omitempty"`
	Limit  float64 `json:"limit,omitempty"`
}

// Server is one server or client that was measured, or that could not be.
type Server struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Ours    bool   `json:"ours,omitempty"`
	// Client: what is measured sends requests.
	Client bool `json:"client,omitempty"`
	// Floor marks what does no HTTP: a bound, not a peer.
	Floor bool `json:"floor,omitempty"`
	// Missing says why it was not measured at all.
	Missing     string `json:"missing,omitempty"`
	Conformance *Score `json:"conformance,omitempty"` // nil: not run
}

// Score is what h1check found: passed of all cases on each level.
type Score struct {
	Must, MustOf     int
	Hard, HardOf     int
	Should, ShouldOf int
	Smuggled         int  // messages that got past it inside others
	NoEcho           bool // it cannot echo content: bodies were not compared
}

// Sample is one measurement.
type Sample struct {
	Case    string        `json:"case"`
	Server  string        `json:"server"`
	Round   int           `json:"round"`
	Value   float64       `json:"value"` // in the unit of the case
	Rate    float64       `json:"requests_per_second,omitempty"`
	Latency *load.Latency `json:"latency_us,omitempty"`
	Errors  int64         `json:"errors,omitempty"`
	// Unfinished requests of an open loop never got an answer.
	Unfinished int64 `json:"unfinished,omitempty"`
	// LoadBound: the generator was the limit; the rate is a lower bound.
	LoadBound bool `json:"load_bound,omitempty"`
	// Probe is how much longer than at its best a fixed piece of work took
	// around this sample, 0 when speed does not matter; Slow says that it was too much for the sample to count.
	Probe float64 `json:"probe"`
	Slow  bool    `json:"slow,omitempty"`
	// Failed says why there is no value.
	Failed string `json:"failed,omitempty"`
}

// Read reads the JSON of an earlier run.
func Read(file string) (*Report, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := new(Report)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

// Write writes the report as JSON.
func (r *Report) Write(file string) error {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

// Server returns the server of that name, or nil.
func (r *Report) Server(name string) *Server {
	for i := range r.Servers {
		if r.Servers[i].Name == name {
			return &r.Servers[i]
		}
	}
	return nil
}
