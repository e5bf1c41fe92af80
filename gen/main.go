// Command gen writes what is generated from the grammar in gen/spec: every z*
// file of package parser, and GRAMMAR.md.
//
//	go run ./gen          write what differs
//	go run ./gen -check   write nothing, show what differs, exit 1 if anything does
//
// It finds the module's root from the folder it is run in. It never imports
// package parser, so it works when every generated file is gone.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/h1wire/h1wire/gen/automaton"
	"github.com/h1wire/h1wire/gen/spec"
)

func main() {
	check := flag.Bool("check", false, "compare instead of writing; exit 1 when anything differs")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	files, err := emitAll()
	if err != nil {
		return err
	}
	return settle(root, files, check, os.Stdout)
}

// settle writes those files that differ from what is below root, or only says
// how they differ.
func settle(root string, files []file, check bool, out io.Writer) error {
	stale, err := strays(root, files)
	if err != nil {
		return err
	}
	differ := 0
	for _, f := range files {
		path := filepath.Join(root, filepath.FromSlash(f.name))
		have, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && bytes.Equal(have, f.content) {
			continue
		}
		differ++
		if check {
			fmt.Fprint(out, diff(f.name, have, f.content))
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.content, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(out, "wrote", f.name)
	}
	for _, name := range stale {
		differ++
		if check {
			fmt.Fprintf(out, "%s: generated, but no emitter writes it any more\n", name)
			continue
		}
		if err := os.Remove(filepath.Join(root, filepath.FromSlash(name))); err != nil {
			return err
		}
		fmt.Fprintln(out, "removed", name)
	}
	if check && differ > 0 {
		return fmt.Errorf("%d generated files are not current; go generate writes them", differ)
	}
	return nil
}

// emitAll runs every emitter, on a grammar that does not contradict itself.
func emitAll() ([]file, error) {
	g, err := automaton.NewGrammar(spec.Rules, spec.Leniences)
	if err != nil {
		return nil, err
	}
	if err := automaton.Check(g, spec.Classes, spec.Machines, spec.Errors); err != nil {
		return nil, err
	}
	var files []file
	for _, e := range emitters {
		content, err := e.emit()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		files = append(files, file{e.name, content})
	}
	return files, nil
}

// file is one generated file; name is relative to the root, with slashes.
type file struct {
	name    string
	content []byte
}

// strays lists the generated files that no emitter writes any more.
func strays(root string, files []file) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(root, "parser", "z*"))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range paths {
		name := "parser/" + filepath.Base(p)
		known := slices.ContainsFunc(files, func(f file) bool { return f.name == name })
		if !known {
			out = append(out, name)
		}
	}
	return out, nil
}

// moduleRoot is the nearest folder upwards that holds go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod here or above")
		}
		dir = up
	}
}
