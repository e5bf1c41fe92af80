// Command run is the suite: it builds h1wire's server and its peers from
// source, drives each in turn with h1load, and writes what came out as a table,
// as JSON and as charts.
//
//	go run ./run -quick                            a few minutes
//	go run ./run -full                             more servers, more rounds, longer
//	go run ./run -cases 'plain|POST' -servers 'raw|fasthttp'
//	go run ./run -quick -compare report/run-20261122-101500/result.json
//	go run ./run -render report/run-20261122-101500/result.json
//	go run ./run -check-load                       h1load against wrk
//
// It is started in the folder bench. Every server runs on one core, the load on
// another. What is compared is the CPU time that a server takes per request;
// rates and latencies stand beside it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/h1wire/h1wire/bench/chart"
	"github.com/h1wire/h1wire/bench/result"
)

type options struct {
	full           bool
	cases, servers string
	rounds         int
	warm, duration time.Duration
	idle           int
	server, load   int // cores
	out            string
	compare        string
	render         string
	checkLoad      bool
	h1check        h1check
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "run:", err)
		}
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
		os.Exit(1)
	}
}

func parse(args []string) (*options, error) {
	o := new(options)
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	quick := f.Bool("quick", false, "few servers, few and short rounds (the default)")
	f.BoolVar(&o.full, "full", false, "all servers and cases, more and longer rounds")
	f.StringVar(&o.cases, "cases", "", "only cases whose name matches this `regexp`")
	f.StringVar(&o.servers, "servers", "", "only servers whose name matches this `regexp`")
	f.IntVar(&o.rounds, "rounds", 0, "rounds per case (quick 3, full 6)")
	f.DurationVar(&o.warm, "warm", 0, "uncounted load before each sample (quick 200ms, full 300ms)")
	f.DurationVar(&o.duration, "d", 0, "counted load of each sample (quick 700ms, full 1.5s)")
	f.IntVar(&o.idle, "idle", 10000, "idle `connections`")
	f.IntVar(&o.server, "server-cpu", -1, "`core` for the servers (default: the first)")
	f.IntVar(&o.load, "load-cpu", -1, "`core` for the load (default: the last)")
	f.StringVar(&o.out, "out", "", "`folder` for the report (default report/run-TIME)")
	f.StringVar(&o.compare, "compare", "", "compare with the result.json `file` of an earlier run")
	f.StringVar(&o.render, "render", "", "measure nothing: tables and charts from this result.json `file`")
	f.BoolVar(&o.checkLoad, "check-load", false, "measure no server but h1load: compare what it says with what wrk says")
	f.StringVar(&o.h1check.command, "h1check", os.Getenv("H1CHECK"), "conformance checker, `command`; default $H1CHECK")
	f.StringVar(&o.h1check.cases, "h1check-cases", os.Getenv("H1CHECK_CASES"), "its case `file`; default $H1CHECK_CASES")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 || *quick && o.full {
		return nil, errors.New("-quick or -full, and no arguments")
	}
	preset := func(rounds int, warm, d time.Duration) {
		if o.rounds == 0 {
			o.rounds = rounds
		}
		if o.warm == 0 {
			o.warm = warm
		}
		if o.duration == 0 {
			o.duration = d
		}
	}
	if o.full {
		preset(6, 300*time.Millisecond, 1500*time.Millisecond)
	} else {
		preset(3, 200*time.Millisecond, 700*time.Millisecond)
	}
	return o, nil
}

func run(ctx context.Context, o *options) error {
	if o.out == "" {
		o.out = filepath.Join("report", "run-"+time.Now().Format("20060102-150405"))
		if o.render != "" {
			o.out = filepath.Dir(o.render)
		}
	}
	var old *result.Report
	if o.compare != "" {
		var err error
		if old, err = result.Read(o.compare); err != nil {
			return err
		}
	}
	if o.render != "" {
		r, err := result.Read(o.render)
		if err != nil {
			return err
		}
		return publish(r, old, o.out)
	}
	if _, err := os.Stat("go.mod"); err != nil {
		return errors.New("start it in the folder bench")
	}
	if o.checkLoad {
		return checkLoad(ctx, o, os.Stdout)
	}
	r, err := suite(ctx, o)
	if r == nil || len(r.Samples) == 0 {
		return errors.Join(err, errors.New("nothing was measured"))
	}
	return errors.Join(err, publish(r, old, o.out))
}

// suite measures. A run that is interrupted reports what it has.
func suite(ctx context.Context, o *options) (*result.Report, error) {
	server, load, err := cores(o.server, o.load)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "h1wire-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r := &runner{
		serverCore: server, loadCore: load,
		rounds: o.rounds, all: o.full || o.servers != "", warm: o.warm, duration: o.duration, idleConns: o.idle,
		dir: dir, h1load: filepath.Join(dir, "h1load"),
		report: &result.Report{Time: time.Now(), Command: "go run ./run " + strings.Join(os.Args[1:], " "), Machine: machine(server, load)},
	}
	if err := build(r.h1load, root+"/bench/h1load", "."); err != nil {
		return nil, err
	}
	if r.cert, r.key, err = certificate(dir); err != nil {
		return nil, err
	}
	all, err := r.present(o)
	if err != nil {
		return nil, err
	}
	todo, err := chosen(o)
	if err != nil {
		return nil, err
	}
	r.progress = &progress{w: os.Stderr, started: time.Now()}
	for i := range todo {
		r.report.Cases = append(r.report.Cases, todo[i].Case)
		for _, s := range all {
			if s.takesPart(&todo[i], r.all) {
				r.progress.all += r.rounds
			}
		}
	}
	for i := range todo {
		if err = r.measure(ctx, &todo[i], all); err != nil {
			break
		}
	}
	r.judge()
	return r.report, err
}

// present builds the servers that were asked for, checks their conformance,
// and returns those that can be started.
func (r *runner) present(o *options) ([]*server, error) {
	only, err := regexp.Compile(o.servers)
	if err != nil {
		return nil, err
	}
	var all []*server
	for _, s := range append(servers(), clients()...) {
		if s.fullOnly && !r.all && !(s.Ours && s.lacks&needTLS == 0) || !only.MatchString(s.Name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "build %s\n", s.Name)
		if err := s.build(filepath.Join(r.dir, "bin")); err != nil {
			s.Missing = err.Error()
		} else {
			all = append(all, s)
		}
		switch {
		case s.Missing != "":
			fmt.Fprintf(os.Stderr, "%s is not measured: %s\n", s.Name, s.Missing)
		case s.Floor, s.Client:
		case o.h1check.command == "":
			fmt.Fprintf(os.Stderr, "conformance of %s: not run (no H1CHECK)\n", s.Name)
		default:
			if s.Conformance, err = o.h1check.score(s, r.serverCore, r.dir); err != nil {
				fmt.Fprintf(os.Stderr, "conformance of %s: not run: %v\n", s.Name, err)
			}
		}
		r.report.Servers = append(r.report.Servers, s.Server)
	}
	return all, nil
}

// chosen returns the cases that were asked for.
func chosen(o *options) ([]workload, error) {
	only, err := regexp.Compile(o.cases)
	if err != nil {
		return nil, err
	}
	var todo []workload
	for _, w := range cases() {
		if only.MatchString(w.Name) && (o.full || !w.fullOnly || o.cases != "") {
			todo = append(todo, w)
		}
	}
	if len(todo) == 0 {
		return nil, errors.New("no such case")
	}
	return todo, nil
}

// publish writes the report: JSON, the table (also to standard output), charts.
func publish(r, old *result.Report, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := r.Write(filepath.Join(dir, "result.json")); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "table.txt"))
	if err != nil {
		return err
	}
	defer f.Close()
	w := io.MultiWriter(os.Stdout, f)
	if err := r.Table(w); err != nil {
		return err
	}
	if old != nil {
		if err := r.Compare(w, old); err != nil {
			return err
		}
	}
	files, err := chart.Write(r, dir)
	fmt.Fprintf(os.Stderr, "\nreport: %s\n", strings.Join(append(files, filepath.Join(dir, "table.txt"), filepath.Join(dir, "result.json")), " "))
	return err
}
