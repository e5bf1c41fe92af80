package main

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/h1wire/h1wire/bench/result"
)

// cores returns the core for the servers and that for the load: the first and
// the last of those that this process may use, unless told otherwise.
func cores(server, load int) (int, int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return 0, 0, err
	}
	var all []int
	for i := range 1024 {
		if set.IsSet(i) {
			all = append(all, i)
		}
	}
	if server < 0 {
		server = all[0]
	}
	if load < 0 {
		load = all[len(all)-1]
	}
	if server == load {
		return 0, 0, errors.New("servers and load need a core each")
	}
	return server, load, nil
}

func machine(server, load int) result.Machine {
	m := result.Machine{Cores: runtime.NumCPU(), Go: runtime.Version(), ServerCPU: server, LoadCPU: load}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for l := range strings.Lines(string(b)) {
			if name, value, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(name) == "model name" {
				m.CPU = strings.TrimSpace(value)
				break
			}
		}
	}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = "Linux " + strings.TrimSpace(string(b))
	}
	return m
}

// on calls f on a core. The thread gets its cores back and goes on living: a
// server dies with the thread that started it.
func on(core int, f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var was, set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &was); err != nil {
		return err
	}
	set.Set(core)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return err
	}
	err := f()
	return errors.Join(err, unix.SchedSetaffinity(0, &was))
}

// probe takes the time of a fixed piece of work on each of the two cores at
// once and returns the longer: whoever else uses the machine shows in it.
func probe(cores ...int) time.Duration {
	took := make([]time.Duration, len(cores))
	var all sync.WaitGroup
	for i, core := range cores {
		all.Go(func() {
			_ = on(core, func() error {
				took[i] = work()
				return nil
			})
		})
	}
	all.Wait()
	var longest time.Duration
	for _, d := range took {
		longest = max(longest, d)
	}
	return longest
}

// work is some milliseconds of arithmetic that nothing can shorten.
func work() time.Duration {
	start := time.Now()
	x := uint64(start.UnixNano()) | 1
	for range 4_000_000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	took := time.Since(start)
	runtime.KeepAlive(x)
	return took
}

// busy returns how many seconds the cores have worked for processes (and for
// other guests of the host) since the start of the system, from /proc/stat.
func busy(cores ...int) float64 {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	var ticks uint64
	for l := range strings.Lines(string(b)) {
		f := strings.Fields(l)
		for _, core := range cores {
			if len(f) > 8 && f[0] == "cpu"+strconv.Itoa(core) {
				for _, i := range []int{1, 2, 3, 8} { // user, nice, system, steal
					n, _ := strconv.ParseUint(f[i], 10, 64)
					ticks += n
				}
			}
		}
	}
	return float64(ticks) / 100 // USER_HZ
}
