package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/h1wire/h1wire/bench/parser/runner"
)

// goParsers are the parsers that this command is a runner of.
var goParsers = map[string]func() map[string]runner.Parse{
	"h1wire":   ours,
	"pieces":   pieces,
	"net/http": nethttp,
	"fasthttp": fasthttpPeer,
	"hertz":    hertzPeer,
}

// subject is a parser that is measured. It runs in a process of its own.
type subject struct {
	name    string
	args    []string // its command
	env     []string
	missing string // why it does not take part

	cmd     *exec.Cmd
	orders  io.WriteCloser
	answers *bufio.Scanner
}

// start starts the process; it ends with ctx, or when it is stopped.
func (s *subject) start(ctx context.Context) (err error) {
	s.cmd = exec.CommandContext(ctx, s.args[0], s.args[1:]...)
	s.cmd.Env = append(os.Environ(), s.env...)
	s.cmd.Stderr = os.Stderr
	if s.orders, err = s.cmd.StdinPipe(); err != nil {
		return err
	}
	answers, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	s.answers = bufio.NewScanner(answers)
	return s.cmd.Start()
}

func (s *subject) stop() {
	if s.orders != nil {
		s.orders.Close()
		_ = s.cmd.Wait() // what it measured is known
	}
}

// refusal is why a parser does not read a corpus.
type refusal string

func (r refusal) Error() string { return string(r) }

// sample has the subject parse a corpus for about that long and returns the
// nanoseconds per message.
func (s *subject) sample(kind, file string, slice time.Duration) (float64, error) {
	if _, err := fmt.Fprintln(s.orders, kind, file, slice.Milliseconds()); err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	if !s.answers.Scan() {
		return 0, fmt.Errorf("%s ended: %v", s.name, s.answers.Err())
	}
	answer := s.answers.Text()
	if why, ok := strings.CutPrefix(answer, "! "); ok {
		return 0, refusal(why)
	}
	ns, err := strconv.ParseFloat(answer, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	return ns, nil
}
