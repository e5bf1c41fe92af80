// Command h1load puts load on an HTTP/1 server and checks every response.
//
//	h1load -c 64 -d 5s http://127.0.0.1:8080/plaintext
//	h1load -c 64 -depth 16 -d 5s http://127.0.0.1:8080/plaintext   pipelined
//	h1load -c 64 -rate 20000 -d 5s http://127.0.0.1:8080/          open loop
//	h1load -c 64 -close http://127.0.0.1:8080/                     a connection per request
//	h1load -request upload.http -status 200 -length 7 http://127.0.0.1:8080
//	h1load -idle -c 10000 http://127.0.0.1:8080/                   holds idle connections until standard input ends
//
// A request file holds one request exactly as it goes over the wire. Package
// load says how latency is counted and what is an error.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/h1wire/h1wire/bench/load"
)

type options struct {
	load.Config
	request string
	expect  string
	idle    bool
	json    bool
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "h1load:", err)
		}
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "h1load:", err)
		os.Exit(1)
	}
}

func parse(args []string) (*options, error) {
	o := new(options)
	f := flag.NewFlagSet("h1load", flag.ContinueOnError)
	f.IntVar(&o.Conns, "c", 64, "`connections`")
	f.IntVar(&o.Depth, "depth", 1, "requests under way per connection (pipelining)")
	f.Float64Var(&o.Rate, "rate", 0, "open loop: `requests` per second over all connections; 0: closed loop")
	f.DurationVar(&o.Duration, "d", 10*time.Second, "counted `time`")
	f.DurationVar(&o.WarmUp, "warm", 0, "`time` of load before that")
	f.DurationVar(&o.Timeout, "timeout", 10*time.Second, "an answer without progress for so long is an error")
	f.StringVar(&o.request, "request", "", "`file` with the octets of one request (default: GET of the URL)")
	f.BoolVar(&o.PerConnection, "close", false, "a connection per request")
	f.BoolVar(&o.Spin, "spin", false, "never sleep, so that the server need not wake the load")
	f.IntVar(&o.Status, "status", 200, "expected `status`")
	f.Int64Var(&o.Length, "length", -1, "expected `length` of content; -1: that of the first response")
	f.StringVar(&o.expect, "expect", "", "`file` with the expected content")
	f.IntVar(&o.PID, "pid", 0, "`process` of the server, whose CPU time is reported")
	f.BoolVar(&o.idle, "idle", false, "open the connections, one exchange on each, hold them until standard input ends")
	f.BoolVar(&o.json, "json", false, "print the result as JSON")
	f.Usage = func() {
		fmt.Fprintln(f.Output(), "usage: h1load [flags] http://HOST:PORT/PATH")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() != 1 {
		return nil, errors.New("one URL, please (h1load -h tells the flags)")
	}
	return o, o.target(f.Arg(0))
}

// target takes address, TLS and the default request from the URL.
func (o *options) target(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return err
	}
	port := "80"
	switch u.Scheme {
	case "http":
	case "https":
		port = "443"
		// A load test measures; whom it talks to was said on the command line.
		o.TLS = &tls.Config{InsecureSkipVerify: true, ServerName: u.Hostname()} //nolint:gosec
	default:
		return fmt.Errorf("%s: want http:// or https://", raw)
	}
	if p := u.Port(); p != "" {
		port = p
	}
	o.Addr = net.JoinHostPort(u.Hostname(), port)
	if o.request == "" {
		extra := ""
		if o.PerConnection {
			extra = "Connection: close\r\n"
		}
		o.Request = fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", u.RequestURI(), u.Host, extra)
	} else if o.Request, err = os.ReadFile(o.request); err != nil {
		return err
	}
	if o.expect != "" {
		if o.Body, err = os.ReadFile(o.expect); err != nil {
			return err
		}
	}
	return nil
}

func run(ctx context.Context, o *options) error {
	if o.idle {
		return hold(ctx, o.Config)
	}
	r, err := load.Run(ctx, o.Config)
	if r == nil {
		return err
	}
	if o.json {
		if e := json.NewEncoder(os.Stdout).Encode(r); e != nil {
			return e
		}
	} else {
		show(os.Stdout, r)
	}
	return err
}

// hold keeps idle connections until standard input ends.
func hold(ctx context.Context, cfg load.Config) error {
	conns, err := load.Idle(ctx, cfg)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	for _, c := range conns {
		c.Close()
	}
	return err
}

// show prints a result for people.
func show(w io.Writer, r *load.Result) {
	fmt.Fprintf(w, "%d requests in %.2f s: %.0f/s, %.1f MB/s received\n",
		r.Requests, r.Seconds, r.Rate, float64(r.Bytes)/r.Seconds/1e6)
	l := r.Latency
	fmt.Fprintf(w, "latency µs: mean %.1f, 50%% %.1f, 90%% %.1f, 99%% %.1f, 99.9%% %.1f, max %.1f\n",
		l.Mean, l.P50, l.P90, l.P99, l.P999, l.Max)
	if r.ServerCPU > 0 {
		fmt.Fprintf(w, "server CPU: %.2f µs per request\n", r.CPUPerRequest())
	}
	fmt.Fprintf(w, "load CPU: %.0f %%\n", r.LoadCPU/r.Seconds*100)
	if r.LoadBound() {
		fmt.Fprintln(w, "the load generator was the limit, not the server")
	}
	if r.Unfinished > 0 {
		fmt.Fprintf(w, "unfinished: %d\n", r.Unfinished)
	}
	kinds := make([]string, 0, len(r.Errors))
	for k := range r.Errors {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		fmt.Fprintf(w, "errors: %s: %d\n", k, r.Errors[k])
	}
}
