package main

import (
	"context"
	"embed"
	"fmt"
	"os"
	"path/filepath"
)

// sources are the native runners. They are copied to where they are built, so that
// this works from a read-only tree too.
//
//go:embed native
var sources embed.FS

// unpack writes the native runners' sources into dir, once.
func (s *subject) unpack(dir string) string {
	native := filepath.Join(dir, "native")
	if _, err := os.Stat(native); err == nil {
		return native
	}
	if err := os.CopyFS(dir, sources); err != nil {
		s.missing = err.Error()
	}
	return native
}

// installed returns the first file that matches one of the patterns, or notes
// which Debian package has it.
func (s *subject) installed(pkg string, patterns ...string) string {
	for _, p := range patterns {
		if found, _ := filepath.Glob(p); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	s.missing = "not installed: " + pkg
	return ""
}

// httparse is built with cargo from the crate's source, for this CPU, so that it
// chooses its SIMD when it is compiled.
func httparse(ctx context.Context, dir string) *subject {
	s := &subject{name: "httparse (Rust)"}
	crate := s.installed("librust-httparse-dev", "/usr/share/cargo/registry/httparse-1*")
	if s.missing != "" {
		return s
	}
	at := filepath.Join(s.unpack(dir), "httparse")
	manifest := fmt.Sprintf("[package]\nname = \"httparse-runner\"\nversion = \"0.0.0\"\nedition = \"2021\"\n"+
		"[[bin]]\nname = \"runner\"\npath = \"main.rs\"\n[dependencies]\nhttparse = { path = %q }\n"+
		"[profile.release]\nopt-level = 3\nlto = true\ncodegen-units = 1\npanic = \"abort\"\n", crate)
	if err := os.WriteFile(filepath.Join(at, "Cargo.toml"), []byte(manifest), 0o644); err != nil {
		s.missing = err.Error()
	}
	s.build(ctx, at, "cargo", "rustc", "--offline", "--release", "--quiet", "--config", `build.rustflags=["-Ctarget-cpu=native"]`)
	s.args = []string{filepath.Join(at, "target/release/runner")}
	return s
}

// httpParser is Node.js's parser before llhttp, from the system's library.
func httpParser(ctx context.Context, dir string) *subject {
	s := &subject{name: "http_parser (C)"}
	s.installed("libhttp-parser-dev", "/usr/include/http_parser.h")
	s.compile(ctx, dir, "httpparser", "-lhttp_parser")
	return s
}

// picohttpparser is compiled for this CPU from picohttpparser.c in the folder that
// PICOHTTPPARSER names; without it, it is what Debian's libh2o has of it, which is
// compiled for every amd64 and so without SSE4.2.
func picohttpparser(ctx context.Context, dir string) *subject {
	if source := os.Getenv("PICOHTTPPARSER"); source != "" {
		s := &subject{name: "picohttpparser (C)"}
		s.compile(ctx, dir, "picohttpparser", filepath.Join(source, "picohttpparser.c"))
		return s
	}
	s := &subject{name: "picohttpparser (C, libh2o)"}
	library := s.installed("libh2o0.13, or set PICOHTTPPARSER to the folder of picohttpparser.c",
		"/usr/lib/*/libh2o.so", "/usr/lib/*/libh2o.so.0*")
	s.compile(ctx, dir, "picohttpparser", library)
	return s
}

// compile compiles a runner in C, for this CPU.
func (s *subject) compile(ctx context.Context, dir, name, with string) {
	if s.missing != "" {
		return
	}
	at := filepath.Join(s.unpack(dir), name)
	s.args = []string{filepath.Join(at, "runner")}
	s.build(ctx, at, "gcc", "-O3", "-march=native", "-o", s.args[0], "main.c", with)
}
