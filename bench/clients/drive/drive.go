// Package drive is what the client programs of the suite have in common: they
// send requests for a while and print how many were answered as they should be,
// and how much CPU time that took.
package drive

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/h1wire/h1wire/bench/load"
	"github.com/h1wire/h1wire/bench/peers/endpoint"
)

// Options are the flags of a client program.
type Options struct {
	Addr     string
	Conns    int // connections, each with requests under way all the time
	Depth    int // requests under way on each
	WarmUp   time.Duration
	Duration time.Duration
}

// A Worker makes some exchanges and returns how many of them went well.
type Worker func() (n int, err error)

// Length is that of the content of every response.
const Length = len(endpoint.Plaintext)

// Main parses the flags, lets the workers run, each in a goroutine of its own,
// and prints a load.Result whose ServerCPU is that of this process.
func Main(workers func(*Options) ([]Worker, error)) {
	o := new(Options)
	flag.StringVar(&o.Addr, "addr", "127.0.0.1:8080", "`address` of the server")
	flag.IntVar(&o.Conns, "c", 64, "`connections`")
	flag.IntVar(&o.Depth, "depth", 1, "requests under way on each")
	flag.DurationVar(&o.WarmUp, "warm", 0, "`time` before the counted time")
	flag.DurationVar(&o.Duration, "d", 5*time.Second, "counted `time`")
	flag.Parse()
	all, err := workers(o)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(run(o, all))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run counts what the workers do in the counted time.
func run(o *Options, workers []Worker) *load.Result {
	var answered, failed atomic.Int64
	var stop atomic.Bool
	var all sync.WaitGroup
	for _, w := range workers {
		all.Go(func() {
			for !stop.Load() {
				n, err := w()
				answered.Add(int64(n))
				if err != nil {
					failed.Add(1)
				}
			}
		})
	}
	time.Sleep(o.WarmUp)
	start, before, used := time.Now(), answered.Load(), cpu()
	time.Sleep(o.Duration)
	r := &load.Result{
		Requests:  answered.Load() - before,
		Seconds:   time.Since(start).Seconds(),
		ServerCPU: cpu() - used,
	}
	stop.Store(true)
	all.Wait()
	r.Rate = float64(r.Requests) / r.Seconds
	if n := failed.Load(); n > 0 {
		r.Errors = map[string]int64{"failed": n}
	}
	return r
}

// cpu is the CPU time of this process in seconds.
func cpu() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
