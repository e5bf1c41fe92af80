// Command parser sets parsers against parsers: ours with each of its kernels, the
// Go peers, and native peers where Debian's packages of them are installed. They
// read the same corpora in turns.
//
//	go run ./parser -quick
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"time"

	"github.com/h1wire/h1wire/bench/parser/runner"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "parser:", err)
		os.Exit(1)
	}
}

// settings is what the command line says.
type settings struct {
	rounds   int
	slice    time.Duration // of one sample
	corpora  *regexp.Regexp
	subjects *regexp.Regexp
	more     []*subject // runners that the command line adds
}

func run() error {
	var s settings
	quick := flag.Bool("quick", false, "few and short rounds")
	flag.IntVar(&s.rounds, "rounds", 0, "number of rounds (15, with -quick 7)")
	flag.DurationVar(&s.slice, "slice", 0, "time of one sample (40ms, with -quick 10ms)")
	corpora := flag.String("corpora", "", "only corpora that this regular expression matches")
	subjects := flag.String("parsers", "", "only parsers that this regular expression matches")
	flag.Func("runner", "`NAME=COMMAND` of another parser, see package runner", func(v string) error {
		name, command, ok := strings.Cut(v, "=")
		if !ok {
			return errors.New("is not NAME=COMMAND")
		}
		s.more = append(s.more, &subject{name: name, args: strings.Fields(command)})
		return nil
	})
	serve := flag.String("serve", "", "be the runner of this Go parser (the command starts itself with it)")
	flag.Parse()

	if *serve != "" {
		parsers, ok := goParsers[*serve]
		if !ok {
			return fmt.Errorf("no parser %s", *serve)
		}
		return runner.Serve(os.Stdin, os.Stdout, parsers())
	}
	rounds, slice := 15, 40*time.Millisecond
	if *quick {
		rounds, slice = 7, 10*time.Millisecond
	}
	if s.rounds <= 0 {
		s.rounds = rounds
	}
	if s.slice <= 0 {
		s.slice = slice
	}
	var err error
	if s.corpora, err = regexp.Compile(*corpora); err != nil {
		return err
	}
	if s.subjects, err = regexp.Compile(*subjects); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return compare(ctx, &s, os.Stdout)
}
