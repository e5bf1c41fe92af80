// Command compare measures conn/nethttp beside net/http: the same handlers on
// both servers, and the same requests by both transports, in turns. It prints
// for each case the median of CPU per request, of allocations per request, and of
// their ratios.
//
//	compare                    all cases, 7 rounds of 1 s
//	compare -run plaintext -rounds 11 -d 2s
//
// Each server is a process of its own on one core; the load comes from another.
package main

import (
	"context"
	"flag"
	"fmt"
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
	rounds := flag.Int("rounds", 7, "rounds")
	d := flag.Duration("d", time.Second, "`time` of each measurement")
	flag.Parse()
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
	fmt.Printf("%-22s %23s %23s %15s %15s\n", "", "CPU µs per request", "allocations", "", "")
	fmt.Printf("%-22s %11s %11s %11s %11s %15s %15s\n", "case", who[0], who[1], who[0], who[1], "CPU ratio", "allocation ratio")
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
		}
		show(c.name, samples)
	}
	return nil
}

func show(name string, samples [2][]sample) {
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
	fmt.Printf("%-22s %11.2f %11.2f %11.1f %11.1f %15.2f %15.2f\n", name, median(cpu[0]), median(cpu[1]),
		median(mallocs[0]), median(mallocs[1]), median(cpuRatio), median(mallocRatio))
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}
