package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is what the process uses at one time.
type sample struct {
	heap, resident int64 // octets; heap is what is alive after a collection
	goroutines     int
}

// memory is how that goes on.
type memory struct{ samples []sample }

// samples is how many are taken, if the machine has the time; fewest is how many
// a verdict needs.
const (
	samples = 60
	fewest  = 9
)

// watch takes samples and prints progress, until ctx is over.
func (m *memory) watch(ctx context.Context, duration time.Duration, s *stage, out io.Writer) {
	began := time.Now()
	said := began
	ticker := time.NewTicker(duration / samples)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		now := sample{int64(stats.HeapAlloc), resident(), runtime.NumGoroutine()}
		m.samples = append(m.samples, now)
		if time.Since(said) >= duration/12 {
			said = time.Now()
			fmt.Fprintf(out, "%6.1fs  %8d rounds  %8d right answers  heap %5.1f MiB  resident %5.1f MiB  %4d goroutines  %d complaints\n",
				time.Since(began).Seconds(), s.total(), s.answers.Load(), mib(now.heap), mib(now.resident), now.goroutines, s.complained())
		}
	}
}

// slack is what may come on top of a quarter more: contents that are under way
// when a sample is taken.
const slack = 16 << 20

// faults compares the last third with the one before: what leaks, grows. In the
// first, pools and caches fill.
func (m *memory) faults() (all []string) {
	if len(m.samples) < fewest {
		return []string{fmt.Sprintf("only %d samples of memory were taken", len(m.samples))}
	}
	warmUp, last := len(m.samples)/3, len(m.samples)*2/3
	compare := func(what string, of func(sample) int64) {
		before, after := median(m.samples[warmUp:last], of), median(m.samples[last:], of)
		if after > before+before/4+slack {
			all = append(all, fmt.Sprintf("%s grew from %.1f to %.1f MiB", what, mib(before), mib(after)))
		}
	}
	compare("heap", func(s sample) int64 { return s.heap })
	compare("resident memory", func(s sample) int64 { return s.resident })
	return all
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

// median of a part of samples.
func median(part []sample, of func(sample) int64) int64 {
	values := make([]int64, 0, len(part))
	for _, s := range part {
		values = append(values, of(s))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// resident returns how much of the process is in memory, 0 where the system does
// not tell.
func resident() int64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kib, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	n, _ := strconv.ParseInt(kib, 10, 64)
	return n << 10
}

// counted is what must be given back.
type counted struct {
	goroutines, descriptors int
	buffers                 int64
}

func count() counted { return counted{runtime.NumGoroutine(), descriptors(), buffersOut()} }

// leaks says what is in use beyond c when everything has ended, and has had so
// long to do so.
func (c counted) leaks(patience time.Duration, out io.Writer) (all []string) {
	var now counted
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		now = count()
		if now.goroutines <= c.goroutines && now.descriptors <= c.descriptors && now.buffers <= c.buffers || time.Since(began) > patience {
			break
		}
	}
	fmt.Fprintf(out, "in the end: %d goroutines (%d before), %d descriptors (%d), %s\n",
		now.goroutines, c.goroutines, now.descriptors, c.descriptors, describeBuffers(now.buffers))
	if n := now.goroutines - c.goroutines; n > 0 {
		stacks := make([]byte, 64<<10)
		all = append(all, fmt.Sprintf("%d goroutines leaked, of these:\n%s", n, stacks[:runtime.Stack(stacks, true)]))
	}
	if n := now.descriptors - c.descriptors; n > 0 {
		all = append(all, fmt.Sprintf("%d descriptors leaked", n))
	}
	if n := now.buffers - c.buffers; n > 0 {
		all = append(all, fmt.Sprintf("%d pooled buffers leaked", n))
	}
	return all
}

// descriptors counts what the process has open, without what the runtime opens
// for itself and keeps.
func descriptors() (n int) {
	names, _ := filepath.Glob("/proc/self/fd/*")
	for _, name := range names {
		if to, err := os.Readlink(name); err == nil && !strings.HasPrefix(to, "anon_inode:") {
			n++
		}
	}
	return n
}
