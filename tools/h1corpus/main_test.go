package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	stored "github.com/h1wire/h1wire/testdata/corpora"
)

const committed = "../../testdata/corpora/messages"

// The committed corpora must be what this command makes: else figures of one
// checkout could not be compared with those of another.
func TestCommittedCorporaAreCurrent(t *testing.T) {
	for _, c := range corpora {
		want, err := os.ReadFile(filepath.Join(committed, c.name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, encode(c.messages(newSource(1, c.name)))) {
			t.Errorf("%s differs from its generator: run go run ./tools/h1corpus testdata/corpora/messages", c.name)
		}
	}
	files, err := os.ReadDir(committed)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(corpora) {
		t.Errorf("%d files in %s, %d corpora", len(files), committed, len(corpora))
	}
}

func TestSeedChangesMessages(t *testing.T) {
	a, b := request(newSource(1, "x")), request(newSource(2, "x"))
	if a == b {
		t.Error("two seeds, one message")
	}
}

// The loader must name every corpus and split it where encode joined it.
func TestLoaderReadsEveryCorpus(t *testing.T) {
	names := slices.Concat(stored.Requests(), stored.Responses(), stored.Chunked())
	if len(names) != len(corpora) {
		t.Fatalf("the loader names %d corpora of %d", len(names), len(corpora))
	}
	for i, c := range corpora {
		if names[i] != c.name {
			t.Errorf("name %d is %s, want %s", i, names[i], c.name)
		}
		loaded := stored.Load(c.name)
		made := c.messages(newSource(1, c.name))
		if !slices.EqualFunc(loaded, made, func(a []byte, b string) bool { return string(a) == b }) {
			t.Errorf("%s: loaded messages differ from those made", c.name)
		}
	}
}
