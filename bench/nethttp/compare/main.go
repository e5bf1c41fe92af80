// Command compare measures conn/nethttp beside net/http: the same handlers on
// both servers, and the same requests by both transports, in turns. It prints
// for each case the median of CPU per request, of allocations per request, and of
// their ratios with what is wanted of them; and what the handler takes alone, which
// is in both.
//
//	compare                    all cases, 5 rounds of 0.6 s: two minutes
//	compare -quick             3 rounds of 0.2 s: half a minute
//	compare -run '^plaintext' -rounds 11 -d 2s
//
// Each server is a process of its own on one core; the load comes from another.
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"time"
)

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "serve":
			serve(os.Args[2])
			return
		case "request":
			request(os.Args[2:])
			return
		}
	}
	run := flag.String("run", ".", "`pattern` of the names of cases")
	rounds := flag.Int("rounds", 5, "rounds")
	d := flag.Duration("d", 600*time.Millisecond, "`time` of each measurement")
	quick := flag.Bool("quick", false, "3 rounds of 200 ms")
	flag.Parse()
	if *quick {
		*rounds, *d = 3, 200*time.Millisecond
	}
	only, err := regexp.Compile(*run)
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(2)
	}
	if err := compare(context.Background(), only, *rounds, *d); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// who are those that are compared: ours is the second.
var who = [2]string{"net/http", "h1wire"}

// sample is what one measurement gave, per request.
type sample struct{ cpu, mallocs float64 }

func compare(ctx context.Context, only *regexp.Regexp, rounds int, d time.Duration) error {
	fmt.Printf("%-24s %30s %15s %31s %15s\n", "", "CPU µs per request", "ratio", "allocations per request", "ratio")
	fmt.Printf("%-24s %9s %9s %10s %15s %9s %9s %11s %15s\n", "case",
		who[0], who[1], "handler", "(wanted)", who[0], who[1], "handler", "(wanted)")
	for _, c := range cases {
		if !only.MatchString(c.name) {
			continue
		}
		var samples [2][]sample
		for range rounds {
			for i, w := range who {
				s, err := c.measure(ctx, w, d)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", c.name, w, err)
				}
				samples[i] = append(samples[i], s)
			}
			if c.steady {
				break
			}
		}
		show(&c, samples)
	}
	return nil
}

func show(c *testCase, samples [2][]sample) {
	var cpu, mallocs [2][]float64
	var cpuRatio, mallocRatio []float64
	for i := range samples {
		for j, s := range samples[i] {
			cpu[i], mallocs[i] = append(cpu[i], s.cpu), append(mallocs[i], s.mallocs)
			if i == 1 {
				cpuRatio = append(cpuRatio, s.cpu/samples[0][j].cpu)
				mallocRatio = append(mallocRatio, s.mallocs/samples[0][j].mallocs)
			}
		}
	}
	own := sample{math.NaN(), math.NaN()}
	if c.alone != nil {
		own = c.alone()
	}
	fmt.Printf("%-24s %9.2f %9.2f %10s %15s %9s %9s %11s %15s\n", c.name,
		median(cpu[0]), median(cpu[1]), number(own.cpu), against(median(cpuRatio), c.wanted.cpu),
		number(median(mallocs[0])), number(median(mallocs[1])), number(own.mallocs), against(median(mallocRatio), c.wanted.mallocs))
}

// number shows what was measured; NaN was not.
func number(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return fmt.Sprintf("%.2f", v)
}

// against shows a ratio beside what is wanted of it, if anything is.
func against(ratio, wanted float64) string {
	if wanted == 0 {
		return ""
	}
	verdict := "  "
	if math.Round(100*ratio) > math.Round(100*wanted) {
		verdict = " >"
	}
	return fmt.Sprintf("%.2f%s (%.2f)", ratio, verdict, wanted)
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}
