// Command h1serve serves HTTP/1 on this module's connections: a few fixed
// resources to measure and check by, and a directory.
//
//	GET  /plaintext   "Hello, World!"
//	GET  /big         1 MiB
//	POST /upload      the length of the content, in decimal
//	POST /gz          the same after decoding Content-Encoding: gzip
//	any  /echo        the content
//	GET  /            a line of text, or -dir DIR
//
// With -echo every valid request, whatever its target and method, is answered
// 200 with its own content and nothing else. With -nethttp the same is served by
// handlers of net/http.
//
// SIGINT and SIGTERM let exchanges under way finish, and exit with 0; a second
// one does not wait. A bad flag exits with 2, an address in use with 1.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/h1wire/h1wire/conn"
)

// drainTime is how long exchanges under way may take to finish.
const drainTime = 10 * time.Second

func main() { os.Exit(run(os.Args[1:], os.Stderr)) }

// config is what the flags say.
type config struct {
	addr, dir string
	cert, key string // files; none: no TLS
	echo      bool
	nethttp   bool
	driver    conn.Driver
	level     slog.Level
}

func run(args []string, stderr io.Writer) int {
	cfg, err := parseFlags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "h1serve:", err)
		return 2
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: cfg.level}))
	s, err := newServer(cfg, log)
	if err != nil {
		fmt.Fprintln(stderr, "h1serve:", err)
		return 2
	}
	l, err := net.Listen("tcp", cfg.addr)
	if err != nil {
		fmt.Fprintln(stderr, "h1serve:", err)
		return 1
	}
	log.Info("serving", "addr", l.Addr().String(), "driver", cfg.driver.String(), "nethttp", cfg.nethttp)
	return serve(s, l, log)
}

// server is what can be served by.
type server interface {
	Serve(l net.Listener) error
	Shutdown(ctx context.Context) error
	Close() error
}

// newServer returns the server that the flags ask for.
func newServer(cfg config, log *slog.Logger) (server, error) {
	secure, err := cfg.tls()
	if err != nil {
		return nil, err
	}
	if cfg.nethttp {
		return newHTTPServer(cfg, secure, log)
	}
	delegate, err := newDelegate(cfg)
	if err != nil {
		return nil, err
	}
	return &conn.Server{
		Params:    conn.Params{Decompress: !cfg.echo},
		Delegate:  delegate,
		TLSConfig: secure,
		Driver:    cfg.driver,
		Logger:    log,
	}, nil
}

// tls returns what to serve TLS with, nil without a certificate.
func (c *config) tls() (*tls.Config, error) {
	if c.cert == "" && c.key == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}}, nil
}

// serve serves until a signal comes.
func serve(s server, l net.Listener, log *slog.Logger) int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()

	select {
	case err := <-failed:
		log.Error("serving failed", "err", err)
		return 1
	case sig := <-signals:
		log.Info("draining", "signal", sig.String())
	}
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	go func() {
		<-signals
		cancel()
	}()
	if err := s.Shutdown(ctx); err != nil {
		log.Warn("closing what has not finished", "err", err)
		_ = s.Close()
	}
	log.Info("stopped")
	return 0
}

const usage = `usage: h1serve [flags]
  GET  /plaintext  "Hello, World!"           POST /upload  the length of the content
  GET  /big        1 MiB                     POST /gz      the same, gzip undone
  GET  /           a line, or -dir DIR       any  /echo    the content
exit codes: 0 after SIGINT or SIGTERM; 1 cannot listen, or serving failed; 2 bad flags
`

// parseFlags reads the command line. Its error is one line.
func parseFlags(args []string, stderr io.Writer) (cfg config, err error) {
	fs := flag.NewFlagSet("h1serve", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // one line is enough; -h gets the rest
	fs.StringVar(&cfg.addr, "addr", "127.0.0.1:8080", "address to listen on")
	fs.StringVar(&cfg.dir, "dir", "", "directory to serve at /")
	fs.BoolVar(&cfg.echo, "echo", false, "answer every valid request with its own content")
	fs.BoolVar(&cfg.nethttp, "nethttp", false, "serve the same through package conn/nethttp")
	fs.StringVar(&cfg.cert, "tls-cert", "", "certificate file: serve TLS")
	fs.StringVar(&cfg.key, "tls-key", "", "key file of the certificate")
	fs.TextVar(&cfg.level, "log", slog.LevelInfo, "least severe records to log")
	driver := fs.String("driver", "auto", "how octets are moved: auto, stream, raw or loop")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fs.SetOutput(stderr)
		fmt.Fprint(stderr, usage)
		fs.PrintDefaults()
		return cfg, err
	case err != nil:
		return cfg, err
	case fs.NArg() > 0:
		return cfg, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	case cfg.echo && cfg.dir != "":
		return cfg, errors.New("-echo and -dir exclude each other")
	case (cfg.cert == "") != (cfg.key == ""):
		return cfg, errors.New("-tls-cert and -tls-key go together")
	}
	cfg.driver, err = conn.ParseDriver(*driver)
	return cfg, err
}
