package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/cpu"
)

// subjectsIn lists all parsers. What has to be built is built in dir.
func subjectsIn(ctx context.Context, dir string) ([]*subject, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var all []*subject
	for _, k := range kernels() {
		all = append(all, &subject{
			name: "h1wire " + k.name, missing: k.missing,
			args: []string{self, "-serve", "h1wire"}, env: []string{"H1WIRE_KERNEL=" + k.name},
		})
	}
	all = append(all, purego(ctx, dir), &subject{name: "h1wire Pieces", args: []string{self, "-serve", "pieces"}})
	for _, name := range []string{"fasthttp", "hertz", "net/http"} {
		all = append(all, &subject{name: name, args: []string{self, "-serve", name}})
	}
	return append(all, picohttpparser(ctx, dir), httparse(ctx, dir), httpParser(ctx, dir)), nil
}

// kernel is a kernel of ours, and why this machine does not run it, if so.
type kernel struct{ name, missing string }

func kernels() []kernel {
	x := &cpu.X86
	avx2 := x.HasAVX2 && x.HasBMI1 && x.HasBMI2 && x.HasPOPCNT
	avx512 := avx2 && x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512VBMI && x.HasAVX512VBMI2
	out := []kernel{{name: "avx512"}, {name: "avx2"}, {name: "table"}} // words is what purego is
	for i, has := range []bool{avx512, avx2, true} {
		if !has {
			out[i].missing = "not in this CPU"
		}
	}
	return out
}

// purego is ours built without assembly, as it is on CPUs that no kernel is for.
func purego(ctx context.Context, dir string) *subject {
	s := &subject{name: "h1wire purego", args: []string{filepath.Join(dir, "purego"), "-serve", "h1wire"}}
	if _, file, _, ok := runtime.Caller(0); ok {
		s.build(ctx, filepath.Dir(file), "go", "build", "-tags", "purego", "-o", s.args[0], ".")
	}
	return s
}

// build runs a command in a folder. When it fails the subject is missing.
func (s *subject) build(ctx context.Context, dir, command string, args ...string) {
	if s.missing != "" {
		return
	}
	if _, err := exec.LookPath(command); err != nil {
		s.missing = "not installed: " + command
		return
	}
	c := exec.CommandContext(ctx, command, args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		s.missing = fmt.Sprintf("does not build: %v: %s", err, lines[len(lines)-1])
	}
}
