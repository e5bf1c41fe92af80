// Command h1soak lets good, slow, broken and malicious peers loose on a server
// for a while, all at once, and ends with a verdict: whether every good peer got
// the right answer, whether no octet of one message was taken for another, and
// whether memory stayed flat and nothing was left: no goroutine, descriptor or
// pooled buffer.
//
//	h1soak                     a server in this process, for five minutes
//	h1soak -addr HOST:PORT     one that answers as h1serve does
//
// The flags:
//
//	-duration D   how long; default 5m
//	-driver NAME  of the server in this process: auto, stream, raw, loop
//	-addr A       another server; memory and leaks are then its own affair
//	-seed N       of what is random; default the time
//	-v            say what good peers complain about when they do
//
// Pooled buffers are counted in a build with the tag h1wire_poison. The exit code
// is 0 for a good verdict, 1 for a bad one, and 2 for bad flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/h1wire/h1wire/conn"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// config is what the flags say.
type config struct {
	addr     string
	duration time.Duration
	driver   conn.Driver
	seed     uint64
	verbose  bool
}

func parseFlags(args []string, stderr io.Writer) (cfg config, err error) {
	fs := flag.NewFlagSet("h1soak", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&cfg.addr, "addr", "", "server to soak; default one in this process")
	fs.DurationVar(&cfg.duration, "duration", 5*time.Minute, "how long")
	driver := fs.String("driver", "auto", "driver of the server in this process")
	fs.Uint64Var(&cfg.seed, "seed", uint64(time.Now().UnixNano()), "seed of what is random")
	fs.BoolVar(&cfg.verbose, "v", false, "say what goes wrong when it does")
	if err := fs.Parse(args); err != nil {
		return cfg, err
	}
	if fs.NArg() > 0 || cfg.duration <= 0 {
		fmt.Fprintln(stderr, "h1soak: takes no arguments, and a duration above zero")
		return cfg, errors.New("bad use")
	}
	if cfg.driver, err = conn.ParseDriver(*driver); err != nil {
		fmt.Fprintln(stderr, "h1soak:", err)
	}
	return cfg, err
}

func run(args []string, stdout, stderr io.Writer) int {
	cfg, err := parseFlags(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Fprintf(stdout, "soaking for %v, seed %d\n", cfg.duration, cfg.seed)
	faults, err := soak(ctx, cfg, stdout)
	if err != nil {
		fmt.Fprintln(stderr, "h1soak:", err)
		return 1
	}
	if len(faults) > 0 {
		for _, f := range faults {
			fmt.Fprintln(stdout, "FAULT:", f)
		}
		fmt.Fprintln(stdout, "verdict: BAD")
		return 1
	}
	fmt.Fprintln(stdout, "verdict: good")
	return 0
}

// soak does everything, and returns what is wrong with the server.
func soak(ctx context.Context, cfg config, stdout io.Writer) (faults []string, err error) {
	before := count()
	inside := cfg.addr == ""
	stop := func() error { return nil }
	if inside {
		if cfg.addr, stop, err = serve(cfg.driver); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, cfg.duration)
	defer cancel()
	s := newStage(cfg)
	s.inside = inside
	m := new(memory)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		m.watch(ctx, cfg.duration, s, stdout)
	}()
	s.play(ctx)
	cancel()
	<-watched
	faults = s.faults()
	if !inside {
		return faults, nil
	}
	if err := stop(); err != nil {
		faults = append(faults, "the server did not shut down: "+err.Error())
	}
	return append(append(faults, m.faults()...), before.leaks(5*time.Second, stdout)...), nil
}
