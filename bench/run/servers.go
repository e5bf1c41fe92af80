package main

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/h1wire/h1wire/bench/peers/endpoint"
	"github.com/h1wire/h1wire/bench/peers/nginx"
	"github.com/h1wire/h1wire/bench/result"
)

// server is one server that can be started.
type server struct {
	result.Server
	pkg      string   // its package, built from source; empty: nginx
	module   string   // whose version is its version; empty: that of Go
	args     []string // beyond the address and the certificate
	lacks    need
	fullOnly bool
	binary   string
}

const (
	root  = "github.com/h1wire/h1wire"
	peers = root + "/bench/peers/"
)

// servers lists what can be measured, ours first.
func servers() []*server {
	ours := func(name string, full bool, lacks need, args ...string) *server {
		return &server{Server: result.Server{Name: name, Ours: true}, pkg: root + "/tools/h1serve", args: args, fullOnly: full, lacks: lacks}
	}
	peer := func(name, dir, module string, full bool, args ...string) *server {
		return &server{Server: result.Server{Name: name}, pkg: peers + dir, module: module, args: args, fullOnly: full}
	}
	return []*server{
		ours("h1wire raw", false, needTLS, "-driver", "raw"),
		ours("h1wire stream", true, 0, "-driver", "stream"),
		ours("h1wire loop", true, needTLS, "-driver", "loop"),
		ours("h1wire nethttp", true, needTLS, "-nethttp"),
		peer("net/http", "nethttp", "", false),
		peer("fasthttp", "fasthttp", "github.com/valyala/fasthttp", false),
		peer("fasthttp timeouts", "fasthttp", "github.com/valyala/fasthttp", true, "-timeouts"),
		peer("hertz", "hertz", "github.com/cloudwego/hertz", false),
		{Server: result.Server{Name: "nginx"}, lacks: needGzip | needEcho | needCount},
		refused("gnet"),
		refused("nbio"),
		{Server: result.Server{Name: "floor", Floor: true}, pkg: peers + "floor", lacks: ^need(0)},
	}
}

// refused is a peer that should be here: the Go module proxy did not hand out
// its module when the suite was written, and a peer that was never compiled is none.
func refused(name string) *server {
	return &server{Server: result.Server{Name: name, Missing: "the Go module proxy refused its module (403)"}, fullOnly: true}
}

// takesPart reports whether the server is measured in a case: it can do what
// the case asks for, and a quick run does not leave it out.
func (s *server) takesPart(w *workload, all bool) bool {
	return s.Client == w.client && s.lacks&w.needs == 0 && (all || !s.fullOnly || w.tls && s.Ours)
}

// build makes the server's binary in dir.
func (s *server) build(dir string) error {
	if s.Missing != "" {
		return errors.New(s.Missing)
	}
	if s.pkg == "" {
		path, err := exec.LookPath("nginx")
		if err != nil {
			// Debian keeps it where only root looks.
			if path, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
				return errors.New("not installed")
			}
		}
		s.binary = path
		out, _ := exec.Command(path, "-v").CombinedOutput()
		_, s.Version, _ = strings.Cut(strings.TrimSpace(string(out)), "nginx/")
		return nil
	}
	s.binary = filepath.Join(dir, strings.ReplaceAll(strings.TrimPrefix(s.pkg, root+"/"), "/", "-"))
	module := "."
	if s.Ours && !s.Client {
		module = ".." // with the dependencies that h1wire itself pins
	}
	if err := build(s.binary, s.pkg, module); err != nil {
		return err
	}
	if s.Version = version(s.binary, s.module); s.Ours {
		if revision, err := exec.Command("git", "describe", "--always", "--dirty").Output(); err == nil {
			s.Version = strings.TrimSpace(string(revision))
		}
	}
	return nil
}

// build compiles a command of the module in folder dir.
func build(binary, pkg, dir string) error {
	cmd := exec.Command("go", "build", "-o", binary, pkg)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %s", firstLine(out))
	}
	return nil
}

// version is that of a module in a binary, else that of Go.
func version(binary, module string) string {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return ""
	}
	for _, d := range info.Deps {
		if d.Path == module {
			return d.Version
		}
	}
	return info.GoVersion
}

// firstLine is the first line of a tool's output that says something: the go
// command begins with a line that only names the package.
func firstLine(out []byte) string {
	line := "no output"
	for l := range strings.Lines(string(out)) {
		if l = strings.TrimSpace(l); l != "" {
			if line = l; !strings.HasPrefix(l, "#") {
				break
			}
		}
	}
	return line
}

// command returns the server's command line for an address.
func (s *server) command(o endpoint.Options, dir string) ([]string, error) {
	if s.pkg == "" {
		args, err := nginx.Write(dir, o)
		return append([]string{s.binary}, args...), err
	}
	args := append([]string{s.binary, "-addr", o.Addr}, s.args...)
	if o.Cert != "" {
		args = append(args, "-tls-cert", o.Cert, "-tls-key", o.Key)
	}
	return args, nil
}
