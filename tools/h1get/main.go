// Command h1get sends HTTP/1.1 requests on this module's client: a small curl.
//
//	h1get [flags] URL...
//
// The URLs are requested one after the other on one client, which keeps
// connections; contents go to standard output, or -o FILE. SIGINT ends the
// exchange under way. The flags:
//
//	-X METHOD    method; default GET, POST with -d, PUT with -T
//	-H LINE      a field line, "Name: value"; may be repeated
//	-d DATA      content; @FILE is a file, @- standard input
//	-T FILE      content, streamed; - is standard input, sent in chunks
//	-o FILE      where contents go; - is standard output
//	-v           both heads, informational responses and trailers, on standard error
//	-gzip        ask for gzip and decode it
//	-k           do not check the certificate
//	-f           a status from 400 up is a failure, without content
//	-timeout D   limit of each exchange, such as 10s; default none
//	-progress    say how much has arrived even if standard error is no terminal
//	-probe       the form that conformance checks read, see probe.go
//	-nethttp     with -probe: through package conn/nethttp
//
// Exit codes: 0 all responses were received entirely; 1 an exchange failed; 2
// bad flags; 22 a status from 400 up with -f; 23 the content could not be written;
// 28 the timeout expired. With several URLs it is the first failure's.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/h1wire/h1wire/conn"
)

// Exit codes. Those above 2 are curl's.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitStatus  = 22
	exitWrite   = 23
	exitTimeout = 28
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// config is what the flags say.
type config struct {
	urls     []string
	method   string
	lines    []string
	data     string // of -d
	posts    bool   // there is -d, be it empty
	upload   string // of -T
	output   string
	verbose  bool
	gzip     bool
	insecure bool
	fail     bool
	probe    bool
	nethttp  bool
	progress bool
	timeout  time.Duration
}

func parseFlags(args []string, stderr io.Writer) (*config, error) {
	c := new(config)
	f := flag.NewFlagSet("h1get", flag.ContinueOnError)
	f.SetOutput(io.Discard) // one line is enough; -h gets the rest
	f.StringVar(&c.method, "X", "", "`method`; default GET, POST with -d, PUT with -T")
	f.Func("H", "field `line`, \"Name: value\"; may be repeated", func(line string) error {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return errors.New("no colon in it")
		}
		c.lines = append(c.lines, line)
		h := new(conn.Header)
		h.Add(name, value)
		return h.Err()
	})
	f.Func("d", "`content`; @FILE is a file, @- standard input", func(data string) error {
		c.data, c.posts = data, true
		return nil
	})
	f.StringVar(&c.upload, "T", "", "`file` to stream as content; - is standard input")
	f.StringVar(&c.output, "o", "-", "`file` for contents; - is standard output")
	f.BoolVar(&c.verbose, "v", false, "show both heads on standard error")
	f.BoolVar(&c.gzip, "gzip", false, "ask for gzip and decode it")
	f.BoolVar(&c.insecure, "k", false, "do not check the certificate")
	f.BoolVar(&c.fail, "f", false, "fail at a status from 400 up")
	f.BoolVar(&c.probe, "probe", false, "write the form that conformance checks read")
	f.BoolVar(&c.nethttp, "nethttp", false, "with -probe: through package conn/nethttp")
	f.BoolVar(&c.progress, "progress", false, "show progress even if standard error is no terminal")
	f.DurationVar(&c.timeout, "timeout", 0, "limit of each exchange; 0: none")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		f.SetOutput(stderr)
		fmt.Fprintln(stderr, "usage: h1get [flags] URL...")
		f.PrintDefaults()
		fmt.Fprintln(stderr, "exit codes: 0 all received; 1 an exchange failed; 2 bad flags; 22 a status from 400 up with -f;\n"+
			"23 content could not be written; 28 the timeout expired")
		return nil, err
	case err != nil:
		return nil, err
	}
	c.urls = f.Args()
	switch {
	case len(c.urls) == 0:
		return nil, errors.New("no URL; h1get -h says more")
	case c.posts && c.upload != "":
		return nil, errors.New("-d and -T exclude each other")
	case c.nethttp && !c.probe:
		return nil, errors.New("-nethttp goes with -probe")
	case c.timeout < 0:
		return nil, errors.New("-timeout is negative")
	}
	return c, nil
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c, err := parseFlags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintln(stderr, "h1get:", err)
		return exitUsage
	}
	client := &conn.Client{
		Params: conn.Params{Decompress: c.gzip, MaxBodySize: math.MaxInt64, LenientNoContent: true},
		Retry:  conn.RetryIdempotent,
	}
	if c.insecure {
		client.TLSConfig = &tls.Config{InsecureSkipVerify: true}
	}
	defer client.Close()
	if c.probe {
		return probe(ctx, c, client, os.Getenv, stdout)
	}
	out := stdout
	if c.output != "-" {
		file, err := os.Create(c.output)
		if err != nil {
			fmt.Fprintln(stderr, "h1get:", err)
			return exitWrite
		}
		defer file.Close()
		out = file
	}
	code := exitOK
	for _, url := range c.urls {
		e := exchange{config: c, client: client, url: url, stdin: stdin, out: out, stderr: stderr}
		if err := e.run(ctx); err != nil {
			fmt.Fprintln(stderr, "h1get:", err)
			if code == exitOK {
				code = codeOf(err)
			}
		}
	}
	return code
}

// writeError is an error of the place where contents go.
type writeError struct{ error }

// statusError is a response that -f takes for a failure.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("the server answered %d", int(e)) }

func codeOf(err error) int {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, new(statusError)):
		return exitStatus
	case errors.As(err, new(writeError)):
		return exitWrite
	case errors.As(err, &timeout) && timeout.Timeout():
		return exitTimeout
	}
	return exitFailed
}
