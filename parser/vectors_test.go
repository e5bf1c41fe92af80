package parser_test

import (
	"fmt"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/parser"
)

const vectorsDir = "../testdata/vectors"

// Each vector gives one result, however its octets come: all at once, in two
// pieces cut at every offset, and one by one.
func TestVectors(t *testing.T) {
	vectors, err := readVectors(vectorsDir)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(vectors), 380, "vectors are missing")
	var r reader
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			want := strings.Join(v.expect, "\n")
			require.Equal(t, want, strings.Join(r.run(v, []int{len(v.octets)}), "\n"), "whole: %s", escape(v.octets))
			want = strings.Join(joinData(v.expect), "\n")
			for _, cut := range interesting(v) {
				got := joinData(r.run(v, []int{cut, len(v.octets)}))
				require.Equal(t, want, strings.Join(got, "\n"), "cut at %d: %s", cut, escape(v.octets))
			}
			got := joinData(r.run(v, append(interesting(v), len(v.octets))))
			assert.Equal(t, want, strings.Join(got, "\n"), "octet by octet: %s", escape(v.octets))
		})
	}
}

// interesting returns the offsets at which to cut: every one, but in a long vector only
// those near an edge or a mark, and some between.
func interesting(v vector) []int {
	const long, near, step = 4096, 70, 997
	var cuts []int
	for i := range v.octets {
		edge := min(i, len(v.octets)-i, distance(i, v.end), distance(i, v.fault))
		if len(v.octets) <= long || edge < near || i%step == 0 {
			cuts = append(cuts, i)
		}
	}
	return cuts
}

func distance(a, b int) int { return max(a-b, b-a) }

// joinData puts neighbouring pieces of body data together: where a cut falls
// decides how many there are.
func joinData(events []string) []string {
	var joined []string
	for _, event := range events {
		data, isData := strings.CutPrefix(event, "data ")
		if last := len(joined) - 1; isData && last >= 0 && strings.HasPrefix(joined[last], "data ") {
			octets, err := unescape(strings.TrimPrefix(joined[last], "data ")+data, nil)
			if err != nil {
				panic(err) // escape wrote it
			}
			event, joined = "data "+escape(octets), joined[:last]
		}
		joined = append(joined, event)
	}
	return joined
}

// The vectors must reach every error that the parser has: a rule without a
// vector is a rule without a test.
func TestVectorsReachEveryError(t *testing.T) {
	vectors, err := readVectors(vectorsDir)
	require.NoError(t, err)
	reached := map[string]bool{}
	for _, v := range vectors {
		for _, event := range v.expect {
			if words := strings.Fields(event); words[0] == "error" {
				reached[words[1]] = true
			}
		}
	}
	for _, name := range codeNames() {
		if name != "errNone" {
			assert.True(t, reached[name], "no vector expects %s", name)
		}
	}
}

// codeName returns the Go name of an error code.
func codeName(c parser.ErrorCode) string {
	names := codeNames()
	if int(c) >= len(names) {
		return fmt.Sprintf("ErrorCode(%d)", c)
	}
	return names[c]
}

// codeNames reads the names of the error codes, in their order, from the source:
// the package itself has no need of them.
var codeNames = sync.OnceValue(func() []string {
	file, err := goparser.ParseFile(token.NewFileSet(), "zerrors.go", nil, 0)
	if err != nil {
		panic(err)
	}
	for _, d := range file.Decls {
		if block, ok := d.(*ast.GenDecl); ok && block.Tok == token.CONST {
			var names []string
			for _, s := range block.Specs {
				names = append(names, s.(*ast.ValueSpec).Names[0].Name)
			}
			return names
		}
	}
	panic("no constants in zerrors.go")
})

// A reader of vectors that takes a broken file for an empty one would hide cases.
func TestVectorFilesAreReadStrictly(t *testing.T) {
	const good = "## A\n\nWhy (RFC 1 §1).\n\n```request\nG\\!\\x00\\{2*a}\n```\n```expect\nerror E\n```\n"
	vectors, err := parseVectors("x", []byte(good))
	require.NoError(t, err)
	require.Len(t, vectors, 1)
	assert.Equal(t, "G\x00aa", string(vectors[0].octets))
	assert.Equal(t, []string{"error E at octet 1"}, vectors[0].expect)

	for name, change := range map[string][2]string{
		"no RFC":                  {"RFC", "the rule"},
		"no heading":              {"## A", "A"},
		"unknown kind":            {"```request", "```requests"},
		"unknown option":          {"```request", "```request max=1"},
		"unknown lenience":        {"```request", "```request lenient=all"},
		"unknown escape":          {`\x00`, `\y`},
		"unfinished repetition":   {`\{2*a}`, `\{2*a`},
		"invisible space":         {`\{2*a}`, `\{2*a} `},
		"invisible tab":           {`\x00`, "\t"},
		"mark without error":      {"error E", "incomplete"},
		"error without mark":      {`\!`, ""},
		"expectations left out":   {"```expect\nerror E\n```\n", ""},
		"expectations never end":  {"error E\n```\n", "error E\n"},
		"octets without a kind":   {"```request", "```"},
		"response to no one":      {"```request", "```response"},
		"response to an unknown":  {"```request", "```response to FETCH"},
		"second block of octets":  {"```expect\nerror E\n```\n", "```request\n```\n"},
		"expectations come first": {"```request", "```expect"},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		require.NotEqual(t, good, bad, name)
		_, err := parseVectors("x", []byte(bad))
		assert.Error(t, err, name)
	}
}

func TestEscapesGoBothWays(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	all = append(all, slices.Repeat([]byte{'v'}, 2*manyEqual)...)
	back, err := unescape(escape(all), nil)
	require.NoError(t, err)
	assert.Equal(t, all, back)
	for i := range all {
		assert.NotContains(t, escape(all[i:i+1]), "\n")
	}
}
