package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/bench/parser/runner"
	"github.com/h1wire/h1wire/testdata/corpora"
)

// TestMain makes the test binary the runner that the command is.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "-serve" {
		if err := runner.Serve(os.Stdin, os.Stdout, goParsers[os.Args[2]]()); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestGoParsersRead: each Go parser reads every message of what it says it reads,
// and refuses half a message.
func TestGoParsersRead(t *testing.T) {
	names := map[string][]string{"request": corpora.Requests(), "response": corpora.Responses(), "chunked": corpora.Chunked()}
	for name, parsers := range goParsers {
		all := parsers()
		require.NotEmpty(t, all, name)
		for kind, parse := range all {
			for _, corpus := range names[kind] {
				messages := corpora.Load(corpus)
				if corpus == "cookie8k" && name == "hertz" {
					continue // more than it takes at once
				}
				for _, m := range messages {
					require.NoError(t, parse(m), "%s, %s", name, corpus)
				}
				require.Error(t, parse(messages[0][:len(messages[0])/2]), "%s, half of %s", name, corpus)
			}
		}
	}
}

func TestServe(t *testing.T) {
	file := t.TempDir() + "/messages"
	messages := [][]byte{[]byte("a"), []byte("bc")}
	require.NoError(t, os.WriteFile(file, runner.File(messages), 0o600))
	require.Equal(t, messages, runner.Messages(runner.File(messages)))
	var seen int
	parsers := map[string]runner.Parse{
		"request": func(m []byte) error { seen += len(m); return nil },
		"chunked": func(m []byte) error { return io.ErrUnexpectedEOF },
	}
	var out bytes.Buffer
	orders := "request " + file + " 1\nresponse " + file + " 1\nchunked " + file + " 1\n"
	require.NoError(t, runner.Serve(strings.NewReader(orders), &out, parsers))
	lines := strings.Split(out.String(), "\n")
	require.Regexp(t, `^\d+\.\d{3}$`, lines[0])
	require.Equal(t, []string{"! does not read these", "! unexpected EOF", ""}, lines[1:])
	require.Greater(t, seen, 3, "it goes on for a millisecond")
	require.Error(t, runner.Serve(strings.NewReader("nonsense\n"), &out, parsers))
}

// TestCompare runs a very short comparison of two Go parsers to its table.
func TestCompare(t *testing.T) {
	var out bytes.Buffer
	s := &settings{rounds: 2, slice: time.Millisecond, corpora: regexp.MustCompile("^(tiny|chunked1k)$"), subjects: regexp.MustCompile("^(net/http|fasthttp)$")}
	require.NoError(t, compare(context.Background(), s, &out))
	require.Regexp(t, `(?s)tiny: request, 49 octets.*fasthttp +[\d.]+ +[\d.]+ +\d+ +1\.00.*net/http +[\d.]+ .*chunked1k: .*net/http +[\d.]+ +[\d.]+ +\d+ +1\.00`, out.String())
	require.Contains(t, out.String(), "fasthttp: does not read these")
}

// TestMissing: who does not take part is listed.
func TestMissing(t *testing.T) {
	s := &subject{}
	require.Empty(t, s.installed("some-package", "/nonexistent/*"))
	require.Equal(t, "not installed: some-package", s.missing)
	s = &subject{}
	s.build(t.Context(), t.TempDir(), "no-such-command")
	require.Equal(t, "not installed: no-such-command", s.missing)
	s = &subject{}
	s.build(t.Context(), t.TempDir(), "go", "build", "./nothing")
	require.Contains(t, s.missing, "does not build")
}

func TestMedianAndRatio(t *testing.T) {
	assert.Zero(t, median(nil))
	assert.Equal(t, 2.0, median([]float64{3, 1, 2}))
	assert.Equal(t, 2.5, median([]float64{4, 1, 2, 3}))
	assert.Equal(t, 2.0, ratio([]float64{2, 100, 6}, []float64{1, 50, 3}), "within each round")
}
