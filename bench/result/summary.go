package result

import (
	"cmp"
	"math"
	"slices"
)

// Summary is what the samples of one server in one case come to.
type Summary struct {
	Case   *Case
	Server *Server

	N      int     // samples that count
	Slow   int     // samples left out, because the machine was slow
	Median float64 // of the value
	Least  float64
	Rate   float64 // median of requests per second
	P50    float64 // medians of latency percentiles, µs
	P99    float64
	P999   float64

	Errors     int64
	Unfinished int64
	LoadBound  bool
	Failed     string // not empty: no sample has a value
	// AllSlow: the machine was slow in more than half of the samples, so all of them count.
	AllSlow bool
}

// Summaries returns what was measured in one case, in the order of the servers.
func (r *Report) Summaries(c *Case) []Summary {
	var all []Summary
	for i := range r.Servers {
		if s := r.summary(c, &r.Servers[i]); s.N > 0 || s.Failed != "" {
			all = append(all, s)
		}
	}
	return all
}

func (r *Report) summary(c *Case, server *Server) Summary {
	s := Summary{Case: c, Server: server}
	samples, slow := r.counted(c.Name, server.Name)
	s.Slow, s.AllSlow = slow, slow < 0
	s.Slow = max(0, slow)
	var value, rate, p50, p99, p999 []float64
	for _, x := range samples {
		s.Errors += x.Errors
		s.Unfinished += x.Unfinished
		s.LoadBound = s.LoadBound || x.LoadBound
		if x.Failed != "" {
			s.Failed = x.Failed
			continue
		}
		value = append(value, x.Value)
		if x.Rate > 0 {
			rate = append(rate, x.Rate)
		}
		if l := x.Latency; l != nil {
			p50, p99, p999 = append(p50, l.P50), append(p99, l.P99), append(p999, l.P999)
		}
	}
	if s.N = len(value); s.N > 0 {
		s.Failed = ""
		s.Median, s.Least = median(value), slices.Min(value)
	}
	s.Rate, s.P50, s.P99, s.P999 = median(rate), median(p50), median(p99), median(p999)
	return s
}

// counted returns the samples that count and how many were left out because
// the machine was slow. When that would be more than half, none is left out
// and slow is negative: such a run decides nothing, and the tables say so.
func (r *Report) counted(name, server string) (samples []Sample, slow int) {
	var all []Sample
	for _, x := range r.Samples {
		if x.Case != name || x.Server != server {
			continue
		}
		all = append(all, x)
		if !x.Slow {
			samples = append(samples, x)
		}
	}
	if slow = len(all) - len(samples); slow*2 > len(all) {
		return all, -slow
	}
	return samples, slow
}

// Ratio is the median over the rounds of a's value to b's in the same round:
// what slowed the machine down for a while slowed down both. It is NaN when
// they have no round in common.
func (r *Report) Ratio(c *Case, a, b string) float64 {
	as, _ := r.counted(c.Name, a)
	bs, _ := r.counted(c.Name, b)
	var ratios []float64
	for _, x := range as {
		for _, y := range bs {
			if x.Round == y.Round && x.Failed == "" && y.Failed == "" && y.Value > 0 {
				ratios = append(ratios, x.Value/y.Value)
			}
		}
	}
	if len(ratios) == 0 {
		return math.NaN()
	}
	return median(ratios)
}

// Outcome is how a goal came out.
type Outcome struct {
	Goal
	Case  *Case
	Value float64 // the ratio, or the value when the goal is a limit; NaN: not measured
}

// Met reports whether the goal was reached.
func (o Outcome) Met() bool {
	if o.Peer != "" {
		return o.Value <= o.Ratio
	}
	return o.Value <= o.Limit
}

// Outcomes returns all goals of a case.
func (r *Report) Outcomes(c *Case) []Outcome {
	var all []Outcome
	for _, g := range c.Goals {
		o := Outcome{Goal: g, Case: c, Value: math.NaN()}
		if g.Peer != "" {
			o.Value = r.Ratio(c, g.Server, g.Peer)
		} else if server := r.Server(g.Server); server != nil {
			if s := r.summary(c, server); s.N > 0 {
				o.Value = s.Median
			}
		}
		all = append(all, o)
	}
	return all
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.SortFunc(v, cmp.Compare[float64])
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}
