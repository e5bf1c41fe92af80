package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/h1wire/h1wire"

// policy says which package may import which: those left of a < are below
// those right of it. A package may import what is below it, and of this module also
// what is further down. The standard library is below everything, except
// net/http, which like other modules has to be named for each package that imports it.
// A package that is not named imports nothing of ours, so a new one begins
// with a line here.
const policy = `
	# The parser does no I/O: what moves octets stands above it.
	golang.org/x/sys/cpu < parser;
	parser, github.com/klauspost/compress, golang.org/x/sys/unix < conn;
	conn < conn/conntest;
	conn, net/http < conn/nethttp;

	# The grammar is data; what is made from it is made by gen, and linked into no program.
	gen/spec < gen/automaton;
	gen/automaton < gen/golang, gen/asm, gen/doc, gen/vector;
	gen/golang, gen/asm, gen/doc, gen/vector < gen;
	github.com/dave/jennifer < gen/golang;

	# Commands.
	parser < tools/h1lint;
	conn, conn/nethttp, net/http < tools/h1get;
	conn, net/http < tools/h1soak;
	conn, conn/nethttp, net/http < tools/h1serve;
`

// testPolicy holds what tests may import besides. A test may also import what the
// package that it tests may.
const testPolicy = `
	# The grammar proves the parser: its automata are walked against what was emitted.
	gen/spec, gen/automaton < parser;
	github.com/stretchr/testify, testdata/corpora, net/http < parser, gen, tools/h1corpus, tools/h1lint;
	github.com/stretchr/testify, testdata/corpora, net/http, conn/conntest < conn, conn/conntest, conn/nethttp;
	github.com/stretchr/testify, net/http, conn, conn/conntest, tools/internal/peers < tools/h1get, tools/h1serve, tools/h1soak;
	github.com/stretchr/testify, gen/vector < gen/spec, gen/automaton, gen/golang, gen/asm, gen/doc, gen/vector;
`

// modules are those that the root module may depend on. Peers to measure
// against, and what draws charts, live in the module bench.
var modules = []string{
	"github.com/dave/jennifer", "github.com/klauspost/compress", "github.com/stretchr/testify", "golang.org/x/sys",
}

func TestImportPolicy(t *testing.T) {
	allowed, inTests := parsePolicy(t, policy), parsePolicy(t, testPolicy)
	files := imports(t, "..")
	require.Greater(t, len(files), 20, "too few files found for a check")
	for _, f := range files {
		for _, imported := range f.imports {
			ok := mayImport(allowed, f.pkg, imported)
			if !ok && f.test {
				ok = imported == f.pkg || mayImport(inTests, f.pkg, imported)
			}
			assert.True(t, ok, "%s: package %s may not import %s: see policy in gen/deps_test.go", f.name, f.pkg, imported)
		}
	}
}

func TestModulePolicy(t *testing.T) {
	text, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	direct := regexp.MustCompile(`(?m)^\s*(?:require )?([a-z][\w.]*/\S+) v\S+$`).FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, direct)
	for _, m := range direct {
		assert.Contains(t, modules, m[1], "the root module may not require it")
	}
}

// The policy is only as good as its reading: what it does not allow must be found.
func TestImportPolicyRefuses(t *testing.T) {
	allowed := parsePolicy(t, policy)
	for _, c := range [][2]string{
		{"parser", "conn"}, {"parser", "net/http"}, {"parser", "golang.org/x/sys/unix"}, {"parser", "gen/spec"},
		{"conn", "net/http"}, {"conn", "net/http/httptrace"}, {"conn", "conn/nethttp"}, {"conn", "gen/spec"},
		{"conn/conntest", "net/http"}, {"conn/nethttp", "github.com/klauspost/compress/gzip"},
		{"gen/spec", "gen/automaton"}, {"gen/automaton", "github.com/dave/jennifer/jen"}, {"gen", "parser"},
		{"elsewhere", "parser"}, {"parser", "github.com/stretchr/testify/assert"},
	} {
		assert.False(t, mayImport(allowed, c[0], c[1]), "%s imports %s", c[0], c[1])
	}
	for _, c := range [][2]string{
		{"parser", "bytes"}, {"conn", "parser"}, {"conn/nethttp", "parser"}, {"conn/nethttp", "net/http/httptrace"},
		{"conn", "github.com/klauspost/compress/gzip"}, {"gen/golang", "gen/spec"}, {"elsewhere", "net"},
	} {
		assert.True(t, mayImport(allowed, c[0], c[1]), "%s may not import %s", c[0], c[1])
	}
}

// mayImport reports whether a policy lets pkg import a package. Those of this
// module are named by their folder.
func mayImport(policy map[string][]string, pkg, imported string) bool {
	if isStandard(imported) && !within(imported, "net/http") && !isFolder(imported) {
		return true
	}
	seen := map[string]bool{}
	var below func(pkg string) bool
	below = func(upper string) bool {
		if seen[upper] {
			return false
		}
		seen[upper] = true
		for _, lower := range policy[upper] {
			switch {
			case isFolder(lower):
				if imported == lower || below(lower) {
					return true
				}
			case upper == pkg && within(imported, lower):
				return true
			}
		}
		return false
	}
	return below(pkg)
}

// within reports whether a package is root or below it.
func within(pkg, root string) bool { return pkg == root || strings.HasPrefix(pkg, root+"/") }

func isStandard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return !strings.Contains(first, ".")
}

// isFolder reports whether a name is a package of this module.
func isFolder(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return slices.Contains([]string{"conn", "gen", "parser", "testdata", "tools"}, first)
}

// parsePolicy returns what is directly below each package.
func parsePolicy(t *testing.T, text string) map[string][]string {
	t.Helper()
	below := map[string][]string{}
	text = regexp.MustCompile(`#.*`).ReplaceAllString(text, "")
	for rule := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(rule) == "" {
			continue
		}
		lower, upper, ok := strings.Cut(rule, "<")
		require.True(t, ok, "rule %q", rule)
		for pkg := range strings.SplitSeq(upper, ",") {
			pkg = strings.TrimSpace(pkg)
			for other := range strings.SplitSeq(lower, ",") {
				below[pkg] = append(below[pkg], strings.TrimSpace(other))
			}
		}
	}
	require.NotEmpty(t, slices.Collect(maps.Keys(below)))
	return below
}

// goFile is a Go file and what it imports, whatever its build constraints say.
type goFile struct {
	name, pkg string
	test      bool
	imports   []string
}

// imports reads the files of the module at root, without modules nested in it.
func imports(t *testing.T, root string) []goFile {
	t.Helper()
	var files []goFile
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if name != root && (err == nil || strings.HasPrefix(d.Name(), ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		f := goFile{name: name, pkg: filepath.ToSlash(pkg), test: strings.HasSuffix(name, "_test.go")}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, strings.TrimPrefix(imported, module+"/"))
		}
		files = append(files, f)
		return nil
	})
	require.NoError(t, err)
	return files
}
