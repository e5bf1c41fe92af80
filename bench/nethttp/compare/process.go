package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	handlers "github.com/h1wire/h1wire/bench/nethttp"
	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/nethttp"
)

// process is a server in a process of its own.
type process struct {
	cmd  *exec.Cmd
	addr string
	stop io.Closer
}

// start starts a server on a core.
func start(who, core string) (*process, error) {
	cmd := command(context.Background(), core, "serve", who)
	stop, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, stop: stop}
	p.addr, err = bufio.NewReader(out).ReadString('\n')
	p.addr = strings.TrimSpace(p.addr)
	return p, err
}

func (p *process) end() {
	_ = p.stop.Close()
	_ = p.cmd.Wait()
}

// command runs this program again, on one core.
func command(ctx context.Context, core string, args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		fail(err)
	}
	cmd := exec.CommandContext(ctx, "taskset", append([]string{"-c", core, self}, args...)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	return cmd
}

func child(ctx context.Context, core string, args ...string) ([]byte, error) {
	return command(ctx, core, args...).Output()
}

// serve serves until standard input ends.
func serve(who string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	fmt.Println(l.Addr())
	h := handlers.Handlers()
	go func() {
		switch who {
		case "h1wire":
			fail(nethttp.Serve(l, h))
		case "h1wireloop":
			fail((&nethttp.Server{Handler: h, Driver: conn.Loop}).Serve(l))
		}
		fail(http.Serve(l, h))
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// request requests with 64 goroutines and prints CPU time and allocations per
// request.
func request(args []string) {
	who, kind, url := args[0], args[1], args[2]
	d, err := time.ParseDuration(args[3])
	if err != nil {
		fail(err)
	}
	var tr http.RoundTripper = &http.Transport{MaxIdleConnsPerHost: 64}
	if who == "h1wire" {
		tr = new(nethttp.Transport)
	}
	one := func() {
		var r *http.Request
		if kind == "post" {
			r, _ = http.NewRequest("POST", url+"/echo", strings.NewReader(strings.Repeat("x", 1024)))
		} else {
			r, _ = http.NewRequest("GET", url+"/plaintext", nil)
		}
		resp, err := tr.RoundTrip(r)
		if err != nil {
			fail(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	run := func(d time.Duration) (n int) {
		var mu sync.Mutex
		var all sync.WaitGroup
		until := time.Now().Add(d)
		for range 64 {
			all.Go(func() {
				mine := 0
				for time.Now().Before(until) {
					one()
					mine++
				}
				mu.Lock()
				n += mine
				mu.Unlock()
			})
		}
		all.Wait()
		return n
	}
	run(d / 4)
	before, mallocs := cpu(), allocated()
	n := float64(run(d))
	fmt.Println((cpu()-before)/n, (allocated()-mallocs)/n)
}

// cpu returns the CPU time of this process in microseconds.
func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e3
}

func allocated() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Mallocs)
}
