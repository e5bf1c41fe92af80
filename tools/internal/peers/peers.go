// Package peers starts real programs for the tests of this module's commands:
// curl, wrk, nginx, haproxy, node. A test of a program that is not installed is
// skipped, and says so; with H1WIRE_REQUIRE_PEERS=1 it fails, so that a machine
// that is to have them all cannot pass without.
package peers

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// packages names the Debian package that brings a program, where it is not
// called the same.
var packages = map[string]string{"nginx": "nginx-light", "node": "nodejs"}

// Program returns the path of an installed program.
func Program(t testing.TB, name string) string {
	t.Helper()
	for _, try := range []string{name, "/usr/sbin/" + name} { // which is not in everyone's PATH
		if path, err := exec.LookPath(try); err == nil {
			return path
		}
	}
	pkg := name
	if p := packages[name]; p != "" {
		pkg = p
	}
	if os.Getenv("H1WIRE_REQUIRE_PEERS") == "1" {
		t.Fatalf("%s is not installed (package %s), and H1WIRE_REQUIRE_PEERS is set", name, pkg)
	}
	t.Skipf("%s is not installed: package %s", name, pkg)
	return ""
}

// Run runs an installed program to its end and returns what it wrote to its
// standard output. It fails the test when the program fails.
func Run(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), Program(t, name), args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, errs.String())
	}
	return out.String()
}

// Addr returns an address on this machine at which nobody listens. Its port is below
// those that systems give to whoever asks for any, so nobody takes it before the
// program does.
func Addr(t testing.TB) string {
	t.Helper()
	var err error
	for range 100 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprint("127.0.0.1:", 20_000+rand.N(10_000))); err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal(err)
	return ""
}

// output collects what a program writes.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start starts a program, waits until it listens on addr, and stops it when the
// test is over. What it wrote is shown if the test failed.
func start(t testing.TB, addr string, path string, args ...string) {
	t.Helper()
	cmd := exec.Command(path, args...)
	var out output
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(time.Minute):
			_ = cmd.Process.Kill()
			t.Errorf("%s did not stop", path)
		}
		if t.Failed() {
			t.Logf("%s wrote:\n%s", path, out.String())
		}
	})
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		nc, err := net.Dial("tcp", addr)
		if err == nil {
			_ = nc.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v\n%s", path, err, out.String())
		default:
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("%s does not listen on %s\n%s", path, addr, out.String())
		}
	}
}

// write writes a configuration and returns its path.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
