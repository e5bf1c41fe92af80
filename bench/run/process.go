package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/h1wire/h1wire/bench/peers/endpoint"
)

// process is a running server.
type process struct {
	cmd  *exec.Cmd
	addr string
	log  *os.File
	gone chan error // closed when it has ended
}

// start starts s on the given core and waits until it takes connections.
func (s *server) start(core int, dir string, o endpoint.Options) (*process, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	o.Addr = addr
	if dir, err = os.MkdirTemp(dir, "server"); err != nil {
		return nil, err
	}
	args, err := s.command(o, dir)
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(args[0], args[1:]...), addr: addr, log: log, gone: make(chan error)}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // none outlives the runner
	// The child inherits the core of the thread that starts it: Go programs see
	// one CPU and set GOMAXPROCS to 1.
	if err := on(core, p.cmd.Start); err != nil {
		return nil, err
	}
	go func() {
		err := p.cmd.Wait()
		log.Close()
		p.gone <- err
		close(p.gone)
	}()
	return p, p.ready()
}

// freeAddress returns an address at which nobody listens. Its port is below those
// that systems give to whoever asks for any, so nobody takes it before the server does.
func freeAddress() (addr string, err error) {
	for range 100 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprint("127.0.0.1:", 20_000+rand.N(10_000))); err == nil {
			defer l.Close()
			return l.Addr().String(), nil
		}
	}
	return "", err
}

// ready waits until the server takes connections.
func (p *process) ready() error {
	deadline := time.Now().Add(time.Minute)
	for {
		nc, err := net.DialTimeout("tcp", p.addr, time.Second)
		if err == nil {
			nc.Close()
			return nil
		}
		select {
		case err := <-p.gone:
			return fmt.Errorf("ended: %v: %s", err, p.said())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.stop()
			return errors.New("does not take connections")
		}
	}
}

// said returns the first line that the server wrote.
func (p *process) said() string {
	b, err := os.ReadFile(p.log.Name())
	if err != nil {
		return err.Error()
	}
	return firstLine(b)
}

// stop ends the server and waits for its end.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.gone:
	case <-time.After(2 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.gone
	}
}

// resident returns the process's resident memory in octets.
func (p *process) resident() (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		if v, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(v), " kB"), 10, 64)
			return n * kilo, err
		}
	}
	return 0, errors.New("no VmRSS")
}
