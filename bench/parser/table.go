package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
)

// table prints what the subjects needed for c. Ratios are to the first of them
// that was measured: 2.00 needs twice its time.
func table(out io.Writer, c corpus, results []*result) {
	fmt.Fprintf(out, "\n%s: %s, %d octets a message\n", c.name, c.kind, c.octets)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "parser\tmedian\tleast\tMB/s\tratio\t")
	var first *result
	for _, r := range results {
		if len(r.samples) == 0 {
			continue
		}
		if first == nil {
			first = r
		}
		least := slices.Min(r.samples)
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.0f\t%.2f\t\n", r.name, median(r.samples), least, float64(c.octets)*1e3/least, ratio(r.samples, first.samples))
	}
	w.Flush()
	for _, r := range results {
		if r.refused != "" {
			fmt.Fprintf(out, "  %s: %s\n", r.name, r.refused)
		}
	}
}

// ratio is the median of a over b within each round.
func ratio(a, b []float64) float64 {
	var all []float64
	for i := range min(len(a), len(b)) {
		all = append(all, a[i]/b[i])
	}
	return median(all)
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	switch n := len(v); {
	case n == 0:
		return 0
	case n%2 == 0:
		return (v[n/2-1] + v[n/2]) / 2
	default:
		return v[n/2]
	}
}

// machine says what the figures are of.
func machine() string {
	model := runtime.GOARCH
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for l := range strings.Lines(string(b)) {
			if name, value, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s, %s/%s", model, runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
