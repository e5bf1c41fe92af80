// Command h1corpus writes the corpora that benchmarks and tests read: one file
// a corpus, a sequence of [uint32 little-endian length][that many octets].
//
//	go run ./tools/h1corpus [-seed N] DIR
//
// The messages of testdata/corpora/messages are those of seed 1. Another seed
// makes other messages of the same kinds.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// mixed is how many different messages a mixed corpus holds. A single message
// over and over flatters the branch predictor; this many defeat it.
const mixed = 2000

// A corpus is one file: its name, and what makes its messages.
type corpus struct {
	name     string
	messages func(*source) []string
}

var corpora = []corpus{
	{"tiny", one(tiny)},
	{"short", one(short)},
	{"classic", one(classic)},
	{"chrome1k8", one(chrome)},
	{"short64", one(short64)},
	{"cookie8k", one(cookie8k)},
	{"corpus", func(s *source) []string { return many(s, mixed, request) }},
	{"corpsmall", func(s *source) []string { return many(s, mixed, smallRequest) }},
	{"response", one(cdnResponse)},
	{"responses", func(s *source) []string { return many(s, mixed/4, response) }},
	{"chunked8to16", one(func(s *source) string { return chunkedBody(s, 8, 16) })},
	{"chunked1k", one(func(s *source) string { return chunkedBody(s, 1<<10, 1<<10) })},
	{"chunked16k", one(func(s *source) string { return chunkedBody(s, 16<<10, 16<<10) })},
}

func one(message func(*source) string) func(*source) []string {
	return func(s *source) []string { return []string{message(s)} }
}

func many(s *source, n int, message func(*source) string) []string {
	messages := make([]string, n)
	for i := range messages {
		messages[i] = message(s)
	}
	return messages
}

// encode puts messages into the form of a corpus file.
func encode(messages []string) []byte {
	var b []byte
	for _, m := range messages {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(m)))
		b = append(b, m...)
	}
	return b
}

func main() {
	seed := flag.Uint64("seed", 1, "random seed")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: h1corpus [-seed N] DIR")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := write(flag.Arg(0), *seed); err != nil {
		fmt.Fprintln(os.Stderr, "h1corpus:", err)
		os.Exit(1)
	}
}

// write makes every corpus in dir and prints what each holds.
func write(dir string, seed uint64) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, c := range corpora {
		messages := c.messages(newSource(seed, c.name))
		b := encode(messages)
		if err := os.WriteFile(filepath.Join(dir, c.name), b, 0o644); err != nil {
			return err
		}
		octets := len(b) - 4*len(messages)
		fmt.Printf("%-13s %5d messages, %8d octets, %7.1f each\n",
			c.name, len(messages), octets, float64(octets)/float64(len(messages)))
	}
	return nil
}
